"""The QA lead decides on messages that are held since the database was put back: send them, or drop them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assurance.access.authority import require_role
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import NOTICE, move
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import held
from storage.outbox.notices import Notice

DECIDES = ("qa_lead", "qa_officer")
ALL = "all"
SEND, DROP = "send", "drop"


@dataclass(frozen=True, slots=True)
class HeldNotice:
    """One message that is held."""

    number: int
    event: str
    title: str
    """What kind of message it is, in the framework's words."""
    subject: str
    who: str
    """Whom it is for, by name."""
    due_at: datetime


@dataclass(frozen=True, slots=True)
class HeldDecision:
    """What came of a decision."""

    what: str
    """'send' or 'drop'."""
    count: int
    """How many it was about; 0 when somebody else had decided already."""
    left: int
    """How many are still held."""


def list_held(session: Session, framework: Framework, *, actor: Actor, now: datetime) -> list[HeldNotice]:
    """Every held message, the longest due first. Reads only. NotYours outside the QA team."""
    _for_the_qa_team(session, framework, actor, now)
    people = establishments.current(session).people
    names = {person.id: person.name for person in people.values()}
    return [_shown(framework, one, names.get(one.recipient, "")) for one in held.all_held(session)]


def decide_held(
    session: Session, framework: Framework, which: str, *, what: str, actor: Actor, now: datetime
) -> HeldDecision:
    """Send or drop some, by their numbers with commas between, or 'all'. NotYours outside the QA team.

    What somebody else has decided stays. What is sent carries the word "repeat", because it may have arrived before,
    and is not tried a third time.
    """
    _for_the_qa_team(session, framework, actor, now)
    numbers = which.split(",")
    found = [one for one in held.all_held(session) if which == ALL or str(one.id) in numbers]
    ids = [one.id for one in found]
    for one in found:
        move(NOTICE, one.state, what)
    if what == SEND:
        held.send(session, ids, at=now)
    else:
        held.drop(session, ids, reason="dropped after the database was put back")
    if ids:
        detail = {"count": len(ids), "notices": ids}
        verb = "held_sent" if what == SEND else "held_dropped"
        history.append(session, at=now, actor=actor, verb=verb, subject="restore", detail=detail)
    return HeldDecision(what, len(ids), held.count(session))


def _shown(framework: Framework, notice: Notice, who: str) -> HeldNotice:
    title = framework.event(notice.event).title
    return HeldNotice(notice.id, notice.event, title, notice.subject, who, notice.due_at)


def _for_the_qa_team(session: Session, framework: Framework, actor: Actor, now: datetime) -> None:
    require_role(establishments.current(session), actor, DECIDES, on=Calendar.of(framework).local_date(now))
