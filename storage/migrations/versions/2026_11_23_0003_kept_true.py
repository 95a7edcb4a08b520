"""What the auditor found and mended, who opened a form, and a submitted form put right."""

from __future__ import annotations

import sqlalchemy as sa  # noqa: F401
from alembic import op  # noqa: F401

revision = "2026_11_23_0003"
down_revision = "2026_11_23_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only additions, so an older copy of the data is complete in the new schema."""
