"""A letter came back: the person's address is marked, what it said goes another way, and the QA team can see it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from assurance.channels.channel_choice import ADDRESS_FAILS, try_another_way
from policy.council.actor import Actor
from policy.council.ways import MAIL
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import CHANNEL, START, move
from storage.contact import channels
from storage.contact.channels import ChannelState
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import bundles, letters
from storage.outbox import notices as outbox
from storage.outbox.letters import BOUNCED

MAIL_EDGE = Actor.system("mail edge")
STALE = timedelta(days=14)
"""Mail servers give up within five days; a report this late says nothing about how things stand now (fault 53)."""
NOT_ALLOWED = "mail: a mail server does not let us write to them"
_STATUS = re.compile(r"^[245]\.\d{1,3}\.\d{1,3}$")

Effect = Literal["address_marked", "mailbox_full", "not_allowed", "delayed", "too_late", "not_ours", "seen"]


@dataclass(frozen=True, slots=True)
class Bounced:
    """What a report of non-delivery came to."""

    effect: Effect
    person: str = ""
    subject: str = ""


def record_bounce(
    session: Session, framework: Framework, *, original_message_id: str, recipient: str, status: str, now: datetime
) -> Bounced:
    """Take in a report of non-delivery.

    Only one that names a letter of ours, sent to the address it speaks of, counts: anyone can write such a report.
    `status` is the enhanced status of the report ('5.1.1'). A full mailbox and a delay mark nothing: mail servers try
    again, and so do we with the next letter. Nor does a rule of some server against our mail (5.7.x): the address is
    good, and the rule may be mended.
    """
    found = letters.by_message_ids(session, [original_message_id])
    letter = found[0] if found else None
    if letter is None or (recipient and recipient.strip().casefold() != letter.address.casefold()):
        return Bounced("not_ours")
    about = {"person": letter.person, "subject": letter.subject}
    said = status.strip()
    if not _STATUS.match(said) or said.startswith(("2.", "4.")):
        return Bounced("delayed", **about)
    if now - (letter.sent_at or letter.composed_at) > STALE:
        return Bounced("too_late", **about)
    if letter.state == BOUNCED:
        return Bounced("seen", **about)
    letters.set_state(session, letter.message_id, BOUNCED, reason=said)
    full, rule = said == "5.2.2", said.startswith("5.7.")
    person = establishments.current(session).people.get(letter.person)
    if not full and not rule and person is not None and person.email.casefold() == letter.address.casefold():
        _mark(session, letter.person, letter.address, said, now)
    notice = outbox.get(session, letter.notice) if letter.notice is not None else None
    if notice is not None:
        reason = "mail: the mailbox is full" if full else NOT_ALLOWED if rule else ADDRESS_FAILS
        for each in bundles.gone_out_with(session, notice):
            if each.state != "cancelled":
                try_another_way(session, framework, each, reason=reason, now=now)
    return Bounced("mailbox_full" if full else "not_allowed" if rule else "address_marked", **about)


def addresses_that_fail(session: Session) -> dict[str, str]:
    """Whose address came back as undeliverable and has not changed since: person to status. For console and doctor."""
    people = establishments.current(session).people
    return {
        person: state.reason
        for person, state in sorted(channels.states_of(session, MAIL).items())
        if state.state == "disabled"
        and person in people
        and state.channel_user_id.casefold() == people[person].email.casefold()
    }


def _mark(session: Session, person: str, address: str, status: str, now: datetime) -> None:
    known = channels.get(session, person, MAIL)
    before = known.state if known else START
    after = move(CHANNEL, before or "unknown", "disable")
    channels.save(
        session, ChannelState(person, MAIL, after, now, channel_user_id=address, reason=f"the address fails ({status})")
    )
    detail = {"channel": MAIL, "before": before, "status": status}
    history.append(session, at=now, actor=MAIL_EDGE, verb=f"channel_{after}", subject=person, detail=detail)
