"""A month of learning spaces: which posts, which cases, and why (R37-R46, A7, A9, A40). Repeatable from its seed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from policy.allocation.allocation_plan import AllocationPlan, History, Pick, Unserved
from policy.allocation.allocation_reasons import cross_function_reason, unserved, why
from policy.allocation.casebook import Casebook
from policy.allocation.cohort import Cohort, CohortMaker, Member, cohort, eligible_posts
from policy.allocation.independence import Independence
from policy.allocation.matching import Candidates, candidates
from policy.allocation.quarter import Solved, solve_quarter
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.framework.framework import Framework

__all__ = [
    "AllocationPlan",
    "Cohort",
    "History",
    "Independence",
    "Member",
    "Pick",
    "Unserved",
    "allocate_month",
    "cohort",
    "eligible_posts",
]


def allocate_month(
    framework: Framework,
    establishment: Establishment,
    history: History,
    month: date,
    on: date,
    seed: int,
    at_most: int | None = None,
) -> AllocationPlan:
    """Plan the learning spaces of the month `month` lies in, allocated on the day `on`.

    The months of the quarter that are left are solved as one, so that this month takes nobody whom only a later post
    may have. The same council, history, dates and seed give the same plan, in whatever order the rows came. No rule
    is bent: a post that no case fits is reported, never given one that does not. `at_most` is a ceiling for the month
    (see `CohortMaker`).
    """
    maker = CohortMaker(framework, establishment, history, month, on, seed)
    rules = Independence(framework, establishment, history, on)
    book = Casebook(rules, history, seed)
    across = framework.allocation.cross_function == "with_reason"
    solved = solve_quarter(maker, book, at_most, across=across)
    picks, nothing = [], []
    for member in (*solved.cohort.members, *_left_out(maker, solved)):
        own = candidates(book, member, rules.own_functions(member.post))
        if member.post.id not in solved.drawn:
            nothing.append(unserved(book, own, others_tried=across, last_month=maker.months_left == 1))
            continue
        worker, elsewhere = solved.drawn[member.post.id]
        if elsewhere:
            others = candidates(book, member, rules.every_function() - rules.own_functions(member.post))
            reason = cross_function_reason(own, framework.allocation.cross_function_reasons)
            picks.append(_pick(book, others, others.case_of(worker), reason))
        else:
            picks.append(_pick(book, own, own.case_of(worker), ""))
    return _plan(framework, solved.cohort, picks, nothing, month, on, seed)


def _left_out(maker: CohortMaker, solved: Solved) -> list[Member]:
    """Posts that nobody is there for: said now, while something can still be done about it."""
    chosen = {member.post.id for member in solved.cohort.members}
    return [
        Member(post, maker.stream_of(post))
        for post in maker.remaining
        if post.id in solved.left_out and post.id not in chosen and maker.able(post, 0)
    ]


def _pick(book: Casebook, row: Candidates, number: int, reason: str) -> Pick:
    case, post = book.cases[number], row.member.post
    return Pick(
        post=post.id,
        person=post.holder,
        case_ref=case.ref,
        practitioner=case.practitioner,
        stream=row.member.stream,
        function=post.function,
        case_function=case.function,
        why=why(book, row, case),
        cross_function_reason=reason,
    )


def _plan(
    framework: Framework,
    chosen: Cohort,
    picks: list[Pick],
    nothing: list[Unserved],
    month: date,
    on: date,
    seed: int,
) -> AllocationPlan:
    first = month.replace(day=1)
    without = sorted((*chosen.unserved, *nothing), key=lambda one: one.post)
    counts: dict[str, Any] = {
        "eligible": chosen.eligible,
        "done_before": chosen.done_before,
        "remaining": chosen.remaining,
        "months_left": chosen.months_left,
        "given_before": chosen.given_before,
        "target": chosen.target,
        "framework_per_month": framework.learning_space.per_month,
        "picks": len(picks),
        "streams": {
            stream.key: sum(1 for pick in picks if pick.stream == stream.key)
            for stream in framework.learning_space.streams
        },
        "cross_function": sum(1 for pick in picks if pick.cross_function_reason),
        "unserved": dict(sorted(Counter(one.reason for one in without).items())),
        "left_for_later": chosen.remaining - len(picks) - len(without),
    }
    return AllocationPlan(
        picks=tuple(sorted(picks, key=lambda pick: pick.post)),
        unserved=tuple(without),
        month=first,
        seed=seed,
        counts=counts,
        quarter=Calendar.of(framework).quarter_of(first).key,
        allocated_on=on,
    )
