"""Which notices went out together in one message, so that a repeat holds the same ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_0017"
down_revision = "2026_11_30_0016"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Only additions."""
    op.add_column("notices", sa.Column("bundle", sa.Integer(), nullable=False, server_default="0"))
    bundled = sa.text("bundle > 0")
    op.create_index("ix_notices_bundle", "notices", ["bundle"], sqlite_where=bundled, postgresql_where=bundled)
