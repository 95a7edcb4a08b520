"""Take rows out: only with a reason, only for the QA team, and history remembers who did (domain.md 4.2, rule 5)."""

from __future__ import annotations

from datetime import datetime

from assurance.access.may_see import require_everywhere
from assurance.common.refusals import NotFound, Refused
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.forms.identifiers import scan
from policy.framework.framework import Framework
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.reads.exports import EXPORTS, Sheet, count_rows, read_sheets

LONGEST_REASON = 300  # characters


class ReasonNeeded(Refused):
    """Say in a few words why these rows are taken out; it is kept, so name no child and no family."""


def record_export(
    session: Session, framework: Framework, what: str, *, actor: Actor, reason: str, now: datetime
) -> None:
    """Ask for an export and leave a trace of it: who, what, why, and how many rows there were.

    `read_export` then hands the rows out. On the command line the actor is the council's administrator.
    Raises NotFound for an unknown export, NotYours outside the roles the framework lets have rows, ReasonNeeded
    without a usable reason.
    """
    if what not in EXPORTS:
        raise NotFound(what, detail=f"there is {', '.join(EXPORTS)}")
    on = Calendar.of(framework).local_date(now)
    require_everywhere(framework, establishments.current(session), "rows", actor, on=on)
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise ReasonNeeded(what)
    if any(finding.blocks for finding in scan(reason, framework.identifiers)):
        raise ReasonNeeded(what, detail="it looks as if it held a number, a postcode or an address")
    # The history holds this very line once it is taken out.
    taken = {"reason": reason, "rows": count_rows(session, what) + (what == "history")}
    history.append(session, at=now, actor=actor, verb="exported", subject=what, detail=taken)


def read_export(session: Session, what: str) -> tuple[Sheet, ...]:
    """The sheets of a recorded export. Their rows are read as they are walked, inside this session."""
    return read_sheets(session, what)
