"""The tables of learning spaces: runs, items, answers, drafts, and the actions, loops and red flags they set off."""

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
    UniqueConstraint,
    text,
)

from storage.engine.metadata import metadata
from storage.engine.types import Json, UtcDateTime

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

# A month that is to be given out, with the ladder it climbs until it is.
allocation_months = Table(
    "allocation_months",
    metadata,
    Column("month", Date, primary_key=True),  # its first day
    Column("begins_on", Date, nullable=False),  # its first working day, or the day the council came if that is later
    Column("ladder", Json, nullable=False),  # the steps it was promised
    Column("steps_done", Json, nullable=False),  # names of the steps already judged
    Column("next_step_at", UtcDateTime),
    Column("given_out_at", UtcDateTime),  # when its first draw was approved
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
    Column("extended_from", Date),  # the due date it had before it was extended
    Column("paused_on", Date),  # the day its clock was stopped; no step is judged while it stands
    Column("paused_days", Integer, nullable=False, server_default="0"),
    Column("released_at", UtcDateTime),  # from then on the practitioner may see the result
    Column("released_by", String(80), nullable=False, server_default=""),
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
# Sent in, and the practitioner has not seen the result yet.
_unreleased = text("released_at IS NULL AND submitted_at IS NOT NULL")
Index(
    "ix_allocations_unreleased",
    allocations.c.submitted_at,
    sqlite_where=_unreleased,
    postgresql_where=_unreleased,
)
Index(
    "ix_allocations_open_since",
    allocations.c.allocated_on,
    sqlite_where=_open_items,
    postgresql_where=_open_items,
)

Index("ix_allocations_practitioner", allocations.c.practitioner, allocations.c.state)
# What is open, in numbers: answered from the index alone, however many years of sent-in ones there are.
_still_owed = text("state IN ('allocated', 'opened')")
Index(
    "ix_allocations_owed",
    allocations.c.function,
    allocations.c.due_on,
    allocations.c.paused_days,
    allocations.c.paused_on,
    allocations.c.post,
    sqlite_where=_still_owed,
    postgresql_where=_still_owed,
)

# References by how they begin, where PostgreSQL sorts as a language does; on SQLite the primary key does it.
_BEGINS = {"reference": "varchar_pattern_ops"}
Index("ix_allocations_begins", allocations.c.reference, postgresql_ops=_BEGINS).ddl_if(dialect="postgresql")

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
    Column("final_at", UtcDateTime),  # its form was sent in, and can be taken back until then
)
_sent = text("final_at IS NOT NULL")
Index("ix_drafts_sent", drafts.c.final_at, sqlite_where=_sent, postgresql_where=_sent)

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
    Column("token", String(32), nullable=False, server_default=""),
    Column("set_by", String(80), nullable=False, server_default=""),
    Column("evidence_kind", String(60), nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("asked_due_on", Date),  # a new date its owner asks for; the setter agrees or not
    Column("moved_from", Date),  # the due date it had before another one was agreed
    Column("ladder_key", String(60), nullable=False, server_default=""),
    Column("steps_done", Json, nullable=False, server_default="[]"),
    Column("next_step_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
)
_due_actions = text("next_step_at IS NOT NULL")
Index("ix_actions_due", actions.c.next_step_at, sqlite_where=_due_actions, postgresql_where=_due_actions)
Index("ix_actions_owner", actions.c.owner, actions.c.state)
Index("ix_actions_token", actions.c.token)
Index("ix_actions_begins", actions.c.reference, postgresql_ops=_BEGINS).ddl_if(dialect="postgresql")
_asked_actions = text("asked_due_on IS NOT NULL")
Index("ix_actions_asked", actions.c.asked_due_on, sqlite_where=_asked_actions, postgresql_where=_asked_actions)

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
    Column("steps_done", Json, nullable=False, server_default="[]"),
    Column("form", Json, nullable=False, server_default="{}"),  # the closing-the-loop form, parts A to D
    Column("filled_by", String(80), nullable=False, server_default=""),
    Column("returned_because", Text, nullable=False, server_default=""),
    Column("closed_because", Text, nullable=False, server_default=""),  # stood down, or not testable
    Column("submissions", Integer, nullable=False, server_default="0"),  # how often the form was sent in
    Column("own_reaudit", Boolean, nullable=False, server_default=text("false")),  # QA wants one of its own (A38)
    Column("closed_at", UtcDateTime),
    Column("meeting_at", UtcDateTime),  # the meeting that is booked, until it is held or called off
    Column("meeting_number", Integer, nullable=False, server_default="0"),  # how often one was booked
    Column("meeting_heard", Integer, nullable=False, server_default="0"),  # the last the practitioner was told of
)
_due_loops = text("next_step_at IS NOT NULL")
Index("ix_loops_due", loops.c.next_step_at, sqlite_where=_due_loops, postgresql_where=_due_loops)
Index("ix_loops_practitioner", loops.c.practitioner)
Index("ix_loops_begins", loops.c.reference, postgresql_ops=_BEGINS).ddl_if(dialect="postgresql")

red_flags = Table(
    "red_flags",
    metadata,
    Column("reference", String(40), ForeignKey("allocations.reference"), primary_key=True),
    Column("raised_by", String(80), nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("told", Json, nullable=False),  # role words, and the time the auditor says they were told
    Column("acknowledged_by", String(80), nullable=False, server_default=""),
    Column("acknowledged_at", UtcDateTime),
    Column("next_chase_at", UtcDateTime),
    Column("chases", Integer, nullable=False, server_default="0"),
)
_chased = text("next_chase_at IS NOT NULL")
Index("ix_red_flags_chase", red_flags.c.next_chase_at, sqlite_where=_chased, postgresql_where=_chased)
