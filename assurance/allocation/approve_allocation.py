"""Approve a month's proposal: the learning spaces come into being, and those concerned are told. Or put it aside."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from assurance.access.authority import ALLOCATES, require_role
from assurance.allocation.allocated import LADDER, allocated
from assurance.allocation.propose_allocation import Proposal, as_detail, propose_allocation, read_proposal, terms_of
from assurance.allocation.watch_months import given_out
from assurance.common.refusals import AlreadyDone, NotFound, Withdrawn
from assurance.notify.tell import announce, hearers_of_all, name_of, notices, rungs_ahead, rungs_as_facts
from policy.allocation.allocation_plan import Pick
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import ALLOCATION_RUN, move
from storage.casework import allocation_runs, learning_spaces
from storage.casework.allocation_runs import APPROVED, WITHDRAWN, AllocationRun
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment as establishments
from storage.council import history
from storage.council.history import NewEntry
from storage.engine.session import Session
from storage.outbox import notices as outbox
from storage.outbox.notices import NewNotice

ALLOCATED, CHOSEN, STREAM_ALLOCATED, UNSERVED = "E1", "E2", "E3", "E20"


@dataclass(frozen=True, slots=True)
class AllocationOutcome:
    """What approving came to."""

    run_id: str
    references: tuple[str, ...]
    allocated_on: date
    due_on: date
    already: bool
    """True when the run was approved before; then this is what came of it that time."""
    different: int = 0
    """Posts whose learning space is not as it was proposed, because people, posts or cases changed in between."""
    instead: Proposal | None = None
    """Where the month was given learning spaces after this was proposed, nothing is carried out: this is what the
    month still lacks, proposed anew, or a preview without picks where it lacks nothing."""


@dataclass(frozen=True, slots=True)
class PutAside:
    """A proposal that will not be carried out."""

    run_id: str
    month: date
    already: bool


def approve_allocation(
    session: Session, framework: Framework, run_id: str, *, actor: Actor, now: datetime
) -> AllocationOutcome:
    """Carry out a proposal as it stands now; a second time changes nothing and returns the first outcome.

    The plan is worked out again from the same seed, so nobody is given a case on the strength of what has changed
    since; `different` says on how many posts that told. What the month has by now is counted here, where no other
    approval can come in between: a proposal that another one has overtaken is put aside, and `instead` says what the
    month still lacks. Raises NotFound, NotYours, Withdrawn, MonthIsPast, MonthIsFar.
    """
    run = _run(session, framework, run_id, actor=actor, now=now)
    if run.state == APPROVED:
        return _already(session, run)
    proposal = read_proposal(session, framework, run_id, now=now)
    if proposal.given_before > run.detail["counts"].get("given_before", 0):
        return _overtaken(session, framework, run, proposal, actor=actor, now=now)
    if run.state == WITHDRAWN:
        raise Withdrawn(run_id)
    establishment = establishments.current(session)
    items = allocated(
        session,
        framework,
        proposal.picks,
        month=proposal.month,
        quarter=Calendar.of(framework).quarter_of(proposal.month),
        on=proposal.allocated_on,
        due_on=proposal.due_on,
        run=proposal.run_id,
    )
    learning_spaces.insert_many(session, items)
    outbox.add(session, _notices(framework, establishment, proposal, items, now=now), at=now)
    different = _different(run.detail, proposal)
    detail = {**as_detail(proposal), "references": [item.reference for item in items], "different": different}
    allocation_runs.decide(
        session, run.id, move(ALLOCATION_RUN, run.state, "approve"), by=str(actor), at=now, detail=detail
    )
    entries = [
        NewEntry(
            "learning_space_allocated",
            item.reference,
            {"post": item.post, "run": run.id, "seed": run.seed, "due_on": item.due_on.isoformat()},
        )
        for item in items
    ]
    summary: dict[str, Any] = {"month": f"{run.month:%Y-%m}", "learning_spaces": len(items), "different": different}
    if proposal.late_because:
        summary["late"] = True
    entries.append(NewEntry("allocation_approved", run.id, summary))
    history.append_many(session, at=now, actor=actor, entries=entries)
    given_out(session, framework, run.month, now=now)
    for other in allocation_runs.proposed_for(session, run.month):
        _put_aside(session, other, actor=actor, now=now, overtaken_by=run.id)
    references = tuple(item.reference for item in items)
    return AllocationOutcome(run.id, references, proposal.allocated_on, proposal.due_on, False, different)


def withdraw_allocation(
    session: Session, framework: Framework, run_id: str, *, actor: Actor, now: datetime
) -> PutAside:
    """Put a proposal aside; a second time changes nothing. Raises NotFound, NotYours, AlreadyDone once approved."""
    run = _run(session, framework, run_id, actor=actor, now=now)
    if run.state == WITHDRAWN:
        return PutAside(run.id, run.month, already=True)
    if run.state == APPROVED:
        kind, _, by = run.decided_by.partition(":")
        by_name = name_of(establishments.current(session), by) if kind == "person" else by
        raise AlreadyDone(run.id, by=by, by_name=by_name, at=run.decided_at or now)
    _put_aside(session, run, actor=actor, now=now)
    return PutAside(run.id, run.month, already=False)


def _put_aside(session: Session, run: AllocationRun, *, actor: Actor, now: datetime, overtaken_by: str = "") -> None:
    state = move(ALLOCATION_RUN, run.state, "withdraw")
    allocation_runs.decide(session, run.id, state, by=str(actor), at=now, detail=run.detail)
    detail = {"month": f"{run.month:%Y-%m}"} | ({"by": overtaken_by} if overtaken_by else {})
    verb = "allocation_overtaken" if overtaken_by else "allocation_withdrawn"
    history.append(session, at=now, actor=actor, verb=verb, subject=run.id, detail=detail)


def _overtaken(
    session: Session, framework: Framework, run: AllocationRun, stands: Proposal, *, actor: Actor, now: datetime
) -> AllocationOutcome:
    """The month was given learning spaces since: what it still lacks is a proposal of its own, to be looked at."""
    if run.state != WITHDRAWN:
        _put_aside(session, run, actor=actor, now=now)
    instead = propose_allocation(session, framework, month=run.month, actor=actor, now=now, terms=terms_of(run))
    return AllocationOutcome(run.id, (), stands.allocated_on, stands.due_on, already=False, instead=instead)


def _run(session: Session, framework: Framework, run_id: str, *, actor: Actor, now: datetime) -> AllocationRun:
    on = Calendar.of(framework).local_date(now)
    require_role(establishments.current(session), actor, ALLOCATES, on=on)
    run = allocation_runs.by_id(session, run_id)
    if run is None:
        raise NotFound(run_id)
    return run


def _already(session: Session, run: AllocationRun) -> AllocationOutcome:
    return AllocationOutcome(
        run_id=run.id,
        references=tuple(run.detail["references"]),
        allocated_on=date.fromisoformat(run.detail["allocated_on"]),
        due_on=date.fromisoformat(run.detail["due_on"]),
        already=True,
        different=run.detail["different"],
    )


def _notices(
    framework: Framework,
    establishment: Establishment,
    proposal: Proposal,
    items: list[LearningSpace],
    *,
    now: datetime,
) -> list[NewNotice]:
    """E1 or E3 to the auditor, E2 to the practitioner and their manager, E20 to the QA lead if anyone was left out."""
    calendar = Calendar.of(framework)
    ladder = framework.ladder(LADDER)
    starts = max(now, calendar.send_at(proposal.allocated_on))
    written: list[NewNotice] = []
    for item in items:
        event = STREAM_ALLOCATED if item.stream else ALLOCATED
        ahead = rungs_ahead(framework, establishment, item, ladder, after=proposal.allocated_on)
        extra = {"rungs": rungs_as_facts(ahead), "post": establishment.posts[item.post].title}
        written += announce(framework, establishment, event, item, now=starts, extra=extra)
        written += announce(framework, establishment, CHOSEN, item, now=starts)
    if proposal.unserved:
        on = calendar.local_date(now)
        told = hearers_of_all(framework, establishment, UNSERVED, on=on)
        written += notices(
            framework,
            UNSERVED,
            told.recipients,
            subject=proposal.run_id,
            due_at=now,
            not_before=calendar.next_send(now),
            facts={
                "month": proposal.month.isoformat(),
                "posts": len(proposal.unserved),
                "reasons": dict(sorted(Counter(one.reason for one in proposal.unserved).items())),
            },
        )
    return written


def _different(proposed: dict[str, Any], proposal: Proposal) -> int:
    """On how many posts the plan is not what was proposed."""
    before = {(pick["post"], pick["person"], pick["case_ref"]) for pick in proposed["picks"]}
    after = {_identity(pick) for pick in proposal.picks}
    return len({post for post, _, _ in before ^ after})


def _identity(pick: Pick) -> tuple[str, str, str]:
    return pick.post, pick.person, pick.case_ref
