"""What the QA team asks for after a form came in: `reopen LS-...` and `moderate LS-...`, each confirmed on a card."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assurance.common.refusals import NotReady, NotYours, Refused
from assurance.learning_space.reopen import AuditorGone, NoSuchReasonToReopen, Reopened, reopen, see_before_reopening
from assurance.moderation.moderation_selection import NoSuchReasonToModerate, request_moderation, see_before_asking
from assurance.notify.tell import name_of
from bot.pressed import word
from dialogs.learning_space import corrections, people
from dialogs.learning_space.corrections import REASON
from dialogs.understand.understanding import reason_said
from policy.council.actor import Actor
from policy.framework.framework import Framework
from policy.lifecycle.reference import LEARNING_SPACE
from storage.casework import moderations
from storage.casework.moderations import Moderation
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
    """The buttons that confirm."""

    async def reopen_it(person: Person, data: Data, in_dialog: bool) -> Message:
        return await _reopen(talk, person, word(data, "ref"), word(data, REASON), asked=True)

    async def moderate_it(person: Person, data: Data, in_dialog: bool) -> Message:
        return await _moderate(talk, person, word(data, "ref"), word(data, REASON), asked=True)

    return {"reopen": reopen_it, "ask_second_look": moderate_it}


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """The commands; with 'because' and a reason of the file they are done at once."""
    if intent.kind == "reopen":
        reason = reason_said(intent.person, talk.framework.corrections.reasons)
        return _reopen(talk, person, intent.reference, reason, asked=False)
    if intent.kind == "moderate" and intent.reference.startswith(f"{LEARNING_SPACE}-"):
        reason = reason_said(intent.person, talk.framework.moderation.request_reasons)
        return _moderate(talk, person, intent.reference, reason, asked=False)
    return None


def refused(talk: Conversation, refused: Refused, person: Person) -> Message | None:
    """An auditor who has left cannot correct anything."""
    return corrections.auditor_gone_message() if isinstance(refused, AuditorGone) else None


async def _reopen(talk: Conversation, person: Person, reference: str, reason: str, *, asked: bool) -> Message:
    try:
        if reason:
            done: Reopened = await talk.write(reopen, reference, person, reason=reason)
            talk.wake()
            return corrections.reopened_message(done, talk.today())
        item: LearningSpace = await talk.write(see_before_reopening, reference, person)
    except NotYours:
        return people.for_qa_lead_message()
    except NotReady:
        return corrections.not_sent_in_message()
    except NoSuchReasonToReopen:
        return await _reopen(talk, person, reference, "", asked=True)
    auditor = await talk.db.read(_name, item.person)
    return corrections.reopen_message(item, auditor, talk.framework, talk.today(), missing=asked)


async def _moderate(talk: Conversation, person: Person, reference: str, reason: str, *, asked: bool) -> Message:
    try:
        if reason:
            found, already = await talk.write(_asked_for, reference, person, reason=reason)
            talk.wake()
            moderator = await talk.db.read(_name, found.moderator) if found.moderator else ""
            return corrections.second_look_message(found, moderator, already=already)
        item: LearningSpace = await talk.write(see_before_asking, reference, person)
    except NotYours:
        return people.for_qa_lead_message()
    except NotReady:
        return corrections.not_sent_in_message()
    except NoSuchReasonToModerate:
        return await _moderate(talk, person, reference, "", asked=True)
    auditor = await talk.db.read(_name, item.person)
    return corrections.ask_second_look_message(item, auditor, talk.framework, talk.today(), missing=asked)


def _asked_for(
    session: Session, framework: Framework, reference: str, *, actor: Actor, reason: str, now: datetime
) -> tuple[Moderation, bool]:
    already = moderations.of_subject(session, reference) is not None
    return request_moderation(session, framework, reference, reason=reason, actor=actor, now=now), already


def _name(session: Session, person: str) -> str:
    return name_of(establishment.current(session), person)
