"""Mending one learning space: a step that was lost is judged again, a notice that was lost is written again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from assurance.learning_space.release import tell_released
from assurance.notify.climbing import spoken, who_hears
from assurance.notify.tell import announce, header, roles_told, rungs_ahead, rungs_as_facts, subject_of
from assurance.red_route.raise_red_route import whom_to_call
from assurance.self_check.verify_item import RELEASED, Finding, ItemAuditor
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework
from policy.lifecycle.ladder import DueStep, held_due_at, ladder_from_json, next_step_at
from storage.casework import learning_spaces, red_flags
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.outbox import notices
from storage.outbox.notices import NewNotice
from storage.reads import verifying
from storage.reads.verifying import Kept

ALLOCATED, MASH, FLAG = "E1", "E3", "E16"
TOO_LATE = "was lost, and its time had gone when that was found"
"""Why a notice is kept and not sent: a later step has been said, or there is nothing left to do."""


def next_step(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """When to look at it again is worked out anew; a step that was missed is judged by the next sweep."""
    kept = _still(session, framework, finding, now)
    if kept is None:
        return ""
    at = None
    if kept.item.is_open:
        at = _next(framework, kept, kept.item.steps_done)
    learning_spaces.update(session, kept.item.reference, next_step_at=at)
    return "next_step_set"


def missing_notice(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """A notice that must be there and is not: said now if it is still of use, else kept and not sent."""
    kept = _still(session, framework, finding, now)
    if kept is None:
        return ""
    item, about = kept.item, finding.about
    if about == ALLOCATED:
        return _announce(session, framework, item, MASH if item.stream else ALLOCATED, now, useful=item.is_open)
    if about == FLAG:
        flag = red_flags.of(session, item.reference)
        return _announce(session, framework, item, FLAG, now, useful=flag is None or flag.acknowledged_at is None)
    if about == RELEASED:
        return "told" if tell_released(session, framework, item, now=now) else ""
    step, _, person = about.partition("|")
    return _step(session, framework, kept, step, person, now)


def missing_chase(session: Session, framework: Framework, finding: Finding, now: datetime) -> str:
    """Everyone is asked again at the next sweep."""
    flag = red_flags.of(session, finding.subject)
    if flag is None or flag.acknowledged_at is not None:
        return ""
    red_flags.chased(session, flag.reference, chases=flag.chases, next_at=now)
    return "next_chase_set"


def _announce(
    session: Session, framework: Framework, item: LearningSpace, event: str, now: datetime, *, useful: bool
) -> str:
    establishment = establishments.current(session)
    extra: Mapping[str, Any] = {}
    if event in (ALLOCATED, MASH):
        ahead = rungs_ahead(
            framework,
            establishment,
            item,
            ladder_from_json(item.ladder),
            after=Calendar.of(framework).local_date(now),
        )
        post = establishment.posts.get(item.post)
        extra = {"rungs": rungs_as_facts(ahead), "post": post.title if post else ""}
    if event == FLAG:
        extra = whom_to_call(session, establishment, item.reference, item.person)
    fresh = announce(framework, establishment, event, item, now=now, extra=extra)
    if event == FLAG:
        fresh = [one for one in fresh if one.recipient != item.person] or fresh
    return write_fresh(session, fresh, now, useful=useful)


def _step(session: Session, framework: Framework, kept: Kept, name: str, person: str, now: datetime) -> str:
    """A rung of the ladder. Nobody has it: it is judged again. One person has not: they are told as the others were."""
    item, calendar = kept.item, Calendar.of(framework)
    ladder = ladder_from_json(item.ladder)
    step = next((one for one in ladder.steps if one.name == name), None)
    if step is None:
        return ""
    due = DueStep(step, held_due_at(step, item.counts_from, calendar, _held(kept)))
    spoke_since = any(one.days > step.days and one.name in item.steps_done for one in ladder.steps)
    useful = item.is_open and not spoke_since
    if useful and not person:
        done = tuple(one for one in item.steps_done if one != name)
        learning_spaces.update(session, item.reference, steps_done=done, next_step_at=_next(framework, kept, done))
        return "judged_again"
    establishment = establishments.current(session)
    not_before = calendar.next_send(now)
    on = calendar.local_date(not_before)
    told = who_hears(due, subject_of(item), establishment, framework, on=on)
    facts = header(framework, establishment, item, on=on)
    facts["rungs"] = rungs_as_facts(rungs_ahead(framework, establishment, item, ladder, after=on))
    if step.escalation:
        alone = who_hears(due, subject_of(item), establishment, framework, on=on, copies=False)
        facts["told"] = roles_told(alone.recipients)
    fresh = spoken(framework, due, told, reference=item.reference, not_before=not_before, facts=facts)
    return write_fresh(session, [one for one in fresh if person in ("", one.recipient)], now, useful=useful)


def write_fresh(session: Session, fresh: list[NewNotice], now: datetime, *, useful: bool) -> str:
    """Add what was lost, to be sent or, when its time has gone, only recorded; what was done in a word, or empty."""
    if not useful:
        fresh = [replace(one, state="recorded", reason=TOO_LATE) for one in fresh]
    if not notices.add(session, fresh, at=now):
        return ""
    return "told" if useful else "recorded"


def _still(session: Session, framework: Framework, finding: Finding, now: datetime) -> Kept | None:
    """The learning space, if what was found of it is so still."""
    kept = verifying.one(session, finding.subject)
    if kept is None:
        return None
    establishment = establishments.current(session)
    auditor = ItemAuditor(framework, establishment, verifying.last_import(session), now)
    same = any((one.kind, one.key) == (finding.kind, finding.key) for one in auditor.findings(kept))
    return kept if same else None


def _held(kept: Kept) -> dict[str, Any]:
    return {kept.held_step: kept.held_until} if kept.held_until else {}


def _next(framework: Framework, kept: Kept, done: tuple[str, ...]) -> datetime | None:
    ladder = ladder_from_json(kept.item.ladder)
    return next_step_at(ladder, kept.item.counts_from, done, Calendar.of(framework), _held(kept))
