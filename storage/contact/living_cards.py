"""The cards that people hold: which of them say something that is no longer so, and who brings them up to date."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zlib import crc32

import sqlalchemy as sa

from storage.contact.channels import Card
from storage.council import meta
from storage.engine.session import Session
from storage.engine.spelt_out import one_of
from storage.schema.tables import actions, allocations, cards, history, notices

CURSOR = "living_cards_seq"
"""The fact that holds the number of the last row of history whose cards have been looked for."""
PAGE = 500
BESIDE = "+"
"""Stands in the subject of one more message that shows the subject, before what tells it from the others."""
SPREAD = timedelta(hours=6)
"""A night: over so much of it the cards are spread whose date has gone by."""
LIST = "list-"
"""How the subject of a card begins that shows several things; the number of its bundle of notices follows."""
AFTER_A_SAVE = timedelta(seconds=2)
"""A card follows what its holder saves by so much: whoever answers on and on is not followed word by word."""

_COLUMNS = tuple(cards.c[name] for name in Card.__dataclass_fields__)
_CHANGES = (
    sa.select(history.c.seq, history.c.at, history.c.verb, history.c.subject)
    .where(history.c.seq > sa.bindparam("after"))
    .order_by(history.c.seq)
    .limit(PAGE)
)
_NEWEST = sa.select(sa.func.coalesce(sa.func.max(history.c.seq), 0))
_ANSWERED = (
    sa.update(cards)
    .where(cards.c.person == sa.bindparam("whose"), cards.c.activity_id == sa.bindparam("message"))
    .values(shown_at=sa.bindparam("at"))
)
_SHOWS = (
    sa.update(cards)
    .where(
        cards.c.person == sa.bindparam("whose"),
        cards.c.subject == sa.bindparam("about"),
        cards.c.activity_id == sa.bindparam("message"),
    )
    .values({name: sa.bindparam(f"now_{name}") for name in ("shows", "boxes", "shown_at")})
)
_WRITTEN = _SHOWS.values(
    shown_seq=sa.case((cards.c.shown_seq < sa.bindparam("seq"), sa.bindparam("seq")), else_=cards.c.shown_seq)
)
_HAS_A_TURN = (
    sa.update(cards)
    .where(cards.c.person == sa.bindparam("whose"), cards.c.subject == sa.bindparam("about"))
    .values(stale_since=sa.bindparam("at"), try_at=sa.bindparam("turn"))
)


def _lists(told: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The subjects of the messages that these notices went out in with others."""
    return sa.select(sa.literal(LIST) + sa.cast(notices.c.bundle, sa.String)).where(told)


# What every press asks is put together once, not each time: that costs several times what the database takes for it.
_ABOUT = (cards.c.subject == sa.bindparam("about")) | cards.c.subject.like(sa.bindparam("beside"), escape="/")
"""The card of a subject, and every other message that shows it."""
_TOLD = (notices.c.subject == sa.bindparam("about")) & (notices.c.bundle > 0)
_MARK = (
    sa.update(cards)
    .where(
        cards.c.person.in_(
            sa.union(
                sa.select(cards.c.person).where(cards.c.subject == sa.bindparam("about")),
                sa.select(notices.c.recipient).where(_TOLD),
            )
        ),
        _ABOUT | cards.c.subject.in_(_lists(_TOLD)),
        cards.c.shown_seq < sa.bindparam("seq"),
    )
    .values(stale_since=sa.bindparam("at"), try_at=sa.bindparam("at"))
)
_MARK_OWN = (
    sa.update(cards)
    .where(cards.c.person == sa.bindparam("whose"), _ABOUT)
    .values(stale_since=sa.bindparam("at"), try_at=sa.bindparam("turn"))
)
_ON_MESSAGE = (
    sa.select(*_COLUMNS)
    .where(cards.c.person == sa.bindparam("whose"), cards.c.activity_id == sa.bindparam("message"))
    .order_by(cards.c.subject)
)
# Spelt out, not bound: only then does a database see that the index of these will do.
_STALE = sa.text("cards.try_at IS NOT NULL")
_TRUE = sa.text("cards.try_at IS NULL")


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


def mark_stale(session: Session, changed: Collection[Change]) -> int:
    """Every card anyone holds of what has changed, or of a list it is on, is to be looked at again; how many those are.

    Only those of which the channel keeps what was so before that row of history. One change for each subject.
    """
    given = [{**_named(one.subject), "at": one.at, "seq": one.seq} for one in changed]
    return session.execute(_MARK, given).rowcount if given else 0


def mark_gone_by(session: Session, *, since: date, before: date, at: datetime) -> int:
    """The due dates from `since` up to `before` have gone by: the newest card each person holds is to say so.

    Not at once: it is night, nobody waits for it, and a month falls due on one day. So they are spread over `SPREAD`,
    and one that waits to be looked at sooner keeps its turn. How many cards that is.
    """
    passed = sa.union_all(*(_gone_by(table, since, before, at) for table in (allocations, actions)))
    found = session.execute(sa.select(cards.c.person, cards.c.subject).where(cards.c.subject.in_(passed), _TRUE)).all()
    if found:
        whose_turn = [{"whose": who, "about": what, "at": at, "turn": at + _share(who, what)} for who, what in found]
        session.execute(_HAS_A_TURN, whose_turn)
    return len(found)


def _share(who: str, what: str) -> timedelta:
    """How far into the night a card has its turn: always the same for the same card."""
    return SPREAD * (crc32(f"{who} {what}".encode()) % 1000 / 1000)


def _gone_by(table: sa.Table, since: date, before: date, at: datetime) -> sa.Select[tuple[str]]:
    """What was due in those days and is still open: its ladder goes on, within two weeks at the latest."""
    ahead = (sa.text(f"{table.name}.next_step_at IS NOT NULL"), table.c.next_step_at < at + timedelta(days=14))
    return sa.select(table.c.reference).where(*ahead, table.c.due_on >= since, table.c.due_on < before)


def mark_standing_still(session: Session, *, at: datetime) -> None:
    """The clock was stopped: every card of a learning space whose clock stands is to say so."""
    stands = sa.select(allocations.c.reference).where(allocations.c.paused_on.is_not(None))
    lists = _lists((notices.c.bundle > 0) & notices.c.subject.in_(stands))
    for which in (stands, lists):
        session.execute(sa.update(cards).where(cards.c.subject.in_(which)).values(stale_since=at, try_at=at))


def look_again(session: Session, card: Card, *, at: datetime) -> None:
    """One card is to be looked at again."""
    session.execute(sa.update(cards).where(_is(card)).values(stale_since=at, try_at=at))


def follow_draft(session: Session, person: str, subject: str, *, at: datetime) -> None:
    """Somebody saved what they have written so far: their own cards of it are to say how far they have come."""
    session.execute(_MARK_OWN, {**_named(subject), "whose": person, "at": at, "turn": at + AFTER_A_SAVE})


def look_later(session: Session, person: str, subject: str, *, at: datetime) -> None:
    """What somebody's cards of a subject offer holds until then, and is over."""
    session.execute(_MARK_OWN, {**_named(subject), "whose": person, "at": at, "turn": at})


def on_message(session: Session, person: str, activity_id: str) -> list[Card]:
    """What somebody's message is remembered as: mostly one card, or nothing."""
    return [Card(*row) for row in session.execute(_ON_MESSAGE, {"whose": person, "message": activity_id})]


def answered(session: Session, person: str, activity_id: str, *, at: datetime) -> None:
    """Its holder pressed on a message and their client is being answered: it is left to them for a while.

    What the channel keeps is as it was: a card that was marked stays marked.
    """
    session.execute(_ANSWERED, {"whose": person, "message": activity_id, "at": at})


def shows(session: Session, card: Card) -> None:
    """Its holder's client shows something else for now; what the channel keeps is as it was."""
    session.execute(_SHOWS, _on(card))


def written(session: Session, card: Card, subject: str, *, seq: int, at: datetime, quiet: Collection[str]) -> None:
    """What the channel keeps was written at `at`, with all that was known up to row `seq` of history; see `shows`.

    What happened to the subject after that row, apart from what is `quiet`, is still to be said on it.
    """
    done = _written(tuple(sorted(quiet)))
    session.execute(done, {**_on(card), "seq": seq, "at": at, "subject_is": subject})


@cache
def _written(quiet: tuple[str, ...]) -> sa.Update:
    since = sa.exists().where(*_loud(history.c.subject == sa.bindparam("subject_is"), "seq", quiet))
    still_to_say = since | (cards.c.stale_since > sa.bindparam("at"))
    kept = {name: sa.case((still_to_say, cards.c[name]), else_=sa.null()) for name in ("stale_since", "try_at")}
    return _WRITTEN.values(kept)


def rename(session: Session, card: Card, subject: str) -> None:
    """The same message is remembered under another name from now on; everything else of it stands."""
    session.execute(sa.update(cards).where(_is(card)).values(subject=subject))


def newest_change(session: Session) -> int:
    """The number of the newest row of history."""
    return int(session.execute(_NEWEST).scalar_one())


def changed_after(session: Session, subjects: Collection[str], seq: int, *, quiet: Collection[str]) -> bool:
    """Whether anything has happened to any of these after a row of history, apart from what is `quiet`."""
    several = len(subjects) > 1
    about = sorted(subjects) if several else next(iter(subjects), "")
    asked = _changed_after(tuple(sorted(quiet)), several)
    return session.execute(asked, {"about": about, "after": seq}).first() is not None


@cache
def _changed_after(quiet: tuple[str, ...], several: bool) -> sa.Select[Any]:
    subject = history.c.subject
    about = subject.in_(sa.bindparam("about", expanding=True)) if several else subject == sa.bindparam("about")
    return sa.select(history.c.seq).where(*_loud(about, "after", quiet)).limit(1)


def _loud(about: sa.ColumnElement[bool], after: str, quiet: tuple[str, ...]) -> tuple[sa.ColumnElement[bool], ...]:
    """The rows of history after the one bound as `after` that are not quiet."""
    return about, history.c.seq > sa.bindparam(after), sa.not_(one_of(history.c.verb, quiet))


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
    """It says what is so as it stands, unless something changed again meanwhile."""
    session.execute(
        sa.update(cards)
        .where(_is(one.card), cards.c.stale_since == one.stale_since)
        .values(stale_since=None, try_at=None)
    )


def put_anew(session: Session, one: StaleCard, *, at: datetime, seq: int) -> None:
    """It was changed to what was so when it was claimed, at row `seq` of history.

    Whoever pressed on it meanwhile may see that in place of their answer, so it is looked at once more.
    """
    found = session.execute(sa.select(*_COLUMNS).where(_is(one.card))).first()
    if found is not None and Card(*found) == one.card:
        as_sent = {"shows": "", "boxes": False, "shown_at": None, "shown_seq": max(seq, one.card.shown_seq)}
        session.execute(sa.update(cards).where(_is(one.card)).values(as_sent))
        up_to_date(session, one)
    else:
        session.execute(sa.update(cards).where(_is(one.card)).values(stale_since=at, try_at=at))


def try_again(session: Session, one: StaleCard, *, at: datetime) -> None:
    """Not now; later."""
    session.execute(sa.update(cards).where(_is(one.card)).values(try_at=at))


def forget_beside(session: Session, card: Card) -> None:
    """The message of a card says nothing of the other things it came to show for a while."""
    others = (cards.c.activity_id == card.activity_id, cards.c.subject != card.subject)
    passing = cards.c.subject.contains(BESIDE, autoescape=True)
    session.execute(sa.delete(cards).where(cards.c.person == card.person, passing, *others))


def forget(session: Session, card: Card) -> None:
    """The card is gone, or there is nobody to hold it any more."""
    session.execute(sa.delete(cards).where(_is(card)))


def _named(subject: str) -> dict[str, str]:
    """A subject, and what the names of every other message that shows it are like, for a statement with `_ABOUT`."""
    plain = subject.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return {"about": subject, "beside": f"{plain}{BESIDE}%"}


def _on(card: Card) -> dict[str, object]:
    """The card on its message, and what its holder's client shows there now, for a statement that is built once."""
    which = {"whose": card.person, "about": card.subject, "message": card.activity_id}
    return {**which, "now_shows": card.shows, "now_boxes": card.boxes, "now_shown_at": card.shown_at}


def _is(card: Card) -> sa.ColumnElement[bool]:
    """This card on this message; a newer message about the same has the row for itself."""
    row = (cards.c.person == card.person) & (cards.c.subject == card.subject)
    return row & (cards.c.activity_id == card.activity_id)
