"""Whether this database was put back to an earlier state, and up to when what it has to say may have been said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from storage.council import meta
from storage.engine.session import Session
from storage.engine.side_file import ANOTHER, OLDER, PUT_BACK

RESTORED, BY_HAND = "restored", "by_hand"
"""By `restore` from a backup; by other means, which an administrator said."""
HELD_BEFORE = "held_before"
"""The fact that holds the instant before which nothing goes out by itself."""

__all__ = ["ANOTHER", "BY_HAND", "OLDER", "PUT_BACK", "RESTORED", "PutBack", "held_before", "note", "settle", "waiting"]


@dataclass(frozen=True, slots=True)
class PutBack:
    """That the database is not what was served last."""

    why: str
    """'restored', 'by_hand', 'older' or 'another'."""
    as_of: datetime | None = None
    """When it was as it is now, where that is known."""

    def __str__(self) -> str:
        """As it is kept."""
        return f"{self.why}|{self.as_of.astimezone(UTC).isoformat() if self.as_of else ''}"


def waiting(session: Session) -> PutBack | None:
    """What nobody has acted on yet."""
    kept = meta.get(session, PUT_BACK)
    why, _, as_of = kept.partition("|")
    return PutBack(why, datetime.fromisoformat(as_of) if as_of else None) if why else None


def note(session: Session, found: PutBack) -> None:
    """Write down that it was put back; whoever next looks for something to send holds it first."""
    meta.save(session, PUT_BACK, str(found))


def settle(session: Session, *, before: datetime) -> None:
    """It has been acted on: what fell due before that instant is held."""
    meta.save(session, PUT_BACK, "")
    meta.save(session, HELD_BEFORE, before.astimezone(UTC).isoformat())


def held_before(session: Session) -> datetime | None:
    """The instant before which nothing goes out by itself, or None when this database was never put back."""
    kept = meta.get(session, HELD_BEFORE)
    return datetime.fromisoformat(kept) if kept else None
