"""The whole life of a learning space: more time, pauses, actions, moderation, closing the loop, digests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_0002"
down_revision = "2026_11_23_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only additions, so an older copy of the data is complete in the new schema."""
    op.create_table(
        "digests",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("person", "kind", "period", name="pk_digests"),
    )
    op.create_table(
        "form_drafts",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reference", "form", "person", name="pk_form_drafts"),
    )
    op.create_table(
        "pauses",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("set_by", sa.String(length=120), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pauses"),
    )
    op.create_table(
        "holds",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("held_by", sa.String(length=80), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["allocations.reference"], name="fk_holds_reference"),
        sa.PrimaryKeyConstraint("reference", name="pk_holds"),
    )
    op.create_table(
        "moderations",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("draw", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("moderator", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("selected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("original_grade", sa.String(length=60), nullable=False),
        sa.Column("original_impact", sa.String(length=60), nullable=False),
        sa.Column("moderated_grade", sa.String(length=60), server_default="", nullable=False),
        sa.Column("moderated_impact", sa.String(length=60), server_default="", nullable=False),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booked_on", sa.Date(), nullable=True),
        sa.Column("form", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("outcome", sa.String(length=20), server_default="", nullable=False),
        sa.Column("discussed_on", sa.Date(), nullable=True),
        sa.Column("stale", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("decided_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("steps_done", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["subject"], ["allocations.reference"], name="fk_moderations_subject"),
        sa.PrimaryKeyConstraint("reference", name="pk_moderations"),
        sa.UniqueConstraint("subject", name="uq_moderations_subject"),
        sa.UniqueConstraint("token", name="uq_moderations_token"),
    )
    due_moderations = sa.text("next_step_at IS NOT NULL")
    op.create_index(
        "ix_moderations_due",
        "moderations",
        ["next_step_at"],
        unique=False,
        sqlite_where=due_moderations,
        postgresql_where=due_moderations,
    )
    op.create_index("ix_moderations_moderator", "moderations", ["moderator", "state"], unique=False)
    op.create_table(
        "reflections",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["allocations.reference"], name="fk_reflections_reference"),
        sa.PrimaryKeyConstraint("reference", name="pk_reflections"),
    )
    op.create_table(
        "requests",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("new_due_on", sa.Date(), nullable=True),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["reference"], ["allocations.reference"], name="fk_requests_reference"),
        sa.PrimaryKeyConstraint("token", name="pk_requests"),
    )
    op.create_index("ix_requests_reference", "requests", ["reference", "state"], unique=False)
    op.add_column("actions", sa.Column("token", sa.String(length=32), server_default="", nullable=False))
    op.add_column("actions", sa.Column("set_by", sa.String(length=80), server_default="", nullable=False))
    op.add_column("actions", sa.Column("evidence_kind", sa.String(length=60), server_default="", nullable=False))
    op.add_column("actions", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column("actions", sa.Column("asked_due_on", sa.Date(), nullable=True))
    op.add_column("actions", sa.Column("moved_from", sa.Date(), nullable=True))
    op.add_column("actions", sa.Column("ladder_key", sa.String(length=60), server_default="", nullable=False))
    op.add_column("actions", sa.Column("steps_done", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("actions", sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("actions", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    open_actions = sa.text("next_step_at IS NOT NULL")
    op.create_index("ix_actions_token", "actions", ["token"])
    asked = sa.text("asked_due_on IS NOT NULL")
    op.create_index(
        "ix_actions_asked", "actions", ["asked_due_on"], unique=False, sqlite_where=asked, postgresql_where=asked
    )
    op.create_index(
        "ix_actions_due",
        "actions",
        ["next_step_at"],
        unique=False,
        sqlite_where=open_actions,
        postgresql_where=open_actions,
    )
    op.create_index("ix_actions_owner", "actions", ["owner", "state"], unique=False)
    op.add_column("allocations", sa.Column("extended_from", sa.Date(), nullable=True))
    op.add_column("allocations", sa.Column("paused_on", sa.Date(), nullable=True))
    op.add_column("allocations", sa.Column("paused_days", sa.Integer(), server_default="0", nullable=False))
    op.add_column("allocations", sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("allocations", sa.Column("released_by", sa.String(length=80), server_default="", nullable=False))
    op.add_column("loops", sa.Column("steps_done", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("loops", sa.Column("form", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("loops", sa.Column("filled_by", sa.String(length=80), server_default="", nullable=False))
    op.add_column("loops", sa.Column("returned_because", sa.Text(), server_default="", nullable=False))
    op.add_column("loops", sa.Column("closed_because", sa.Text(), server_default="", nullable=False))
    op.add_column("loops", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("loops", sa.Column("submissions", sa.Integer(), server_default="0", nullable=False))
    own_reaudit: sa.Column[bool] = sa.Column(
        "own_reaudit", sa.Boolean(), server_default=sa.text("false"), nullable=False
    )
    op.add_column("loops", own_reaudit)
    _index("ix_loops_due", "loops", "next_step_at", "next_step_at IS NOT NULL")
    op.create_index("ix_loops_practitioner", "loops", ["practitioner"], unique=False)
    op.add_column("red_flags", sa.Column("next_chase_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("red_flags", sa.Column("chases", sa.Integer(), server_default="0", nullable=False))
    _index("ix_red_flags_chase", "red_flags", "next_chase_at", "next_chase_at IS NOT NULL")
    unreleased = "released_at IS NULL AND submitted_at IS NOT NULL"
    _index("ix_allocations_unreleased", "allocations", "submitted_at", unreleased)
    _index("ix_allocations_open_since", "allocations", "allocated_on", "next_step_at IS NOT NULL")
    for_digest = "state = 'recorded' AND reason = 'for the morning message'"
    _index("ix_notices_digest", "notices", "not_before", for_digest)


def _index(name: str, table: str, column: str, where: str) -> None:
    only = sa.text(where)
    op.create_index(name, table, [column], unique=False, sqlite_where=only, postgresql_where=only)
