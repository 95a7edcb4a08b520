"""What else people can press and type: one module a feature, listed here, each with the same three functions.

`presses(talk)` maps verbs to handlers; `answer(talk, person, intent)` is an awaitable answer to a typed line, or None;
`refused(talk, refusal, person)` puts a refusal into words, or None when it is not this feature's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from bot.features import (
    actions,
    closing_the_loop,
    corrections,
    emails,
    exports,
    findings,
    held,
    home,
    leavers,
    lists,
    moderation,
    more_time,
    people,
    set_action,
    taking_back,
    typing,
    undo,
    voices,
)

if TYPE_CHECKING:
    from assurance.common.refusals import Refused
    from bot.conversation import Conversation
    from dialogs.kit.message import Message
    from dialogs.understand.understanding import Intent
    from policy.council.establishment import Person

Handler = Callable[["Person", Mapping[str, Any], bool], Awaitable["Message"]]
"""The person who pressed, the button's data, and whether it was in a dialog window; answers with the next card."""


class Feature(Protocol):
    """A module of this package."""

    def presses(self, talk: Conversation) -> dict[str, Handler]: ...

    def answer(self, talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None: ...

    def refused(self, talk: Conversation, refused: Refused, person: Person) -> Message | None: ...


FEATURES: tuple[Feature, ...] = (
    emails,
    typing,
    home,
    undo,
    taking_back,
    corrections,
    findings,
    held,
    lists,
    actions,
    set_action,
    voices,
    moderation,
    people,
    leavers,
    exports,
    closing_the_loop,
    more_time,
)
