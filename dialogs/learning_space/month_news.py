"""News of a month that is not allocated: to the QA team who give it out, and then to the Director (E93, E94)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from dialogs.kit import wording
from dialogs.kit.message import Message
from dialogs.kit.speaking import say_date, say_month
from dialogs.learning_space.learning_space import About, begin
from policy.framework.framework import Framework

Facts = Mapping[str, Any]
GIVES_OUT = "qa_lead"


def _not_given_out(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    return _said(about, roles, facts, framework, further_up=False)


def _still_not(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    return _said(about, roles, facts, framework, further_up=True)


def _said(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework, *, further_up: bool) -> Message:
    month = date.fromisoformat(str(facts["month"]))
    begins_on = date.fromisoformat(str(facts["begins_on"]))
    named = say_month(month)
    page = begin(f"{named} is not allocated yet", f"{named} is not allocated yet.", about)
    day = say_date(begins_on, about.today)
    page.para(f"Its learning spaces were to be allocated on {day}, and none have been.")
    if GIVES_OUT not in roles:
        page.para("The QA lead gives them out, and has been told. There is nothing for you to fill in.")
        page.spoken(wording.via_line(about.via, about.because), quiet=True)
        return page.para("Please ask them what stands in the way.").message()
    if further_up:
        page.para("The Director has been told as well.")
    page.para("Managers have four weeks from the day they are told, so the month can still be allocated.")
    if facts.get("next_on"):
        titles = {role.key: role.short or role.title for role in framework.roles}
        told = " and the ".join(titles.get(one, one) for one in facts.get("next_told", ()))
        on = say_date(date.fromisoformat(str(facts["next_on"])), about.today)
        page.small(f"If nothing happens, the {told} is told on {on}.")
    page.spoken(wording.via_line(about.via, about.because), quiet=True)
    page.button("Propose it", "propose_month", step=f"{month:%Y-%m}", typed=f"allocate {named}", main=True)
    return page.message()


Speaker = Callable[[About, tuple[str, ...], Facts, Framework], Message]
EVENTS: dict[str, Speaker] = {"E93": _not_given_out, "E94": _still_not}
