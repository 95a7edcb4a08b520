"""Living cards: after anyone's action, the cards other people hold of the same thing are brought up to date in place.

What changed is read from the history, so every way to act counts alike: a press, a window, a typed line, an email, the
command line, the sweep. It is never news: nothing is posted, nothing rings, and a card that is gone is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from assurance.courier import CourierResult
from assurance.present import Present, present
from policy.framework import Framework
from policy.reference import KINDS
from storage import channels, living_cards
from storage import establishment as establishments
from storage.channels import Card, ChannelState
from storage.living_cards import StaleCard
from storage.notices import Notice
from storage.session import Session

TEAMS = "teams"
CUT_OFF = ("blocked", "uninstalled", "disabled")
QUIET = frozenset(
    [
        "learning_space_allocated",
        "form_opened",
        "form_read",
        "loop_read",
        "moderation_read",
        "steps_judged",
        "action_steps_judged",
        "loop_chased",
        "red_route_chased",
        "red_route_raised",
        "reaudit_not_opened",
        "exported",
    ]
)
"""What is written in the history and changes nothing that a card shows."""
LEASE = timedelta(minutes=2)
BUSY_FOR = timedelta(hours=2)
"""Somebody who has written or pressed within this time may still be typing on the card; it is left to them."""
LOOK_AGAIN = timedelta(minutes=30)
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
    roles, told = set(notice.recipient_role.split("+")), set(notice.facts.get("told", ()))
    return notice.event == "E15" or bool(told and not roles & (told | {"auditor", "owner"}))


def retire(session: Session, card: Card, *, at: datetime) -> None:
    """A newer message about the same thing was posted: the older card is to say so, once."""
    subject = f"{card.subject[:25]}{RETIRED}{card.activity_id[-12:]}"
    channels.save_card(
        session, Card(card.person, subject, card.conversation_id, card.activity_id, card.sent_at, card.event)
    )
    living_cards.mark_stale(session, subject, at=at)


def anything_stale(session: Session, now: datetime) -> bool:
    """Whether there is anything to do. Reads only, so that an idle bot writes nothing."""
    try_at = living_cards.next_try_at(session)
    return living_cards.behind(session) or (try_at is not None and try_at <= now)


def claim_refreshes(session: Session, framework: Framework, *, now: datetime, limit: int = 20) -> list[Refresh]:
    """Up to `limit` cards to change now, for the caller alone for a while; empty when all say what is so."""
    note_changes(session)
    establishment = establishments.current(session)
    found = []
    for stale in living_cards.claim(session, now=now, until=now + LEASE, limit=limit):
        card = stale.card
        state = channels.get(session, card.person, TEAMS)
        if card.person not in establishment.people or state is None or state.state in CUT_OFF:
            living_cards.forget(session, card)
            continue
        subject, _, older = card.subject.partition(RETIRED)
        shown = (
            Present("older", subject, finished=False)
            if older
            else present(session, framework, establishment, card.person, subject, card.event, now=now)
        )
        if shown is None:
            living_cards.up_to_date(session, stale)
        elif not shown.finished and _busy(session, card.person, subject, now):
            living_cards.try_again(session, stale, at=now + LOOK_AGAIN)
        else:
            found.append(Refresh(stale, state, shown))
    return found


def note_changes(session: Session) -> int:
    """Mark the cards of everything that has changed since the last look; how many cards that is."""
    marked = 0
    while changes := living_cards.changes(session):
        newest = {one.subject: one.at for one in changes if one.verb not in QUIET and one.subject[:3] in _REFERENCES}
        marked += sum(living_cards.mark_stale(session, subject, at=at) for subject, at in newest.items())
        living_cards.looked_at(session, changes[-1].seq)
    return marked


def finish_refresh(session: Session, refresh: Refresh, result: CourierResult, *, now: datetime) -> None:
    """Write down what came of changing a card. A card that is gone is forgotten, without a word to anyone."""
    stale = refresh.stale
    if result.outcome == "never" or now - stale.stale_since > GIVE_UP_AFTER:
        living_cards.forget(session, refresh.card)
    elif result.outcome != "sent":
        living_cards.try_again(session, stale, at=max(result.retry_at or now, now + FIRST_PAUSE))
    elif RETIRED in refresh.card.subject:
        living_cards.forget(session, refresh.card)
    else:
        living_cards.up_to_date(session, stale)


def _busy(session: Session, person: str, subject: str, now: datetime) -> bool:
    """Whether this person is in the middle of it: what they typed and have not sent stands on the card alone."""
    last = living_cards.busy_since(session, person, subject)
    return last is not None and now - last < BUSY_FOR


_REFERENCES = frozenset(f"{kind}-" for kind in KINDS)
