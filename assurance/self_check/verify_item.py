"""One learning space held against the policy: what must have been said about it by now, and what must not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.council.recipients import Subject, resolve
from policy.framework.framework import Framework, LadderStep
from policy.lifecycle.ladder import held_due_at, ladder_from_json, rolled_forward_at, step_due_at
from storage.casework.learning_spaces import SUBMITTED
from storage.casework.more_time import OF_AN_EARLIER_DATE
from storage.outbox.notices import Notice
from storage.reads.verifying import Kept

GRACE = timedelta(minutes=5)
"""How long after its time a step may be without its notices: a few rounds of the sweep."""

_ALLOCATED = ("E1", "E3", "E19")
_IMMEDIATE_ATTENTION = "E16"
NEXT, LOOP, RELEASED = "next", "loop", "released"
"""What a finding is about where no event or step says it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between what the policy says must be and what is."""

    kind: str
    """chain_broken, missing_notice, unexpected_notice, late_notice, nobody_to_tell, wrong_next_step, missing_loop,
    missing_moderation, missing_reaudit, missing_release, missing_chase, missing_evidence, own_work, own_judge,
    wrong_date, missing_month, missing_answers, unexpected_answers or told_of_own_lateness."""
    subject: str
    """A reference, a month ('MONTH-2026-12') or 'history'."""
    detail: str
    """A sentence with ids and dates, nobody's name."""
    about: str = ""
    """Which of several of one kind and subject, where mending has to know: an event, or a step and a person."""

    @property
    def key(self) -> str:
        """What tells it from others of its kind and subject, the same each time it is found."""
        return (self.about or self.detail)[:120]


@dataclass(frozen=True)
class ItemAuditor:
    """Checks items one by one. It works out the ladder anew and does not ask the sweep what it did."""

    framework: Framework
    establishment: Establishment
    changed_at: datetime | None
    """When the establishment last changed; who was to be told before that can no longer be worked out."""
    now: datetime

    def findings(self, kept: Kept) -> Iterator[Finding]:
        """Everything wrong with one learning space."""
        yield from self._announced(kept)
        yield from self._ladder(kept)
        yield from self._next_step(kept)
        yield from self._submitted(kept)

    def _announced(self, kept: Kept) -> Iterator[Finding]:
        item = kept.item
        if not any(notice.event in _ALLOCATED and notice.recipient == item.person for notice in kept.notices):
            yield Finding("missing_notice", item.reference, f"{item.person} was never told of the allocation.", "E1")
        if kept.has_red_flag and not any(notice.event == _IMMEDIATE_ATTENTION for notice in kept.notices):
            yield Finding("missing_notice", item.reference, "A red flag was raised and nobody was to be told.", "E16")

    # -- the ladder ---------------------------------------------------------------------------------------------------

    def _ladder(self, kept: Kept) -> Iterator[Finding]:
        item = kept.item
        steps = {(step.event, step.name): step for step in ladder_from_json(item.ladder).steps}
        events = {event for event, _ in steps}
        # What was said about an earlier due date has its key marked; the ladder of today's does not ask for it.
        said = [
            notice
            for notice in kept.notices
            if notice.step and notice.event in events and not _of_an_earlier_date(notice)
        ]
        earlier = {notice.step for notice in kept.notices if _of_an_earlier_date(notice)}
        for notice in said:
            step = steps.get((notice.event, notice.step))
            yield from self._notice(kept, notice, step)
        for step in steps.values():
            due_at = self._due_at(kept, step)
            of_step = [notice for notice in said if (notice.event, notice.step) == (step.event, step.name)]
            # A closed item owes only what was judged before it closed.
            owed = due_at <= self.now - GRACE if item.is_open else step.name in item.steps_done
            # A step judged before the date moved was owed to the earlier date; while the clock stands none is.
            moved = item.extended_from is not None or step.name in earlier
            settled = moved and step.name in item.steps_done and not of_step
            if owed and not settled and item.paused_on is None:
                yield from self._step(kept, step, due_at, of_step)

    def _notice(self, kept: Kept, notice: Notice, step: LadderStep | None) -> Iterator[Finding]:
        item, calendar = kept.item, Calendar.of(self.framework)
        if step is None:
            what = f"{notice.event} at step {notice.step} is on no rung of its ladder."
            yield Finding("unexpected_notice", item.reference, what)
            return
        due_at = self._due_at(kept, step)
        # Before a pause a late item's steps counted from the due date itself.
        first = step_due_at(step, item.due_on, calendar)
        last = max(due_at, rolled_forward_at(step, item.counts_from, calendar))
        if not first <= notice.due_at <= last or (notice.sent_at and notice.sent_at < notice.due_at):
            what = f"Step {step.name} falls due at {due_at:%Y-%m-%d %H:%M} UTC; notice {notice.id} has another time."
            yield Finding("unexpected_notice", item.reference, what)
        if not item.is_open and notice.state == "pending":
            yield Finding(
                "unexpected_notice",
                item.reference,
                f"Step {step.name} still waits to be sent although it is {item.state}.",
            )
        if item.submitted_at and notice.created_at > item.submitted_at and notice.state != "recorded":
            what = f"Step {step.name} was written after the learning space was submitted."
            yield Finding("unexpected_notice", item.reference, what)
        roles = notice.roles
        own = step.escalation and notice.recipient == item.person and any(role != "auditor" for role in roles)
        if own and not {"because", "purged"} & set(notice.facts):
            yield Finding(
                "told_of_own_lateness", item.reference, f"Step {step.name} told its own auditor as a manager."
            )

    def _due_at(self, kept: Kept, step: LadderStep) -> datetime:
        """When a step is to be said: on its day, or when its hold ends."""
        held = {kept.held_step: kept.held_until} if kept.held_until else {}
        return held_due_at(step, kept.item.counts_from, Calendar.of(self.framework), held)

    def _step(self, kept: Kept, step: LadderStep, due_at: datetime, said: list[Notice]) -> Iterator[Finding]:
        """Everyone a rung tells must have their notice, sent or not; worked out as the council stands now."""
        item, calendar = kept.item, Calendar.of(self.framework)
        spoken = [notice for notice in said if notice.state != "recorded"]
        seen_at = min((notice.created_at for notice in said), default=due_at)
        on = calendar.local_date(calendar.next_send(seen_at) if spoken or not said else due_at)
        told = resolve(
            step.tell,
            step.copy_to,
            Subject(item.post, item.person, item.practitioner, item.case_function),
            self.establishment,
            self.framework,
            on,
            step.escalation,
        )
        if not told.recipients:
            yield Finding("nobody_to_tell", item.reference, f"Step {step.name}: {' '.join(told.notes)}", step.name)
        elif not said:
            what = f"Step {step.name} fell due at {due_at:%Y-%m-%d %H:%M} UTC and nobody has a notice of it."
            yield Finding("missing_notice", item.reference, what, f"{step.name}|")
        elif self.changed_at is None or self.changed_at <= seen_at:
            missing = {one.person for one in told.recipients} - {notice.recipient for notice in said}
            extra = {notice.recipient for notice in said} - {one.person for one in told.recipients}
            for person in sorted(missing):
                what = f"Step {step.name} has no notice for {person}."
                yield Finding("missing_notice", item.reference, what, f"{step.name}|{person}")
            for person in sorted(extra):
                yield Finding("unexpected_notice", item.reference, f"Step {step.name} has a notice for {person}.")

    def _next_step(self, kept: Kept) -> Iterator[Finding]:
        item = kept.item
        if not item.is_open:
            if item.next_step_at is not None:
                what = f"It is {item.state} and still climbs its ladder."
                yield Finding("wrong_next_step", item.reference, what, NEXT)
            return
        to_come = [
            self._due_at(kept, step) for step in ladder_from_json(item.ladder).steps if step.name not in item.steps_done
        ]
        expected = min(to_come, default=None)
        if expected == item.next_step_at:
            return
        says = f"{item.next_step_at:%Y-%m-%d %H:%M} UTC" if item.next_step_at else "nothing"
        wants = f"{expected:%Y-%m-%d %H:%M} UTC" if expected else "nothing"
        what = f"Its next step is down for {says}; its ladder says {wants}."
        yield Finding("wrong_next_step", item.reference, what, NEXT)

    # -- what was submitted -------------------------------------------------------------------------------------------

    def _submitted(self, kept: Kept) -> Iterator[Finding]:
        item = kept.item
        if item.state == SUBMITTED and not kept.has_answers:
            yield Finding("missing_answers", item.reference, "It was submitted and its answers are not there.")
        if item.state != SUBMITTED and kept.has_answers:
            yield Finding("unexpected_answers", item.reference, f"It is {item.state} and has submitted answers.")
        triggers = {grade.key for grade in self.framework.grades if grade.triggers_loop}
        if item.state == SUBMITTED and item.grade in triggers and not kept.has_loop:
            what = "Its grade asks for closing the loop and no loop was opened."
            yield Finding("missing_loop", item.reference, what, LOOP)
        if item.released_at and not any(notice.step == RELEASED for notice in kept.notices):
            what = "Its result was released and the practitioner was never to be told."
            yield Finding("missing_notice", item.reference, what, RELEASED)


def _of_an_earlier_date(notice: Notice) -> bool:
    """Whether it was about a due date that has moved since (`storage.casework.more_time.retire_steps`)."""
    return OF_AN_EARLIER_DATE in notice.key
