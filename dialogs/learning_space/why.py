"""Why a post was given a case, in words: the facts the allocator kept of a pick, for the QA lead to check."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dialogs.kit.speaking import say_count, say_list, sentence

RULED_OUT = {
    "self": "their own work",
    "own_team": "their own team's",
    "iro": "reviewed by them",
    "line_manager": "of people they line manage",
    "decision_maker": "they decide on",
    "practitioner_away": "of practitioners who are away",
    "worker_drawn": "of practitioners drawn in the last {worker_months} months",
    "child_drawn": "of children drawn in the last {child_months} months",
}
"""Each rule that can rule a case out (`policy/allocation/independence.py`), in words that follow a number of cases."""


def why_in_words(why: Mapping[str, Any], *, worker_months: int, child_months: int) -> str:
    """The facts of a pick as sentences, in the order a person would check them."""
    said = [_looked_at(why, worker_months=worker_months, child_months=child_months)]
    drawn = _day(why["practitioner_last_drawn"])
    said.append(f"The practitioner was last drawn on {drawn}." if drawn else "The practitioner was not drawn lately.")
    if why["practitioner_in_loop"]:
        said.append("They may be drawn again so soon because of an open loop.")
    if child := _day(why["child_last_drawn"]):
        said.append(f"The child's case was last drawn on {child}.")
    if why["team"]:
        said.append(f"Their team has had {say_count(why['team_load'], 'draw')} so far.")
    if last := _day(why["post_last_allocated"]):
        said.append(f"The post last had one on {last}.")
    if back := _day(why.get("holder_back_on", "")):
        said.append(f"Its holder is back on {back}.")
    return " ".join(said)


def _looked_at(why: Mapping[str, Any], **months: int) -> str:
    left = f"{say_count(why['cases_permitted'], 'case')} of {say_count(why['practitioners_permitted'], 'practitioner')}"
    looked = sentence(say_count(why["cases_considered"], "case"))
    out = [f"{count} {RULED_OUT[rule].format(**months)}" for rule, count in why["excluded"].items() if count]
    if not out:
        return f"{looked} looked at, none ruled out."
    return f"{looked} looked at, ruled out {say_list(out)}, leaving {left}."


def _day(iso: str) -> str:
    if not iso:
        return ""
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"
