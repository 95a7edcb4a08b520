"""The QA team and messages that are held since the records were put back: `held`, and the buttons that decide."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any

from assurance.after_restore.decide import ALL, DROP, SEND, HeldDecision, HeldNotice, decide_held, list_held
from assurance.common.refusals import NotYours, Refused
from dialogs.learning_space import people
from dialogs.qa_team import held
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor

if TYPE_CHECKING:
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.kit.message import Message
    from dialogs.understand.understanding import Intent
    from policy.council.establishment import Person

Data = Mapping[str, Any]
NUMBERS = re.compile(r"all|\d{1,10}(,\d{1,10}){0,99}")


def presses(talk: Conversation) -> dict[str, Handler]:
    """The buttons of the list. Dropping all is asked once more."""

    async def show(person: Person, data: Data, in_dialog: bool) -> Message:
        return await _list(talk, person)

    async def some(person: Person, data: Data, in_dialog: bool) -> Message:
        return await _some(talk, person)

    async def send(person: Person, data: Data, in_dialog: bool) -> Message:
        which = _which(data)
        return await _decide(talk, person, which, SEND) if which else await _some(talk, person, none_chosen=True)

    async def drop(person: Person, data: Data, in_dialog: bool) -> Message:
        which = _which(data)
        if which == ALL:
            return await _ask(talk, person)
        return await _decide(talk, person, which, DROP) if which else await _some(talk, person, none_chosen=True)

    async def drop_all(person: Person, data: Data, in_dialog: bool) -> Message:
        return await _decide(talk, person, ALL, DROP)

    return {"held": show, "held_some": some, "held_send": send, "held_drop": drop, "held_drop_all": drop_all}


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """The list, and the words that do what the buttons do."""
    if intent.kind != "held":
        return None
    if intent.wanted == DROP and intent.reference == ALL:
        return _ask(talk, person)
    if intent.wanted:
        return _decide(talk, person, intent.reference, intent.wanted)
    return _list(talk, person)


def refused(talk: Conversation, refused: Refused, person: Person) -> Message | None:
    """Nothing of its own."""
    return None


def _which(data: Data) -> str:
    """'all', or the numbers with commas between; empty where none is chosen."""
    step = data.get("step")
    meant = data.get(held.CHOSEN) if step == held.CHOSEN else step
    return meant if isinstance(meant, str) and NUMBERS.fullmatch(meant) else ""


async def _list(talk: Conversation, person: Person) -> Message:
    try:
        return held.held_message(_rows(talk, await _held(talk, person)), talk.today())
    except NotYours:
        return people.for_qa_lead_message()


async def _some(talk: Conversation, person: Person, *, none_chosen: bool = False) -> Message:
    try:
        found = await _held(talk, person)
    except NotYours:
        return people.for_qa_lead_message()
    return held.some_held_message(_rows(talk, found), talk.today(), none_chosen=none_chosen)


def _rows(talk: Conversation, found: list[HeldNotice]) -> list[held.Row]:
    on = Calendar.of(talk.framework).local_date
    return [held.Row(one.number, one.title, one.subject, one.who, on(one.due_at)) for one in found]


async def _ask(talk: Conversation, person: Person) -> Message:
    try:
        found = await _held(talk, person)
    except NotYours:
        return people.for_qa_lead_message()
    return held.really_drop_message(len(found)) if found else held.held_message([], talk.today())


async def _decide(talk: Conversation, person: Person, which: str, what: str) -> Message:
    try:
        made: HeldDecision = await talk.write(decide_held, which, person, what=what)
    except NotYours:
        return people.for_qa_lead_message()
    talk.wake()
    return held.decided_message(made.what, made.count, made.left)


async def _held(talk: Conversation, person: Person) -> list[HeldNotice]:
    return await talk.db.read(list_held, talk.framework, actor=Actor.person(person.id), now=talk.clock.now())
