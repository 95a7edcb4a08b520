"""A press taken back within its minute: the button on the card that answered it, or 'undo' typed or written."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any

from assurance.common.refusals import TooLateToTakeBack
from assurance.follow_up.take_send_back import SendTakenBack, take_send_back
from assurance.follow_up.way_back import WayBack, last_press
from assurance.learning_space.press_release import Pressed, take_release_back
from assurance.more_time.take_decision_back import DecisionTakenBack, take_decision_back
from bot.pressed import word
from dialogs.forms.form_card import form_message
from dialogs.kit.minute import NOBODY_TOLD
from dialogs.learning_space import two_voices, way_back
from dialogs.more_time import deciding

if TYPE_CHECKING:
    from assurance.common.refusals import Refused
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.kit.message import Message
    from dialogs.understand.understanding import Intent
    from policy.council.establishment import Person

Data = Mapping[str, Any]


def presses(talk: Conversation) -> dict[str, Handler]:
    """'Take it back', of each thing that has a way back."""

    async def send(person: Person, data: Data, in_dialog: bool) -> Message:
        return await _send(talk, person, word(data, "ref"), in_dialog=in_dialog)

    async def release(person: Person, data: Data, in_dialog: bool) -> Message:
        return await _release(talk, person, word(data, "ref"))

    async def decision(person: Person, data: Data, in_dialog: bool) -> Message:
        return await _decision(talk, person, word(data, "ref"))

    return {"take_send_back": send, "take_release_back": release, "take_decision_back": decision}


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """'undo', of what was pressed last or of one reference. 'take back LS-...' is heard in `taking_back` first."""
    return undo(talk, person, intent.reference) if intent.kind == "undo" else None


def refused(talk: Conversation, refused: Refused, person: Person) -> Message | None:
    """Too late, for all three in the same words."""
    return way_back.too_late_message(refused, talk.framework) if isinstance(refused, TooLateToTakeBack) else None


async def undo(talk: Conversation, person: Person, reference: str = "", *, by_email: bool = False) -> Message:
    """Take back what this person pressed last; said so where there is nothing."""
    found = await can_undo(talk, person, reference)
    if found is None:
        return way_back.nothing_to_undo_message(reference)
    if found.kind == "sent":
        return await _send(talk, person, found.token, by_email=by_email)
    return await (_release if found.kind == "released" else _decision)(talk, person, found.token)


async def can_undo(talk: Conversation, person: Person, reference: str) -> WayBack | None:
    """What `undo` would take back."""
    found: WayBack | None = await talk.db.read(last_press, talk.framework, person.id, reference, now=talk.clock.now())
    return found


async def _send(
    talk: Conversation, person: Person, token: str, *, in_dialog: bool = False, by_email: bool = False
) -> Message:
    done: SendTakenBack = await talk.write(take_send_back, token, person)
    talk.wake()
    if by_email:
        return way_back.sent_in_taken_back_message(done.view.item.reference)
    note = "" if done.already else NOBODY_TOLD if not done.view.red_route else way_back.RISK_STAYS
    return form_message(done.view, talk.framework, note=note, in_dialog=in_dialog)


async def _release(talk: Conversation, person: Person, token: str) -> Message:
    done: Pressed = await talk.write(take_release_back, token, person)
    talk.wake()
    return two_voices.release_message(done, talk.framework)


async def _decision(talk: Conversation, person: Person, token: str) -> Message:
    done: DecisionTakenBack = await talk.write(take_decision_back, token, person)
    talk.wake()
    return deciding.taken_back_message(done, talk.framework, talk.today())
