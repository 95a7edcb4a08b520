"""What is not urgent is put together: the morning message, the Monday numbers, and the month in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from assurance.digests.in_numbers import InNumbers
from assurance.digests.reachability import begins, week_that_is_due
from assurance.loop.loop_numbers import OpenLoops
from assurance.notify.tell import function_title, notices
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.council.recipients import Recipient
from policy.council.small_numbers import Said
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.casework.learning_spaces import EXCLUDED, WITHDRAWN, LearningSpace
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.outbox import digests
from storage.outbox import notices as outbox
from storage.outbox.notices import Notice
from storage.reads.upcoming import Ahead

MORNING, WEEKLY, LOOPS, MONTHLY = "E74", "E63", "E33", "E64"
LATE, EXPORTED, SEALED = "E10", "E86", "E90"
WEEK = timedelta(days=7)
ANYBODY = ""
"""Somebody who may know of nothing by name: that there is anything is seen all the same."""
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
            roles = tuple(dict.fromkeys(role for notice in still for role in notice.roles))
            fresh += notices(
                framework,
                MORNING,
                [Recipient(person, roles, "holder")],
                subject=f"{digests.MORNING_SUBJECT}{day}",
                due_at=min(notice.not_before for notice in still),
                not_before=now,
                facts={"lines": lines},
            )
        elif lines:
            continue  # today's has gone out: this is for tomorrow's
        digests.put_into(session, [notice.id for notice in mine], f"{digests.IN_MORNING}{day}")
    return outbox.add(session, fresh, at=now)


def _gone(notice: Notice, item: LearningSpace | None) -> bool:
    """Whether there is nothing left to read of: it was taken back, or what was late has come in or stands still."""
    if notice.event == EXPORTED:
        return False  # it is about no learning space, and what was taken out stays out
    if item is None:
        return False
    if notice.event == LATE:
        return not item.is_open or item.paused_on is not None
    return item.state in (EXCLUDED, WITHDRAWN)


def _lines(waiting: Iterable[Notice]) -> list[Row]:
    """By event: how many, and their references where those may be said; who took what; the newest seal."""
    found: dict[str, list[str]] = {}
    taken: list[Row] = []
    sealed: list[Row] = []
    for notice in waiting:
        if notice.event == EXPORTED:
            taken.append(dict(notice.facts))
        elif notice.event == SEALED:
            sealed = [{"event": SEALED, "count": 1, **notice.facts}]  # it stands for the earlier ones
        else:
            found.setdefault(notice.event, []).append(notice.subject)
    lines: list[Row] = [
        {"event": event, "count": len(about), "references": sorted(about)} for event, about in found.items()
    ]
    if taken:
        lines.append({"event": EXPORTED, "count": len(taken), "taken": taken})
    return [*lines, *sealed]


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
    numbers = InNumbers(session, framework, establishment, today)
    send = {"due_at": calendar.send_at(monday), "not_before": calendar.next_send(now)}
    fresh = []
    loops = _open_loops(framework, establishment, numbers.loops, today)
    for person, role, functions in _holders(framework, establishment, framework.digests.weekly_tell, today):
        counted = numbers.of(person)
        rows = [_row(framework, function, counted[function], WEEKS) for function in functions if function in counted]
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
    framework: Framework, establishment: Establishment, loops: OpenLoops, today: date
) -> dict[str, tuple[str, Row]]:
    """E33: a Head of Service reads which loops of their function are open; the Director reads numbers only.

    Person -> in which role they hear, and what. Whoever reads the week's numbers reads it there.
    """
    if not loops.every:
        return {}
    found: dict[str, tuple[str, Row]] = {}
    heads = tuple(
        expression for expression in framework.event(LOOPS).tell if expression in {r.key for r in framework.roles}
    )
    for person, role, functions in _holders(framework, establishment, heads, today):
        mine = [loop for loop in loops.every if loop.function in functions]
        if mine:
            found[person] = role, {"ages": loops.ages(mine), "references": [loop.reference for loop in mine]}
    for person, role, _ in _holders(framework, establishment, framework.digests.weekly_totals_tell, today):
        ages = {age: said.as_fact() for age, said in loops.in_numbers(person).by_age.items()}
        found.setdefault(person, (role, {"ages": ages}))
    return found


# -- every month ------------------------------------------------------------------------------------------------------


def monthly_summaries(session: Session, framework: Framework, now: datetime) -> int:
    """On the first working day of a month at nine: the Director and the Executive Director, in numbers by function.

    A number that could point at somebody they may not know of is not in the message at all.
    """
    calendar = Calendar.of(framework)
    today = calendar.local_date(now)
    month = today.replace(day=1)
    if now < calendar.send_at(month):
        month = (month - timedelta(days=1)).replace(day=1)
    following = (month + timedelta(days=31)).replace(day=1)
    if not begins(session, "monthly", month, following, calendar, now):
        return 0
    before = (month - timedelta(days=1)).replace(day=1)
    establishment = establishments.current(session)
    numbers = InNumbers(session, framework, establishment, today)
    fresh = []
    for person, role, _ in _holders(framework, establishment, framework.digests.monthly_tell, today):
        rows = _month(framework, numbers.of(person, sent_in=(calendar.starts(before), calendar.starts(month))))
        facts: Row = {"month": before.isoformat(), "rows": rows}
        send = {"due_at": calendar.send_at(month), "not_before": calendar.next_send(now)}
        fresh += _one(framework, MONTHLY, person, role, f"month-{before:%Y-%m}", facts, **send) if rows else []
    return outbox.add(session, fresh, at=now)


WEEKS = ("due", "late", "paused", "loops", "actions")
MONTHS = ("sent_in", "late", "paused", "loops", "actions")
"""What a summary counts of a function."""


def _month(framework: Framework, counted: Mapping[str, Mapping[str, Said]]) -> list[Row]:
    """The functions that are given learning spaces and of which there is anything to say."""
    return [
        _row(framework, function.key, counted[function.key], MONTHS)
        for function in framework.functions
        if function.allocates and any(counted.get(function.key, {}).get(kind) for kind in MONTHS)
    ]


def _row(framework: Framework, function: str, counted: Mapping[str, Said], kinds: Iterable[str]) -> Row:
    """One function as the notice keeps it."""
    said = {kind: counted.get(kind, Said(0)).as_fact() for kind in kinds}
    return {"function": function_title(framework, function), **said}


# -- what comes next --------------------------------------------------------------------------------------------------


def digests_ahead(session: Session, framework: Framework, now: datetime) -> list[Ahead]:
    """When the next of each kind goes out that would say anything as things stand now. Reads only."""
    calendar = Calendar.of(framework)
    found = []
    if morning := _next_morning(session, calendar, now):
        found.append(Ahead("morning", morning, 1))
    today = calendar.local_date(now)
    monday = today - timedelta(days=today.weekday())
    monday = monday if calendar.send_at(monday) > now else monday + WEEK
    establishment = establishments.current(session)
    if InNumbers(session, framework, establishment, monday).of(ANYBODY):
        found.append(Ahead("weekly", calendar.send_at(monday), 1))
    first = today.replace(day=1)
    first = first if calendar.send_at(first) > now else (first + timedelta(days=31)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    numbers = InNumbers(session, framework, establishment, first)
    if _month(framework, numbers.of(ANYBODY, sent_in=(calendar.starts(before), calendar.starts(first)))):
        found.append(Ahead("monthly", calendar.send_at(first), 1))
    return found


def _next_morning(session: Session, calendar: Calendar, now: datetime) -> datetime | None:
    """The morning at which somebody's message of the day goes out; None while nothing waits for one."""
    waiting = digests.for_the_morning(session, now + timedelta(days=7))
    items = learning_spaces.by_references(session, (notice.subject for notice in waiting))
    from_when = [notice.not_before for notice in waiting if not _gone(notice, items.get(notice.subject))]
    if not from_when:
        return None
    soonest = max(now, min(from_when))
    if soonest == now and calendar.in_send_window(now):
        # Today's has gone out: what still waits is for tomorrow's.
        return calendar.send_at(calendar.local_date(now) + timedelta(days=1))
    return calendar.next_send(soonest)


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
