"""Submit a learning space: everything is checked once more, kept, and what follows from the grade is begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from assurance.actions.action_ladder import ladder_for
from assurance.actions.assign_action import ASSIGNED, SetFrom, of_a_form, set_actions, tell_owners, was_assigned
from assurance.common.until_it_stands import put_drafts_aside, say_when_it_stands, waiting_until_it_stands
from assurance.follow_up.correct import correct
from assurance.forms.form_view import REVIEW, FormView, build_view, form_of, own_item, risk_is_raised
from assurance.forms.owners import context_of, owners_of
from assurance.learning_space.release import RECEIVED, RECOGNISED
from assurance.loop.open_loop import OPENED, open_loop
from assurance.moderation.moderation_selection import CHOSEN, select_if_certain
from assurance.notify.tell import OUTLIVES_SUBMISSION, announce, name_of
from assurance.red_route.raise_red_route import raise_red_route
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.follow_up.taking_back import has_way_back
from policy.forms.forms import actions_given, check_form, soft_checks, visible_steps
from policy.framework.framework import Form, Framework
from policy.lifecycle.lifecycle import LEARNING_SPACE, move
from storage.casework import corrections, learning_spaces, red_flags
from storage.casework.learning_spaces import SUBMITTED, Draft, LearningSpace
from storage.council import establishment as establishments
from storage.council import history
from storage.council.history import NewEntry
from storage.engine.session import Session
from storage.outbox import notices
from storage.outbox.digests import FOR_THE_MORNING
from storage.outbox.notices import NewNotice

SAID_OF_IT = (RECEIVED, OPENED, RECOGNISED, CHOSEN, ASSIGNED)
"""What is said because a form was sent in, beside the red route."""
NO_LONGER_OWED = "the learning space was submitted"
"""Why a notice about what was owed is cancelled."""


@dataclass(frozen=True, slots=True)
class SubmitOutcome:
    """What came of pressing Submit."""

    state: Literal["submitted", "already", "incomplete", "changed"]
    item: LearningSpace
    view: FormView | None = None
    """With incomplete: the first page that lacks something. With changed: the review as it stands now."""
    loop_reference: str = ""
    """Set when the grade opened closing the loop."""
    red_route: bool = False
    """Whether the learning space raised the red route, now or earlier."""
    by: str = ""
    """The name of the person who submitted it."""
    at: datetime | None = None
    take_back: bool = False
    """Whether it can be taken back for a minute (docs/adr/0032)."""


def submit(
    session: Session, framework: Framework, token: str, *, actor: Actor, version: int, now: datetime
) -> SubmitOutcome:
    """Submit the draft that was reviewed as `version`; a second press gets the first one's outcome.

    A late one is accepted like any other; its ladder stops here. Raises NotFound, NotYours, Withdrawn.
    """
    item = own_item(session, token, actor)
    correction = corrections.asked(session, item.reference) if item.state == SUBMITTED else None
    if item.state == SUBMITTED and correction is None:
        return _already(session, item)
    form = form_of(framework, item)
    draft = learning_spaces.load_draft(session, item.reference, item.person)
    if draft is None:
        page = visible_steps(form, {})[0].key
        view = build_view(session, framework, item, None, step=page, now=now)
        return SubmitOutcome("incomplete", item, view)
    if version != draft.version:
        view = build_view(session, framework, item, draft, step=REVIEW, now=now)
        return SubmitOutcome("changed", item, view)
    establishment = establishments.current(session)
    owners = owners_of(framework, establishment, item, now=now)
    context = context_of(framework, establishment, item, now=now, owners=owners)
    checked = check_form(form, draft.answers, context, framework)
    if checked.missing:
        page, problems = next(iter(checked.missing.items()))
        view = build_view(session, framework, item, draft, step=page, now=now, problems=problems)
        return SubmitOutcome("incomplete", item, view)
    if correction is not None:
        done = correct(
            session,
            framework,
            establishment,
            form,
            item,
            correction,
            checked.answers,
            owners,
            moderation_flag=_moderation_flag(framework, form, checked.answers),
            actor=actor,
            now=now,
        )
        loop = done.loop_reference
        return _done(session, framework, establishment, form, done.item, checked.answers, loop, actor=actor, now=now)
    return _accept(session, framework, establishment, form, item, draft, checked.answers, owners, actor=actor, now=now)


def _already(session: Session, item: LearningSpace) -> SubmitOutcome:
    by = name_of(establishments.current(session), item.submitted_by or item.person)
    flagged = red_flags.of(session, item.reference) is not None
    return SubmitOutcome("already", item, red_route=flagged, by=by, at=item.submitted_at)


def _accept(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    form: Form,
    item: LearningSpace,
    draft: Draft,
    answers: dict[str, Any],
    owners: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> SubmitOutcome:
    grade = framework.grade(answers[form.grade_field])
    changes: dict[str, Any] = {
        "state": move(LEARNING_SPACE, item.state, "submit"),
        "submitted_at": now,
        "submitted_by": actor.person_id,
        "grade": grade.key,
        "impact": answers.get(form.impact_field) or "",
        "moderation_flag": _moderation_flag(framework, form, answers),
        "next_step_at": None,
    }
    learning_spaces.update(session, item.reference, **changes)
    item = replace(item, **changes)
    learning_spaces.save_answers(session, item.reference, answers, at=now)
    put_drafts_aside(session, framework, item.reference, now=now)
    notices.cancel_for(session, item.reference, at=now, reason=NO_LONGER_OWED, keep_events=OUTLIVES_SUBMISSION)
    source = SetFrom(item.reference, item.person, ladder_for(framework, item))
    given = of_a_form(actions_given(form, answers), owners)
    tracked = set_actions(session, framework, source, given, now=now)
    today = Calendar.of(framework).local_date(now)
    detail = {
        "version": draft.version,
        "actions": len(tracked),
        "days_late": max(0, (today - item.counts_from).days),
    }
    submitted = NewEntry("learning_space_submitted", item.reference, detail)
    entries = [*(was_assigned(action) for action in tracked), submitted]
    history.append_many(session, at=now, actor=actor, entries=entries)
    # Whom it concerns hear of it when it stands; the red route below never waits.
    told = tell_owners(framework, establishment, tracked, now=now)
    told += _received(framework, establishment, item, now=now)
    if grade.recognised:
        told += announce(framework, establishment, RECOGNISED, item, now=now)
    notices.add(session, waiting_until_it_stands(framework, told, now=now), at=now)
    loop = open_loop(session, framework, item, actor=actor, now=now) if grade.triggers_loop else None
    second_look = select_if_certain(session, framework, item, actor=actor, now=now)
    if set_off := [one.reference for one in (loop, second_look) if one]:
        say_when_it_stands(session, framework, set_off, SAID_OF_IT, now=now)
    reference = loop.reference if loop else ""
    done = _done(session, framework, establishment, form, item, answers, reference, actor=actor, now=now)
    return replace(done, take_back=has_way_back(framework))


def _done(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    form: Form,
    item: LearningSpace,
    answers: Mapping[str, Any],
    loop_reference: str,
    *,
    actor: Actor,
    now: datetime,
) -> SubmitOutcome:
    """The receipt; a child at immediate risk is acted on whatever way the form came in."""
    risk = risk_is_raised(form, answers)
    if risk:  # it was raised when the page was saved; a form that came in any other way raises it here
        raise_red_route(session, framework, item, actor=actor, now=now)
    return SubmitOutcome(
        "submitted",
        item,
        loop_reference=loop_reference,
        red_route=risk or red_flags.of(session, item.reference) is not None,
        by=name_of(establishment, actor.person_id),
        at=now,
    )


def _moderation_flag(framework: Framework, form: Form, answers: dict[str, Any]) -> str:
    """Why the item is certain to be moderated, or empty (R107, 3.1)."""
    if framework.grade(answers[form.grade_field]).triggers_loop:
        return "inadequate"
    flags = any(hit.flags_moderation for hit in soft_checks(form, answers, framework))
    return "soft_check" if flags else ""


def _received(
    framework: Framework, establishment: Establishment, item: LearningSpace, *, now: datetime
) -> list[NewNotice]:
    """Who is to know that it came in: the auditor has the receipt, the QA lead reads it next morning."""
    told = announce(framework, establishment, RECEIVED, item, now=now)
    reason = "shown as the receipt"
    return [
        notice if notice.reason == FOR_THE_MORNING else replace(notice, state="recorded", reason=reason)
        for notice in told
    ]
