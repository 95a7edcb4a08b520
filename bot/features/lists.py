"""A message that listed several: one of them is looked at, and the way back to the list."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any

from assurance.cards.how_it_stands import Present
from assurance.cards.listed import read_list
from bot.pressed import word
from dialogs.notices.together import CHOOSE_ONE, WHICH, list_message, one_of_list_message
from dialogs.understand.understanding import Intent
from policy.council.actor import Actor

if TYPE_CHECKING:
    from assurance.common.refusals import Refused
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.kit.message import Message
    from policy.council.establishment import Person

Data = Mapping[str, Any]


def presses(talk: Conversation) -> dict[str, Handler]:
    """The buttons of a list. Whoever it was not sent to gets nothing by its name."""

    async def listed(person: Person, data: Data, in_dialog: bool) -> Message:
        found = await _read(talk, person, data)
        row = next((one for one in found.rows if one.reference == data.get(WHICH)), None)
        if row is None:
            return _whole(talk, found, note=CHOOSE_ONE)
        if found.yours:
            return await talk.command(person, Intent("open", reference=row.reference))
        return one_of_list_message(row, found.reference, talk.today())

    async def again(person: Person, data: Data, in_dialog: bool) -> Message:
        return _whole(talk, await _read(talk, person, data))

    return {"listed": listed, "list_again": again}


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """Nothing typed is about a list as such: each thing on it has its own words."""
    return None


def refused(talk: Conversation, refused: Refused, person: Person) -> Message | None:
    """Nothing of its own."""
    return None


async def _read(talk: Conversation, person: Person, data: Data) -> Present:
    subject, actor = word(data, "ref"), Actor.person(person.id)
    found: Present = await talk.db.read(read_list, talk.framework, subject, actor=actor, now=talk.clock.now())
    return found


def _whole(talk: Conversation, found: Present, *, note: str = "") -> Message:
    return list_message(found.rows, found.reference, talk.framework, talk.today(), own=found.yours, note=note)
