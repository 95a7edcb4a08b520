"""News of a moderation: selected, a talk to book, a talk booked, the outcome, and a rate that is too low. No grade."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.speaking import say_count, say_date, sentence
from dialogs.learning_space.learning_space import About, begin
from policy.framework.framework import Framework

Facts = Mapping[str, Any]
Speaker = Callable[[About, tuple[str, ...], Facts, Framework], Message]

NOT_YET_WHY = "By rule, by chance or on request: you read why it was chosen once your own view is kept."
"""The one sentence for every reason, because some of them would give the first grade away (3.5, blind)."""
OUTCOMES = {"agreed": "agreed", "raised": "raised", "lowered": "lowered", "not_agreed": "not agreed"}
"""The outcome words the catalogue allows in a message (E24)."""


def selected(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    """To the moderator: which one, and by when to have a day for the talk (E21)."""
    page = begin(f"A moderation for you: {about.reference}", f"Moderation {about.reference} is waiting for you.", about)
    page.para("Please look at this learning space a second time. You give your own view before you see the first one.")
    page.facts(
        [
            ("Learning space", str(facts.get("learning_space", ""))),
            ("Done by", about.auditor),
            ("Function", about.function),
            ("Book the talk by", _day(facts, "book_by", about)),
        ]
    )
    page.para(NOT_YET_WHY)
    page.spoken(wording.via_line(about.via, about.because), quiet=True)
    return _open(page, about, facts)


def talk_to_book(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    """To the moderator, when there is still no day for the talk (E22)."""
    page = begin(f"A talk to book: {about.reference}", f"Moderation {about.reference} has no day for the talk.", about)
    page.spoken("There is no day yet for the talk with ", Bold(about.auditor), ".")
    page.para("Without the talk there is no outcome: their view belongs to it. Please book a day now.")
    page.facts([("Learning space", str(facts.get("learning_space", "")))])
    return _open(page, about, facts)


def talk_booked(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    """To the original manager: when, and with whom (E23)."""
    learning_space, day = str(facts.get("learning_space", "")), _day(facts, "booked_on", about)
    page = begin(f"A talk about {learning_space}", f"A talk about {learning_space} is booked for {day}.", about)
    page.para("The QA team has looked at your learning space a second time, and would like to hear how you see it.")
    page.facts([("With", str(facts.get("moderator", ""))), ("Day", day), ("Moderation", about.reference)])
    page.para("There is nothing to prepare. It is there so that the same work is seen the same way.")
    page.small("If the day does not suit you, please agree another one with them.")
    return page.message()


def outcome(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    """To the manager, and where something changed or is not agreed to those above (E24)."""
    word = OUTCOMES.get(str(facts.get("outcome", "")), "")
    learning_space = str(facts.get("learning_space", ""))
    page = begin(
        f"Moderation finished: {about.reference}" if word != "not agreed" else f"Not agreed: {about.reference}",
        f"The moderation of {learning_space} has an outcome.",
        about,
    )
    page.facts([("Learning space", learning_space), ("Done by", about.auditor), ("Outcome", sentence(word))])
    decides = bool(facts.get("decides"))
    if decides:
        page.para("The QA lead and the Head of Service decide together. Please open it and say what you think.")
    elif "auditor" in roles:
        page.para("Thank you for talking it through. Your view is kept with it.")
        if word == "not agreed":
            page.para("The QA lead and the Head of Service decide now. You will hear what they say.")
    if facts.get("loop"):
        page.para(f"Closing the loop goes with it: {facts['loop']}.")
    if facts.get("stand_down") and "qa_lead" in roles:
        page.para(f"Closing the loop {facts['stand_down']} may be stood down now, with a reason.")
    page.spoken(wording.via_line(about.via, about.because), quiet=True)
    return _open(page, about, facts)


def rate_low(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    """To the QA lead: how far the quarter's moderations have come (E25)."""
    done, wanted, returned = (int(facts.get(key, 0)) for key in ("done", "wanted", "returned"))
    missing = wanted - done
    page = begin(
        f"{sentence(say_count(missing, 'moderation'))} still needed this quarter",
        f"{sentence(say_count(missing, 'moderation'))} still needed this quarter.",
        about,
    )
    page.facts(
        [
            ("Sent in", str(returned)),
            ("Needed by chance", f"{wanted} ({facts.get('target', '')}%)"),
            ("Looked at again", f"{done} ({facts.get('rate', '')}%)"),
        ]
    )
    page.para("What is always moderated comes on top and is not counted here.")
    page.para("More are drawn at the end of each month. To see who has which, type: moderations")
    return page.message()


def _open(page: Page, about: About, facts: Facts) -> Message:
    if token := str(facts.get("token", "")):
        page.button(wording.OPEN, "moderate", token, typed=f"open {about.reference}", main=True)
    return page.message()


def _day(facts: Facts, key: str, about: About) -> str:
    return say_date(date.fromisoformat(str(facts[key])), about.today) if facts.get(key) else ""


EVENTS: dict[str, Speaker] = {
    "E21": selected,
    "E22": talk_to_book,
    "E23": talk_booked,
    "E24": outcome,
    "E25": rate_low,
}
