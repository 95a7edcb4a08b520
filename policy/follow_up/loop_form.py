"""The closing-the-loop form for one loop: the file's steps, with the page about an action once for every action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from policy.framework.framework import Condition, Form, FormField, FormStep, Framework

FORM = "closing_the_loop"
DECISIONS = "loop_decisions"
"""The small form of what is decided about a loop: one step a decision."""
TEMPLATE = "action"
"""The step of the form that is asked of every action."""
MEETING, RED_ROUTE = "meeting", "red_route"
SAFE_NOW, MET_ON = "safe_now", "met_on"
NOT_SAFE = "no"
"""The answer to `SAFE_NOW` that takes the red route."""


@dataclass(frozen=True, slots=True)
class ActionAnswer:
    """What the form says of one remedial action (3.2, part B)."""

    reference: str
    state: str
    """'done', 'not_done' or 'no_longer_needed'; empty while it is not answered."""
    evidence: str = ""
    evidence_on: date | None = None
    new_date: date | None = None


def loop_form(framework: Framework, actions: Sequence[str]) -> Form:
    """The form with one page for each action reference, in that order, in the place of the template."""
    form = framework.form(FORM)
    steps: list[FormStep] = []
    for step in form.steps:
        if step.key != TEMPLATE:
            steps.append(step)
            continue
        steps += [_page(step, reference, number, len(actions)) for number, reference in enumerate(actions, 1)]
    return form.model_copy(update={"steps": tuple(steps)})


def part_key(reference: str, part: str) -> str:
    """The key of a question about an action: 'ac_2026q3_031_action_state'."""
    return f"{reference.lower().replace('-', '_')}_{part}"


def page_key(reference: str) -> str:
    """The key of the page about an action."""
    return part_key(reference, TEMPLATE)


def action_answers(answers: Mapping[str, Any], actions: Sequence[str]) -> tuple[ActionAnswer, ...]:
    """What the form says of each action, in the order given."""
    return tuple(
        ActionAnswer(
            reference=reference,
            state=str(answers.get(part_key(reference, "action_state")) or ""),
            evidence=str(answers.get(part_key(reference, "action_evidence")) or ""),
            evidence_on=_date(answers.get(part_key(reference, "action_evidence_on"))),
            new_date=_date(answers.get(part_key(reference, "action_new_date"))),
        )
        for reference in actions
    )


def _page(step: FormStep, reference: str, number: int, count: int) -> FormStep:
    title = step.title if count == 1 else f"{step.title} {number} of {count}"
    fields = tuple(_question(field, reference) for field in step.fields)
    return step.model_copy(update={"key": page_key(reference), "title": title, "fields": fields})


def _question(field: FormField, reference: str) -> FormField:
    changes: dict[str, Any] = {"key": part_key(reference, field.key)}
    for name in ("visible_if", "required_if", "required_unless"):
        condition: Condition | None = getattr(field, name)
        if condition is not None:
            changes[name] = condition.model_copy(update={"field": part_key(reference, condition.field)})
    return field.model_copy(update=changes)


def _date(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None
