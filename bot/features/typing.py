"""Answering a form by typing: a line is an answer, a way to steer, or a command in the middle of it."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any

from assurance.common.refusals import Refused
from assurance.typed.open_text_page import open_text_page
from assurance.typed.typed_begin import begin_typing, typable
from assurance.typed.typed_moderation import STALE, NothingAsked
from bot.typed_line import TypedLine
from dialogs.front_door.front_door import confused_message
from dialogs.typed import typed
from dialogs.typed.offered_card import has_text_box, offered_on_card
from dialogs.typed.offered_text import offered_message
from dialogs.understand.understanding import Intent
from policy.council.actor import Actor
from policy.lifecycle.reference import LEARNING_SPACE, LOOP, MODERATION
from storage.casework import conversations

if TYPE_CHECKING:
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.kit.message import Message
    from policy.council.establishment import Person

Data = Mapping[str, Any]
_BY_TYPING = (f"{LEARNING_SPACE}-", f"{LOOP}-", f"{MODERATION}-")
"""How the references of what can be answered by typing begin."""


def presses(talk: Conversation) -> dict[str, Handler]:
    """'Answer by typing' on a card."""

    async def begin(person: Person, data: Data, in_dialog: bool) -> Message:
        value = data.get("ref")
        reference = value if isinstance(value, str) and len(value) <= 100 else ""
        return await _begin(talk, person, reference)

    return {"type": begin}


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """Everything typed is heard by `hear` before it comes to this."""
    return None


def refused(talk: Conversation, refused: Refused, person: Person) -> Message | None:
    """A moderation that waits for something else, or has to begin once more."""
    if not isinstance(refused, NothingAsked):
        return None
    return typed.nothing_asked_message(refused.subject, stale=refused.detail == STALE)


async def hear(talk: Conversation, person: Person, text: str, intent: Intent) -> list[Message] | None:
    """What a typed line means to a form that is open; None when it is nobody's answer and the rest may look at it.

    Raises what the form raises. Nothing of what was typed is kept except as an answer.
    """
    place = await talk.db.read(conversations.load, person.id)
    if intent.kind == "type" and (intent.reference or place is None):
        try:
            return [await _begin(talk, person, intent.reference)]
        except Refused as refused:
            if place is None:
                raise
            again = await TypedLine(talk, person, place, "again", Intent("unknown")).reply()
            return [talk.said_no(refused, person), *(again or ())]
    if place is None:
        return await _offer(talk, person, text, intent)
    talk.boxes.forget(person.id, talk.clock.now())
    return await TypedLine(talk, person, place, text, intent).reply()


async def _begin(talk: Conversation, person: Person, reference: str) -> Message:
    if not reference:
        actor = Actor.person(person.id)
        waiting = await talk.db.read(typable, talk.framework, actor=actor, now=talk.clock.now())
        if not waiting:
            return typed.nothing_to_type_message()
        if len(waiting) > 1:
            return typed.which_form_message(waiting, talk.today())
        reference = waiting[0].reference
    if "-" in reference and not reference.startswith(_BY_TYPING):
        return typed.not_by_typing_message(reference)
    page = await talk.write(begin_typing, reference, person)
    return typed.question_message(page, began=True)


async def _offer(talk: Conversation, person: Person, text: str, intent: Intent) -> list[Message] | None:
    """A text typed while a card with a text box is open: it is put into the box, and kept only when that is saved."""
    card = await talk.boxes.of(person.id, talk.clock.now())
    if card is not None and intent.hint == "details":
        return [confused_message(intent)]  # the card stays in front of them
    if intent.kind != "unknown" or intent.hint not in ("", "answer"):
        return None
    if card is not None:
        said = offered_on_card(card, talk.framework, talk.today(), text)
        if has_text_box(said.card):
            talk.boxes.shown(person.id, said, talk.clock.now())
        return [said]
    actor = Actor.person(person.id)
    page = await talk.db.read(open_text_page, talk.framework, actor=actor, now=talk.clock.now())
    return [offered_message(page, talk.framework, text)] if page is not None else None
