"""Letters that were sent, their threads and their calendar invitations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_0005"
down_revision = "2026_11_23_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only additions, so an older copy of the data is complete in the new schema."""
    op.create_table(
        "letters",
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("notice", sa.Integer(), nullable=True),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("event", sa.String(length=20), server_default="", nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("in_reply_to", sa.String(length=400), server_default="", nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("remote_id", sa.String(length=400), server_default="", nullable=False),
        sa.Column("composed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_letters"),
    )
    carries = sa.text("notice IS NOT NULL")
    op.create_index(
        "ux_letters_notice", "letters", ["notice"], unique=True, sqlite_where=carries, postgresql_where=carries
    )
    op.create_index("ix_letters_thread", "letters", ["person", "subject"], unique=False)
    op.create_index("ix_letters_token", "letters", ["token"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("uid", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("notice", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uid", name="pk_invitations"),
    )
    op.create_index("ix_invitations_subject", "invitations", ["subject"], unique=False)
    op.create_table(
        "mail_preferences",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("wants", sa.String(length=20), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_mail_preferences"),
    )
    op.create_index("ix_inbox_heard", "inbox", ["person", "channel", "received_at"], unique=False)
