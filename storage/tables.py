"""Every table we keep, in one place. Columns say what they hold when the name cannot."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.types import Json, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# -- the establishment ------------------------------------------------------------------------------------------------

people = Table(
    "people",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("name", String(300), nullable=False),
    Column("email", String(320), nullable=False),
    Column("entra_object_id", String(80), nullable=False, server_default=""),
)
Index("ix_people_entra", people.c.entra_object_id)

posts = Table(
    "posts",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("title", String(300), nullable=False),
    Column("role", String(60), nullable=False),
    Column("function", String(60), nullable=False),
    Column("team", String(200), nullable=False),
    Column("line_manager_post", String(80), nullable=False, server_default=""),
    Column("holder", String(80), nullable=False, server_default=""),
    Column("learning_space", Boolean, nullable=False),
    Column("dip_sample", Boolean, nullable=False),
    Index("ix_posts_holder", "holder"),
)

cases = Table(
    "cases",
    metadata,
    Column("ref", String(80), primary_key=True),
    Column("function", String(60), nullable=False),
    Column("team", String(200), nullable=False),
    Column("practitioner", String(80), nullable=False),
    Column("iro_post", String(80), nullable=False, server_default=""),
)

cover = Table(
    "cover",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("post", String(80), nullable=False),
    Column("deputy", String(80), nullable=False),
    Column("starts", Date, nullable=False),
    Column("ends", Date, nullable=False),
)

leave = Table(
    "leave",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("person", String(80), nullable=False),
    Column("starts", Date, nullable=False),
    Column("ends", Date, nullable=False),
)

# Small facts about the whole council: 'establishment_version', 'framework_version', ...
meta = Table(
    "meta",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("value", Text, nullable=False),
)

# -- learning spaces --------------------------------------------------------------------------------------------------

allocation_runs = Table(
    "allocation_runs",
    metadata,
    Column("id", String(32), primary_key=True),  # opaque; what a proposal card carries
    Column("month", Date, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("state", String(20), nullable=False),  # proposed, approved, withdrawn
    Column("proposed_by", String(120), nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("decided_by", String(120), nullable=False, server_default=""),
    Column("decided_at", UtcDateTime),
    Column("detail", Json, nullable=False),  # picks and exceptions, each with its why
)

allocations = Table(
    "allocations",
    metadata,
    Column("reference", String(40), primary_key=True),  # LS-2026Q3-014
    Column("token", String(32), nullable=False, unique=True),  # 128 random bits; what cards carry
    Column("activity", String(60), nullable=False),
    Column("stream", String(60), nullable=False, server_default=""),
    Column("post", String(80), nullable=False),
    Column("person", String(80), nullable=False),
    Column("function", String(60), nullable=False),
    Column("case_ref", String(80), nullable=False),
    Column("case_function", String(60), nullable=False),
    Column("practitioner", String(80), nullable=False),
    Column("month", Date, nullable=False),
    Column("quarter", String(10), nullable=False),  # 2026-27Q3
    Column("allocated_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("deadline_at", UtcDateTime, nullable=False),
    Column("state", String(20), nullable=False),
    Column("why", Json, nullable=False),
    Column("cross_function_reason", String(60), nullable=False, server_default=""),
    Column("run", String(32), ForeignKey("allocation_runs.id"), nullable=False),
    Column("framework_version", String(40), nullable=False),
    Column("ladder", Json, nullable=False),  # the steps this item was promised
    Column("steps_done", Json, nullable=False),  # names of the steps already judged
    Column("next_step_at", UtcDateTime),
    Column("opened_at", UtcDateTime),
    Column("submitted_at", UtcDateTime),
    Column("submitted_by", String(80), nullable=False, server_default=""),
    Column("grade", String(60), nullable=False, server_default=""),
    Column("impact", String(60), nullable=False, server_default=""),
    Column("moderation_flag", String(60), nullable=False, server_default=""),
    Column("parent_loop", String(40), nullable=False, server_default=""),
    UniqueConstraint("post", "month", "case_ref", name="uq_allocations_post_month_case"),
)
Index("ix_allocations_person", allocations.c.person, allocations.c.state)
Index("ix_allocations_post_quarter", allocations.c.post, allocations.c.quarter)
# Only open items have a next step, so a sweep reads what is due and nothing else.
_open_items = text("next_step_at IS NOT NULL")
Index(
    "ix_allocations_due",
    allocations.c.next_step_at,
    sqlite_where=_open_items,
    postgresql_where=_open_items,
)

# The form as it was submitted, apart from the item so that it can be purged on its own schedule.
answers = Table(
    "answers",
    metadata,
    Column("reference", String(40), ForeignKey("allocations.reference"), primary_key=True),
    Column("answers", Json, nullable=False),
    Column("submitted_at", UtcDateTime, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("reference", String(40), ForeignKey("allocations.reference"), primary_key=True),
    Column("person", String(80), primary_key=True),
    Column("answers", Json, nullable=False),
    Column("step", String(60), nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

actions = Table(
    "actions",
    metadata,
    Column("reference", String(40), primary_key=True),  # AC-2026Q3-031
    Column("subject", String(40), nullable=False),  # the learning space it came from
    Column("owner", String(80), nullable=False),
    Column("what", Text, nullable=False),
    Column("kind", String(60), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", String(20), nullable=False),
    Column("evidence_on", Date),
    Column("created_at", UtcDateTime, nullable=False),
)

loops = Table(
    "loops",
    metadata,
    Column("reference", String(40), primary_key=True),  # CL-2026Q3-003
    Column("token", String(32), nullable=False, unique=True),
    Column("subject", String(40), ForeignKey("allocations.reference"), nullable=False, unique=True),
    Column("practitioner", String(80), nullable=False),
    Column("state", String(20), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("meet_by", Date, nullable=False),
    Column("return_by", Date, nullable=False),
    Column("met_on", Date),
    Column("submitted_at", UtcDateTime),
    Column("authorised_by", String(80), nullable=False, server_default=""),
    Column("authorised_at", UtcDateTime),
    Column("reaudit_due_on", Date),
    Column("reaudit_reference", String(40), nullable=False, server_default=""),
    Column("result", String(60), nullable=False, server_default=""),
    Column("next_step_at", UtcDateTime),
)

red_flags = Table(
    "red_flags",
    metadata,
    Column("reference", String(40), ForeignKey("allocations.reference"), primary_key=True),
    Column("raised_by", String(80), nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("told", Json, nullable=False),  # role words, and the time the auditor says they were told
    Column("acknowledged_by", String(80), nullable=False, server_default=""),
    Column("acknowledged_at", UtcDateTime),
)

# -- the outbox -------------------------------------------------------------------------------------------------------

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
    Column("state", String(20), nullable=False),  # policy.lifecycle: pending, leased, sent, parked, cancelled, recorded
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
)
_waiting = text("state IN ('pending', 'leased')")
Index("ix_notices_waiting", notices.c.not_before, sqlite_where=_waiting, postgresql_where=_waiting)
Index("ix_notices_subject", notices.c.subject)

# -- channels ---------------------------------------------------------------------------------------------------------

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

# The one living card a person has of an item; later news updates it in place.
cards = Table(
    "cards",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("subject", String(40), primary_key=True),
    Column("conversation_id", String(500), nullable=False),
    Column("activity_id", String(300), nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
)

# -- the history and the pulse ----------------------------------------------------------------------------------------

history = Table(
    "history",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("verb", String(60), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("detail", Json, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
Index("ix_history_subject", history.c.subject)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("detail", Json, nullable=False),
)
