"""Messages that are held after the database was put back are found without reading all the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_0013"
down_revision = "2026_11_30_0012"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Only an index."""
    held = sa.text("state = 'held'")
    op.create_index("ix_notices_held", "notices", ["due_at"], unique=False, sqlite_where=held, postgresql_where=held)
