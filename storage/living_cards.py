"""The cards that people hold: which of them say something that is no longer so, and who brings them up to date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from policy.actor import Actor
from storage import meta
from storage.channels import Card
from storage.session import Session
from storage.tables import cards, drafts, form_drafts, history

CURSOR = "living_cards_seq"
"""The fact that holds the number of the last row of history whose cards have been looked for."""
PAGE = 500

_COLUMNS = tuple(cards.c[name] for name in Card.__dataclass_fields__)
_CHANGES = (
    sa.select(history.c.seq, history.c.at, history.c.verb, history.c.subject)
    .where(history.c.seq > sa.bindparam("after"))
    .order_by(history.c.seq)
    .limit(PAGE)
)
_NEWEST = sa.select(sa.func.coalesce(sa.func.max(history.c.seq), 0))
# Spelt out, not bound: only then does a database see that the index of these will do.
_STALE = sa.text("cards.try_at IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Change:
    """One row of history, as much of it as says whose cards to look for."""

    seq: int
    at: datetime
    verb: str
    subject: str


@dataclass(frozen=True, slots=True)
class StaleCard:
    """A card to bring up to date, and since when what it shows is not so."""

    card: Card
    stale_since: datetime


def changes(session: Session) -> list[Change]:
    """The next rows of history nobody has looked at for cards; the first look begins at the newest row."""
    known = meta.get(session, CURSOR)
    if not known:
        meta.save(session, CURSOR, str(session.execute(_NEWEST).scalar_one()))
        return []
    return [Change(*row) for row in session.execute(_CHANGES, {"after": int(known)})]


def looked_at(session: Session, seq: int) -> None:
    """Remember how far the history has been looked at."""
    meta.save(session, CURSOR, str(seq))


def behind(session: Session) -> bool:
    """Whether there is history nobody has looked at yet, or nobody has ever looked. Reads only."""
    known = meta.get(session, CURSOR)
    return not known or int(known) < int(session.execute(_NEWEST).scalar_one())


def mark_stale(session: Session, subject: str, *, at: datetime) -> int:
    """Every card anyone holds of a subject is to be looked at again; how many those are."""
    marked = sa.update(cards).where(cards.c.subject == subject).values(stale_since=at, try_at=at)
    return session.execute(marked).rowcount


def claim(session: Session, *, now: datetime, until: datetime, limit: int) -> list[StaleCard]:
    """Up to `limit` stale cards whose turn it is, for whoever asks until `until`; the longest stale first."""
    ready = (
        sa.select(*_COLUMNS, cards.c.stale_since)
        .where(_STALE, cards.c.try_at <= now)
        .order_by(cards.c.try_at, cards.c.person, cards.c.subject)
        .limit(limit)
    )
    found = [StaleCard(Card(*row[:-1]), row[-1]) for row in session.execute(ready)]
    for one in found:
        session.execute(sa.update(cards).where(_is(one.card)).values(try_at=until))
    return found


def next_try_at(session: Session) -> datetime | None:
    """When the next stale card may be tried, or None when every card says what is so."""
    found: datetime | None = session.execute(sa.select(sa.func.min(cards.c.try_at)).where(_STALE)).scalar()
    return found


def up_to_date(session: Session, one: StaleCard) -> None:
    """It says what is so, unless something changed again while it was being told."""
    session.execute(
        sa.update(cards)
        .where(_is(one.card), cards.c.stale_since == one.stale_since)
        .values(stale_since=None, try_at=None)
    )


def try_again(session: Session, one: StaleCard, *, at: datetime) -> None:
    """Not now; later."""
    session.execute(sa.update(cards).where(_is(one.card)).values(try_at=at))


def forget(session: Session, card: Card) -> None:
    """The card is gone, or there is nobody to hold it any more."""
    session.execute(sa.delete(cards).where(_is(card)))


def busy_since(session: Session, person: str, subject: str) -> datetime | None:
    """When this person last saved an unfinished form about the subject, or did anything with it; None if never."""
    found: list[datetime] = []
    for table in (drafts, form_drafts):
        of = (table.c.reference == subject, table.c.person == person)
        found += session.execute(sa.select(table.c.updated_at).where(*of)).scalars()
    did = (history.c.subject == subject, history.c.actor == str(Actor.person(person)))
    last = session.execute(sa.select(sa.func.max(history.c.at)).where(*did)).scalar()
    return max([*found, *([last] if last else [])], default=None)


def _is(card: Card) -> sa.ColumnElement[bool]:
    return (cards.c.person == card.person) & (cards.c.subject == card.subject)
