"""Closing the loop in the chat: the form filled in, authorised or sent back, how it came out, and the list."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assurance.common.refusals import AlreadyDone, NotReady, UnknownStep
from assurance.forms.save_step import BACK, NEXT, STAY
from assurance.loop.loop_close import ask_for_own_reaudit, end_as_not_testable, record_result, stand_down
from assurance.loop.loop_decide import (
    ActionWithoutDate,
    ChildNotSafe,
    NotAnAnswer,
    OwnForm,
    authorise_loop,
    authorise_once_asked,
    send_loop_back,
)
from assurance.loop.loop_form import open_loop_form, open_loop_form_with, save_loop_step, send_loop
from assurance.loop.loop_lists import outstanding_loops
from assurance.loop.loop_meeting import book_meeting, call_meeting_off, open_booking
from assurance.loop.loop_view import LoopView
from bot.pressed import version_in, word
from dialogs.forms.form_card import CHANGED_ELSEWHERE, answers_in, asks_all
from dialogs.loop import loop_card, loop_meeting
from dialogs.loop.loop_list import loops_message
from dialogs.loop.loop_news import RESULTS
from policy.lifecycle.reference import LOOP

if TYPE_CHECKING:
    from assurance.common.refusals import Refused
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.kit.message import Message
    from dialogs.understand.understanding import Intent
    from policy.council.establishment import Person

Data = Mapping[str, Any]

AUTHORISED = "It is authorised and with the QA team. Those concerned are told, with the date of the re-audit."
SENT_BACK = "It is with the Senior Manager again, with your words in the form."
OWN_REAUDIT = "It gets a re-audit of its own."


def presses(talk: Conversation) -> dict[str, Handler]:
    """The verbs of the cards of a loop."""
    handlers = _Handlers(talk)
    return {
        "loop": handlers.open,
        "loops": handlers.show_list,
        "loop_next": handlers.next,
        "loop_back": handlers.back,
        "loop_later": handlers.later,
        "loop_edit": handlers.edit,
        "loop_send": handlers.send,
        "loop_meeting": handlers.meeting,
        "loop_book": handlers.book,
        "loop_call_off": handlers.call_off,
        "loop_authorise": handlers.authorise,
        "loop_authorise_sure": handlers.authorise_sure,
        "loop_return": handlers.send_back,
        "loop_result": handlers.result,
        "loop_not_testable": handlers.not_testable,
        "loop_stand_down": handlers.stand_down,
        "loop_own_reaudit": handlers.own_reaudit,
    }


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """'loops', and 'open CL-2026Q3-003'."""
    if intent.kind == "loops":
        return _Handlers(talk).show_list(person, {}, False)
    if intent.kind == "open" and intent.reference.startswith(f"{LOOP}-"):
        return _Handlers(talk).open(person, {"ref": intent.reference}, False)
    return None


def refused(talk: Conversation, refusal: Refused, person: Person) -> Message | None:
    """What closing the loop says no to; the rest is said in the words everybody gets."""
    subject = refusal.subject
    if not subject.startswith(f"{LOOP}-"):
        return None
    match refusal:
        case OwnForm():
            why = "You were the auditor or filled in the form, so somebody else authorises it. They have been asked."
        case ActionWithoutDate():
            why = "An action is not done and has no new date. Please send the form back, and ask for one."
        case AlreadyDone():
            why = f"{refusal.by_name} has authorised it already."
        case NotReady():
            why = f"That cannot be done with it now. To see how it stands, type: open {subject}"
        case _:
            return None
    return loop_card.not_allowed_message(subject, why)


async def saved_page(talk: Conversation, person: Person, data: Data, move: str) -> LoopView:
    """Keep the boxes of a page of a loop, also of a card whose form has changed since."""
    ref, raw = word(data, "ref"), answers_in(data)
    facts = {"step": word(data, "step"), "raw": raw, "move_to": move, "version": version_in(data)}
    try:
        view: LoopView = await talk.write(save_loop_step, ref, person, **facts)
    except UnknownStep:
        view = await talk.write(open_loop_form_with, ref, person, raw=raw)
    talk.wake()
    return view if asks_all(view.form, raw) else replace(view, form_changed=True)


class _Handlers:
    """What each verb does, for one conversation."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk

    async def show_list(self, person: Person, data: Data, in_dialog: bool) -> Message:
        talk = self._talk
        found = await talk.db.read(outstanding_loops, talk.framework, person.id, now=talk.clock.now())
        return loops_message(found, talk.today(), talk.framework.digests.hide_below)

    async def open(self, person: Person, data: Data, in_dialog: bool) -> Message:
        view = await self._view(person, data)
        return loop_card.loop_message(view, self._talk.framework, in_dialog=in_dialog)

    async def next(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._save(person, data, NEXT, in_dialog)

    async def back(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._save(person, data, BACK, in_dialog)

    async def later(self, person: Person, data: Data, in_dialog: bool) -> Message:
        view = await (saved_page(self._talk, person, data, STAY) if word(data, "step") else self._view(person, data))
        if view.problems or view.overtaken or view.form_changed:
            return loop_card.loop_message(view, self._talk.framework, in_dialog=in_dialog)
        return loop_card.saved_message(view)

    async def edit(self, person: Person, data: Data, in_dialog: bool) -> Message:
        view = await self._view(person, data, step=word(data, "step") or None)
        return loop_card.loop_message(view, self._talk.framework, in_dialog=in_dialog)

    async def send(self, person: Person, data: Data, in_dialog: bool) -> Message:
        talk = self._talk
        outcome = await talk.write(send_loop, word(data, "ref"), person, version=version_in(data, -1))
        talk.wake()
        if outcome.view is not None:
            note = CHANGED_ELSEWHERE if outcome.state == "changed" else ""
            return loop_card.loop_message(outcome.view, talk.framework, note=note, in_dialog=in_dialog)
        already = outcome.state == "already"
        return loop_card.sent_message(outcome.loop.reference, talk.framework, already=already, asked=outcome.asked)

    async def meeting(self, person: Person, data: Data, in_dialog: bool) -> Message:
        view = await self._talk.write(open_booking, word(data, "ref"), person)
        return loop_meeting.booking_message(view, self._talk.framework, in_dialog=in_dialog)

    async def book(self, person: Person, data: Data, in_dialog: bool) -> Message:
        talk = self._talk
        view = await talk.write(book_meeting, word(data, "ref"), person, raw=answers_in(data))
        talk.wake()
        if view.problems:
            return loop_meeting.booking_message(view, talk.framework, in_dialog=in_dialog)
        return loop_meeting.booked_message(view, talk.framework)

    async def call_off(self, person: Person, data: Data, in_dialog: bool) -> Message:
        view = await self._talk.write(call_meeting_off, word(data, "ref"), person)
        self._talk.wake()
        return loop_meeting.called_off_message(view)

    async def authorise(self, person: Person, data: Data, in_dialog: bool) -> Message:
        version = version_in(data)
        try:
            return await self._decide(authorise_loop, person, data, AUTHORISED, in_dialog, version=version)
        except ChildNotSafe:
            return loop_card.sure_message(await self._view(person, data), in_dialog=in_dialog)

    async def authorise_sure(self, person: Person, data: Data, in_dialog: bool) -> Message:
        version = version_in(data)
        return await self._decide(authorise_once_asked, person, data, AUTHORISED, in_dialog, version=version)

    async def send_back(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._decide(
            send_loop_back,
            person,
            data,
            SENT_BACK,
            in_dialog,
            answer="because",
            reason=data.get("because"),
            version=version_in(data),
        )

    async def result(self, person: Person, data: Data, in_dialog: bool) -> Message:
        given = data.get("reaudit_result")
        said = RESULTS.get(given, "") if isinstance(given, str) else ""
        return await self._decide(record_result, person, data, said, in_dialog, answer="reaudit_result", result=given)

    async def not_testable(self, person: Person, data: Data, in_dialog: bool) -> Message:
        reason = data.get("not_testable_because")
        said = RESULTS["not_testable"]
        return await self._decide(
            end_as_not_testable, person, data, said, in_dialog, answer="not_testable_because", reason=reason
        )

    async def stand_down(self, person: Person, data: Data, in_dialog: bool) -> Message:
        reason, said = data.get("stand_down_because"), RESULTS["stood_down"]
        return await self._decide(stand_down, person, data, said, in_dialog, answer="stand_down_because", reason=reason)

    async def own_reaudit(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._decide(ask_for_own_reaudit, person, data, OWN_REAUDIT, in_dialog)

    # -- how -----------------------------------------------------------------------------------------------------------

    async def _view(self, person: Person, data: Data, *, step: str | None = None) -> LoopView:
        view: LoopView = await self._talk.write(open_loop_form, word(data, "ref"), person, step=step)
        return view

    async def _save(self, person: Person, data: Data, move: str, in_dialog: bool) -> Message:
        view = await saved_page(self._talk, person, data, move)
        return loop_card.loop_message(view, self._talk.framework, in_dialog=in_dialog)

    async def _decide(
        self,
        use_case: Any,
        person: Person,
        data: Data,
        said: str,
        in_dialog: bool,
        *,
        answer: str = "",
        **facts: Any,
    ) -> Message:
        """Carry a decision out. An answer that does not stand is shown back on the card, with what is wrong."""
        talk = self._talk
        try:
            done = await talk.write(use_case, word(data, "ref"), person, **facts)
        except NotAnAnswer as wrong:
            entered = data.get(answer)
            return loop_card.whole_message(
                await self._view(person, data),
                talk.framework,
                problem=wrong.problem,
                asked=answer,
                entered=entered if isinstance(entered, str) else "",
                in_dialog=in_dialog,
            )
        talk.wake()
        return loop_card.decided_message(done.loop.reference, said, already=done.already)
