"""Letters and calendar dates as they are kept, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from storage.casework import learning_spaces
from storage.contact import inbox
from storage.engine.database import Database
from storage.outbox import invitations, letters
from storage.outbox.invitations import CANCELLED, DUE, STANDING, Invitation
from storage.outbox.letters import BOUNCED, REFUSED, SENT, Letter
from tests.councils import TEAM_MANAGER, TEAM_MANAGER_2
from tests.journeys.living_council import LivingCouncil, london

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def a_letter(number: int, *, notice: int | None = None, minutes: int = 0, person: str = "p-1") -> Letter:
    at = AT + timedelta(minutes=minutes)
    return Letter(f"<{number}@x.example>", person, "p@x.example", "LS-2026Q3-014", f"token{number}", at, notice=notice)


def test_a_notice_has_one_letter_however_often_it_is_tried(database: Database) -> None:
    database.write_now(letters.add, a_letter(1, notice=7))
    with pytest.raises(IntegrityError):
        database.write_now(letters.add, a_letter(2, notice=7))
    database.write_now(letters.add, a_letter(3))
    database.write_now(letters.add, a_letter(4))
    assert database.read_now(letters.of_notice, 7) == a_letter(1, notice=7)
    assert database.read_now(letters.of_notice, 8) is None


def test_a_thread_is_one_person_s_letters_about_one_thing_oldest_first(database: Database) -> None:
    for number, minutes in ((1, 30), (2, 10), (3, 20)):
        database.write_now(letters.add, a_letter(number, minutes=minutes))
    database.write_now(letters.add, a_letter(4, person="p-2"))
    database.write_now(letters.set_state, "<3@x.example>", REFUSED, reason="550")
    thread = database.read_now(letters.thread, "p-1", "LS-2026Q3-014")
    assert [one.message_id for one in thread] == ["<2@x.example>", "<1@x.example>"], "what never went is left out"


def test_a_letter_is_found_by_either_of_its_message_ids_and_by_its_word(database: Database) -> None:
    database.write_now(letters.add, a_letter(1))
    database.write_now(letters.set_state, "<1@x.example>", SENT, at=AT, remote_id="<other@exchange.example>")
    sent = database.read_now(letters.by_token, "token1")
    assert sent is not None and (sent.state, sent.sent_at) == (SENT, AT)
    for name in ("<1@x.example>", "<other@exchange.example>"):
        assert database.read_now(letters.by_message_ids, ["<nothing@x>", name]) == [sent]
    assert database.read_now(letters.by_message_ids, []) == []
    database.write_now(letters.set_state, "<1@x.example>", BOUNCED, reason="5.1.1")
    assert database.read_now(letters.counts) == {BOUNCED: 1}


def test_what_a_person_wants_is_everything_until_they_say(database: Database) -> None:
    assert database.read_now(letters.wants, "p-1") == "all"
    for what in ("escalations", "all", "escalations"):
        database.write_now(letters.set_wants, "p-1", what, at=AT)
        assert database.read_now(letters.wants, "p-1") == what


def test_when_somebody_was_last_heard_from_is_asked_for_each_channel(database: Database) -> None:
    for channel, minutes in (("teams", 1), ("teams", 5), ("mail", 9)):
        at = AT + timedelta(minutes=minutes)
        database.write_now(inbox.remember, channel, f"{channel}{minutes}", at=at, person="p-1")
    assert database.read_now(inbox.last_heard, "p-1", "teams") == AT + timedelta(minutes=5)
    assert database.read_now(inbox.last_heard, "p-2", "teams") is None


def test_a_date_is_overtaken_when_the_item_moves_closes_or_changes_hands(database: Database) -> None:
    council = LivingCouncil(database, now=london("2026-01-05 10:00"))
    item = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case="NM-000010")
    kept = Invitation("uid", TEAM_MANAGER, item.reference, DUE, item.due_on, 0, STANDING, AT, 7)
    database.write_now(invitations.save, kept)
    assert database.read_now(invitations.get, "uid") == kept
    assert database.read_now(invitations.overtaken, AT, pressed_since=AT) == []
    moved = item.due_on + timedelta(days=14)
    for change, expected in (
        ({"due_on": moved}, moved),
        ({"due_on": item.due_on, "person": TEAM_MANAGER_2}, None),
        ({"person": TEAM_MANAGER, "state": "submitted"}, None),
    ):
        database.write_now(learning_spaces.update, item.reference, **change)
        assert database.read_now(invitations.overtaken, AT, pressed_since=AT) == [(kept, expected)]
    database.write_now(invitations.save, replace(kept, state=CANCELLED, sequence=1))
    assert database.read_now(invitations.overtaken, AT, pressed_since=AT) == []
