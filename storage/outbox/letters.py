"""Letters that went out: written down before they are sent, found again by what a reply carries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from storage.engine.session import Session
from storage.engine.upsert import insert, put
from storage.schema import tables

_letters = tables.letters
_preferences = tables.mail_preferences

COMPOSED, SENT, UNKNOWN, REFUSED, BOUNCED = "composed", "sent", "unknown", "refused", "bounced"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one person, as it is kept: never what it said."""

    message_id: str
    """Ours, with its angle brackets."""
    person: str
    address: str
    subject: str
    """The reference of what it is about."""
    token: str
    """The signed word a reply may carry."""
    composed_at: datetime
    state: str = COMPOSED
    event: str = ""
    notice: int | None = None
    """The notice it carries; None for an answer to a reply."""
    in_reply_to: str = ""
    remote_id: str = ""
    """The Message-ID a mailbox gave it instead of ours, if it did."""
    sent_at: datetime | None = None
    reason: str = ""


def add(session: Session, letter: Letter) -> None:
    """Write down a letter about to be sent."""
    session.execute(insert(session, _letters), asdict(letter))


def of_notice(session: Session, notice_id: int) -> Letter | None:
    """The letter that carries a notice, if one was ever composed."""
    return _first(session, _letters.c.notice == notice_id)


def answer_to(session: Session, person: str, message_id: str, *, since: datetime) -> Letter | None:
    """The answer a person was written to a message of theirs, from an instant on; None without one."""
    theirs = (_letters.c.person == person) & (_letters.c.in_reply_to == message_id) & _letters.c.notice.is_(None)
    return _first(session, theirs & (_letters.c.composed_at >= since))


def by_message_ids(session: Session, message_ids: Collection[str]) -> list[Letter]:
    """The letters among these Message-IDs (what a reply's References name), newest first."""
    if not message_ids:
        return []
    ids = list(message_ids)
    found = select(_letters).where(_letters.c.message_id.in_(ids) | _letters.c.remote_id.in_(ids))
    rows = session.execute(found.order_by(_letters.c.composed_at.desc(), _letters.c.message_id)).mappings()
    return [Letter(**row) for row in rows]


def by_token(session: Session, token: str) -> Letter | None:
    """The letter that carried this signed word, or None."""
    return _first(session, _letters.c.token == token)


def thread(session: Session, person: str, subject: str, *, limit: int = 20) -> list[Letter]:
    """What this person was last written about this subject, oldest first: what the next letter refers to."""
    theirs = (_letters.c.person == person) & (_letters.c.subject == subject) & (_letters.c.state != REFUSED)
    order = (_letters.c.composed_at.desc(), func.coalesce(_letters.c.notice, 0).desc())
    newest = select(_letters).where(theirs).order_by(*order).limit(limit)
    return [Letter(**row) for row in session.execute(newest).mappings()][::-1]


def set_state(
    session: Session, message_id: str, state: str, *, at: datetime | None = None, remote_id: str = "", reason: str = ""
) -> None:
    """What became of a letter."""
    changed: dict[str, object] = {"state": state, "reason": reason[:300]}
    if state == SENT:
        changed["sent_at"] = at
    if remote_id:
        changed["remote_id"] = remote_id[:400]
    session.execute(update(_letters).where(_letters.c.message_id == message_id).values(changed))


def drop(session: Session, message_id: str) -> None:
    """A letter that was written down and never sent is not to be sent."""
    session.execute(delete(_letters).where(_letters.c.message_id == message_id))


def set_address(session: Session, message_id: str, address: str) -> None:
    """The person has another address since the letter was composed, and it has not gone out."""
    session.execute(update(_letters).where(_letters.c.message_id == message_id).values(address=address))


def counts(session: Session) -> dict[str, int]:
    """How many letters there are in each state, of all time."""
    rows = session.execute(select(_letters.c.state, func.count()).group_by(_letters.c.state))
    return dict(tuple(row) for row in rows)


def wants(session: Session, person: str) -> str:
    """What email a person wants: 'all' until they say otherwise, or 'escalations'."""
    said = session.execute(select(_preferences.c.wants).where(_preferences.c.person == person)).scalar()
    return str(said or "all")


def set_wants(session: Session, person: str, what: str, *, at: datetime) -> None:
    """Remember what email a person wants."""
    put(session, _preferences, {"person": person, "wants": what, "said_at": at})


def _first(session: Session, where: object) -> Letter | None:
    row = session.execute(select(_letters).where(where).limit(1)).mappings().first()  # type: ignore[arg-type]
    return Letter(**row) if row else None
