"""The meeting of a loop as a card, and the news of it: booked, at another time, called off (E98).

No practitioner, no grade and no case: those who meet know what it is about, and a calendar is read by others.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.questions import Question
from dialogs.kit.speaking import say_date, say_time
from dialogs.learning_space.learning_space import About, begin
from policy.follow_up.loop_form import DECISIONS
from policy.framework.framework import Framework

if TYPE_CHECKING:
    from assurance.loop.loop_meeting import MeetingView

BOOK, CHANGE_IT, CALL_OFF = "Book the meeting", "Change the meeting", "Call it off"
PAGE = "book_meeting"
PLACE = "Where it is, you tell them yourself: nothing about the work belongs in a calendar."


def meeting_fact(at: datetime | None, today: date) -> tuple[str, str]:
    """The meeting as a line of facts; an empty value where none is booked."""
    return "Meeting", f"{say_date(at.date(), today)}, {say_time(at)}" if at else ""


def meeting_button(page: Page, token: str, at: datetime | None) -> None:
    """The way to the card of the meeting, from the card of the loop."""
    page.button(CHANGE_IT if at else BOOK, "loop_meeting", token, keep_answers=False)


def booking_message(view: MeetingView, framework: Framework, *, in_dialog: bool = False) -> Message:
    """Ask for the day and the hour; with one that is booked, offer another and to call it off."""
    loop, form = view.loop, framework.form(DECISIONS)
    heading = f"The meeting of {loop.reference}"
    page = Page(heading, summary=f"{heading}.", in_dialog=in_dialog)
    page.para("With the practitioner and their manager. Each of them is told, with the date for their calendar.")
    if not view.released:
        page.begin_box("warning").spoken(
            "The practitioner may not see the result yet, so they are not told of the meeting yet either. They are as "
            "soon as ",
            Bold(view.auditor),
            " has talked with them about it, or when it opens by itself.",
        ).end_box()
    page.facts([meeting_fact(loop.meeting_at, view.context.today), _meet_by(view)])
    for field in form.step(PAGE).fields:
        value = view.entered.get(field.key, view.answers.get(field.key))
        Question(field, view.context, {}, value=value, problem=view.problems.get(field.key)).put_on(page)
    page.small(PLACE)
    page.button(CHANGE_IT if loop.meeting_at else BOOK, "loop_book", loop.token, main=True)
    if loop.meeting_at:
        page.button(CALL_OFF, "loop_call_off", loop.token, keep_answers=False)
    return page.button(wording.BACK, "loop", loop.token, typed=f"open {loop.reference}", keep_answers=False).message()


def booked_message(view: MeetingView, framework: Framework) -> Message:
    """It is booked, and who is told."""
    loop = view.loop
    page = Page(f"The meeting is booked: {loop.reference}", summary=f"The meeting of {loop.reference} is booked.")
    page.facts([meeting_fact(loop.meeting_at, view.context.today)])
    if view.released:
        page.para("The practitioner and their manager are told, and so are you, with the date for the calendar.")
    else:
        page.para("Their manager is told, and so are you, with the date for the calendar.")
        page.spoken("The practitioner is told once ", Bold(view.auditor), " has talked with them about the result.")
    page.para(PLACE)
    return _way_back(page, view)


def called_off_message(view: MeetingView) -> Message:
    """None is booked any more."""
    loop = view.loop
    page = Page(f"No meeting is booked: {loop.reference}", summary=f"No meeting of {loop.reference} is booked.")
    page.para("Whoever was told of it is told that it is off, and it leaves their calendar.")
    page.facts([_meet_by(view)])
    return _way_back(page, view)


def meeting_news(about: About, roles: tuple[str, ...], facts: Mapping[str, Any], framework: Framework) -> Message:
    """To those who meet: the day and the hour, another one, or that it is off (E98)."""
    at = datetime.fromisoformat(str(facts["meeting_at"]))
    day = date.fromisoformat(str(facts["meeting_day"]))
    off, moved = bool(facts.get("called_off")), bool(facts.get("moved"))
    what = "The meeting is off" if off else "The meeting is at another time" if moved else "A meeting is booked"
    page = begin(f"{what}: {about.reference}", f"{what}: {about.reference}.", about)
    if off:
        page.para("Please take it out of your calendar. Another one comes in a message of its own.")
    elif "practitioner" in roles:
        page.para("Your Senior Manager would like to meet you and your manager, to look together at what comes next.")
    else:
        page.para("The Senior Manager, the practitioner and their manager meet.")
    page.facts(
        [
            ("It was to be on" if off else "Day", say_date(day, about.today)),
            ("At" if off else "From", say_time(at)),
            ("Called by", str(facts.get("called_by", ""))),
        ]
    )
    if not off:
        page.para("Whoever called it tells you where it is. If the time does not suit you, please tell them.")
    page.small("In an email, open the file that comes with it: your calendar then does the rest.")
    return page.message()


def _meet_by(view: MeetingView) -> tuple[str, str]:
    return "To be held by", say_date(view.loop.meet_by, view.context.today)


def _way_back(page: Page, view: MeetingView) -> Message:
    token, reference = view.loop.token, view.loop.reference
    page.button(wording.OPEN, "loop", token, typed=f"open {reference}", main=True)
    return page.button(CHANGE_IT if view.loop.meeting_at else BOOK, "loop_meeting", token).message()
