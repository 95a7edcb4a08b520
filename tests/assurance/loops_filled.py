"""A closing-the-loop form filled in, page by page, as a Senior Manager would; tests change what they are about."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from assurance.loop.loop_form import SendOutcome, save_loop_step, send_loop
from assurance.loop.loop_view import REVIEW, LoopView
from policy.council.actor import Actor
from policy.follow_up.loop_form import page_key, part_key
from policy.framework.framework import Framework
from storage.casework import actions
from storage.casework.loops import Loop
from storage.engine.database import Database

LEARNING = {
    "taken_from_it": "Reviews are booked before we leave the room, and the reason is kept.",
    "support": "coaching",
}
CONFIRM = {"confirmed": "true"}


def meeting(on: date, **changes: Any) -> dict[str, Any]:
    """Part A: they have met, and the child is safe."""
    return {"met_on": on.isoformat(), "present": "practitioner,team_manager", "safe_now": "yes", **changes}


def done(reference: str, on: date) -> dict[str, Any]:
    """Part B of an action: it is done, and where that can be seen."""
    return {
        part_key(reference, "action_state"): "done",
        part_key(reference, "action_evidence"): "supervision",
        part_key(reference, "action_evidence_on"): on.isoformat(),
    }


def not_done(reference: str, new_date: date | None) -> dict[str, Any]:
    """Part B of an action: it is not done yet, with the reason and perhaps a new date."""
    return {
        part_key(reference, "action_state"): "not_done",
        part_key(reference, "action_reason"): "The first date fell through.",
        part_key(reference, "action_new_date"): new_date.isoformat() if new_date else "",
    }


def save_page(
    database: Database,
    framework: Framework,
    loop: Loop,
    step: str,
    raw: dict[str, Any],
    *,
    person: str,
    now: datetime,
    move_to: str = "next",
) -> LoopView:
    """Save one page as a person."""
    return database.write_now(
        save_loop_step,
        framework,
        loop.token,
        actor=Actor.person(person),
        step=step,
        raw=raw,
        move_to=move_to,
        now=now,
    )


def fill_in_loop(
    database: Database,
    framework: Framework,
    loop: Loop,
    *,
    person: str,
    now: datetime,
    met_on: date,
    **changes: Any,
) -> LoopView:
    """Fill in every page with Next up to the review; every action is done unless `changes` say otherwise."""
    given = sorted(action.reference for action in database.read_now(actions.of_subject, loop.subject))
    pages: list[tuple[str, dict[str, Any]]] = [("meeting", meeting(met_on))]
    pages += [(page_key(reference), done(reference, met_on)) for reference in given]
    pages += [("learning", LEARNING), ("confirm", CONFIRM)]
    view = None
    for step, answers in pages:
        raw = {**answers, **{key: value for key, value in changes.items() if key in answers or step in key}}
        raw |= {key: value for key, value in changes.items() if key.startswith(step.removesuffix("_action"))}
        view = save_page(database, framework, loop, step, raw, person=person, now=now)
        assert not view.problems, (step, view.problems)
    assert view is not None and view.step == REVIEW, view.step if view else ""
    return view


def send_in_loop(
    database: Database, framework: Framework, loop: Loop, *, version: int, person: str, now: datetime
) -> SendOutcome:
    """Press Send on the review of `version`."""
    return database.write_now(send_loop, framework, loop.token, actor=Actor.person(person), version=version, now=now)
