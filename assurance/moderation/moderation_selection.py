"""A learning space is selected for moderation: someone who may look at it is found, and told (R107, E21)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from assurance.access.authority import require_role
from assurance.access.may_see import who_knows_the_grade
from assurance.common.refusals import NotFound, NotReady, Refused
from assurance.notify.tell import function_title, name_of, notices, subject_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.recipients import Recipient, resolve
from policy.follow_up.moderation import INADEQUATE, REQUESTED, SOFT_CHECK, LookedAt, choose_moderator
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import MODERATION as LIFE
from policy.lifecycle.lifecycle import START, move
from policy.lifecycle.reference import MODERATION, format_reference
from storage.casework import learning_spaces, moderations
from storage.casework.learning_spaces import SUBMITTED, LearningSpace
from storage.casework.moderations import Moderation
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox

CHOSEN = "E21"
ASKS = ("qa_lead",)
"""Who may ask for a second look of their own accord."""
CERTAIN = "certain"
SWEEP = Actor.system("sweep")


def midnight(calendar: Calendar, day: date) -> datetime:
    """The instant a day begins for the council."""
    return datetime.combine(day, time(0), calendar.zone).astimezone(UTC)


def select(
    session: Session,
    framework: Framework,
    item: LearningSpace,
    *,
    why: str,
    actor: Actor,
    now: datetime,
    draw: Mapping[str, Any] | None = None,
) -> Moderation:
    """Select a learning space, or hand back the moderation it has. The moderator is told in the next send window."""
    known = moderations.of_subject(session, item.reference)
    if known is not None:
        return known
    calendar, rules = Calendar.of(framework), framework.moderation
    today = calendar.local_date(now)
    quarter = calendar.quarter_of(today)
    moderator = _moderator(session, framework, item, seed=int((draw or {}).get("seed", 0)), now=now)
    serial = learning_spaces.next_serial(session, MODERATION, quarter.short)
    moderation = Moderation(
        reference=format_reference(MODERATION, quarter, serial),
        token=uuid.uuid4().hex,
        subject=item.reference,
        why=why,
        draw=dict(draw or {}),
        moderator=moderator,
        state=move(LIFE, START, "select"),
        selected_at=now,
        original_grade=item.grade,
        original_impact=item.impact,
        next_step_at=calendar.send_at(calendar.add_working_days(today, rules.discussion_within_working_days)),
    )
    moderations.insert(session, moderation)
    history.append(
        session,
        at=now,
        actor=actor,
        verb="moderation_selected",
        subject=moderation.reference,
        detail={"learning_space": item.reference, "moderator": moderator, "draw": dict(draw or {})},
    )
    tell_chosen(session, framework, moderation, item, now=now)
    return moderation


def select_if_certain(
    session: Session, framework: Framework, item: LearningSpace, *, actor: Actor, now: datetime
) -> Moderation | None:
    """On submission: the grade that opens the loop, and what a soft check marked, is moderated for certain (A26)."""
    if item.moderation_flag not in (INADEQUATE, SOFT_CHECK):
        return None
    return select(session, framework, item, why=item.moderation_flag, actor=actor, now=now)


class NoSuchReasonToModerate(Refused):
    """The framework file knows no such reason."""


def see_before_asking(
    session: Session, framework: Framework, reference: str, *, actor: Actor, now: datetime
) -> LearningSpace:
    """The item the QA lead would ask a second look at. NotYours for others, NotFound, NotReady before it is in."""
    require_role(establishments.current(session), actor, ASKS, on=Calendar.of(framework).local_date(now))
    item = learning_spaces.by_reference(session, reference)
    if item is None:
        raise NotFound(reference)
    if item.state != SUBMITTED:
        raise NotReady(reference)
    return item


def request_moderation(
    session: Session, framework: Framework, reference: str, *, reason: str, actor: Actor, now: datetime
) -> Moderation:
    """The QA lead asks for moderation, with a reason of the file; one that has one keeps it.

    Raises what `see_before_asking` raises, and NoSuchReasonToModerate.
    """
    item = see_before_asking(session, framework, reference, actor=actor, now=now)
    if reason not in framework.moderation.request_reasons:
        raise NoSuchReasonToModerate(reference)
    return select(session, framework, item, why=REQUESTED, draw={"reason": reason}, actor=actor, now=now)


def give_to_another(
    session: Session, framework: Framework, moderation: Moderation, item: LearningSpace, *, now: datetime
) -> int:
    """Find another moderator for one whose own may not look at it any more; returns the notices written."""
    moderator = _moderator(session, framework, item, seed=0, now=now)
    if not moderator:
        return 0
    moderations.update(session, moderation.reference, moderator=moderator)
    about = {"learning_space": item.reference, "from": moderation.moderator, "moderator": moderator}
    history.append(
        session, at=now, actor=SWEEP, verb="moderation_passed_on", subject=moderation.reference, detail=about
    )
    moderation = replace(moderation, moderator=moderator)
    return tell_chosen(session, framework, moderation, item, now=now)


def _moderator(session: Session, framework: Framework, item: LearningSpace, *, seed: int, now: datetime) -> str:
    calendar = Calendar.of(framework)
    today = calendar.local_date(now)
    known_to = who_knows_the_grade(session, item)
    return choose_moderator(
        establishments.current(session),
        framework.moderation.moderators,
        LookedAt(item.reference, item.person, item.post, item.practitioner, known_to),
        load=moderations.load(session, midnight(calendar, calendar.quarter_of(today).starts)),
        on=today,
        seed=seed,
    )


# -- telling ----------------------------------------------------------------------------------------------------------


def tell_chosen(
    session: Session, framework: Framework, moderation: Moderation, item: LearningSpace, *, now: datetime
) -> int:
    """Tell the moderator what they are to look at (E21), and not why; returns the notices written."""
    extra = _book_by(moderation)
    return tell(session, framework, CHOSEN, moderation, item, now=now, extra=extra)


def _book_by(moderation: Moderation) -> dict[str, str]:
    return {"book_by": moderation.next_step_at.date().isoformat()} if moderation.next_step_at else {}


def facts_of(session: Session, framework: Framework, moderation: Moderation, item: LearningSpace) -> dict[str, Any]:
    """What a message about a moderation may hold."""
    return {
        "reference": moderation.reference,
        "learning_space": item.reference,
        "auditor": name_of(establishments.current(session), item.person),
        "function": function_title(framework, item.case_function),
    }


def hearers_of(
    session: Session,
    framework: Framework,
    expressions: Sequence[str],
    moderation: Moderation,
    item: LearningSpace,
    *,
    now: datetime,
    escalation: bool = False,
) -> tuple[Recipient, ...]:
    """The people behind recipient expressions. `escalation` leaves the auditor's own level and those below out."""
    return resolve(
        expressions,
        (),
        replace(subject_of(item), moderator=moderation.moderator),
        establishments.current(session),
        framework,
        on=Calendar.of(framework).local_date(now),
        escalation=escalation,
    ).recipients


def tell(
    session: Session,
    framework: Framework,
    event: str,
    moderation: Moderation,
    item: LearningSpace,
    *,
    now: datetime,
    extra: Mapping[str, Any],
    step: str = "",
    recipients: Sequence[Recipient] | None = None,
    opens: bool = True,
) -> int:
    """Write an event's notices to those the framework names, or to `recipients`; `opens` gives them a way in."""
    if recipients is None:
        recipients = hearers_of(session, framework, framework.event(event).tell, moderation, item, now=now)
    facts = {**facts_of(session, framework, moderation, item), **extra}
    if opens:
        facts["token"] = moderation.token
    fresh = notices(
        framework,
        event,
        recipients,
        subject=moderation.reference,
        due_at=now,
        not_before=Calendar.of(framework).next_send(now),
        facts=facts,
        step=step,
    )
    return outbox.add(session, fresh, at=now)
