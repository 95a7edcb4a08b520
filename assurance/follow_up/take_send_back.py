"""A form that was sent in is taken back within its minute: the draft is as it was, and nothing of it has happened.

What it set off is there at once and goes again in the same transaction; nobody has heard of it yet (docs/adr/0032).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from assurance.common.quiet import NOTHING_DONE
from assurance.common.refusals import NotReady, TooLateToTakeBack
from assurance.escalation.move_due import climbs_on_at
from assurance.follow_up.submit import NO_LONGER_OWED, SAID_OF_IT
from assurance.forms.form_view import REVIEW, FormView, build_view, own_item
from policy.council.actor import Actor
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import LEARNING_SPACE, move
from storage.casework import actions, corrections, learning_spaces, loops, moderations, pressed_releases, sent_forms
from storage.casework.actions import Action
from storage.casework.learning_spaces import SUBMITTED, LearningSpace
from storage.casework.loops import Loop
from storage.casework.moderations import Moderation
from storage.council import history
from storage.council.history import NewEntry
from storage.engine.session import Session
from storage.outbox import unsaid
from storage.outbox.unsaid import Written

BACK = "submission_taken_back"
"""As the history names it."""
REAUDIT_DUE = "re_audit_due"


@dataclass(frozen=True, slots=True)
class SendTakenBack:
    """The form as it is now: its author's, to go on with."""

    view: FormView
    already: bool = False
    """Whether it was open already, so that this press changed nothing."""


@dataclass(frozen=True, slots=True)
class _SetOff:
    """What a form set off when it was sent in."""

    item: LearningSpace
    loop: Loop | None
    second_look: Moderation | None
    tracked: list[Action]

    @property
    def references(self) -> list[str]:
        found = [one.reference for one in (self.loop, self.second_look) if one is not None]
        return [*found, *(one.reference for one in self.tracked)]

    def said(self, at: datetime) -> Written:
        return Written([self.item.reference, *self.references], SAID_OF_IT, at)

    @property
    def tokens(self) -> list[str]:
        found = [one.token for one in (self.loop, self.second_look) if one is not None]
        return [*found, *(one.token for one in self.tracked)]


def take_send_back(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> SendTakenBack:
    """Take back what its author sent in: state, answers, loop, second look and actions, and what waits to be said.

    A red flag stays: a child at immediate risk is no matter of a press. A second press changes nothing. Raises
    NotFound, NotYours, Withdrawn, NotReady before anything was written, and TooLateToTakeBack when the minute is over
    or somebody has done something with what came of it.
    """
    item = own_item(session, token, actor)
    if item.state != SUBMITTED:
        return SendTakenBack(_view(session, framework, item, now=now), already=True)
    set_off = _set_off(session, item)
    _refuse_if_it_stands(session, set_off, now=now)
    sent_at = item.submitted_at or now
    unsaid.take_back(session, set_off.said(sent_at), reason="the form was taken back")
    unsaid.revive(session, item.reference, cancelled_because=NO_LONGER_OWED)
    sent_forms.take_away(
        session,
        item.reference,
        loop=set_off.loop.reference if set_off.loop else "",
        moderation=set_off.second_look.reference if set_off.second_look else "",
        tracked=[one.reference for one in set_off.tracked],
    )
    sent_forms.give_drafts_back(session, item.reference)
    released = pressed_releases.of(session, item.reference) is not None
    pressed_releases.remove(session, item.reference)
    for waiting in loops.of_reaudit(session, item.reference):  # the loop it tests waits for it once more
        if waiting.state == REAUDIT_DUE:
            loops.update(session, waiting.reference, next_step_at=now)
    item = _owed_again(session, framework, item)
    entries = [
        NewEntry("taken_back_with_form", reference, {"form": item.reference}) for reference in set_off.references
    ]
    if released:
        entries.append(NewEntry("release_taken_back", item.reference))
    detail = {"sent_in_at": sent_at.isoformat(), "with_it": set_off.references}
    history.append_many(session, at=now, actor=actor, entries=[*entries, NewEntry(BACK, item.reference, detail)])
    return SendTakenBack(_view(session, framework, item, now=now))


def _set_off(session: Session, item: LearningSpace) -> _SetOff:
    return _SetOff(
        item,
        loops.of_subject(session, item.reference),
        moderations.of_subject(session, item.reference),
        actions.of_subject(session, item.reference),
    )


def _refuse_if_it_stands(session: Session, set_off: _SetOff, *, now: datetime) -> None:
    """TooLateToTakeBack once the minute is over, somebody was told, or has done something with what came of it."""
    item = set_off.item
    if corrections.asked(session, item.reference) is not None:
        raise TooLateToTakeBack(item.reference, what="sent", at=item.submitted_at, acted=True)
    until = sent_forms.final_at(session, item.reference)
    if until is None or until <= now or item.submitted_at is None or item.released_at is not None:
        raise TooLateToTakeBack(item.reference, what="sent", at=item.submitted_at)
    if _acted_on(session, set_off, item.submitted_at):
        raise TooLateToTakeBack(item.reference, what="sent", at=item.submitted_at, acted=True)


def _acted_on(session: Session, set_off: _SetOff, sent_at: datetime) -> bool:
    about = [set_off.item.reference, *set_off.references]
    if unsaid.any_begun(session, set_off.said(sent_at)):
        return True
    if sent_forms.begun(session, set_off.references, set_off.tokens):
        return True
    if any(not loop.is_open for loop in loops.of_reaudit(session, set_off.item.reference)):
        return True
    return any(_by_somebody_since(session, subject, sent_at) for subject in about)


_OWN = frozenset({"release_pressed", "release_taken_back"})
"""What its author did meanwhile that goes with it."""


def _by_somebody_since(session: Session, subject: str, sent_at: datetime) -> bool:
    """Whether anything was done with a subject after it was written; reading it is nothing done."""
    rows = history.read(session, subject=subject)
    return any(row.at > sent_at and row.verb not in NOTHING_DONE and row.verb not in _OWN for row in rows)


def _owed_again(session: Session, framework: Framework, item: LearningSpace) -> LearningSpace:
    """The learning space as it was, its clock where it would stand had nothing been sent in."""
    changes: dict[str, Any] = {
        "state": move(LEARNING_SPACE, item.state, "take_back"),
        "submitted_at": None,
        "submitted_by": "",
        "grade": "",
        "impact": "",
        "moderation_flag": "",
        "next_step_at": climbs_on_at(session, framework, item),
    }
    learning_spaces.update(session, item.reference, **changes)
    return replace(item, **changes)


def _view(session: Session, framework: Framework, item: LearningSpace, *, now: datetime) -> FormView:
    draft = learning_spaces.load_draft(session, item.reference, item.person)
    if draft is None:
        raise NotReady(item.reference)
    return build_view(session, framework, item, draft, step=REVIEW, now=now)
