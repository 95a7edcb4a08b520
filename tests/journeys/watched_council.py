"""A small council in which every message is written down with the hour it went out, and what people do in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from assurance.allocation.approve_allocation import approve_allocation
from assurance.allocation.propose_allocation import Terms, propose_allocation
from assurance.common.courier import Delivery
from assurance.establishment.import_establishment import Import, import_establishment
from assurance.more_time.ask_more_time import Asked, ask
from bot.clock import Clock
from bot.conversation import Conversation
from dialogs.kit.message import Message
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from storage.casework.learning_spaces import LearningSpace
from storage.engine.database import Database
from storage.outbox import notices
from tests.assurance.forms_filled import fill_in
from tests.assurance.sheets import sheets_of
from tests.councils import QA_LEAD
from tests.councils import small_council as everyone
from tests.journeys.living_council import LONDON, LivingCouncil, days, london

ALLOCATED = date(2026, 1, 5)
"""A Monday. Given that day, it is due on Monday 2 February 2026."""
MORNING, WEEKLY = "E74", "E63"
LOOKS = ("08:59", "09:00", "13:00", "14:59", "15:00", "16:59", "23:30")
"""London hours at which the service looks on a working day: just before something may go out, and then."""
DAY_OFF = ("09:00", "15:00", "23:30")
"""On any other: nothing may go out at all, and what is due is said at the next look."""


@dataclass(frozen=True)
class Heard:
    """One message that reached somebody, and when."""

    event: str
    step: str
    at: datetime
    """London."""
    who: str
    text: str


class WatchedCouncil(LivingCouncil):
    """A council in which somebody writes down every message with the hour it went out."""

    def __init__(self, database: Database, **how: Any) -> None:
        super().__init__(database, **how)
        self.heard: list[Heard] = []

    def send(self, delivery: Delivery) -> bool:
        """As in life; what reached somebody is written down."""
        before = len(self.courier.taken)
        done = super().send(delivery)
        for taken, message in self.courier.taken[before:]:
            notice = taken.notice
            who = f"{taken.person.name}, as {notice.recipient_role.replace('+', ' and ')}, by {notice.channel}"
            at = self.now.astimezone(LONDON)
            step = f"in a list of {len(taken.rows)}" if taken.told_in else notice.step
            self.heard.append(Heard(taken.event, step, at, who, message.text))
            # What is not urgent is read in the morning message: each event in it has reached its reader.
            for line in notice.facts.get("lines", ()) if notice.event == MORNING else ():
                self.heard.append(Heard(line["event"], "in the morning message", at, who, message.text))
            if notice.event == WEEKLY and "loops" in notice.facts:
                self.heard.append(Heard("E33", "in the weekly summary", at, who, message.text))
        return done

    def hears_at_once(self, event: str, person: str, message: Message) -> None:
        """What takes the place of the card somebody pressed is said as well."""
        who = f"{everyone().people[person].name}, in answer to their press"
        self.heard.append(Heard(event, "", self.now.astimezone(LONDON), who, message.text))

    def live(self, start: str, end: str) -> None:
        """Live from a day to a day."""
        for day in days(date.fromisoformat(start), date.fromisoformat(end)):
            for hour in LOOKS if self.calendar.is_working_day(day) else DAY_OFF:
                at = london(f"{day} {hour}")
                if at > self.now:
                    self.when_the_service_looks(at)

    def at(self, text: str) -> None:
        """It is this moment in London, and the service has looked."""
        self.when_the_service_looks(london(text))

    def does(self, person: str, use_case: Callable[..., Any], subject: str, **facts: Any) -> Any:
        """One use-case by one person, now, and what goes out because of it."""
        actor = Actor.person(person) if person else Actor.operator("anna")
        done = self.database.write_now(use_case, self.framework, subject, actor=actor, now=self.now, **facts)
        self.dispatch()
        self.until_it_stands()
        return done

    def until_it_stands(self) -> None:
        """What can still be taken back is said a minute later, if anything is to be said of it."""
        waits = self.database.read_now(notices.next_try_at)
        if waits is not None and self.now < waits <= self.now + timedelta(minutes=1):
            self.when_it_stands()


# -- what people do ---------------------------------------------------------------------------------------------------


def allocated_in_january(council: WatchedCouncil, **how: Any) -> None:
    """January is proposed at a quarter past eight and approved at half past."""
    council.now = london("2026-01-05 08:15")
    lead = Actor.person(QA_LEAD)
    proposal = council.database.write_now(
        propose_allocation, council.framework, month=date(2026, 1, 1), actor=lead, now=council.now, terms=Terms(**how)
    )
    council.now = london("2026-01-05 08:30")
    council.does(QA_LEAD, approve_allocation, proposal.run_id)


def sent_in(council: WatchedCouncil, item: LearningSpace, at: str, **answers: Any) -> None:
    """The auditor fills it in and presses Send; what takes the card's place is their receipt."""
    council.now = london(at)
    view = fill_in(council.database, council.framework, item, now=council.now, **answers)
    talk = Conversation(council.database, council.framework, Clock.standing(council.now))
    auditor = everyone().people[item.person]
    receipt = asyncio.run(talk.press(auditor, "submit", {"verb": "submit", "ref": item.token, "v": view.version}))
    council.hears_at_once("E15", item.person, receipt)
    council.dispatch()
    council.until_it_stands()


def asked(council: WatchedCouncil, item: LearningSpace, kind: str, raw: dict[str, str]) -> Asked:
    made = council.does(item.person, ask, item.token, kind=kind, raw=raw)
    assert isinstance(made, Asked), made.problems
    return made


def imported(council: WatchedCouncil, new: Establishment) -> None:
    """The council's own sheets say so now."""
    operator = Actor.operator("anna")
    council.database.write_now(
        import_establishment, council.framework, Import(sheets_of(new)), actor=operator, now=council.now
    )
    council.dispatch()
