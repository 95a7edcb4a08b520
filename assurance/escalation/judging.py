"""Judging due items in bulk: items that were promised the same ladder for the same day are thought about once."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from assurance.notify.climbing import only_recorded, spoken, who_hears
from assurance.notify.tell import NO_STEPS, header, roles_told, rungs_ahead, rungs_as_facts, subject_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.recipients import Resolution, Subject
from policy.framework.framework import Framework, Ladder
from policy.lifecycle.ladder import DueStep, judge, ladder_from_json, next_step_at, steps_due
from storage.council import establishment as establishments
from storage.council import history
from storage.council.history import NewEntry
from storage.engine.session import Session
from storage.outbox import notices as outbox
from storage.outbox.notices import NewNotice
from storage.reads import sweeping
from storage.reads.sweeping import DueItem

TRY_AGAIN = timedelta(hours=1)
"""When to look again at an item that could not be judged, so that it never keeps the others from their turn."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Plan:
    """What falls due together for every item with the same ladder, due date and steps already judged."""

    ladder: Ladder
    say: DueStep | None
    superseded: tuple[DueStep, ...]
    done: tuple[str, ...]
    next_at: datetime | None
    has_spoken: bool
    """Whether any step was judged before, so that an earlier message may still be waiting."""
    references: list[str] = field(default_factory=list)
    """The items of this batch it was carried out for."""


@dataclass(frozen=True)
class _Speech:
    """Who hears of a plan's step in one auditor's case, and all that their messages have in common."""

    told: Resolution
    facts: dict[str, Any]
    recorded: tuple[tuple[DueStep, Resolution], ...]
    detail: dict[str, Any]


class Judging:
    """One pass: what it has looked up already, and what it has done."""

    def __init__(self, session: Session, framework: Framework, *, actor: Actor, now: datetime) -> None:
        self.judged = 0
        self.written = 0
        self.failed: list[str] = []
        self._session = session
        self._framework = framework
        self._actor = actor
        self._now = now
        self._calendar = Calendar.of(framework)
        self._establishment: Establishment = establishments.current(session)
        self._not_before = self._calendar.next_send(now)
        self._send_on = self._calendar.local_date(self._not_before)
        self._plans: dict[tuple[object, ...], _Plan] = {}
        self._speeches: dict[tuple[int, Subject, str], _Speech] = {}

    def take(self, items: Sequence[DueItem]) -> None:
        """Judge a batch and write what comes of it."""
        fresh: list[NewNotice] = []
        overtaken: list[tuple[str, str]] = []
        entries: list[NewEntry] = []
        unreadable: list[str] = []
        for item in items:
            try:
                plan = self._plan(item)
                if plan.say:
                    speech = self._speech(item, plan, plan.say)
                    said = self._said(item, plan.say, speech)
                    fresh += said
                    fresh += self._recorded(item, plan.say, speech)
                    entries.append(NewEntry("steps_judged", item.reference, speech.detail))
                    if plan.has_spoken:
                        overtaken += [(item.reference, notice.recipient) for notice in said]
            except Exception:
                # One item with a ladder nobody can read must not keep the others from theirs.
                log.exception("%s could not be judged", item.reference)
                unreadable.append(item.reference)
                continue
            plan.references.append(item.reference)
        sweeping.drop_overtaken(self._session, overtaken, keep_events=NO_STEPS, reason="a later step has been reached")
        self.written += outbox.add(self._session, fresh, at=self._now)
        self._move_on(unreadable)
        history.append_many(self._session, at=self._now, actor=self._actor, entries=entries)

    def _move_on(self, unreadable: list[str]) -> None:
        for plan in self._plans.values():
            if plan.references:
                sweeping.advance(self._session, plan.references, plan.done, plan.next_at)
                self.judged += len(plan.references)
                plan.references.clear()
        if unreadable:
            sweeping.advance(self._session, unreadable, None, self._now + TRY_AGAIN)
            self.failed += unreadable

    # -- thinking -----------------------------------------------------------------------------------------------------

    def _plan(self, item: DueItem) -> _Plan:
        key = (item.ladder, item.steps_done, item.due_on, item.paused_days, item.held_step, item.held_until)
        plan = self._plans.get(key)
        if plan is None:
            ladder = ladder_from_json(json.loads(item.ladder))
            before = tuple(json.loads(item.steps_done))
            due = steps_due(ladder, item.counts_from, before, self._now, self._calendar, item.held)
            done = (*before, *(each.step.name for each in due))
            judgement = judge(due)
            plan = self._plans[key] = _Plan(
                ladder=ladder,
                say=judgement.say,
                superseded=judgement.superseded,
                done=done,
                next_at=next_step_at(ladder, item.counts_from, done, self._calendar, item.held),
                has_spoken=bool(before),
            )
        return plan

    def _speech(self, item: DueItem, plan: _Plan, say: DueStep) -> _Speech:
        subject = subject_of(item)
        key = (id(plan), subject, item.function)
        speech = self._speeches.get(key)
        if speech is None:
            told = self._resolve(subject, say, on=self._send_on)
            recorded = tuple(
                (each, self._resolve(subject, each, on=self._calendar.local_date(each.due_at)))
                for each in plan.superseded
            )
            earlier = [each.step.name for each in plan.superseded]
            speech = self._speeches[key] = _Speech(
                told=told,
                facts=self._facts(item, plan, say, earlier),
                recorded=recorded,
                detail={
                    "said": say.step.name,
                    "recorded": earlier,
                    "told": roles_told(told.recipients),
                    "notes": list(told.notes),
                },
            )
        return speech

    def _facts(self, item: DueItem, plan: _Plan, say: DueStep, earlier: list[str]) -> dict[str, Any]:
        """What every message of this speech holds, but for the item's own reference."""
        ahead = rungs_ahead(self._framework, self._establishment, item, plan.ladder, after=self._send_on)
        facts = header(self._framework, self._establishment, item, on=self._send_on)
        facts["rungs"] = rungs_as_facts(ahead)
        if say.step.escalation:
            alone = self._resolve(subject_of(item), say, on=self._send_on, copies=False)
            facts["told"] = roles_told(alone.recipients)
        if earlier:
            facts["earlier_steps"] = earlier
        return facts

    def _resolve(self, subject: Subject, due: DueStep, *, on: date, copies: bool = True) -> Resolution:
        return who_hears(due, subject, self._establishment, self._framework, on=on, copies=copies)

    # -- writing ------------------------------------------------------------------------------------------------------

    def _said(self, item: DueItem, say: DueStep, speech: _Speech) -> list[NewNotice]:
        return spoken(
            self._framework,
            say,
            speech.told,
            reference=item.reference,
            not_before=self._not_before,
            facts=speech.facts,
        )

    def _recorded(self, item: DueItem, say: DueStep, speech: _Speech) -> list[NewNotice]:
        return only_recorded(self._framework, speech.recorded, reference=item.reference, spoke=say)
