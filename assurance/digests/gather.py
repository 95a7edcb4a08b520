"""What is not urgent is put together: the morning message, the Monday numbers, and the month in numbers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from assurance.digests.reachability import begins, week_that_is_due
from assurance.notify.tell import function_title, notices
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.council.recipients import Recipient
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.casework.learning_spaces import EXCLUDED, WITHDRAWN, LearningSpace
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.outbox import digests
from storage.outbox import notices as outbox
from storage.outbox.notices import Notice
from storage.reads import open_work
from storage.reads.upcoming import Ahead

MORNING, WEEKLY, LOOPS, MONTHLY = "E74", "E63", "E33", "E64"
LATE, EXPORTED, SEALED = "E10", "E86", "E90"
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
    before = (month - timedelta(days=1)).replace(day=1)
    rows = _month_in_numbers(session, framework, before, month, today)
    if not rows:
        return 0
    establishment = establishments.current(session)
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


def _month_in_numbers(session: Session, framework: Framework, month: date, until: date, today: date) -> list[Row]:
    """What came in in a month, up to the first day of the next, and how the functions stand on a day."""
    calendar = Calendar.of(framework)
    counted = _counts(session, framework, today)
    sent_in = open_work.sent_in_by_function(session, calendar.starts(month), calendar.starts(until))
    rows = []
    for function in framework.functions:
        row = {**counted.get(function.key, _nothing(framework, function.key)), "sent_in": sent_in.get(function.key, 0)}
        row.pop("due")
        if function.allocates and any(_numbers(row)):
            rows.append({k: v if k == "function" else _shown(framework, v) for k, v in row.items()})
    return rows


def _shown(framework: Framework, count: int) -> int | None:
    """The number, or None where so small a one is not said outside the QA team."""
    return None if 0 < count < framework.digests.hide_below else count


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
    if any(any(_numbers(row)) for row in _counts(session, framework, monday).values()):
        found.append(Ahead("weekly", calendar.send_at(monday), 1))
    first = today.replace(day=1)
    first = first if calendar.send_at(first) > now else (first + timedelta(days=31)).replace(day=1)
    if _month_in_numbers(session, framework, (first - timedelta(days=1)).replace(day=1), first, first):
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
