"""What is not urgent is put together: the morning message, the Monday numbers, the month in numbers, and reminders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from assurance.reachability import begins, week_that_is_due
from assurance.tell import announce, function_title, header, notices, rungs_ahead, rungs_as_facts
from policy.calendar import Calendar
from policy.establishment import Establishment
from policy.framework import Framework
from policy.ladder import ladder_from_json
from policy.recipients import Recipient
from storage import digests, learning_spaces, meta, open_work
from storage import establishment as establishments
from storage import notices as outbox
from storage.learning_spaces import ALLOCATED, EXCLUDED, WITHDRAWN, LearningSpace
from storage.notices import Notice
from storage.session import Session

MORNING, WEEKLY, LOOPS, MONTHLY = "E74", "E63", "E33", "E64"
NOT_OPENED, HALFWAY, LATE = "E4", "E5", "E10"
MEETING_DATE = "date_held"
"""The question of the form that says when the meeting was; with an answer, nobody is asked to book it."""
WEEK, YOUNG, OLD = timedelta(days=7), timedelta(days=28), timedelta(days=84)
Row = dict[str, Any]


# -- the morning message ----------------------------------------------------------------------------------------------


def morning_messages(session: Session, framework: Framework, now: datetime) -> int:
    """One message for each person with anything in it, on the morning of a working day."""
    calendar = Calendar.of(framework)
    waiting = digests.for_the_morning(session, now) if calendar.in_send_window(now) else []
    if not waiting:
        return 0
    day = calendar.local_date(now).isoformat()
    items = learning_spaces.by_references(session, (notice.subject for notice in waiting))
    fresh = []
    for person in dict.fromkeys(notice.recipient for notice in waiting):
        mine = [notice for notice in waiting if notice.recipient == person]
        still = [notice for notice in mine if not _gone(notice, items.get(notice.subject))]
        lines = _lines(still)
        if lines and digests.make(session, person, "morning", day, {"lines": lines}, at=now):
            roles = tuple(dict.fromkeys(role for notice in still for role in notice.recipient_role.split("+")))
            fresh += notices(
                framework,
                MORNING,
                [Recipient(person, roles, "holder")],
                subject=f"morning-{day}",
                due_at=min(notice.not_before for notice in still),
                not_before=now,
                facts={"lines": lines},
            )
        elif lines:
            continue  # today's has gone out: this is for tomorrow's
        digests.put_into(session, [notice.id for notice in mine], f"in the morning message of {day}")
    return outbox.add(session, fresh, at=now)


def _gone(notice: Notice, item: LearningSpace | None) -> bool:
    """Whether there is nothing left to read of: it was taken back, or what was late has come in or stands still."""
    if item is None:
        return False
    if notice.event == LATE:
        return not item.is_open or item.paused_on is not None
    return item.state in (EXCLUDED, WITHDRAWN)


def _lines(waiting: Iterable[Notice]) -> list[Row]:
    """By event: how many, and their references where those may be said."""
    found: dict[str, list[str]] = {}
    for notice in waiting:
        found.setdefault(notice.event, []).append(notice.subject)
    return [{"event": event, "count": len(about), "references": sorted(about)} for event, about in found.items()]


# -- every Monday -----------------------------------------------------------------------------------------------------


def weekly_summaries(session: Session, framework: Framework, now: datetime) -> int:
    """On Monday at nine, or the next working day: each Senior Manager and Head of Service of their own function."""
    calendar = Calendar.of(framework)
    monday = week_that_is_due(calendar, now)
    period = monday.isoformat()
    if not begins(session, "weekly", monday, monday + WEEK, calendar, now):
        return 0
    establishment = establishments.current(session)
    today = calendar.local_date(now)
    counted = _counts(session, framework, today)
    send = {"due_at": calendar.send_at(monday), "not_before": calendar.next_send(now)}
    fresh = []
    loops = _open_loops(session, framework, establishment, today)
    for person, role, functions in _holders(framework, establishment, framework.digests.weekly_tell, today):
        rows = [counted[function] for function in functions if any(_numbers(counted.get(function, {})))]
        if rows:
            facts: Row = {"week": period, "rows": rows}
            if person in loops:
                as_whom, open_ones = loops.pop(person)
                facts["loops"] = open_ones
                said = {"state": "recorded", "reason": f"in {WEEKLY}"}
                fresh += _one(framework, LOOPS, person, as_whom, f"loops-{period}", open_ones, **send, **said)
            fresh += _one(framework, WEEKLY, person, role, f"week-{period}", facts, **send)
    for person, (role, open_ones) in loops.items():
        fresh += _one(framework, LOOPS, person, role, f"loops-{period}", open_ones, **send)
    return outbox.add(session, fresh, at=now)


def _open_loops(
    session: Session, framework: Framework, establishment: Establishment, today: date
) -> dict[str, tuple[str, Row]]:
    """E33: a Head of Service reads which loops of their function are open; the Director reads numbers only.

    Person -> in which role they hear, and what. Whoever reads the week's numbers reads it there.
    """
    calendar = Calendar.of(framework)
    every = [(ref, function, today - calendar.local_date(at)) for ref, function, at in open_work.open_loops(session)]
    if not every:
        return {}
    found: dict[str, tuple[str, Row]] = {}
    heads = tuple(
        expression for expression in framework.event(LOOPS).tell if expression in {r.key for r in framework.roles}
    )
    for person, role, functions in _holders(framework, establishment, heads, today):
        mine = [(ref, age) for ref, function, age in every if function in functions]
        if mine:
            found[person] = role, {"ages": _ages(age for _, age in mine), "references": [ref for ref, _ in mine]}
    ages = {key: _shown(framework, count) for key, count in _ages(age for *_, age in every).items()}
    for person, role, _ in _holders(framework, establishment, framework.digests.weekly_totals_tell, today):
        found.setdefault(person, (role, {"ages": ages}))
    return found


def _ages(ages: Iterable[timedelta]) -> dict[str, int]:
    found = {"new": 0, "older": 0, "oldest": 0}
    for age in ages:
        found["new" if age <= YOUNG else "older" if age <= OLD else "oldest"] += 1
    return found


# -- every month ------------------------------------------------------------------------------------------------------


def monthly_summaries(session: Session, framework: Framework, now: datetime) -> int:
    """On the first working day of a month at nine: the Director and the Executive Director, in numbers by function.

    A number that could point at somebody is not in the message at all.
    """
    calendar = Calendar.of(framework)
    today = calendar.local_date(now)
    month = today.replace(day=1)
    if now < calendar.send_at(month):
        month = (month - timedelta(days=1)).replace(day=1)
    following = (month + timedelta(days=31)).replace(day=1)
    if not begins(session, "monthly", month, following, calendar, now):
        return 0
    establishment = establishments.current(session)
    before = (month - timedelta(days=1)).replace(day=1)
    counted = _counts(session, framework, today)
    sent_in = open_work.sent_in_by_function(session, calendar.starts(before), calendar.starts(month))
    rows = []
    for function in framework.functions:
        row = {**counted.get(function.key, _nothing(framework, function.key)), "sent_in": sent_in.get(function.key, 0)}
        row.pop("due")
        if function.allocates and any(_numbers(row)):
            rows.append({k: v if k == "function" else _shown(framework, v) for k, v in row.items()})
    if not rows:
        return 0
    fresh = []
    for person, role, _ in _holders(framework, establishment, framework.digests.monthly_tell, today):
        fresh += _one(
            framework,
            MONTHLY,
            person,
            role,
            f"month-{before:%Y-%m}",
            {"month": before.isoformat(), "rows": rows},
            due_at=calendar.send_at(month),
            not_before=calendar.next_send(now),
        )
    return outbox.add(session, fresh, at=now)


def _shown(framework: Framework, count: int) -> int | None:
    """The number, or None where so small a one is not said outside the QA team."""
    return None if 0 < count < framework.digests.hide_below else count


# -- reminders of what has not begun ----------------------------------------------------------------------------------


def remind_of_the_unbegun(session: Session, framework: Framework, now: datetime) -> int:
    """E4 to whoever has not opened theirs after five working days, E5 halfway to whoever has no meeting date.

    Looked at once a working morning, over the days since the last look, so that it costs what is due that day.
    """
    calendar = Calendar.of(framework)
    today = calendar.local_date(now)
    if not calendar.in_send_window(now):
        return 0
    last = date.fromisoformat(meta.get(session, LAST_LOOK) or calendar.add_working_days(today, -1).isoformat())
    if last >= today:
        return 0
    meta.save(session, LAST_LOOK, today.isoformat())
    rules = framework.digests
    begun = calendar.add_working_days(last, -rules.not_opened_after_working_days)
    until = calendar.add_working_days(today, -rules.not_opened_after_working_days)
    written = _remind(session, framework, NOT_OPENED, begun, until, now=now)
    half = timedelta(days=rules.halfway_after_days)
    return written + _remind(session, framework, HALFWAY, last - half, today - half, now=now)


LAST_LOOK = "reminders_looked_on"
"""The day the reminders were last looked into."""


def _remind(session: Session, framework: Framework, event: str, after: date, until: date, *, now: datetime) -> int:
    establishment = establishments.current(session)
    calendar = Calendar.of(framework)
    on = calendar.local_date(now)
    found = learning_spaces.by_references(session, open_work.allocated_between(session, after, until))
    fresh = []
    for item in found.values():
        if item.due_on <= on or not _wanted(session, event, item):
            continue
        ahead = rungs_ahead(framework, establishment, item, ladder_from_json(item.ladder), after=on)
        facts = {**header(framework, establishment, item, on=on), "rungs": rungs_as_facts(ahead)}
        fresh += announce(framework, establishment, event, item, now=now, extra=facts)
    return outbox.add(session, fresh, at=now)


def _wanted(session: Session, event: str, item: LearningSpace) -> bool:
    if event == NOT_OPENED:
        return item.state == ALLOCATED
    draft = learning_spaces.load_draft(session, item.reference, item.person)
    return not (draft and draft.answers.get(MEETING_DATE))


# -- numbers ----------------------------------------------------------------------------------------------------------


def _counts(session: Session, framework: Framework, today: date) -> dict[str, Row]:
    """Function -> its title and what is due this week, late, paused, open as a loop, overdue as an action."""
    found = {function.key: _nothing(framework, function.key) for function in framework.functions}
    for function, due_on, paused_days, paused, count in open_work.open_by_function(session):
        row = found.setdefault(function, _nothing(framework, function))
        counts_from = due_on + timedelta(days=paused_days)
        if paused:
            row["paused"] += count
        elif counts_from < today:
            row["late"] += count
        elif counts_from < today + WEEK:
            row["due"] += count
    for _, function, _ in open_work.open_loops(session):
        found.setdefault(function, _nothing(framework, function))["loops"] += 1
    for function, count in open_work.overdue_actions_by_function(session, today).items():
        found.setdefault(function, _nothing(framework, function))["actions"] += count
    return found


def _nothing(framework: Framework, function: str) -> Row:
    title = function_title(framework, function)
    return {"function": title, "due": 0, "late": 0, "paused": 0, "loops": 0, "actions": 0}


def _numbers(row: Row) -> list[int]:
    return [value for key, value in row.items() if key != "function"]


def _holders(
    framework: Framework, establishment: Establishment, roles: Iterable[str], today: date
) -> list[tuple[str, str, tuple[str, ...]]]:
    """Who holds or covers a post of these roles today: person, role, the functions of those posts."""
    found: dict[str, tuple[str, list[str]]] = {}
    for role in roles:
        for post in establishment.posts_of_role(role):
            person = establishment.deputy_of(post.id, today) or post.holder
            if person:
                functions = found.setdefault(person, (role, []))[1]
                if post.function not in functions:
                    functions.append(post.function)
    return [(person, role, tuple(functions)) for person, (role, functions) in found.items()]


def _one(framework: Framework, event: str, person: str, role: str, subject: str, facts: Row, **send: Any) -> list[Any]:
    return notices(framework, event, [Recipient(person, (role,), "holder")], subject=subject, facts=facts, **send)
