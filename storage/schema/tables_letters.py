"""The tables of email: letters that went out, their calendar invitations, and who asked for no more email."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table, text

from storage.engine.metadata import metadata
from storage.engine.types import UtcDateTime

# One row a letter, written before it is sent, so that a lost answer is looked up and a reply finds what it answers.
letters = Table(
    "letters",
    metadata,
    Column("message_id", String(200), primary_key=True),  # ours, with its angle brackets
    Column("notice", Integer),  # the notice it carries; empty for an answer to a reply
    Column("person", String(80), nullable=False),
    Column("address", String(320), nullable=False),  # where it was sent, as it stood then
    Column("event", String(20), nullable=False, server_default=""),
    Column("subject", String(40), nullable=False),  # the reference, or what the notice is about
    Column("token", String(40), nullable=False),  # the signed word of the line "please leave this line in your reply"
    Column("in_reply_to", String(400), nullable=False, server_default=""),
    Column("state", String(20), nullable=False),  # composed, sent, unknown, refused, bounced
    Column("remote_id", String(400), nullable=False, server_default=""),  # given by a mailbox instead of ours
    Column("composed_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("reason", String(300), nullable=False, server_default=""),
)
_carries = text("notice IS NOT NULL")
Index("ux_letters_notice", letters.c.notice, unique=True, sqlite_where=_carries, postgresql_where=_carries)
Index("ix_letters_thread", letters.c.person, letters.c.subject)
Index("ix_letters_token", letters.c.token)

# A date in somebody's calendar: one stable id, and a number that grows with every change.
invitations = Table(
    "invitations",
    metadata,
    Column("uid", String(200), primary_key=True),
    Column("person", String(80), nullable=False),
    Column("subject", String(40), nullable=False),
    Column("kind", String(20), nullable=False),  # due, discussion, meeting
    Column("on_day", Date, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("state", String(20), nullable=False),  # standing, cancelled
    Column("notice", Integer),  # the notice whose letter carries it as it stands, so that a second try carries it too
    Column("updated_at", UtcDateTime, nullable=False),
    Column("starts_at", UtcDateTime),  # of a meeting; the others are whole days
)
Index("ix_invitations_subject", invitations.c.subject)

# What a person asked for; nobody has a row until they ask.
mail_preferences = Table(
    "mail_preferences",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("wants", String(20), nullable=False),  # all, escalations
    Column("said_at", UtcDateTime, nullable=False),
)
