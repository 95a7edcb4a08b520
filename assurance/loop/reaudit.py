"""The re-audit opens by itself: a learning space on another child of the same practitioner, or one that is shared."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime

from assurance.allocation.allocated import LADDER, allocated
from assurance.allocation.approve_allocation import ALLOCATED, CHOSEN
from assurance.loop.loop_moves import change
from assurance.notify.tell import announce, rungs_ahead, rungs_as_facts
from policy.allocation.allocation_plan import Pick
from policy.allocation.reaudit import choose_reaudit
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import ALLOCATION_RUN, START, move
from storage.casework import allocation_runs, learning_spaces, loops
from storage.casework.allocation_history import history_since
from storage.casework.allocation_runs import RE_AUDITS, AllocationRun
from storage.casework.learning_spaces import EXCLUDED, WITHDRAWN, LearningSpace
from storage.casework.loops import Loop
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox


@dataclass(frozen=True, slots=True)
class Reaudit:
    """What came of opening a re-audit."""

    loop: Loop
    item: LearningSpace | None
    shared: bool = False
    reason: str = ""
    """Why there is none, in the codes of `policy.allocation.reaudit`."""


def open_reaudit(
    session: Session, framework: Framework, loop: Loop, item: LearningSpace, *, actor: Actor, now: datetime
) -> Reaudit:
    """Allocate the re-audit of a loop today, and tell its auditor and the practitioner as with any learning space.

    Where another loop of the same practitioner has a re-audit that was allocated after this one was authorised, that
    one serves both, unless the QA lead asked for two (A38).
    """
    shared = _shared(session, framework, loop)
    if shared is not None:
        loop = change(session, framework, loop, reaudit_reference=shared.reference)
        detail = {"reaudit": shared.reference, "shared": True}
        history.append(session, at=now, actor=actor, verb="reaudit_opened", subject=loop.reference, detail=detail)
        return Reaudit(loop, shared, shared=True)
    calendar = Calendar.of(framework)
    on = calendar.local_date(now)
    rules = framework.allocation
    since = calendar.add_months(on, -max(rules.worker_months, rules.child_months, 12) - 1)
    establishment = establishments.current(session)
    drawn = history_since(session, since, quarter=calendar.quarter_of(on).key)
    # The loop itself may be the only thing that lets this practitioner be drawn again so soon.
    drawn = replace(drawn, in_loop=drawn.in_loop | {loop.practitioner})
    choice = choose_reaudit(
        framework,
        establishment,
        drawn,
        practitioner=loop.practitioner,
        not_case=(item.case_ref,),
        not_auditor=item.person,
        on=on,
    )
    if choice.pick is None:
        return Reaudit(loop, None, reason=choice.reason)
    found = _allocate(session, framework, establishment, loop, choice.pick, on=on, now=now)
    loop = change(session, framework, loop, reaudit_reference=found.reference)
    detail = {"reaudit": found.reference, "post": found.post, "due_on": found.due_on.isoformat(), **found.why}
    history.append(session, at=now, actor=actor, verb="reaudit_opened", subject=loop.reference, detail=detail)
    return Reaudit(loop, found)


def _shared(session: Session, framework: Framework, loop: Loop) -> LearningSpace | None:
    """The re-audit of another loop of this practitioner that serves this one as well (A38)."""
    if loop.own_reaudit or loop.authorised_at is None:
        return None
    authorised_on = Calendar.of(framework).local_date(loop.authorised_at)
    for other in loops.of_practitioner(session, loop.practitioner):
        if other.reference == loop.reference or not other.reaudit_reference or other.own_reaudit:
            continue
        found = learning_spaces.by_reference(session, other.reaudit_reference)
        if found and found.allocated_on >= authorised_on and found.state not in (EXCLUDED, WITHDRAWN):
            return found
    return None


def _allocate(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    loop: Loop,
    pick: Pick,
    *,
    on: date,
    now: datetime,
) -> LearningSpace:
    calendar = Calendar.of(framework)
    month, quarter = on.replace(day=1), calendar.quarter_of(on)
    due_on = calendar.due_on(on, framework.learning_space.due_days)
    run = AllocationRun(
        id=uuid.uuid4().hex,
        month=month,
        seed=0,
        state=move(ALLOCATION_RUN, START, "re_audit"),
        proposed_by=RE_AUDITS,
        proposed_at=now,
        decided_by=RE_AUDITS,
        decided_at=now,
        detail={"re_audit": loop.reference, "unserved": [], "picks": []},
    )
    allocation_runs.insert(session, run)
    (item,) = allocated(
        session,
        framework,
        [pick],
        month=month,
        quarter=quarter,
        on=on,
        due_on=due_on,
        run=run.id,
        parent_loop=loop.reference,
    )
    learning_spaces.insert(session, item)
    ahead = rungs_ahead(framework, establishment, item, framework.ladder(LADDER), after=on)
    extra = {"rungs": rungs_as_facts(ahead), "post": establishment.posts[item.post].title}
    written = announce(framework, establishment, ALLOCATED, item, now=now, extra=extra)
    written += announce(framework, establishment, CHOSEN, item, now=now)
    outbox.add(session, written, at=now)
    detail = {"post": item.post, "run": run.id, "parent_loop": loop.reference, "due_on": due_on.isoformat()}
    history.append(
        session,
        at=now,
        actor=Actor.system("re-audit"),
        verb="learning_space_allocated",
        subject=item.reference,
        detail=detail,
    )
    return item
