"""Which moderations there are: the QA team's list, and what waits for whom on the home card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from assurance.access.may_see import require_everywhere
from assurance.common.decision import Decision
from assurance.moderation.moderation_draw import returned_in
from assurance.moderation.moderation_view import SETTLED as SAYS
from assurance.moderation.moderation_view import seats_among
from assurance.notify.tell import name_of
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.follow_up.moderation import RANDOM, needed
from policy.framework.framework import Framework
from storage.casework import learning_spaces, moderations
from storage.casework.moderations import DISPUTED, IN_HAND, SELECTED, Moderation
from storage.council import establishment as establishments
from storage.engine.session import Session

FEW = 2
"""Up to this many stand one by one on the home card; more are counted."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list. It holds no grade: the reader may be its moderator."""

    moderation: Moderation
    moderator: str
    """Their name."""
    mine: bool


@dataclass(frozen=True, slots=True)
class ModerationList:
    """What the QA team sees: everything still open, one's own first, and how far the quarter has come."""

    lines: tuple[Listed, ...]
    returned: int
    wanted: int
    """How many are to be drawn by chance of what has been returned so far."""
    done: int
    """Of those, how many have their second grade."""


def list_moderations(session: Session, framework: Framework, *, actor: Actor, now: datetime) -> ModerationList:
    """Every open moderation, for the QA team. NotYours for anybody else."""
    establishment, calendar = establishments.current(session), Calendar.of(framework)
    today = calendar.local_date(now)
    require_everywhere(framework, establishment, "moderation", actor, on=today)
    rows = returned_in(session, framework, calendar.quarter_of(today), up_to=now)
    found = [
        Listed(one, name_of(establishment, one.moderator), one.moderator == actor.person_id)
        for one in moderations.in_states(session, (*IN_HAND, DISPUTED))
    ]
    return ModerationList(
        lines=tuple(sorted(found, key=lambda line: (not line.mine, line.moderation.reference))),
        returned=len(rows),
        wanted=needed(len(rows), framework.moderation.rate),
        done=sum(1 for row in rows if row.why == RANDOM and row.state != SELECTED),
    )


def moderation_decisions(
    session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
) -> list[Decision]:
    """What waits for a moderator, and a dispute for those who have not yet said which grade stands."""
    found = []
    disputed = moderations.in_states(session, (DISPUTED,))
    items = learning_spaces.by_references(session, [one.subject for one in disputed])
    today = Calendar.of(framework).local_date(now)
    for one in disputed:
        item = items.get(one.subject)
        seats = seats_among(framework, establishment, one, item, on=today) if item else {}
        said = one.form.get(SAYS, {})
        if any(person in people and seat not in said for seat, people in seats.items()):
            found.append(Decision("settle_moderation", one.reference, token=one.token))
    mine = moderations.of_moderator(session, person, IN_HAND)
    if len(mine) > FEW:
        first = min((by for one in mine if (by := by_when(one))), default=None)
        found.append(Decision("moderations_open", "", by_when=first, count=len(mine)))
    else:
        found += [Decision("moderate", one.reference, by_when=by_when(one), token=one.token) for one in mine]
    return found


def by_when(moderation: Moderation) -> date | None:
    """Until when there should be a day for the talk, or the day itself."""
    if moderation.booked_on or moderation.next_step_at is None:
        return moderation.booked_on
    return moderation.next_step_at.date()
