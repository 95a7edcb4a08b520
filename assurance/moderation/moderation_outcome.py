"""How a moderation ends: the outcome and who hears of it, a dispute and its decision, and what it does to the loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from assurance.access.loop_people import RUNS_IT
from assurance.common.refusals import AlreadyDone, NotReady, NotYours
from assurance.loop.loop_close import stand_down
from assurance.loop.loop_decide import NotAnAnswer
from assurance.loop.open_loop import open_loop
from assurance.moderation.moderation_drafts import SAID, is_over
from assurance.moderation.moderation_selection import hearers_of, tell
from assurance.moderation.moderation_view import (
    SETTLED,
    ModerationView,
    build,
    found,
    in_qa_team,
    loop_is_moot,
    own,
    seats_of,
)
from assurance.notify.tell import name_of
from policy.council.actor import Actor
from policy.council.recipients import Recipient
from policy.follow_up.moderation import AGREED, NOT_AGREED, outcome_of
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import MODERATION as LIFE
from policy.lifecycle.lifecycle import move
from storage.casework import loops, moderations
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import CLOSED as LOOP_CLOSED
from storage.casework.moderations import CLOSED, DISCUSSED, DISPUTED, GRADED, SELECTED, Moderation
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session

OUTCOME = "E24"
ABOVE = "auditor.head_of_service"
"""Who hears of a changed grade; for a Head of Service's own, the next level up."""
QA_LEAD = "qa_lead"
MODERATED, ORIGINAL = "moderated", "original"
Stands = Literal["moderated", "original"]


def close(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> ModerationView:
    """Confirm the outcome that follows from the two grades and the talk; not agreed goes to those who decide.

    A second press shows the outcome; one after the learning space's form has changed shows that it has. Raises
    NotFound, NotYours, NotReady (without a talk on record, R108).
    """
    moderation, item = own(session, token, actor)
    if moderation.state in (SELECTED, GRADED):
        raise NotReady(moderation.reference)
    if moderation.state != DISCUSSED or is_over(moderation):
        return build(session, framework, moderation, item, actor=actor, now=now)
    outcome = outcome_of(
        moderation.original_grade,
        moderation.moderated_grade,
        accepted=moderation.form[SAID]["accepted"] == "yes",
        grades=framework.grades,
    )
    disputed = outcome == NOT_AGREED
    changes: dict[str, Any] = {
        "state": move(LIFE, moderation.state, "dispute" if disputed else "agree"),
        "outcome": outcome,
        "closed_at": None if disputed else now,
        "decided_by": "" if disputed else actor.person_id or "",
    }
    moderation = _update(session, moderation, changes)
    _note(session, moderation, "moderation_disputed" if disputed else "moderation_closed", actor=actor, now=now)
    _finish(session, framework, moderation, item, actor=actor, now=now)
    return build(session, framework, moderation, item, actor=actor, now=now)


def settle(
    session: Session, framework: Framework, token: str, *, actor: Actor, stands: str, now: datetime
) -> ModerationView:
    """One say in a dispute. Once every seat has spoken the same grade stands for both, or it stays 'not agreed' (A33).

    Raises NotFound, NotYours, NotReady, AlreadyDone once another holder or deputy of the same post has spoken.
    """
    moderation, item = found(session, token)
    if moderation.state != DISPUTED:
        if moderation.state == CLOSED and _spoke(moderation, actor):
            return build(session, framework, moderation, item, actor=actor, now=now)
        raise NotYours(moderation.reference)
    seats = seats_of(session, framework, moderation, item, now=now)
    mine = [seat for seat, people in seats.items() if actor.person_id and actor.person_id in people]
    if not mine:
        raise NotYours(moderation.reference)
    if stands not in (MODERATED, ORIGINAL):
        raise NotReady(moderation.reference)
    opinions: dict[str, Mapping[str, str]] = dict(moderation.form.get(SETTLED, {}))
    if all(seat in opinions and opinions[seat]["by"] != actor.person_id for seat in mine):
        first = opinions[mine[0]]  # the holder and the deputy of one post have one say: whoever spoke first
        by_name = name_of(establishments.current(session), first["by"])
        raise AlreadyDone(moderation.reference, by=first["by"], by_name=by_name, at=datetime.fromisoformat(first["at"]))
    if all(opinions.get(seat, {}).get("stands") == stands for seat in mine):
        return build(session, framework, moderation, item, actor=actor, now=now)  # said before
    for seat in mine:
        opinions[seat] = {"by": actor.person_id or "", "stands": stands, "at": now.isoformat()}
    changes: dict[str, Any] = {"form": {**moderation.form, SETTLED: opinions}}
    said = {opinions[seat]["stands"] for seat in seats if seat in opinions}
    complete = all(seat in opinions for seat in seats)
    if complete:
        agree = len(said) == 1
        changes |= {
            "state": move(LIFE, moderation.state, "settle" if agree else "differ"),
            "outcome": _settled(framework, moderation, said),
            "decided_by": actor.person_id or "",
            "closed_at": now,
        }
    else:
        changes["state"] = move(LIFE, moderation.state, "decide")
    moderation = _update(session, moderation, changes)
    verb = "moderation_settled" if complete else "moderation_decided"
    _note(session, moderation, verb, actor=actor, now=now, seats=mine)
    if complete:
        _finish(session, framework, moderation, item, actor=actor, now=now, step="settled")
    return build(session, framework, moderation, item, actor=actor, now=now)


def mark_stale(
    session: Session, subject: str, *, actor: Actor, now: datetime, because: str = "the form has changed"
) -> Moderation | None:
    """The form of a learning space has changed after it was selected: its moderation no longer speaks of it.

    Returns the moderation, or None where there is none. Harmless when repeated.
    """
    moderation = moderations.of_subject(session, subject)
    if moderation is None or moderation.stale:
        return moderation
    moderation = _update(session, moderation, {"stale": True})
    _note(session, moderation, "moderation_stale", actor=actor, now=now, because=because)
    return moderation


def stand_loop_down(
    session: Session, framework: Framework, token: str, *, actor: Actor, reason: object, now: datetime
) -> ModerationView:
    """Moderated up: the QA lead ends the loop with a reason, and those who followed it are told (A32).

    Raises NotFound, NotYours, NotReady while the grade that opened it still stands, and what `stand_down` raises.
    """
    moderation, item = found(session, token)
    if not in_qa_team(session, framework, actor, now, roles=RUNS_IT):
        raise NotYours(moderation.reference)
    view = build(session, framework, moderation, item, actor=actor, now=now)
    if not view.loop or not loop_is_moot(framework, moderation):
        raise NotReady(moderation.reference)
    try:
        stand_down(session, framework, view.loop, reason=reason, actor=actor, now=now)
    except NotAnAnswer as refused:
        problems = {refused.field.key: refused.problem}
        return replace(view, problems=problems, entered={refused.field.key: reason})
    return build(session, framework, moderation, item, actor=actor, now=now)


# -- what follows -----------------------------------------------------------------------------------------------------


def _finish(
    session: Session,
    framework: Framework,
    moderation: Moderation,
    item: LearningSpace,
    *,
    actor: Actor,
    now: datetime,
    step: str = "",
) -> None:
    """Open the loop where the second grade asks for it, and tell everybody who is to hear."""
    extra: dict[str, Any] = {"outcome": moderation.outcome}
    if _asks_for_loop(framework, moderation):
        extra["loop"] = open_loop(session, framework, item, actor=actor, now=now).reference
    else:
        loop = loops.of_subject(session, item.reference)
        if loop is not None and loop.state != LOOP_CLOSED and loop_is_moot(framework, moderation):
            # A32: the QA lead may stand it down with a reason; the card offers it (`stand_loop_down`).
            extra["stand_down"] = loop.reference
    auditor = hearers_of(session, framework, framework.event(OUTCOME).tell, moderation, item, now=now)
    tell(session, framework, OUTCOME, moderation, item, now=now, extra=extra, step=step, recipients=auditor)
    known = {one.person for one in auditor}
    if moderation.state == DISPUTED:
        decide = _deciders(session, framework, moderation, item, now=now)
        told = [one for one in decide if one.person not in known]
        more = {**extra, "decides": True}
        tell(session, framework, OUTCOME, moderation, item, now=now, extra=more, step=step, recipients=told)
        return
    if moderation.outcome == AGREED and not step:
        return
    above = hearers_of(session, framework, (ABOVE, QA_LEAD), moderation, item, now=now, escalation=True)
    told = [
        one
        for one in above
        if one.person not in known
        and (set(one.roles) != {QA_LEAD} or "stand_down" in extra or step or one.via == "qa_for_vacancy")
    ]
    in_qa = [one for one in told if QA_LEAD in one.roles]
    others = [one for one in told if QA_LEAD not in one.roles]
    tell(session, framework, OUTCOME, moderation, item, now=now, extra=extra, step=step, recipients=in_qa)
    tell(session, framework, OUTCOME, moderation, item, now=now, extra=extra, step=step, recipients=others, opens=False)


def _deciders(
    session: Session, framework: Framework, moderation: Moderation, item: LearningSpace, *, now: datetime
) -> list[Recipient]:
    roles: dict[str, list[str]] = {}
    for seat, people in seats_of(session, framework, moderation, item, now=now).items():
        for person in people:
            roles.setdefault(person, []).append(seat.rpartition(".")[2])
    return [Recipient(person, tuple(seats), "holder") for person, seats in roles.items()]


def _asks_for_loop(framework: Framework, moderation: Moderation) -> bool:
    """Lowered to the grade that opens a loop: that day, also while it is still in dispute (A32, safety first)."""
    if not framework.grade(moderation.moderated_grade).triggers_loop:
        return False
    return moderation.outcome != NOT_AGREED or moderation.state == DISPUTED


def _settled(framework: Framework, moderation: Moderation, said: set[str]) -> str:
    if said != {MODERATED}:
        return NOT_AGREED
    return outcome_of(moderation.original_grade, moderation.moderated_grade, accepted=True, grades=framework.grades)


def _spoke(moderation: Moderation, actor: Actor) -> bool:
    return any(one["by"] == actor.person_id for one in moderation.form.get(SETTLED, {}).values())


def _update(session: Session, moderation: Moderation, changes: dict[str, Any]) -> Moderation:
    moderations.update(session, moderation.reference, **changes)
    return replace(moderation, **changes)


def _note(session: Session, moderation: Moderation, verb: str, *, actor: Actor, now: datetime, **detail: Any) -> None:
    about = {"learning_space": moderation.subject, **detail}
    history.append(session, at=now, actor=actor, verb=verb, subject=moderation.reference, detail=about)
