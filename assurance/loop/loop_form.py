"""Fill in the closing-the-loop form: opened from a message or from home, saved at every step, then sent (R90-R92)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from assurance.access.loop_people import authorisers, loop_and_item
from assurance.common.refusals import NotYours, UnknownStep
from assurance.forms.save_step import BACK, NEXT, STAY, kept_answers, overwrites, page_after, what_to_show
from assurance.loop.loop_meeting import drop_meeting
from assurance.loop.loop_moves import change, facts_of, say, say_no_more
from assurance.loop.loop_red_route import raise_from_loop
from assurance.loop.loop_view import (
    REVIEW,
    LoopView,
    actions_of,
    context_for,
    fill_view,
    fills_in,
    form_for,
    load_draft,
    whole_view,
)
from assurance.notify.tell import roles_told
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.follow_up.loop_form import FORM, MEETING, MET_ON, RED_ROUTE, SAFE_NOW, part_key
from policy.follow_up.loop_steps import FOR_AUTHORISATION, FORM_DUE, MEETING_DUE, again
from policy.forms.forms import check_form, check_page, visible_steps
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import LOOP, move
from storage.casework import actions, form_drafts
from storage.casework.form_drafts import FormDraft
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What came of pressing Send."""

    state: Literal["sent", "already", "incomplete", "changed"]
    loop: Loop
    view: LoopView | None = None
    """With incomplete: the first page that lacks something. With changed: the review as it stands now."""
    asked: tuple[str, ...] = ()
    """The roles asked to authorise it."""


def open_loop_form(
    session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime, step: str | None = None
) -> LoopView:
    """Open a loop's form: to fill it in for the Senior Manager, to decide or to read for the others.

    `step` opens a page other than the one the draft was left at. Raises NotFound, NotYours. Who reads it outside the
    QA team is in history (4.2 rule 4).
    """
    loop, item = loop_and_item(session, token)
    on = Calendar.of(framework).local_date(now)
    if not fills_in(framework, session, loop, item, actor.person_id, on):
        view = whole_view(session, framework, loop, item, person=actor.person_id, now=now)
        if not view.runs_it:
            history.append(session, at=now, actor=actor, verb="loop_read", subject=loop.reference)
        return view
    draft = load_draft(session, loop)
    if draft is None:
        draft = FormDraft(loop.reference, FORM, actor.person_id, _known(session, item), "", 0, now)
    form = form_for(framework, actions_of(session, item))
    pages = [one.key for one in visible_steps(form, draft.answers)]
    wanted = draft.step if step is None else step
    begun = draft.version > 0
    page = wanted if wanted in pages or (wanted == REVIEW and begun) else pages[0]
    return fill_view(session, framework, loop, item, draft, step=page, now=now)


def open_loop_form_with(
    session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime, raw: Mapping[str, object]
) -> LoopView:
    """The form for a card whose page is there no longer: at the page that asks most of what stood in its boxes.

    What stood there is shown in the boxes again and kept once that page is saved. Raises what `open_loop_form` raises.
    """
    view = open_loop_form(session, framework, token, actor=actor, now=now)
    if view.mode != "fill":
        return view
    steps = visible_steps(view.form, view.answers)
    step = max(steps, key=lambda one: sum(field.key in raw for field in one.fields))
    here = {field.key for field in step.fields} & set(raw)
    if not here:
        return replace(view, form_changed=True)
    view = open_loop_form(session, framework, token, actor=actor, now=now, step=step.key)
    return replace(view, entered={key: raw[key] for key in here}, form_changed=True)


def save_loop_step(
    session: Session,
    framework: Framework,
    token: str,
    *,
    actor: Actor,
    step: str,
    raw: Mapping[str, object],
    move_to: str,
    now: datetime,
    version: int | None = None,
) -> LoopView:
    """Save one page as `raw` fills it in, and go where `move_to` says: next, back, stay, a page's key or the review.

    A card drawn at an older `version` does not put its answers over newer ones; its page comes back instead. The
    meeting counts as held once its page is whole, and the answer that the child is not safe now is acted on
    here, whatever else is missing. Raises NotFound, NotYours, UnknownStep.
    """
    loop, item = loop_and_item(session, token)
    _fills_in(session, framework, loop, item, actor, now)
    form = form_for(framework, actions_of(session, item))
    pages = {one.key for one in form.steps}
    if step not in pages or move_to not in pages | {NEXT, BACK, STAY, REVIEW}:
        raise UnknownStep(loop.reference)
    draft = load_draft(session, loop)
    earlier = dict(draft.answers) if draft else _known(session, item)
    check = check_page(form, step, raw, context_for(framework, loop, now), framework, earlier)
    answers = kept_answers(check, earlier)
    newly_at_risk = answers.get(SAFE_NOW) == "no" != earlier.get(SAFE_NOW)
    behind = draft is not None and version is not None and version < draft.version and not newly_at_risk
    if behind and overwrites(form, step, check, earlier):
        shown: dict[str, Any] = {"entered": check.entered, "warnings": check.warnings, "overtaken": True}
        return fill_view(session, framework, loop, item, draft, step=step, now=now, **shown)
    page = page_after(form, step, move_to, answers, check)
    draft = _save(session, loop, draft, answers, page, actor=actor, now=now)
    if answers.get(SAFE_NOW) == "no":
        told = {field.key: answers[field.key] for field in form.step(RED_ROUTE).fields if answers.get(field.key)}
        loop = raise_from_loop(session, framework, loop, item, told, actor=actor, now=now)
    if step == MEETING and loop.state == "open" and not check.problems:
        loop = _met(session, framework, loop, answers, actor=actor, now=now)
    found = what_to_show(check, stays=page == step, complains=move_to not in (BACK, STAY))
    return fill_view(session, framework, loop, item, draft, step=page, now=now, **found)


def send_loop(
    session: Session, framework: Framework, token: str, *, actor: Actor, version: int, now: datetime
) -> SendOutcome:
    """Send the form that was reviewed as `version` to who authorises it; a second press gets the first one's outcome.

    What it says of the actions, done or another date, counts once it is authorised. Raises NotFound, NotYours.
    """
    loop, item = loop_and_item(session, token)
    if loop.state not in ("open", "met", "returned_for_change") and loop.filled_by == actor.person_id:
        return SendOutcome("already", loop)
    _fills_in(session, framework, loop, item, actor, now)
    given = actions_of(session, item)
    form = form_for(framework, given)
    draft = load_draft(session, loop)
    if draft is None:
        view = fill_view(session, framework, loop, item, None, step=form.steps[0].key, now=now)
        return SendOutcome("incomplete", loop, view)
    if version != draft.version:
        return SendOutcome("changed", loop, fill_view(session, framework, loop, item, draft, step=REVIEW, now=now))
    checked = check_form(form, draft.answers, context_for(framework, loop, now), framework)
    if checked.missing:
        page, problems = next(iter(checked.missing.items()))
        view = fill_view(session, framework, loop, item, draft, step=page, now=now, problems=problems)
        return SendOutcome("incomplete", loop, view)
    if loop.state == "open":  # a draft begun before the meeting page was whole
        loop = _met(session, framework, loop, checked.answers, actor=actor, now=now)
    return _sent(session, framework, loop, item, checked.answers, actor=actor, now=now)


def _sent(
    session: Session,
    framework: Framework,
    loop: Loop,
    item: LearningSpace,
    answers: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> SendOutcome:
    loop = change(
        session,
        framework,
        loop,
        state=move(LOOP, loop.state, "submit"),
        submitted_at=now,
        submissions=loop.submissions + 1,
        form=answers,
        filled_by=actor.person_id,
    )
    say_no_more(session, loop, (MEETING_DUE, FORM_DUE, "E29"), reason="the form was sent", now=now)
    establishment = establishments.current(session)
    on = Calendar.of(framework).local_date(now)
    asked = authorisers(framework, establishment, loop, item, on)
    facts = facts_of(establishment, loop, item, on, submitted_on=on.isoformat())
    step = again("", loop.submissions)
    say(session, framework, FOR_AUTHORISATION, loop, asked, facts=facts, now=now, step=step)
    history.append(
        session,
        at=now,
        actor=actor,
        verb="loop_submitted",
        subject=loop.reference,
        detail={"round": loop.submissions, "asked": roles_told(asked)},
    )
    return SendOutcome("sent", loop, asked=tuple(roles_told(asked)))


def _met(
    session: Session, framework: Framework, loop: Loop, answers: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Loop:
    met_on = date.fromisoformat(str(answers[MET_ON]))
    loop = change(session, framework, loop, state=move(LOOP, loop.state, "meet"), met_on=met_on)
    loop = drop_meeting(session, framework, loop, by=actor.person_id, now=now, held_on=met_on)
    say_no_more(session, loop, (MEETING_DUE,), reason="they have met", now=now)
    detail = {"met_on": met_on.isoformat()}
    history.append(session, at=now, actor=actor, verb="loop_met", subject=loop.reference, detail=detail)
    return loop


def _fills_in(
    session: Session, framework: Framework, loop: Loop, item: LearningSpace, actor: Actor, now: datetime
) -> None:
    on = Calendar.of(framework).local_date(now)
    if not fills_in(framework, session, loop, item, actor.person_id, on):
        raise NotYours(loop.reference)


def _save(
    session: Session,
    loop: Loop,
    draft: FormDraft | None,
    answers: dict[str, Any],
    page: str,
    *,
    actor: Actor,
    now: datetime,
) -> FormDraft:
    changed = draft is None or answers != draft.answers
    if draft is not None and not changed and draft.step == page:
        return draft
    version = (draft.version if draft else 0) + changed
    saved = FormDraft(loop.reference, FORM, actor.person_id, answers, page, version, now)
    form_drafts.save(session, saved)
    return saved


def _known(session: Session, item: LearningSpace) -> dict[str, Any]:
    """What the tracker knows already: an action that is done, and when its evidence is from."""
    known: dict[str, Any] = {}
    for action in actions_of(session, item):
        if action.state == actions.DONE:
            known[part_key(action.reference, "action_state")] = "done"
            if action.evidence_on:
                known[part_key(action.reference, "action_evidence_on")] = action.evidence_on.isoformat()
    return known
