"""What the manager who owes a learning space reads: allocated, due soon, due today, late, sent in, taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.minute import minute_line, say_seconds
from dialogs.kit.page import Page
from dialogs.kit.rungs import Told, if_nothing_happens, say_roles
from dialogs.kit.speaking import say_date, say_day, say_days, say_late_on, say_time
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework

if TYPE_CHECKING:
    from storage.casework.learning_spaces import LearningSpace

"""The role that may give more time, and only before the deadline (R101)."""


@dataclass(frozen=True, slots=True)
class About:
    """All that a message about a learning space may draw on. There is no grade, case or practitioner in it."""

    reference: str
    due_on: date
    today: date
    """The day the message goes out: it counts the days left or late."""
    function: str = ""
    auditor: str = ""
    token: str = ""
    told: tuple[Told, ...] = ()
    """The escalations still to come."""
    told_now: tuple[str, ...] = ()
    """The roles that are told today."""
    begun: bool = False
    repeat: bool = False
    instead_of: int = 0
    """How many earlier messages this one takes the place of, after a holiday or a time without service."""
    via: str = ""
    because: str = ""
    post: str = ""
    stream: str = ""
    paused_days: int = 0
    """Days the clock stood still after the due date; they are no lateness."""

    @property
    def days_left(self) -> int:
        """Days to the due date, negative when late."""
        return (self.due_on - self.today).days + self.paused_days


def begin(heading: str, summary: str, about: About) -> Page:
    """A page about a learning space; a repeat says so first, so that nobody takes it for news."""
    if about.repeat:
        heading, summary = f"Repeat: {heading}", f"Repeat: {summary}"
    page = Page(heading, summary=summary)
    if about.repeat:
        page.small("You may have had this message before. It is the same one, and nothing new has happened.")
    if about.instead_of:
        page.small(f"This message takes the place of {_earlier(about.instead_of)}.")
    return page


def allocation_message(about: About, framework: Framework) -> Message:
    """A learning space has been allocated: what, by when, and what happens otherwise."""
    due = say_date(about.due_on, about.today)
    page = begin(
        f"A learning space for you: {about.reference}",
        f"A learning space is waiting for you: {about.reference}, due {due}.",
        about,
    )
    page.para(
        "Please meet the practitioner, in person if you can, and look together at one piece of their work: "
        "what went well, what the child gained, and what could be even better."
    )
    page.facts(
        [
            ("Function", about.function),
            ("Post", about.post),
            ("Part of", about.stream),
            ("Due", due),
        ]
    )
    page.para(f"The form comes in short steps. {wording.SAVED_AS_YOU_GO}")
    _otherwise(page, about, framework)
    _open_button(page, about)
    if about.token:
        page.window_button(wording.IN_A_WINDOW, "open", about.token, typed=f"open {about.reference}")
    return _more_time_button(page, about).message()


def due_soon_message(about: About, framework: Framework) -> Message:
    """Some days before the due date."""
    due = say_date(about.due_on, about.today)
    page = begin(f"Due on {due}: {about.reference}", f"Learning space {about.reference} is due on {due}.", about)
    page.para(f"Your learning space is due on {due}.{_begun(about)}")
    if about.days_left > 3 and not about.begun:
        page.para("If the meeting is not booked yet, please book it soon.")
    elif about.days_left <= 3:
        page.para(
            f"If you need more time, ask {_who_extends(about, framework)} now. "
            "It can only be agreed up to the due date."
        )
    _otherwise(page, about, framework)
    return _more_time_button(_open_button(page, about), about).message()


def due_today_message(about: About, framework: Framework) -> Message:
    """On the due date, by its name: the message is still read when that day is over."""
    due = say_date(about.due_on, about.today)
    page = begin(f"Due on {due}: {about.reference}", f"Learning space {about.reference} is due on {due}.", about)
    until = say_time(Calendar.of(framework).deadline_at(about.due_on), framework.council.time_zone)
    page.para(f"Your learning space is due by {until} on {due}.{_begun(about)}")
    page.para(f"That is also the last moment at which {_who_extends(about, framework)} can agree to more time.")
    _otherwise(page, about, framework)
    return _more_time_button(_open_button(page, about), about).message()


def late_message(about: About, framework: Framework) -> Message:
    """The first day after the due date: still between us."""
    page = _late_page(about)
    page.para(
        f"Your learning space was due on {say_date(about.due_on, about.today)}. {wording.STAYS_OPEN}{_begun(about)}"
    )
    page.para(not_counted(about))
    page.para("If something is in the way, tell your manager: they can help.")
    _otherwise(page, about, framework)
    return _open_button(page, about).message()


def escalated_message(about: About, framework: Framework) -> Message:
    """To the late manager, on the day somebody above them is told: nothing is said behind anyone's back."""
    page, on = _late_page(about), say_day(about.today)
    page.para(f"Your learning space was due on {say_date(about.due_on, about.today)}.{_begun(about)}")
    page.para(not_counted(about))
    told = say_roles(about.told_now, framework) or "the managers above you"
    were = "was" if len(about.told_now) == 1 else "were"
    page.para(f"As the framework asks, {told} {were} told on {on}, so that they can help.")
    page.para(wording.STAYS_OPEN)
    _otherwise(page, about, framework)
    return _open_button(page, about).message()


def _late_page(about: About) -> Page:
    """How late it was on the day this goes out: the message stays in the chat, and the days go on."""
    late = say_late_on(-about.days_left, about.today)
    return begin(f"{late}: {about.reference}", f"Learning space {about.reference}: {late}.", about)


Answered = Literal["on_card", "typed", "by_email"]

_WHERE_ANSWERS_STAND: dict[Answered, str] = {
    "on_card": "Your answers are no longer shown in this chat.",
    "typed": "What you typed stays in this chat, where only you see it. You can delete those messages.",
    "by_email": "Your emails to me and my replies still hold your answers. You can delete them.",
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What somebody is told who has sent a form in: none of the answers, and no grade."""

    reference: str
    at: datetime
    """When it was sent in (UTC)."""
    red_route: bool = False
    """Whether to repeat that people, not this bot, act on an immediate risk."""
    token: str = ""
    """With it its author may say here that they have talked with the practitioner, or take it back."""
    answered: Answered = "on_card"
    """Decides what is said of where the answers still stand."""
    take_back: bool = False
    """Whether it can be taken back for a minute."""


def receipt_message(receipt: Receipt, framework: Framework) -> Message:
    """Sent in. It takes the place of the form in the chat."""
    reference, token = receipt.reference, receipt.token
    page = Page(f"Sent in: {reference}", summary=f"Thank you. Learning space {reference} has been sent in.")
    page.para("Thank you for taking the time. Your learning space is complete and safely stored.")
    page.facts([("Reference", reference), ("Sent in", say_instant(receipt.at, framework))])
    if receipt.red_route:
        page.begin_box("attention")
        page.para(f"The people who must know have been asked to call you now. {wording.NOT_A_REFERRAL}")
        page.end_box()
    if receipt.take_back:
        by_reply = " To do that, reply with the word: undo" if receipt.answered == "by_email" else ""
        page.para(f"{minute_line(framework)}{by_reply}")
    page.small(_WHERE_ANSWERS_STAND[receipt.answered])
    days = framework.two_voices.release_after_working_days
    if receipt.answered == "by_email":
        page.para(f"The practitioner can read the result after {days} working days. Please talk with them before that.")
    if token:
        page.para(
            "When you have talked with the practitioner, let them see the result here. "
            f"Otherwise it opens to them by itself after {days} working days."
        )
        page.button(wording.RELEASE, "release", token, typed=f"release {reference}")
        if receipt.take_back:
            page.button(wording.TAKE_BACK, "take_send_back", token, typed=f"undo {reference}")
    page.button(wording.SHOW_LIST, "home", typed="list")
    # What to do about an immediate risk is not left to a line in a window that closes.
    within = say_seconds(framework.two_voices.take_back_seconds)
    undo = f" To take it back within {within}, type: undo {reference}" if receipt.take_back else ""
    closes = "" if receipt.red_route else f"Thank you. {reference} has been sent in.{undo}"
    return page.message(closes=closes)


def already_message(
    reference: str, at: datetime, framework: Framework, *, by_name: str = "", yours: bool = True
) -> Message:
    """A form that has been sent in already, as a second press or an old card finds it."""
    page = Page(f"Already sent in: {reference}", summary=f"Learning space {reference} has already been sent in.")
    when = say_instant(at, framework)
    if yours or not by_name:
        page.para(f"This was sent in on {when}. There is nothing more to do. Thank you.")
    else:
        page.spoken("This was sent in by ", Bold(by_name), f" on {when}. There is nothing more to do.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def due_words(item: LearningSpace, today: date) -> str:
    """A due date, and how late it was on the day; one whose clock stands still is told from one that is late."""
    due, late = say_date(item.due_on, today), -item.days_left(today)
    if item.paused_on is not None:
        return f"{due} (the clock stands still{f'; {say_days(late)} late when it stopped' if late > 0 else ''})"
    return f"{due} ({say_late_on(late, today)})" if late > 0 else due


def saved_message(item: LearningSpace, today: date) -> Message:
    """Put aside for later: what was typed is kept, and nothing is sent in."""
    reference, token = item.reference, item.token
    page = Page(f"Saved for later: {reference}", summary=f"Learning space {reference} is saved for later.")
    page.para(f"Everything you have written is saved. {wording.NOTHING_SENT_YET}")
    page.facts([("Due", due_words(item, today))])
    page.button(wording.CARRY_ON, "open", token, typed=f"open {reference}", main=True)
    page.window_button(wording.IN_A_WINDOW, "open", token, typed=f"open {reference}")
    page.button(wording.BY_TYPING, "type", token, typed=f"type {reference}")
    return page.message(closes=f"{reference} is saved for later. {wording.NOTHING_SENT_YET}")


def withdrawn_message(reference: str = "") -> Message:
    """Excluded or withdrawn since the card was sent."""
    heading = f"No longer needed: {reference}" if reference else "No longer needed"
    page = Page(heading, summary="This learning space is no longer needed.")
    page.para("This learning space has been taken off your list, so there is nothing more to do.")
    page.ask_qa(wording.ASK_QA)
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def not_yours_message() -> Message:
    """Someone else's, or no such thing: the same words for both, so that nobody learns which."""
    page = Page("I cannot open that one", summary="I cannot open that one for you.")
    page.para("It is not on your list. It may be with someone else, or the reference may be a digit out.")
    page.ask_qa(wording.ASK_QA)
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def say_instant(at: datetime, framework: Framework) -> str:
    """'Tuesday 1 December 2026 at 2:05 pm', on the council's clock."""
    zone = framework.council.time_zone
    day = at.astimezone(ZoneInfo(zone)).date()
    return f"{say_day(day)} {day.year} at {say_time(at, zone)}"


def _earlier(count: int) -> str:
    return "an earlier one" if count == 1 else f"{count} earlier ones"


def not_counted(about: About) -> str:
    """The days that are not held against anyone, if there are any."""
    if not about.paused_days:
        return ""
    stood = "it is" if about.paused_days == 1 else "they are"
    return f"The clock stood still for {say_days(about.paused_days)} since, and {stood} not counted."


def _begun(about: About) -> str:
    return " You have begun it, and everything you wrote is saved." if about.begun else ""


def _who_extends(about: About, framework: Framework) -> str:
    """Whom to ask for more time: the Head of Service, or for a Head of Service whoever hears first (R101, A23)."""
    decides = framework.more_time.decided_by
    if any(decides in rung.roles for rung in about.told) or not about.told:
        return say_roles((decides,), framework)
    return say_roles(about.told[0].roles, framework)


def _has(roles: Sequence[str]) -> str:
    return "have" if len(roles) > 1 else "has"


def _otherwise(page: Page, about: About, framework: Framework) -> None:
    if line := if_nothing_happens(about.told, framework):
        page.begin_box("emphasis").para(line).end_box()


def _open_button(page: Page, about: About) -> Page:
    if about.token:
        title = wording.CARRY_ON if about.begun else wording.OPEN
        page.button(title, "open", about.token, typed=f"open {about.reference}", main=True)
    return page


def _more_time_button(page: Page, about: About) -> Page:
    if about.token:
        page.button(wording.MORE_TIME, "more_time", about.token, typed=f"extension {about.reference}")
    return page
