"""The tables of what happens beside and after a learning space: requests, pauses, moderation, digests."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from storage.engine.metadata import metadata
from storage.engine.types import Json, UtcDateTime

# An auditor's request for more time or to be let off, and its decision (R101, A23).
requests = Table(
    "requests",
    metadata,
    Column("token", String(32), primary_key=True),  # opaque; what the decision card carries
    Column("reference", String(40), ForeignKey("allocations.reference"), nullable=False),
    Column("kind", String(20), nullable=False),  # extension, exclusion
    Column("reason", String(60), nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("new_due_on", Date),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("state", String(20), nullable=False),  # asked, agreed, declined, expired
    Column("decided_by", String(80), nullable=False, server_default=""),
    Column("decided_at", UtcDateTime),
    Column("because", Text, nullable=False, server_default=""),  # why it was declined
)
Index("ix_requests_reference", requests.c.reference, requests.c.state)

# The QA lead's discretion: one step of one item, held once (A22).
holds = Table(
    "holds",
    metadata,
    Column("reference", String(40), ForeignKey("allocations.reference"), primary_key=True),
    Column("step", String(20), nullable=False),
    Column("until", Date, nullable=False),
    Column("reason", String(60), nullable=False),
    Column("held_by", String(80), nullable=False),
    Column("held_at", UtcDateTime, nullable=False),
)

# Days on which the clock of open items stands still: an inspection freeze, a practice week.
pauses = Table(
    "pauses",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(40), nullable=False),
    Column("starts", Date, nullable=False),
    Column("ends", Date),  # empty while it goes on
    Column("set_by", String(120), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
)

# What a practitioner adds in their own words before the grade is final.
reflections = Table(
    "reflections",
    metadata,
    Column("reference", String(40), ForeignKey("allocations.reference"), primary_key=True),
    Column("person", String(80), nullable=False),
    Column("text", Text, nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("reply", Text, nullable=False, server_default=""),
    Column("replied_at", UtcDateTime),
)

pressed_releases = Table(
    "pressed_releases",
    metadata,
    Column("reference", String(40), ForeignKey("allocations.reference"), primary_key=True),
    Column("person", String(80), nullable=False),
    Column("pressed_at", UtcDateTime, nullable=False),
    Column("opens_at", UtcDateTime, nullable=False, index=True),
)

moderations = Table(
    "moderations",
    metadata,
    Column("reference", String(40), primary_key=True),  # MO-2026Q3-004
    Column("token", String(32), nullable=False, unique=True),
    Column("subject", String(40), ForeignKey("allocations.reference"), nullable=False, unique=True),
    Column("why", String(40), nullable=False),  # inadequate, random, soft_check, requested
    Column("draw", Json, nullable=False, server_default="{}"),  # seed, stratum and place, so that it can be repeated
    Column("moderator", String(80), nullable=False),
    Column("state", String(20), nullable=False),
    Column("selected_at", UtcDateTime, nullable=False),
    Column("original_grade", String(60), nullable=False),
    Column("original_impact", String(60), nullable=False),
    Column("moderated_grade", String(60), nullable=False, server_default=""),
    Column("moderated_impact", String(60), nullable=False, server_default=""),
    Column("graded_at", UtcDateTime),
    Column("booked_on", Date),  # the day the talk with the original manager is booked for
    Column("form", Json, nullable=False, server_default="{}"),
    Column("outcome", String(20), nullable=False, server_default=""),  # agreed, raised, lowered, not_agreed
    Column("discussed_on", Date),
    Column("stale", Boolean, nullable=False, server_default=text("false")),
    Column("decided_by", String(80), nullable=False, server_default=""),
    Column("closed_at", UtcDateTime),
    Column("steps_done", Json, nullable=False, server_default="[]"),
    Column("next_step_at", UtcDateTime),
)
_due_moderations = text("next_step_at IS NOT NULL")
Index(
    "ix_moderations_due",
    moderations.c.next_step_at,
    sqlite_where=_due_moderations,
    postgresql_where=_due_moderations,
)
Index("ix_moderations_moderator", moderations.c.moderator, moderations.c.state)
Index("ix_moderations_begins", moderations.c.reference, postgresql_ops={"reference": "varchar_pattern_ops"}).ddl_if(
    dialect="postgresql"
)

# Drafts of every other form than the learning space's: closing the loop, moderation, requests, action updates.
form_drafts = Table(
    "form_drafts",
    metadata,
    Column("reference", String(40), primary_key=True),
    Column("form", String(60), primary_key=True),
    Column("person", String(80), primary_key=True),
    Column("answers", Json, nullable=False),
    Column("step", String(60), nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

# What was sent as a digest: one for each person, kind and day or week or month.
digests = Table(
    "digests",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("period", String(20), primary_key=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("facts", Json, nullable=False),
)
