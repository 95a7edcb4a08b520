"""The draft of a form that was sent in, kept until that can no longer be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.engine.types import UtcDateTime

revision = "2026_11_30_0019"
down_revision = "2026_11_30_0018"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Only an addition: a copy of the bot that does not know it drops a draft when its form is sent in, as ever."""
    op.add_column("drafts", sa.Column("final_at", UtcDateTime(), nullable=True))
    sent = sa.text("final_at IS NOT NULL")
    op.create_index("ix_drafts_sent", "drafts", ["final_at"], sqlite_where=sent, postgresql_where=sent)
