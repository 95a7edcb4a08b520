"""Loops one can live with: an inadequate grade, the form sent, authorised, and who has heard of what."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from assurance.loop.loop_decide import authorise_loop
from policy.council.actor import Actor
from storage.casework import loops
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from tests.assurance.forms_filled import fill_in, send_in
from tests.assurance.loops_filled import fill_in_loop, send_in_loop
from tests.councils import (
    HEAD,
    SENIOR_MANAGER,
)
from tests.journeys.living_council import LivingCouncil, london

ALLOCATED = date(2026, 1, 5)
GRADED = london("2026-01-29 15:10")
"""The loop opens on Thursday 29 January: meet by 12 February, the form back by 26 February 2026."""
MET = date(2026, 2, 4)


def an_inadequate_one(
    council: LivingCouncil, *, post: str = "tm-north-2", case: str = "NM-000001", at: datetime = GRADED
) -> tuple[LearningSpace, Loop]:
    """A learning space that was graded inadequate, and its loop."""
    allocated = council.calendar.local_date(at) - timedelta(days=24)
    item = council.given_a_learning_space(post, allocated_on=allocated, case=case)
    council.now = at
    on = council.calendar.local_date(at)
    view = fill_in(
        council.database,
        council.framework,
        item,
        now=at,
        grade="inadequate",
        date_held=on.isoformat(),
        action_1_by=(on + timedelta(days=32)).isoformat(),
    )
    outcome = send_in(council.database, council.framework, item, version=view.version, now=at)
    return council.item(item.reference), loop_of(council, outcome.loop_reference)


def loop_of(council: LivingCouncil, reference: str) -> Loop:
    found = council.database.read_now(loops.by_reference, reference)
    assert found is not None
    return found


def sent(council: LivingCouncil, loop: Loop, *, person: str = SENIOR_MANAGER, at: datetime) -> Loop:
    """The Senior Manager fills in the form and sends it."""
    council.now = at
    on = council.calendar.local_date(at)
    view = fill_in_loop(council.database, council.framework, loop, person=person, now=at, met_on=on)
    outcome = send_in_loop(council.database, council.framework, loop, version=view.version, person=person, now=at)
    assert outcome.state == "sent"
    return outcome.loop


def authorised(council: LivingCouncil, loop: Loop, *, person: str = HEAD, at: datetime) -> Loop:
    council.now = at
    done = council.database.write_now(authorise_loop, council.framework, loop.token, actor=Actor.person(person), now=at)
    return done.loop


def heard(council: LivingCouncil, event: str) -> list[tuple[str, str, date]]:
    """Who heard of an event of a loop, at which step, and when."""
    return [(said.person, said.step, said.on) for said in council.said if said.event == event]


def with_qa(council: LivingCouncil, **where: object) -> Loop:
    """A loop that has been authorised on 10 February; its re-audit is due on 11 May."""
    _, loop = an_inadequate_one(council, **where)  # type: ignore[arg-type]
    loop = sent(council, loop, at=london("2026-02-04 16:00"))
    return authorised(council, loop, at=london("2026-02-10 10:00"))
