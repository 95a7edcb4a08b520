"""Months that are to be given out: when each begins, and what was said about it so far."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_0011"
down_revision = "2026_11_30_0010"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Only an addition, so an older copy of the data is complete in the new schema; the next sweep fills it."""
    op.create_table(
        "allocation_months",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ladder", sa.JSON(), nullable=False),
        sa.Column("steps_done", sa.JSON(), nullable=False),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("month", name="pk_allocation_months"),
    )
