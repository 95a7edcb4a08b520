"""Two voices: the practitioner's reflection and opened result, and the auditor's word that they have talked."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assurance.common.refusals import NotFound, NotReady, NotYours, Refused
from assurance.forms.form_view import FormView, may_fill_in
from assurance.forms.open_form import open_form
from assurance.learning_space.press_release import Pressed, press_release
from assurance.learning_space.read_result import GradesStillBlind, HeaderOnly, NotReleased, Result, read_result
from assurance.learning_space.reflect import GradeIsFinal, open_reflection, save_reflection
from assurance.learning_space.reply_to_result import Reply, reply_to_result
from bot.pressed import word
from dialogs.forms.form_card import answers_in, form_message
from dialogs.learning_space import two_voices
from storage.casework import learning_spaces

if TYPE_CHECKING:
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.kit.message import Message
    from dialogs.understand.understanding import Intent
    from policy.council.actor import Actor
    from policy.council.establishment import Person
    from policy.framework.framework import Framework
    from storage.engine.database import Session

Data = Mapping[str, Any]


def presses(talk: Conversation) -> dict[str, Handler]:
    """The buttons of both voices."""

    async def reflect(person: Person, data: Data, in_dialog: bool) -> Message:
        return await _reflect(talk, person, word(data, "ref"))

    async def keep(person: Person, data: Data, in_dialog: bool) -> Message:
        view = await talk.write(save_reflection, word(data, "ref"), person, raw=answers_in(data))
        return two_voices.reflected_message(view) if view.kept else two_voices.reflection_message(view)

    async def result(person: Person, data: Data, in_dialog: bool) -> Message:
        return await _result(talk, person, word(data, "ref"))

    async def let_go(person: Person, data: Data, in_dialog: bool) -> Message:
        return await _release(talk, person, word(data, "ref"))

    async def reply(person: Person, data: Data, in_dialog: bool) -> Message:
        return await _reply(talk, person, word(data, "ref"), answers_in(data))

    return {
        "reflect": reflect,
        "keep_reflection": keep,
        "result": result,
        "reply_result": reply,
        "release": let_go,
    }


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """'reflect LS-...', 'result LS-...' and 'release LS-...'."""
    match intent.kind:
        case "reflect":
            return _reflect(talk, person, intent.reference)
        case "result":
            return _result(talk, person, intent.reference)
        case "release":
            return _release_typed(talk, person, intent.reference)
        case _:
            return None


def refused(talk: Conversation, refused: Refused, person: Person) -> Message | None:
    """Too early, or too late."""
    match refused:
        case HeaderOnly():
            return two_voices.header_only_message(refused, talk.framework, talk.today())
        case GradesStillBlind():
            return two_voices.blind_message(refused.subject)
        case NotReleased():
            return two_voices.not_released_message(refused, talk.today())
        case GradeIsFinal():
            return two_voices.grade_is_final_message(refused.subject)
        case _ if type(refused) is NotReady and refused.subject.startswith("LS-"):
            return two_voices.not_sent_in_message(refused.subject)
        case _:
            return None


async def _reflect(talk: Conversation, person: Person, reference: str) -> Message:
    return two_voices.reflection_message(await talk.write(open_reflection, reference, person))


async def _result(talk: Conversation, person: Person, reference: str) -> Message:
    return two_voices.result_message(await talk.write(read_result, reference, person), talk.framework)


async def _reply(talk: Conversation, person: Person, reference: str, raw: Data) -> Message:
    reply: Reply = await talk.write(reply_to_result, reference, person, raw=raw)
    if reply.problem is None:
        talk.wake()
        return two_voices.replied_message(reply)
    result = await talk.write(read_result, reference, person)
    return two_voices.result_message(result, talk.framework, problem=reply.problem, entered=reply.entered)


async def open_learning_space(talk: Conversation, person: Person, reference: str) -> Message:
    """'open LS-...': the form for whoever fills it in, what was sent in for whoever may read it."""
    opened = await talk.write(open_by_reference, reference, person)
    if isinstance(opened, Result):
        return two_voices.result_message(opened, talk.framework)
    return form_message(opened, talk.framework)


def open_by_reference(
    session: Session, framework: Framework, reference: str, *, actor: Actor, now: datetime
) -> FormView | Result:
    """Open a learning space by the reference somebody typed, as what it is to them.

    One that is not theirs to know of and none at all look the same: the answer to both is that of NotYours.
    """
    item = learning_spaces.by_reference(session, reference)
    if item is not None and item.person == actor.person_id and may_fill_in(session, item):
        return open_form(session, framework, item.token, actor=actor, now=now)
    return read_result(session, framework, reference, actor=actor, now=now)


async def _release(talk: Conversation, person: Person, token: str) -> Message:
    done: Pressed = await talk.write(press_release, token, person)
    talk.wake()
    return two_voices.release_message(done, talk.framework)


async def _release_typed(talk: Conversation, person: Person, reference: str) -> Message:
    item = await talk.db.read(learning_spaces.by_reference, reference)
    if item is None:
        raise NotFound(reference)
    if item.person != person.id:
        raise NotYours(reference)
    return await _release(talk, person, item.token)
