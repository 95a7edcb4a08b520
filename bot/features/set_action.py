"""Setting an action in the chat, out of an opened moderation or loop: a button on it, or one typed line."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assurance.common.refusals import NotReady
from assurance.follow_up.set_action import FORM, ActionForm, action_form, set_action
from assurance.forms.save_step import STAY
from bot.features.closing_the_loop import saved_page
from bot.pressed import word
from dialogs.actions.set_action import action_form_message, action_set_message, cannot_set_message
from dialogs.forms.form_card import FORM_CHANGED, answers_in, asks_all
from dialogs.loop import loop_card
from policy.council.actor import Actor

if TYPE_CHECKING:
    from assurance.common.refusals import Refused
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.kit.message import Message
    from dialogs.understand.understanding import Intent
    from policy.council.establishment import Person

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
        if word(data, "step"):
            view = await saved_page(talk, person, data, STAY)
            if view.problems or view.overtaken or view.form_changed:
                return loop_card.loop_message(view, talk.framework, in_dialog=in_dialog)
        return await self.form(person, token, in_dialog)

    async def form(self, person: Person, token: str, in_dialog: bool) -> Message:
        try:
            found = await self._form(person, token)
        except NotReady as refused:
            return cannot_set_message(refused.subject)
        return action_form_message(found, in_dialog=in_dialog)

    async def _form(self, person: Person, token: str) -> ActionForm:
        talk = self._talk
        actor, now = Actor.person(person.id), talk.clock.now()
        form: ActionForm = await talk.db.read(action_form, talk.framework, token, actor=actor, now=now)
        return form

    async def set(self, person: Person, data: Data, in_dialog: bool) -> Message:
        talk, raw = self._talk, answers_in(data)
        try:
            if not asks_all(talk.framework.form(FORM), raw):  # nothing is set with less than they wrote
                form = await self._form(person, word(data, "ref"))
                return action_form_message(replace(form, answers=raw), note=FORM_CHANGED, in_dialog=in_dialog)
            done = await talk.write(set_action, word(data, "ref"), person, raw=raw)
        except NotReady as refused:
            return cannot_set_message(refused.subject)
        if isinstance(done, ActionForm):
            return action_form_message(done, in_dialog=in_dialog)
        talk.wake()
        return action_set_message(done, talk.today())
