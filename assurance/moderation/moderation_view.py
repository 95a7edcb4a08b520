"""What a page of a moderation is drawn from. The original grades are in it only once the second ones are stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from assurance.access.authority import require_role
from assurance.access.loop_people import RUNS_IT
from assurance.access.may_see import reads_everything, right_on_moderation
from assurance.common.refusals import NotFound, NotYours
from assurance.moderation.moderation_drafts import BOOKING, FORM, SAID, WHILE, known, load_draft
from assurance.notify.tell import function_title, name_of, subject_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.recipients import resolve
from policy.council.visibility import Right
from policy.follow_up.moderation import NOT_AGREED, outcome_of
from policy.forms.forms import FormContext, Problem, is_answered, visible_steps
from policy.framework.framework import Form, Framework
from storage.casework import learning_spaces, loops, moderations
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import CLOSED as LOOP_CLOSED
from storage.casework.moderations import CLOSED, DISPUTED, GRADED, SELECTED, Moderation
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session

COMPARE, OUTCOME, STATUS = "compare", "outcome", "status"
"""Pages that are not a step of a form."""
GRADING, SETTLED = "grading", "settled"
"""Parts of what is kept of a moderation, beside what was said."""
QA = ("qa_lead", "qa_officer")


@dataclass(frozen=True, slots=True)
class ModerationView:
    """One page of a moderation for one person."""

    moderation: Moderation
    item: LearningSpace
    person: str
    auditor: str
    """The name of the manager who did the learning space."""
    practitioner: str
    """The practitioner's name; only for the moderator and the QA team, else empty."""
    function: str
    page: str
    """A step of a form, or `COMPARE`, `OUTCOME`, `STATUS`."""
    context: FormContext
    form: Form | None = None
    """With a step of a form: that form."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """What its moderator has answered so far of the form, or of the booking where the day is asked for."""
    version: int = 0
    """How often that has changed. A card carries it."""
    written: tuple[tuple[str, str], ...] = ()
    """What the manager wrote in words, question and answer; no grades, and nothing that explains one."""
    original: Mapping[str, Any] = field(default_factory=dict)
    """The original grades by question. Empty until the second ones are stored."""
    moderated: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = ""
    """As it stands, or with a talk on record as it will be."""
    is_moderator: bool = False
    seats: tuple[str, ...] = ()
    """Where the person has a say in a dispute."""
    opinions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What has been said in the dispute so far: seat -> by, stands."""
    loop: str = ""
    """The open loop of the learning space, if it has one."""
    may_stand_down: bool = False
    """The grade that opened the loop no longer stands, and this person may stand the loop down (A32)."""
    problems: Mapping[str, Problem] = field(default_factory=dict)
    warnings: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    entered: Mapping[str, Any] = field(default_factory=dict)
    not_kept: Mapping[str, Problem] = field(default_factory=dict)
    newly_asked: frozenset[str] = frozenset()
    overtaken: bool = False
    """Whether this page's answers were changed elsewhere after its card was drawn, so that nothing was kept of it."""
    form_changed: bool = False
    """Whether the card this came from was of an older form."""


def found(session: Session, token: str) -> tuple[Moderation, LearningSpace]:
    """The moderation behind a card's token and its learning space. NotFound for a token of nothing."""
    moderation = moderations.by_token(session, token) if token else None
    item = learning_spaces.by_reference(session, moderation.subject) if moderation else None
    if moderation is None or item is None:
        raise NotFound(token)
    return moderation, item


def own(session: Session, token: str, actor: Actor) -> tuple[Moderation, LearningSpace]:
    """The same for its moderator alone. NotYours for everybody else, whatever their role."""
    moderation, item = found(session, token)
    if not actor.person_id or moderation.moderator != actor.person_id:
        raise NotYours(moderation.reference)
    return moderation, item


def context_of(framework: Framework, item: LearningSpace, now: datetime) -> FormContext:
    """What the forms of a moderation need to know."""
    return FormContext.of(framework, allocated_on=item.allocated_on, today=Calendar.of(framework).local_date(now))


def in_qa_team(
    session: Session, framework: Framework, actor: Actor, now: datetime, *, roles: Collection[str] = QA
) -> bool:
    """Whether this person belongs to the QA team today, or holds one of `roles` in it."""
    try:
        require_role(establishments.current(session), actor, roles, on=Calendar.of(framework).local_date(now))
    except NotYours:
        return False
    return True


def seats_of(
    session: Session, framework: Framework, moderation: Moderation, item: LearningSpace, *, now: datetime
) -> dict[str, tuple[str, ...]]:
    """Who may decide in a dispute, seat by seat; see `seats_among`."""
    on = Calendar.of(framework).local_date(now)
    return seats_among(framework, establishments.current(session), moderation, item, on=on)


def seats_among(
    framework: Framework, establishment: Establishment, moderation: Moderation, item: LearningSpace, *, on: date
) -> dict[str, tuple[str, ...]]:
    """Who may decide in a dispute, seat by seat: never the auditor, and the moderator only if there is no other.

    The Head of Service's seat goes one level up when it is the auditor's own; a seat that stays empty is the QA
    team's. It asks the database nothing, so that many disputes cost no more than one.
    """
    seats: dict[str, tuple[str, ...]] = {}
    subject = replace(subject_of(item), moderator=moderation.moderator)
    for seat in framework.moderation.settles:
        told = resolve((seat,), (), subject, establishment, framework, on=on, escalation=True).recipients
        people = tuple(one.person for one in told if one.person != item.person)
        others = tuple(person for person in people if person != moderation.moderator)
        if not others and seat in framework.moderation.moderators:
            others = tuple(
                post.holder
                for role in framework.moderation.moderators
                for post in establishment.posts_of_role(role)
                if post.holder and post.holder not in (moderation.moderator, item.person)
            )
        seats[seat] = others or people
    return seats


def build(
    session: Session,
    framework: Framework,
    moderation: Moderation,
    item: LearningSpace,
    *,
    actor: Actor,
    now: datetime,
    page: str = "",
    **more: Any,
) -> ModerationView:
    """The page a person may see of a moderation as it stands; `page` asks for another one of the moderator's."""
    establishment = establishments.current(session)
    is_moderator = bool(actor.person_id) and moderation.moderator == actor.person_id
    qa = is_moderator or in_qa_team(session, framework, actor, now)
    at = _page(session, framework, moderation, is_moderator=is_moderator, asked=page)
    form = form_of_page(framework, moderation, at)
    both = moderation.state != SELECTED
    seats = seats_of(session, framework, moderation, item, now=now) if moderation.state == DISPUTED else {}
    loop = loops.of_subject(session, item.reference) if both else None
    is_open = loop is not None and loop.state != LOOP_CLOSED
    return ModerationView(
        moderation=moderation,
        item=item,
        person=actor.person_id or "",
        auditor=name_of(establishment, item.person),
        practitioner=name_of(establishment, item.practitioner) if qa else "",
        function=function_title(framework, item.case_function),
        page=at,
        context=context_of(framework, item, now),
        form=form,
        **{
            **_draft(session, moderation, form, is_moderator=is_moderator),
            "written": _written(session, framework, item) if is_moderator and not both else (),
            "original": _original(session, moderation) if both else {},
            "moderated": moderation.form.get(GRADING, {}) if both else {},
            "outcome": moderation.outcome or _outcome_to_be(framework, moderation),
            "is_moderator": is_moderator,
            "seats": tuple(seat for seat, people in seats.items() if actor.person_id in people),
            "opinions": moderation.form.get(SETTLED, {}),
            "loop": loop.reference if loop and is_open else "",
            "may_stand_down": is_open
            and loop_is_moot(framework, moderation)
            and in_qa_team(session, framework, actor, now, roles=RUNS_IT),
            **more,
        },
    )


def open_moderation(
    session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime
) -> ModerationView:
    """Open a moderation: its moderator and the QA team always, whoever decides in a dispute, the manager once talked.

    Raises NotFound, NotYours.
    """
    moderation, item = found(session, token)
    view = build(session, framework, moderation, item, actor=actor, now=now)
    establishment, on = establishments.current(session), Calendar.of(framework).local_date(now)
    reader, says = actor.person_id, bool(view.seats)
    right = right_on_moderation(framework, establishment, moderation, item, person=reader, has_a_say=says, on=on)
    if right < Right.READ:
        raise NotYours(moderation.reference)
    if not view.is_moderator and not reads_everything(framework, establishment, "moderation", reader, on=on):
        about = {"learning_space": item.reference}
        history.append(session, at=now, actor=actor, verb="moderation_read", subject=moderation.reference, detail=about)
    return view


def loop_is_moot(framework: Framework, moderation: Moderation) -> bool:
    """Whether the grade that stands after a finished moderation asks for no loop (A32)."""
    if moderation.state != CLOSED:
        return False
    stands = moderation.original_grade if moderation.outcome == NOT_AGREED else moderation.moderated_grade
    return not framework.grade(stands).triggers_loop


def _page(session: Session, framework: Framework, moderation: Moderation, *, is_moderator: bool, asked: str) -> str:
    """The page that was asked for, if it may be; else where the moderator's own view was left, or how it stands."""
    if is_moderator and form_of_page(framework, moderation, asked) is not None:
        return asked
    if moderation.state != SELECTED:
        return COMPARE if moderation.state == GRADED else OUTCOME
    if not is_moderator:
        return STATUS
    steps = [step.key for step in framework.form(FORM).steps]
    draft = load_draft(session, moderation, FORM)
    if draft is None or not draft.answers:
        return steps[0]
    return draft.step if draft.step in steps else steps[-1]


def form_of_page(framework: Framework, moderation: Moderation, page: str) -> Form | None:
    """The form a page is a step of, of those that may be filled in now; None for a page that is none."""
    forms = [framework.form(key) for key, states in WHILE.items() if moderation.state in states]
    return next((form for form in forms if page in [step.key for step in form.steps]), None)


def _draft(session: Session, moderation: Moderation, form: Form | None, *, is_moderator: bool) -> dict[str, Any]:
    key = form.key if form else BOOKING
    if not is_moderator or moderation.state not in WHILE[key]:
        return {}
    draft = load_draft(session, moderation, key)
    return {"answers": draft.answers, "version": draft.version} if draft else {"answers": known(moderation, key)}


def _written(session: Session, framework: Framework, item: LearningSpace) -> tuple[tuple[str, str], ...]:
    """The manager's own words, without every step that asks for a grade: their reasons would tell it."""
    answers = learning_spaces.load_answers(session, item.reference) or {}
    form = framework.form(item.activity)
    steps = [
        step
        for step in visible_steps(form, answers)
        if not any(one.choices_from in ("grades", "grades_or_na") for one in step.fields)
    ]
    return tuple(
        (one.label, str(answers[one.key]))
        for step in steps
        for one in step.fields
        if one.kind == "text" and is_answered(answers.get(one.key))
    )


def _original(session: Session, moderation: Moderation) -> dict[str, Any]:
    answers = learning_spaces.load_answers(session, moderation.subject) or {}
    return {**answers, "grade": moderation.original_grade, "impact": moderation.original_impact}


def _outcome_to_be(framework: Framework, moderation: Moderation) -> str:
    talk = moderation.form.get(SAID)
    if not talk:
        return ""
    accepted = talk.get("accepted") == "yes"
    return outcome_of(moderation.original_grade, moderation.moderated_grade, accepted=accepted, grades=framework.grades)
