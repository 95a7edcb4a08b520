"""The front desk for email: is this a person, is it really them, which letter do they answer, and what came of it.

A message is safe on disk before it comes here (`assurance/channels/receive_mail.py`), so nothing is lost by
failing: it is taken again, and what was done already is not done twice.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from assurance.channels.read_back import what_waits_for_yes
from assurance.channels.receive_mail import begin_reading, finish_reading, may_answer, sender_of
from assurance.channels.record_bounce import record_bounce
from assurance.channels.write_letter import letter_answered
from bot.helping import named
from bot.mail.incoming import Incoming, read_mail
from bot.mail.turn import ANSWER, GIVE_UP, IGNORE, Outcome, Turn
from bot.mail.understanding import take
from dialogs.letters import mail_answers
from dialogs.letters.letter_subjects import answer_subject
from policy.lifecycle.reference import after_reference, find_reference, find_references
from policy.lifecycle.reply_token import tokens_in
from storage.contact import inbox
from storage.outbox import notices as outbox
from storage.outbox.bundles import bundle_of

if TYPE_CHECKING:
    from datetime import datetime

    from bot.conversation import Conversation
    from bot.mail.courier import MailCourier
    from policy.council.establishment import Person
    from storage.outbox.letters import Letter
    from storage.outbox.notices import Notice
    from storage.outbox.replies import ReadBack, Received

log = structlog.get_logger("bot.mail.front_desk")

NOT_A_PERSON = frozenset(("auto_reply", "ours", "list", "calendar"))
"""Kinds of message that nobody typed to us: never answered, or two machines would talk for ever."""
SURE = ("internal", "dmarc")


@dataclass(frozen=True, slots=True)
class _Taken:
    outcome: Outcome
    person: Person | None = None
    kind: str = ""
    with_details: bool = False


@dataclass(slots=True)
class _Read:
    """A message that was read and acted on, and is still to be answered."""

    incoming: Incoming
    came_at: datetime
    taken: _Taken
    not_before: datetime | None = None
    """The answer could not be sent, and is left until then."""


class MailDesk:
    """Takes messages one after the other. Nothing that goes wrong in here leaves as an error."""

    def __init__(self, talk: Conversation, courier: MailCourier, *, mailbox: str, authserv: str) -> None:
        """`authserv` is the name our own gateway signs its findings with; see `read_mail`."""
        self._talk = talk
        self._courier = courier
        self._mailbox = mailbox
        self._authserv = authserv
        self._unsent: dict[int, _Read] = {}

    async def take(self, number: int) -> bool:
        """Take one message. False when it has to be tried again later.

        What was done already is not done again because its answer could not be sent: that answer is kept and sent when
        letters go out again. Only a crash in between loses it, and the message is then read once more.
        """
        if number not in self._unsent:
            found = await self._read(number)
            if not isinstance(found, _Read):
                return found
            self._unsent[number] = found
        read = self._unsent[number]
        if (read.not_before and self._now < read.not_before) or not await self._write_back(read):
            return False
        await self._note(number, read.taken, read.incoming)
        del self._unsent[number]
        return True

    async def _read(self, number: int) -> _Read | bool:
        """What came of a message; True when there is nothing to read in it, False when reading failed."""
        row: Received | None = await self._talk.db.write(begin_reading, number=number, now=self._now)
        if row is None or row.raw is None:
            return True
        # Taking a large message apart can keep a processor busy for a while; others are not to wait for it.
        incoming = await asyncio.to_thread(
            read_mail,
            row.raw,
            our_address=self._mailbox,
            trusted_authserv=self._authserv,
            from_exchange=row.from_exchange,
        )
        try:
            taken = await self._understand(incoming)
        except Exception as error:  # noqa: BLE001  one message that breaks must not stop the others
            log.error("mail not understood", number=number, error=type(error).__name__)
            return False
        return _Read(incoming, row.received_at, taken)

    async def _understand(self, incoming: Incoming) -> _Taken:
        if incoming.kind == "bounce":
            return _Taken(await self._bounce(incoming), kind="bounce")
        if incoming.kind in NOT_A_PERSON:
            return _Taken(Outcome(IGNORE, reason=incoming.kind), kind=incoming.kind)
        person: Person | None = await self._talk.db.read(sender_of, incoming.sender)
        if person is None:
            return _Taken(Outcome(GIVE_UP, reason="unknown_sender"), kind=incoming.kind)
        if incoming.authenticity not in SURE:
            # The address may be borrowed, so nobody is written back.
            return _Taken(Outcome(GIVE_UP, reason="not_authenticated"), kind=incoming.kind)
        if not await self._talk.db.read(may_answer, self._talk.framework, person.id, now=self._now):
            return _Taken(Outcome(GIVE_UP, reason="too_many"), person, incoming.kind)
        if incoming.kind in ("encrypted", "unreadable"):
            outcome = Outcome(GIVE_UP, mail_answers.cannot_read_message(), reason=incoming.kind)
            return _Taken(outcome, person, incoming.kind)
        return await self._reply(person, incoming)

    async def _reply(self, person: Person, incoming: Incoming) -> _Taken:
        named = [one for one in (incoming.in_reply_to, *reversed(incoming.references)) if one]
        tokens = tokens_in(f"{incoming.new_text}\n{incoming.quoted_text}")
        letter: Letter | None = await self._talk.db.write(letter_answered, message_ids=named, tokens=tokens)
        if letter is not None and letter.person != person.id:
            outcome = Outcome(GIVE_UP, mail_answers.not_for_you_message(), reason="not_the_person_asked")
            return _Taken(outcome, person, incoming.kind)
        subject = letter.subject if letter else find_reference(f"{incoming.new_text[:2000]}\n{incoming.subject}") or ""
        notice: Notice | None = None
        if letter is not None and letter.notice is not None:
            notice = await self._talk.db.read(outbox.get, letter.notice)
        if letter is not None and bundle_of(letter.subject):
            # It named several: which one is meant only the person can say, and two are none.
            notice, named_here = None, find_references(incoming.new_text[:2000])
            subject = named_here[0] if len(named_here) == 1 else ""
            incoming = replace(incoming, new_text=after_reference(incoming.new_text))
        subject = find_reference(str(notice.facts.get("reference", ""))) or subject if notice else subject
        waits: ReadBack | None = await self._talk.db.read(
            what_waits_for_yes, self._talk.framework, person=person.id, subject=subject, now=self._now
        )
        turn = Turn(self._talk, person, incoming, subject, letter, notice, waits)
        return _Taken(await take(turn), person, incoming.kind, turn.with_details)

    async def _bounce(self, incoming: Incoming) -> Outcome:
        report = incoming.bounce
        if report is None:
            return Outcome(IGNORE, reason="bounce")
        found = await self._talk.db.write(
            record_bounce,
            self._talk.framework,
            original_message_id=report.original_message_id,
            recipient=report.final_recipient,
            status=report.status,
            now=self._now,
        )
        self._talk.wake()
        return Outcome(IGNORE, reason=f"bounce_{found.effect}", subject=found.subject)

    async def _write_back(self, read: _Read) -> bool:
        """Send the answer. False when it could not be sent now; it is then left for as long as a notice would be."""
        taken, incoming = read.taken, read.incoming
        message, person = taken.outcome.message, taken.person
        if message is None or person is None:
            return True
        message = await named(self._talk.db, self._talk.framework, message, person.id, self._now)
        reference = find_reference(taken.outcome.subject) or ""
        posted = await self._courier.answer(
            person,
            message,
            subject_line=answer_subject(reference),
            reference=reference,
            in_reply_to=incoming.message_id,
            references=(*incoming.references, incoming.in_reply_to),
            came_at=read.came_at,
        )
        if posted.outcome != "later":
            return True
        read.not_before = self._now + timedelta(seconds=posted.wait_seconds or 0.0)
        return False

    async def _note(self, number: int, taken: _Taken, incoming: Incoming) -> None:
        outcome = taken.outcome
        await self._talk.db.write(
            finish_reading,
            number=number,
            event=outcome.event,
            kind=taken.kind,
            person=taken.person.id if taken.person else "",
            subject=outcome.subject,
            reason=outcome.reason,
            with_details=taken.with_details,
            now=self._now,
        )
        if taken.person is not None and outcome.event == ANSWER:
            await self._talk.db.write(
                inbox.remember,
                "mail",
                incoming.message_id[:200] or f"mail {number}",
                at=self._now,
                person=taken.person.id,
                outcome={"verb": "mail", "ref": ""},
            )
        log.info("mail taken", number=number, kind=taken.kind, came_of_it=outcome.event, reason=outcome.reason)

    @property
    def _now(self) -> datetime:
        return self._talk.clock.now()
