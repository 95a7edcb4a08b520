"""Claim what may be sent now: each notice is looked at once more, and what is still true goes out to its courier."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assurance.actions.action_ladder import why_moot
from assurance.after_restore.hold import hold_after_restore, hold_older
from assurance.cards.living_cards import card_to_change, in_place
from assurance.channels.channel_choice import (
    ADDRESS_FAILS,
    NO_ADDRESS,
    NO_TEAMS,
    choose,
    mail_follows_at,
    not_needed,
    offer,
    ways_of,
)
from assurance.common.courier import Delivery
from assurance.delivery.late_replies import LATE_REPLY, reply_behind, reply_is_over
from assurance.delivery.lost import lost
from assurance.delivery.together import Ready, due_beside, put_together
from assurance.notify.tell import OUTLIVES_SUBMISSION, header
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment, Person
from policy.council.ways import MAIL, TEAMS, Ways
from policy.framework.framework import Framework
from policy.lifecycle.reference import ACTION
from storage.casework import actions, learning_spaces
from storage.casework.actions import Action
from storage.casework.learning_spaces import SUBMITTED, LearningSpace
from storage.contact import channels, inbox, living_cards
from storage.contact.channels import ChannelState
from storage.council import establishment as establishments
from storage.council import heartbeats
from storage.engine.session import Session
from storage.outbox import bundles
from storage.outbox import notices as outbox
from storage.outbox.notices import Notice
from storage.outbox.turns import Turn

PULSE = "dispatcher"
"""The heartbeat of whoever claims, written at most once in `PULSE_EVERY`."""
PULSE_EVERY = timedelta(seconds=10)
EACH_PERSON = 2
"""Notices one person may have under way at once: a conversation takes one at a time, and nobody waits behind another's
long queue."""
LEASE = timedelta(seconds=30)
"""How long a claimed notice belongs to a claimer that gives no sign of life; one that lives renews its leases. Half of
the minute within which everything is attempted after a crash."""


@dataclass(frozen=True, slots=True)
class Claimer:
    """Who claims, what they carry with, and what they have in hand."""

    owner: str
    couriers: Collection[str] = (TEAMS,)
    holding: frozenset[int] = frozenset()
    """Notices it is sending at this moment."""
    passing_over: frozenset[str] = frozenset()
    """People who do not answer at this moment: what is for them waits."""
    only: frozenset[str] | None = None
    """Nobody but these people; None for everybody."""


def claim_notices(
    session: Session,
    framework: Framework,
    claimer: Claimer,
    *,
    now: datetime,
    limit: int = 50,
    lease: timedelta = LEASE,
) -> list[Delivery]:
    """Up to `limit` deliveries for the claimer alone until the lease runs out: urgent ones first, then what has never
    been tried, then the longest due.

    Outside the send window only urgent ones. A notice whose item has been submitted or withdrawn meanwhile, or has
    gone to someone else, is cancelled here. Several to one person that the framework lets be told together are one
    delivery, as many of them as are due. The claimer's couriers are the ways there are: a notice takes the one that
    leads to its recipient, an email follows where the framework says so, and where no way leads to them it is parked
    and the QA lead told.
    """
    _beat(session, now)
    held_before = hold_after_restore(session, framework, now=now)
    offer(session, claimer.couriers)
    turn = Turn(
        urgent_only=not Calendar.of(framework).in_send_window(now),
        per_recipient=EACH_PERSON,
        holding=claimer.holding,
        passing_over=claimer.passing_over,
        only=claimer.only,
    )
    for notice in outbox.about_to_be_parked(session, now=now, holding=claimer.holding):
        # The first time two crashes hid what became of it, it is tried once more when all is quiet again.
        for_good = notice.unknown_outcomes > 1
        lost(session, framework, notice, reason="nobody knows whether it arrived", for_good=for_good, now=now)
    deliveries: list[Delivery] = []
    while len(deliveries) < limit:
        wanted = limit - len(deliveries)
        claimed = outbox.claim(session, owner=claimer.owner, now=now, lease=lease, limit=wanted, turn=turn)
        first = len(claimed)
        beside = due_beside(session, framework, claimed, turn, now=now)
        claimed += outbox.take(session, beside, owner=claimer.owner, until=now + lease)
        rest = hold_older(session, framework, claimed, before=held_before, now=now)
        sent_on = _Looking(session, framework, claimer.couriers, now).still_to_send(rest)
        deliveries += sent_on
        if len(claimed) == sum(len(one.notices) for one in sent_on) and first < wanted:
            break
    return deliveries


class _Looking:
    """One look at what was claimed, at one moment: what is still true goes on, and each person is looked up once."""

    def __init__(self, session: Session, framework: Framework, couriers: Collection[str], now: datetime) -> None:
        self._session = session
        self._framework = framework
        self._couriers = couriers
        self._now = now
        self._establishment = establishments.current(session)
        self._items: dict[str, LearningSpace] = {}
        self._tracked: dict[str, Action] = {}
        self._firsts: dict[str, Notice] = {}
        self._with_card: frozenset[tuple[str, str]] = frozenset()
        self._states: dict[tuple[str, str], ChannelState | None] = {}
        self._ways: dict[str, Ways] = {}
        self._heard_at: dict[tuple[str, str], datetime | None] = {}

    def still_to_send(self, claimed: list[Notice]) -> list[Delivery]:
        """What goes out of it; the rest is cancelled, or has come to nothing."""
        session = self._session
        self._items = learning_spaces.by_references(session, (one.subject for one in claimed))
        about = (one.subject for one in claimed if one.subject.startswith(f"{ACTION}-"))
        self._tracked = actions.by_references(session, about)
        self._firsts = outbox.by_keys(session, [one.follows for one in claimed if one.follows])
        quiet = {(one.recipient, one.subject) for one in claimed if in_place(one)}
        self._with_card = channels.have_cards(session, quiet)
        known = living_cards.newest_change(session) if claimed else 0
        ready = [one for notice in claimed if (one := self._ready(notice, known))]
        moved: dict[str, list[int]] = {}
        for one in ready:
            if one.was_for != one.notice.channel:
                moved.setdefault(one.notice.channel, []).append(one.notice.id)
        for way, which in moved.items():
            outbox.move_to(session, which, way)
        sent_on, names, letters = put_together(self._framework, ready, now=self._now)
        bundles.name(session, names)
        outbox.add(session, letters, at=self._now)
        return sent_on

    def _ready(self, notice: Notice, known: int) -> Ready | None:
        """How a claimed notice goes out; None where it does not."""
        session, framework, now = self._session, self._framework, self._now
        item, action = self._items.get(notice.subject), self._tracked.get(notice.subject)
        moot = why_moot(action, notice) if action else _moot(notice, item)
        first = self._firsts.get(notice.follows)
        moot = moot or not_needed(framework, notice, first, self._heard)
        reply = reply_behind(session, notice, now=now) if notice.event == LATE_REPLY else None
        if reply is not None:
            notice = replace(notice, facts={"said": reply.message})  # for its words: they are kept apart
        elif notice.event == LATE_REPLY:
            reply_is_over(session, notice, now=now)
            moot = moot or "no answer to anything any more"
        if moot:
            outbox.finish(session, notice.id, notice.fence, outcome="cancelled", at=now, reason=moot)
            return None
        person = self._establishment.people.get(notice.recipient)
        ways = self._ways_of(person) if person else Ways(teams=False, mail=False)
        way = choose(framework, notice, ways) if person else ""
        if reply is not None and way != TEAMS:
            way = ""  # they asked there, and their own answers go into no email
        if person is None or not way:
            hopeless = "has left the council" if person is None else _why_closed(session, notice)
            outbox.finish(session, notice.id, notice.fence, outcome="never", at=now, reason=hopeless)
            lost(session, framework, notice, reason=hopeless, now=now)
            return None
        gone = replace(notice, channel=way)
        has_card = way == TEAMS and (notice.recipient, notice.subject) in self._with_card
        return Ready(
            Delivery(
                notice=_as_of_today(framework, self._establishment, gone, item, now=now),
                person=person,
                channel_state=self._state(person.id, way),
                card=card_to_change(session, framework, self._establishment, gone, now=now) if has_card else None,
                item=item,
                known=known,
            ),
            was_for=notice.channel,
            mail_at=mail_follows_at(framework, gone, ways, now=now),
            action=action,
        )

    def _ways_of(self, person: Person) -> Ways:
        if person.id not in self._ways:
            teams = self._state(person.id, TEAMS)
            self._ways[person.id] = ways_of(self._session, person, teams, self._couriers)
        return self._ways[person.id]

    def _state(self, person: str, channel: str) -> ChannelState | None:
        if (person, channel) not in self._states:
            self._states[person, channel] = channels.get(self._session, person, channel)
        return self._states[person, channel]

    def _heard(self, person: str, channel: str) -> datetime | None:
        if (person, channel) not in self._heard_at:
            self._heard_at[person, channel] = inbox.last_heard(self._session, person, channel)
        return self._heard_at[person, channel]


def _moot(notice: Notice, item: LearningSpace | None) -> str:
    """Why a notice need not be sent any more, or empty."""
    if item is None or notice.event in OUTLIVES_SUBMISSION:
        return ""
    if not item.is_open:
        return "the learning space was submitted" if item.state == SUBMITTED else f"the learning space is {item.state}"
    if "auditor" in notice.roles and notice.recipient != item.person:
        return "the learning space has gone to someone else"
    return ""


def _why_closed(session: Session, notice: Notice) -> str:
    """Why the way a notice would go leads nowhere."""
    if notice.channel == MAIL:
        known = channels.get(session, notice.recipient, MAIL)
        return ADDRESS_FAILS if known is not None and known.state == "disabled" else NO_ADDRESS
    state = channels.get(session, notice.recipient, notice.channel)
    if state is not None and state.state not in ("reachable", "unknown"):
        return f"{notice.channel}: {state.state}"
    return NO_TEAMS


def _as_of_today(
    framework: Framework, establishment: Establishment, notice: Notice, item: LearningSpace | None, *, now: datetime
) -> Notice:
    """The days late (or left) are those of the day it is sent, however long it had to wait."""
    if item is None or not {"days_late", "days_left"} & notice.facts.keys():
        return notice
    counted = {key: value for key, value in notice.facts.items() if key not in ("days_late", "days_left")}
    on = Calendar.of(framework).local_date(now)
    return replace(notice, facts={**counted, **header(framework, establishment, item, on=on)})


def _beat(session: Session, now: datetime) -> None:
    last = heartbeats.last(session, PULSE)
    if last is None or not timedelta(0) <= now - last.at < PULSE_EVERY:
        heartbeats.beat(session, PULSE, now)
