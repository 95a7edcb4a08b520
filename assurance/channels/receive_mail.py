"""Email comes in: kept as it came before anybody reads it, understood once, and what is unclear goes to the QA team."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from assurance.access.authority import require_role
from assurance.channels.record_bounce import addresses_that_fail
from assurance.common.refusals import NotFound
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Person
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import EMAIL, move
from storage.contact import open_boxes
from storage.council import establishment as establishments
from storage.council import history, meta
from storage.engine.session import Session
from storage.outbox import late_replies, replies
from storage.outbox.replies import ANSWERED, Received

MAIL_EDGE = Actor.system("mail edge")
READS = ("qa_lead", "qa_officer")
"""Who looks after what nobody could understand."""
MOST_ATTEMPTS = 3
"""A message that fails this often is given to a person instead of being tried for ever."""

FORGOTTEN_AT = "mail_forgotten_at"
"""When mail was last emptied."""
FORGET_EVERY = timedelta(hours=1)


def digest_of(raw: bytes) -> str:
    """What tells two messages apart where no mailbox gives them an id."""
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def keep_mail(session: Session, *, external_id: str, raw: bytes, from_exchange: bool, now: datetime) -> bool:
    """Write a message down before it is understood. False when it was taken in before: it is not read twice."""
    return replies.keep(session, external_id[:300], raw, from_exchange=from_exchange, at=now)


def mail_to_read(session: Session, limit: int = 20) -> list[int]:
    """The messages nobody has understood yet, oldest first."""
    return replies.waiting(session, limit)


def mail_by_number(session: Session, number: int) -> Received:
    """One message as it came. NotFound."""
    found = replies.get(session, number)
    if found is None:
        raise NotFound(str(number))
    return found


def begin_reading(session: Session, *, number: int, now: datetime) -> Received | None:
    """Count one more attempt. None when there is nothing to read, or when it has failed too often: a person must."""
    found = replies.get(session, number)
    if found is None or found.state != replies.RECEIVED or found.raw is None:
        return None
    if found.attempts >= MOST_ATTEMPTS:
        finish_reading(session, number=number, event="give_up", reason="failed", now=now)
        return None
    replies.save(session, number, attempts=found.attempts + 1)
    return found


def finish_reading(
    session: Session,
    *,
    number: int,
    event: str,
    now: datetime,
    kind: str = "",
    person: str = "",
    subject: str = "",
    reason: str = "",
    with_details: bool = False,
) -> None:
    """Note what came of a message: 'answer', 'ignore' or 'give_up'. `reason` is one of our own codes, never words."""
    found = replies.get(session, number)
    if found is None or found.state != replies.RECEIVED:
        return
    state = move(EMAIL, found.state, event)
    replies.save(
        session,
        number,
        state=state,
        kind=kind[:20],
        person=person,
        subject=subject[:40],
        reason=reason[:60],
        with_details=with_details,
        done_at=now,
    )
    if person and state == ANSWERED:
        detail = {"number": number, "subject": subject}
        history.append(
            session, at=now, actor=MAIL_EDGE, verb="email_answered", subject=subject or person, detail=detail
        )


def sender_of(session: Session, address: str) -> Person | None:
    """The one person of the council with this address; None for nobody and for two."""
    wanted = address.strip().casefold()
    found = [one for one in establishments.current(session).people.values() if one.email.strip().casefold() == wanted]
    return found[0] if wanted and len(found) == 1 else None


def may_answer(session: Session, framework: Framework, person: str, *, now: datetime) -> bool:
    """Whether the bot may write this person one more answer today; so two machines that answer each other stop."""
    return replies.answered_since(session, person, now - timedelta(days=1)) < framework.mail.answers_a_day


# -- the QA team's queue ----------------------------------------------------------------------------------------------


def unclear_mail(
    session: Session, framework: Framework, subject: str = "", *, actor: Actor, now: datetime
) -> list[Received]:
    """The messages nobody could understand, oldest first. NotYours outside the QA team."""
    _for_the_qa_team(session, framework, actor, now)
    return replies.unclear(session)


def failing_addresses(
    session: Session, framework: Framework, subject: str = "", *, actor: Actor, now: datetime
) -> list[str]:
    """The people whose email comes back, by name. NotYours outside the QA team."""
    _for_the_qa_team(session, framework, actor, now)
    people = establishments.current(session).people
    return sorted(people[person].name for person in addresses_that_fail(session))


def read_unclear(session: Session, framework: Framework, number: str, *, actor: Actor, now: datetime) -> Received:
    """One message of the queue, for a person of the QA team to read; it leaves a trace. NotYours, NotFound."""
    _for_the_qa_team(session, framework, actor, now)
    found = replies.get(session, int(number)) if number.isdecimal() and len(number) < 10 else None
    if found is None or found.state not in (replies.UNCLEAR, replies.SETTLED):
        raise NotFound(number)
    history.append(
        session, at=now, actor=actor, verb="email_read", subject=found.subject or "email", detail={"number": found.id}
    )
    return found


def settle_mail(session: Session, framework: Framework, number: str, *, actor: Actor, now: datetime) -> Received:
    """Somebody of the QA team has dealt with it. A second time changes nothing. NotYours, NotFound."""
    found = read_unclear(session, framework, number, actor=actor, now=now)
    if found.state == replies.SETTLED:
        return found
    replies.save(session, found.id, state=move(EMAIL, found.state, "settle"), settled_by=actor.person_id or "")
    history.append(
        session,
        at=now,
        actor=actor,
        verb="email_settled",
        subject=found.subject or "email",
        detail={"number": found.id},
    )
    return found


def forget_mail(session: Session, framework: Framework, now: datetime) -> int:
    """Empty the messages whose time is over, what waits for a YES that will not come, cards nobody fills in any more.

    Writes no notice.

    Looked into once an hour: a day for what held a person's details means a day, and a sweep need not read every reply.
    """
    looked = meta.get(session, FORGOTTEN_AT)
    if looked and datetime.fromisoformat(looked) <= now < datetime.fromisoformat(looked) + FORGET_EVERY:
        return 0
    meta.save(session, FORGOTTEN_AT, now.isoformat())
    rules = framework.mail

    def days(number: int) -> datetime:
        return now - timedelta(days=number)

    replies.forget_words(
        session,
        before=days(rules.raw_days),
        with_details_before=days(rules.raw_days_with_details),
        unclear_before=days(rules.unclear_days),
    )
    replies.drop_read_backs(session, before=days(rules.yes_within_days))
    open_boxes.drop_before(session, days(1))
    late_replies.drop_before(session, days(7))
    return 0


def _for_the_qa_team(session: Session, framework: Framework, actor: Actor, now: datetime) -> None:
    require_role(establishments.current(session), actor, READS, on=Calendar.of(framework).local_date(now))
