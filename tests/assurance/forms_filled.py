"""A learning-space form filled in, page by page, as a manager would; tests change what they are about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from assurance.follow_up.submit import SubmitOutcome, submit
from assurance.forms.form_view import REVIEW, FormView
from assurance.forms.save_step import save_step
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.casework.learning_spaces import LearningSpace
from storage.engine.database import Database

MEETING = {
    "date_held": "2026-01-20",
    "in_person": "yes",
    "practitioner_took_part": "yes",
    "others_present": "team_manager",
    "family_feedback": "child",
    "immediate_risk": "no",
}
RED_ROUTE = {"told_whom": "team_manager,head_of_service", "told_at": "14:05", "told_confirmed": "true"}
DOMAINS = {
    "grade_voice": "good",
    "grade_assessment": "good",
    "grade_plan": "good",
    "grade_family": "good",
    "grade_agencies": "good",
    "grade_oversight": "good",
    "grade_recording": "good",
}
JUDGEMENT = {
    "grade": "good",
    "impact": "good",
    "grade_reasons": "Clear plan, seen through, and the child knows it.",
    "low_why": "What was decided was not done, and the child was left with it.",
}
"""The last one is asked only where the grade is far below every part."""
LEARNING = {
    "strength_themes": "planning,assessment",
    "worked_well": "Direct work that changed the plan.",
    "learning_themes": "supervision",
    "even_better": "Reflective supervision, more often.",
}
ACTION = {
    "action_1_what": "Arrange reflective supervision every month",
    "action_1_owner": "team_manager",
    "action_1_by": "2026-03-02",
    "action_1_kind": "supervision",
}
PAGES: dict[str, dict[str, Any]] = {
    "meeting": MEETING,
    "domains": DOMAINS,
    "judgement": JUDGEMENT,
    "learning": LEARNING,
    "action_1": ACTION,
}


def save(
    database: Database,
    framework: Framework,
    item: LearningSpace,
    step: str,
    raw: dict[str, Any],
    *,
    now: datetime,
    move: str = "next",
    person: str = "",
) -> FormView:
    """Save one page as the item's own auditor, or as `person`."""
    return database.write_now(
        save_step,
        framework,
        item.token,
        actor=Actor.person(person or item.person),
        step=step,
        raw=raw,
        move=move,
        now=now,
    )


def fill_in(
    database: Database, framework: Framework, item: LearningSpace, *, now: datetime, **changes: Any
) -> FormView:
    """Fill in every page with Next up to the review. `changes` are answers by field, wherever they belong."""
    pages = dict(PAGES)
    if changes.get("immediate_risk") == "yes":
        pages = {"meeting": MEETING, "red_route": RED_ROUTE, **PAGES}
    view = None
    for step, answers in pages.items():
        own = {field.key for field in framework.form("learning_space").step(step).fields}
        raw = {**answers, **{key: value for key, value in changes.items() if key in own}}
        view = save(database, framework, item, step, raw, now=now)
        assert not view.problems, (step, view.problems)
    assert view is not None and view.step == REVIEW
    return view


def send_in(
    database: Database, framework: Framework, item: LearningSpace, *, version: int, now: datetime, person: str = ""
) -> SubmitOutcome:
    """Press Submit on the review of `version`."""
    return database.write_now(
        submit, framework, item.token, actor=Actor.person(person or item.person), version=version, now=now
    )
