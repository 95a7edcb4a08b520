"""Who was first: for a press that changed nothing, who settled the matter, what they did and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from assurance.common.quiet import QUIET
from assurance.notify.tell import name_of
from policy.council.actor import Actor
from policy.lifecycle.reference import find_reference
from storage.casework import actions, allocation_runs, learning_spaces, loops, moderations, more_time
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session

LOOKED_AT = 20
"""Rows of a subject's history looked through; what settled it is among the last."""
PAUSES = "pauses"

SETTLED_BY: Mapping[str, frozenset[str]] = {
    verb: frozenset(by)
    for verbs, by in (
        (("agree_request", "decline_request"), ("more_time_agreed", "more_time_declined", "more_time_expired")),
        (("agree_date", "decline_date"), ("action_date_agreed", "action_date_declined", "action_updated")),
        (("update_action",), ("action_updated", "action_date_asked", "action_transferred")),
        (("loop_send",), ("loop_submitted",)),
        (
            ("loop_authorise", "loop_authorise_sure", "loop_return"),
            ("loop_authorised", "loop_sent_back", "loop_closed"),
        ),
        (("loop_result", "loop_not_testable", "loop_stand_down"), ("loop_closed",)),
        (("loop_own_reaudit",), ("own_reaudit_asked",)),
        (("moderation_settle",), ("moderation_decided", "moderation_settled")),
        (("moderation_close",), ("moderation_closed", "moderation_disputed")),
        (
            ("approve_run", "withdraw_run"),
            ("allocation_approved", "allocation_withdrawn", "allocation_overtaken"),
        ),
        (("hold",), ("step_held",)),
        (("acknowledge",), ("red_route_acknowledged",)),
        (("release",), ("release_pressed", "result_released")),
        (("take_release_back",), ("release_taken_back", "result_released")),
        (("take_send_back",), ("submission_taken_back",)),
        (("take_decision_back",), ("more_time_taken_back",)),
        (("take_back",), ("taken_back", "learning_space_submitted")),
        (("reassign",), ("reassigned",)),
        (("freeze", "unfreeze"), ("clock_stopped", "clock_started")),
    )
    for verb in verbs
}
"""Every button that decides something, and what in the history settles what it decides."""


@dataclass(frozen=True, slots=True)
class LastWord:
    """What settled a matter before this press."""

    verb: str
    """As the history names it."""
    by: str
    """The name of who did it; empty when it was this person, or the bot itself."""
    yours: bool
    at: datetime
    seq: int = 0
    """Its row of history."""


def last_word(session: Session, pressed: str, token: str, person: str) -> LastWord | None:
    """Who settled what this button decides, for a press that did not; None where nothing is settled."""
    subject = _subject(session, token, person)
    settles = SETTLED_BY.get(pressed, frozenset())
    me = str(Actor.person(person))
    rows = history.read(session, subject=subject, limit=LOOKED_AT, newest_first=True) if subject else []
    for row in rows:
        if row.verb in settles:
            kind, _, name = row.actor.partition(":")
            by = name_of(establishments.current(session), name) if kind == "person" and row.actor != me else ""
            return LastWord(row.verb, by, row.actor == me, row.at, row.seq)
        if row.verb not in QUIET and row.actor.startswith("person:"):
            return None  # somebody has done something else since, so the question is open again
    return None


def _subject(session: Session, token: str, person: str) -> str:
    """What a button is about, as the history names it."""
    if not token:
        return PAUSES
    if reference := find_reference(token):
        return reference
    if request := more_time.by_token(session, token):
        return request.reference
    for look in (
        learning_spaces.by_token,
        actions.by_token,
        loops.by_token,
        moderations.by_token,
    ):
        if found := look(session, token):
            return str(found.reference)
    run = allocation_runs.by_id(session, token)
    return run.id if run else ""
