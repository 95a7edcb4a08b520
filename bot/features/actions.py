"""Actions in the chat: the tracker, one opened, its owner's update, and a new date agreed or declined."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from assurance.actions.action_view import FORM, open_action, open_action_by_reference
from assurance.actions.decide_action_date import decide_action_date
from assurance.actions.tracker import tracker
from assurance.actions.transfer_actions import give_action
from assurance.actions.update_action import update_action
from assurance.common.find_person import SeveralPeople
from assurance.common.refusals import NotFound, UnknownPerson
from bot.features.leavers import who
from bot.pressed import word
from dialogs.actions import actions
from dialogs.forms.form_card import FORM_CHANGED, answers_in, asks_all
from policy.lifecycle.reference import ACTION
from storage.council import establishment as establishments

if TYPE_CHECKING:
    from assurance.common.refusals import Refused
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.kit.message import Message
    from dialogs.understand.understanding import Intent
    from policy.council.establishment import Person
    from storage.engine.database import Session

Data = Mapping[str, Any]


def presses(talk: Conversation) -> dict[str, Handler]:
    """The verbs of the cards of actions."""
    handlers = _Handlers(talk)
    return {
        "actions": handlers.show_tracker,
        "open_action": handlers.open,
        "update_action": handlers.update,
        "agree_date": handlers.agree,
        "decline_date": handlers.decline,
    }


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """'actions', 'open AC-2026Q3-031', and for the QA team 'reassign AC-2026Q3-031 to somebody'."""
    handlers = _Handlers(talk)
    if intent.kind == "actions":
        return handlers.show_tracker(person, {}, False)
    if not intent.reference.startswith(f"{ACTION}-"):
        return None
    if intent.kind == "open":
        return handlers.open_by_reference(person, intent.reference)
    if intent.kind == "reassign":
        return handlers.reassign(person, intent.reference, intent.person)
    return None


def refused(talk: Conversation, refusal: Refused, person: Person) -> Message | None:
    """The words everybody gets will do: they say the same for what is somebody else's and what is not there."""
    return None


class _Handlers:
    """What each verb does, for one conversation."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk

    async def show_tracker(self, person: Person, data: Data, in_dialog: bool) -> Message:
        talk = self._talk
        found = await talk.db.read(tracker, talk.framework, person.id, now=talk.clock.now())
        return actions.tracker_message(found, talk.today())

    async def open(self, person: Person, data: Data, in_dialog: bool) -> Message:
        view = await self._talk.write(open_action, word(data, "ref"), person)
        return actions.action_message(view, self._talk.framework, in_dialog=in_dialog)

    async def open_by_reference(self, person: Person, reference: str) -> Message:
        view = await self._talk.write(open_action_by_reference, reference, person)
        return actions.action_message(view, self._talk.framework)

    async def update(self, person: Person, data: Data, in_dialog: bool) -> Message:
        talk, raw = self._talk, answers_in(data)
        if not asks_all(talk.framework.form(FORM), raw):  # nothing is kept with less than they wrote
            view = await talk.write(open_action, word(data, "ref"), person)
            again = replace(view, answers=raw, entered=raw) if view.may_update else view
            return actions.action_message(again, talk.framework, note=FORM_CHANGED, in_dialog=in_dialog)
        outcome = await talk.write(update_action, word(data, "ref"), person, raw=raw)
        talk.wake()
        return actions.updated_message(outcome, talk.framework, in_dialog=in_dialog)

    async def agree(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._decide(person, data, agree=True)

    async def decline(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._decide(person, data, agree=False)

    async def _decide(self, person: Person, data: Data, *, agree: bool) -> Message:
        talk = self._talk
        decision = await talk.write(
            decide_action_date,
            word(data, "ref"),
            person,
            agree=agree,
            asked_due_on=_day(word(data, "step")),
        )
        talk.wake()
        return actions.date_decided_message(decision, talk.today())

    async def reassign(self, person: Person, reference: str, whom: str) -> Message:
        """For the QA team; everybody else is refused by the use-case, whatever they typed."""
        talk = self._talk
        try:
            given = await talk.write(give_action, reference, person, to=whom)
        except (UnknownPerson, SeveralPeople) as refusal:
            return (
                await who(talk, person, refusal, f"reassign {reference} to {{}}") if whom else actions.nobody_message()
            )
        talk.wake()
        name = await talk.db.read(_name_of, given.owner)
        return actions.given_message(given.reference, name)


def _day(text: str) -> date:
    """The date on the card. NotFound for a card that carries none: nothing is decided by guessing."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound from None


def _name_of(session: Session, person: str) -> str:
    return establishments.current(session).people[person].name
