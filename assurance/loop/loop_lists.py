"""Closing-the-loop records in lists: what waits for a person, and what is outstanding by age (A17, E33)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from assurance.access.loop_people import RUNS_IT, in_post, in_team, may_authorise, those_who_meet
from assurance.access.may_see import blind_to_loop, reads_everything
from assurance.common.decision import Decision
from assurance.loop.loop_numbers import OpenLoops
from assurance.loop.loop_view import waits_for_a_result
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.council.small_numbers import Said
from policy.council.visibility import Right
from policy.framework.framework import Framework
from storage.casework import learning_spaces, loops
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.council import establishment as establishments
from storage.engine.session import Session


@dataclass(frozen=True, slots=True)
class Outstanding:
    """One loop that is not closed, as a list may show it: no practitioner, no case, no grade."""

    reference: str
    token: str
    state: str
    opened_on: date
    late: bool
    """Whether its form should have been back by now."""


@dataclass(frozen=True, slots=True)
class OutstandingLoops:
    """The outstanding loops a person is concerned with, oldest first."""

    loops: tuple[Outstanding, ...]
    by_age: Mapping[str, Said]
    """How many are how old (`AGES`), as this reader may be told it."""
    counts_only: bool = False
    """True for a Director: the ages, and nothing to open."""


def outstanding_loops(session: Session, framework: Framework, person: str, *, now: datetime) -> OutstandingLoops | None:
    """The loops that are not closed: all for the QA team, their own for a Head of Service or a Senior Manager.

    A Director gets counts. None for anyone who is concerned with none of them by their post. Reads only.
    """
    establishment = establishments.current(session)
    on = Calendar.of(framework).local_date(now)
    everything = reads_everything(framework, establishment, "closing_the_loop", person, on=on)
    counts = not everything and reads_everything(
        framework, establishment, "closing_the_loop", person, on=on, least=Right.AGGREGATE
    )
    rules = framework.closing_the_loop
    theirs = (rules.meets, rules.authoriser)
    roles = tuple(text.rpartition(".")[2] for text in theirs)
    if not (everything or counts or in_team(establishment, person, roles, on)):
        return None
    every = OpenLoops(session, framework, establishment, on)
    if counts:
        return OutstandingLoops((), every.in_numbers(person).by_age, counts_only=True)
    found = [
        _outstanding(framework, loop, on)
        for loop, item in _open(session)
        if (everything or person in in_post(framework, establishment, item, theirs, on))
        and not blind_to_loop(session, loop, item, person)
    ]
    listed = {one.reference for one in found}
    ages = every.ages(loop for loop in every.every if loop.reference in listed)
    return OutstandingLoops(
        tuple(sorted(found, key=lambda one: (one.opened_on, one.reference))),
        {age: Said(count) for age, count in ages.items()},
    )


def decisions_loops(
    session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
) -> list[Decision]:
    """What waits for this person in closing the loop: to meet, to finish the form, to authorise, to record a result."""
    on = Calendar.of(framework).local_date(now)
    runs_it = in_team(establishment, person, RUNS_IT, on)
    rules = framework.closing_the_loop
    asked = (rules.meets, rules.authoriser, rules.authoriser_in_conflict)
    if not runs_it and not in_team(establishment, person, [text.rpartition(".")[2] for text in asked], on):
        return []  # no post of theirs is ever asked, so the loops need not be read
    found = []
    for loop, item in _open(session):
        kind, by_when = "", None
        match loop.state:
            case "open" | "met" | "returned_for_change":
                if person in those_who_meet(framework, establishment, item, on):
                    meets = loop.state == "open"
                    kind = "meet_for_loop" if meets else "finish_loop_form"
                    by_when = loop.meet_by if meets else loop.return_by
            case "submitted":
                if may_authorise(framework, establishment, loop, item, person, on):
                    kind = "authorise_loop"
            case "re_audit_due":
                if runs_it and waits_for_a_result(session, loop):
                    kind = "record_loop_result"
        if kind:
            found.append(Decision(kind, loop.reference, by_when=by_when, token=loop.token))
    return found


def _open(session: Session) -> Iterator[tuple[Loop, LearningSpace]]:
    still = loops.still_open(session)
    items = learning_spaces.by_references(session, (loop.subject for loop in still))
    return ((loop, items[loop.subject]) for loop in still if loop.subject in items)


def _outstanding(framework: Framework, loop: Loop, on: date) -> Outstanding:
    opened_on = Calendar.of(framework).local_date(loop.opened_at)
    late = loop.state in ("open", "met", "returned_for_change") and on > loop.return_by
    return Outstanding(loop.reference, loop.token, loop.state, opened_on, late)
