"""Which cards say something that is no longer so: marked by subject, by history and by message, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from policy.council.actor import Actor
from storage.contact import channels, living_cards
from storage.contact.channels import ELSE, Card
from storage.contact.living_cards import AFTER_A_SAVE, BESIDE, Change
from storage.council import history
from storage.engine.database import Database
from storage.engine.session import Session

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = 10**6
"""A row of history that no card knows of yet."""
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


def happens(session: Session, subject: str) -> int:
    """Something is done to it; its row of history."""
    return history.append(session, at=NOON, actor=Actor.system("sweep"), verb="step_held", subject=subject)


def kept(database: Database, *cards: Card) -> None:
    for card in cards:
        database.write_now(channels.save_card, card)


def test_what_happens_to_a_subject_is_marked_on_every_message_that_shows_it_and_on_no_other(database: Database) -> None:
    kept(database, MINE, LIST, THEIRS, NEXT_ONE)
    assert database.write_now(living_cards.mark_stale, [Change(LATER, NOON, "came_in", ITEM)]) == 3
    assert database.write_now(stale) == {"1", "2", "3"}
    assert database.write_now(stale) == set()


def test_a_card_that_was_said_after_a_change_is_not_marked_by_it(database: Database) -> None:
    kept(database, replace(MINE, shown_seq=7), THEIRS)
    assert database.write_now(living_cards.mark_stale, [Change(7, NOON, "came_in", ITEM)]) == 1
    assert database.write_now(stale) == {"3"}
    other = Change(9, NOON, "came_in", "LS-2026Q3-999")
    assert database.write_now(living_cards.mark_stale, [Change(8, NOON, "came_in", ITEM), other]) == 2
    assert database.write_now(living_cards.mark_stale, []) == 0


def test_a_draft_is_followed_by_its_writers_own_cards_alone_and_a_moment_later(database: Database) -> None:
    kept(database, MINE, LIST, THEIRS)
    database.write_now(living_cards.follow_draft, MINE.person, ITEM, at=NOON)
    assert database.write_now(stale) == set()
    assert database.write_now(stale, NOON + AFTER_A_SAVE) == {"1", "2"}


def test_an_answer_to_one_client_does_not_make_what_the_channel_keeps_true(database: Database) -> None:
    kept(database, MINE, LIST)
    database.write_now(living_cards.mark_stale, [Change(LATER, NOON, "came_in", ITEM)])
    database.write_now(living_cards.answered, MINE.person, "1", at=NOON)
    (now,) = database.read_now(living_cards.on_message, MINE.person, "1")
    assert (now.shown_at, now.shown_seq) == (NOON, 0)
    assert database.write_now(stale) == {"1", "2"}


def test_a_copy_that_was_written_is_true_unless_something_came_after_what_it_knows(database: Database) -> None:
    kept(database, MINE, replace(NEXT_ONE, shown_seq=4))
    for subject in (ITEM, OTHER):
        database.write_now(living_cards.mark_stale, [Change(LATER, NOON, "came_in", subject)])
    seq = database.write_now(happens, OTHER)
    for card, known in ((MINE, seq), (NEXT_ONE, seq - 1)):
        database.write_now(living_cards.written, card, card.subject, seq=known, at=NOON, quiet=())
    assert database.write_now(stale) == {"4"}
    (now,) = database.read_now(living_cards.on_message, MINE.person, "1")
    assert now.shown_seq == seq


def test_what_was_marked_after_a_copy_was_written_stays_marked(database: Database) -> None:
    kept(database, MINE)
    database.write_now(living_cards.mark_stale, [Change(LATER, NOON + timedelta(seconds=1), "came_in", ITEM)])
    database.write_now(living_cards.written, MINE, ITEM, seq=3, at=NOON, quiet=())
    assert database.write_now(stale, NOON + timedelta(seconds=1)) == {"1"}


def test_something_else_on_a_card_leaves_what_is_still_to_be_said_there(database: Database) -> None:
    kept(database, MINE)
    database.write_now(living_cards.mark_stale, [Change(LATER, NOON, "came_in", ITEM)])
    database.write_now(living_cards.shows, replace(MINE, shows=ELSE, boxes=True, shown_at=NOON))
    (one,) = database.write_now(living_cards.claim, now=NOON, until=NOON, limit=9)
    assert (one.card.shows, one.card.boxes, one.stale_since) == (ELSE, True, NOON)


def test_a_card_that_was_put_anew_stands_as_it_was_sent_unless_it_was_pressed_meanwhile(database: Database) -> None:
    kept(database, replace(MINE, shows=ITEM, shown_at=NOON))
    for pressed in (False, True):
        database.write_now(living_cards.mark_stale, [Change(LATER, NOON, "came_in", ITEM)])
        (one,) = database.write_now(living_cards.claim, now=NOON, until=NOON, limit=9)
        if pressed:
            database.write_now(living_cards.answered, MINE.person, "1", at=NOON + timedelta(seconds=1))
        database.write_now(living_cards.put_anew, one, at=NOON, seq=5)
        (now,) = database.read_now(living_cards.on_message, MINE.person, "1")
        assert now.shown_seq == 5
        assert (database.read_now(living_cards.next_try_at) is not None) is pressed
    database.write_now(living_cards.forget, MINE)
    assert database.read_now(channels.card_of, MINE.person, ITEM) is None


def test_what_came_of_an_older_message_leaves_the_newer_one_about_the_same_alone(database: Database) -> None:
    kept(database, MINE)
    database.write_now(living_cards.mark_stale, [Change(LATER, NOON, "came_in", ITEM)])
    claimed = database.write_now(living_cards.claim, now=NOON, until=NOON + timedelta(minutes=2), limit=9)
    newer = replace(MINE, activity_id="5", event="E28")
    kept(database, newer)
    database.write_now(living_cards.put_anew, claimed[0], at=NOON, seq=8)
    database.write_now(living_cards.try_again, claimed[0], at=NOON)
    database.write_now(living_cards.forget, MINE)
    assert database.read_now(channels.card_of, MINE.person, ITEM) == newer
    assert database.write_now(stale, NOON + timedelta(hours=1)) == set()
