"""Who in the ladders of open work cannot be reached, and why: every Monday and when the QA team asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from assurance.authority import EXPORTS, require_role
from assurance.channel_choice import can_be_written_to
from assurance.tell import name_of, notices
from policy.actor import Actor
from policy.calendar import Calendar
from policy.establishment import Establishment, Post
from policy.framework import Framework
from policy.recipients import Expression, Subject, resolve
from storage import channels, digests, open_work
from storage import establishment as establishments
from storage import notices as outbox
from storage.open_work import Climber
from storage.session import Session

OUT_OF_REACH = "E75"
KIND = "reachability"
TEAMS = "teams"
CUT_OFF = ("blocked", "uninstalled", "disabled")
_NO_ONE = Subject(auditor_post="", auditor_person="", practitioner="", function="")


@dataclass(frozen=True, slots=True)
class OutOfReach:
    """A person or a post that cannot be told, and how much open work they stand in."""

    who: str
    """The person's name, or the post's title and id."""
    why: str
    """left, no_account, blocked, uninstalled, disabled, vacant, away."""
    items: int

    def as_facts(self) -> dict[str, Any]:
        """As a notice keeps it."""
        return {"who": self.who, "why": self.why, "items": self.items}


def out_of_reach(session: Session, framework: Framework, *, now: datetime) -> tuple[OutOfReach, ...]:
    """Everyone the ladders of open learning spaces would tell and cannot, most work first. Reads only."""
    look = _Look(session, framework, now)
    counted: dict[tuple[str, str], int] = {}
    for item in open_work.climbers(session):
        for found in set(look.at(item)):
            counted[found] = counted.get(found, 0) + 1
    rows = [OutOfReach(who, why, items) for (who, why), items in counted.items()]
    return tuple(sorted(rows, key=lambda row: (-row.items, row.who)))


def ask_reachability(
    session: Session, framework: Framework, subject: str, *, actor: Actor, now: datetime
) -> tuple[OutOfReach, ...]:
    """The same, asked for by one of the QA team; NotYours for anyone else."""
    establishment = establishments.current(session)
    require_role(establishment, actor, EXPORTS, on=Calendar.of(framework).local_date(now))
    return out_of_reach(session, framework, now=now)


def look_every_week(session: Session, framework: Framework, now: datetime) -> int:
    """On Monday at nine, or the next working day: tell the QA lead, if there is anything to tell."""
    calendar = Calendar.of(framework)
    monday = week_that_is_due(calendar, now)
    if not begins(session, KIND, monday, calendar, now):
        return 0
    found = out_of_reach(session, framework, now=now)
    if not found:
        return 0
    establishment = establishments.current(session)
    told = resolve(
        framework.event(OUT_OF_REACH).tell,
        (),
        _NO_ONE,
        establishment,
        framework,
        on=calendar.local_date(now),
        escalation=False,
    )
    shown = [row.as_facts() for row in found[:MOST_ROWS]]
    fresh = notices(
        framework,
        OUT_OF_REACH,
        told.recipients,
        subject=f"reach-{monday.isoformat()}",
        due_at=calendar.send_at(monday),
        not_before=calendar.next_send(now),
        facts={"rows": shown, "more": len(found) - len(shown)},
    )
    return outbox.add(session, fresh, at=now)


MOST_ROWS = 20
"""People and posts named in one message."""


def week_that_is_due(calendar: Calendar, now: datetime) -> date:
    """The Monday of the last week whose first working morning has come."""
    today = calendar.local_date(now)
    monday = today - timedelta(days=today.weekday())
    return monday if now >= calendar.send_at(monday) else monday - timedelta(days=7)


def begins(session: Session, kind: str, day: date, calendar: Calendar, now: datetime) -> bool:
    """Whether a weekly or monthly look that fell due on `day` is to be made now; it is noted, so once.

    What fell due before the bot was there at all is not made up for.
    """
    new_here = not digests.ever_made(session, kind)
    if not digests.make(session, digests.EVERYBODY, kind, day.isoformat(), {}, at=now):
        return False
    return not new_here or calendar.local_date(now) == calendar.roll_forward(day)


class _Look:
    """What one look has found out already."""

    def __init__(self, session: Session, framework: Framework, now: datetime) -> None:
        self._framework = framework
        self._session = session
        self._council: Establishment = establishments.current(session)
        self._states = channels.states_of(session, TEAMS)
        self._today = Calendar.of(framework).local_date(now)
        self._far = framework.people_change.long_absence_days
        self._asked: dict[tuple[str, ...], frozenset[Expression]] = {}
        self._known: dict[tuple[Expression, str, str, str, str], tuple[tuple[str, str], ...]] = {}

    def at(self, item: Climber) -> Iterator[tuple[str, str]]:
        """(who, why) for everyone the item's coming steps would tell and cannot, and a long absence of its holder."""
        for expression in self._expressions(item):
            key = (expression, item.post, item.person, item.practitioner, item.case_function)
            if key not in self._known:
                self._known[key] = tuple(self._missing(expression, item))
            yield from self._known[key]
        for leave in self._council.leave:
            if (
                leave.person == item.person
                and leave.starts <= item.due_on
                and (leave.ends - item.due_on).days >= self._far
            ):
                yield name_of(self._council, item.person), "away"

    def _expressions(self, item: Climber) -> frozenset[Expression]:
        """Whom the steps still to come tell; the auditor in any case."""
        steps = [step for step in item.ladder.get("steps", ()) if _name(step) not in item.steps_done]
        texts = tuple(sorted({text for step in steps for text in step.get("tell", ())} | {"auditor"}))
        if texts not in self._asked:
            self._asked[texts] = frozenset(Expression.parse(text) for text in texts)
        return self._asked[texts]

    def _missing(self, expression: Expression, item: Climber) -> Iterator[tuple[str, str]]:
        if not expression.role:
            person = item.person if expression.line == "auditor" else item.practitioner
            yield from self._person(person)
            return
        for post in self._posts(expression, item):
            person = self._council.deputy_of(post.id, self._today) or post.holder
            if person:
                yield from self._person(person)
            else:
                yield f"{post.title} ({post.id})", "vacant"

    def _posts(self, expression: Expression, item: Climber) -> tuple[Post, ...]:
        if not expression.line:
            return self._council.posts_of_role(expression.role)
        starts = [item.post] if expression.line == "auditor" else []
        starts += [] if starts else [post.id for post in self._council.posts_held_by(item.practitioner)][:1]
        line = (post for start in starts for post in self._council.line_of(start) if post.role == expression.role)
        return tuple(line)[:1]

    def _person(self, person: str) -> Iterator[tuple[str, str]]:
        known = self._council.people.get(person)
        state = self._states.get(person)
        if known is None:
            yield person, "left"
        elif can_be_written_to(self._session, known):
            return
        elif state is not None and state.state in CUT_OFF:
            yield known.name, state.state
        elif not known.entra_object_id and (state is None or not state.conversation_id):
            yield known.name, "no_account"


def _name(step: dict[str, Any]) -> str:
    """The name of a step as an item keeps it; see `LadderStep.name`."""
    after, weeks = int(step.get("after", 0)), step.get("unit") == "weeks"
    return f"{'+' if after > 0 else ''}{after}{'w' if weeks else ''}"
