"""What stands on a living card after its holder pressed something on it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_0007"
down_revision = "2026_11_23_0006"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Only additions, so an older copy of the data is complete in the new schema."""
    op.add_column("cards", sa.Column("shows", sa.String(length=40), server_default="", nullable=False))
    op.add_column("cards", sa.Column("boxes", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("cards", sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cards", sa.Column("shown_seq", sa.Integer(), server_default=sa.text("0"), nullable=False))
