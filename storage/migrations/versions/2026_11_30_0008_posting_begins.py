"""The claim of a notice under which nothing has been posted yet, so that what a crash leaves is sorted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_0008"
down_revision = "2026_11_23_0007"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Only an addition: a copy of the bot that does not know it writes another fence, which says nothing."""
    op.add_column("notices", sa.Column("held_fence", sa.Integer(), server_default=sa.text("0"), nullable=False))
