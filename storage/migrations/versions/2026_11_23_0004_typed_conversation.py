"""Where somebody is in a typed conversation, and which cards live where."""

from __future__ import annotations

import sqlalchemy as sa  # noqa: F401
from alembic import op  # noqa: F401

revision = "2026_11_23_0004"
down_revision = "2026_11_23_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only additions, so an older copy of the data is complete in the new schema."""
