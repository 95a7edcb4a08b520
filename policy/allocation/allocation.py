"""A month of learning spaces: which posts, which cases, and why (R37-R46, A7, A9, A40). Repeatable from its seed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from policy.allocation.allocation_plan import AllocationPlan, History, Pick, Unserved
from policy.allocation.allocation_reasons import cross_function_reason, unserved, why
from policy.allocation.casebook import Casebook
from policy.allocation.cohort import Cohort, Member, cohort, eligible_posts
from policy.allocation.independence import Independence
from policy.allocation.matching import Candidates, assign, candidates, cost_table
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

    The same council, history, dates and seed give the same plan, in whatever order the rows came. No rule is bent:
    a post that no case fits is reported, never given one that does not. `at_most` limits the month (see `cohort`).
    """
    chosen = cohort(framework, establishment, history, month, on, seed, at_most)
    rules = Independence(framework, establishment, history, on)
    book = Casebook(rules, history, seed)
    members = sorted(chosen.members, key=lambda member: member.post.id)
    own = [candidates(book, member, rules.own_functions(member.post)) for member in members]
    matched, taken = _match(book, own, seed, set())
    picks = [_pick(book, own[row], number, "") for row, number in matched.items()]

    left = [row for number, row in enumerate(own) if number not in matched]
    across = framework.allocation.cross_function == "with_reason"
    elsewhere: dict[int, int] = {}
    if across and left:
        everywhere = rules.every_function()
        others = [candidates(book, row.member, everywhere - rules.own_functions(row.member.post)) for row in left]
        elsewhere, _ = _match(book, others, seed, taken)
        for row, number in elsewhere.items():
            reason = cross_function_reason(left[row], framework.allocation.cross_function_reasons)
            picks.append(_pick(book, others[row], number, reason))
    nothing = [unserved(book, row, others_tried=across) for number, row in enumerate(left) if number not in elsewhere]
    return _plan(framework, chosen, picks, nothing, month, on, seed)


def _match(book: Casebook, rows: list[Candidates], seed: int, taken: set[int]) -> tuple[dict[int, int], set[int]]:
    """Row -> number of the case it draws, and every worker drawn so far: nobody is drawn twice in one run."""
    found = {}
    for row, worker in assign(cost_table(book, rows, seed, taken)):
        place = int(rows[row].workers.searchsorted(worker))
        found[row] = int(rows[row].cases[place])
    return found, taken | {int(book.worker[case]) for case in found.values()}


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
        "target": chosen.target,
        "framework_per_month": framework.learning_space.per_month,
        "picks": len(picks),
        "streams": {
            stream.key: sum(1 for pick in picks if pick.stream == stream.key)
            for stream in framework.learning_space.streams
        },
        "cross_function": sum(1 for pick in picks if pick.cross_function_reason),
        "unserved": dict(sorted(Counter(one.reason for one in without).items())),
        "left_for_later": chosen.left_for_later,
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
