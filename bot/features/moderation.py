"""Moderation in the chat: one opened, its steps, the talk, the outcome, a dispute, and the QA team's list."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assurance.moderate import BACK, NEXT, STAY, book_talk, look_again, open_talk, record_talk, save_moderation_step
from assurance.moderation_list import list_moderations
from assurance.moderation_outcome import close, settle, stand_loop_down
from assurance.moderation_view import open_moderation
from assurance.refusals import NotFound, NotReady, NotYours
from bot.pressed import word
from dialogs import moderation
from dialogs.form_card import answers_in
from policy.actor import Actor
from policy.reference import MODERATION
from storage import moderations

if TYPE_CHECKING:
    from assurance.moderation_view import ModerationView
    from assurance.refusals import Refused
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.message import Message
    from dialogs.understanding import Intent
    from policy.establishment import Person
    from policy.framework import Framework
    from storage.database import Session

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
        "moderation_book": handlers.book,
        "moderation_talk": handlers.open_talk,
        "moderation_talked": handlers.record_talk,
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
        return await self._save(person, data, STAY, in_dialog, note="Saved. You can go on whenever you like.")

    async def book(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._do(book_talk, person, data, in_dialog, raw=answers_in(data))

    async def open_talk(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._do(open_talk, person, data, in_dialog)

    async def record_talk(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._do(record_talk, person, data, in_dialog, raw=answers_in(data))

    async def close(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._do(close, person, data, in_dialog)

    async def again(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._do(look_again, person, data, in_dialog)

    async def settle(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._do(settle, person, data, in_dialog, stands=word(data, "step"))

    async def stand_down(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._do(stand_loop_down, person, data, in_dialog, reason=data.get("stand_down_because"))

    async def _save(self, person: Person, data: Data, move_to: str, in_dialog: bool, note: str = "") -> Message:
        facts = {"step": word(data, "step"), "raw": answers_in(data), "move_to": move_to}
        return await self._do(save_moderation_step, person, data, in_dialog, note=note, **facts)

    async def _do(
        self, use_case: Any, person: Person, data: Data, in_dialog: bool, *, note: str = "", **facts: Any
    ) -> Message:
        """One use-case by this person, and the page it leads to."""
        talk = self._talk
        view: ModerationView = await talk.write(use_case, word(data, "ref"), person, **facts)
        talk.wake()
        said = "" if view.problems else note
        return moderation.moderation_message(view, talk.framework, note=said, in_dialog=in_dialog)


def _open_by_reference(
    session: Session, framework: Framework, reference: str, *, actor: Actor, now: datetime
) -> ModerationView:
    """Open by the reference somebody typed; one that is not theirs and one that does not exist look the same."""
    found = moderations.by_reference(session, reference)
    if found is None:
        raise NotFound(reference)
    return open_moderation(session, framework, found.token, actor=actor, now=now)
