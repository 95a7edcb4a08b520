"""The auditor: is the history whole, and does everything exist that the policy says must exist by now?

`verify` looks at everything at once. The service takes the same look in portions (`look`), so that it stays cheap.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from assurance.self_check.verify_action import ActionAuditor
from assurance.self_check.verify_item import Finding, ItemAuditor
from assurance.self_check.verify_loops import loop_findings
from assurance.self_check.verify_moderation import moderation_findings
from assurance.self_check.verify_month import month_findings
from assurance.self_check.verify_red_route import red_route_findings, release_findings
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework
from policy.lifecycle.reference import ACTION, LEARNING_SPACE
from storage.casework import findings as shelf
from storage.council import anchor, history
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.reads import verifying

__all__ = ["LATE_NOTICE", "Finding", "Near", "Place", "look", "look_at", "near", "rest", "verify"]

LOOP_OPENED = "E17"
CHAIN_BROKEN, LATE_NOTICE = "chain_broken", "late_notice"
UNTRIED = timedelta(minutes=15)
"""How long a notice may wait within send hours before somebody should look why."""
ITEMS, ACTIONS, REST = "learning_spaces", "actions", "rest"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a round of looking has come to: a part, and the reference after which it goes on."""

    part: str = ITEMS
    after: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What one portion of a round found, and where to go on; None when the round is complete."""

    findings: list[Finding]
    place: Place | None


NEAR = timedelta(days=1)
"""What has a step due within this is looked at in every round; everything else once a night."""


@dataclass(frozen=True, slots=True)
class Near:
    """What a round between two nights looks at one by one."""

    references: tuple[str, ...]
    """Learning spaces and actions: what falls due soon, what somebody did something with, and what was wrong."""
    seq: int
    """The row of history up to which what somebody did is among them."""


def near(session: Session, *, since: int, now: datetime) -> Near:
    """What may be wrong by now that was not, or may be right again: bounded by what happens, not by what is open.

    `since` is the row of history up to which the round before looked.
    """
    newest = history.newest(session)
    found = verifying.falls_due_by(session, now + NEAR)
    found += verifying.changed_between(session, since, newest)
    found += [row.subject for row in shelf.wrong(session)]
    kinds = (f"{LEARNING_SPACE}-", f"{ACTION}-")
    return Near(tuple(sorted({one for one in found if one.startswith(kinds)})), newest)


def look_at(session: Session, framework: Framework, references: Collection[str], *, now: datetime) -> list[Finding]:
    """Everything wrong with certain learning spaces and actions."""
    establishment, imported = establishments.current(session), verifying.last_import(session)
    items = ItemAuditor(framework, establishment, imported, now)
    found = [
        finding
        for kept in verifying.some(session, [one for one in references if not one.startswith(f"{ACTION}-")])
        for finding in items.findings(kept)
    ]
    on_actions = ActionAuditor(framework, establishment, imported, now)
    of_actions = [one for one in references if one.startswith(f"{ACTION}-")]
    found += [
        finding for tracked in verifying.some_actions(session, of_actions) for finding in on_actions.findings(tracked)
    ]
    return found


def rest(session: Session, framework: Framework, *, now: datetime) -> list[Finding]:
    """What is found by asking the database for it, whatever the number of learning spaces."""
    return list(_rest(session, framework, now))


def verify(session: Session, framework: Framework, *, now: datetime, key: str = "") -> list[Finding]:
    """Every difference between what is and what must be; empty when all is well. Reads only.

    It shares the rules of policy with the sweep and nothing else: what has been judged, said and kept is worked out
    again from each item's own dates and ladder. `key` is that of the history's anchor.
    """
    broken = dict.fromkeys([*history.verify(session), *anchor.problems(session, key)])
    findings = [Finding(CHAIN_BROKEN, "history", problem) for problem in broken]
    place: Place | None = Place()
    while place is not None:
        found = look(session, framework, place, most=verifying.PAGE, now=now)
        findings += found.findings
        place = found.place
    return findings


def look(session: Session, framework: Framework, place: Place, *, most: int, now: datetime) -> Look:
    """One portion of a round: `most` learning spaces, then so many actions, and at last what is looked up as one."""
    establishment, imported = establishments.current(session), verifying.last_import(session)
    if place.part == ITEMS:
        auditor = ItemAuditor(framework, establishment, imported, now)
        items = list(verifying.walk(session, place.after, most))
        found = [finding for kept in items for finding in auditor.findings(kept)]
        ends = len(items) < most
        return Look(found, Place(ACTIONS) if ends else Place(ITEMS, items[-1].item.reference))
    if place.part == ACTIONS:
        on_actions = ActionAuditor(framework, establishment, imported, now)
        actions = list(verifying.walk_actions(session, place.after, most))
        found = [finding for tracked in actions for finding in on_actions.findings(tracked)]
        ends = len(actions) < most
        return Look(found, Place(REST) if ends else Place(ACTIONS, actions[-1].action.reference))
    return Look(list(_rest(session, framework, now)), None)


def _rest(session: Session, framework: Framework, now: datetime) -> Iterator[Finding]:
    """What is found by asking the database for it, whatever the number of learning spaces."""
    for loop in verifying.loops_without(session, LOOP_OPENED):
        yield Finding("missing_notice", loop, "The loop was opened and nobody was to be told.", LOOP_OPENED)
    yield from moderation_findings(session, framework, now)
    yield from loop_findings(session, framework, now=now)
    yield from red_route_findings(session, now)
    yield from release_findings(session, framework, now)
    yield from month_findings(session, framework, now)
    yield from _untried(session, framework, now)


def _untried(session: Session, framework: Framework, now: datetime) -> Iterator[Finding]:
    """Notices nobody has tried to send for a while, although this is a time to send."""
    calendar = Calendar.of(framework)
    in_hours = calendar.in_send_window(now) and calendar.in_send_window(now - UNTRIED)
    for notice in verifying.waiting_since(session, now - UNTRIED):
        if notice.urgent or in_hours:
            what = f"Notice {notice.id} ({notice.event}) has waited since {notice.not_before:%Y-%m-%d %H:%M} UTC."
            yield Finding(LATE_NOTICE, notice.subject, what)
