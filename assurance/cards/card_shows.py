"""What a message shows since its holder pressed on it or was answered with it, so that it is kept true like any card.

Any of our messages may come to show an item: a list in which one was opened, a form that was asked for by typing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assurance.cards.living_cards import RETIRED, other_message, subject_of
from assurance.cards.present import ASKS, FOR_THE_AUDITOR
from assurance.common.quiet import QUIET
from policy.lifecycle.reference import LEARNING_SPACE
from storage.casework import actions, learning_spaces, loops, moderations, more_time
from storage.contact import channels, living_cards
from storage.contact.channels import ELSE, Card
from storage.contact.living_cards import BESIDE
from storage.engine.session import Session


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message of ours shows to somebody, as far as it matters here: none of its words."""

    conversation_id: str
    activity_id: str
    reference: str = ""
    """What its heading is about; empty for a list and whatever else is about no one item."""
    token: str = ""
    """What its first button acts on."""
    boxes: bool = False
    """Whether it can be typed in."""
    copied: bool = False
    """Whether the channel's own copy shows it too; else the client that pressed, alone."""
    overtaken: bool = False
    """Whether it was answered with what makes the message untrue as it stood: something done, now or before."""
    offers_for: int = 0
    """Seconds after which something it offers is over, and it is to be looked at again; 0 for none."""


def about_an_item(session: Session, shown: Shown) -> bool:
    """Whether a message shows an item, to be kept true from now on. Reads only."""
    return bool(shown.reference) and shown.reference == _behind(session, shown.token)[0]


def note_shown(session: Session, shown: Shown, *, person: str, seq: int, now: datetime) -> None:
    """Remember what a message shows to its holder now, said with all that was known up to row `seq` of history.

    What the client that pressed shows and what the channel keeps are two facts: only `shown.copied` makes the second
    one so. A change that came after `seq`, or that the channel's copy does not know, is still to be said on it.
    """
    noted = False
    for card in living_cards.on_message(session, person, shown.activity_id):
        subject, living = subject_of(card), RETIRED not in card.subject and BESIDE not in card.subject
        if subject == shown.reference:
            _note(session, card, shown, seq=seq, now=now)
            noted = True
        elif living or not shown.copied:
            living_cards.shows(
                session, replace(card, shows=shown.reference or ELSE, boxes=shown.boxes, shown_at=now)
            )  # what was not said on it yet is still to be said, once it shows its subject again
        else:
            living_cards.forget(session, card)  # it shows something else now, to everybody
    if not noted:
        _begin(session, shown, person=person, seq=seq, now=now)
    if shown.offers_for:
        over = now + timedelta(seconds=shown.offers_for)
        living_cards.look_later(session, person, shown.reference, at=over)


def _begin(session: Session, shown: Shown, *, person: str, seq: int, now: datetime) -> None:
    """A message that was no card of an item has come to show one: from now on it is kept true."""
    subject, event = _behind(session, shown.token)
    if shown.overtaken and not shown.token:
        subject = shown.reference  # nothing is left to press; what it offered before is to go
    if not subject or subject != shown.reference:
        return
    first = channels.card_of(session, person, subject)
    name = other_message(subject, shown.activity_id, BESIDE) if first else subject
    if event != ASKS and first is not None:
        event = first.event
    # Nobody knows how old it is; what was done, or had been done before, its copy does not know.
    known = 0 if shown.overtaken and not shown.copied else seq
    card = Card(person, name, shown.conversation_id, shown.activity_id, now, event, shown_seq=known)
    channels.save_card(session, card)
    _note(session, card, shown, seq=known, now=now)


def note_copied(session: Session, shown: Shown, *, person: str, seq: int, now: datetime) -> None:
    """The channel's copy of a message was written; its holder has pressed something else there meanwhile."""
    for card in living_cards.on_message(session, person, shown.activity_id):
        if subject_of(card) == shown.reference:
            living_cards.written(session, card, shown.reference, seq=seq, at=now, quiet=QUIET)


def _note(session: Session, card: Card, shown: Shown, *, seq: int, now: datetime) -> None:
    """It shows its own subject."""
    subject = subject_of(card)
    if RETIRED in card.subject:  # pressed on before it could say that there is a newer one: it lives on beside that
        name = other_message(subject, card.activity_id, BESIDE)
        living_cards.rename(session, card, name)
        card = replace(card, subject=name)
    card = replace(card, shows=subject, boxes=shown.boxes, shown_at=now)
    if shown.copied:
        living_cards.written(session, card, subject, seq=seq, at=now, quiet=QUIET)
        return
    living_cards.shows(session, card)
    if living_cards.changed_after(session, (subject,), seq, quiet=QUIET):
        living_cards.look_again(session, card, at=now)  # the client was answered with what is not so any more


def _behind(session: Session, token: str) -> tuple[str, str]:
    """What an opaque token stands for, and the event whose card would carry it; empty for anything else."""
    if not token:
        return "", ""
    if request := more_time.by_token(session, token):
        return request.reference, ASKS
    for look in (learning_spaces.by_token, actions.by_token, loops.by_token, moderations.by_token):
        if found := look(session, token):
            reference = str(found.reference)
            return reference, FOR_THE_AUDITOR[0] if reference.startswith(f"{LEARNING_SPACE}-") else ""
    return "", ""
