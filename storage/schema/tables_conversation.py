"""The table of typed conversations: where each person is in a form they answer by typing. No text is kept in it."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, String, Table

from storage.engine.metadata import metadata
from storage.engine.types import UtcDateTime

typed_conversations = Table(
    "typed_conversations",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("form", String(60), nullable=False),  # the form's key in the framework file
    Column("subject", String(64), nullable=False),  # the opaque token of what the form is about
    Column("question", String(120), nullable=False),  # asked last; '*' at the end, before it is sent
    Column("back_to", String(120), nullable=False, server_default=""),  # where to go on after a correction
    Column("version", Integer, nullable=False),  # of the draft when the question was asked
    Column("due_on", Date),  # as it was when the question was asked
    Column("asked_at", UtcDateTime, nullable=False),
)
