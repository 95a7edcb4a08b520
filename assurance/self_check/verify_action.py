"""One action held against the policy: which of its steps must have been judged by now, and which must not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from assurance.actions.action_ladder import LADDER_EVENTS, anchors_of, ladder_of, subject_of_action
from assurance.actions.judge_actions import step_name
from assurance.self_check.verify_item import GRACE, NEXT, Finding
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.council.recipients import resolve
from policy.framework.framework import Framework, LadderStep
from policy.lifecycle.ladder import anchor_of, rolled_forward_at, step_due_at
from storage.casework.actions import Action
from storage.outbox.notices import Notice
from storage.reads.verifying import KeptAction

ASSIGNED, CHANGED_OWNER = "E34", "E41"


@dataclass(frozen=True)
class ActionAuditor:
    """Checks actions one by one. It works out the ladder anew and does not ask the sweep what it did."""

    framework: Framework
    establishment: Establishment
    changed_at: datetime | None
    """When the establishment last changed; who was to be told before that can no longer be worked out."""
    now: datetime

    def findings(self, kept: KeptAction) -> Iterator[Finding]:
        """Everything wrong with one action."""
        action, said = kept.action, kept.notices
        if not action.ladder_key:
            return  # set before actions had a ladder
        if action.owner and not any(notice.event in (ASSIGNED, CHANGED_OWNER) for notice in said):
            yield Finding("missing_notice", action.reference, "Its owner was never to be told of it.", ASSIGNED)
        yield from self._steps(action, said, kept.moved_at or action.created_at)
        yield from self._next_step(action)
        if not action.is_open:
            yield from self._closed(action, said)

    def _steps(self, action: Action, said: tuple[Notice, ...], moved_at: datetime) -> Iterator[Finding]:
        calendar = Calendar.of(self.framework)
        ladder, anchors = ladder_of(self.framework, action), anchors_of(calendar, action)
        on_ladder = [notice for notice in said if notice.event in LADDER_EVENTS]
        for step in ladder.steps:
            due_at = step_due_at(step, anchor_of(ladder, step, anchors), calendar)
            right = (due_at, rolled_forward_at(step, anchor_of(ladder, step, anchors), calendar))
            of_step = [notice for notice in on_ladder if notice.step in (step.name, step_name(action, step.name))]
            if any(notice.step == step_name(action, step.name) and notice.due_at not in right for notice in of_step):
                what = f"Step {step.name} falls due at {due_at:%Y-%m-%d %H:%M} UTC; a notice of it has another time."
                yield Finding("unexpected_notice", action.reference, what)
            # A step whose time had gone when the action was set, or given another date, is not owed.
            if action.is_open and moved_at < due_at <= self.now - GRACE:
                yield from self._step(action, step, due_at, of_step)

    def _step(self, action: Action, step: LadderStep, due_at: datetime, said: list[Notice]) -> Iterator[Finding]:
        calendar = Calendar.of(self.framework)
        seen_at = min((notice.created_at for notice in said), default=due_at)
        spoken = any(notice.state != "recorded" for notice in said)
        on = calendar.local_date(calendar.next_send(seen_at) if spoken or not said else due_at)
        told = resolve(
            step.tell,
            step.copy_to,
            subject_of_action(self.establishment, self.framework, action),
            self.establishment,
            self.framework,
            on=on,
            escalation=step.escalation,
        )
        if not told.recipients:
            yield Finding("nobody_to_tell", action.reference, f"Step {step.name}: {' '.join(told.notes)}", step.name)
        elif not said:
            what = f"Step {step.name} fell due at {due_at:%Y-%m-%d %H:%M} UTC and nobody has a notice of it."
            yield Finding("missing_notice", action.reference, what, f"{step.name}|")
        elif (self.changed_at is None or self.changed_at <= seen_at) and not self._has_changed_hands(action, said):
            missing = {one.person for one in told.recipients} - {notice.recipient for notice in said}
            extra = {notice.recipient for notice in said} - {one.person for one in told.recipients}
            for person in sorted(missing):
                what = f"Step {step.name} has no notice for {person}."
                yield Finding("missing_notice", action.reference, what, f"{step.name}|{person}")
            for person in sorted(extra):
                yield Finding("unexpected_notice", action.reference, f"Step {step.name} has a notice for {person}.")

    def _has_changed_hands(self, action: Action, said: list[Notice]) -> bool:
        """Whether a step was said about somebody who no longer owns it: then others were rightly told."""
        owners = {notice.recipient for notice in said if "owner" in notice.roles}
        return bool(owners) and action.owner not in owners

    def _next_step(self, action: Action) -> Iterator[Finding]:
        calendar = Calendar.of(self.framework)
        if not action.is_open:
            if action.next_step_at is not None:
                what = f"It is {action.state} and still climbs its ladder."
                yield Finding("wrong_next_step", action.reference, what, NEXT)
            return
        ladder, anchors = ladder_of(self.framework, action), anchors_of(calendar, action)
        to_come = [
            step_due_at(step, anchor_of(ladder, step, anchors), calendar)
            for step in ladder.steps
            if step.name not in action.steps_done
        ]
        expected = min(to_come, default=None)
        if expected != action.next_step_at:
            says = f"{action.next_step_at:%Y-%m-%d %H:%M} UTC" if action.next_step_at else "nothing"
            wants = f"{expected:%Y-%m-%d %H:%M} UTC" if expected else "nothing"
            what = f"Its next step is down for {says}; its ladder says {wants}."
            yield Finding("wrong_next_step", action.reference, what, NEXT)

    def _closed(self, action: Action, said: tuple[Notice, ...]) -> Iterator[Finding]:
        if action.state == "done" and not (action.evidence_on and action.evidence_kind):
            yield Finding("missing_evidence", action.reference, "It is done and nothing says where that can be seen.")
        for notice in said:
            if notice.event in LADDER_EVENTS and notice.state == "pending":
                what = f"Step {notice.step} still waits to be sent although it is {action.state.replace('_', ' ')}."
                yield Finding("unexpected_notice", action.reference, what)
