"""Who looks again, and at which child: the choice of a re-audit three months after a loop was authorised (R94, A21)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from policy.allocation.allocation_plan import History, Pick
from policy.allocation.cohort import eligible_posts
from policy.allocation.independence import Independence
from policy.calendar.calendar import Calendar
from policy.council.establishment import Case, Establishment, Post
from policy.framework.framework import Framework

RE_AUDIT = "re_audit"
"""Why a case of another function was taken, where none of the own function fits."""


@dataclass(frozen=True, slots=True)
class ReauditChoice:
    """The pick, or why there is none."""

    pick: Pick | None
    reason: str = ""
    """'left', 'no_suitable_case' or 'nobody_independent' when there is no pick."""


def choose_reaudit(
    framework: Framework,
    establishment: Establishment,
    history: History,
    *,
    practitioner: str,
    not_case: Collection[str],
    not_auditor: str,
    on: date,
) -> ReauditChoice:
    """Another child of the same practitioner, and an independent auditor, another one than before where possible.

    A post that has not had its learning space this quarter comes before one that has, its own function before
    another, then who has waited longest. The hard rules of allocation hold as ever; only that the practitioner was
    drawn lately is no objection, because they are in a loop.
    """
    if practitioner not in establishment.people or not establishment.posts_held_by(practitioner):
        return ReauditChoice(None, "left")
    cases = sorted(
        (one for one in establishment.cases.values() if one.practitioner == practitioner and one.ref not in not_case),
        key=lambda one: (history.last_drawn_child.get(one.ref, date.min), one.ref),
    )
    if not cases:
        return ReauditChoice(None, "no_suitable_case")
    rules = Independence(framework, establishment, history, on)
    quarter = Calendar.of(framework).quarter_of(on)
    left_out: Counter[str] = Counter()
    best: tuple[tuple[Any, ...], Post, Case] | None = None
    for post in eligible_posts(framework, establishment, quarter):
        if not post.holder or rules.leave.away(post.holder, on):
            left_out["away_or_vacant"] += 1
            continue
        for place, case in enumerate(cases):
            objections = rules.objections(post, case)
            hard = [rule for rule in objections if rule not in ("other_function", "worker_drawn")]
            if hard:
                left_out[hard[0]] += 1
                continue
            order = (
                post.holder == not_auditor,
                post.id in history.posts_done_this_quarter,
                "other_function" in objections,
                history.last_allocated.get(post.id, date.min),
                post.id,
                place,
            )
            if best is None or order < best[0]:
                best = (order, post, case)
    if best is None:
        only_cases = not set(left_out) - {"child_drawn", "practitioner_away", "away_or_vacant"}
        return ReauditChoice(None, "no_suitable_case" if only_cases else "nobody_independent")
    order, post, case = best
    why = {
        "re_audit": True,
        "same_auditor": bool(order[0]),
        "second_this_quarter": bool(order[1]),
        "cases": len(cases),
        "left_out": dict(sorted(left_out.items())),
    }
    pick = Pick(
        post=post.id,
        person=post.holder,
        case_ref=case.ref,
        practitioner=practitioner,
        stream="",
        function=post.function,
        case_function=case.function,
        why=why,
        cross_function_reason=RE_AUDIT if order[2] else "",
    )
    return ReauditChoice(pick)
