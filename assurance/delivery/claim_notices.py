"""Claim what may be sent now: each notice is looked at once more, and what is still true goes out to its courier."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assurance.actions.action_ladder import why_moot
from assurance.after_restore.hold import hold_after_restore, hold_older
from assurance.cards.living_cards import card_to_change
from assurance.channels.channel_choice import (
    ADDRESS_FAILS,
    NO_ADDRESS,
    NO_TEAMS,
    choose,
    let_mail_follow,
    not_needed,
    offer,
    ways_of,
)
from assurance.common.courier import Delivery
from assurance.delivery.late_replies import LATE_REPLY, reply_behind, reply_is_over
from assurance.delivery.lost import lost
from assurance.notify.tell import OUTLIVES_SUBMISSION, header
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.council.ways import MAIL, TEAMS, Ways
from policy.framework.framework import Framework
from policy.lifecycle.reference import ACTION
from storage.casework import actions, learning_spaces
from storage.casework.learning_spaces import SUBMITTED, LearningSpace
from storage.contact import channels, living_cards
from storage.council import establishment as establishments
from storage.council import heartbeats
from storage.engine.session import Session
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
    gone to someone else, is cancelled here. The claimer's couriers are the ways there are: a notice takes the one that
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
        rest = hold_older(session, framework, claimed, before=held_before, now=now)
        sent_on = _still_to_send(session, framework, rest, claimer.couriers, now=now)
        deliveries += sent_on
        if len(claimed) == len(sent_on) < wanted:
            break
    return deliveries


def _still_to_send(
    session: Session, framework: Framework, claimed: list[Notice], couriers: Collection[str], *, now: datetime
) -> list[Delivery]:
    establishment = establishments.current(session)
    items = learning_spaces.by_references(session, (notice.subject for notice in claimed))
    tracked = actions.by_references(session, (one.subject for one in claimed if one.subject.startswith(f"{ACTION}-")))
    known = living_cards.newest_change(session) if claimed else 0
    deliveries = []
    for notice in claimed:
        item = items.get(notice.subject)
        action = tracked.get(notice.subject)
        moot = why_moot(action, notice) if action else _moot(notice, item)
        moot = moot or not_needed(session, framework, notice)
        reply = reply_behind(session, notice, now=now) if notice.event == LATE_REPLY else None
        if reply is not None:
            notice = replace(notice, facts={"said": reply.message})  # for its words: they are kept apart
        elif notice.event == LATE_REPLY:
            reply_is_over(session, notice, now=now)
            moot = moot or "no answer to anything any more"
        if moot:
            outbox.finish(session, notice.id, notice.fence, outcome="cancelled", at=now, reason=moot)
            continue
        person = establishment.people.get(notice.recipient)
        teams = channels.get(session, notice.recipient, TEAMS)
        ways = ways_of(session, person, teams, couriers) if person else Ways(teams=False, mail=False)
        way = choose(framework, notice, ways) if person else ""
        if reply is not None and way != TEAMS:
            way = ""  # they asked there, and their own answers go into no email
        if person is None or not way:
            hopeless = "has left the council" if person is None else _why_closed(session, notice)
            outbox.finish(session, notice.id, notice.fence, outcome="never", at=now, reason=hopeless)
            lost(session, framework, notice, reason=hopeless, now=now)
            continue
        if way != notice.channel:
            outbox.move_to(session, notice.id, way)
            notice = replace(notice, channel=way)
        let_mail_follow(session, framework, notice, ways, now=now)
        on_teams = way == TEAMS
        deliveries.append(
            Delivery(
                notice=_as_of_today(framework, establishment, notice, item, now=now),
                person=person,
                channel_state=teams if on_teams else channels.get(session, person.id, way),
                card=card_to_change(session, framework, establishment, notice, now=now) if on_teams else None,
                item=item,
                known=known,
            )
        )
    return deliveries


def _moot(notice: Notice, item: LearningSpace | None) -> str:
    """Why a notice need not be sent any more, or empty."""
    if item is None or notice.event in OUTLIVES_SUBMISSION:
        return ""
    if not item.is_open:
        return "the learning space was submitted" if item.state == SUBMITTED else f"the learning space is {item.state}"
    if "auditor" in notice.recipient_role.split("+") and notice.recipient != item.person:
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
