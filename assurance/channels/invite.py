"""Which date goes into whose calendar with a letter, and what happens to it when the date moves or falls away."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from assurance.common.courier import Delivery
from policy.calendar.calendar import Calendar
from policy.council.ways import MAIL
from policy.follow_up.taking_back import pressed_since
from policy.framework.framework import Framework
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.outbox import invitations
from storage.outbox import notices as outbox
from storage.outbox.invitations import CANCELLED, DISCUSSION, DUE, MEETING, STANDING, Invitation
from storage.outbox.notices import NewNotice

DATE_CHANGED = "E85"
BOOKED = "E23"
"""A day for the talk about a second look."""
MEETING_BOOKED = "E98"
"""A meeting of closing the loop: booked, at another time, or called off."""


@dataclass(frozen=True, slots=True)
class DateEntry:
    """A day, or an hour of it, for somebody's calendar, as its file says it."""

    uid: str
    sequence: int
    kind: Literal["due", "discussion", "meeting"]
    reference: str
    day: date
    cancelled: bool
    at: datetime
    """When it came to stand like this (UTC)."""
    starts_at: datetime | None = None
    """When it begins (UTC); None for a whole day."""


def invite(session: Session, *, delivery: Delivery, domain: str, now: datetime) -> DateEntry | None:
    """The date that goes with the letter of a notice, or None.

    The first letter about their own open learning space brings its due date, one about a booked talk its day. A letter
    that is tried again brings what it brought the first time.
    """
    notice, person = delivery.notice, delivery.person.id
    if notice.event == DATE_CHANGED:
        known = invitations.get(session, str(notice.facts.get("uid", "")))
        return _entry(known) if known and known.person == person else None
    if notice.event == BOOKED and notice.facts.get("booked_on"):
        return _put(session, DISCUSSION, delivery, date.fromisoformat(str(notice.facts["booked_on"])), domain, now)
    if notice.event == MEETING_BOOKED:
        return _put_meeting(session, delivery, domain, now)
    item = delivery.item
    if item is None or item.person != person or not item.is_open:
        return None
    return _put(session, DUE, delivery, item.due_on, domain, now)


def keep_dates(session: Session, framework: Framework, now: datetime) -> int:
    """Tell whoever has a date in their calendar that it has moved or fallen away (E85); how many notices."""
    people = establishments.current(session).people
    calendar = Calendar.of(framework)
    at = calendar.next_send(now)
    dropped = invitations.talks_dropped(session, calendar.local_date(now))
    since = pressed_since(framework, now)
    moved = invitations.overtaken(session, now, pressed_since=since)
    written = 0
    for known, moved_to in (*moved, *((one, None) for one in dropped)):
        changed = replace(
            known,
            sequence=known.sequence + 1,
            on_day=moved_to or known.on_day,
            state=STANDING if moved_to else CANCELLED,
            updated_at=now,
            notice=None,
        )
        invitations.save(session, changed)
        if known.person not in people:
            continue
        facts = {"reference": known.subject, "uid": known.uid, "was_on": known.on_day.isoformat(), "kind": known.kind}
        if moved_to:
            facts["moved_to"] = moved_to.isoformat()
        told = NewNotice(
            event=DATE_CHANGED,
            step=f"calendar {changed.sequence}",
            subject=known.subject,
            recipient=known.person,
            recipient_role="auditor",
            channel=MAIL,
            urgent=False,
            due_at=now,
            not_before=at,
            facts=facts,
        )
        written += outbox.add(session, [told], at=now)
    return written


def _put(session: Session, kind: str, delivery: Delivery, day: date, domain: str, now: datetime) -> DateEntry | None:
    """The person's date of that kind, made or moved; None when they have it already as it stands."""
    notice = delivery.notice
    uid = f"{kind}-{notice.subject}-{_short(delivery.person.id)}@{domain}"
    known = invitations.get(session, uid)
    if known and (known.on_day, known.state) == (day, STANDING):
        return _entry(known) if known.notice == notice.id else None
    sequence = known.sequence + 1 if known else 0
    fresh = Invitation(uid, delivery.person.id, notice.subject, kind, day, sequence, STANDING, now, notice.id)
    invitations.save(session, fresh)
    return _entry(fresh)


def _put_meeting(session: Session, delivery: Delivery, domain: str, now: datetime) -> DateEntry | None:
    """A meeting made, moved or called off, under the id it was first sent with; None where there is nothing to do."""
    notice, person = delivery.notice, delivery.person.id
    starts_at = datetime.fromisoformat(str(notice.facts["meeting_at"]))
    state = CANCELLED if notice.facts.get("called_off") else STANDING
    uid = f"{MEETING}-{notice.subject}-{_short(person)}@{domain}"
    known = invitations.get(session, uid)
    if known and (known.starts_at, known.state) == (starts_at, state):
        return _entry(known) if known.notice == notice.id else None
    if known is None and state == CANCELLED:
        return None
    sequence = known.sequence + 1 if known else 0
    day = date.fromisoformat(str(notice.facts["meeting_day"]))
    fresh = Invitation(uid, person, notice.subject, MEETING, day, sequence, state, now, notice.id, starts_at)
    invitations.save(session, fresh)
    return _entry(fresh)


_KINDS: dict[str, Literal["due", "discussion", "meeting"]] = {DISCUSSION: "discussion", MEETING: "meeting"}


def _entry(known: Invitation) -> DateEntry:
    kind = _KINDS.get(known.kind, "due")
    return DateEntry(
        known.uid,
        known.sequence,
        kind,
        known.subject,
        known.on_day,
        known.state == CANCELLED,
        known.updated_at,
        known.starts_at,
    )


def _short(person: str) -> str:
    """A person in an id that leaves the house: no name, no staff number."""
    return hashlib.sha256(person.encode("utf-8", "surrogatepass")).hexdigest()[:12]
