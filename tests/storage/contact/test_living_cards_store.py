"""Which cards say something that is no longer so: marked by subject, by history and by message, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage.contact import channels, living_cards
from storage.contact.channels import ELSE, Card
from storage.contact.living_cards import AFTER_A_SAVE, BESIDE
from storage.engine.database import Database
from storage.engine.session import Session

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ITEM, OTHER = "LS-2026Q3-014", "LS-2026Q3-0145"
MINE = Card("p-0052", ITEM, "a:1", "1", NOON, "E1")
LIST = replace(MINE, subject=f"{ITEM}{BESIDE}2", activity_id="2")
THEIRS = Card("p-0045", ITEM, "a:2", "3", NOON, "E11")
NEXT_ONE = replace(MINE, subject=OTHER, activity_id="4")


def stale(session: Session, at: datetime = NOON) -> set[str]:
    """The messages whose turn it is."""
    return {
        one.card.activity_id for one in living_cards.claim(session, now=at, until=at + timedelta(minutes=2), limit=9)
    }


def kept(database: Database, *cards: Card) -> None:
    for card in cards:
        database.write_now(channels.save_card, card)


def test_what_happens_to_a_subject_is_marked_on_every_message_that_shows_it_and_on_no_other(database: Database) -> None:
    kept(database, MINE, LIST, THEIRS, NEXT_ONE)
    assert database.write_now(living_cards.mark_stale, ITEM, at=NOON) == 3
    assert database.write_now(stale) == {"1", "2", "3"}
    assert database.write_now(stale) == set()


def test_a_card_that_was_said_after_a_change_is_not_marked_by_it(database: Database) -> None:
    kept(database, replace(MINE, shown_seq=7), THEIRS)
    assert database.write_now(living_cards.mark_stale, ITEM, at=NOON, seq=7) == 1
    assert database.write_now(stale) == {"3"}
    assert database.write_now(living_cards.mark_stale, ITEM, at=NOON, seq=8) == 2


def test_a_draft_is_followed_by_its_writers_own_cards_alone_and_a_moment_later(database: Database) -> None:
    kept(database, MINE, LIST, THEIRS)
    database.write_now(living_cards.follow_draft, MINE.person, ITEM, at=NOON)
    assert database.write_now(stale) == set()
    assert database.write_now(stale, NOON + AFTER_A_SAVE) == {"1", "2"}


def test_a_message_that_is_being_answered_is_as_true_as_its_answer(database: Database) -> None:
    kept(database, MINE, LIST)
    database.write_now(living_cards.mark_stale, ITEM, at=NOON)
    database.write_now(living_cards.answered, MINE.person, "1", at=NOON, seq=9)
    assert database.write_now(stale) == {"2"}
    (now,) = database.read_now(living_cards.on_message, MINE.person, "1")
    assert (now.shown_at, now.shown_seq) == (NOON, 9)


def test_something_else_on_a_card_leaves_what_is_still_to_be_said_there(database: Database) -> None:
    kept(database, MINE)
    database.write_now(living_cards.mark_stale, ITEM, at=NOON)
    database.write_now(living_cards.shows, replace(MINE, shows=ELSE, boxes=True, shown_at=NOON))
    (one,) = database.write_now(living_cards.claim, now=NOON, until=NOON, limit=9)
    assert (one.card.shows, one.card.boxes, one.stale_since) == (ELSE, True, NOON)


def test_a_card_that_was_put_anew_stands_as_it_was_sent_unless_it_was_pressed_meanwhile(database: Database) -> None:
    kept(database, replace(MINE, shows=ITEM, shown_at=NOON))
    for pressed in (False, True):
        database.write_now(living_cards.mark_stale, ITEM, at=NOON)
        (one,) = database.write_now(living_cards.claim, now=NOON, until=NOON, limit=9)
        if pressed:
            database.write_now(living_cards.answered, MINE.person, "1", at=NOON, seq=3)
        database.write_now(living_cards.put_anew, one, at=NOON)
        assert (database.read_now(living_cards.next_try_at) is not None) is pressed
    database.write_now(living_cards.forget, MINE)
    assert database.read_now(channels.card_of, MINE.person, ITEM) is None


def test_what_came_of_an_older_message_leaves_the_newer_one_about_the_same_alone(database: Database) -> None:
    kept(database, MINE)
    database.write_now(living_cards.mark_stale, ITEM, at=NOON)
    claimed = database.write_now(living_cards.claim, now=NOON, until=NOON + timedelta(minutes=2), limit=9)
    newer = replace(MINE, activity_id="5", event="E28")
    kept(database, newer)
    database.write_now(living_cards.put_anew, claimed[0], at=NOON)
    database.write_now(living_cards.try_again, claimed[0], at=NOON)
    database.write_now(living_cards.forget, MINE)
    assert database.read_now(channels.card_of, MINE.person, ITEM) == newer
    assert database.write_now(stale, NOON + timedelta(hours=1)) == set()
