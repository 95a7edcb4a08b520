"""News of closing the loop: meet, send the form, authorise, sent back, authorised, look again, how it came out.

No grade, no case, no practitioner: the opened card has them. The result word is the one the catalogue allows (E32).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.speaking import say_count, say_date, say_late_on
from dialogs.learning_space.learning_space import About, begin
from dialogs.loop.loop_meeting import meeting_news
from policy.framework.framework import Framework

Facts = Mapping[str, Any]
Speaker = Callable[[About, tuple[str, ...], Facts, Framework], Message]
FILLS_IN = "senior_manager"
RUNS_IT = "qa_lead"
RESULTS = {
    "embedded": "The learning is embedded.",
    "partly": "The learning is partly embedded.",
    "not_yet": "The learning is not yet embedded.",
    "not_testable": "It could not be tested again.",
    "stood_down": "It was stood down: closing the loop does not go on.",
}
NO_REAUDIT = {
    "left": "The practitioner holds no post here any more.",
    "no_suitable_case": "There is no other case of theirs that may be looked at now.",
    "nobody_independent": "There is nobody free who is independent of the case.",
}
"""Why no re-audit could be opened, in the QA lead's words."""


def meeting_due(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    """To the Senior Manager: the meeting has not been noted yet (E26)."""
    meet_by = _day(facts, "meet_by")
    when = say_date(meet_by, about.today) if meet_by else ""
    late = meet_by is not None and meet_by < about.today
    page = begin(f"A meeting to hold: {about.reference}", f"Closing the loop {about.reference}: meet by {when}.", about)
    page.para("No meeting with the practitioner and their manager is noted yet.")
    page.facts([("Was to be held by" if late else "Meet by", when), ("Learning space", _word(facts, "learning_space"))])
    if FILLS_IN in roles:
        page.para("If you have met, open the form and put in the date.")
    else:
        page.para("Please find someone who can hold it.")
    return _open(page, about, facts, roles, FILLS_IN)


def form_due(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    """The form is due on this day, or late: to the Senior Manager, and to those above as the days go by (E27)."""
    days = int(facts.get("days_overdue", 0))
    due = _day(facts, "return_by")
    when = say_date(due, about.today) if due else ""
    heading = f"Closing the loop, {say_late_on(days, about.today)}" if days else f"Closing the loop, due on {when}"
    page = begin(f"{heading}: {about.reference}", f"{heading}: {about.reference}.", about)
    if FILLS_IN in roles:
        page.para("The form has not come back yet. Please finish it and send it to the Head of Service.")
        if days:
            page.para("If something is in the way, tell the Head of Service: they can help.")
    else:
        page.para("The form has not come back from the Senior Manager yet.")
        page.para("Please find out what is in the way, and help to get it done.")
    page.facts([("Form due", when), ("Learning space", _word(facts, "learning_space"))])
    return _open(page, about, facts, roles, FILLS_IN)


def for_authorisation(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    """To the one who authorises (E28)."""
    heading = "Nobody can authorise it yet" if about.because else "For you to authorise"
    page = begin(f"{heading}: {about.reference}", f"Closing the loop {about.reference} waits for you.", about)
    sent = _day(facts, "submitted_on")
    if about.because:
        page.para("Closing the loop waits to be authorised, and there is nobody in the post who can do it.")
        page.para("Please ask for a deputy to be named.")
    else:
        page.para("The Senior Manager has sent the form. Please read it, then authorise it or send it back.")
    page.facts(
        [("Learning space", _word(facts, "learning_space")), ("Sent", say_date(sent, about.today) if sent else "")]
    )
    return _open(page, about, facts, roles, *(role for role in roles if not about.because))


def sent_back(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    """To the Senior Manager: something has to change; what it is stands in the opened form alone (E29)."""
    page = begin(f"Sent back: {about.reference}", f"Closing the loop {about.reference} was sent back to you.", about)
    page.spoken(Bold(_word(facts, "sent_back_by")), " has read the form and asks you to change something.")
    page.para("What it is stands in the form. Everything you wrote is still there.")
    return _open(page, about, facts, roles, FILLS_IN)


def authorised(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    """To the QA team, the Senior Manager, the practitioner and their manager (E30)."""
    page = begin(f"Authorised: {about.reference}", f"Closing the loop {about.reference} is authorised.", about)
    due = _day(facts, "reaudit_due_on")
    when = say_date(due, about.today) if due else ""
    if "practitioner" in roles:
        page.para("What you and your manager agreed has been read and authorised. Thank you for the work you put in.")
        months = say_count(framework.closing_the_loop.reaudit_months, "month")
        page.para(f"In {months} there is another learning space with you, on other work, to see what has changed.")
    elif RUNS_IT in roles:
        page.para("It is with you now. The re-audit opens by itself on its day.")
    else:
        page.para("It is with the QA team now. A re-audit follows.")
    page.facts([("Re-audit", when)])
    return _open(page, about, facts, roles, RUNS_IT, FILLS_IN, "practitioner", "team_manager")


def reaudit_due(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    """To the QA lead: a re-audit comes, has been opened, or could not be (E31)."""
    due = _day(facts, "reaudit_due_on")
    when = say_date(due, about.today) if due else ""
    if reaudit := _word(facts, "reaudit"):
        page = begin(f"Re-audit opened: {reaudit}", f"The re-audit of {about.reference} is open: {reaudit}.", about)
        page.para("It was given to an independent manager, who has been told.")
        page.facts([("Learning space", reaudit), ("Re-audit of", about.reference)])
    elif because := _word(facts, "none_because"):
        page = begin(
            f"No re-audit yet: {about.reference}", f"The re-audit of {about.reference} could not be opened.", about
        )
        page.para(NO_REAUDIT.get(because, ""))
        page.para("I try again every week. If it will never be possible, open it and say so with the reason.")
    else:
        page = begin(
            f"A re-audit is coming up: {about.reference}", f"The re-audit of {about.reference} is due {when}.", about
        )
        page.para("It opens by itself on that day: another child, and another manager where that is possible.")
        page.facts([("Re-audit", when)])
    return _open(page, about, facts, roles, RUNS_IT)


def result(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    """How it came out, to those concerned (E32)."""
    page = begin(f"How it came out: {about.reference}", f"There is a result for {about.reference}.", about)
    word = _word(facts, "result")
    page.spoken(Bold(RESULTS.get(word, word)))
    if reaudit := _word(facts, "reaudit"):
        page.facts([("Re-audit", reaudit)])
    if word == "not_yet":
        page.para("Please talk about what would help, and agree it as an action.")
    elif word in ("embedded", "partly"):
        page.para("Open it to see then and now side by side.")
    return _open(page, about, facts, roles, *roles)


def open_button(page: Page, facts: Facts, reference: str) -> Page:
    """The button that opens a loop's form, where the notice carries its token."""
    token = _word(facts, "token")
    return page.button(wording.OPEN, "loop", token, typed=f"open {reference}", main=True) if token else page


def _open(page: Page, about: About, facts: Facts, roles: tuple[str, ...], *who: str) -> Message:
    """The way to the form for those it is for, and why someone hears in another's place."""
    page.spoken(wording.via_line(about.via, about.because), quiet=True)
    if any(role in who for role in roles):
        open_button(page, facts, about.reference)
    return page.small(wording.BETWEEN_YOU).message()


def _word(facts: Facts, key: str) -> str:
    value = facts.get(key)
    return value if isinstance(value, str) else ""


def _day(facts: Facts, key: str) -> date | None:
    return date.fromisoformat(_word(facts, key)) if facts.get(key) else None


EVENTS: dict[str, Speaker] = {
    "E26": meeting_due,
    "E27": form_due,
    "E28": for_authorisation,
    "E29": sent_back,
    "E30": authorised,
    "E31": reaudit_due,
    "E32": result,
    "E98": meeting_news,
}
"""The events of a loop, in words; `dialogs/notices/notices.py` adds them to its own."""
