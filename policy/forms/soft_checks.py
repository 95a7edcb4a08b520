"""Questions back, not limits: asked when the overall grade stands far from what it rests on (domain.md 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policy.forms.form_walk import Answers
from policy.framework.framework import Form, Framework, SoftCheck


@dataclass(frozen=True, slots=True)
class SoftCheckHit:
    """A soft check that hit: its key, the question it asks (if any), and whether QA moderates the item for it."""

    check: str
    asks: str | None
    flags_moderation: bool
    rule: str = ""


def soft_checks(form: Form, answers: Answers, framework: Framework) -> tuple[SoftCheckHit, ...]:
    """The soft checks that hit on these answers, in the order of the file."""
    rank = {grade.key: place for place, grade in enumerate(framework.grades)}
    return tuple(
        SoftCheckHit(check.key, check.asks, check.flags_moderation, check.rule)
        for check in form.soft_checks
        if _hits(check, answers, framework, rank)
    )


def compared_fields(form: Form) -> frozenset[str]:
    """The questions whose answers the soft checks compare: no other answer makes one hit or miss."""
    return frozenset(key for check in form.soft_checks for key in (check.overall, *check.domains))


def _hits(check: SoftCheck, answers: Answers, framework: Framework, rank: Mapping[str, int]) -> bool:
    overall = rank.get(str(answers.get(check.overall)))
    if overall is None:
        return False
    if check.rule == "two_below_lowest":
        graded = [grade for domain in check.domains if (grade := rank.get(str(answers.get(domain)))) is not None]
        return bool(graded) and overall - max(graded) >= 2
    # Two grades above, on the list of grades best first. "Not applicable" has no place on it and counts for nothing.
    far_below = [
        grade
        for domain in check.domains
        if (grade := rank.get(str(answers.get(domain)))) is not None and grade - overall >= 2
    ]
    if check.rule == "two_above_lowest":
        return bool(far_below)
    # "Inadequate, and overall good or better": the grade that opens a loop, two or more below the overall one.
    return any(framework.grades[grade].triggers_loop for grade in far_below)
