"""A council one can live in: people, a clock one moves, and everything that was said to anyone, in order.

Given, when and then of the journeys. The database, the rules and the words are the real ones; only the last yard, from
the courier to a screen, is a list.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from assurance.common.courier import Begin, CourierResult, Delivery, unwatched
from assurance.delivery.claim_notices import Claimer, claim_notices
from assurance.delivery.finish_delivery import finish_delivery
from assurance.notify.tell import PUT_TOGETHER
from assurance.sweep.sweep import SWEEP, SweepOutcome, sweep
from dialogs.kit.message import Message
from dialogs.notices.notices import render
from policy.calendar.calendar import Calendar
from policy.check.loader import load_framework
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.framework.framework import Framework
from policy.lifecycle.ladder import ladder_to_json, next_step_at
from policy.lifecycle.reference import LEARNING_SPACE, format_reference
from storage.casework import allocation_runs, learning_spaces
from storage.casework.allocation_runs import AllocationRun
from storage.casework.learning_spaces import LearningSpace
from storage.contact import channels
from storage.contact.channels import ChannelState
from storage.council import establishment as establishments
from storage.council import history, meta
from storage.council.history import Entry
from storage.engine.database import Database, Session
from storage.engine.upsert import insert_new
from storage.outbox import leases, notices
from storage.outbox.notices import Notice
from storage.schema import tables
from tests.councils import small_council

LONDON = ZoneInfo("Europe/London")
MORNING_COPY = "preview:morning"
"""The fact that says for which day the morning copy has been looked up (`assurance/escalation/preview.py`)."""


def london(text: str) -> datetime:
    """'2026-12-31 09:00' on a London clock, as the instant it is."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def nine(day: date) -> datetime:
    """09:00 on a London clock."""
    return datetime.combine(day, time(9), LONDON).astimezone(UTC)


@cache
def shipped_framework() -> Framework:
    """The framework as we ship it, read once."""
    return load_framework()


@dataclass
class Said:
    """One notice that reached somebody, in a message of its own or in one with others."""

    person: str
    roles: str
    event: str
    step: str
    subject: str
    on: date
    """The London date it arrived."""
    message: Message
    repeat: bool = False
    facts: dict[str, object] = field(default_factory=dict)


class ListCourier:
    """A courier whose channel is a list. `answers` may give some people another answer than 'sent'."""

    channel = "teams"

    def __init__(self) -> None:
        self.taken: list[tuple[Delivery, Message]] = []
        self.answers: dict[str, list[CourierResult]] = {}

    async def deliver(self, delivery: Delivery, message: Message, begin: Begin = unwatched) -> CourierResult:
        """Take it, unless this person's next answer is another one."""
        await begin()
        waiting = self.answers.get(delivery.person.id)
        result = waiting.pop(0) if waiting else CourierResult("sent", remote_id=f"activity-{len(self.taken) + 1}")
        if result.outcome in ("sent", "unknown"):
            self.taken.append((delivery, message))
        return result


class LivingCouncil:
    """The small council at a moment. Time only moves when a test moves it."""

    def __init__(
        self,
        database: Database,
        *,
        now: datetime,
        establishment: Establishment | None = None,
        framework: Framework | None = None,
    ) -> None:
        self.database = database
        self.framework = framework or shipped_framework()
        self.calendar = Calendar.of(self.framework)
        self.now = now
        self.courier = ListCourier()
        self.said: list[Said] = []
        self.digests: list[Said] = []
        """What is put together and never urgent: the morning message, the summaries, who cannot be reached."""
        self._serial = 0
        self.database.write_now(_begin, establishment or small_council(), self.calendar, now)

    # -- given --------------------------------------------------------------------------------------------------------

    def given_the_council_is(self, establishment: Establishment) -> None:
        """People and posts change from here on."""
        self.database.write_now(establishments.replace, establishment)

    def given_a_learning_space(self, post: str, *, allocated_on: date, case: str = "NM-000001") -> LearningSpace:
        """A post's holder was given a case on a day; it is due when the framework says."""
        establishment = self.database.read_now(establishments.current)
        held, about = establishment.posts[post], establishment.cases[case]
        quarter = self.calendar.quarter_of(allocated_on)
        due_on = self.calendar.due_on(allocated_on, self.framework.learning_space.due_days)
        ladder = self.framework.ladder("learning_space")
        self._serial += 1
        item = LearningSpace(
            reference=format_reference(LEARNING_SPACE, quarter, self._serial),
            token=uuid.uuid4().hex,
            activity="learning_space",
            stream="",
            post=post,
            person=held.holder,
            function=held.function,
            case_ref=about.ref,
            case_function=about.function,
            practitioner=about.practitioner,
            month=allocated_on.replace(day=1),
            quarter=quarter.key,
            allocated_on=allocated_on,
            due_on=due_on,
            deadline_at=self.calendar.deadline_at(due_on),
            state="allocated",
            why={},
            cross_function_reason="",
            run="run-of-the-tests",
            framework_version=self.framework.version,
            ladder=ladder_to_json(ladder),
            next_step_at=next_step_at(ladder, due_on, (), self.calendar),
        )
        self.database.write_now(_insert, item, self.now)
        return item

    def given_nobody_gives_the_months_out(self) -> None:
        """Every month waits for the QA lead to allocate it, as in life."""
        self.database.write_now(_leave, self.now)

    def given_the_qa_lead_gets_the_morning_copy(self) -> None:
        """What is escalated today is shown to the QA lead on the same morning, as in life."""
        self.database.write_now(meta.save, MORNING_COPY, "")

    def given_everyone_talks_to_the_bot(self, *, but: Collection[str] = ()) -> None:
        """Every person has a conversation of their own in Teams, save those named."""
        people = self.database.read_now(establishments.current).people
        for person in people.keys() - set(but):
            self.database.write_now(
                channels.save,
                ChannelState(person, "teams", "reachable", self.now, "https://smba.example", f"chat-{person}"),
            )

    # -- when ---------------------------------------------------------------------------------------------------------

    def when_the_service_looks(self, at: datetime | None = None) -> list[Said]:
        """One poke of the timer and of the dispatcher at an instant; what reached somebody by it.

        Without one it is a minute later: what was pressed can no longer be taken back.
        """
        self.now = at or self.now + timedelta(minutes=1)
        self.sweep()
        return self.dispatch()

    def sweep(self, *, actor: Actor = SWEEP, confirm: bool = False) -> SweepOutcome:
        """One poke of the timer."""
        return self.database.write_now(sweep, self.framework, now=self.now, actor=actor, confirm=confirm)

    def claim(self, owner: str = "tests") -> list[Delivery]:
        """What a dispatcher takes to send now."""
        return self.database.write_now(claim_notices, self.framework, Claimer(owner), now=self.now)

    def begin(self, deliveries: Collection[Delivery]) -> None:
        """A dispatcher begins to post these."""
        if deliveries:
            self.database.write_now(leases.begin, [claim for one in deliveries for claim in one.claims])

    def dispatch(self) -> list[Said]:
        """Send until there is nothing left that may go out now."""
        before = len(self.said)
        while deliveries := self.claim():
            for delivery in deliveries:
                self.send(delivery)
        return self.said[before:]

    def when_it_stands(self) -> list[Said]:
        """What was pressed can no longer be taken back, and is said."""
        self.now += timedelta(minutes=1)
        return self.dispatch()

    def send(self, delivery: Delivery) -> bool:
        """Render one delivery, hand it to the courier and write down the answer."""
        message = render(delivery, self.framework)
        taken = len(self.courier.taken)
        result = _at_once(self.courier.deliver(delivery, message))
        if len(self.courier.taken) > taken:
            heard = self.digests if delivery.notice.event in PUT_TOGETHER else self.said
            on = self.calendar.local_date(self.now)
            heard += [_said(delivery, notice, message, on) for notice in delivery.notices]
        return self.database.write_now(finish_delivery, self.framework, delivery, result, now=self.now)

    def when_days_pass(self, start: date, end: date) -> list[Said]:
        """Live through the days: a look just before nine, at nine and late in the evening of each.

        On a day off the evening's is enough: what is due then, or was at any hour of it, is judged and said at that.
        """
        before = len(self.said)
        for day in days(start, end):
            evening = nine(day) + timedelta(hours=14, minutes=30)
            if self.calendar.is_working_day(day):
                self.when_the_service_looks(nine(day) - timedelta(minutes=1))
                self.when_the_service_looks(nine(day))
            self.when_the_service_looks(evening)
        return self.said[before:]

    # -- then ---------------------------------------------------------------------------------------------------------

    def item(self, reference: str) -> LearningSpace:
        """A learning space as it is now."""
        found = self.database.read_now(learning_spaces.by_reference, reference)
        assert found is not None
        return found

    def notices_about(self, subject: str) -> list[Notice]:
        """Every notice there has ever been about something."""
        return self.database.read_now(notices.about, subject)

    def history_of(self, subject: str) -> list[Entry]:
        """What history says of something."""
        return self.database.read_now(history.read, subject=subject)

    def told(self, *, step: str = "", event: str = "") -> dict[str, str]:
        """Who has heard of a step or an event so far: person -> as whom."""
        return {
            said.person: said.roles
            for said in self.said
            if (not step or said.step == step) and (not event or said.event == event)
        }

    def days_said(self) -> dict[str, set[date]]:
        """On which days each step was said."""
        found: dict[str, set[date]] = {}
        for said in self.said:
            found.setdefault(said.step, set()).add(said.on)
        return found


def days(start: date, end: date) -> Iterator[date]:
    """Every day from `start` to `end`, both included."""
    for number in range((end - start).days + 1):
        yield start + timedelta(days=number)


def _at_once(delivering: Coroutine[Any, Any, CourierResult]) -> CourierResult:
    """What a courier answers that waits for nothing: a list needs no event loop of its own for every message."""
    try:
        delivering.send(None)
    except StopIteration as done:
        result: CourierResult = done.value
        return result
    raise AssertionError("a courier of the journeys waits for nothing")


def _said(delivery: Delivery, notice: Notice, message: Message, on: date) -> Said:
    return Said(
        person=delivery.person.id,
        roles=notice.recipient_role,
        event=notice.event,
        step=notice.step,
        subject=notice.subject,
        on=on,
        message=message,
        repeat=notice.repeat,
        facts=dict(notice.facts),
    )


def _begin(session: Session, council: Establishment, calendar: Calendar, now: datetime) -> None:
    establishments.replace(session, council)
    # The QA lead's copy of each morning has journeys of its own; in the others it would only be in the way.
    meta.save(session, MORNING_COPY, "9999-12-31")
    # So have months that nobody gives out.
    first = calendar.local_date(now).replace(day=1)
    months = [calendar.add_months(first, number) for number in range(-3, 21)]
    session.execute(
        insert_new(session, tables.allocation_months, "month"),
        [{"month": month, "begins_on": month, "ladder": {}, "steps_done": [], "given_out_at": now} for month in months],
    )


def _leave(session: Session, now: datetime) -> None:
    session.execute(sa.delete(tables.allocation_months))
    history.append(session, at=now, actor=Actor.system("tests"), verb="council_came", subject="council", detail={})


def _insert(session: Session, item: LearningSpace, now: datetime) -> None:
    if allocation_runs.by_id(session, item.run) is None:
        run = AllocationRun(item.run, item.month, 7, "approved", "system:tests", now, {"unserved": []})
        allocation_runs.insert(session, run)
    learning_spaces.insert(session, item)
