"""The QA lead takes a learning space back: `take back LS-...`, confirmed on a card with a reason."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any

from assurance.common.refusals import NotYours, Refused
from assurance.learning_space.take_back import IsAReaudit, NoSuchReasonToTakeBack, see_before_taking_back, take_back
from assurance.notify.tell import name_of
from bot.features import undo
from bot.pressed import word
from dialogs.learning_space import people, taking_back
from storage.council import establishment

if TYPE_CHECKING:
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.kit.message import Message
    from dialogs.understand.understanding import Intent
    from policy.council.establishment import Person
    from storage.casework.learning_spaces import LearningSpace
    from storage.engine.database import Session

Data = Mapping[str, Any]


def presses(talk: Conversation) -> dict[str, Handler]:
    """The button that confirms."""

    async def confirm(person: Person, data: Data, in_dialog: bool) -> Message:
        reference, reason = word(data, "ref"), word(data, taking_back.REASON)
        if not reason:
            return await _ask(talk, person, reference, missing=True)
        try:
            done = await talk.write(take_back, reference, person, reason=reason)
        except NotYours:
            return people.for_qa_lead_message()
        except NoSuchReasonToTakeBack:
            return await _ask(talk, person, reference, missing=True)
        talk.wake()
        return taking_back.taken_back_message(done)

    return {"take_back": confirm}


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """The command. Said by whoever has just sent that in or released it, it means their own press."""
    return _said(talk, person, intent.reference) if intent.kind == "take_back" else None


def refused(talk: Conversation, refused: Refused, person: Person) -> Message | None:
    """A re-audit is ended elsewhere."""
    return taking_back.reaudit_message(refused.subject) if isinstance(refused, IsAReaudit) else None


async def _said(talk: Conversation, person: Person, reference: str) -> Message:
    if await undo.can_undo(talk, person, reference):
        return await undo.undo(talk, person, reference)
    return await _ask(talk, person, reference)


async def _ask(talk: Conversation, person: Person, reference: str, *, missing: bool = False) -> Message:
    try:
        item: LearningSpace = await talk.write(see_before_taking_back, reference, person)
    except NotYours:
        return people.for_qa_lead_message()
    auditor = await talk.db.read(_name, item.person)
    return taking_back.take_back_message(item, auditor, talk.framework, talk.today(), missing=missing)


def _name(session: Session, person: str) -> str:
    return name_of(establishment.current(session), person)
