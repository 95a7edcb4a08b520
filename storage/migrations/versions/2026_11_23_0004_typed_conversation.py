"""Where somebody is in a typed conversation, and which cards live where."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_0004"
down_revision = "2026_11_23_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only additions, so an older copy of the data is complete in the new schema."""
    _typed_conversations()
    _living_cards()
    _what_a_home_card_reads()


def _typed_conversations() -> None:
    op.create_table(
        "typed_conversations",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("question", sa.String(length=120), nullable=False),
        sa.Column("back_to", sa.String(length=120), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_typed_conversations"),
    )


def _living_cards() -> None:
    op.add_column("cards", sa.Column("event", sa.String(length=20), server_default="", nullable=False))
    op.add_column("cards", sa.Column("stale_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cards", sa.Column("try_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_cards_subject", "cards", ["subject"], unique=False)
    _index("ix_cards_stale", "cards", ["try_at"], "try_at IS NOT NULL")


def _what_a_home_card_reads() -> None:
    _index("ix_notices_parked", "notices", ["created_at"], "state = 'parked'")
    op.create_index("ix_allocations_practitioner", "allocations", ["practitioner", "state"], unique=False)
    _index(
        "ix_allocations_owed",
        "allocations",
        ["function", "due_on", "paused_days", "paused_on", "post"],
        "state IN ('allocated', 'opened')",
    )


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, unique=False, sqlite_where=only, postgresql_where=only)
