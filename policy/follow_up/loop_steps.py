"""What falls due by itself in a closing-the-loop record, and when: reminders, the late form, the re-audit (E26-E31)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework
from policy.lifecycle.ladder import step_due_at

MEETING_DUE, FORM_DUE, FOR_AUTHORISATION, REAUDIT_DUE = "E26", "E27", "E28", "E31"
LATE_LADDER = "closing_the_loop"
"""The ladder of a form that is not back, anchored on the day it should be."""
ON_THE_DAY = "0"
"""The step of the re-audit that opens it."""


@dataclass(frozen=True, slots=True)
class LoopStep:
    """One thing that falls due: the event spoken, its step, the instant, and who is told."""

    event: str
    step: str
    due_at: datetime
    tell: tuple[str, ...] = ()
    copy_to: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How a loop remembers that it was done: 'E27+4w'."""
        return f"{self.event}{self.step}"


@dataclass(frozen=True, slots=True)
class LoopDates:
    """As much of a loop as its steps depend on."""

    state: str
    opened_on: date
    return_by: date
    submitted_on: date | None
    submissions: int
    reaudit_due_on: date | None


def loop_steps(framework: Framework, loop: LoopDates) -> tuple[LoopStep, ...]:
    """Every step that belongs to the state a loop is in, soonest first."""
    return tuple(sorted(_steps(framework, loop), key=lambda step: step.due_at))


def again(step: str, submissions: int) -> str:
    """A step of the second or a later round of sending a form in: '+3wd/2'. The first round has the step as it is."""
    return step if submissions <= 1 else f"{step}/{submissions}"


def reaudit_due_on(framework: Framework, authorised_on: date) -> date:
    """The day the re-audit is due: calendar months after the authorisation, on a working day (A21)."""
    calendar = Calendar.of(framework)
    return calendar.roll_forward(calendar.add_months(authorised_on, framework.closing_the_loop.reaudit_months))


def _steps(framework: Framework, loop: LoopDates) -> Iterator[LoopStep]:
    calendar, rules = Calendar.of(framework), framework.closing_the_loop
    if loop.state == "open":
        for days in rules.remind_meeting_after:
            day = calendar.add_working_days(loop.opened_on, days)
            yield LoopStep(MEETING_DUE, f"+{days}wd", calendar.send_at(day), (rules.meets,))
    if loop.state in ("open", "met", "returned_for_change"):
        for rung in framework.ladder(LATE_LADDER).steps:
            at = step_due_at(rung, loop.return_by, calendar)
            yield LoopStep(rung.event, rung.name, at, rung.tell, rung.copy_to)
    if loop.state == "submitted" and loop.submitted_on:
        for days in rules.remind_authoriser_after:
            day = calendar.add_working_days(loop.submitted_on, days)
            yield LoopStep(FOR_AUTHORISATION, again(f"+{days}wd", loop.submissions), calendar.send_at(day))
    if loop.state == "with_qa" and loop.reaudit_due_on:
        notice = loop.reaudit_due_on - timedelta(days=rules.reaudit_notice_days)
        yield LoopStep(REAUDIT_DUE, f"-{rules.reaudit_notice_days}", calendar.remind_at(notice))
        yield LoopStep(REAUDIT_DUE, ON_THE_DAY, calendar.send_at(loop.reaudit_due_on))
