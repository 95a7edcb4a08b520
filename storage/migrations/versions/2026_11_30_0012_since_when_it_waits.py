"""When a notice might first be sent, kept through its retries, so that its age is counted from there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_0012"
down_revision = "2026_11_30_0011"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """An addition; what waits already has the time of its next try, and an older copy of the bot leaves it empty."""
    op.add_column("notices", sa.Column("sendable_at", sa.DateTime(timezone=True), nullable=True))
