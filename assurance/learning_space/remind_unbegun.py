"""Bring to mind a learning space nobody has opened, or that has no date of a meeting halfway (E4, E5)."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from assurance.escalation.keep_clock import standing_pause
from assurance.notify.tell import announce, header, rungs_ahead, rungs_as_facts
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework
from policy.lifecycle.ladder import ladder_from_json
from storage.casework import learning_spaces
from storage.casework.learning_spaces import ALLOCATED, LearningSpace
from storage.council import establishment as establishments
from storage.council import meta
from storage.engine.session import Session
from storage.outbox import notices as outbox
from storage.reads import open_work
from storage.reads.upcoming import Ahead

NOT_OPENED, HALFWAY = "E4", "E5"
MEETING_DATE = "date_held"
"""The question of the form that says when the meeting was; with an answer, nobody is asked to book it."""
LAST_LOOK = "reminders_looked_on"
"""The last day the reminders were looked into with the clock running."""


def remind_of_the_unbegun(session: Session, framework: Framework, now: datetime) -> int:
    """E4 to whoever has not opened theirs after five working days, E5 halfway to whoever has no meeting date.

    Looked at once a working morning, over the days since the last look, so that it costs what is due that day. No look
    is taken while the clock stands, so what fell due meanwhile is said on the first working morning it runs again. Of
    a learning space that has come to both since the last look only the later is said.
    """
    calendar = Calendar.of(framework)
    today = calendar.local_date(now)
    if not calendar.in_send_window(now):
        return 0
    looked = meta.get(session, LAST_LOOK)
    last = date.fromisoformat(looked) if looked else calendar.add_working_days(today, -1)
    if last >= today:
        return 0
    if standing_pause(session, framework, now=now):
        if not looked:
            meta.save(session, LAST_LOOK, last.isoformat())
        return 0
    meta.save(session, LAST_LOOK, today.isoformat())
    rules = framework.digests
    days = rules.not_opened_after_working_days
    half = timedelta(days=rules.halfway_after_days)
    opened_by = calendar.add_working_days(last, -days), calendar.add_working_days(today, -days)
    found = {item.reference: (NOT_OPENED, item) for item in _allocated(session, *opened_by)}
    found = {ref: (event, item) for ref, (event, item) in found.items() if item.state == ALLOCATED}
    for item in _allocated(session, last - half, today - half):
        if not _has_a_meeting_date(session, item):
            found[item.reference] = HALFWAY, item
    return _remind(session, framework, list(found.values()), now=now)


def reminders_ahead(session: Session, framework: Framework, now: datetime) -> list[Ahead]:
    """When the next of these goes out as things stand now, and how many; none while the clock stands. Reads only."""
    if standing_pause(session, framework, now=now):
        return []
    calendar, rules = Calendar.of(framework), framework.digests
    half = timedelta(days=rules.halfway_after_days)
    working_days = rules.not_opened_after_working_days
    # Far enough back for the later of the two, and for a holiday before the morning it is said on.
    today = calendar.local_date(now)
    earliest = min(today - half, calendar.add_working_days(today, -working_days)) - timedelta(days=7)
    found: Counter[datetime] = Counter()
    for item in _allocated(session, earliest, date.max):
        days = []
        if item.state == ALLOCATED:
            days.append(calendar.add_working_days(item.allocated_on, working_days))
        if not _has_a_meeting_date(session, item):
            days.append(item.allocated_on + half)
        said_at = {calendar.send_at(day) for day in days}
        found.update(at for at in said_at if at > now and calendar.local_date(at) < item.due_on)
    return [Ahead("reminder", min(found), found[min(found)])] if found else []


def _allocated(session: Session, after: date, until: date) -> list[LearningSpace]:
    """What was allocated after one day and up to another and is still open, its clock running."""
    return list(learning_spaces.by_references(session, open_work.allocated_between(session, after, until)).values())


def _has_a_meeting_date(session: Session, item: LearningSpace) -> bool:
    draft = learning_spaces.load_draft(session, item.reference, item.person)
    return bool(draft and draft.answers.get(MEETING_DATE))


def _remind(
    session: Session, framework: Framework, reminders: list[tuple[str, LearningSpace]], *, now: datetime
) -> int:
    """Write them; nothing about what is due today or late, for its ladder speaks of it."""
    establishment = establishments.current(session)
    on = Calendar.of(framework).local_date(now)
    fresh = []
    for event, item in reminders:
        if item.due_on <= on:
            continue
        ahead = rungs_ahead(framework, establishment, item, ladder_from_json(item.ladder), after=on)
        facts = {**header(framework, establishment, item, on=on), "rungs": rungs_as_facts(ahead)}
        fresh += announce(framework, establishment, event, item, now=now, extra=facts)
    return outbox.add(session, fresh, at=now)
