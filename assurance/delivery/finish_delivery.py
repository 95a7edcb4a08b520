"""Write down what a courier answered: sent, later, never or unknown, and what was learnt about the person's channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from assurance.cards.living_cards import QUIET, TEAMS, retire
from assurance.channels.channel_choice import ADDRESS_FAILS
from assurance.common.courier import CourierResult, Delivery
from assurance.delivery.last_sent import note_sent
from assurance.delivery.late_replies import LATE_REPLY, reply_is_over, reply_went
from assurance.delivery.lost import lost
from policy.calendar.calendar import Calendar
from policy.council.ways import MAIL
from policy.framework.framework import Framework
from storage.contact import channels, living_cards
from storage.contact.channels import Card, ChannelState
from storage.engine.session import Session
from storage.outbox import notices as outbox
from storage.outbox.notices import Notice

FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=30)
"""Between two tries of a notice the channel surely did not take; doubled every time."""
BEFORE_A_REPEAT = timedelta(minutes=1)
"""After an answer that was lost; long enough for the channel to have caught up."""


def finish_delivery(
    session: Session, framework: Framework, delivery: Delivery, result: CourierResult, *, now: datetime
) -> bool:
    """Finish a claimed notice by its courier's answer. False when the lease was lost: the answer is somebody else's.

    `unknown` is repeated once, marked; a second one, and `never`, park the notice: it goes the other way, and where
    there is none the QA lead is told who could not be reached. What the courier learnt about the person's channel is
    kept either way.
    """
    notice = delivery.notice
    _keep_what_was_learnt(session, delivery, result, now=now)
    done = outbox.finish(
        session,
        notice.id,
        notice.fence,
        outcome=result.outcome,
        at=now,
        not_before=_next_try(framework, notice, result, now=now),
        remote_id=result.remote_id,
        reason=result.reason,
    )
    if not done:
        return False
    if result.outcome == "sent":
        note_sent(session, notice.channel, now=now)
    if result.outcome == "sent" and notice.event == LATE_REPLY:
        where = result.conversation_id or (delivery.channel_state.conversation_id if delivery.channel_state else "")
        reply_went(session, notice, where, result.remote_id, known=delivery.known, now=now)
        reply_is_over(session, notice, now=now)
    elif result.outcome == "sent":
        _keep_card(session, delivery, result, now=now)
    elif result.outcome == "never" or (result.outcome == "unknown" and notice.unknown_outcomes > 0):
        lost(session, framework, notice, reason=_why(result, notice.channel), now=now)
    return True


def _next_try(framework: Framework, notice: Notice, result: CourierResult, *, now: datetime) -> datetime | None:
    """When to try again, inside the send window unless it is urgent."""
    if result.outcome == "later":
        at = result.retry_at or now + min(FIRST_PAUSE * 2 ** min(notice.attempts, 20), LONGEST_PAUSE)
    elif result.outcome == "unknown":
        at = result.retry_at or now + BEFORE_A_REPEAT
    else:
        return None
    at = max(at, now)
    return at if notice.urgent else Calendar.of(framework).next_send(at)


def _keep_what_was_learnt(session: Session, delivery: Delivery, result: CourierResult, *, now: datetime) -> None:
    person, channel = delivery.person.id, delivery.notice.channel
    if result.conversation_id:
        known = channels.get(session, person, channel) or ChannelState(person, channel, "unknown", now)
        learnt = replace(
            known,
            conversation_id=result.conversation_id,
            service_url=result.service_url or known.service_url,
            channel_user_id=result.learnt.get("channel_user_id", known.channel_user_id),
            bot_id=result.learnt.get("bot_id", known.bot_id),
            tenant_id=result.learnt.get("tenant_id", known.tenant_id),
        )
        if learnt != known:
            channels.save(session, replace(learnt, updated_at=now))
    if result.channel_state and channel == MAIL:
        # The address that failed is kept beside the state: another address starts afresh.
        address = delivery.person.email
        channels.save(
            session,
            ChannelState(person, MAIL, result.channel_state, now, channel_user_id=address, reason=result.reason),
        )
    elif result.channel_state:
        known_state = channels.get(session, person, channel)
        if known_state is None or known_state.state != result.channel_state:
            channels.set_state(session, person, channel, result.channel_state, result.reason, now)


def _keep_card(session: Session, delivery: Delivery, result: CourierResult, *, now: datetime) -> None:
    """The newest message about an item is its living card; the one before it, if there is one, is to say so."""
    person, notice = delivery.person.id, delivery.notice
    state = channels.get(session, person, notice.channel)
    conversation = result.conversation_id or (state.conversation_id if state else "")
    if not (notice.channel == TEAMS and result.remote_id and conversation):
        return
    before = channels.card_of(session, person, notice.subject)
    if before is not None and before.activity_id != result.remote_id:
        retire(session, before, at=now)
    card = Card(person, notice.subject, conversation, result.remote_id, now, notice.event, shown_seq=delivery.known)
    channels.save_card(session, card)
    if living_cards.changed_after(session, notice.subject, delivery.known, quiet=QUIET):
        living_cards.look_again(session, card, at=now)  # it was overtaken on its way


def _why(result: CourierResult, channel: str) -> str:
    if result.outcome == "unknown":
        return "nobody knows whether it arrived"
    if channel == MAIL and result.channel_state:
        return ADDRESS_FAILS
    return result.channel_state or result.reason or "the channel refused it"
