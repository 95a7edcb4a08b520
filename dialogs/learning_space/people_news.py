"""News about people: reminders of what is not begun, results and thanks, changes of hands, who cannot be reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.rungs import if_nothing_happens
from dialogs.kit.speaking import say_count, say_date, say_late_on, sentence
from dialogs.learning_space import news
from dialogs.learning_space.learning_space import About, begin
from policy.framework.framework import Framework

Facts = Mapping[str, Any]
PRACTITIONER, AUDITOR = "practitioner", "auditor"
WORDS_FOR_WHY = {
    "reassigned": "The QA lead has given it to somebody else.",
    "inherited": "The post has a new holder, who takes it over.",
    "vacant": "The post is vacant, so nobody works on it now.",
    "unsuitable": "The new holder of the post cannot look at their own work.",
}
MOST_ROWS = 20


def _not_opened(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    page = begin(
        f"Not opened yet: {about.reference}", f"Learning space {about.reference} has not been opened yet.", about
    )
    page.para("This learning space is still waiting. Opening it takes a minute, and shows whose work it is about.")
    return _due_and_open(page, about, framework)


def _halfway(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    page = begin(
        f"No meeting date yet: {about.reference}",
        f"Learning space {about.reference} is due on {say_date(about.due_on, about.today)}.",
        about,
    )
    page.para("There is no date for the meeting yet. Booking it soon leaves time to find one that suits you both.")
    return _due_and_open(page, about, framework)


def _due_and_open(page: Page, about: About, framework: Framework) -> Message:
    page.facts([("Due", say_date(about.due_on, about.today))])
    if line := if_nothing_happens(about.told, framework):
        page.begin_box("emphasis").para(line).end_box()
    if about.token:
        title = wording.CARRY_ON if about.begun else wording.OPEN
        page.button(title, "open", about.token, typed=f"open {about.reference}", main=True)
    return page.message()


def _sent_in(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    if PRACTITIONER in roles:  # one written before its own event was there
        return _result_open(about, roles, facts, framework)
    submitted_on = date.fromisoformat(str(facts["submitted_on"])) if facts.get("submitted_on") else about.today
    return news.sent_in_message(about, submitted_on)


def _result_open(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    """To the practitioner, when they may read the result (E95)."""
    page = begin(f"There is a result: {about.reference}", f"Your learning space {about.reference} has a result.", about)
    page.spoken("The learning space about your work with ", Bold(about.auditor), " has a result.")
    page.para("If you have not talked about it yet, ask them for the talk, or ask your manager.")
    return _result_button(page, about)


def _replied(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    """To the auditor and the practitioner's manager: there are words to read, and none of them here (E96)."""
    page = begin(f"A reply to a result: {about.reference}", f"There is a reply to {about.reference}.", about)
    page.para("The practitioner has said something to the result. It stands at the end of it.")
    return _result_button(page, about)


def _recognised(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    if PRACTITIONER not in roles:
        return news.recognition_message(about)
    page = begin(
        f"Your work has been recognised: {about.reference}",
        f"Good news about {about.reference}: please open it.",
        about,
    )
    page.spoken("Good news: ", Bold(about.auditor), " has recognised your work in this learning space.")
    page.para("Your Head of Service and your manager know. Thank you for what you do.")
    return _result_button(page, about)


def _chosen(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    if not facts.get("instead"):
        return news.chosen_message(about, roles, framework)
    page = begin(
        "Somebody else for your learning space", "Somebody else will talk with you in your learning space.", about
    )
    page.spoken("Your learning space has gone to ", Bold(about.auditor), ", who will be in touch to agree a time.")
    page.para("Nothing else has changed. What you wrote in your reflection goes with it.")
    return page.button(wording.REFLECT, "reflect", about.reference, typed=f"reflect {about.reference}").message()


def _result_button(page: Page, about: About) -> Message:
    page.button(wording.OPEN_RESULT, "result", about.reference, typed=f"result {about.reference}", main=True)
    return page.message()


def _handed_over(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    if AUDITOR in roles:
        page = begin(
            f"A learning space for you: {about.reference}",
            f"A learning space has been handed to you: {about.reference}.",
            about,
        )
        page.para(
            "You take this learning space over. You start with an empty form: nothing another person wrote is in it."
        )
        page.facts([("Function", about.function), ("Due", _due(about)), ("Before", _before(facts, about))])
        if about.token:
            page.button(wording.OPEN, "open", about.token, typed=f"open {about.reference}", main=True)
        return page.message()
    why = str(facts.get("why", ""))
    page = begin(f"Changed hands: {about.reference}", f"Learning space {about.reference} has changed hands.", about)
    if why in ("vacant", "unsuitable"):
        page = begin(
            f"Nobody works on it: {about.reference}", f"Nobody works on learning space {about.reference} now.", about
        )
    page.para(WORDS_FOR_WHY.get(why, ""))
    page.facts(
        [
            ("From", str(facts.get("from", ""))),
            ("To", str(facts.get("to", ""))),
            ("Function", about.function),
            ("Due", _due(about)),
            ("Before", _before(facts, about)),
        ]
    )
    if why in ("vacant", "unsuitable"):
        page.small(f"To give it to somebody, type: reassign {about.reference} to, then the person's name.")
    return page.message()


def _due(about: About) -> str:
    late = -about.days_left
    return say_date(about.due_on, about.today) + (f" ({say_late_on(late, about.today)})" if late > 0 else "")


def _before(facts: Facts, about: About) -> str:
    """The due date it had, where it has moved."""
    moved = facts.get("moved_from")
    return say_date(date.fromisoformat(str(moved)), about.today) if moved else ""


def _out_of_reach(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    return out_of_reach_message(list(facts.get("rows", ())), int(facts.get("more", 0)))


def out_of_reach_message(rows: list[Mapping[str, Any]], more: int = 0) -> Message:
    """To the QA lead: who would be told something about open work and could not be, and why."""
    count = len(rows) + more
    if not count:
        page = begin("Everybody can be reached", "Everybody can be reached.", _NOTHING)
        return page.para("Everyone in the ladders of open work can be reached.").message()
    line = f"{sentence(say_count(count, 'person or post', 'people or posts'))} cannot be reached"
    page = begin(line, f"{line}.", _NOTHING)
    page.para("They stand in the ladders of open work. Nobody else is told this.")
    for row in rows[:MOST_ROWS]:
        why = str(WHY.get(str(row.get("why")), row.get("why"))).removesuffix(".")
        work = [
            say_count(int(row[kind]), one, many) for kind, (one, many) in OPEN_WORK.items() if int(row.get(kind, 0))
        ]
        page.spoken(Bold(str(row.get("who", ""))), f" {why} ({', '.join(work)}).")
    if more := count - min(len(rows), MOST_ROWS):
        page.small(f"And {more} more. Your administrator can list them all.")
    return page.message()


OPEN_WORK = {
    "items": ("learning space", "learning spaces"),
    "actions": ("action", "actions"),
    "loops": ("open loop", "open loops"),
}
"""The kinds of open work in whose ladders somebody may stand."""
WHY = {
    "left": "has left the council.",
    "no_account": "has no Microsoft account known to us, and has never written here.",
    "not_met": "has never written here, and has no Microsoft account known to us.",
    "blocked": "has blocked this app in Teams.",
    "uninstalled": "has taken this app off in Teams.",
    "disabled": "cannot use this app: an administrator has switched it off.",
    "vacant": "is vacant and has no deputy.",
    "away": "is away beyond the due date.",
}
_NOTHING = About(reference="", due_on=date.min, today=date.min)

Speaker = Callable[[About, tuple[str, ...], Facts, Framework], Message]
EVENTS: dict[str, Speaker] = {
    "E2": _chosen,
    "E4": _not_opened,
    "E5": _halfway,
    "E15": _sent_in,
    "E18": _recognised,
    "E19": _handed_over,
    "E75": _out_of_reach,
    "E95": _result_open,
    "E96": _replied,
}
