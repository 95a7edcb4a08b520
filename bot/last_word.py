"""Around every button that decides: a press that came second is told who was first, what they did and when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

from assurance.cards.last_word import SETTLED_BY, last_word
from assurance.common.refusals import NotFound, NotYours, Refused, UnknownPerson
from bot.answering import note_answered, pressed_now
from bot.pressed import LONGEST_ID
from dialogs.forms.last_word import with_last_word
from dialogs.more_time.discretion import ITEM
from policy.council.actor import Actor
from storage.council import history

if TYPE_CHECKING:
    from bot.conversation import Conversation
    from dialogs.kit.message import Message
    from policy.council.establishment import Person
    from storage.engine.database import Session

STRANGERS = (NotFound, NotYours, UnknownPerson)
"""Refusals of somebody who is not to know of a thing, or of a thing that is not there."""


async def say_who_was_first(
    talk: Conversation, person: Person, verb: str, data: Mapping[str, Any], answer: Awaitable[Message]
) -> Message:
    """The answer to a press; with who settled it, where this press did not. Refusals of strangers stay refusals."""
    if verb not in SETTLED_BY:
        return await answer
    did: list[bool] = []
    watching = _DID.set(did)
    turned_away: list[bool] = []
    watching_strangers = _TURNED_AWAY.set(turned_away)
    try:
        message = await answer
    except STRANGERS:
        raise
    except Refused as refused:
        message = talk.said_no(refused, person)
    finally:
        _DID.reset(watching)
        _TURNED_AWAY.reset(watching_strangers)
    if any(did) or turned_away:  # whoever is told that it is not theirs is not told whose it was, either
        return message
    word = await talk.db.read(last_word, verb, _token(data), person.id)
    if word is None:
        return message
    if press := pressed_now():
        press.settled, press.seq = True, max(press.seq, word.seq)
    return with_last_word(message, word, talk.framework)


def watched(use_case: Callable[..., Any], person: Person) -> Callable[..., Any]:
    """The same use-case; while a press is answered it is noted what it knew, and of a deciding one whether it wrote."""
    did, turned_away, press = _DID.get(), _TURNED_AWAY.get(), pressed_now()
    if did is None and press is None:
        return use_case

    me = str(Actor.person(person.id))

    def run(session: Session, *arguments: Any, **facts: Any) -> Any:
        try:
            done = use_case(session, *arguments, **facts)
        except STRANGERS:
            if turned_away is not None:
                turned_away.append(True)
            raise
        if did is not None and any(row.actor == me for row in history.added(session)):
            session.after_commit(partial(did.append, True))
        if press is not None:
            note_answered(session, press, now=facts["now"])
        return done

    return run


_DID: ContextVar[list[bool] | None] = ContextVar("did", default=None)
_TURNED_AWAY: ContextVar[list[bool] | None] = ContextVar("turned_away", default=None)


def _token(data: Mapping[str, Any]) -> str:
    """What the button is about; the preview's card names it in an answer."""
    for name in ("ref", ITEM):
        value = data.get(name)
        if isinstance(value, str) and 0 < len(value) <= LONGEST_ID:
            return value
    return ""
