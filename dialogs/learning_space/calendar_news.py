"""News of a date that stands in somebody's calendar: it has moved, or it has fallen away (E85)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from dialogs.kit.message import Message
from dialogs.kit.speaking import say_date
from dialogs.learning_space.learning_space import About, begin
from policy.framework.framework import Framework

Facts = Mapping[str, Any]


def _changed(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    was_on = date.fromisoformat(str(facts["was_on"]))
    moved_to = date.fromisoformat(str(facts["moved_to"])) if facts.get("moved_to") else None
    if facts.get("kind") == "discussion":
        page = begin(f"The talk is no longer booked: {about.reference}", "A talk is no longer booked.", about)
        page.facts([("It was booked for", say_date(was_on, about.today))])
        page.para("If that day is in your calendar, you can take it out. A new day comes in a message of its own.")
    elif moved_to is None:
        page = begin(f"No longer due: {about.reference}", f"{about.reference} is no longer due for you.", about)
        page.facts([("It was due", say_date(was_on, about.today))])
        page.para("If that day is in your calendar, you can take it out.")
    else:
        page = begin(f"Another due date: {about.reference}", f"{about.reference} has another due date.", about)
        page.facts([("It was due", say_date(was_on, about.today)), ("Now due", say_date(moved_to, about.today))])
        page.para("If the old day is in your calendar, please change it.")
    page.small("In an email, open the file that comes with it: your calendar then does the rest.")
    return page.message()


Speaker = Callable[[About, tuple[str, ...], Facts, Framework], Message]
EVENTS: dict[str, Speaker] = {"E85": _changed}
