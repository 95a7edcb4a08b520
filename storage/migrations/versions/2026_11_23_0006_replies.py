"""Emails that came in: kept raw, understood once, and waiting for YES."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_0006"
down_revision = "2026_11_23_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only additions, so an older copy of the data is complete in the new schema."""
    op.create_table(
        "received_mail",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("external_id", sa.String(length=300), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_exchange", sa.Boolean(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), server_default="", nullable=False),
        sa.Column("person", sa.String(length=80), server_default="", nullable=False),
        sa.Column("subject", sa.String(length=40), server_default="", nullable=False),
        sa.Column("reason", sa.String(length=60), server_default="", nullable=False),
        sa.Column("with_details", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=80), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_received_mail"),
        sa.UniqueConstraint("external_id", name="uq_received_mail_external_id"),
    )
    _index("ix_received_mail_waiting", ["id"], "state = 'received'")
    _index("ix_received_mail_unclear", ["id"], "state = 'unclear'")
    _index("ix_received_mail_kept", ["received_at"], "raw IS NOT NULL")
    op.create_index("ix_received_mail_person", "received_mail", ["person", "done_at"], unique=False)
    op.create_table(
        "read_backs",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", "subject", name="pk_read_backs"),
    )


def _index(name: str, columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, "received_mail", columns, unique=False, sqlite_where=only, postgresql_where=only)
