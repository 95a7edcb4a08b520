"""Who someone is, and how they are reached: bound on first contact, never by what they type."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assurance.channels.identify import bind_by_email, identify
from assurance.channels.record_contact import record_contact, record_installation
from policy.council.establishment import Establishment
from storage.contact import channels
from storage.contact.channels import ChannelState
from storage.engine.database import Database
from tests.councils import TEAM_MANAGER, TEAM_MANAGER_2, entra_id, small_council
from tests.journeys.living_council import LivingCouncil, london

ENTRA = "0b8f6a9e-1f0c-4f2e-9c52-0d8a1f6b7c11"


def unbound() -> Establishment:
    """The people of the small council without their Entra ids."""
    council = small_council()
    return replace(council, people={key: replace(one, entra_object_id="") for key, one in council.people.items()})


@pytest.fixture
def peopled() -> bool:
    """An Entra id that is known stays known, so nobody is there beforehand."""
    return False


@pytest.fixture
def strangers(sqlite_database: Database) -> LivingCouncil:
    """The small council before anyone has spoken to the bot."""
    return LivingCouncil(sqlite_database, now=london("2026-01-20 10:00"), establishment=unbound())


def bind(council: LivingCouncil, *addresses: str, entra: str = ENTRA) -> str:
    """Bind by address and say whom."""
    found = council.database.write_now(bind_by_email, entra_object_id=entra, addresses=addresses, now=council.now)
    return found.id if found else ""


def known_on_teams(council: LivingCouncil, person: str = TEAM_MANAGER) -> ChannelState | None:
    """What we know of a person on Teams."""
    return council.database.read_now(channels.get, person, "teams")


def test_someone_is_recognised_by_their_entra_id(council: LivingCouncil) -> None:
    found = council.database.read_now(identify, entra_object_id=entra_id(TEAM_MANAGER))
    assert found is not None and found.id == TEAM_MANAGER


@pytest.mark.parametrize("entra", ["", " ", ENTRA, "entra-p-nobody"])
def test_an_unknown_entra_id_is_nobody(council: LivingCouncil, entra: str) -> None:
    assert council.database.read_now(identify, entra_object_id=entra) is None


def test_first_contact_binds_the_person_with_that_address(strangers: LivingCouncil) -> None:
    assert bind(strangers, "PRIYA.fernhollow@northmoor.example ") == TEAM_MANAGER
    found = strangers.database.read_now(identify, entra_object_id=ENTRA.upper())
    assert found is not None and found.id == TEAM_MANAGER
    assert [entry.verb for entry in strangers.history_of(TEAM_MANAGER)] == ["person_bound"]


def test_a_second_contact_binds_nothing_again(strangers: LivingCouncil) -> None:
    bind(strangers, "priya.fernhollow@northmoor.example")
    assert bind(strangers, "gethin.gorsedale@northmoor.example") == TEAM_MANAGER, "the id is already somebody's"
    assert len(strangers.history_of(TEAM_MANAGER)) == 1


def test_an_address_two_people_share_binds_neither(strangers: LivingCouncil) -> None:
    shared = unbound()
    people = dict(shared.people)
    people[TEAM_MANAGER_2] = replace(people[TEAM_MANAGER_2], email=people[TEAM_MANAGER].email)
    strangers.given_the_council_is(replace(shared, people=people))
    assert bind(strangers, "priya.fernhollow@northmoor.example") == ""


def test_someone_bound_already_is_not_bound_to_another_id(council: LivingCouncil) -> None:
    assert bind(council, "priya.fernhollow@northmoor.example") == ""


def test_an_unknown_address_is_nobody(strangers: LivingCouncil) -> None:
    assert bind(strangers, "someone@elsewhere.example") == ""
    assert bind(strangers, "", " ") == ""


def heard(council: LivingCouncil, **known: str) -> bool:
    """A word from the team manager."""
    return council.database.write_now(record_contact, TEAM_MANAGER, now=council.now, **known)


def test_a_word_from_someone_makes_them_reachable_where_they_spoke(council: LivingCouncil) -> None:
    assert heard(council, conversation_id="chat-1", service_url="https://smba.example/uk/")
    state = known_on_teams(council)
    assert state is not None
    assert (state.state, state.conversation_id, state.service_url) == (
        "reachable",
        "chat-1",
        "https://smba.example/uk/",
    )


def test_the_same_word_again_writes_nothing(council: LivingCouncil) -> None:
    heard(council, conversation_id="chat-1", service_url="https://smba.example/uk/")
    first = known_on_teams(council)
    council.now = london("2026-01-21 10:00")
    assert not heard(council, conversation_id="chat-1", service_url="https://smba.example/uk/")
    assert known_on_teams(council) == first


def test_the_newest_service_address_is_kept_and_what_is_not_repeated_stays(council: LivingCouncil) -> None:
    heard(council, conversation_id="chat-1", service_url="https://smba.example/uk/", bot_id="28:bot")
    heard(council, service_url="https://smba.example/emea/")
    state = known_on_teams(council)
    assert state is not None
    assert (state.service_url, state.conversation_id, state.bot_id) == (
        "https://smba.example/emea/",
        "chat-1",
        "28:bot",
    )


def test_someone_who_had_blocked_the_bot_is_reachable_again_once_they_speak(council: LivingCouncil) -> None:
    council.database.write_now(channels.set_state, TEAM_MANAGER, "teams", "blocked", "403", council.now)
    assert heard(council)
    state = known_on_teams(council)
    assert state is not None and (state.state, state.reason) == ("reachable", "")
    assert [entry.detail["before"] for entry in council.history_of(TEAM_MANAGER)] == ["blocked"]


def test_taking_the_app_away_is_remembered_once_and_installing_it_again_ends_that(council: LivingCouncil) -> None:
    def change(installed: bool) -> bool:
        return council.database.write_now(
            record_installation, TEAM_MANAGER, installed=installed, conversation_id="chat-1", now=council.now
        )

    assert [change(False), change(False), change(True), change(True)] == [True, False, True, False]
    state = known_on_teams(council)
    assert state is not None and state.state == "reachable"
