"""The lines of a message that tells of several things at once: as it goes out, and as they stand later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from assurance.cards.how_it_stands import Look, Present
from assurance.common.listed import Listed
from assurance.common.refusals import NotFound
from assurance.notify.tell import function_title
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.casework import actions, learning_spaces
from storage.casework.actions import Action
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.outbox import bundles
from storage.outbox.notices import Notice

OWNER = "owner"
WITH_SOMEONE_ELSE = "with_someone_else"
"""How a line of one's own ends when the work goes to somebody else."""


def listed(notice: Notice, *, on: date) -> Listed:
    """A learning space as a notice of it says, its days counted for the day it is sent."""
    facts = notice.facts
    return Listed(
        reference=str(facts.get("reference", notice.subject)),
        who=str(facts.get("auditor", facts.get("owner", ""))),
        function=str(facts.get("function", "")),
        due_on=_date(facts.get("due_on")) or on,
        days_left=-int(facts["days_late"]) if "days_late" in facts else int(facts.get("days_left", 0)),
        told=_told(notice),
        rungs=tuple(facts.get("rungs", ())),
        token=str(facts.get("token", "")),
        set_on=_date(facts.get("set_on")) if facts.get("strict") else None,
        because="deputy" if facts.get("via") == "deputy" else str(facts.get("because", "")),
        instead=bool(facts.get("earlier_steps")),
    )


def listed_action(notice: Notice, action: Action, *, on: date) -> Listed:
    """The same of an action: its days are those of the day it is sent, and its button is for its owner alone."""
    said = listed(notice, on=on)
    token = action.token if action.owner == notice.recipient else ""
    return replace(said, due_on=action.due_on, days_left=(action.due_on - on).days, token=token)


def read_list(session: Session, framework: Framework, subject: str, *, actor: Actor, now: datetime) -> Present:
    """A list as it stands now, for whoever it was sent to. NotFound for anybody else, and where there is none."""
    look = Look(session, framework, establishments.current(session), actor.person_id or "", now)
    found = list_stands(look, subject, "") if bundles.bundle_of(subject) else None
    if found is None:
        raise NotFound(subject)
    return found


def list_stands(look: Look, subject: str, event: str) -> Present | None:
    """How everything on somebody's list stands now; None when there is none of theirs. Reads only."""
    told = {one.subject: one for one in bundles.of(look.session, bundles.bundle_of(subject)) if _holds(one, look)}
    items = learning_spaces.by_references(look.session, told)
    tracked = actions.by_references(look.session, told)
    rows = []
    for reference, notice in told.items():
        if reference in items:
            rows.append(_learning_space_now(look, notice, items[reference]))
        elif reference in tracked:
            rows.append(_action_now(look, notice, tracked[reference]))
    if not rows:
        return None
    own = any(OWNER in one.roles for one in told.values())
    return Present("together", subject, event, yours=own, rows=tuple(rows), finished=all(row.over for row in rows))


def _holds(notice: Notice, look: Look) -> bool:
    return notice.recipient == look.person and notice.state != "cancelled"


def _learning_space_now(look: Look, notice: Notice, item: LearningSpace) -> Listed:
    return Listed(
        item.reference,
        look.name(item.person),
        function_title(look.framework, item.function),
        item.due_on,
        item.days_left(look.today),
        told=_told(notice),
        paused=item.paused_on is not None,
        over="" if item.is_open else item.state,
    )


def _action_now(look: Look, notice: Notice, action: Action) -> Listed:
    mine = action.owner == look.person
    elsewhere = "" if mine or OWNER not in notice.roles else WITH_SOMEONE_ELSE
    return Listed(
        action.reference,
        look.name(action.owner),
        "",
        action.due_on,
        (action.due_on - look.today).days,
        told=_told(notice),
        token=action.token if mine else "",
        set_on=_date(notice.facts.get("set_on")) if notice.facts.get("strict") else None,
        over=elsewhere if action.is_open else action.state,
    )


def _told(notice: Notice) -> tuple[str, ...]:
    """Who else was told: to act, where this one hears for information; to help, where it is their own."""
    told = tuple(str(role) for role in notice.facts.get("told", ()))
    roles = set(notice.roles)
    if OWNER in roles:
        return tuple(role for role in told if role != OWNER)
    return told if not roles & set(told) and notice.facts.get("via") != "qa_for_vacancy" else ()


def _date(said: Any) -> date | None:
    return date.fromisoformat(str(said)) if said else None
