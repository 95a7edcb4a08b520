"""The sweep's look at actions: each one due is judged once on its ladder, by the rules of every other ladder."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from assurance.access.may_see import may_know_the_grade
from assurance.actions.action_ladder import action_header, anchors_of, ladder_of, subject_of_action
from assurance.notify.climbing import only_recorded, reached, spoken, who_hears
from assurance.notify.tell import roles_told, rungs_as_facts
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.recipients import Subject
from policy.framework.framework import Framework, Ladder, LadderStep
from policy.lifecycle.ladder import Anchor, Judgement, Rung, anchor_of, step_due_at, what_happens
from storage.casework import actions
from storage.casework.actions import Action
from storage.council import establishment as establishments
from storage.council import history
from storage.council.history import NewEntry
from storage.engine.session import Session
from storage.outbox import notices as outbox

SWEEP = Actor.system("sweep")
OWNER = "owner"
BATCH = 500
MOST_BATCHES = 20
TRY_AGAIN = timedelta(hours=1)

log = logging.getLogger(__name__)


def judge_actions(session: Session, framework: Framework, now: datetime) -> int:
    """Judge every open action with a step due, longest due first; how many notices that wrote.

    Of the steps it has reached the highest speaks and the others are recorded. Twice is the same as once.
    """
    written = 0
    for _ in range(MOST_BATCHES):
        due = actions.due(session, now, BATCH)
        if not due:
            break
        establishment = establishments.current(session)
        entries: list[NewEntry] = []
        for action in due:
            try:
                with session.savepoint():
                    written += _judge(session, framework, establishment, action, entries, now=now)
            except Exception:
                # One action that cannot be judged must not keep the others from their turn.
                log.exception("%s could not be judged", action.reference)
                actions.update(session, action.reference, next_step_at=now + TRY_AGAIN)
        history.append_many(session, at=now, actor=SWEEP, entries=entries)
    return written


def step_name(action: Action, step: str) -> str:
    """The name a step's notices are kept under: after a new date was agreed, the same step is another one."""
    return f"{step}@{action.due_on.isoformat()}" if action.moved_from else step


def rungs_ahead_of(
    framework: Framework, establishment: Establishment, action: Action, ladder: Ladder, subject: Subject, *, after: date
) -> tuple[Rung, ...]:
    """The line 'if nothing happens': whom a reminder tells first, and the escalations, sent after a day (A29)."""
    calendar = Calendar.of(framework)
    post = establishment.posts.get(subject.auditor_post)
    every = what_happens(ladder, anchors_of(calendar, action), calendar, framework, post.role if post else "")
    in_line = {each.role for each in establishment.line_of(subject.auditor_post)}
    found = []
    for rung in every:
        roles = tuple(role for role in rung.roles if role in in_line) or rung.roles
        found.append(Rung(rung.on, roles, rung.step))
    found += _first_told(ladder, anchors_of(calendar, action), calendar, in_line)
    return tuple(sorted((rung for rung in found if rung.on > after), key=lambda rung: rung.on))


def rungs_told(
    session: Session, framework: Framework, establishment: Establishment, action: Action, step: LadderStep, *, on: date
) -> dict[str, Any]:
    """The same, as the message of a step holds it: no days where its owner may not know how the work was graded.

    After the grade that opens closing the loop the days are others, so they would tell it.
    """
    if OWNER in step.tell and not may_know_the_grade(
        session, framework, establishment, action.subject, person=action.owner, on=on
    ):
        return {"rungs": [], "rungs_kept_back": True}
    ladder, subject = ladder_of(framework, action), subject_of_action(establishment, framework, action)
    ahead = rungs_ahead_of(framework, establishment, action, ladder, subject, after=on)
    return {"rungs": rungs_as_facts(ahead)}


def _first_told(ladder: Ladder, anchors: Anchor, calendar: Calendar, in_line: set[str]) -> list[Rung]:
    """The first reminder that tells somebody of the owner's line as well: nobody hears of it without fair warning."""
    for step in (one for one in ladder.steps if not one.escalation):
        roles = tuple(role for role in (said.rpartition(".")[2] for said in step.tell) if role in in_line)
        if roles:
            at = step_due_at(step, anchor_of(ladder, step, anchors), calendar)
            return [Rung(calendar.local_date(at), roles, step)]
    return []


def _judge(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    action: Action,
    entries: list[NewEntry],
    *,
    now: datetime,
) -> int:
    calendar = Calendar.of(framework)
    ladder = ladder_of(framework, action)
    climbed = reached(ladder, anchors_of(calendar, action), action.steps_done, now, calendar)
    actions.update(session, action.reference, steps_done=climbed.done, next_step_at=climbed.next_at)
    return sum(
        _say(session, framework, establishment, action, ladder, judgement, entries, now=now)
        for judgement in climbed.judgements
    )


def _say(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    action: Action,
    ladder: Ladder,
    judgement: Judgement,
    entries: list[NewEntry],
    *,
    now: datetime,
) -> int:
    """What the steps that count from one date come to: one of them speaks."""
    say = judgement.say
    if say is None:
        return 0
    calendar = Calendar.of(framework)
    counts_from = say.step.anchor or ladder.anchor
    not_before = calendar.next_send(now)
    on = calendar.local_date(not_before)
    subject = subject_of_action(establishment, framework, action)
    told = who_hears(say, subject, establishment, framework, on=on)
    earlier = [
        (each, who_hears(each, subject, establishment, framework, on=calendar.local_date(each.due_at)))
        for each in judgement.superseded
    ]
    facts = action_header(framework, establishment, action, on=on)
    facts |= rungs_told(session, framework, establishment, action, say.step, on=on)
    facts["told"] = roles_told(told.recipients)
    facts["strict"] = counts_from == "set_on"
    if earlier:
        facts["earlier_steps"] = [each.step.name for each, _ in earlier]
    named = partial(step_name, action)
    if action.steps_done:
        people = [one.person for one in told.recipients]
        for event in {one.event for one in ladder.steps if (one.anchor or ladder.anchor) == counts_from}:
            outbox.supersede(session, event, action.reference, people, reason="a later step has been reached")
    fresh = spoken(
        framework, say, told, reference=action.reference, not_before=not_before, facts=facts, named=named
    ) + only_recorded(framework, earlier, reference=action.reference, spoke=say, named=named)
    written = outbox.add(session, fresh, at=now)
    entries.append(
        NewEntry(
            "steps_judged",
            action.reference,
            {
                "said": say.step.name,
                "recorded": [each.step.name for each, _ in earlier],
                "told": roles_told(told.recipients),
                "notes": list(told.notes),
            },
        )
    )
    return written
