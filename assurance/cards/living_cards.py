"""Living cards: after anyone's action, the cards other people hold of the same thing are brought up to date in place.

What changed is read from the history, so every way to act counts alike: a press, a window, a typed line, an email, the
command line, the sweep. It is never news: nothing is posted, nothing rings, and a card that is gone is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assurance.cards.how_it_stands import Present
from assurance.cards.present import ASKS, RED_ROUTE, present
from assurance.common.courier import CourierResult
from assurance.common.quiet import QUIET
from policy.council.establishment import Establishment
from policy.framework.framework import Framework
from policy.lifecycle.reference import KINDS
from storage.contact import channels, living_cards
from storage.contact.channels import Card, ChannelState
from storage.contact.living_cards import BESIDE, StaleCard
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.outbox.notices import Notice

TEAMS = "teams"
LEASE = timedelta(minutes=2)
READS_FOR = timedelta(minutes=1)
"""What somebody was just answered on a card stands for so long, whatever happens meanwhile."""
LOOKS_FOR = timedelta(minutes=10)
"""A card that its holder has made into something else, a list for instance, is left to them for so long."""
BUSY_FOR = timedelta(hours=2)
"""Somebody may still be typing into the boxes of a card they opened within this time; it is left to them."""
FIRST_PAUSE = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(days=2)
"""Longest a card is tried for; whoever presses it later is told how things stand in any case."""
RETIRED = "|"
"""Stands in the subject of a card for which a newer one was posted, before what tells it from the others."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """One card to be changed in place."""

    stale: StaleCard
    channel_state: ChannelState
    present: Present
    known: int
    """The last row of history that `present` knows of."""

    @property
    def card(self) -> Card:
        """Where it is."""
        return self.stale.card


def in_place(notice: Notice) -> bool:
    """Whether news may simply change the card there is: only what asks its reader for nothing, told for information.

    A change in place makes no sound, so whoever must look gets a new message.
    """
    if notice.urgent:
        return False
    roles, told = set(notice.roles), set(notice.facts.get("told", ()))
    return notice.event == "E15" or bool(told and not roles & (told | {"auditor", "owner"}))


def card_to_change(
    session: Session, framework: Framework, establishment: Establishment, notice: Notice, *, now: datetime
) -> Card | None:
    """The card that news changes in place; None where it must be a message of its own.

    A card that its holder may be typing on is left alone, and so is one that still asks them for something else.
    """
    card = channels.card_of(session, notice.recipient, notice.subject) if in_place(notice) else None
    if card is None or (card.boxes and _left_until(card, notice.subject, now=now)):
        return None
    if card.event in (ASKS, RED_ROUTE) and card.event != notice.event:
        asks = present(session, framework, establishment, card.person, notice.subject, card.event, now=now)
        return card if asks is not None and asks.finished else None
    return card


def retire(session: Session, card: Card, *, at: datetime) -> None:
    """A newer message about the same thing was posted: the older card is to say so, once.

    One that asks its holder to decide, or to call somebody, goes on asking until that is done.
    """
    kind = BESIDE if card.event in (ASKS, RED_ROUTE) else RETIRED
    older = replace(card, subject=other_message(card.subject, card.activity_id, kind))
    channels.save_card(session, older)
    living_cards.look_again(session, older, at=at)


def other_message(subject: str, activity_id: str, kind: str) -> str:
    """The name another message about a subject is remembered under; `kind` is `RETIRED` or `BESIDE`."""
    return f"{subject[:25]}{kind}{activity_id[-12:]}"


def subject_of(card: Card) -> str:
    """What a card is about, whichever of several messages it is."""
    return card.subject.partition(RETIRED)[0].partition(BESIDE)[0]


def anything_stale(session: Session, now: datetime) -> bool:
    """Whether there is anything to do. Reads only, so that an idle bot writes nothing."""
    try_at = living_cards.next_try_at(session)
    return living_cards.behind(session) or (try_at is not None and try_at <= now)


def claim_refreshes(session: Session, framework: Framework, *, now: datetime, limit: int = 20) -> list[Refresh]:
    """Up to `limit` cards to change now, for the caller alone for a while; empty when all say what is so."""
    note_changes(session)
    establishment = establishments.current(session)
    found, known = [], living_cards.newest_change(session)
    for stale in living_cards.claim(session, now=now, until=now + LEASE, limit=limit):
        card = stale.card
        state = channels.get(session, card.person, TEAMS)
        if card.person not in establishment.people or state is None or state.state in channels.CUT_OFF:
            living_cards.forget(session, card)
            continue
        subject, older = subject_of(card), RETIRED in card.subject
        shown = present(session, framework, establishment, card.person, subject, card.event, now=now)
        if older:
            shown = Present("older", subject, finished=shown is not None and shown.finished)
        if shown is None:
            living_cards.up_to_date(session, stale)
        elif wait := _left_until(card, subject, finished=shown.finished, now=now):
            living_cards.try_again(session, stale, at=wait)
        else:
            found.append(Refresh(stale, state, shown, known))
    return found


def note_changes(session: Session) -> int:
    """Mark the cards of everything that has changed since the last look; how many cards that is.

    A card of which the channel's copy was written after the change, as that with a receipt is, stands.
    """
    marked = 0
    while changes := living_cards.changes(session):
        newest = {one.subject: one for one in changes if one.verb not in QUIET and one.subject[:3] in _REFERENCES}
        marked += living_cards.mark_stale(session, newest.values())
        living_cards.looked_at(session, changes[-1].seq)
    return marked


def finish_refresh(session: Session, refresh: Refresh, result: CourierResult, *, now: datetime) -> None:
    """Write down what came of changing a card. A card that is gone is forgotten, without a word to anyone."""
    stale = refresh.stale
    if result.outcome == "sent" and RETIRED not in refresh.card.subject:
        living_cards.put_anew(session, stale, at=now, seq=refresh.known)
        living_cards.forget_beside(session, refresh.card)
    elif result.outcome in ("sent", "never") or now - stale.stale_since > GIVE_UP_AFTER:
        living_cards.forget(session, refresh.card)
    else:
        living_cards.try_again(session, stale, at=max(result.retry_at or now, now + FIRST_PAUSE))


def _left_until(card: Card, subject: str, *, now: datetime, finished: bool = False) -> datetime | None:
    """Until when a card is left to whoever pressed on it; None when it may be changed.

    What they typed and have not sent stands in its boxes alone. Once there is nothing more to do the boxes may go.
    """
    if card.shown_at is None:
        return None
    if card.boxes and not (finished and card.shows == subject):
        stays = BUSY_FOR
    elif card.shows not in ("", subject):
        stays = LOOKS_FOR
    else:
        stays = READS_FOR
    until = card.shown_at + stays
    return until if now < until else None


_REFERENCES = frozenset(f"{kind}-" for kind in KINDS)
