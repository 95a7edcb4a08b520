"""From the outbox to a courier and back: looked at once more before it goes, and every answer written down."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assurance.channels.record_contact import record_contact
from assurance.common.courier import CourierResult
from assurance.delivery.claim_notices import PULSE
from storage.casework import learning_spaces
from storage.contact import channels
from storage.council import heartbeats
from storage.outbox import backlog
from storage.outbox.notices import Notice
from tests.councils import DIRECTOR, HEAD, QA_LEAD, QA_OFFICER, SENIOR_MANAGER, TEAM_MANAGER, small_council, with_post
from tests.journeys.living_council import LivingCouncil, london, nine

SECOND = nine(date(2026, 2, 4))
"""When a learning space of 5 January is two days late."""


@pytest.fixture
def late(council: LivingCouncil) -> str:
    """A learning space two days late, judged, its notices waiting."""
    item = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case="NM-000010")
    council.now = SECOND
    council.sweep()
    return item.reference


def row(council: LivingCouncil, reference: str, person: str, step: str = "+2") -> Notice:
    """One notice as it is now."""
    (found,) = [
        notice
        for notice in council.notices_about(reference)
        if (notice.recipient, notice.step, notice.event != "E65") == (person, step, True)
    ]
    return found


def test_a_delivery_carries_whom_where_and_the_item_as_it_is_now(council: LivingCouncil, late: str) -> None:
    council.given_everyone_talks_to_the_bot()
    found = {delivery.person.id: delivery for delivery in council.claim()}
    assert set(found) == {TEAM_MANAGER, SENIOR_MANAGER, HEAD}
    assert found[HEAD].channel_state is not None and found[HEAD].channel_state.conversation_id == f"chat-{HEAD}"
    assert found[HEAD].item is not None and found[HEAD].item.reference == late
    assert found[TEAM_MANAGER].token and not found[HEAD].token, "only the auditor's card can open the form"


def test_what_was_sent_is_written_down_and_its_card_remembered(council: LivingCouncil, late: str) -> None:
    council.given_everyone_talks_to_the_bot()
    council.dispatch()
    assert (row(council, late, HEAD).state, row(council, late, HEAD).sent_at) == ("sent", SECOND)
    card = council.database.read_now(channels.card_of, TEAM_MANAGER, late)
    assert card is not None and card.conversation_id == f"chat-{TEAM_MANAGER}"
    assert council.claim() == []


def test_later_is_tried_again_when_the_channel_says(council: LivingCouncil, late: str) -> None:
    at = SECOND + timedelta(minutes=20)
    council.courier.answers[HEAD] = [CourierResult("later", retry_at=at, reason="429")]
    council.dispatch()
    assert (row(council, late, HEAD).state, row(council, late, HEAD).not_before) == ("pending", at)
    assert council.when_the_service_looks(SECOND + timedelta(minutes=19)) == []
    assert [said.person for said in council.when_the_service_looks(at)] == [HEAD]
    assert not row(council, late, HEAD).repeat, "it had surely not arrived, so it is no repeat"


def test_later_without_a_time_waits_longer_each_time_and_never_past_the_send_hours(
    council: LivingCouncil, late: str
) -> None:
    council.courier.answers[HEAD] = [CourierResult("later")] * 30
    council.dispatch()
    first = row(council, late, HEAD).not_before - council.now
    council.when_the_service_looks(row(council, late, HEAD).not_before)
    assert row(council, late, HEAD).not_before - council.now > first
    council.when_the_service_looks(london("2026-02-04 16:59:55"))
    assert row(council, late, HEAD).not_before == nine(date(2026, 2, 5))


def test_never_parks_it_and_the_qa_lead_hears_once_who_could_not_be_reached(council: LivingCouncil, late: str) -> None:
    refused = CourierResult("never", channel_state="blocked", reason="403 ConversationBlockedByUser")
    council.courier.answers[HEAD] = [refused]
    council.dispatch()
    council.dispatch()
    assert row(council, late, HEAD).state == "parked"
    state = council.database.read_now(channels.get, HEAD, "teams")
    assert state is not None and state.state == "blocked"
    assert council.told(event="E65") == {QA_LEAD: "qa_lead"}
    (report,) = [said for said in council.said if said.event == "E65"]
    assert report.facts["person"] == "Leila Coldharrow"
    assert DIRECTOR not in council.told(), "nobody higher hears because someone lower could not be reached"


def test_someone_who_blocked_the_bot_is_not_tried_again_and_reported_once_for_each_item(
    council: LivingCouncil, late: str
) -> None:
    council.courier.answers[HEAD] = [CourierResult("never", channel_state="blocked")]
    council.dispatch()
    council.when_the_service_looks(nine(date(2026, 2, 9)))
    assert row(council, late, HEAD, "+7").state == "parked"
    assert HEAD not in council.told(step="+7")
    assert len([said for said in council.said if said.event == "E65"]) == 1


def test_two_people_who_cannot_be_reached_are_two_reports(council: LivingCouncil, late: str) -> None:
    for person in (HEAD, SENIOR_MANAGER):
        council.courier.answers[person] = [CourierResult("never", channel_state="uninstalled")]
    council.dispatch()
    named = {said.facts["person"] for said in council.said if said.event == "E65"}
    assert named == {"Leila Coldharrow", "Tomasz Dunmere"}


def test_an_uninstalled_app_is_tried_again_because_it_may_be_installed_for_them(
    council: LivingCouncil, late: str
) -> None:
    council.database.write_now(channels.set_state, HEAD, "teams", "uninstalled", "", council.now)
    council.dispatch()
    assert HEAD in council.told(step="+2")


@pytest.mark.parametrize(
    "answer",
    [
        CourierResult("later", retry_at=SECOND + timedelta(minutes=20), reason="no conversation"),
        CourierResult("never", reason="uninstalled", channel_state="uninstalled"),
    ],
)
def test_whoever_opens_the_chat_while_a_message_is_on_its_way_in_vain_gets_it_at_once(
    council: LivingCouncil, late: str, answer: CourierResult
) -> None:
    (mine,) = [delivery for delivery in council.claim() if delivery.person.id == HEAD]
    council.database.write_now(record_contact, HEAD, conversation_id="a chat", now=council.now)
    council.courier.answers[HEAD] = [answer]
    assert council.send(mine)
    assert (row(council, late, HEAD).state, row(council, late, HEAD).not_before) == ("pending", SECOND)
    state = council.database.read_now(channels.get, HEAD, "teams")
    assert state is not None and state.state == "reachable", "what the courier found was older"
    council.dispatch()
    assert row(council, late, HEAD).state == "sent"


def test_a_qa_lead_who_cannot_be_reached_is_parked_and_nobody_is_told_of_that(
    council: LivingCouncil, late: str
) -> None:
    council.courier.answers[HEAD] = [CourierResult("never", channel_state="blocked")]
    council.courier.answers[QA_LEAD] = [CourierResult("never", channel_state="blocked")]
    council.dispatch()
    reports = [notice for notice in council.notices_about(late) if notice.event == "E65"]
    assert [(notice.recipient, notice.state) for notice in reports] == [(QA_LEAD, "parked")]


def test_with_the_qa_lead_s_post_vacant_the_qa_officer_hears_instead(council: LivingCouncil, late: str) -> None:
    council.given_the_council_is(with_post(small_council(), "qa-lead", holder=""))
    council.courier.answers[HEAD] = [CourierResult("never", channel_state="blocked")]
    council.dispatch()
    assert set(council.told(event="E65")) == {QA_OFFICER}


def test_an_answer_that_was_lost_is_repeated_once_with_the_word(council: LivingCouncil, late: str) -> None:
    council.courier.answers[HEAD] = [CourierResult("unknown", reason="timeout")]
    council.dispatch()
    council.when_the_service_looks(SECOND + timedelta(minutes=5))
    heard = [said for said in council.said if said.person == HEAD]
    assert [said.repeat for said in heard] == [False, True]
    assert "repeat" in heard[1].message.text.lower()
    assert late in heard[1].message.text
    assert row(council, late, HEAD).state == "sent"


def test_an_answer_that_was_lost_twice_is_left_to_the_qa_lead_and_not_sent_a_third_time(
    council: LivingCouncil, late: str
) -> None:
    council.courier.answers[HEAD] = [CourierResult("unknown", reason="timeout")] * 2
    council.dispatch()
    assert QA_LEAD not in council.told(event="E65"), "the first time it is only repeated"
    council.when_the_service_looks(SECOND + timedelta(minutes=5))
    council.when_the_service_looks(SECOND + timedelta(minutes=10))
    assert row(council, late, HEAD).state == "parked"
    assert len([said for said in council.said if said.person == HEAD]) == 2
    (report,) = [said for said in council.said if said.event == "E65"]
    assert (report.person, report.facts["why"]) == (QA_LEAD, "nobody knows whether it arrived")


def test_a_repeat_that_is_only_put_off_is_not_reported_as_lost(council: LivingCouncil, late: str) -> None:
    council.courier.answers[HEAD] = [CourierResult("unknown"), CourierResult("later")]
    council.dispatch()
    council.when_the_service_looks(SECOND + timedelta(minutes=5))
    council.when_the_service_looks(SECOND + timedelta(minutes=30))
    assert row(council, late, HEAD).state == "sent"
    assert council.told(event="E65") == {}


def test_someone_who_has_left_is_not_written_to_and_the_qa_lead_hears(council: LivingCouncil, late: str) -> None:
    gone = with_post(small_council(), "hos-family", holder="")
    del gone.people[HEAD]
    council.given_the_council_is(gone)
    council.dispatch()
    assert row(council, late, HEAD).reason == "has left the council"
    assert row(council, late, HEAD).state == "parked"
    assert QA_LEAD in council.told(event="E65")


@pytest.mark.parametrize("state", ["submitted", "excluded", "withdrawn"])
def test_an_item_closed_between_the_look_and_the_sending_is_not_chased(
    council: LivingCouncil, late: str, state: str
) -> None:
    council.database.write_now(learning_spaces.update, late, state=state, next_step_at=None)
    assert council.dispatch() == []
    assert row(council, late, HEAD).state == "cancelled"


def test_an_item_that_went_to_someone_else_does_not_chase_the_one_before(council: LivingCouncil, late: str) -> None:
    council.database.write_now(learning_spaces.update, late, person="p-manager-2")
    council.dispatch()
    assert TEAM_MANAGER not in council.told()
    assert row(council, late, TEAM_MANAGER).reason == "the learning space has gone to someone else"


def test_an_answer_that_comes_after_the_lease_was_lost_changes_nothing(council: LivingCouncil, late: str) -> None:
    (mine, *_) = council.claim("one")
    council.now = SECOND + timedelta(minutes=10)
    council.claim("another")
    council.courier.answers[mine.person.id] = [CourierResult("never", reason="too late")]
    assert not council.send(mine)
    assert row(council, late, mine.person.id).state == "leased"
    assert not [notice for notice in council.notices_about(late) if notice.event == "E65"]


def test_a_sender_that_dies_twice_over_one_message_leaves_it_to_a_person(council: LivingCouncil, late: str) -> None:
    for minutes in (0, 5, 10):
        council.now = SECOND + timedelta(minutes=minutes)
        council.begin(council.claim(f"sender {minutes}"))
    assert {notice.state for notice in council.notices_about(late) if notice.step == "+2"} == {"parked"}
    reports = [notice for notice in council.notices_about(late) if notice.event == "E65"]
    assert len(reports) == 3, "one for each of the three people"


def test_what_the_courier_learnt_of_a_conversation_is_kept(council: LivingCouncil, late: str) -> None:
    council.courier.answers[HEAD] = [
        CourierResult("sent", remote_id="a", conversation_id="new-chat", service_url="https://smba.example/uk/")
    ]
    council.dispatch()
    state = council.database.read_now(channels.get, HEAD, "teams")
    assert state is not None
    assert (state.conversation_id, state.service_url) == ("new-chat", "https://smba.example/uk/")


def test_the_dispatcher_leaves_a_pulse_but_not_at_every_look(council: LivingCouncil) -> None:
    council.claim()
    first = council.now
    council.now = first + timedelta(seconds=5)
    council.claim()
    beat = council.database.read_now(heartbeats.last, PULSE)
    assert beat is not None and beat.at == first


def test_a_dispatcher_takes_no_more_than_it_asked_for(council: LivingCouncil) -> None:
    from assurance.delivery.claim_notices import Claimer, claim_notices

    for number in range(10, 20):
        council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case=f"NM-{number:06}")
    council.now = SECOND
    council.sweep()
    taken = council.database.write_now(claim_notices, council.framework, Claimer("one"), now=council.now, limit=2)
    assert [len(each.notices) for each in taken] == [10, 10], "a message is one, however much it tells"
    assert council.database.read_now(backlog.read, now=council.now).pending == 10
