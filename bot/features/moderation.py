"""Moderation in the chat: one opened, its steps, the talk, the outcome, a dispute, and the QA team's list."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assurance.common.refusals import NotFound, NotReady, NotYours, UnknownStep
from assurance.forms.save_step import BACK, NEXT, STAY
from assurance.moderation.moderate import book_talk, look_again, open_talk, save_moderation_step
from assurance.moderation.moderation_changed import asks_all, open_moderation_with
from assurance.moderation.moderation_list import list_moderations
from assurance.moderation.moderation_outcome import close, settle, stand_loop_down
from assurance.moderation.moderation_view import open_moderation
from assurance.typed.typed_begin import begin_typing
from assurance.typed.typed_moderation import send_moderation
from bot.pressed import version_in, word
from dialogs.forms.form_card import CHANGED_ELSEWHERE, answers_in
from dialogs.moderation import moderation
from dialogs.typed import typed
from policy.council.actor import Actor
from policy.lifecycle.reference import MODERATION
from storage.casework import moderations

if TYPE_CHECKING:
    from assurance.common.refusals import Refused
    from assurance.moderation.moderation_view import ModerationView
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.kit.message import Message
    from dialogs.understand.understanding import Intent
    from policy.council.establishment import Person
    from policy.framework.framework import Framework
    from storage.engine.database import Session

Data = Mapping[str, Any]


def presses(talk: Conversation) -> dict[str, Handler]:
    """The verbs of the cards of a moderation."""
    handlers = _Handlers(talk)
    return {
        "moderations": handlers.show_list,
        "moderate": handlers.open,
        "moderation_next": handlers.next,
        "moderation_back": handlers.back,
        "moderation_later": handlers.later,
        "moderation_type": handlers.type,
        "moderation_send": handlers.send,
        "moderation_book": handlers.book,
        "moderation_talk": handlers.open_talk,
        "moderation_talked": handlers.next,
        "moderation_close": handlers.close,
        "moderation_again": handlers.again,
        "moderation_settle": handlers.settle,
        "moderation_stand_down": handlers.stand_down,
    }


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """'moderations', and 'open MO-2026Q3-004'."""
    handlers = _Handlers(talk)
    if intent.kind == "moderations":
        return handlers.show_list(person, {}, False)
    if intent.kind == "open" and intent.reference.startswith(f"{MODERATION}-"):
        return handlers.open_by_reference(person, intent.reference)
    return None


def refused(talk: Conversation, refusal: Refused, person: Person) -> Message | None:
    """What comes too early is said; the rest is said in everybody's words."""
    early = isinstance(refusal, NotReady) and refusal.subject.startswith(f"{MODERATION}-")
    return moderation.not_yet_message() if early else None


class _Handlers:
    """What each verb does, for one conversation."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk

    async def show_list(self, person: Person, data: Data, in_dialog: bool) -> Message:
        talk = self._talk
        actor = Actor.person(person.id)
        try:
            found = await talk.db.read(list_moderations, talk.framework, actor=actor, now=talk.clock.now())
        except NotYours:
            return moderation.not_for_you_message()
        return moderation.list_message(found, talk.today())

    async def open(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._do(open_moderation, person, data, in_dialog)

    async def open_by_reference(self, person: Person, reference: str) -> Message:
        view = await self._talk.write(_open_by_reference, reference, person)
        return moderation.moderation_message(view, self._talk.framework)

    async def next(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._save(person, data, NEXT, in_dialog)

    async def back(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._save(person, data, BACK, in_dialog)

    async def later(self, person: Person, data: Data, in_dialog: bool) -> Message:
        """Put aside; what could not be kept is shown instead."""
        view = await self._saved(person, data, STAY)
        if _to_look_at(view):
            return moderation.moderation_message(view, self._talk.framework, in_dialog=in_dialog)
        return moderation.saved_message(view)

    async def type(self, person: Person, data: Data, in_dialog: bool) -> Message:
        """Go on by typing. What stands in the boxes is kept first."""
        talk = self._talk
        view = await self._saved(person, data, STAY)
        if _to_look_at(view):
            return moderation.moderation_message(view, talk.framework, in_dialog=in_dialog)
        return typed.question_message(await talk.write(begin_typing, word(data, "ref"), person), began=True)

    async def send(self, person: Person, data: Data, in_dialog: bool) -> Message:
        """Send, pressed where everything was read once more after typing."""
        talk, form = self._talk, word(data, "step")
        sent = await talk.write(send_moderation, word(data, "ref"), person, form=form, version=version_in(data, -1))
        talk.wake()
        notes = {"stored": moderation.stored_note(form, sent.view.moderation.reference), "changed": CHANGED_ELSEWHERE}
        note = notes.get(sent.state, "")
        said = moderation.moderation_message(sent.view, talk.framework, note=note, in_dialog=in_dialog)
        return replace(said, covers_answers=sent.state != "changed")

    async def book(self, person: Person, data: Data, in_dialog: bool) -> Message:
        facts = {"raw": answers_in(data), "version": version_in(data)}
        return await self._do(book_talk, person, data, in_dialog, stores=True, **facts)

    async def open_talk(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._do(open_talk, person, data, in_dialog)

    async def close(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._do(close, person, data, in_dialog)

    async def again(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._do(look_again, person, data, in_dialog)

    async def settle(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._do(settle, person, data, in_dialog, stands=word(data, "step"))

    async def stand_down(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._do(stand_loop_down, person, data, in_dialog, reason=data.get("stand_down_because"))

    async def _save(self, person: Person, data: Data, move_to: str, in_dialog: bool) -> Message:
        view = await self._saved(person, data, move_to)
        said = moderation.moderation_message(view, self._talk.framework, in_dialog=in_dialog)
        return replace(said, covers_answers=move_to == NEXT and _is_stored(view))

    async def _saved(self, person: Person, data: Data, move_to: str) -> ModerationView:
        """Keep what stands in the boxes of a page, also of a card whose form has changed since."""
        talk, token, raw = self._talk, word(data, "ref"), answers_in(data)
        facts = {"step": word(data, "step"), "raw": raw, "version": version_in(data), "move_to": move_to}
        try:
            view: ModerationView = await talk.write(save_moderation_step, token, person, **facts)
        except UnknownStep:
            view = await talk.write(open_moderation_with, token, person, raw=raw)
        talk.wake()
        return view if asks_all(talk.framework, raw) else replace(view, form_changed=True)

    async def _do(
        self, use_case: Any, person: Person, data: Data, in_dialog: bool, *, stores: bool = False, **facts: Any
    ) -> Message:
        """One use-case by this person, and the page it leads to. `stores`: it may end a form, also a typed one."""
        talk = self._talk
        view: ModerationView = await talk.write(use_case, word(data, "ref"), person, **facts)
        talk.wake()
        said = moderation.moderation_message(view, talk.framework, in_dialog=in_dialog)
        return replace(said, covers_answers=stores and _is_stored(view))


def _to_look_at(view: ModerationView) -> bool:
    """Whether there is something to say of a page before it is put aside; or no page of a form is open any more."""
    return view.form is None or bool(view.problems) or view.overtaken or view.form_changed


def _is_stored(view: ModerationView) -> bool:
    """Whether a form has ended, so that no list of its answers is needed any more."""
    return view.form is None and not view.problems


def _open_by_reference(
    session: Session, framework: Framework, reference: str, *, actor: Actor, now: datetime
) -> ModerationView:
    """Open by the reference somebody typed; one that is not theirs and one that does not exist look the same."""
    found = moderations.by_reference(session, reference)
    if found is None:
        raise NotFound(reference)
    return open_moderation(session, framework, found.token, actor=actor, now=now)
