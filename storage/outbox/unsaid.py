"""Notices that wait until what they are about can no longer be taken back, and what becomes of them if it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa

from storage.engine.session import Session
from storage.engine.spelt_out import one_of
from storage.schema.tables import notices

TAKEN_BACK = "|back "
"""What the key of a notice holds once what it was about was taken back; it stands in nobody's way after that."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written at an instant (UTC) about these subjects, of these events; what is urgent is never among it."""

    subjects: Collection[str]
    events: Collection[str]
    at: datetime

    def facts(self) -> dict[str, object]:
        return {"about": list(self.subjects), "said": list(self.events), "written_at": self.at}


_then = (notices.c.created_at == sa.bindparam("written_at"), notices.c.urgent.is_(False))
_written = (
    notices.c.subject.in_(sa.bindparam("about", expanding=True)),
    notices.c.event.in_(sa.bindparam("said", expanding=True)),
    *_then,
)
_BEGUN = sa.select(notices.c.id).where(*_written, notices.c.state.not_in(("pending", "recorded", "cancelled"))).limit(1)
_CANCEL = (
    sa.update(notices)
    .where(*_written, notices.c.key.not_like(f"%{TAKEN_BACK}%"))
    .values(state="cancelled", reason=sa.bindparam("why"), key=notices.c.key + sa.bindparam("mark"))
)
_REVIVE = (
    sa.update(notices)
    .where(
        notices.c.subject == sa.bindparam("whose"),
        notices.c.state == "cancelled",
        notices.c.reason == sa.bindparam("why"),
    )
    .values(state="pending", reason="")
)


@cache
def _wait(events: tuple[str, ...]) -> sa.Update:
    return (
        sa.update(notices)
        .where(
            notices.c.subject == sa.bindparam("whose"),
            one_of(notices.c.event, events),
            *_then,
            notices.c.not_before < sa.bindparam("until"),
        )
        .values(not_before=sa.bindparam("until"), sendable_at=sa.bindparam("until"))
    )


def wait_until(session: Session, written: Written, *, until: datetime) -> None:
    """It is said from then on, and not before."""
    asked = [{"whose": one, "written_at": written.at, "until": until} for one in written.subjects]
    session.execute(_wait(tuple(written.events)), asked)


def any_begun(session: Session, written: Written) -> bool:
    """Whether any of it is being said, has been said, or may have been before a restore."""
    return session.execute(_BEGUN, written.facts()).first() is not None


def take_back(session: Session, written: Written, *, reason: str) -> None:
    """None of it is said, and the same may be written again."""
    mark = f"{TAKEN_BACK}{written.at:%Y-%m-%dT%H:%M:%S.%f}"
    session.execute(_CANCEL, {**written.facts(), "why": reason, "mark": mark})


def revive(session: Session, subject: str, *, cancelled_because: str) -> None:
    """What was cancelled for this reason waits again, as before."""
    session.execute(_REVIVE, {"whose": subject, "why": cancelled_because})
