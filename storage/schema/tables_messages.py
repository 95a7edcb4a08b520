"""The tables of messages: the outbox, what came in, how people are reached, the cards they have."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    text,
)

from storage.engine.metadata import metadata
from storage.engine.types import Json, UtcDateTime

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(250), nullable=False, unique=True),  # event|subject|step|recipient
    Column("event", String(20), nullable=False),
    Column("step", String(20), nullable=False, server_default=""),
    Column("subject", String(40), nullable=False),
    Column("recipient", String(80), nullable=False),
    Column("recipient_role", String(200), nullable=False),  # several joined by '+' when one person is told once
    Column("channel", String(10), nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),  # when the event fell due
    Column("not_before", UtcDateTime, nullable=False),  # when it may next be tried
    Column("created_at", UtcDateTime, nullable=False),
    Column("state", String(20), nullable=False),  # one of policy.lifecycle.NOTICE
    Column("facts", Json, nullable=False),  # ids, dates and counts only: what the message may contain
    Column("lease_owner", String(80), nullable=False, server_default=""),
    Column("lease_until", UtcDateTime),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("unknown_outcomes", Integer, nullable=False, server_default="0"),
    Column("repeat", Boolean, nullable=False, server_default=text("false")),
    Column("sent_at", UtcDateTime),
    Column("remote_id", String(300), nullable=False, server_default=""),
    Column("reason", String(300), nullable=False, server_default=""),  # why parked, cancelled or only recorded
    Column("held_fence", Integer, nullable=False, server_default="0"),  # the claim that has not begun to post it yet
    Column("sendable_at", UtcDateTime),  # when it might first be sent; a retry moves not_before, never this
    Column("bundle", Integer, nullable=False, server_default="0"),  # the notice it goes out in one message with; or 0
)
_waiting = text("state IN ('pending', 'leased')")
Index("ix_notices_waiting", notices.c.not_before, sqlite_where=_waiting, postgresql_where=_waiting)
Index("ix_notices_subject", notices.c.subject)
# Everybody's own queue in its order, so that who comes next is read without reading who waits longest.
Index(
    "ix_notices_turns",
    notices.c.recipient,
    notices.c.urgent.desc(),
    notices.c.due_at,
    notices.c.id,
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)
_parked = text("state = 'parked'")
Index("ix_notices_parked", notices.c.created_at, sqlite_where=_parked, postgresql_where=_parked)
_bundled = text("bundle > 0")
Index("ix_notices_bundle", notices.c.bundle, sqlite_where=_bundled, postgresql_where=_bundled)
_held = text("state = 'held'")
Index("ix_notices_held", notices.c.due_at, sqlite_where=_held, postgresql_where=_held)
# Kept for somebody's next morning message: reading them costs what is in them, not what was ever recorded.
_for_digest = text("state = 'recorded' AND reason = 'for the morning message'")
Index("ix_notices_digest", notices.c.not_before, sqlite_where=_for_digest, postgresql_where=_for_digest)

# Answers to typed lines that the channel would not take: dropped when they have gone out.
late_replies = Table(
    "late_replies",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("person", String(80), nullable=False),
    Column("message", Json, nullable=False),  # what stands in the person's own chat once it has gone out
    Column("maybe_sent", Boolean, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)
Index("ix_late_replies_person", late_replies.c.person, late_replies.c.id)

# What has already come in, so that the same delivery twice has one effect.
inbox = Table(
    "inbox",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("external_id", String(300), primary_key=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("person", String(80), nullable=False, server_default=""),
    Column("outcome", Json),  # no text anyone typed: only what happened, by reference
)
# Whether somebody has been heard from since a moment is asked before an email follows a Teams message.
Index("ix_inbox_heard", inbox.c.person, inbox.c.channel, inbox.c.received_at)

channel_states = Table(
    "channel_states",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("channel", String(10), primary_key=True),
    Column("state", String(20), nullable=False),  # policy.lifecycle: unknown, reachable, blocked, uninstalled, disabled
    Column("service_url", String(500), nullable=False, server_default=""),
    Column("conversation_id", String(500), nullable=False, server_default=""),
    Column("channel_user_id", String(300), nullable=False, server_default=""),
    Column("bot_id", String(300), nullable=False, server_default=""),
    Column("tenant_id", String(80), nullable=False, server_default=""),
    Column("reason", String(300), nullable=False, server_default=""),
    Column("updated_at", UtcDateTime, nullable=False),
)

# When letters left in the last minute, and until when the mailbox asked to be left alone: one pace for every copy.
mail_turns = Table(
    "mail_turns",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("closed", Boolean, nullable=False),
)
Index("ix_mail_turns_at", mail_turns.c.at)

# The card with a text box each person was shown last, for a day: a text typed beside it is offered to be put there.
open_boxes = Table(
    "open_boxes",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("card", Json, nullable=False),  # as it was shown, with what stood in its boxes
    Column("shown_at", UtcDateTime, nullable=False),
)
Index("ix_open_boxes_shown", open_boxes.c.shown_at)

# The one living card a person has of an item; later news updates it in place.
cards = Table(
    "cards",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("subject", String(40), primary_key=True),
    Column("conversation_id", String(500), nullable=False),
    Column("activity_id", String(300), nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("event", String(20), nullable=False, server_default=""),  # of the news it shows
    Column("stale_since", UtcDateTime),  # what it shows was overtaken; None while it is true
    Column("try_at", UtcDateTime),  # when it may next be brought up to date; claiming it moves this on
    Column("shows", String(40), nullable=False, server_default=""),  # what stands on it since its holder pressed
    Column("boxes", Boolean, nullable=False, server_default=text("false")),  # whether that can be typed in
    Column("shown_at", UtcDateTime),  # when they pressed; None while it stands as it was sent
    Column("shown_seq", Integer, nullable=False, server_default=text("0")),  # the history the channel's copy knows
)
Index("ix_cards_subject", cards.c.subject)
_stale = text("try_at IS NOT NULL")
Index("ix_cards_stale", cards.c.try_at, sqlite_where=_stale, postgresql_where=_stale)
