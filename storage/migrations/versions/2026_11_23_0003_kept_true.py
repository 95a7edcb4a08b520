"""What the auditor found and mended, and a submitted form put right."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_0003"
down_revision = "2026_11_23_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only additions, so an older copy of the data is complete in the new schema."""
    op.create_table(
        "findings",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", "subject", "about", name="pk_findings"),
    )
    op.create_index("ix_findings_state", "findings", ["state"], unique=False)
    op.create_table(
        "corrections",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("reopened_by", sa.String(length=120), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("correct_by", sa.Date(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("grade", sa.String(length=60), nullable=False),
        sa.Column("impact", sa.String(length=60), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["reference"], ["allocations.reference"], name="fk_corrections_reference"),
        sa.PrimaryKeyConstraint("reference", "version", name="pk_corrections"),
    )
    asked = sa.text("state = 'asked'")
    op.create_index(
        "ix_corrections_asked", "corrections", ["correct_by"], unique=False, sqlite_where=asked, postgresql_where=asked
    )
    waiting = sa.text("state IN ('pending', 'leased')")
    op.create_index(
        "ix_notices_turns",
        "notices",
        ["recipient", sa.text("urgent DESC"), "due_at", "id"],
        unique=False,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
