"""What a practitioner answers to their opened result."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_0014"
down_revision = "2026_11_30_0013"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Only additions, so an older copy of the data is complete in the new schema."""
    op.add_column("reflections", sa.Column("reply", sa.Text(), server_default="", nullable=False))
    op.add_column("reflections", sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True))
