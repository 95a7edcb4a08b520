"""Sample messages that tell of several things at once: a leader's list, and somebody's own actions; all invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from assurance.common.listed import Listed
from dialogs.kit.message import Message
from dialogs.notices.notices import render
from dialogs.notices.together import list_message, one_of_list_message
from tests.dialogs.sample_facts import DUE, FRAMEWORK, TOKEN, delivery, header

TODAY = DUE + timedelta(days=14)
FUNCTIONS = (
    "Family Safeguarding",
    "Duty and Assessment",
    "Children in our Care",
    "Safeguarding and review",
    "Children with Disabilities",
)
FIRST = (
    "Priya",
    "Gethin",
    "Amina",
    "Wei",
    "Dilys",
    "Chidi",
    "Yasmin",
    "Uma",
    "Marek",
    "Rosa",
    "Tomasz",
    "Hana",
    "Idris",
)
LAST = ("Fernhollow", "Gorsedale", "Heathwick-Larchfield", "Marramside", "Pinderfold", "Quarrybank", "Thistledon")
DIRECTOR, EXECUTIVE = ("director",), ("executive_director",)
SUBJECT = "list-41"


def row(number: int, days_late: int, *, told: tuple[str, ...] = (), **more: Any) -> Listed:
    """One learning space of somebody's."""
    due_on = TODAY - timedelta(days=days_late)
    return Listed(
        f"LS-2026Q3-{number:03}",
        f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]}",
        FUNCTIONS[(number * number + number // 7) % len(FUNCTIONS)],
        due_on,
        -days_late,
        **{"told": told, "rungs": _ahead(due_on), **more},
    )


def action(number: int, days_late: int, **more: Any) -> Listed:
    """One action of somebody's."""
    return replace(row(number, days_late), reference=f"AC-2026Q3-{number:03}", function="", **more)


def _ahead(due_on: date) -> tuple[dict[str, Any], ...]:
    return tuple(rung for rung in header(TODAY)["rungs"] if date.fromisoformat(rung["on"]) > TODAY)


def _say(event: str, role: str, rows: list[Listed], *, repeat: bool = False) -> Message:
    several = replace(delivery("E13", role, {}, on=TODAY, repeat=repeat), told_in=event, rows=tuple(rows), today=TODAY)
    return render(replace(several, notice=replace(several.notice, bundle=41)), FRAMEWORK)


def notices() -> dict[str, Message]:
    """As they go out."""
    many = [row(number, 14) for number in range(1, 40)]
    mixed = [row(n, 14) for n in range(1, 4)] + [row(n, 2) for n in range(4, 8)]
    mixed += [row(n, 7, told=DIRECTOR) for n in range(8, 14)] + [row(n, 14, told=EXECUTIVE) for n in range(14, 16)]
    covering = [row(1, 2, because="deputy"), row(2, 2)]
    own = [action(n, late, token=f"{TOKEN[:-1]}{n}") for n, late in enumerate((7, 0, -7, -7, 14), start=1)]
    strict = action(9, -3, set_on=TODAY - timedelta(weeks=4))
    return {
        "e87_thirty_nine": _say("E87", "executive_director", many),
        "e87_to_act_and_for_information": _say("E87", "head_of_service", mixed),
        "e87_actions_too": _say("E87", "senior_manager", [row(1, 2), action(2, 28), strict]),
        "e87_for_information": _say("E87", "head_of_service", [row(n, 7, told=DIRECTOR) for n in range(1, 4)]),
        "e87_repeat": _say("E87", "head_of_service", covering, repeat=True),
        "e87_one_left": _say("E87", "head_of_service", [row(1, 2)], repeat=True),
        "e88_three": _say("E88", "owner", own[:3]),
        "e88_five": _say("E88", "owner", [replace(one, told=("team_manager",)) for one in own]),
    }


def cards() -> dict[str, Message]:
    """As they stand later, and what a press shows."""
    rows = [row(n, 14) for n in range(1, 13)]
    some = [replace(one, over="submitted") if n % 3 else one for n, one in enumerate(rows)]
    all_over = [replace(one, over="submitted") for one in rows[:3]]
    return {
        "list_some_in": list_message(some, SUBJECT, FRAMEWORK, TODAY, own=False),
        "list_all_in": list_message(all_over, SUBJECT, FRAMEWORK, TODAY, own=False),
        "list_none_chosen": list_message(rows, SUBJECT, FRAMEWORK, TODAY, own=False, note="Please choose one first."),
        "list_one": one_of_list_message(rows[2], SUBJECT, TODAY),
        "list_one_action": one_of_list_message(action(4, 30, over="done"), SUBJECT, TODAY),
    }
