"""Moderation held against the policy: what must be looked at a second time by now, by whom it may not, who was told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from assurance.moderation.moderation_draw import returned_in
from assurance.moderation.moderation_selection import CERTAIN, CHOSEN, midnight
from assurance.self_check.verify_item import GRACE, NEXT, Finding
from policy.calendar.calendar import Calendar
from policy.follow_up.moderation import RANDOM, may_moderate, needed
from policy.framework.framework import Framework
from storage.casework import learning_spaces, moderations
from storage.casework.moderations import DISCUSSED, GRADED, SELECTED
from storage.council import establishment as establishments
from storage.engine.session import Session

DRAWN = "drawn"


def moderation_findings(session: Session, framework: Framework, now: datetime) -> Iterator[Finding]:
    """Everything wrong with what is moderated; it counts anew and does not ask the draw what it did."""
    triggers = [grade.key for grade in framework.grades if grade.triggers_loop]
    for reference in moderations.certain_without(session, triggers):
        what = "It is one that is always moderated, and nobody was asked to."
        yield Finding("missing_moderation", reference, what, CERTAIN)
    for reference in moderations.without_notice(session, CHOSEN):
        yield Finding("missing_notice", reference, "It was selected for moderation and nobody was to be told.", CHOSEN)
    for one in moderations.in_states(session, (SELECTED,)):
        if one.next_step_at is None and one.booked_on is None and not one.steps_done:
            what = "It waits for its moderator, and nobody would be reminded of the talk."
            yield Finding("wrong_next_step", one.reference, what, NEXT)
    yield from _drawn(session, framework, now)
    yield from _own_work(session)


def _drawn(session: Session, framework: Framework, now: datetime) -> Iterator[Finding]:
    """What chance had to draw of everything returned up to the last month's end, in the quarter of that month."""
    calendar = Calendar.of(framework)
    this_month = calendar.local_date(now - GRACE).replace(day=1)
    last = (this_month - timedelta(days=1)).replace(day=1)
    rows = returned_in(session, framework, calendar.quarter_of(last), up_to=midnight(calendar, this_month))
    drawn = sum(1 for row in rows if row.why == RANDOM)
    pool = sum(1 for row in rows if row.why in ("", RANDOM))
    wanted = min(needed(len(rows), framework.moderation.rate), pool)
    if drawn < wanted:
        what = f"Of {len(rows)} returned {wanted} were to be drawn by chance; {drawn} were."
        yield Finding("missing_moderation", f"{last:%Y-%m}", what, DRAWN)


def _own_work(session: Session) -> Iterator[Finding]:
    establishment = establishments.current(session)
    for one in moderations.in_states(session, (SELECTED, GRADED, DISCUSSED)):
        item = learning_spaces.by_reference(session, one.subject)
        if item is None or not one.moderator:
            continue
        about = {"auditor": item.person, "post": item.post, "practitioner": item.practitioner}
        if not may_moderate(establishment, one.moderator, **about):
            yield Finding(
                "own_work", one.reference, "Its moderator would look at their own work or their line's.", "own"
            )
