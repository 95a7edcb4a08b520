"""What the auditor of our own work found, as rows: still wrong, mended, or gone by itself."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.session import Session
from storage.engine.upsert import put
from storage.schema.tables import findings

WRONG, MENDED, GONE = "wrong", "mended", "gone"


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One row of `findings`. Its states are `policy.lifecycle.FINDING`."""

    kind: str
    subject: str
    """A reference, a month, or 'history'."""
    about: str
    """Which of several of this kind and subject."""
    detail: str
    part: str
    """The round that looks for it; when that round ends without it, it has gone."""
    state: str
    tries: int
    """How often it was mended. It is here again, so that did not help."""
    first_seen: datetime
    last_seen: datetime
    closed_at: datetime | None = None


_NAMES = tuple(one.name for one in fields(FindingRow))
_SELECT = sa.select(*(findings.c[name] for name in _NAMES))
_ONE = _SELECT.where(
    findings.c.kind == sa.bindparam("of_kind"),
    findings.c.subject == sa.bindparam("of_subject"),
    findings.c.about == sa.bindparam("of_about"),
)


def find(session: Session, kind: str, subject: str, about: str) -> FindingRow | None:
    """A finding as it was kept before, or None."""
    row = session.execute(_ONE, {"of_kind": kind, "of_subject": subject, "of_about": about}).first()
    return FindingRow(*row) if row else None


def save(session: Session, row: FindingRow) -> None:
    """Keep a finding, in place of what was kept of it before."""
    put(session, findings, {name: getattr(row, name) for name in _NAMES})


def wrong(session: Session, limit: int | None = None) -> list[FindingRow]:
    """What is wrong now and not mended, oldest first."""
    rows = session.execute(
        _SELECT.where(findings.c.state == WRONG).order_by(findings.c.first_seen, findings.c.subject).limit(limit)
    )
    return [FindingRow(*row) for row in rows]


def wrong_by_kind(session: Session) -> dict[str, int]:
    """How many of each kind are wrong now and not mended."""
    rows = session.execute(
        sa.select(findings.c.kind, sa.func.count()).where(findings.c.state == WRONG).group_by(findings.c.kind)
    )
    return dict(tuple(row) for row in rows)


def close_unseen(session: Session, part: str, *, since: datetime, at: datetime) -> int:
    """What a whole round begun at `since` did not find again has gone; how many that were."""
    done = session.execute(
        sa.update(findings)
        .where(findings.c.part == part, findings.c.state == WRONG, findings.c.last_seen < since)
        .values(state=GONE, closed_at=at)
    )
    return done.rowcount


def forget_closed(session: Session, before: datetime) -> int:
    """Drop what was mended or had gone before an instant; how many that were."""
    past: Any = sa.delete(findings).where(findings.c.state != WRONG, findings.c.closed_at < before)
    return session.execute(past).rowcount
