"""Checks of the rules about people: everyone they name exists, and every form and event they need is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policy.check.problem import Path, Problem, repeated, unknown
from policy.council.recipients import Expression, NotARecipient
from policy.framework.framework import Framework

NEEDED_FORM = "reflection"


def people_problems(framework: Framework) -> Iterator[Problem]:
    """What does not fit in `[red_route]`, `[two_voices]`, `[people_change]` and `[digests]`."""
    if NEEDED_FORM not in {form.key for form in framework.forms}:
        yield Problem(("forms",), f'the bot needs a form "{NEEDED_FORM}".')
    route = framework.red_route
    for index, each in enumerate(route.widen):
        yield from recipient_problems(framework, each.tell, ("red_route", "widen", index, "tell"))
        if index and each.after_hours <= route.widen[index - 1].after_hours:
            yield Problem(("red_route", "widen", index, "after_hours"), "must be later than the one before it.")
    if not framework.people_change.reasons:
        yield Problem(("people_change", "reasons"), "at least one reason is needed.")
    for key in ("weekly_tell", "weekly_totals_tell", "monthly_tell"):
        yield from _roles(framework, getattr(framework.digests, key), ("digests", key))
    for index, event in enumerate(framework.events):
        path: Path = ("events", index, "digest_for")
        yield from _roles(framework, event.digest_for, path)
        if event.urgent and event.digest_for:
            yield Problem(path, "what is urgent is never put together with anything.")


def _roles(framework: Framework, roles: Sequence[str], path: Path) -> Iterator[Problem]:
    for place, role in enumerate(roles):
        yield from unknown(role, (each.key for each in framework.roles), (*path, place), "role")
    yield from repeated(roles, path)


def recipient_problems(framework: Framework, expressions: Sequence[str], path: Path) -> Iterator[Problem]:
    """What is wrong with a list of recipients: no recipient at all, a role nobody has, one said twice."""
    for place, text in enumerate(expressions):
        try:
            expression = Expression.parse(text)
        except NotARecipient:
            yield Problem((*path, place), f'"{text}" is not a recipient. {NotARecipient.__doc__}')
        else:
            if expression.role:
                yield from unknown(expression.role, (role.key for role in framework.roles), (*path, place), "role")
    yield from repeated(expressions, path)
