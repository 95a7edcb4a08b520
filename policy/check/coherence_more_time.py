"""Checks of what the framework file says about more time, the discretion and practice weeks."""

from __future__ import annotations

from collections.abc import Iterator

from policy.check.problem import Path, Problem, unknown
from policy.framework.framework import Framework

ASKS = "E8"
"""More time, or to be taken off, is asked for."""
NEEDED = {
    "extension": ("reason", "new_date", "note"),
    "exclusion": ("reason", "note"),
    "decline": ("because",),
    "hold": ("reason", "working_days"),
}
"""Forms the bot asks for more time, declines and holds with, and the fields it reads from them."""


def more_time_problems(framework: Framework) -> Iterator[Problem]:
    """Everything that does not fit together."""
    decides = framework.more_time.decided_by
    path: Path = ("more_time", "decided_by")
    yield from unknown(decides, (role.key for role in framework.roles), path, "role")
    if any(role.key == decides and role.level is None for role in framework.roles):
        yield Problem(path, f'"{decides}" stands outside the line of management, so it decides on nobody\'s time.')
    asked = f"auditor.{decides}"
    for index, event in enumerate(framework.events):
        if event.key == ASKS and tuple(event.tell) != (asked,):
            yield Problem(("events", index, "tell"), f'must be "{asked}": who decides on more time is who is asked.')
    calendar = framework.calendar
    if not calendar.send_from <= framework.discretion.preview_at < calendar.send_to:
        yield Problem(("discretion", "preview_at"), "must be within the send hours, or nobody reads it in time.")
    for index, week in enumerate(framework.practice_weeks):
        if week.ends < week.starts:
            yield Problem(("practice_weeks", index, "ends"), "is before it starts.")
    forms = {form.key: (index, form) for index, form in enumerate(framework.forms)}
    for key, needed in NEEDED.items():
        if key not in forms:
            yield Problem(("forms",), f'the bot needs a form "{key}".')
            continue
        index, form = forms[key]
        if len(form.steps) != 1:
            yield Problem(("forms", index, "steps"), f'"{key}" is asked on one card, so it has one step.')
            continue
        given = {field.key for field in form.steps[0].fields}
        for name in needed:
            if name not in given:
                yield Problem(("forms", index), f'"{key}" needs a field "{name}".')
