"""Why more time was declined, in the words of whoever did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_0020"
down_revision = "2026_11_30_0019"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Only an addition."""
    op.add_column("requests", sa.Column("because", sa.Text(), nullable=False, server_default=""))
