"""Releases that can still be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_0015"
down_revision = "2026_11_30_0014"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Only an addition: a copy of the bot that does not know the table releases at once, as it always did."""
    op.create_table(
        "pressed_releases",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("pressed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["reference"], ["allocations.reference"]),
        sa.PrimaryKeyConstraint("reference"),
    )
    op.create_index("ix_pressed_releases_opens_at", "pressed_releases", ["opens_at"])
