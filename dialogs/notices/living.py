"""What a living card says once its subject has moved on: who did it, when, and the one thing left to do, if any."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.rungs import if_nothing_happens, told_of
from dialogs.kit.speaking import say_date
from dialogs.learning_space.learning_space import (
    Receipt,
    already_message,
    receipt_message,
    say_instant,
    withdrawn_message,
)
from dialogs.more_time.deciding import request_view_message
from dialogs.notices.together import list_message
from policy.framework.framework import Framework

if TYPE_CHECKING:
    from assurance.cards.how_it_stands import Begun, Present

LOOPS = {
    "open": "The meeting is still to be held.",
    "met": "They have met. The form is being filled in.",
    "submitted": "The form has been sent in. It waits to be authorised.",
    "returned_for_change": "The form was sent back, to change something.",
    "authorised": "The form has been authorised.",
    "with_qa": "The form has been authorised and is with the QA team. The re-audit comes.",
    "re_audit_due": "The form has been authorised. The re-audit is due.",
    "closed": "It is closed. There is nothing more to do.",
}
ACTIONS = {
    "open": "It is open.",
    "in_progress": "It has been begun.",
    "blocked": "Something stands in its way.",
    "done": "It is done. Thank you.",
    "not_needed": "It is no longer needed.",
}
SECOND_LOOKS = {
    "selected": "The moderation is still to come.",
    "graded": "The grades are in. The talk is still to come.",
    "discussed": "The talk is done. What came of it is still to be written down.",
    "disputed": "The two did not come together. It waits for those who settle it.",
    "closed": "It is closed. There is nothing more to do.",
}
REQUESTS = {"agreed": "agreed", "declined": "declined"}
"""What somebody did with a request, in words that follow a name."""
REQUESTS_ENDED = {
    "expired": "It was not decided in time",
    "form_is_in": "It was overtaken: the form came in",
    "ended": "It was overtaken: the learning space is no longer needed",
}


def present_message(now: Present, framework: Framework, today: date) -> Message:
    """The card as it should stand now. It names no practitioner, no case and no grade."""
    return _KINDS[now.kind](now, framework, today)


def _to_do(now: Present, framework: Framework, today: date) -> Message:
    due = say_date(now.due_on or today, today)
    was = f"Was due {due}" if now.late else f"Due {due}"
    summary = f"Learning space {now.reference}: {was[0].lower()}{was[1:]}."
    page = Page(f"Learning space {now.reference}", summary=summary)
    page.para(f"{was}. The clock stands still for now." if now.paused else f"{was}.")
    _how_far(page, now, framework)
    if now.asked:
        page.para("You have asked for more time. Until that is decided, the date stays as it is.")
    page.facts([("Function", now.function)])
    if not now.paused and (line := if_nothing_happens(told_of(now.rungs), framework)):
        page.begin_box("emphasis").para(line).end_box()
    _open_buttons(page, now, "open")
    if not now.late and not now.asked:
        page.button(wording.MORE_TIME, "more_time", now.token, typed=f"extension {now.reference}", keep_answers=False)
    return page.message()


def _to_correct(now: Present, framework: Framework, today: date) -> Message:
    page = Page(f"Open again: {now.reference}", summary=f"Learning space {now.reference} is open again.")
    page.para("It is open for you once more, to be corrected. Until you send it in, it stands as it was.")
    _how_far(page, now, framework)
    page.facts([("Correct it by", say_date(now.due_on, today) if now.due_on else "")])
    return _open_buttons(page, now, "open").message()


def _sent_in(now: Present, framework: Framework, today: date) -> Message:
    assert now.at is not None
    if now.token:
        return receipt_message(Receipt(now.reference, now.at, token=now.token, take_back=now.take_back), framework)
    return already_message(now.reference, now.at, framework, by_name=now.by, yours=not now.by)


def _gone(now: Present, framework: Framework, today: date) -> Message:
    page = Page(f"Taken back: {now.reference}", summary=f"{now.reference} has been taken back.")
    page.para("The form it came from was taken back, so there is nothing for you to do.")
    return _to_the_list(page)


def _withdrawn(now: Present, framework: Framework, today: date) -> Message:
    return withdrawn_message(now.reference)


def _with_someone_else(now: Present, framework: Framework, today: date) -> Message:
    page = Page(f"With someone else now: {now.reference}", summary=f"{now.reference} is with someone else now.")
    page.para("This learning space has gone to someone else, so there is nothing for you to do.")
    return _to_the_list(page)


def _own_work(now: Present, framework: Framework, today: date) -> Message:
    """To the practitioner: what is open to them, and no word of what is not."""
    if now.state == "opened":
        page = Page("Your result is open", summary="The result of a learning space is open to you.")
        page.spoken("You can read what came of your learning space with ", Bold(now.who), ".")
        return page.button(wording.OPEN_RESULT, "result", now.reference, typed=f"result {now.reference}").message()
    if now.state in ("excluded", "withdrawn"):
        page = Page("Your learning space is not needed", summary="A learning space is no longer needed.")
        page.para("The learning space about a piece of your work will not be held. There is nothing for you to do.")
        return page.message()
    page = Page("Your work has been chosen", summary="A piece of your work has been chosen for a learning space.")
    page.spoken("The learning space is with ", Bold(now.who), ".")
    if now.state == "submitted":
        return page.para("You will hear from me as soon as the result is open to you.").message()
    page.para("You may add a reflection in your own words until the form is sent in.")
    return page.button(wording.REFLECT, "reflect", now.reference, typed=f"reflect {now.reference}").message()


def _taken_up(now: Present, framework: Framework, today: date) -> Message:
    page = Page(f"Taken up: {now.reference}", summary=f"Immediate attention for {now.reference} has been taken up.")
    when = f" on {say_instant(now.at, framework)}" if now.at else ""
    if now.by:
        page.spoken(Bold(now.by), f" said{when} that they have spoken to them. Call them if you are in any doubt.")
    else:
        page.para(f"Thank you. You said{when} that you have spoken to them.")
    return page.para(wording.NOT_A_REFERRAL).message()


def _to_decide(now: Present, framework: Framework, today: date) -> Message:
    assert now.request is not None
    return request_view_message(now.request, framework, today, shows_note=False)


def _with_another_decider(now: Present, framework: Framework, today: date) -> Message:
    page = Page(f"With someone else now: {now.reference}", summary=f"{now.reference} is with someone else now.")
    page.para("Somebody else decides this request now, so there is nothing for you to do.")
    return _to_the_list(page)


def _settled(now: Present, framework: Framework, today: date) -> Message:
    page = Page(f"Settled: {now.reference}", summary=f"This request is settled: {now.reference}.")
    did = REQUESTS.get(now.state, "settled")
    when = f" on {say_instant(now.at, framework)}" if now.at else ""
    if now.by:
        page.spoken(Bold(now.by), f" {did} this{when}.")
    elif now.yours:
        page.para(f"You {did} this{when}.")
    else:
        page.para(f"{REQUESTS_ENDED.get(now.state, 'It has ended')}{when}.")
    return _to_the_list(page)


def _header(now: Present, framework: Framework, today: date) -> Message:
    """To those above, and to the QA team: the header, never what is in it."""
    if now.at is not None:
        page = Page(f"Sent in: {now.reference}", summary=f"Learning space {now.reference} has been sent in.")
        page.para("It has been sent in, so nothing more goes out about it.")
    elif now.state in ("excluded", "withdrawn"):
        page = Page(f"No longer needed: {now.reference}", summary=f"{now.reference} is no longer needed.")
        page.para("It has been taken off the list, so nothing more goes out about it.")
    else:
        page = Page(f"Learning space {now.reference}", summary=f"Learning space {now.reference} is still to come in.")
        late = "It is late, and still to come in." if now.late else "It is still to come in."
        page.para(f"{late} Its clock stands still for now." if now.paused else late)
    due = say_date(now.due_on, today) if now.due_on else ""
    sent = say_instant(now.at, framework) if now.at else ""
    page.facts([("Manager", now.who), ("Function", now.function), ("Due", due), ("Sent in", sent)])
    return page.message()


def _loop(now: Present, framework: Framework, today: date) -> Message:
    page = Page(f"Closing the loop: {now.reference}", summary=f"Closing the loop: {now.reference} has moved on.")
    page.para(LOOPS.get(now.state, "It has moved on."))
    _who_and_when(page, now, framework)
    _how_far(page, now, framework)
    if now.due_on:
        page.facts([("Form wanted by", say_date(now.due_on, today))])
    if now.token:
        _open_buttons(page, now, "loop")
    return page.message()


def _action(now: Present, framework: Framework, today: date) -> Message:
    page = Page(f"Action {now.reference}", summary=f"Action {now.reference} has moved on.")
    page.para(ACTIONS.get(now.state, "It has moved on."))
    due = say_date(now.due_on, today) if now.due_on else ""
    if now.late and now.at is None:
        page.para("Its date has gone by.")
    closed = say_instant(now.at, framework) if now.at else ""
    page.facts([("With", now.who), ("Due", due), ("Closed", closed)])
    if now.token and now.at is None:
        page.button(wording.OPEN, "open_action", now.token, typed=f"open {now.reference}", keep_answers=False)
    return page.message()


def _second_look(now: Present, framework: Framework, today: date) -> Message:
    page = Page(f"Moderation: {now.reference}", summary=f"A moderation has moved on: {now.reference}.")
    page.para(SECOND_LOOKS.get(now.state, "It has moved on."))
    page.facts([("With", now.who), ("Closed", say_instant(now.at, framework) if now.at else "")])
    if now.token:
        page.button(wording.OPEN, "moderate", now.token, typed=f"open {now.reference}", keep_answers=False)
    return page.message()


def _older(now: Present, framework: Framework, today: date) -> Message:
    page = Page(f"Earlier message: {now.reference}", summary=f"An earlier message about {now.reference}.")
    page.para("There is a newer message about this one further down.")
    return _to_the_list(page)


def _together(now: Present, framework: Framework, today: date) -> Message:
    return list_message(now.rows, now.reference, framework, today, own=now.yours)


def _how_far(page: Page, now: Present, framework: Framework) -> None:
    """To whoever fills the form in: where they stopped, whichever way they came to it."""
    begun: Begun | None = now.begun
    if begun is None:
        return
    where = f", up to step {begun.step} of {begun.of}" if begun.step else ""
    page.para(f"You have begun it{where}. What you wrote is saved, last on {say_instant(begun.at, framework)}.")


def _open_buttons(page: Page, now: Present, verb: str) -> Page:
    """In place, and in a window where there is something to go on with."""
    typed = f"open {now.reference}"
    title = wording.CARRY_ON if now.begun else wording.OPEN
    page.button(title, verb, now.token, typed=typed, main=True, keep_answers=False)
    return page.window_button(wording.IN_A_WINDOW, verb, now.token, typed=typed) if now.begun else page


def _who_and_when(page: Page, now: Present, framework: Framework) -> None:
    when = f" on {say_instant(now.at, framework)}" if now.at else ""
    if now.by:
        page.spoken("By ", Bold(now.by), f"{when}.")
    elif now.yours:
        page.para(f"By you{when}.")
    elif when:
        page.para(f"Since{when.removeprefix(' on')}.")


def _to_the_list(page: Page) -> Message:
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


_KINDS: dict[str, Callable[[Present, Framework, date], Message]] = {
    "to_do": _to_do,
    "to_correct": _to_correct,
    "sent_in": _sent_in,
    "withdrawn": _withdrawn,
    "with_someone_else": _with_someone_else,
    "own_work": _own_work,
    "taken_up": _taken_up,
    "to_decide": _to_decide,
    "with_another_decider": _with_another_decider,
    "settled": _settled,
    "header": _header,
    "loop": _loop,
    "action": _action,
    "second_look": _second_look,
    "older": _older,
    "together": _together,
    "gone": _gone,
}
