"""The first schema: the establishment, learning spaces, the outbox, the channels, the history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every table, spelt out as it was on the day, whatever storage/schema/tables.py says now."""
    op.create_table(
        "actions",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("evidence_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reference", name="pk_actions"),
    )
    op.create_table(
        "allocation_runs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("proposed_by", sa.String(length=120), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=120), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_allocation_runs"),
    )
    op.create_table(
        "cards",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("conversation_id", sa.String(length=500), nullable=False),
        sa.Column("activity_id", sa.String(length=300), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", "subject", name="pk_cards"),
    )
    op.create_table(
        "cases",
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("function", sa.String(length=60), nullable=False),
        sa.Column("team", sa.String(length=200), nullable=False),
        sa.Column("practitioner", sa.String(length=80), nullable=False),
        sa.Column("iro_post", sa.String(length=80), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("ref", name="pk_cases"),
    )
    op.create_table(
        "channel_states",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("service_url", sa.String(length=500), server_default="", nullable=False),
        sa.Column("conversation_id", sa.String(length=500), server_default="", nullable=False),
        sa.Column("channel_user_id", sa.String(length=300), server_default="", nullable=False),
        sa.Column("bot_id", sa.String(length=300), server_default="", nullable=False),
        sa.Column("tenant_id", sa.String(length=80), server_default="", nullable=False),
        sa.Column("reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", "channel", name="pk_channel_states"),
    )
    op.create_table(
        "cover",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("post", sa.String(length=80), nullable=False),
        sa.Column("deputy", sa.String(length=80), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cover"),
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_heartbeats"),
    )
    op.create_table(
        "history",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_history"),
    )
    op.create_index("ix_history_subject", "history", ["subject"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("external_id", sa.String(length=300), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.String(length=80), server_default="", nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "external_id", name="pk_inbox"),
    )
    op.create_table(
        "leave",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_leave"),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=250), nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("step", sa.String(length=20), server_default="", nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=80), nullable=False),
        sa.Column("recipient_role", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("lease_owner", sa.String(length=80), server_default="", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unknown_outcomes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("repeat", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remote_id", sa.String(length=300), server_default="", nullable=False),
        sa.Column("reason", sa.String(length=300), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("key", name="uq_notices_key"),
    )
    op.create_index("ix_notices_subject", "notices", ["subject"], unique=False)
    op.create_index(
        "ix_notices_waiting",
        "notices",
        ["not_before"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'leased')"),
        postgresql_where=sa.text("state IN ('pending', 'leased')"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("entra_object_id", sa.String(length=80), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_index("ix_people_entra", "people", ["entra_object_id"], unique=False)
    op.create_table(
        "posts",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("function", sa.String(length=60), nullable=False),
        sa.Column("team", sa.String(length=200), nullable=False),
        sa.Column("line_manager_post", sa.String(length=80), server_default="", nullable=False),
        sa.Column("holder", sa.String(length=80), server_default="", nullable=False),
        sa.Column("learning_space", sa.Boolean(), nullable=False),
        sa.Column("dip_sample", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
    )
    op.create_index("ix_posts_holder", "posts", ["holder"], unique=False)
    op.create_table(
        "allocations",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("activity", sa.String(length=60), nullable=False),
        sa.Column("stream", sa.String(length=60), server_default="", nullable=False),
        sa.Column("post", sa.String(length=80), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("function", sa.String(length=60), nullable=False),
        sa.Column("case_ref", sa.String(length=80), nullable=False),
        sa.Column("case_function", sa.String(length=60), nullable=False),
        sa.Column("practitioner", sa.String(length=80), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("quarter", sa.String(length=10), nullable=False),
        sa.Column("allocated_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("cross_function_reason", sa.String(length=60), server_default="", nullable=False),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("framework_version", sa.String(length=40), nullable=False),
        sa.Column("ladder", sa.JSON(), nullable=False),
        sa.Column("steps_done", sa.JSON(), nullable=False),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("grade", sa.String(length=60), server_default="", nullable=False),
        sa.Column("impact", sa.String(length=60), server_default="", nullable=False),
        sa.Column("moderation_flag", sa.String(length=60), server_default="", nullable=False),
        sa.Column("parent_loop", sa.String(length=40), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["run"], ["allocation_runs.id"], name="fk_allocations_run"),
        sa.PrimaryKeyConstraint("reference", name="pk_allocations"),
        sa.UniqueConstraint("post", "month", "case_ref", name="uq_allocations_post_month_case"),
        sa.UniqueConstraint("token", name="uq_allocations_token"),
    )
    op.create_index(
        "ix_allocations_due",
        "allocations",
        ["next_step_at"],
        unique=False,
        sqlite_where=sa.text("next_step_at IS NOT NULL"),
        postgresql_where=sa.text("next_step_at IS NOT NULL"),
    )
    op.create_index("ix_allocations_person", "allocations", ["person", "state"], unique=False)
    op.create_index("ix_allocations_post_quarter", "allocations", ["post", "quarter"], unique=False)
    op.create_table(
        "answers",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["allocations.reference"], name="fk_answers_reference"),
        sa.PrimaryKeyConstraint("reference", name="pk_answers"),
    )
    op.create_table(
        "drafts",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["allocations.reference"], name="fk_drafts_reference"),
        sa.PrimaryKeyConstraint("reference", "person", name="pk_drafts"),
    )
    op.create_table(
        "loops",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("practitioner", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meet_by", sa.Date(), nullable=False),
        sa.Column("return_by", sa.Date(), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("authorised_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("authorised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reaudit_due_on", sa.Date(), nullable=True),
        sa.Column("reaudit_reference", sa.String(length=40), server_default="", nullable=False),
        sa.Column("result", sa.String(length=60), server_default="", nullable=False),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["subject"], ["allocations.reference"], name="fk_loops_subject"),
        sa.PrimaryKeyConstraint("reference", name="pk_loops"),
        sa.UniqueConstraint("subject", name="uq_loops_subject"),
        sa.UniqueConstraint("token", name="uq_loops_token"),
    )
    op.create_table(
        "red_flags",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("raised_by", sa.String(length=80), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("acknowledged_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["reference"], ["allocations.reference"], name="fk_red_flags_reference"),
        sa.PrimaryKeyConstraint("reference", name="pk_red_flags"),
    )
