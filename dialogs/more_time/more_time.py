"""More time in words: asking for it, being taken off, deciding, and why not when it is not possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.questions import Question
from dialogs.kit.rungs import say_role, say_roles
from dialogs.kit.speaking import say_date, say_days, sentence
from dialogs.learning_space.learning_space import due_words, say_instant
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework

if TYPE_CHECKING:
    from assurance.common.more_time_refusals import (
        AskedAlready,
        DecidedAlready,
        ExtendedAlready,
        NoLaterDate,
        TooLateToAsk,
    )
    from assurance.more_time.ask_more_time import Asked, RequestForm
    from storage.casework.learning_spaces import LearningSpace

TAKEN_OFF = "Ask to be taken off"
AGREE, DECLINE, READ_NOTE, READ_WHY = "Agree", "Decline", "Read their note", "Read why"
EXTENSION = "extension"
STILL_POSSIBLE = (
    "You can still send it in, and that stops the reminders. If there is a good reason, tell the QA lead:"
    " holding a message back for a few days is theirs to decide."
)
MOST_TO_CHOOSE = 3


def reason_title(framework: Framework, form: str, reason: str) -> str:
    """A reason code in words; the code itself if the framework no longer names it."""
    choices = framework.form(form).field("reason").choices
    return next((choice.title for choice in choices if choice.key == reason), reason.replace("_", " "))


def request_message(form: RequestForm, framework: Framework, *, note: str = "", in_dialog: bool = False) -> Message:
    """The request while it is being written. `note` is a line of ours at the top."""
    item, today = form.item, form.context.today
    title = wording.MORE_TIME if form.kind == EXTENSION else TAKEN_OFF
    page = Page(f"{title}: {item.reference}", summary=f"{title}: {item.reference}.", in_dialog=in_dialog)
    page.para(note)
    if form.kind == EXTENSION:
        decides = say_roles(form.decides, framework) or "somebody above you"
        page.para(f"Ask for a new date here. {sentence(decides)} decides. The date can move once.")
    else:
        page.para("If this is agreed, the learning space is taken off your list and the QA team hears why.")
    page.facts(
        [
            ("Due", due_words(item, today)),
            ("Latest new date", say_date(form.latest, today) if form.kind == EXTENSION else ""),
        ]
    )
    _say_told_too_late(page, form.told_too_late, item.due_on, framework, today)
    _questions(page, form)
    page.button(ASK, f"ask_{form.kind}", item.token, main=True)
    if form.kind == EXTENSION:
        page.button(TAKEN_OFF, "want_exclusion", item.token, keep_answers=False)
    else:
        page.button(wording.MORE_TIME, "more_time", item.token, keep_answers=False)
    return page.button(wording.SHOW_LIST, "home", typed="list", keep_answers=False).message()


ASK = "Ask"


def _questions(page: Page, form: RequestForm) -> None:
    if form.problems:
        page.begin_box("attention").para("Something needs another look. Nothing has been asked yet.").end_box()
    for field in form.form.steps[0].fields:
        Question(
            field,
            form.context,
            form.answers,
            value=form.answers.get(field.key),
            problem=form.problems.get(field.key),
            warnings=tuple(form.warnings.get(field.key, ())),
            text_hint=form.form.text_hint,
        ).put_on(page)


def asked_message(asked: Asked, framework: Framework, today: date) -> Message:
    """Asked: who decides, and until when."""
    item, request = asked.item, asked.request
    page = Page(f"Asked: {item.reference}", summary=f"Your request about {item.reference} has been passed on.")
    if asked.told:
        page.para(f"Your request goes to {say_roles(asked.told, framework)}. You will hear as soon as it is decided.")
    else:
        page.para("There is nobody in post above you to decide this, so the QA lead is asked to find someone.")
    rows = [("New date asked for", say_date(request.new_due_on, today) if request.new_due_on else "")]
    rows.append(("Reason", reason_title(framework, request.kind, request.reason)))
    page.facts(rows)
    page.para(say_moved(asked.asked_for, request.new_due_on, framework, today))
    _say_told_too_late(page, asked.told_too_late, item.due_on, framework, today)
    page.para(
        f"Until then it is due on {say_date(item.due_on, today)} as before. Without an answer by then it stays so."
    )
    return page.button(wording.OPEN, "open", item.token, typed=f"open {item.reference}").message()


def _say_told_too_late(page: Page, told_at: datetime | None, due_on: date, framework: Framework, today: date) -> None:
    """Asked in the evening of the due day, a request is read in the morning, when it cannot be agreed any more."""
    if told_at is None:
        return
    when = say_instant(told_at, framework)
    page.begin_box("warning").para(
        f"This will be read too late: nobody is written to in the evening, so they hear of it on {when}, and it can "
        f"be decided only until the end of {say_date(due_on, today)}. If you can, call them before then."
    ).end_box()


def say_moved(asked_for: date | None, new: date | None, framework: Framework, today: date) -> str:
    """Why the new date is not the one that was named: it is no working day. Empty when it is the one."""
    if asked_for is None or new is None:
        return ""
    holiday = Calendar.of(framework).is_bank_holiday(asked_for)
    why = "is a bank holiday" if holiday else "is not a working day"
    return f"{say_date(asked_for, today)} {why}, so the new date is {say_date(new, today)}."


def decision_facts(
    page: Page,
    framework: Framework,
    auditor: str,
    kind: str,
    reason: str,
    due_on: date,
    new: date | None,
    *,
    asked_for: date | None,
    today: date,
) -> None:
    """What a decision rests on."""
    asks = "for more time for a learning space." if kind == EXTENSION else "to be taken off a learning space."
    page.spoken(Bold(auditor), f" asks {asks}")
    page.facts(
        [
            ("Reason", reason_title(framework, kind, reason)),
            ("Due", say_date(due_on, today)),
            ("New date", say_date(new, today) if new else ""),
        ]
    )
    page.para(say_moved(asked_for, new, framework, today))
    page.para(f"It can be decided until the end of {say_date(due_on, today)}. Without a decision it stays as it is.")


def _asks_heading(kind: str, reference: str) -> str:
    return f"More time asked for: {reference}" if kind == EXTENSION else f"Asked to be taken off: {reference}"


def _asks_summary(kind: str, reference: str) -> str:
    what = "More time is asked for" if kind == EXTENSION else "Someone asks to be taken off"
    return f"{what}: {reference}. Please decide."


def asks_page(kind: str, reference: str) -> tuple[str, str]:
    """The heading and the summary of a request."""
    return _asks_heading(kind, reference), _asks_summary(kind, reference)


def which_message(items: Sequence[LearningSpace], today: date) -> Message:
    """More than one learning space is open, or none: which is it about?"""
    if not items:
        page = Page("Nothing to ask more time for", summary="Nothing is waiting for you.")
        page.para("You have no open learning space, so there is nothing to ask more time for.")
        return page.button(wording.SHOW_LIST, "home", typed="list").message()
    page = Page("Which one do you need more time for?", summary="Which one do you need more time for?")
    for item in items[:MOST_TO_CHOOSE]:
        page.spoken(Bold(item.reference), f", due {say_date(item.due_on, today)}")
        page.button_here(wording.MORE_TIME, "more_time", item.token, typed=f"extension {item.reference}")
    if len(items) > MOST_TO_CHOOSE:
        page.small("For another one, type extension and its reference.")
    return page.message()


# -- why not ----------------------------------------------------------------------------------------------------------


def too_late_message(no: TooLateToAsk, today: date) -> Message:
    """The deadline has passed: what remains possible."""
    page = Page(f"Too late for more time: {no.subject}", summary=f"It is too late for more time: {no.subject}.")
    was = say_date(no.due_on, today)
    if no.deciding:
        page.para(f"This could be decided until the end of {was}, and that has passed. The date stays as it was.")
        page.ask_qa("If there is a good reason, tell the QA lead: holding a message back for a few days is theirs.")
    else:
        page.para(f"It was due on {was}. More time can only be agreed before the end of that day.")
        page.ask_qa(STILL_POSSIBLE)
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def asked_already_message(no: AskedAlready, framework: Framework) -> Message:
    """A request is waiting: one at a time."""
    page = Page(f"Already asked: {no.subject}", summary=f"You have asked already: {no.subject}.")
    page.para(f"You asked on {say_instant(no.at, framework)}. It waits for its decision, and you will hear.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def extended_already_message(no: ExtendedAlready, today: date) -> Message:
    """Once is once."""
    page = Page(f"More time was agreed before: {no.subject}", summary=f"More time was agreed before: {no.subject}.")
    page.para(f"More time can be agreed once, and it has been. It is due on {say_date(no.due_on, today)}.")
    page.para("If it cannot be done at all, you can ask to be taken off.")
    if no.token:
        page.button(TAKEN_OFF, "want_exclusion", no.token)
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def no_later_date_message(no: NoLaterDate, today: date) -> Message:
    """The quarter has to be complete."""
    page = Page(f"No later date is possible: {no.subject}", summary=f"No later date is possible: {no.subject}.")
    page.para(f"It is due on {say_date(no.due_on, today)}. No later date fits before its quarter has to be complete.")
    page.para("If it cannot be done by then, speak to your Head of Service or to the QA lead.")
    if no.token:
        page.button(TAKEN_OFF, "want_exclusion", no.token)
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def decided_already_message(no: DecidedAlready, framework: Framework) -> Message:
    """The other one of two was first, or the time ran out."""
    words = {"agreed": "agreed", "declined": "declined", "expired": "not decided in time"}[no.state]
    page = Page(f"Settled: {no.subject}", summary=f"This request is settled: {no.subject}.")
    when = say_instant(no.at, framework)
    if no.yours:
        page.para(f"You {words} this on {when}.")
    elif no.by_name:
        page.spoken(Bold(no.by_name), f" {words} this on {when}.")
    else:
        page.para(f"This was {words}. It ended on {when}.")
    return page.para("This changed nothing.").button(wording.SHOW_LIST, "home", typed="list").message()


def say_step(step: str) -> str:
    """'+2' as people say it: '2 days past its date'. It names a step, and says nothing of how late anything is."""
    try:
        days = int(step)
    except ValueError:
        return step
    return (
        f"{say_days(days)} past its date"
        if days > 0
        else "on the due date"
        if days == 0
        else f"{say_days(-days)} before"
    )


def told_roles(roles: Sequence[str], framework: Framework) -> str:
    """'Senior Manager and Head of Service', without saying whose."""
    said = [say_role(role, framework) for role in roles]
    return " and ".join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else "".join(said)


def fact_date(facts: Mapping[str, Any], key: str) -> date | None:
    """A date among the facts of a notice."""
    return date.fromisoformat(str(facts[key])) if facts.get(key) else None
