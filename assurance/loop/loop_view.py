"""What a card of a loop's form is drawn from: one page for who fills it in, the whole of it for who may look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from assurance.access.loop_people import RUNS_IT, in_team, may_authorise, those_who_meet
from assurance.access.may_see import right_on_learning_space, right_on_loop
from assurance.common.final_grade import as_it_stands
from assurance.common.refusals import NotYours
from assurance.notify.tell import name_of
from policy.calendar.calendar import Calendar
from policy.council.visibility import Right
from policy.follow_up.loop_form import FORM, NOT_SAFE, SAFE_NOW, loop_form
from policy.forms.forms import FormContext, Problem, check_all
from policy.framework.framework import Form, Framework
from storage.casework import actions, form_drafts, learning_spaces, loops, red_flags
from storage.casework.actions import Action
from storage.casework.form_drafts import FormDraft
from storage.casework.learning_spaces import SUBMITTED, LearningSpace
from storage.casework.loops import Loop
from storage.council import establishment as establishments
from storage.engine.session import Session

REVIEW = ""
"""The page after the last: everything once more before it is sent."""
FILLED_IN_WHILE = ("open", "met", "returned_for_change")
"""The states in which the form is with the Senior Manager."""
Mode = Literal["fill", "authorise", "record", "read"]


@dataclass(frozen=True, slots=True)
class ThenAndNow:
    """The learning space that began it and the one three months later; shown in the opened card only (R94, R95)."""

    then: LearningSpace
    now: LearningSpace
    released: bool
    """Whether the practitioner may see the newer one yet (4.2 rule 3)."""


@dataclass(frozen=True, slots=True)
class LoopView:
    """One card of a loop for one person."""

    loop: Loop
    item: LearningSpace
    practitioner: str
    """Their name; in the opened card only."""
    filled_by: str
    """The name of who filled it in."""
    form: Form
    mode: Mode
    step: str
    answers: Mapping[str, Any]
    version: int
    context: FormContext
    actions: tuple[Action, ...]
    """The remedial actions, in the order of their pages."""
    problems: Mapping[str, Problem] = field(default_factory=dict)
    warnings: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    entered: Mapping[str, Any] = field(default_factory=dict)
    not_kept: Mapping[str, Problem] = field(default_factory=dict)
    newly_asked: frozenset[str] = frozenset()
    overtaken: bool = False
    """Whether this page's answers were changed elsewhere after its card was drawn, so that nothing was kept of it."""
    form_changed: bool = False
    """Whether the card this came from was of an older form."""
    missing: Mapping[str, Mapping[str, Problem]] = field(default_factory=dict)
    then_and_now: ThenAndNow | None = None
    shows_case: bool = True
    """Whether this reader may see the case reference (4.2)."""
    runs_it: bool = False
    """Whether this reader may end the loop with a reason."""
    not_safe: bool = False
    """For whoever authorises it or runs it: whether the form says that the child is not safe now (G1)."""
    taken_up_by: str = ""
    """The name of who has taken up the red route; empty while nobody has."""
    one_of_several: bool = False
    """Whether the practitioner has another loop still open, so that one re-audit may serve both (A38)."""

    @property
    def reviewing(self) -> bool:
        """Whether this is the page before it is sent."""
        return self.mode == "fill" and self.step == REVIEW


def actions_of(session: Session, item: LearningSpace) -> tuple[Action, ...]:
    """The remedial actions of a learning space, in the order of their references, which never changes."""
    return tuple(sorted(actions.of_subject(session, item.reference), key=lambda action: action.reference))


def form_for(framework: Framework, given: Sequence[Action]) -> Form:
    """The form with a page for each of these actions."""
    return loop_form(framework, [action.reference for action in given])


def context_for(framework: Framework, loop: Loop, now: datetime) -> FormContext:
    """What the rules of the form need to know: nothing in it happened before the loop was opened."""
    local = Calendar.of(framework).local_date
    return FormContext.of(framework, allocated_on=local(loop.opened_at), today=local(now))


def fill_view(
    session: Session,
    framework: Framework,
    loop: Loop,
    item: LearningSpace,
    draft: FormDraft | None,
    *,
    step: str,
    now: datetime,
    **page: Any,
) -> LoopView:
    """One page for whoever fills it in; `page` is what a check of that page found, if there was one."""
    given = actions_of(session, item)
    form, context = form_for(framework, given), context_for(framework, loop, now)
    answers = dict(draft.answers) if draft else {}
    return LoopView(
        loop=loop,
        item=item,
        practitioner=name_of(establishments.current(session), loop.practitioner),
        filled_by="",
        form=form,
        mode="fill",
        step=step,
        answers=answers,
        version=draft.version if draft else 0,
        context=context,
        actions=given,
        missing=check_all(form, answers, context, framework) if step == REVIEW else {},
        **page,
    )


def whole_view(
    session: Session, framework: Framework, loop: Loop, item: LearningSpace, *, person: str, now: datetime
) -> LoopView:
    """The whole of it, for somebody who decides on it or may look. NotYours for everyone else.

    Nothing that was not sent in is shown. Who may look is the framework's matrix (4.2).
    """
    establishment = establishments.current(session)
    on = Calendar.of(framework).local_date(now)
    authorises = loop.state == "submitted" and may_authorise(framework, establishment, loop, item, person, on)
    runs_it = in_team(establishment, person, RUNS_IT, on)
    if right_on_loop(session, framework, establishment, loop, item, person=person, on=on) < Right.READ:
        raise NotYours(loop.reference)
    both = then_and_now(session, framework, loop, item, on=on)
    if person == loop.practitioner and both and not both.released:
        both, loop = None, replace(loop, result="")  # how it came out says how the newer one was graded
    given, flag = actions_of(session, item), red_flags.of(session, item.reference)
    return LoopView(
        loop=loop,
        item=item,
        practitioner=name_of(establishment, loop.practitioner),
        filled_by=name_of(establishment, loop.filled_by) if loop.filled_by else "",
        form=form_for(framework, given),
        mode="authorise" if authorises else ("record" if runs_it and waits_for_a_result(session, loop) else "read"),
        step=REVIEW,
        answers=dict(loop.form),
        version=loop.submissions,
        context=context_for(framework, loop, now),
        actions=given if loop.submissions else (),
        then_and_now=both,
        shows_case=right_on_learning_space(
            session, framework, establishment, item, "case_reference", person=person, on=on
        )
        >= Right.READ,
        runs_it=runs_it,
        not_safe=(authorises or runs_it) and loop.form.get(SAFE_NOW) == NOT_SAFE,
        taken_up_by=name_of(establishment, flag.acknowledged_by) if flag and flag.acknowledged_by else "",
        one_of_several=sum(other.is_open for other in loops.of_practitioner(session, loop.practitioner)) > 1,
    )


def waits_for_a_result(session: Session, loop: Loop) -> bool:
    """Whether the re-audit is in and its result is not recorded."""
    if loop.state != "re_audit_due" or not loop.reaudit_reference:
        return False
    found = learning_spaces.by_reference(session, loop.reaudit_reference)
    return found is not None and found.state == SUBMITTED


def then_and_now(
    session: Session, framework: Framework, loop: Loop, item: LearningSpace, *, on: date
) -> ThenAndNow | None:
    """Both learning spaces once the second one is in, else None."""
    now = learning_spaces.by_reference(session, loop.reaudit_reference) if loop.reaudit_reference else None
    if now is None or now.state != SUBMITTED:
        return None
    released = is_released(session, framework, now, on=on)
    return ThenAndNow(as_it_stands(session, item), as_it_stands(session, now), released=released)


def is_released(session: Session, framework: Framework, item: LearningSpace, *, on: date) -> bool:
    """Whether the practitioner may see a result: released by the auditor, or some working days old (4.2 rule 3)."""
    if loops.released_at(session, item.reference) is not None:
        return True
    calendar = Calendar.of(framework)
    if item.submitted_at is None:
        return False
    waited = framework.two_voices.release_after_working_days
    return on > calendar.add_working_days(calendar.local_date(item.submitted_at), waited)


def load_draft(session: Session, loop: Loop) -> FormDraft | None:
    """Where to go on: the newest draft, whoever wrote it, so that a deputy begins where the other stopped."""
    return form_drafts.latest(session, loop.reference, FORM)


def fills_in(framework: Framework, session: Session, loop: Loop, item: LearningSpace, person: str, on: date) -> bool:
    """Whether the form is with this person now."""
    if loop.state not in FILLED_IN_WHILE or not person:
        return False
    return person in those_who_meet(framework, establishments.current(session), item, on)
