"""The tables that say what was done and that somebody was looking: history and heartbeats."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    String,
    Table,
)

from storage.engine.metadata import metadata
from storage.engine.types import Json, UtcDateTime

history = Table(
    "history",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("verb", String(60), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("detail", Json, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
Index("ix_history_subject", history.c.subject)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("detail", Json, nullable=False),
)
