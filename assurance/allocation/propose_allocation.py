"""Propose a month of learning spaces: nothing is allocated and nobody is told until the proposal is approved."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from assurance.access.authority import ALLOCATES, require_role
from assurance.common.refusals import NotFound, Refused
from policy.allocation.allocation import AllocationPlan, allocate_month
from policy.allocation.allocation_plan import OVER_THE_LIMIT, Pick, Unserved
from policy.allocation.months import earliest_late_month
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.forms.identifiers import scan
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import ALLOCATION_RUN, START, move
from storage.casework import allocation_runs
from storage.casework.allocation_history import history_since
from storage.casework.allocation_runs import RE_AUDITS, AllocationRun
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session

LARGEST_SEED = 2**31 - 1  # what the column holds on PostgreSQL
SHORTEST_REASON, LONGEST_REASON = 5, 200


class MonthIsPast(Refused):
    """That month has no send hours left. With --reason it can be allocated late, as far back as last quarter."""

    def __init__(self, month: date | None = None) -> None:
        super().__init__()
        self.month = month
        """The month, where it may still be allocated late."""


class NotAReason(Refused):
    """Why a month comes late is said in a few words, 5 to 200 characters, without details of anybody."""


class MonthIsFar(Refused):
    """That month is too far ahead; the end of next quarter is as far as we go, because posts and cases change."""


class NotASeed(Refused):
    """A seed is a whole number from 0 to 2147483647."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a proposal is asked for with, beside the month."""

    seed: int | None = None
    """To repeat a proposal that had it; otherwise it follows from the month."""
    at_most: int | None = None
    """A ceiling for the whole month, in the place of an even share of the quarter."""
    late_because: str = ""
    """Why a month that is past is allocated now; nothing else allows it."""


AS_EVER = Terms()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A month's learning spaces as they would be allocated, and every post that would get none with the reason."""

    run_id: str
    """Empty for a preview, which is kept nowhere."""
    month: date
    quarter: str
    allocated_on: date
    due_on: date
    picks: tuple[Pick, ...]
    unserved: tuple[Unserved, ...]
    counts: dict[str, Any]
    seed: int
    state: str
    """'preview', or the state of the run."""
    at_most: int | None = None
    late_because: str = ""
    """Why the month is allocated after it has passed; empty for one that is allocated in time."""

    @property
    def given_before(self) -> int:
        """How many learning spaces the month had already."""
        return int(self.counts["given_before"])

    @property
    def given_out(self) -> bool:
        """Whether the month has what it is to have, so that there is nothing to approve."""
        return not self.picks and self.given_before > 0


def allocation_day(framework: Framework, month: date, now: datetime, *, late: bool = False) -> date:
    """The day a month is allocated: its first working day, or the next day we may send if that is past (A8).

    Raises MonthIsPast when that day would lie after the month and it does not come `late`, or lies further back than
    the quarter before this one; MonthIsFar beyond the end of next quarter.
    """
    calendar = Calendar.of(framework)
    month = month.replace(day=1)
    if month > calendar.quarter_of(calendar.local_date(now)).next().ends:
        raise MonthIsFar()
    day = max(calendar.first_working_day(month), calendar.local_date(calendar.next_send(now)))
    if (day.year, day.month) != (month.year, month.month):
        may_be = month >= earliest_late_month(framework, calendar.local_date(now))
        if not (late and may_be):
            raise MonthIsPast(month if may_be else None)
    return day


def _drawn_before(session: Session, month: date) -> int:
    """How many draws a month has had; re-audits that were opened in it are none."""
    return allocation_runs.count_of_month(session, month, not_by=RE_AUDITS)


def derived_seed(framework: Framework, month: date, number: int) -> int:
    """The seed of a month's `number`th run when none is given: the same for everybody who works it out again."""
    words = f"{framework.council.name}|{month:%Y-%m}|{number}"
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "big") & LARGEST_SEED


def plan_month(
    session: Session, framework: Framework, *, month: date, on: date, seed: int, at_most: int | None
) -> AllocationPlan:
    """The plan for a month from the establishment and history as they are now."""
    calendar = Calendar.of(framework)
    rules = framework.allocation
    # A month more than the rules look back on: what lies before their exact day is theirs to ignore.
    since = calendar.add_months(on, -max(rules.worker_months, rules.child_months, 12) - 1)
    quarter = calendar.quarter_of(month)
    drawn = replace(
        history_since(session, since, quarter=quarter.key),
        put_off_this_quarter=allocation_runs.put_off(session, quarter.months, but_for=OVER_THE_LIMIT),
    )
    return allocate_month(framework, establishments.current(session), drawn, month, on, seed, at_most)


def preview_allocation(
    session: Session, framework: Framework, *, month: date, now: datetime, terms: Terms = AS_EVER
) -> Proposal:
    """What a proposal would say now, for a dry run. Writes nothing.

    Raises MonthIsPast, MonthIsFar, NotASeed, NotAReason.
    """
    month = month.replace(day=1)
    if terms.late_because and not _is_a_reason(framework, terms.late_because):
        raise NotAReason()
    on = allocation_day(framework, month, now, late=bool(terms.late_because))
    seed = terms.seed
    if seed is None:
        seed = derived_seed(framework, month, _drawn_before(session, month) + 1)
    if not 0 <= seed <= LARGEST_SEED:
        raise NotASeed()
    plan = plan_month(session, framework, month=month, on=on, seed=seed, at_most=terms.at_most)
    # A reason that was not wanted, because the month has not passed, is not kept.
    late = terms.late_because if (on.year, on.month) != (month.year, month.month) else ""
    return as_proposal(framework, plan, run_id="", state="preview", terms=replace(terms, late_because=late))


def _is_a_reason(framework: Framework, text: str) -> bool:
    said = text.strip()
    fits = SHORTEST_REASON <= len(said) <= LONGEST_REASON and any(char.isalpha() for char in said)
    return fits and not any(finding.blocks for finding in scan(said, framework.identifiers))


def propose_allocation(
    session: Session,
    framework: Framework,
    *,
    month: date,
    actor: Actor,
    now: datetime,
    terms: Terms = AS_EVER,
) -> Proposal:
    """Keep a proposal for a month, for the QA lead to approve or withdraw.

    A month may be proposed again to pick up what it still lacks of its share; posts that have had theirs this quarter
    are not in it. Where it lacks nothing there is nothing to approve: then nothing is kept, as in a preview. Raises
    NotYours, MonthIsPast, MonthIsFar, NotASeed, NotAReason.
    """
    on = Calendar.of(framework).local_date(now)
    require_role(establishments.current(session), actor, ALLOCATES, on=on)
    preview = preview_allocation(session, framework, month=month, now=now, terms=terms)
    if preview.given_out:
        return preview
    run = AllocationRun(
        id=uuid.uuid4().hex,
        month=preview.month,
        seed=preview.seed,
        state=move(ALLOCATION_RUN, START, "propose"),
        proposed_by=str(actor),
        proposed_at=now,
        detail=as_detail(preview),
    )
    allocation_runs.insert(session, run)
    history.append(
        session,
        at=now,
        actor=actor,
        verb="allocation_proposed",
        subject=run.id,
        detail={
            "month": f"{preview.month:%Y-%m}",
            "seed": preview.seed,
            "picks": len(preview.picks),
            "unserved": len(preview.unserved),
            **({"late": True} if preview.late_because else {}),  # why, in their words, is with the run
        },
    )
    return replace(preview, run_id=run.id, state=run.state)


def read_proposal(session: Session, framework: Framework, run_id: str, *, now: datetime) -> Proposal:
    """A kept proposal as it would be carried out now. Raises NotFound, MonthIsPast, MonthIsFar."""
    run = allocation_runs.by_id(session, run_id)
    if run is None:
        raise NotFound(run_id)
    terms = terms_of(run)
    on = allocation_day(framework, run.month, now, late=bool(terms.late_because))
    plan = plan_month(session, framework, month=run.month, on=on, seed=run.seed, at_most=terms.at_most)
    return as_proposal(framework, plan, run_id=run.id, state=run.state, terms=terms)


def terms_of(run: AllocationRun) -> Terms:
    """What a kept proposal was asked for with."""
    return Terms(run.seed, run.detail.get("at_most"), run.detail.get("late_because", ""))


def as_proposal(framework: Framework, plan: AllocationPlan, *, run_id: str, state: str, terms: Terms) -> Proposal:
    """A plan with the dates people ask for."""
    calendar = Calendar.of(framework)
    return Proposal(
        run_id=run_id,
        month=plan.month,
        quarter=plan.quarter,
        allocated_on=plan.allocated_on,
        due_on=calendar.due_on(plan.allocated_on, framework.learning_space.due_days),
        picks=plan.picks,
        unserved=plan.unserved,
        counts=plan.counts,
        seed=plan.seed,
        state=state,
        at_most=terms.at_most,
        late_because=terms.late_because.strip(),
    )


def as_detail(proposal: Proposal) -> dict[str, Any]:
    """What a run keeps of its proposal: ids, dates, reasons and counts, nobody's name."""
    return {
        "allocated_on": proposal.allocated_on.isoformat(),
        "due_on": proposal.due_on.isoformat(),
        "at_most": proposal.at_most,
        "late_because": proposal.late_because,
        "counts": proposal.counts,
        "picks": [
            {
                "post": pick.post,
                "person": pick.person,
                "case_ref": pick.case_ref,
                "practitioner": pick.practitioner,
                "stream": pick.stream,
                "cross_function_reason": pick.cross_function_reason,
                "why": pick.why,
            }
            for pick in proposal.picks
        ],
        # The sentence that goes with a reason may name a deputy; it is worked out again when it is asked for.
        "unserved": [{"post": one.post, "reason": one.reason} for one in proposal.unserved],
    }
