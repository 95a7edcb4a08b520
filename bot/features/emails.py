"""The QA team and the emails nobody could understand: `emails`, `email 12`, and the button that settles one."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any

from assurance.channels.receive_mail import failing_addresses, read_unclear, settle_mail, unclear_mail
from assurance.common.refusals import NotFound, NotYours, Refused
from bot.mail.incoming import read_mail
from dialogs.learning_space import people
from dialogs.qa_team import emails
from policy.calendar.calendar import Calendar
from storage.council import establishment
from storage.outbox.replies import SETTLED

if TYPE_CHECKING:
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.kit.message import Message
    from dialogs.understand.understanding import Intent
    from policy.council.establishment import Person
    from storage.engine.database import Session
    from storage.outbox.replies import Received

Data = Mapping[str, Any]
LONGEST_NUMBER = 10


def presses(talk: Conversation) -> dict[str, Handler]:
    """The buttons of the queue."""

    async def show(person: Person, data: Data, in_dialog: bool) -> Message:
        return await _queue(talk, person)

    async def settle(person: Person, data: Data, in_dialog: bool) -> Message:
        number = data.get("step")
        said = number if isinstance(number, str) and len(number) <= LONGEST_NUMBER else ""
        try:
            done: Received = await talk.write(settle_mail, said, person)
        except NotYours:
            return people.for_qa_lead_message()
        except NotFound:
            return emails.no_such_email_message()
        return emails.settled_message(done.id)

    return {"emails": show, "settle_email": settle}


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """The two commands; a number is typed behind the second."""
    if intent.kind == "emails":
        return _one(talk, person, intent.reference) if intent.reference else _queue(talk, person)
    return None


def refused(talk: Conversation, refused: Refused, person: Person) -> Message | None:
    """Nothing of its own."""
    return None


async def _queue(talk: Conversation, person: Person) -> Message:
    try:
        found: list[Received] = await talk.write(unclear_mail, "", person)
        failing: list[str] = await talk.write(failing_addresses, "", person)
    except NotYours:
        return people.for_qa_lead_message()
    names = await talk.db.read(_names)
    return emails.queue_message([_row(talk, one, names) for one in found], talk.today(), failing=failing)


async def _one(talk: Conversation, person: Person, number: str) -> Message:
    try:
        found: Received = await talk.write(read_unclear, number, person)
    except NotYours:
        return people.for_qa_lead_message()
    except NotFound:
        return emails.no_such_email_message()
    names = await talk.db.read(_names)
    text = read_mail(found.raw, our_address="", trusted_authserv="").new_text if found.raw else ""
    return emails.email_message(_row(talk, found, names), text, talk.today(), settled=found.state == SETTLED)


def _row(talk: Conversation, found: Received, names: Mapping[str, str]) -> emails.Row:
    on = Calendar.of(talk.framework).local_date(found.received_at)
    return emails.Row(found.id, on, names.get(found.person, ""), found.subject, found.reason)


def _names(session: Session) -> dict[str, str]:
    return {one.id: one.name for one in establishment.current(session).people.values()}
