"""One message from one person we know, while it is being answered: who, about what, and the means to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assurance.channels.read_back import forget_read_back, remember_read_back
from bot.mail.incoming import answers_between
from dialogs.understand.spoken_answers import read_answer
from policy.council.actor import Actor
from policy.forms.identifiers import scan

if TYPE_CHECKING:
    from bot.conversation import Conversation
    from bot.mail.incoming import Incoming
    from dialogs.kit.message import Message
    from dialogs.understand.reply_decisions import ReplyHeard
    from policy.council.establishment import Person
    from policy.forms.forms import FormContext, Problem
    from policy.framework.framework import FormField
    from storage.outbox.letters import Letter
    from storage.outbox.notices import Notice
    from storage.outbox.replies import ReadBack

Unread = dict[str, "tuple[str, Problem]"]
"""Answers that could not be read: question -> the words used, and why."""
ANSWER, IGNORE, GIVE_UP = "answer", "ignore", "give_up"
"""What comes of a message; see `policy.lifecycle.EMAIL`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a message, and what is written back."""

    event: str
    message: Message | None = None
    reason: str = ""
    """One of our own codes, for the QA team's queue."""
    subject: str = ""


@dataclass(frozen=True)
class Turn:
    """A message whose sender is sure."""

    talk: Conversation
    person: Person
    incoming: Incoming
    subject: str
    """The reference it is about; empty when it answers no letter and names none."""
    letter: Letter | None
    notice: Notice | None
    """What the letter carried, if it was a notice."""
    waits: ReadBack | None
    """What waits for this person's YES on this subject."""

    @property
    def today(self) -> date:
        """The council's date."""
        return self.talk.today()

    @cached_property
    def text(self) -> str:
        """What they newly wrote, answers between our unmarked lines included."""
        if self.incoming.inline:
            return self.incoming.new_text
        return "\n".join(filter(None, (self.incoming.new_text, *(said for _, said in self.quoted))))

    @cached_property
    def quoted(self) -> tuple[tuple[str, str], ...]:
        """Answers between our own lines, each with its line.

        Some programs quote without a mark, so their answers are found by comparing with what we sent; it is kept with
        what waits for the YES, and no longer.
        """
        between = self.incoming.inline
        if not between and self.waits and self.waits.facts.get("sent"):
            between = answers_between(self.incoming.quoted_text, str(self.waits.facts["sent"]))
        return tuple((one.under, one.said) for one in between)

    @property
    def event(self) -> str:
        """The event of the letter that is answered; empty for a read-back or none."""
        return self.letter.event if self.letter else ""

    @property
    def facts(self) -> Mapping[str, Any]:
        """The facts of the notice that is answered."""
        return self.notice.facts if self.notice else {}

    @cached_property
    def with_details(self) -> bool:
        """Whether anything they wrote looks like a person's details. Then none of it is repeated."""
        return any(found.blocks for found in scan(self.text, self.talk.framework.identifiers))

    async def write(self, use_case: Callable[..., Any], subject: str, **facts: Any) -> Any:
        """One use-case by this person, now."""
        return await self.talk.write(use_case, subject, self.person, **facts)

    async def read(self, query: Callable[..., Any], *arguments: Any, **facts: Any) -> Any:
        """One look."""
        return await self.talk.db.read(query, *arguments, **facts)

    async def read_back(self, what: str, facts: Mapping[str, Any], message: Message) -> Outcome:
        """Remember what this person is read back; their YES does it."""
        await self.talk.db.write(
            remember_read_back,
            person=self.person.id,
            subject=self.subject,
            what=what,
            facts={**facts, "sent": message.text},
            now=self.talk.clock.now(),
        )
        return self.answer(message)

    async def forget(self) -> None:
        """Nothing waits for a YES on this subject any more."""
        await self.talk.db.write(forget_read_back, person=self.person.id, subject=self.subject)

    def answer(self, message: Message) -> Outcome:
        """Write back."""
        return Outcome(ANSWER, message, subject=self.subject)

    def unclear(self, reason: str, message: Message | None) -> Outcome:
        """Write back, and give it to the QA team as well."""
        return Outcome(GIVE_UP, message, reason, self.subject)

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return Actor.person(self.person.id)


def hear_into(
    given: dict[str, Any], heard: ReplyHeard, context: FormContext, fields: Callable[[], Mapping[str, FormField]]
) -> Unread:
    """Read what was said to a small form into `given`; what could not be read, by question, in the words used and why.

    `fields` are the questions asked by now: an answer can bring up another. An answer given before stays where the new
    one cannot be read.
    """
    unread: Unread = {}
    for one in heard.said:
        field = fields().get(one.field)
        if field is None:
            continue
        result = read_answer(field, one.text, context, given)
        if result.problem is None:
            given[one.field] = "" if result.skipped else result.value
        else:
            unread[one.field] = (one.text, result.problem)
    return unread
