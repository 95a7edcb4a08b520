"""Checks of the matrix of who sees what: readers who exist, conditions the bot can judge, and promises it must keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from policy.check.problem import Path, Problem, repeated, unknown
from policy.council.recipients import Expression, NotARecipient
from policy.council.visibility import TELLS_THE_GRADE, Right, rows_of
from policy.framework.framework import Framework
from policy.framework.rules_visibility import Item, Sees

_JUDGED: dict[str, tuple[str, ...]] = {
    "learning_space": ("escalated_to_them",),
    "result": ("released", "opens_a_loop", "recognised", "escalated_to_them", "authorising"),
    "case_reference": ("authorising",),
    "moderation": ("talked_through", "authorising"),
    "closing_the_loop": ("released", "authorising", "escalated_to_them"),
    "action": ("escalated_to_them",),
    "rows": (),
}
"""The conditions that mean something for each item."""
_LINES: dict[str, tuple[str, ...]] = {"action": ("owner",), "rows": ()}
_PEOPLE: dict[str, tuple[str, ...]] = {
    "moderation": ("auditor", "practitioner", "moderator"),
    "closing_the_loop": ("auditor", "practitioner", "setter"),
    "action": ("owner", "setter"),
    "rows": (),
}
_OF_A_LEARNING_SPACE = (("auditor", "practitioner", "case"), ("auditor", "practitioner"))
"""What everything else knows: lines, and people."""


def visibility_problems(framework: Framework) -> Iterator[Problem]:
    """What does not fit in `[[sees]]`."""
    roles = [role.key for role in framework.roles]
    for index, row in enumerate(framework.sees):
        path: Path = ("sees", index)
        if not row.readers:
            yield Problem((*path, "readers"), "somebody must be named, or the row left out.")
        for place, text in enumerate(row.readers):
            yield from _reader(row, text, roles, (*path, "readers", place))
        yield from repeated(row.readers, (*path, "readers"))
        for place, condition in enumerate(row.when):
            if condition not in _JUDGED[row.item]:
                known = ", ".join(_JUDGED[row.item]) or "none"
                reason = f'"{condition}" means nothing for "{row.item}"; it knows: {known}.'
                yield Problem((*path, "when", place), reason)
        if row.item in TELLS_THE_GRADE and "practitioner" in row.readers and row.when != ("released",):
            what = "a result" if row.item == "result" else "what follows from a grade"
            reason = f'the practitioner sees {what} once it is released: when = ["released"], in a row of their own.'
            yield Problem(path, reason)
    for item in get_args(Item):
        if not any(Right[row.right.upper()] >= Right.READ for row in rows_of(framework, item)):
            yield Problem(("sees",), f'nobody may see "{item}"; somebody must.')
    yield from _who_acts_sees(framework)


def _who_acts_sees(framework: Framework) -> Iterator[Problem]:
    """Whoever the file asks to fill in or to decide must be able to see what it is about."""
    rules = framework.closing_the_loop
    for key, least in (("meets", Right.WRITE), ("authoriser", Right.READ)):
        text = getattr(rules, key)
        able = (row for row in rows_of(framework, "closing_the_loop") if Right[row.right.upper()] >= least)
        if not any(text in row.readers and not row.when for row in able):
            reason = f'no row of "sees" lets "{text}" {least.name.lower()} "closing_the_loop".'
            yield Problem(("closing_the_loop", key), reason)


def _reader(row: Sees, text: str, roles: list[str], path: Path) -> Iterator[Problem]:
    try:
        expression = Expression.parse(text)
    except NotARecipient:
        yield Problem(path, f'"{text}" is not a reader. {NotARecipient.__doc__}')
        return
    lines = _LINES.get(row.item, _OF_A_LEARNING_SPACE[0])
    people = _PEOPLE.get(row.item, _OF_A_LEARNING_SPACE[1])
    if expression.role:
        yield from unknown(expression.role, roles, path, "role")
        if expression.line and expression.line not in lines:
            yield Problem(path, f'"{row.item}" has no {expression.line} in whose line to look for a role.')
    elif expression.line not in people:
        yield Problem(path, f'"{row.item}" has no {expression.line}.')
