"""Checks of what closing the loop needs of the framework file: its ladder, its forms, and who is asked."""

from __future__ import annotations

from collections.abc import Iterator

from policy.check.problem import Path, Problem, unknown
from policy.council.recipients import Expression, NotARecipient
from policy.follow_up.loop_form import DECISIONS, FORM, MEETING, MET_ON, RED_ROUTE, SAFE_NOW, TEMPLATE
from policy.follow_up.loop_steps import LATE_LADDER
from policy.framework.framework import Framework

NEEDED: dict[str, dict[str, tuple[str, ...]]] = {
    FORM: {
        MEETING: (MET_ON, SAFE_NOW),
        RED_ROUTE: (),
        TEMPLATE: ("action_state", "action_evidence", "action_evidence_on", "action_new_date"),
    },
    DECISIONS: {
        "send_back": ("because",),
        "result": ("reaudit_result",),
        "book_meeting": ("meeting_on", "meeting_from"),
        "not_testable": ("not_testable_because",),
        "stand_down": ("stand_down_because",),
    },
}
"""Form -> step -> the questions the process itself rests on."""


def loop_problems(framework: Framework) -> Iterator[Problem]:
    """Everything closing the loop would stumble over."""
    ladders = {ladder.key: ladder for ladder in framework.ladders}
    if LATE_LADDER not in ladders:
        yield Problem(("ladders",), f'closing the loop needs a ladder "{LATE_LADDER}".')
    elif ladders[LATE_LADDER].anchor != "return_by":
        yield Problem(("ladders", list(ladders).index(LATE_LADDER), "anchor"), 'this ladder counts from "return_by".')
    yield from _forms(framework)
    rules, roles = framework.closing_the_loop, [role.key for role in framework.roles]
    for key in ("meets", "authoriser", "authoriser_in_conflict"):
        path: Path = ("closing_the_loop", key)
        try:
            expression = Expression.parse(getattr(rules, key))
        except NotARecipient:
            yield Problem(path, f'"{getattr(rules, key)}" is not a recipient. {NotARecipient.__doc__}')
            continue
        if expression.role:
            yield from unknown(expression.role, roles, path, "role")
    for key in ("remind_meeting_after", "remind_authoriser_after"):
        days = getattr(rules, key)
        if list(days) != sorted(set(days)) or any(day < 1 for day in days):
            yield Problem(("closing_the_loop", key), "working days of 1 or more, each once, in order.")
    if rules.reaudit_notice_days < 1:
        yield Problem(("closing_the_loop", "reaudit_notice_days"), "must be 1 or more.")


def _forms(framework: Framework) -> Iterator[Problem]:
    forms = {form.key: (index, form) for index, form in enumerate(framework.forms)}
    for key, steps in NEEDED.items():
        if key not in forms:
            yield Problem(("forms",), f'closing the loop needs a form "{key}".')
            continue
        index, form = forms[key]
        present = {step.key: {field.key for field in step.fields} for step in form.steps}
        for step, questions in steps.items():
            if step not in present:
                yield Problem(("forms", index), f'closing the loop needs a step "{step}".')
                continue
            for question in questions:
                if question not in present[step]:
                    yield Problem(("forms", index), f'the step "{step}" needs a question "{question}".')
