"""The QA team and what the self-check could not mend: `findings`."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from assurance.common.refusals import NotYours, Refused
from assurance.self_check.list_findings import list_findings
from dialogs.learning_space import people
from dialogs.qa_team.findings import Found, findings_message
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor

if TYPE_CHECKING:
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.kit.message import Message
    from dialogs.understand.understanding import Intent
    from policy.council.establishment import Person


def presses(talk: Conversation) -> dict[str, Handler]:
    """No button of its own."""
    return {}


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """The list."""
    return _list(talk, person) if intent.kind == "findings" else None


def refused(talk: Conversation, refused: Refused, person: Person) -> Message | None:
    """Nothing of its own."""
    return None


async def _list(talk: Conversation, person: Person) -> Message:
    actor = Actor.person(person.id)
    try:
        rows = await talk.db.read(list_findings, talk.framework, actor=actor, now=talk.clock.now())
    except NotYours:
        return people.for_qa_lead_message()
    calendar = Calendar.of(talk.framework)
    return findings_message(
        [Found(row.kind, row.subject, calendar.local_date(row.first_seen)) for row in rows], talk.today()
    )
