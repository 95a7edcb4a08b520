"""A learning-space form filled in well, and what the tests of forms share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from policy.check.loader import load_framework
from policy.forms.forms import FormContext, StepCheck, check_step, next_step
from policy.framework.framework import Choice

FRAMEWORK = load_framework()
FORM = FRAMEWORK.form("learning_space")
ALLOCATED = date(2026, 12, 1)
TODAY = date(2026, 12, 14)
OWNERS = (Choice(key="p-owner", title="The practitioner"), Choice(key="p-manager", title="Their Team Manager"))
CONTEXT = FormContext.of(FRAMEWORK, allocated_on=ALLOCATED, today=TODAY, owners=OWNERS)

MEETING = {
    "date_held": "2026-12-10",
    "in_person": "yes",
    "practitioner_took_part": "yes",
    "others_present": "pdm,team_manager",
    "family_feedback": "child",
    "immediate_risk": "no",
}
RED_ROUTE = {"told_whom": "team_manager,head_of_service", "told_at": "14:05", "told_confirmed": "true"}
DOMAINS = {
    "grade_voice": "good",
    "grade_assessment": "good",
    "grade_plan": "requires_improvement",
    "grade_family": "good",
    "grade_agencies": "not_applicable",
    "grade_oversight": "good",
    "grade_recording": "inadequate",
}
JUDGEMENT = {"grade": "good", "impact": "good", "grade_reasons": "The plan moved on and the child says so."}
LEARNING = {
    "strength_themes": "planning,supervision",
    "worked_well": "Visits were frequent and the child was seen alone.",
    "learning_themes": "timeliness",
    "even_better": "Reviews could come sooner.",
}
ACTION = {
    "action_1_what": "Arrange a learning circle on timely reviews",
    "action_1_owner": "p-manager",
    "action_1_by": "2027-01-11",
    "action_1_kind": "learning_circle",
    "action_2_wanted": "no",
}
WHOLE = {**MEETING, **DOMAINS, **JUDGEMENT, **LEARNING, **ACTION}


def codes(problems: dict[str, Any]) -> dict[str, str]:
    return {field: problem.code for field, problem in problems.items()}


def check(step: str, raw: Mapping[str, object], earlier: dict[str, Any] | None = None) -> StepCheck:
    return check_step(FORM, step, raw, CONTEXT, FRAMEWORK, earlier)


def walk(answers: dict[str, Any]) -> dict[str, Any]:
    """Fill the form step by step as a card would, each step adding to the draft."""
    draft: dict[str, Any] = {}
    step: str | None = FORM.steps[0].key
    while step:
        checked = check(step, answers, draft)
        assert checked.problems == {}, step
        draft = checked.draft
        step = next_step(FORM, step, draft)
    return draft
