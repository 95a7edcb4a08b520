"""The tables of email that comes in: each message as it came, and what waits for somebody's YES."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, LargeBinary, String, Table, text

from storage.engine.metadata import metadata
from storage.engine.types import UtcDateTime

# One row a message, written before it is understood. The raw message is emptied on the framework's schedule; the row
# stays, so that no message is ever taken in twice.
received_mail = Table(
    "received_mail",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("external_id", String(300), nullable=False, unique=True),  # the mailbox's id, or a digest of the message
    Column("received_at", UtcDateTime, nullable=False),
    Column("from_exchange", Boolean, nullable=False),  # fetched from Exchange, so its own headers may be believed
    Column("raw", LargeBinary),
    Column("size", Integer, nullable=False),
    Column("state", String(20), nullable=False),  # received, answered, ignored, unclear, settled
    Column("kind", String(20), nullable=False, server_default=""),
    Column("person", String(80), nullable=False, server_default=""),  # whose address it came from, if we are sure
    Column("subject", String(40), nullable=False, server_default=""),  # the reference it is about
    Column("reason", String(60), nullable=False, server_default=""),  # why it was ignored, or is unclear
    Column("with_details", Boolean, nullable=False, server_default=text("false")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("done_at", UtcDateTime),
    Column("settled_by", String(80), nullable=False, server_default=""),
)
_waiting = text("state = 'received'")
Index("ix_received_mail_waiting", received_mail.c.id, sqlite_where=_waiting, postgresql_where=_waiting)
_unclear = text("state = 'unclear'")
Index("ix_received_mail_unclear", received_mail.c.id, sqlite_where=_unclear, postgresql_where=_unclear)
_kept = text("raw IS NOT NULL")
Index("ix_received_mail_kept", received_mail.c.received_at, sqlite_where=_kept, postgresql_where=_kept)
Index("ix_received_mail_person", received_mail.c.person, received_mail.c.done_at)

# What a person was read back and has not said YES to yet: one thing for each person and subject.
read_backs = Table(
    "read_backs",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("subject", String(40), primary_key=True),
    Column("what", String(20), nullable=False),  # form, extension, exclusion, decide, action, date, reflection
    Column("facts", JSON, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)
