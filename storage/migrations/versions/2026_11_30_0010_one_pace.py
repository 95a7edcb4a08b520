"""What copies of the bot share: the pace of letters, and the card with a text box somebody has in front of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_0010"
down_revision = "2026_11_30_0009"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Only additions."""
    op.create_table(
        "mail_turns",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail_turns"),
    )
    op.create_index("ix_mail_turns_at", "mail_turns", ["at"])
    op.create_table(
        "open_boxes",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_open_boxes"),
    )
    op.create_index("ix_open_boxes_shown", "open_boxes", ["shown_at"])
