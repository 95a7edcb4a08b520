"""What is put together: the morning message, the Monday summary, the month in numbers. Counts, and nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.small_numbers import say_number, why_hidden
from dialogs.kit.speaking import say_count, say_date, say_list, say_month, sentence
from dialogs.learning_space.learning_space import About, begin
from dialogs.loop.loop_list import AGES
from dialogs.qa_team import housekeeping_news
from policy.council.small_numbers import Said
from policy.framework.framework import Framework

Facts = Mapping[str, Any]
COUNTED = {
    "sent_in": "sent in",
    "due": "due this week",
    "late": "late",
    "paused": "paused",
    "loops": "open loops",
    "actions": "actions past their date",
}
"""What a summary counts, in the order it is shown."""
MOST_NAMED = 10
WHY_IT_LEFT = housekeeping_news.WHY_IT_LEFT


def _morning(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    page = begin(f"Your news of {say_date(about.today, about.today)}", "There is news for you. It can wait.", about)
    page.para("All of this can wait, and there is nothing for you to fill in.")
    for line in facts.get("lines", ()):
        page.spoken(_line(line))
    return page.message()


def _line(line: Mapping[str, Any]) -> str:
    if line.get("event") == "E86":
        return " ".join(housekeeping_news.taken_out(one) for one in line.get("taken", ())) + f" {WHY_IT_LEFT}"
    if line.get("event") == "E90":
        return f"{housekeeping_news.sealed(line)} {housekeeping_news.WHY_A_CODE}"
    count, references = int(line.get("count", 0)), [str(one) for one in line.get("references", ())]
    if line.get("event") == "E2":
        pieces = sentence(say_count(count, "piece of work", "pieces of work"))
        has, they_know = ("has", "practitioner knows") if count == 1 else ("have", "practitioners know")
        return (
            f"{pieces} in your team {has} been chosen for a learning space. The {they_know}. "
            "Please help them find the time for it."
        )
    said = say_list(references[:MOST_NAMED]) + (f" and {count - MOST_NAMED} more" if count > MOST_NAMED else "")
    if line.get("event") == "E10":
        passed, told = (
            ("has passed its due date", "Its manager has")
            if count == 1
            else ("have passed their due date", "Their managers have")
        )
        return f"{sentence(say_count(count, 'learning space'))} {passed}: {said}. {told} been told."
    return f"{sentence(say_count(count, 'learning space'))} sent in: {said}."


def _weekly(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    monday = date.fromisoformat(str(facts["week"]))
    page = begin("Your week in numbers", "Your week in numbers is here.", about)
    page.small(f"Week of {say_date(monday, about.today)}")
    for row in facts.get("rows", ()):
        page.spoken(Bold(str(row.get("function", ""))), gap="Medium")
        page.facts(_counts(row, framework))
    _why(page, [row[key] for row in facts.get("rows", ()) for key in COUNTED if key in row], framework)
    page.small("Paused is not late: its clock stands still.")
    if loops := facts.get("loops"):
        page.spoken(Bold(OPEN_LOOPS), gap="Medium")
        _open_loops(page, loops, framework)
    return page.message()


OPEN_LOOPS = "Closing the loop: what is open"


def _loops(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    page = begin(OPEN_LOOPS, "The list of open loops is here.", about)
    _open_loops(page, facts, framework)
    return page.message()


def _open_loops(page: Page, facts: Facts, framework: Framework) -> None:
    """How old the open loops are, and which they are where that may be said."""
    ages = facts.get("ages", {})
    page.facts([(title, _number(ages[key], framework)) for key, title in AGES.items() if key in ages])
    _why(page, list(ages.values()), framework)
    named = [str(one) for one in facts.get("references", ())]
    if named:
        page.para(f"Open: {say_list(named)}.")


def _monthly(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    month = date.fromisoformat(str(facts["month"]))
    page = begin(f"The month in numbers: {say_month(month)}", "The month in numbers is here.", about)
    for row in facts.get("rows", ()):
        page.spoken(Bold(str(row.get("function", ""))), gap="Medium")
        page.facts(_counts(row, framework))
    _why(page, [row[key] for row in facts.get("rows", ()) for key in COUNTED if key in row], framework)
    return page.message()


def _counts(row: Mapping[str, Any], framework: Framework) -> list[tuple[str, str]]:
    return [(sentence(title), _number(row[key], framework)) for key, title in COUNTED.items() if key in row]


def _number(kept: object, framework: Framework) -> str:
    return say_number(Said.of_fact(kept), framework.digests.hide_below)


def _why(page: Page, kept: Sequence[object], framework: Framework) -> None:
    if any(Said.of_fact(one).hidden for one in kept):
        page.small(why_hidden(framework.digests.hide_below))


Speaker = Callable[[About, tuple[str, ...], Facts, Framework], Message]
EVENTS: dict[str, Speaker] = {"E33": _loops, "E63": _weekly, "E64": _monthly, "E74": _morning}
