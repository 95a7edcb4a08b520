"""Answers to typed lines that the channel would not take, until they have gone out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.engine.types import Json, UtcDateTime

revision = "2026_11_30_0009"
down_revision = "2026_11_30_0008"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Only an addition."""
    op.create_table(
        "late_replies",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("message", Json(), nullable=False),
        sa.Column("maybe_sent", sa.Boolean(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_late_replies"),
    )
    op.create_index("ix_late_replies_person", "late_replies", ["person", "id"])
