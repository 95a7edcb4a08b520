"""Write down what a courier answered: sent, later, never or unknown, and what was learnt about the person's channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from assurance.cards.living_cards import TEAMS, retire
from assurance.channels.channel_choice import ADDRESS_FAILS
from assurance.common.courier import NO_WORDS, CourierResult, Delivery
from assurance.common.quiet import QUIET
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
from storage.outbox.notices import Became, Notice

FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=30)
"""Between two tries of a notice the channel surely did not take; doubled every time."""
BEFORE_A_REPEAT = timedelta(minutes=1)
"""After an answer that was lost; long enough for the channel to have caught up."""


def finish_delivery(
    session: Session, framework: Framework, delivery: Delivery, result: CourierResult, *, now: datetime
) -> bool:
    """Finish what was claimed by its courier's answer: several in one message alike.

    False when the lease was lost: the answer is somebody else's.

    `unknown` is repeated once, marked; a second one, and `never`, park the notice: it goes the other way, and where
    there is none the QA lead is told who could not be reached. What the courier learnt about the person's channel is
    kept either way. Somebody heard from while it was on its way can be reached now, whatever the courier found: it is
    tried again at once.
    """
    notice = delivery.notice
    if result.outcome in ("later", "never") and _heard_from_meanwhile(session, delivery):
        result = CourierResult("later", retry_at=now, reason=result.reason)
    if delivery.told_in and result.outcome == "never" and result.reason.startswith(NO_WORDS):
        result = replace(result, outcome="later", retry_at=now)  # each goes alone: one of them is what has no words
    _keep_what_was_learnt(session, delivery, result, now=now)
    not_before = _next_try(framework, notice, result, now=now)
    became = Became(result.outcome, now, not_before, result.remote_id, result.reason)
    done = outbox.finish_together(session, delivery.claims, became)
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
    else:
        for one in delivery.notices:
            if one.id in done and (result.outcome == "never" or (result.outcome == "unknown" and one.unknown_outcomes)):
                lost(session, framework, one, reason=_why(result, one.channel), now=now)
    return True


def _heard_from_meanwhile(session: Session, delivery: Delivery) -> bool:
    """Whether they can be reached in Teams by what came in since it was claimed."""
    if delivery.notice.channel != TEAMS:
        return False
    known, before = channels.get(session, delivery.person.id, TEAMS), delivery.channel_state
    if known is None or known.state != "reachable":
        return False
    return before is None or (before.state, before.conversation_id) != (known.state, known.conversation_id)


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
    subject = delivery.subject
    before = channels.card_of(session, person, subject)
    if before is not None and before.activity_id != result.remote_id:
        retire(session, before, at=now)
    card = Card(person, subject, conversation, result.remote_id, now, delivery.event, shown_seq=delivery.known)
    channels.save_card(session, card)
    about = {one.subject for one in delivery.notices}
    if living_cards.changed_after(session, about, delivery.known, quiet=QUIET):
        living_cards.look_again(session, card, at=now)  # it was overtaken on its way


def _why(result: CourierResult, channel: str) -> str:
    if result.outcome == "unknown":
        return "nobody knows whether it arrived"
    if channel == MAIL and result.channel_state:
        return ADDRESS_FAILS
    return result.channel_state or result.reason or "the channel refused it"
