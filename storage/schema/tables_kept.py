"""The tables of what is kept true: what the auditor of our own work found, and submitted forms put right."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, text

from storage.engine.metadata import metadata
from storage.engine.types import Json, UtcDateTime

# Every difference ever found between what must exist and what is; one that has gone keeps its row for a while.
findings = Table(
    "findings",
    metadata,
    Column("kind", String(40), primary_key=True),
    Column("subject", String(80), primary_key=True),
    Column("about", String(120), primary_key=True),  # which of several: a step, a notice, a row
    Column("detail", String(300), nullable=False),  # a sentence with ids and dates, nobody's name
    Column("part", String(20), nullable=False),  # which round looks for it: work, chain
    Column("state", String(20), nullable=False),  # policy.lifecycle: wrong, mended, gone
    Column("tries", Integer, nullable=False, server_default="0"),  # how often it was mended; it came back each time
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),  # when it was mended or found gone
)
Index("ix_findings_state", findings.c.state)

# A submitted form that is put right: the earlier form, whole, beside why and by when.
corrections = Table(
    "corrections",
    metadata,
    Column("reference", String(40), ForeignKey("allocations.reference"), primary_key=True),
    Column("version", Integer, primary_key=True),  # 1 is the form as it was first submitted
    Column("state", String(20), nullable=False),  # policy.lifecycle: asked, corrected, lapsed
    Column("reason", String(60), nullable=False),
    Column("reopened_by", String(120), nullable=False),
    Column("reopened_at", UtcDateTime, nullable=False),
    Column("correct_by", Date, nullable=False),
    Column("answers", Json, nullable=False),
    Column("grade", String(60), nullable=False),
    Column("impact", String(60), nullable=False),
    Column("submitted_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
)
_asked = text("state = 'asked'")
Index("ix_corrections_asked", corrections.c.correct_by, sqlite_where=_asked, postgresql_where=_asked)
