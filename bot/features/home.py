"""Finding things: 'find TM-FS-04', 'who has LS-2026Q3-014', 'search Family Safeguarding'. Headers, and no more."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from assurance.allocation.propose_allocation import NotAReason
from assurance.home.search import note_place, place_of, search
from bot.pressed import word
from dialogs.home.search import nothing_more_message, search_message
from dialogs.learning_space.allocation import LATE_BECAUSE, month_past_message
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
    """What the buttons of the home card show that is otherwise typed."""

    async def propose(person: Person, data: Data, in_dialog: bool) -> Message:
        month = _month(data)
        if month is None:
            return (await talk.text(person, "home"))[0]
        return (await talk.text(person, f"allocate {month:%Y-%m}"))[0]

    async def propose_more(person: Person, data: Data, in_dialog: bool) -> Message:
        named, _, most = word(data, "step").partition("/")
        month = _month({"step": named})
        if month is None or not re.fullmatch(r"[1-9]\d{0,5}", most):
            return (await talk.text(person, "home"))[0]
        return await talk.propose(person, month, at_most=int(most))

    async def propose_late(person: Person, data: Data, in_dialog: bool) -> Message:
        month, said = _month(data), data.get(LATE_BECAUSE)
        if month is None:
            return (await talk.text(person, "home"))[0]
        said = said if isinstance(said, str) else ""
        try:
            return await talk.propose(person, month, late_because=said or " ")
        except NotAReason:
            return month_past_message(month, talk.framework, talk.today(), said=said, wrong=True)

    async def reach(person: Person, data: Data, in_dialog: bool) -> Message:
        return (await talk.text(person, "reachability"))[0]

    async def explain(person: Person, data: Data, in_dialog: bool) -> Message:
        return (await talk.text(person, "help"))[0]

    async def go_on(person: Person, data: Data, in_dialog: bool) -> Message:
        shown, _, said = word(data, "step").partition("/")
        if not re.fullmatch(r"\d{1,4}", shown) or not said:
            return (await talk.text(person, "find"))[0]
        return await _look(talk, person, said, int(shown))

    return {
        "find_more": go_on,
        "propose_month": propose,
        "propose_more": propose_more,
        "propose_late": propose_late,
        "reachability": reach,
        "help": explain,
    }


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """'find ...', 'search ...', 'who has ...', and 'more' after one of these."""
    if intent.kind == "search":
        return _look(talk, person, intent.reference or intent.wanted)
    return _more(talk, person) if intent.kind == "more" else None


def refused(talk: Conversation, refused: Refused, person: Person) -> Message | None:
    """A search refuses nothing: what may not be seen is not found."""
    return None


def _month(data: Data) -> date | None:
    """The month a button names, or None for anything else that came in its place."""
    said = data.get("step")
    if not isinstance(said, str) or not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", said):
        return None
    return date.fromisoformat(f"{said}-01")


async def _look(talk: Conversation, person: Person, said: str, after: int = 0) -> Message:
    """What a search finds after the first so many; how far they have come is kept while there is more."""
    now, actor = talk.clock.now(), Actor.person(person.id)
    found = await talk.db.read(search, talk.framework, said, actor=actor, now=now, after=after)
    if found.more or after:
        await talk.db.write(note_place, found.said, found.before + len(found.hits), actor=actor, now=now)
    return search_message(found, talk.today(), asked=bool(said))


async def _more(talk: Conversation, person: Person) -> Message:
    place = await talk.db.read(place_of, actor=Actor.person(person.id))
    return await _look(talk, person, *place) if place else nothing_more_message()
