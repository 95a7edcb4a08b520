"""The notices about actions: reference, owner and dates. What is to be done stands in the opened card alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.rungs import LEVEL_BY_LEVEL, if_nothing_happens, say_roles
from dialogs.kit.speaking import say_date, say_day, say_late_on, sentence
from dialogs.learning_space.learning_space import About, begin
from policy.framework.framework import Framework

Roles = tuple[str, ...]
Facts = Mapping[str, Any]
OWNER = "owner"


def assigned_message(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    """To the owner, at once (E34)."""
    due = say_date(about.due_on, about.today)
    page = begin(
        f"An action for you: {about.reference}",
        f"An action is waiting for you: {about.reference}, due {due}.",
        about,
    )
    page.para("Something was agreed that you will do. Open it to see what.")
    page.facts([("Due", due)])
    return _open(page, about, facts).message()


def reminder_message(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    """To the owner: due in a week, or on the day (E35); late when the day it goes out is later."""
    if about.days_left < 0:
        return overdue_message(about, roles, facts, framework)
    due = say_date(about.due_on, about.today)
    page = begin(f"Action due on {due}: {about.reference}", f"Action {about.reference} is due on {due}.", about)
    page.para(f"Your action is due on {due}. When it is done, say where it can be seen.")
    if about.days_left:
        page.para("If that day cannot be kept, open it and ask for another one.")
    _otherwise(page, about, facts, framework)
    return _open(page, about, facts).message()


def overdue_message(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    """A week or two after the due date (E36): to the owner, and as a header to their team manager."""
    if OWNER not in roles:
        return not_completed_message(about, roles, facts, framework)
    late = say_late_on(-about.days_left, about.today)
    page = begin(f"Action {late}: {about.reference}", f"Action {about.reference}: {late}.", about)
    page.para(f"Your action was due on {say_date(about.due_on, about.today)}.")
    page.para("If it is done, open it and say where it can be seen. If something is in the way, say that.")
    if told := [role for role in facts.get("told", ()) if role != OWNER]:
        were, on = "were" if len(told) > 1 else "was", say_day(about.today)
        page.para(f"{sentence(say_roles(told, framework))} {were} told on {on}, so that they can help.")
    _otherwise(page, about, facts, framework)
    return _open(page, about, facts).message()


def not_completed_message(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    """To the managers above (E36 to E39): which action, whose, how many weeks. Nothing of what it is about."""
    late = f"An action, {_how_late(about, facts)}: {about.reference}"
    page = begin(late, f"{late}.", about)
    set_on = _date(facts, "set_on") if facts.get("strict") else None
    page.facts(
        [
            ("Owner", str(facts.get("owner", ""))),
            ("Was due" if about.days_left < 0 else "Due", say_date(about.due_on, about.today)),
            ("Set", say_date(set_on, about.today) if set_on else ""),
        ]
    )
    if about.via == "qa_for_vacancy":
        page.para("This would have gone to someone in the owner's line, so it comes to you instead:")
    elif about.via != "deputy":
        page.para("You are told because you are in the owner's line.")
    page.spoken(wording.via_line(about.via, about.because))
    page.para(wording.NOTHING_TO_FILL_IN)
    _otherwise(page, about, facts, framework)
    return page.message()


def evidence_message(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    """To the owner: done was said, and nothing shows it yet (E40)."""
    page = begin(f"Where can it be seen? {about.reference}", f"Please say where {about.reference} can be seen.", about)
    page.para("You said that this action is done. Please say where that can be seen, and the date of that record.")
    page.para("Until then it stays open.")
    return _open(page, about, facts).message()


def new_owner_message(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    """To the new owner, and to whoever set it (E41)."""
    due = say_date(about.due_on, about.today)
    if facts.get("ownerless"):
        page = begin(
            f"An action has lost its owner: {about.reference}", f"Action {about.reference} has lost its owner.", about
        )
        page.para(
            "Whoever had this action has left, and their post is vacant. The QA team can give it to someone else."
        )
        return page.facts([("Due", due)]).message()
    if OWNER in roles:
        page = begin(
            f"An action is now yours: {about.reference}",
            f"An action is now yours: {about.reference}, due {due}.",
            about,
        )
        page.para("It was agreed with someone who has left or moved on. Open it to see what is to be done.")
        page.facts([("Due", due)])
        page.para("If that day cannot be kept, open it and ask for another one.")
        return _open(page, about, facts).message()
    page = begin(f"An action has a new owner: {about.reference}", f"Action {about.reference} has a new owner.", about)
    page.spoken("An action you set is now with ", Bold(str(facts.get("owner", ""))), ".")
    return page.facts([("Due", due)]).message()


def date_asked_message(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    """To whoever set it: the owner asks for another date."""
    page = begin(f"A new date is asked for: {about.reference}", f"A new date is asked for: {about.reference}.", about)
    asked = _date(facts, "asked_due_on")
    page.facts(
        [
            ("Owner", str(facts.get("owner", ""))),
            ("Due now", say_date(about.due_on, about.today)),
            ("Asked for", say_date(asked, about.today) if asked else ""),
        ]
    )
    page.para("Please open it and agree or decline. Until then the first date stands.")
    return _open(page, about, facts).message()


def date_decided_message(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    """To the owner: the date was agreed, or stays."""
    due = say_date(about.due_on, about.today)
    if facts.get("agreed"):
        page = begin(
            f"Your new date is agreed: {about.reference}", f"The new date for {about.reference} is agreed.", about
        )
        page.para(f"Your action is now due on {due}.")
    else:
        page = begin(f"The date stays: {about.reference}", f"The date for {about.reference} stays as it is.", about)
        page.para(f"Your action stays due on {due}. If you cannot keep that day, speak with whoever set it.")
    return _open(page, about, facts).message()


def _how_late(about: About, facts: Facts) -> str:
    """'4 weeks late on Tuesday 3 March'; on the strict ladder, which may speak before the due date, 'not done 4 weeks
    after it was set'."""
    set_on = _date(facts, "set_on")
    if facts.get("strict") and set_on:
        return f"not done {_weeks((about.today - set_on).days)} after it was set"
    return f"{_weeks(-about.days_left)} late on {say_day(about.today)}"


def _weeks(days: int) -> str:
    weeks = days // 7
    if not weeks:
        return "1 day" if days == 1 else f"{days} days"
    return "1 week" if weeks == 1 else f"{weeks} weeks"


def _otherwise(page: Page, about: About, facts: Facts, framework: Framework) -> None:
    line = LEVEL_BY_LEVEL if facts.get("rungs_kept_back") else if_nothing_happens(about.told, framework)
    if line:
        page.begin_box("emphasis").para(line).end_box()


def _open(page: Page, about: About, facts: Facts) -> Page:
    if token := str(facts.get("token", "")):
        page.button(wording.OPEN, "open_action", token, typed=f"open {about.reference}", main=True)
    return page


def _date(facts: Facts, key: str) -> date | None:
    return date.fromisoformat(str(facts[key])) if facts.get(key) else None


EVENTS: dict[str, Callable[[About, Roles, Facts, Framework], Message]] = {
    "E34": assigned_message,
    "E35": reminder_message,
    "E36": overdue_message,
    "E37": not_completed_message,
    "E38": not_completed_message,
    "E39": not_completed_message,
    "E40": evidence_message,
    "E41": new_owner_message,
    "E72": date_asked_message,
    "E73": date_decided_message,
}
