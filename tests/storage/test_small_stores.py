"""The inbox, the channels, the cards, the heartbeats and the small facts: each remembers one thing well."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from storage.contact import channels, inbox
from storage.contact.channels import Card, ChannelState
from storage.council import heartbeats, meta
from storage.engine.database import Database, Session

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_delivery_is_remembered_once_with_what_came_of_it(database: Database) -> None:
    def remember(session: Session, outcome: object) -> bool:
        return inbox.remember(session, "teams", "1700000000001", at=NOON, person="p-0052", outcome=outcome)

    assert database.write_now(remember, {"reference": "LS-2026Q3-014", "state": "submitted"}) is True
    assert database.write_now(remember, {"state": "something else"}) is False
    assert database.read_now(inbox.recall, "teams", "1700000000001") == {
        "reference": "LS-2026Q3-014",
        "state": "submitted",
    }


def test_the_same_id_on_another_channel_is_another_delivery(database: Database) -> None:
    database.write_now(inbox.remember, "teams", "7", at=NOON)
    assert database.read_now(inbox.seen, "teams", "7")
    assert not database.read_now(inbox.seen, "mail", "7")
    assert database.read_now(inbox.recall, "mail", "7") is None
    assert database.read_now(inbox.recall, "teams", "7") is None


async def test_of_fifty_deliveries_of_one_message_at_once_one_counts(database: Database) -> None:
    outcomes = await asyncio.gather(
        *(database.write(inbox.remember, "teams", "same", at=NOON, outcome=number) for number in range(50))
    )
    assert outcomes.count(True) == 1
    assert await database.read(inbox.recall, "teams", "same") == outcomes.index(True)


def test_an_endless_id_is_known_again(database: Database) -> None:
    endless = "a:" + "x" * 2000
    assert database.write_now(inbox.remember, "teams", endless, at=NOON, outcome=1)
    assert not database.write_now(inbox.remember, "teams", endless, at=NOON, outcome=2)
    assert database.read_now(inbox.recall, "teams", endless) == 1


def test_two_long_ids_that_begin_alike_stay_two(database: Database) -> None:
    begin = "a:" + "x" * 2000
    assert database.write_now(inbox.remember, "teams", f"{begin}1", at=NOON)
    assert database.write_now(inbox.remember, "teams", f"{begin}2", at=NOON)


def test_old_deliveries_are_forgotten(database: Database) -> None:
    database.write_now(inbox.remember, "teams", "old", at=NOON - 48 * HOUR)
    database.write_now(inbox.remember, "teams", "new", at=NOON)
    assert database.write_now(inbox.forget_before, NOON - HOUR) == 1
    assert not database.read_now(inbox.seen, "teams", "old")
    assert database.read_now(inbox.seen, "teams", "new")


REACHABLE = ChannelState(
    person="p-0052",
    channel="teams",
    state="reachable",
    updated_at=NOON,
    service_url="https://smba.trafficmanager.net/uk/",
    conversation_id="a:1",
    channel_user_id="29:abc",
    bot_id="28:bot",
    tenant_id="t-1",
)


def test_where_a_person_is_comes_back_as_it_was_saved(database: Database) -> None:
    assert database.read_now(channels.get, "p-0052", "teams") is None
    database.write_now(channels.save, REACHABLE)
    assert database.read_now(channels.get, "p-0052", "teams") == REACHABLE
    assert database.read_now(channels.get, "p-0052", "mail") is None
    assert database.read_now(channels.states_of, "teams") == {"p-0052": REACHABLE}


def test_someone_who_blocks_the_bot_can_still_be_found_when_they_come_back(database: Database) -> None:
    database.write_now(channels.save, REACHABLE)
    database.write_now(channels.set_state, "p-0052", "teams", "blocked", "403 MessageWritesBlocked", NOON + HOUR)
    state = database.read_now(channels.get, "p-0052", "teams")
    assert state
    assert (state.state, state.reason, state.updated_at) == ("blocked", "403 MessageWritesBlocked", NOON + HOUR)
    assert state.conversation_id == "a:1"


def test_the_state_of_someone_never_met_can_be_noted(database: Database) -> None:
    database.write_now(channels.set_state, "p-0001", "teams", "unknown", "", NOON)
    assert database.read_now(channels.get, "p-0001", "teams") == ChannelState("p-0001", "teams", "unknown", NOON)


def test_a_person_is_found_by_the_channels_own_id(database: Database) -> None:
    database.write_now(channels.save, REACHABLE)
    assert database.read_now(channels.find_person_by_channel_user, "teams", "29:abc") == "p-0052"
    assert database.read_now(channels.find_person_by_channel_user, "teams", "29:other") == ""
    assert database.read_now(channels.find_person_by_channel_user, "mail", "29:abc") == ""
    assert database.read_now(channels.find_person_by_channel_user, "teams", "") == ""


def test_a_person_has_one_card_of_an_item(database: Database) -> None:
    first = Card("p-0052", "LS-2026Q3-014", "a:1", "1", NOON)
    newer = Card("p-0052", "LS-2026Q3-014", "a:1", "2", NOON + HOUR)
    other = Card("p-0045", "LS-2026Q3-014", "a:2", "3", NOON)
    for card in (first, newer, other):
        database.write_now(channels.save_card, card)
    assert database.read_now(channels.card_of, "p-0052", "LS-2026Q3-014") == newer
    assert database.read_now(channels.card_of, "p-0045", "LS-2026Q3-014") == other
    assert database.read_now(channels.card_of, "p-0052", "LS-2026Q3-015") is None


def test_the_last_round_of_each_part_is_known(database: Database) -> None:
    assert database.read_now(heartbeats.last, "sweep") is None
    database.write_now(heartbeats.beat, "sweep", NOON, {"judged": 3})
    database.write_now(heartbeats.beat, "sweep", NOON + HOUR)
    database.write_now(heartbeats.beat, "dispatcher", NOON)
    last = database.read_now(heartbeats.last, "sweep")
    assert last and (last.at, last.detail) == (NOON + HOUR, {})


def test_a_fact_is_what_it_was_last_said_to_be(database: Database) -> None:
    assert database.read_now(meta.get, "framework_version", "none yet") == "none yet"
    for version in ("1", "2"):
        database.write_now(meta.save, "framework_version", version)
    assert database.read_now(meta.get, "framework_version") == "2"


@pytest.mark.parametrize(
    "name",
    [
        "O'Brien",
        "Ünal-Łukasz",
        "Null",
        "李小龍",
        "👩🏽\u200d💼",
        "\u202eright to left",
        "e\u0301",
        "'; DROP TABLE people; --",
        "a" * 300,
    ],
)
def test_every_name_comes_back_as_it_was_written(database: Database, name: str) -> None:
    database.write_now(meta.save, "name", name)
    database.write_now(inbox.remember, "teams", name, at=NOON, outcome={"name": name})
    assert database.read_now(meta.get, "name") == name
    assert database.read_now(inbox.recall, "teams", name) == {"name": name}


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="aware UTC"):
        database.write_now(heartbeats.beat, "sweep", NOON.replace(tzinfo=None))


@pytest.mark.parametrize("instant", ["2026-10-25T01:30:00+01:00", "2026-10-25T01:30:00+00:00"])
def test_the_two_half_past_ones_of_the_autumn_night_stay_apart(database: Database, instant: str) -> None:
    at = datetime.fromisoformat(instant)
    database.write_now(heartbeats.beat, "sweep", at)
    last = database.read_now(heartbeats.last, "sweep")
    assert last and last.at == at and last.at.tzinfo is UTC
