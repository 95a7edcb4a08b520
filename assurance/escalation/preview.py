"""The preview for the QA lead: what will be escalated on the next working day, while it can still be held (A22)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from assurance.common.more_time_refusals import NothingToHold
from assurance.escalation.hold_step import next_escalation, require_qa_lead, to_be_held
from assurance.escalation.keep_clock import all_pauses
from assurance.notify.tell import name_of, subject_of
from assurance.notify.tell_all import tell_all
from policy.calendar.calendar import Calendar
from policy.calendar.pauses import Pause, standing
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.recipients import Resolution, resolve
from policy.follow_up.more_time import next_sending_day
from policy.framework.framework import Framework
from policy.lifecycle.ladder import DueStep, judge, ladder_from_json, steps_due
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment as establishments
from storage.council import meta
from storage.engine.session import Session
from storage.reads import sweeping
from storage.reads.sweeping import DueItem

PREVIEW = "E69"
MOST = 500
"""Items looked at; a day on which more would be escalated is held for a person anyway (`plausible.py`)."""
MOST_LISTED = 12
"""Items on a page that can be held; the others are one press away."""
MOST_COPIED = 30
"""Items the copy of the morning lists, when nothing can be held any more; the rest is counted."""
AFTERNOON, MORNING = "afternoon", "morning"


@dataclass(frozen=True, slots=True)
class Coming:
    """One escalation to come."""

    reference: str
    token: str
    auditor: str
    post: str
    """Their post as people speak of it, with its team where others have the same title."""
    function: str
    step: str
    roles: tuple[str, ...]
    """Who is told, without those who hear for information."""
    can_hold: bool
    """False when this learning space has had its hold."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The escalations of a day."""

    day: date
    coming: tuple[Coming, ...]
    """By service, then by auditor."""
    pause: Pause | None = None
    """What stops the clock on that day, if anything does."""


def preview(session: Session, framework: Framework, *, actor: Actor, now: datetime) -> Preview:
    """What goes out next, for the QA lead or their deputy. Reads only; OnlyQaLead for anybody else."""
    require_qa_lead(session, framework, actor, now=now)
    return escalations_on(session, framework, next_sending_day(now, Calendar.of(framework)))


def preview_one(session: Session, framework: Framework, reference: str, *, actor: Actor, now: datetime) -> Preview:
    """The next escalation of one learning space, whatever its day, to be held. Reads only; refused as a hold is."""
    establishment = require_qa_lead(session, framework, actor, now=now)
    item = to_be_held(session, establishment, reference)
    calendar = Calendar.of(framework)
    coming = next_escalation(ladder_from_json(item.ladder), item, calendar)
    if coming is None:
        raise NothingToHold(item.reference)
    day = max(calendar.local_date(coming.due_at), next_sending_day(now, calendar))
    told = resolve(coming.step.tell, (), subject_of(item), establishment, framework, on=day, escalation=True)
    return Preview(day, (_coming(establishment, item, item.token, coming.step.name, told),))


def escalations_on(session: Session, framework: Framework, day: date) -> Preview:
    """Everything that climbs a rung of management at the send hour of a day if nothing happens until then."""
    calendar = Calendar.of(framework)
    pause = standing(all_pauses(session, framework), day)
    if pause is not None:
        return Preview(day, (), pause)
    at = calendar.send_at(day)
    establishment = establishments.current(session)
    found = []
    due = sweeping.due(session, at, MOST)
    tokens = learning_spaces.by_references(session, (item.reference for item in due))
    for item in due:
        try:
            say = _says(item, at, calendar)
        except ValueError:
            continue  # a ladder nobody can read: the sweep reports it, and the others are shown all the same
        if say is None or not say.step.escalation:
            continue
        told = resolve(say.step.tell, (), subject_of(item), establishment, framework, on=day, escalation=True)
        found.append(_coming(establishment, item, tokens[item.reference].token, say.step.name, told))
    # Of one service together, so that whoever pages through finds it together.
    found.sort(key=lambda one: (one.function, one.auditor, one.reference))
    return Preview(day, tuple(found))


def _coming(
    establishment: Establishment, item: DueItem | LearningSpace, token: str, step: str, told: Resolution
) -> Coming:
    post = establishment.posts.get(item.post)
    return Coming(
        reference=item.reference,
        token=token,
        auditor=name_of(establishment, item.person),
        post=establishment.in_words(post) if post else "",
        function=item.function,
        step=step,
        roles=tuple(dict.fromkeys(role for one in told.recipients for role in one.roles)),
        can_hold=not (isinstance(item, DueItem) and item.held_until),
    )


def _says(item: DueItem, at: datetime, calendar: Calendar) -> DueStep | None:
    ladder = ladder_from_json(json.loads(item.ladder))
    return judge(steps_due(ladder, item.counts_from, json.loads(item.steps_done), at, calendar, item.held)).say


def afternoon_preview(session: Session, framework: Framework, now: datetime) -> int:
    """From the afternoon of a working day on: what the next one brings. Nothing to come, nothing said."""
    calendar = Calendar.of(framework)
    if not calendar.in_send_window(now) or _clock(now, calendar) < framework.discretion.preview_at:
        return 0
    return _write(session, framework, next_sending_day(now, calendar), AFTERNOON, now=now)


def morning_preview(session: Session, framework: Framework, now: datetime) -> int:
    """Once on a working day: what goes out today, looked up just before it is judged and sent with it."""
    calendar = Calendar.of(framework)
    today = calendar.local_date(now)
    if not calendar.in_send_window(now):
        return 0
    return _write(session, framework, today, MORNING, now=now)


def _write(session: Session, framework: Framework, day: date, part: str, *, now: datetime) -> int:
    if meta.get(session, f"preview:{part}") >= day.isoformat():
        return 0
    meta.save(session, f"preview:{part}", day.isoformat())
    seen = escalations_on(session, framework, day)
    if not seen.coming:
        return 0
    step = f"{day.isoformat()} {'am' if part == MORNING else 'pm'}"
    rows = as_facts(seen, most=MOST_COPIED if part == MORNING else MOST_LISTED)
    facts = {"day": day.isoformat(), "part": part, "count": len(seen.coming), "coming": rows}
    return tell_all(session, framework, PREVIEW, subject="preview", step=step, facts=facts, now=now)


def as_facts(seen: Preview, *, at: int = 0, most: int = MOST_LISTED) -> list[dict[str, Any]]:
    """As many escalations as a page lists, from number `at` on, as a notice keeps them."""
    return [
        {
            "reference": one.reference,
            "token": one.token,
            "auditor": one.auditor,
            "post": one.post,
            "step": one.step,
            "roles": list(one.roles),
            "can_hold": one.can_hold,
        }
        for one in seen.coming[at : at + most]
    ]


def _clock(now: datetime, calendar: Calendar) -> time:
    return now.astimezone(calendar.zone).time()
