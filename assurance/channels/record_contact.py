"""Remember how a person is reached: every word from them proves they can be, an uninstall that they cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from assurance.channels.identify import FRONT_DESK
from policy.lifecycle.lifecycle import CHANNEL, START, move
from storage.contact import channels
from storage.contact.channels import ChannelState
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices


def record_contact(
    session: Session,
    person: str,
    *,
    channel: str = "teams",
    service_url: str = "",
    conversation_id: str = "",
    channel_user_id: str = "",
    bot_id: str = "",
    tenant_id: str = "",
    now: datetime,
) -> bool:
    """A person has just been heard from in a conversation of their own. True if anything we knew has changed.

    Somebody who can be reached again is sent at once what was put off while they could not. What is left empty stays
    as it was known: the channel does not repeat everything every time.
    """
    known = channels.get(session, person, channel)
    before = known or ChannelState(person, channel, START, now)
    after = replace(
        before,
        state=move(CHANNEL, before.state, "hear_from"),
        reason="",
        service_url=service_url or before.service_url,
        conversation_id=conversation_id or before.conversation_id,
        channel_user_id=channel_user_id or before.channel_user_id,
        bot_id=bot_id or before.bot_id,
        tenant_id=tenant_id or before.tenant_id,
    )
    if after == before:
        return False
    channels.save(session, replace(after, updated_at=now))
    if before.state != after.state:
        notices.hasten(session, person, channel, at=now)
        _note(session, person, channel, after.state, before.state, now)
    return True


def record_installation(
    session: Session,
    person: str,
    *,
    installed: bool,
    channel: str = "teams",
    service_url: str = "",
    conversation_id: str = "",
    channel_user_id: str = "",
    bot_id: str = "",
    tenant_id: str = "",
    now: datetime,
) -> bool:
    """The app was added for a person, or taken away. True if anything we knew has changed."""
    if installed:
        return record_contact(
            session,
            person,
            channel=channel,
            service_url=service_url,
            conversation_id=conversation_id,
            channel_user_id=channel_user_id,
            bot_id=bot_id,
            tenant_id=tenant_id,
            now=now,
        )
    known = channels.get(session, person, channel)
    before = known.state if known else "unknown"
    after = move(CHANNEL, before, "uninstall")
    if known and before == after:
        return False
    channels.set_state(session, person, channel, after, "the app was removed", now)
    _note(session, person, channel, after, before, now)
    return True


def _note(session: Session, person: str, channel: str, after: str, before: str, now: datetime) -> None:
    detail = {"channel": channel, "before": before}
    history.append(session, at=now, actor=FRONT_DESK, verb=f"channel_{after}", subject=person, detail=detail)
