"""The meeting of a loop: when it is, how often one was booked, and the hour in people's calendars."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.engine.types import UtcDateTime

revision = "2026_11_30_0016"
down_revision = "2026_11_30_0015"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Only additions."""
    op.add_column("loops", sa.Column("meeting_at", UtcDateTime(), nullable=True))
    op.add_column("loops", sa.Column("meeting_number", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("loops", sa.Column("meeting_heard", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("invitations", sa.Column("starts_at", UtcDateTime(), nullable=True))
