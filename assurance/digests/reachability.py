"""Who in the ladders of open work cannot be reached, and why: every Monday and when the QA team asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from assurance.access.authority import EXPORTS, require_role
from assurance.actions.action_ladder import ladder_of, subject_of_action
from assurance.channels.channel_choice import can_be_written_to
from assurance.loop.loop_moves import steps_left
from assurance.notify.tell import name_of, subject_of
from assurance.notify.tell_all import tell_all
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.recipients import Expression, Subject, posts_asked
from policy.framework.framework import Framework
from storage.casework import actions, learning_spaces, loops
from storage.casework.actions import Action
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.contact import channels
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.outbox import digests
from storage.reads import open_work
from storage.reads.open_work import Climber

OUT_OF_REACH = "E75"
KIND = "reachability"
TEAMS = "teams"
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class OutOfReach:
    """A person or a post that cannot be told, and how much open work they stand in."""

    who: str
    """The person's name, or the post's title and id."""
    why: str
    """left, no_account, blocked, uninstalled, disabled, vacant, away."""
    items: int
    """Open learning spaces in whose ladder they stand."""
    actions: int = 0
    loops: int = 0

    @property
    def total(self) -> int:
        """Everything open in whose ladder they stand."""
        return self.items + self.actions + self.loops

    def as_facts(self) -> dict[str, Any]:
        """As a notice keeps it."""
        more = {"actions": self.actions, "loops": self.loops}
        return {"who": self.who, "why": self.why, "items": self.items, **{k: n for k, n in more.items() if n}}


def out_of_reach(session: Session, framework: Framework, *, now: datetime) -> tuple[OutOfReach, ...]:
    """Everyone the ladders of open work would tell and cannot, most work first. Reads only.

    Learning spaces, actions and loops are looked at alike: whoever their steps still to come tell, and who does them.
    """
    look = _Look(session, framework, now)
    counted: dict[tuple[str, str], dict[str, int]] = {}

    def count(kind: str, found: Iterable[tuple[str, str]]) -> None:
        for one in set(found):
            of_kind = counted.setdefault(one, {})
            of_kind[kind] = of_kind.get(kind, 0) + 1

    for item in open_work.climbers(session):
        count("items", look.at_learning_space(item))
    for action in actions.open_of_any(session, actions.owners_of_open(session)):
        count("actions", look.at_action(action))
    open_loops = loops.still_open(session)
    about = learning_spaces.by_references(session, (loop.subject for loop in open_loops))
    for loop in open_loops:
        if loop.subject in about:
            count("loops", look.at_loop(loop, about[loop.subject]))
    rows = [OutOfReach(who, why, **{"items": 0, **kinds}) for (who, why), kinds in counted.items()]
    return tuple(sorted(rows, key=lambda row: (-row.total, row.who)))


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
    if not begins(session, KIND, monday, monday + WEEK, calendar, now):
        return 0
    found = out_of_reach(session, framework, now=now)
    if not found:
        return 0
    shown = [row.as_facts() for row in found[:MOST_ROWS]]
    facts = {"rows": shown, "more": len(found) - len(shown)}
    due_at, subject = calendar.send_at(monday), f"reach-{monday.isoformat()}"
    return tell_all(session, framework, OUT_OF_REACH, subject=subject, due_at=due_at, facts=facts, now=now)


MOST_ROWS = 20
"""People and posts named in one message."""


def week_that_is_due(calendar: Calendar, now: datetime) -> date:
    """The Monday of the last week whose first working morning has come."""
    today = calendar.local_date(now)
    monday = today - timedelta(days=today.weekday())
    return monday if now >= calendar.send_at(monday) else monday - timedelta(days=7)


def begins(session: Session, kind: str, day: date, following: date, calendar: Calendar, now: datetime) -> bool:
    """Whether a weekly or monthly look that fell due on `day` is to be made now; it is noted, so once.

    What fell due before the bot was there at all is not made up for, and neither is what could not be said before the
    look of `following` speaks: after an outage over a weekend Monday brings one summary, not two.
    """
    before = digests.last_made(session, kind)
    if before >= day.isoformat() or not digests.make(session, digests.EVERYBODY, kind, day.isoformat(), {}, at=now):
        return False
    if calendar.next_send(now) >= calendar.send_at(following):
        return False
    return before != "" or calendar.local_date(now) == calendar.roll_forward(day)


class _Look:
    """What one look has found out already."""

    def __init__(self, session: Session, framework: Framework, now: datetime) -> None:
        self._framework = framework
        self._session = session
        self._council: Establishment = establishments.current(session)
        self._states = channels.states_of(session, TEAMS)
        self._today = Calendar.of(framework).local_date(now)
        self._far = framework.people_change.long_absence_days
        self._known: dict[tuple[str, Subject], tuple[tuple[str, str], ...]] = {}

    def at_learning_space(self, item: Climber) -> Iterator[tuple[str, str]]:
        """(who, why) for everyone its coming steps would tell and cannot, and a long absence of its holder."""
        steps = [step for step in item.ladder.get("steps", ()) if _name(step) not in item.steps_done]
        subject = Subject(item.post, item.person, item.practitioner, item.case_function)
        yield from self._missing(subject, {text for step in steps for text in step.get("tell", ())} | {"auditor"})
        yield from self._away(item.person, item.due_on)

    def at_action(self, action: Action) -> Iterator[tuple[str, str]]:
        """The same of an action and its owner."""
        steps = [step for step in ladder_of(self._framework, action).steps if step.name not in action.steps_done]
        subject = subject_of_action(self._council, self._framework, action)
        if subject.auditor_person:
            yield from self._missing(subject, {text for step in steps for text in step.tell} | {"owner"})
        else:
            yield action.owner, "left"
        yield from self._away(action.owner, action.due_on)

    def at_loop(self, loop: Loop, item: LearningSpace) -> Iterator[tuple[str, str]]:
        """The same of a loop: whoever the steps of the state it is in would tell."""
        steps = steps_left(self._framework, loop)
        yield from self._missing(
            subject_of(item), {text for step in steps for text in step.tell or self._framework.event(step.event).tell}
        )

    def _away(self, person: str, due_on: date) -> Iterator[tuple[str, str]]:
        for leave in self._council.leave:
            if leave.person == person and leave.starts <= due_on and (leave.ends - due_on).days >= self._far:
                yield name_of(self._council, person), "away"

    def _missing(self, subject: Subject, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
        for text in texts:
            key = (text, subject)
            if key not in self._known:
                self._known[key] = tuple(self._of_expression(subject, text))
            yield from self._known[key]

    def _of_expression(self, subject: Subject, text: str) -> Iterator[tuple[str, str]]:
        if not Expression.parse(text).role:
            yield from self._person(subject.practitioner if text == "practitioner" else subject.auditor_person)
            return
        for post in posts_asked(text, subject, self._council, self._framework):
            person = self._council.deputy_of(post.id, self._today) or post.holder
            if person:
                yield from self._person(person)
            else:
                yield self._council.in_words(post) or post.role.replace("_", " "), "vacant"

    def _person(self, person: str) -> Iterator[tuple[str, str]]:
        known = self._council.people.get(person)
        state = self._states.get(person)
        if known is None:
            yield person, "left"
        elif can_be_written_to(self._session, known):
            return
        elif state is not None and state.state in channels.CUT_OFF:
            yield known.name, state.state
        elif not known.entra_object_id and (state is None or not state.conversation_id):
            yield known.name, "no_account"


def _name(step: dict[str, Any]) -> str:
    """The name of a step as an item keeps it; see `LadderStep.name`."""
    after, weeks = int(step.get("after", 0)), step.get("unit") == "weeks"
    return f"{'+' if after > 0 else ''}{after}{'w' if weeks else ''}"
