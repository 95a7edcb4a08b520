"""Take rows out: only with a reason, only for the QA team, and history remembers who did (domain.md 4.2, rule 5)."""

from __future__ import annotations

from datetime import datetime

from assurance.access.may_see import require_everywhere
from assurance.common.refusals import NotFound, Refused
from assurance.notify.tell import hearers_of_all, name_of, next_morning, notices
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.forms.identifiers import scan
from policy.framework.framework import Framework
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox
from storage.reads.exports import EXPORTS, Sheet, count_rows, read_sheets

LONGEST_REASON = 300  # characters
EXPORTED = "E86"
"""The QA lead reads the next morning who took what out; never what was in it."""


class ReasonNeeded(Refused):
    """Say in a few words why these rows are taken out; it is kept, so name no child and no family."""


def record_export(
    session: Session, framework: Framework, what: str, *, actor: Actor, reason: str, now: datetime
) -> None:
    """Ask for an export and leave a trace of it: who, what, why, and how many rows there were.

    The QA lead hears of it the next morning (E86). `read_export` then hands the rows out.

    Raises NotFound for an unknown export, NotYours outside the roles the framework lets have rows, ReasonNeeded
    without a usable reason.
    """
    if what not in EXPORTS:
        raise NotFound(what, detail=f"there is {', '.join(EXPORTS)}")
    on = Calendar.of(framework).local_date(now)
    require_everywhere(framework, establishments.current(session), "rows", actor, on=on)
    reason = check_reason(framework, what, reason)
    # The history holds this very line once it is taken out.
    taken = {"reason": reason, "rows": count_rows(session, what) + (what == "history")}
    seq = history.append(session, at=now, actor=actor, verb="exported", subject=what, detail=taken)
    _tell(session, framework, what, number=seq, rows=taken["rows"], actor=actor, now=now)


def check_reason(framework: Framework, what: str, reason: str) -> str:
    """The reason as kept, on one line. ReasonNeeded for none, a long one, or one with anybody's details in it."""
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise ReasonNeeded(what)
    if any(finding.blocks for finding in scan(reason, framework.identifiers)):
        raise ReasonNeeded(what, detail="it looks as if it held a number, a postcode or an address")
    return reason


def _tell(
    session: Session, framework: Framework, what: str, *, number: int, rows: object, actor: Actor, now: datetime
) -> None:
    """What was taken and by whom; the reason is free text, so it stays in the history."""
    calendar, establishment = Calendar.of(framework), establishments.current(session)
    morning = calendar.next_send(next_morning(calendar, now))
    told = hearers_of_all(framework, establishment, EXPORTED, on=calendar.local_date(morning))
    facts = {
        "what": what,
        "rows": rows,
        "by": "" if actor.is_operator else name_of(establishment, actor.person_id),
        "login": actor.name if actor.is_operator else "",
        "on": calendar.local_date(now).isoformat(),
    }
    fresh = notices(
        framework,
        EXPORTED,
        told.recipients,
        subject=f"export-{number}",
        due_at=now,
        not_before=morning,
        facts=facts,
    )
    outbox.add(session, fresh, at=now)


def read_export(session: Session, what: str) -> tuple[Sheet, ...]:
    """The sheets of a recorded export. Their rows are read as they are walked, inside this session."""
    return read_sheets(session, what)
