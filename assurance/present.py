"""What a card says now: how its subject stands for the person who holds it, by header facts alone (domain 4.2).

Nothing of a form, no practitioner, no case and no grade: a card in the chat is no opened form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from assurance.decide_more_time import RequestView, may_decide
from assurance.tell import function_title, name_of, rungs_ahead
from policy.calendar import Calendar
from policy.establishment import Establishment
from policy.framework import Framework
from policy.ladder import Rung, ladder_from_json
from policy.more_time import in_time
from policy.reference import ACTION, LEARNING_SPACE, LOOP, MODERATION
from storage import actions, learning_spaces, loops, moderations, more_time, red_flags
from storage.learning_spaces import OPENED, SUBMITTED, LearningSpace
from storage.more_time import ASKED
from storage.session import Session

RED_ROUTE, ASKS = "E16", "E8"
FOR_THE_AUDITOR = ("E1", "E3", "E4", "E5", "E6", "E7")
"""Events only whoever does a learning space hears of; on the card of anybody else it has gone to someone else."""

Kind = Literal[
    "to_do",
    "sent_in",
    "withdrawn",
    "with_someone_else",
    "own_work",
    "taken_up",
    "to_decide",
    "settled",
    "header",
    "loop",
    "action",
    "second_look",
    "older",
]


@dataclass(frozen=True, slots=True)
class Present:
    """How something stands, for one person."""

    kind: Kind
    reference: str
    state: str = ""
    token: str = ""
    """For a button, where there is one for this person."""
    who: str = ""
    """The name of whoever it is with."""
    function: str = ""
    due_on: date | None = None
    days_left: int = 0
    by: str = ""
    """The name of whoever did the last thing; empty when it was this person, or nobody."""
    yours: bool = False
    """Whether this person did it."""
    at: datetime | None = None
    """When that was (UTC)."""
    begun: bool = False
    rungs: tuple[Rung, ...] = ()
    paused: bool = False
    request: RequestView | None = None
    finished: bool = True
    """Whether there is nothing more for this person to do: their card may change while they look at it."""


def present(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    person: str,
    subject: str,
    event: str,
    *,
    now: datetime,
) -> Present | None:
    """How a subject stands for the holder of a card that showed an event; None when the card may stay. Reads only."""
    look = _Look(session, framework, establishment, person, now)
    match subject[:2]:
        case kind if kind == LEARNING_SPACE:
            return look.learning_space(subject, event)
        case kind if kind == LOOP:
            return look.loop(subject)
        case kind if kind == ACTION:
            return look.action(subject)
        case kind if kind == MODERATION:
            return look.second_look(subject)
    return None


class _Look:
    """One look for one person."""

    def __init__(
        self, session: Session, framework: Framework, establishment: Establishment, person: str, now: datetime
    ) -> None:
        self._session = session
        self._framework = framework
        self._establishment = establishment
        self._person = person
        self._now = now
        self._today = Calendar.of(framework).local_date(now)

    def learning_space(self, reference: str, event: str) -> Present | None:
        """By what the card was about: the red route, a request, the item itself, or its header."""
        item = learning_spaces.by_reference(self._session, reference)
        if item is None:
            return None
        if event == RED_ROUTE:
            return self._red_route(item)
        if event == ASKS and item.person != self._person:
            return self._request(item)
        if item.person == self._person:
            return self._own(item)
        if item.practitioner == self._person:
            opened = item.released_at is not None
            state = "opened" if opened else item.state
            return Present("own_work", reference, state, who=self._name(item.person))
        if event in FOR_THE_AUDITOR:
            return Present("with_someone_else", reference)
        return self._header(item)

    def _own(self, item: LearningSpace) -> Present:
        if item.state == SUBMITTED:
            by, yours = self._by(item.submitted_by or item.person)
            token = item.token if yours and item.released_at is None else ""
            return Present("sent_in", item.reference, item.state, token, by=by, yours=yours, at=item.submitted_at)
        if not item.is_open:
            return Present("withdrawn", item.reference, item.state)
        ladder = ladder_from_json(item.ladder)
        return Present(
            "to_do",
            item.reference,
            item.state,
            item.token,
            function=function_title(self._framework, item.function),
            due_on=item.due_on,
            days_left=item.days_left(self._today),
            begun=item.state == OPENED,
            rungs=rungs_ahead(self._framework, self._establishment, item, ladder, after=self._today),
            paused=item.paused_on is not None,
            finished=False,
        )

    def _header(self, item: LearningSpace) -> Present:
        at = item.submitted_at if item.state == SUBMITTED else None
        return Present(
            "header",
            item.reference,
            item.state,
            who=self._name(item.person),
            function=function_title(self._framework, item.function),
            due_on=item.due_on,
            days_left=item.days_left(self._today),
            at=at,
            paused=item.paused_on is not None,
        )

    def _red_route(self, item: LearningSpace) -> Present | None:
        flag = red_flags.of(self._session, item.reference)
        if flag is None or not flag.acknowledged_by:
            return None
        by, yours = self._by(flag.acknowledged_by)
        return Present("taken_up", item.reference, by=by, yours=yours, at=flag.acknowledged_at)

    def _request(self, item: LearningSpace) -> Present | None:
        requests = more_time.of(self._session, item.reference)
        if not requests:
            return None
        newest = max(requests, key=lambda one: one.asked_at)
        asked = newest.state == ASKED and item.is_open and in_time(item.deadline_at, self._now)
        if asked and self._person in may_decide(self._framework, self._establishment, item, now=self._now):
            view = RequestView(item, newest, self._name(newest.asked_by))
            return Present("to_decide", item.reference, newest.state, newest.token, request=view, finished=False)
        by, yours = self._by(newest.decided_by)
        at = newest.decided_at or item.submitted_at
        return Present("settled", item.reference, newest.state, by=by, yours=yours, at=at)

    def loop(self, reference: str) -> Present | None:
        """A loop by its state, and who brought it there."""
        loop = loops.by_reference(self._session, reference)
        if loop is None:
            return None
        by, at = "", None
        match loop.state:
            case "submitted":
                by, at = loop.filled_by, loop.submitted_at
            case "authorised" | "with_qa" | "re_audit_due":
                by, at = loop.authorised_by, loop.authorised_at
            case "closed":
                at = loop.closed_at
        name, yours = self._by(by)
        due_on = loop.return_by if loop.state in ("open", "met", "returned_for_change") else None
        finished = loop.state == "closed" or yours
        token = "" if loop.state == "closed" else loop.token
        return Present(
            "loop", reference, loop.state, token, due_on=due_on, by=name, yours=yours, at=at, finished=finished
        )

    def action(self, reference: str) -> Present | None:
        """An action: whose, by when, how far."""
        action = actions.by_reference(self._session, reference)
        if action is None:
            return None
        own = action.owner == self._person
        return Present(
            "action",
            reference,
            action.state,
            action.token,
            who="" if own or not action.owner else self._name(action.owner),
            due_on=action.due_on,
            days_left=(action.due_on - self._today).days,
            yours=own,
            at=action.closed_at,
            finished=not action.is_open,
        )

    def second_look(self, reference: str) -> Present | None:
        """A moderation: how far, and with whom."""
        found = moderations.by_reference(self._session, reference)
        if found is None:
            return None
        own = found.moderator == self._person
        who = "" if own or not found.moderator else self._name(found.moderator)
        closed = found.closed_at is not None
        token = "" if closed else found.token
        return Present(
            "second_look", reference, found.state, token, who=who, yours=own, at=found.closed_at, finished=closed
        )

    def _by(self, person: str) -> tuple[str, bool]:
        if not person or person == self._person:
            return "", bool(person)
        return self._name(person), False

    def _name(self, person: str) -> str:
        return name_of(self._establishment, person)
