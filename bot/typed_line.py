"""One line typed in the middle of a form: an answer, a way to steer, or a command, and what is said to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from assurance.common.refusals import AlreadyDone, Refused
from assurance.forms.form_view import FormView
from assurance.typed.typed_answer import Answered, answer_by_typing
from assurance.typed.typed_moderation import STALE, NothingAsked
from assurance.typed.typed_move import ask_question
from assurance.typed.typed_view import TypedPage, look
from bot.typed_send import send
from dialogs.forms.form_card import CHANGED_ELSEWHERE
from dialogs.front_door.front_door import confused_message
from dialogs.typed import typed
from dialogs.understand.spoken_answers import Heard, read_answer
from dialogs.understand.spoken_problems import say_heard
from dialogs.understand.typed_words import Control, find_question, hear_control, is_short_command, is_yes
from policy.council.actor import Actor
from policy.forms.form_questions import END, first_question, question_after, question_before
from policy.forms.forms import Problem, is_answered, is_required
from storage.casework import conversations

if TYPE_CHECKING:
    from bot.conversation import Conversation
    from dialogs.kit.message import Message
    from dialogs.understand.understanding import Intent
    from policy.council.establishment import Person
    from policy.framework.framework import FormField
    from storage.casework.conversations import TypedConversation

A_DAY = timedelta(hours=24)
"""After this long away, a line is no answer before its author has said that they want to go on."""
DETAILS = (
    "That looked like someone's details, so I did not keep it. Please delete your message from this chat."
    " Then type it again with a role instead."
)


class TypedLine:
    """One line of one person."""

    def __init__(self, talk: Conversation, person: Person, place: TypedConversation, text: str, intent: Intent) -> None:
        self._talk = talk
        self._person = person
        self._place = place
        self._text = text
        self._intent = intent

    async def reply(self) -> list[Message] | None:
        """What is said to it; None when the form is gone and the line was not meant for it."""
        talk = self._talk
        try:
            page = await talk.db.read(
                look, talk.framework, self._place, actor=Actor.person(self._person.id), now=talk.clock.now()
            )
        except Refused as refused:
            return await self._gone(refused)
        if talk.clock.now() - self._place.asked_at > A_DAY:
            return await self._after_a_day(page)
        if page.asked is None and not page.at_the_end:
            return [await self._ask(first_question(page.form, page.answers), notes=[typed.FORM_CHANGED])]
        return await self._heard(page)

    async def _heard(self, page: TypedPage) -> list[Message]:
        field = page.field
        free_text = field is not None and field.kind == "text"
        control = Control("again") if self._intent.kind == "type" else hear_control(self._text)
        command = self._intent.kind not in ("unknown", "type") and is_short_command(self._text, free_text=free_text)
        if control is not None and (control.do == "change" or not command or control.do in ("again", "skip")):
            said = await self._steer(page, control)
            if said is not None:
                return [said]
        if command:
            return await self._command(page)
        if field is None:
            return [await self._at_the_end(page)]
        return await self._answer(page, field)

    # -- commands, absences, things that are gone ----------------------------------------------------------------------

    async def _command(self, page: TypedPage) -> list[Message]:
        """Do what was asked, and offer the question again."""
        talk = self._talk
        said = await talk.command(self._person, self._intent)
        if self._intent.kind == "open" and self._intent.reference == page.reference:
            await self._forget()  # they go on on the card
            return [said]
        again = await self._moved(page.place.question, page.place.back_to)
        return [said, typed.question_message(again, offered=True)] if again else [said]

    async def _after_a_day(self, page: TypedPage) -> list[Message] | None:
        control = hear_control(self._text)
        goes_on = control is not None and control.do in ("again", "back", "where", "review")
        if goes_on or self._intent.kind == "type" or is_yes(self._text):
            return [await self._ask(page.place.question)]
        if control is not None and control.do == "later":
            return [await self._later(page)]
        if self._intent.kind != "unknown" and is_short_command(self._text, free_text=True):
            return None
        return [typed.long_ago_message(page)]

    async def _gone(self, refused: Refused) -> list[Message] | None:
        """The item was sent in, given away or taken off. A command is answered as if nothing had been asked."""
        await self._forget()
        if self._intent.kind != "unknown":
            return None
        if isinstance(refused, AlreadyDone):
            raise refused
        if isinstance(refused, NothingAsked):
            return [typed.nothing_asked_message(refused.subject, stale=refused.detail == STALE, lost=True)]
        return [typed.gone_message(refused.subject if refused.subject.startswith(("LS-", "CL-", "MO-")) else "")]

    # -- steering ------------------------------------------------------------------------------------------------------

    async def _steer(self, page: TypedPage, control: Control) -> Message | None:
        here = page.place.question
        match control.do:
            case "back":
                return await self._ask(question_before(page.form, page.answers, here))
            case "again":
                return await self._ask(here, page.place.back_to)
            case "review":
                return await self._ask(END)
            case "where":
                return typed.where_message(page)
            case "later":
                return await self._later(page)
            case "skip":
                return await self._skip(page)
            case "send":
                return await self._send(page)
            case "clear":
                return await self._clear(page)
            case _:
                return await self._change(page, control)

    async def _later(self, page: TypedPage) -> Message:
        await self._forget()
        return typed.later_message(page)

    async def _skip(self, page: TypedPage) -> Message:
        field = page.field
        if field is None:
            return await self._ask(END)
        if not is_answered(page.answers.get(field.key)) and is_required(field, page.answers):
            return self._no(page, Problem("required"))
        if page.place.back_to:
            return await self._ask(page.place.back_to)
        return await self._ask(question_after(page.form, page.answers, field.key))

    async def _clear(self, page: TypedPage) -> Message | None:
        field = page.field
        if field is None or not is_answered(page.answers.get(field.key)):
            return None
        if is_required(field, page.answers):
            return self._no(page, Problem("required"))
        return self._answered(await self._save(page, field.key, None))

    async def _change(self, page: TypedPage, control: Control) -> Message | None:
        """Put an earlier answer right: at once when the new one was said with it, else by asking again."""
        found = find_question(control.what, control.value, page.questions, page.context, page.answers)
        if control.what.strip().lower() in ("it", "that") and control.value and page.field:
            before = question_before(page.form, page.answers, page.field.key)
            found = tuple(one for one in page.questions if one.field.key == before)
        wanted = found[0].field if len(found) == 1 else None
        heard = read_answer(wanted, control.value, page.context, page.answers) if wanted and control.value else None
        if page.field is not None and page.field.kind == "text" and not (wanted and _sure(control, wanted, heard)):
            return None  # 'Change the contact plan' is an answer where a text is asked for
        if wanted is None:
            numbers = [number for number, one in enumerate(page.questions, 1) if one in found]
            return typed.question_message(page, notes=[typed.which_question_note(numbers)])
        if heard is not None and heard.value is not None:
            return self._answered(await self._save(page, wanted.key, heard.value))
        back_to = page.place.back_to or page.place.question
        notes = [say_heard(heard.problem, wanted, control.value, page.context)] if heard and heard.problem else []
        return await self._ask(wanted.key, back_to, notes=notes)

    async def _at_the_end(self, page: TypedPage) -> Message:
        """Only the word itself sends: a yes or an ok may have been meant for something else."""
        if self._text.strip().isdecimal():
            said = await self._change(page, Control("change", self._text.strip()))
            assert said is not None
            return said
        note = "Type send to send it in, change and a number to put an answer right, or later to stop."
        if self._intent.hint == "details":
            note = DETAILS
        return typed.review_message(page, notes=[note])

    async def _send(self, page: TypedPage) -> Message:
        """Send what was read. Where something is missing or has changed since, that is shown first."""
        if page.missing:
            note = f"Before it can be sent, {_answers(page)} still needed. Here is the first."
            return await self._ask(first_question(page.form, page.answers), notes=[note])
        if not page.at_the_end:
            return await self._ask(END)
        said = await send(self._talk, self._person, page)
        if said is not None:
            await self._forget()
            return said
        return await self._ask(END, notes=[CHANGED_ELSEWHERE])

    # -- answers -------------------------------------------------------------------------------------------------------

    async def _answer(self, page: TypedPage, field: FormField) -> list[Message]:
        heard = read_answer(field, self._text, page.context, page.answers)
        if heard.skipped:
            return [await self._skip(page)]
        if heard.problem is None:
            return [self._answered(await self._save(page, field.key, heard.value))]
        if self._intent.kind not in ("unknown", "type"):
            return await self._command(page)
        return [self._no(page, heard.problem)]

    async def _save(self, page: TypedPage, key: str, value: object) -> Answered:
        talk = self._talk
        done: Answered = await talk.write(
            answer_by_typing,
            page.place.subject,
            self._person,
            at=page.place.question,
            question=key,
            value=value,
        )
        if done.page is not None and (not isinstance(done.page.view, FormView) or done.page.view.red_route):
            talk.wake()
        return done

    def _answered(self, done: Answered) -> Message:
        if done.page is None:
            return confused_message(self._intent)
        if done.overtaken:
            return typed.question_message(done.page, notes=[typed.TAKEN_ELSEWHERE])
        if done.problem is not None and done.field is not None:
            return self._no(done.page, done.problem, done.field)
        return typed.question_message(done.page, notes=typed.kept_notes(done))

    def _no(self, page: TypedPage, problem: Problem, field: FormField | None = None) -> Message:
        """Why an answer was not taken, and the question again."""
        about = field or page.field
        assert about is not None
        if problem.code.startswith("identifier:") or (self._intent.hint == "details" and about.kind != "date"):
            said = DETAILS
        else:
            said = say_heard(problem, about, self._text, page.context)
        return typed.question_message(page, notes=[said])

    # -- how -----------------------------------------------------------------------------------------------------------

    async def _ask(self, question: str, back_to: str = "", *, notes: Sequence[str] = ()) -> Message:
        page = await self._moved(question, back_to)
        if page is None:
            return confused_message(self._intent)
        return typed.question_message(page, notes=notes)

    async def _moved(self, question: str, back_to: str = "") -> TypedPage | None:
        page: TypedPage | None = await self._talk.write(
            ask_question, self._place.subject, self._person, question=question, back_to=back_to
        )
        return page

    async def _forget(self) -> None:
        await self._talk.db.write(conversations.forget, self._person.id)


def _sure(control: Control, wanted: FormField, heard: Heard | None) -> bool:
    """Whether a line that begins like a correction is one, although a free text is asked for."""
    by_number = control.what.strip().isdecimal()
    if wanted.kind == "text" or not control.value:
        return by_number
    return heard is not None and heard.value is not None


def _answers(page: TypedPage) -> str:
    count = sum(len(fields) for fields in page.missing.values())
    return "one answer is" if count == 1 else f"{count} answers are"
