"""The mail courier: takes one notice to one person by email, and says sent, later, never or unknown.

What it says is the same whichever road it takes; a road is SMTP (`courier_smtp.py`) or Graph (`courier_graph.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

from assurance.channels.invite import DateEntry, invite
from assurance.channels.mail_preference import offer_to
from assurance.channels.write_letter import Written, letter_went, write_letter
from assurance.common.courier import Begin, ChannelCondition, CourierResult, Delivery, Outcome, unwatched
from bot.mail.mime import compose
from dialogs.kit.message import Message
from dialogs.letters.invitations import calendar_file
from dialogs.letters.letter_subjects import subject_of_delivery
from dialogs.letters.letters import Letter, Letterhead, chat_link, letter
from policy.council.establishment import Person
from policy.council.ways import is_escalation
from policy.framework.framework import Framework
from policy.lifecycle.reference import find_reference
from policy.lifecycle.reply_token import token_line
from storage.outbox.letters import SENT

if TYPE_CHECKING:
    from storage.engine.database import Database

log = structlog.get_logger("bot.mail")


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message on its way."""

    raw: bytes
    recipient: str
    message_id: str
    tried_before: bool = False
    """It may have gone out already, so the road looks it up first if it can."""
    remote_id: str = ""
    """The Message-ID a mailbox gave it instead of ours, if it did."""
    begin: Begin = unwatched
    """Awaited by the road just before the message is handed over for good."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of it."""

    outcome: Outcome
    reason: str = ""
    """Short and safe to keep: a status or an error code."""
    wait_seconds: float | None = None
    """With `later`: how long to leave it."""
    remote_id: str = ""
    address_fails: bool = False
    """The address itself is refused for good."""
    no_answer: bool = False
    """With `later`: nobody answered, or said 'not now' to everybody; it has nothing to do with this message."""


class Road(Protocol):
    """How a finished message leaves: SMTP or Graph. Never raises for a message that cannot be sent."""

    async def send(self, envelope: Envelope) -> Posted:
        """Try once."""
        ...

    def problem(self) -> str:
        """What stops all mail, in words for an administrator; empty when nothing does."""
        ...

    async def close(self) -> None:
        """Let go of what is open."""
        ...


class MailCourier:
    """One per process, whatever the road."""

    channel = "mail"

    def __init__(
        self,
        db: Database,
        framework: Framework,
        road: Road,
        now: Callable[[], datetime],
        *,
        mailbox: str,
        bot_id: str = "",
    ) -> None:
        """`bot_id` is the bot's Entra application id, for the link to its chat; none where there is no real Teams."""
        self._db = db
        self._framework = framework
        self._road = road
        self._now = now
        self.mailbox = mailbox
        self._domain = mailbox.rpartition("@")[2]
        self._head = Letterhead(framework.council.name, chat_link(bot_id))

    def problem(self) -> str:
        """What stops all mail, in words for an administrator; empty when nothing does."""
        return self._road.problem()

    async def deliver(self, delivery: Delivery, message: Message, begin: Begin = unwatched) -> CourierResult:
        """Write the letter down, send it, and write down what came of it."""
        notice, person = delivery.notice, delivery.person
        if "@" not in person.email:
            return CourierResult("never", reason="no email address")
        written = await self._db.write(
            write_letter,
            person=person,
            subject=delivery.subject,
            event=delivery.event,
            notice=notice.bundle or notice.id,
            domain=self._domain,
            may_have_gone=notice.repeat,
            now=self._now(),
        )
        date = await self._db.write(invite, delivery=delivery, domain=self._domain, now=self._now())
        reference = "" if delivery.told_in else find_reference(str(notice.facts.get("reference", notice.subject))) or ""
        stays = any(one.urgent or is_escalation(self._framework, one.event) for one in delivery.notices)
        said = letter(
            message,
            subject=subject_of_delivery(delivery, reference),
            head=self._head,
            token_line=token_line(reference, written.letter.token),
            may_stop=not stays and await self._db.read(offer_to, person.id) == "stop",
            of_many=bool(delivery.told_in),
        )
        posted = await self._post(written, said, person, date, again=notice.attempts > 1, begin=begin)
        return _result(posted, self._now())

    async def answer(
        self,
        person: Person,
        message: Message,
        *,
        subject_line: str,
        reference: str = "",
        in_reply_to: str = "",
        references: Sequence[str] = (),
        came_at: datetime | None = None,
    ) -> Posted:
        """Send a letter that is no notice: an answer to what this person wrote, which came at `came_at`.

        Never raises. A message that was answered before, by a service that then stopped, is not answered again.
        """
        written = await self._db.write(
            write_letter,
            person=person,
            subject=reference,
            event="",
            notice=None,
            domain=self._domain,
            in_reply_to=in_reply_to,
            references=references,
            came_at=came_at,
            now=self._now(),
        )
        if written.letter.state == SENT:
            return Posted("sent", "answered before")
        said = letter(
            message,
            subject=subject_line,
            head=self._head,
            token_line=token_line(reference, written.letter.token),
            of_many=True,
        )
        return await self._post(written, said, person, None)

    async def _post(
        self,
        written: Written,
        said: Letter,
        person: Person,
        date: DateEntry | None,
        *,
        again: bool = False,
        begin: Begin = unwatched,
    ) -> Posted:
        try:
            raw = compose(
                said,
                sender=self.mailbox,
                sender_name=f"{self._framework.council.name} QA bot",
                recipient=written.letter.address,
                recipient_name=person.name,
                message_id=written.letter.message_id,
                at=self._now(),
                in_reply_to=written.letter.in_reply_to,
                references=written.references,
                calendar=calendar_file(date, mailbox=self.mailbox, council=self._framework.council.name)
                if date
                else b"",
            )
        except ValueError:
            posted = Posted("never", "the address cannot be written", address_fails=True)
        else:
            posted = await self._road.send(
                Envelope(
                    raw,
                    written.letter.address,
                    written.letter.message_id,
                    written.tried_before or again,
                    written.letter.remote_id,
                    begin,
                )
            )
        await self._db.write(
            letter_went,
            written.letter.message_id,
            posted.outcome,
            remote_id=posted.remote_id,
            reason=posted.reason,
            now=self._now(),
        )
        return posted


def _result(posted: Posted, now: datetime) -> CourierResult:
    state: ChannelCondition | None = "disabled" if posted.address_fails else None
    retry_at = now + timedelta(seconds=posted.wait_seconds) if posted.wait_seconds is not None else None
    return CourierResult(posted.outcome, retry_at, reason=posted.reason, channel_state=state)
