"""Claim what may be sent now: each notice is looked at once more, and what is still true goes out to its courier."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from assurance.action_ladder import why_moot
from assurance.courier import Delivery
from assurance.tell import OUTLIVES_SUBMISSION, header
from assurance.unreachable import report_unreachable
from policy.calendar import Calendar
from policy.establishment import Establishment
from policy.framework import Framework
from policy.reference import ACTION
from storage import actions, channels, heartbeats, learning_spaces
from storage import establishment as establishments
from storage import notices as outbox
from storage.channels import ChannelState
from storage.learning_spaces import SUBMITTED, LearningSpace
from storage.notices import Notice
from storage.session import Session

PULSE = "dispatcher"
"""The heartbeat of whoever claims, written at most once in `PULSE_EVERY`."""
PULSE_EVERY = timedelta(seconds=10)
LEASE = timedelta(minutes=2)
"""How long a claimed notice belongs to its claimer; longer than any courier's deadline."""

NEVER_FROM_HERE = ("blocked", "disabled")
"""Channel states only the person or an administrator can end; an uninstalled app may still be installed again."""


def claim_notices(
    session: Session,
    framework: Framework,
    *,
    owner: str,
    now: datetime,
    limit: int = 50,
    lease: timedelta = LEASE,
) -> list[Delivery]:
    """Up to `limit` deliveries for `owner` alone until the lease runs out; urgent ones first, then the longest due.

    Outside the send window only urgent ones. A notice whose item has been submitted or withdrawn meanwhile, or has
    gone to someone else, is cancelled here; one for a person who has left or blocked the bot is parked and the QA lead
    told.
    """
    _beat(session, now)
    urgent_only = not Calendar.of(framework).in_send_window(now)
    for notice in outbox.about_to_be_parked(session, now=now):
        report_unreachable(session, framework, notice, reason="nobody knows whether it arrived", now=now)
    deliveries: list[Delivery] = []
    while len(deliveries) < limit:
        wanted = limit - len(deliveries)
        claimed = outbox.claim(session, owner=owner, now=now, lease=lease, limit=wanted, urgent_only=urgent_only)
        deliveries += _still_to_send(session, framework, claimed, now=now)
        if len(claimed) < wanted:
            break
    return deliveries


def _still_to_send(session: Session, framework: Framework, claimed: list[Notice], *, now: datetime) -> list[Delivery]:
    establishment = establishments.current(session)
    items = learning_spaces.by_references(session, (notice.subject for notice in claimed))
    tracked = actions.by_references(session, (one.subject for one in claimed if one.subject.startswith(f"{ACTION}-")))
    deliveries = []
    for notice in claimed:
        item = items.get(notice.subject)
        action = tracked.get(notice.subject)
        moot = why_moot(action, notice) if action else _moot(notice, item)
        if moot:
            outbox.finish(session, notice.id, notice.fence, outcome="cancelled", at=now, reason=moot)
            continue
        state = channels.get(session, notice.recipient, notice.channel)
        hopeless = _hopeless(notice, establishment, state)
        if hopeless:
            outbox.finish(session, notice.id, notice.fence, outcome="never", at=now, reason=hopeless)
            report_unreachable(session, framework, notice, reason=hopeless, now=now)
            continue
        deliveries.append(
            Delivery(
                notice=_as_of_today(framework, establishment, notice, item, now=now),
                person=establishment.people[notice.recipient],
                channel_state=state,
                card=channels.card_of(session, notice.recipient, notice.subject),
                item=item,
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


def _hopeless(notice: Notice, establishment: Establishment, state: ChannelState | None) -> str:
    """Why there is no point in trying, or empty."""
    if notice.recipient not in establishment.people:
        return "has left the council"
    if state is not None and state.state in NEVER_FROM_HERE:
        return f"{notice.channel}: {state.state}"
    return ""


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
