"""Why a post was given what it was given, or nothing: plain facts and one sentence, for the QA lead to check."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from policy.allocation.allocation_plan import Unserved, spoken
from policy.allocation.casebook import Casebook
from policy.allocation.independence import CONFLICTS
from policy.allocation.matching import Candidates
from policy.council.establishment import Case

_SENTENCES = {
    "self": "its holder is the practitioner of every one of the {n} cases of its own function",
    "own_team": "every one of the {n} cases of its own function is its own team's",
    "iro": "its holder reviews every one of the {n} cases of its own function",
    "line_manager": "its holder line manages the practitioner of every one of the {n} cases of its own function",
    "decision_maker": "its holder is a decision-maker for every one of the {n} cases of its own function",
}
_CONFLICT_WORDS = {
    "self": "their own work",
    "own_team": "their own team's",
    "iro": "reviewed by them",
    "line_manager": "of people they line manage",
    "decision_maker": "they decide on",
}


def why(book: Casebook, row: Candidates, case: Case) -> dict[str, Any]:
    """The facts behind a pick."""
    history = book.history
    facts: dict[str, Any] = {
        "cases_considered": int(np.count_nonzero(row.considered)),
        "excluded": {rule: count for rule, count in row.excluded.items() if count},
        "cases_permitted": row.permitted,
        "practitioners_permitted": len(row.workers),
        "practitioner_last_drawn": _iso(history.last_drawn_worker.get(case.practitioner)),
        "practitioner_in_loop": case.practitioner in history.in_loop,
        "child_last_drawn": _iso(history.last_drawn_child.get(case.ref)),
        "team": case.team,
        "team_load": history.team_load.get(case.team, 0),
        "post_last_allocated": _iso(history.last_allocated.get(row.member.post.id)),
    }
    if row.member.back_on:
        facts["holder_back_on"] = row.member.back_on.isoformat()
    return facts


def cross_function_reason(row: Candidates, offered: dict[str, str]) -> str:
    """The reason code for going to another function, from those the framework offers (A7)."""
    conflicted = row.considered.any() and not row.open_but_for_time.any()
    preferred = "conflict_of_interest" if conflicted else "no_suitable_case"
    return preferred if preferred in offered else next(iter(offered), preferred)


def unserved(book: Casebook, row: Candidates, *, others_tried: bool, last_month: bool) -> Unserved:
    """Why a post got nothing, from what its own function had."""
    reason, sentence = _own_function(book, row, "went to other posts" if last_month else "are needed for other posts")
    end = "; nor could a case of another function be given" if others_tried else ""
    post = row.member.post
    return Unserved(post.id, reason, sentence + end, book.rules.establishment.in_words(post, named=True))


def _own_function(book: Casebook, row: Candidates, taken: str) -> tuple[str, str]:
    considered = int(np.count_nonzero(row.considered))
    if not considered:
        return "no_case", "its own function has no case"
    if row.permitted:
        people = _people(len(row.workers))
        return "outnumbered", f"the {people} it could draw from its own function {taken}"
    if not row.open_but_for_time.any():
        rules = {rule: count for rule, count in row.excluded.items() if count and rule in CONFLICTS}
        if len(rules) == 1:
            return next(iter(rules)), _SENTENCES[next(iter(rules))].format(n=considered)
        parts = ", ".join(f"{count} {_CONFLICT_WORDS[rule]}" for rule, count in rules.items())
        return "conflict_of_interest", f"none of the {considered} cases of its own function is independent: {parts}"
    return _none_free(book, row)


def _none_free(book: Casebook, row: Candidates) -> tuple[str, str]:
    """Every case left is closed by time alone: its worker or child was drawn lately, or its worker is away."""
    rules = book.rules
    drawn, away, child = set(), set(), set()
    free_on = []
    for number in np.flatnonzero(row.open_but_for_time):
        case = book.cases[number]
        worker_free, child_free = rules.worker_free_on(case.practitioner), rules.child_free_on(case.ref)
        free_on.append(rules.back_on(case.practitioner, max(worker_free, child_free, rules.on)))
        if worker_free > rules.on:
            drawn.add(case.practitioner)
        elif rules.away(case.practitioner):
            away.add(case.practitioner)
        else:
            child.add(case.practitioner)
    everyone = drawn | away | child
    months = book.rules.framework.allocation.worker_months
    all_of_them = "both own-function practitioners" if len(everyone) == 2 else f"all {_workers(len(everyone))}"
    who = f"{all_of_them} were" if len(everyone) > 1 else "its only own-function practitioner was"
    are = f"{all_of_them} are" if len(everyone) > 1 else "its only own-function practitioner is"
    first = min(free_on)
    end = "" if first == date.max else f"; first free on {spoken(first)}"
    if everyone == drawn:
        return "all_drawn", f"{who} drawn in the last {months} months{end}"
    if everyone == away:
        return "practitioners_away", f"{are} on leave{end}"
    parts = [f"{len(drawn)} drawn in the last {months} months"] if drawn else []
    parts += [f"{len(away)} on leave"] if away else []
    parts += [f"{len(child)} with no child that was not drawn lately"] if child else []
    count = f"none of the {_workers(len(everyone))}" if len(everyone) > 1 else "its only own-function practitioner"
    return "none_free", f"{count} is free: {', '.join(parts)}{end}"


def _workers(count: int) -> str:
    return f"{count} own-function {'practitioner' if count == 1 else 'practitioners'}"


def _people(count: int) -> str:
    return "only practitioner" if count == 1 else f"{count} practitioners"


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
