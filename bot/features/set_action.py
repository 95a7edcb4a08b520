"""Setting an action in the chat, out of an opened moderation or loop: a button on it, or one typed line."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any

from assurance.loop_form import save_loop_step
from assurance.refusals import NotReady
from assurance.save_step import STAY
from assurance.set_action import ActionForm, action_form, set_action
from bot.pressed import word
from dialogs import loop_card
from dialogs.form_card import answers_in
from dialogs.set_action import action_form_message, action_set_message, cannot_set_message
from policy.actor import Actor

if TYPE_CHECKING:
    from assurance.refusals import Refused
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.message import Message
    from dialogs.understanding import Intent
    from policy.establishment import Person

Data = Mapping[str, Any]


def presses(talk: Conversation) -> dict[str, Handler]:
    """The verbs of this feature's cards."""
    handlers = _Handlers(talk)
    return {"want_action": handlers.want, "action_set": handlers.set}


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """'action CL-2026Q3-003' and 'action MO-2026Q3-004'."""
    return _Handlers(talk).form(person, intent.reference, False) if intent.kind == "set_action" else None


def refused(talk: Conversation, refusal: Refused, person: Person) -> Message | None:
    """Nothing of its own: what cannot be done now is said where it is asked."""
    return None


class _Handlers:
    """What each verb does, for one conversation."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk

    async def want(self, person: Person, data: Data, in_dialog: bool) -> Message:
        """Pressed on a page of a loop's form, what was typed there is kept first."""
        talk, token = self._talk, word(data, "ref")
        if step := word(data, "step"):
            view = await talk.write(
                save_loop_step, token, person, step=step, raw=answers_in(data), move_to=STAY, version=_version(data)
            )
            if view.problems or view.overtaken:
                return loop_card.loop_message(view, talk.framework, in_dialog=in_dialog)
            talk.wake()
        return await self.form(person, token, in_dialog)

    async def form(self, person: Person, token: str, in_dialog: bool) -> Message:
        talk = self._talk
        try:
            found = await talk.db.read(
                action_form, talk.framework, token, actor=Actor.person(person.id), now=talk.clock.now()
            )
        except NotReady as refused:
            return cannot_set_message(refused.subject)
        return action_form_message(found, in_dialog=in_dialog)

    async def set(self, person: Person, data: Data, in_dialog: bool) -> Message:
        talk = self._talk
        try:
            done = await talk.write(set_action, word(data, "ref"), person, raw=answers_in(data))
        except NotReady as refused:
            return cannot_set_message(refused.subject)
        if isinstance(done, ActionForm):
            return action_form_message(done, in_dialog=in_dialog)
        talk.wake()
        return action_set_message(done, talk.today())


def _version(data: Data) -> int | None:
    value = data.get("v")
    return value if isinstance(value, int) and not isinstance(value, bool) else None
