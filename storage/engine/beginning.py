"""What begins with some letters, by an index on both databases, whatever language PostgreSQL sorts in."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from storage.engine.session import Session

AFTER_ALL = "~"
"""Sorts after every letter, figure and hyphen, byte by byte."""


def begins_with(session: Session, column: sa.Column[Any], text: str) -> sa.ColumnElement[bool]:
    """Whether a column begins with a text of capital letters, figures and hyphens, and of nothing else.

    SQLite compares byte by byte, so a range reads the index of the column. PostgreSQL may sort as a language does,
    where hyphens count for nothing; there a pattern reads the index made for it (`varchar_pattern_ops`).
    """
    if session.dialect == "sqlite":
        return sa.and_(column >= text, column < f"{text}{AFTER_ALL}")
    return column.like(f"{text}%")
