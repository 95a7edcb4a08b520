"""Living cards: what one person does is soon on the cards the others hold, in place and without a sound."""

from __future__ import annotations

from datetime import date, timedelta

from assurance.ask_more_time import ask
from assurance.courier import CourierResult
from assurance.decide_more_time import decide_request
from assurance.hold_step import hold_step
from assurance.living_cards import Refresh, anything_stale, claim_refreshes, finish_refresh
from dialogs.living import present_message
from policy.actor import Actor
from storage import channels, living_cards, more_time, notices
from storage.channels import Card
from storage.learning_spaces import LearningSpace
from tests.assurance.forms_filled import MEETING, fill_in, save, send_in
from tests.councils import DIRECTOR, HEAD, QA_LEAD, SENIOR_MANAGER, TEAM_MANAGER_2, small_council
from tests.journeys.living_council import LivingCouncil, london

ALLOCATED = date(2026, 1, 5)
"""Due on Monday 2 February 2026; the council's clock says Tuesday 20 January."""


def given(council: LivingCouncil) -> LearningSpace:
    council.given_everyone_talks_to_the_bot()
    refreshed(council)  # the first look begins at the newest row of history
    return council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)


def late(council: LivingCouncil) -> LearningSpace:
    """Two days late: the Senior Manager, the Head of Service and the auditor have been told."""
    item = given(council)
    council.when_the_service_looks(london("2026-02-04 09:00"))
    assert {SENIOR_MANAGER, HEAD} <= {said.person for said in council.said}
    return item


def refreshed(council: LivingCouncil, outcome: str = "sent") -> dict[str, Refresh]:
    """One round of the card keeper, by whose card it is."""
    found: dict[str, Refresh] = {}
    while council.database.read_now(anything_stale, council.now):
        batch = council.database.write_now(claim_refreshes, council.framework, now=council.now)
        for one in batch:
            found[one.card.person] = one
            council.database.write_now(finish_refresh, one, CourierResult(outcome), now=council.now)  # type: ignore[arg-type]
        if not batch:
            break
    return found


def says(council: LivingCouncil, refresh: Refresh) -> str:
    today = council.calendar.local_date(council.now)
    return present_message(refresh.present, council.framework, today).text


def send_it_in(council: LivingCouncil, item: LearningSpace) -> None:
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)


def test_once_it_is_sent_in_everybody_who_was_told_that_it_is_late_reads_so_on_the_same_card(
    council: LivingCouncil,
) -> None:
    item = late(council)
    before = len(council.notices_about(item.reference))
    send_it_in(council, item)
    found = refreshed(council)
    assert {SENIOR_MANAGER, HEAD, TEAM_MANAGER_2} <= found.keys()
    assert says(council, found[SENIOR_MANAGER]).startswith(f"Sent in: {item.reference}\n\nIt has been sent in")
    assert says(council, found[TEAM_MANAGER_2]).startswith(f"Sent in: {item.reference}\n\nThank you")
    # It is no news: beside what sending in sets off anyway there is no notice, and nobody's count has moved.
    fresh = [one.event for one in council.notices_about(item.reference)[before:]]
    assert "E15" in fresh
    assert all(one in ("E15", "E17", "E18") for one in fresh)
    assert council.database.read_now(notices.backlog, now=council.now).leased == 0


def test_what_nothing_happened_to_is_left_alone(council: LivingCouncil) -> None:
    late(council)
    refreshed(council)
    council.now += timedelta(hours=3)
    assert refreshed(council) == {}


def test_the_card_holds_no_practitioner_and_no_case(council: LivingCouncil) -> None:
    item = late(council)
    send_it_in(council, item)
    people = small_council().people
    for refresh in refreshed(council).values():
        said = says(council, refresh)
        assert item.case_ref not in said
        assert people[item.practitioner].name not in said


def test_one_who_is_typing_keeps_their_card_until_they_have_been_quiet(council: LivingCouncil) -> None:
    item = late(council)
    save(council.database, council.framework, item, "meeting", MEETING, now=council.now)
    _hold_it(council, item)
    found = refreshed(council)
    assert TEAM_MANAGER_2 not in found
    council.now += timedelta(hours=2, minutes=31)
    assert TEAM_MANAGER_2 in refreshed(council)


def _hold_it(council: LivingCouncil, item: LearningSpace) -> None:
    """Something changes about it that the auditor did not do."""
    raw = {"reason": "auditor_away", "working_days": "2"}
    council.database.write_now(
        hold_step, council.framework, item.token, actor=Actor.person(QA_LEAD), raw=raw, now=council.now
    )


def test_a_request_that_somebody_else_decided_says_who_and_when(council: LivingCouncil) -> None:
    item = given(council)
    raw = {"reason": "meeting_moved", "new_date": (item.due_on + timedelta(days=3)).isoformat(), "note": ""}
    actor = Actor.person(TEAM_MANAGER_2)
    council.database.write_now(
        ask, council.framework, item.token, actor=actor, kind="extension", raw=raw, now=council.now
    )
    council.when_the_service_looks()
    assert HEAD in {said.person for said in council.said if said.event == "E8"}
    refreshed(council)
    token = council.database.read_now(more_time.of, item.reference)[0].token
    council.now += timedelta(hours=1)
    council.database.write_now(
        decide_request, council.framework, token, actor=Actor.person(HEAD), agree=True, now=council.now
    )
    shown = refreshed(council)[HEAD]
    assert shown.present.finished
    assert "You agreed this on Tuesday 20 January 2026 at 11:00 am." in says(council, shown)


def test_a_card_that_is_gone_is_forgotten_without_a_word(council: LivingCouncil) -> None:
    item = late(council)
    send_it_in(council, item)
    before = len(council.notices_about(item.reference))
    assert HEAD in refreshed(council, "never")
    assert council.database.read_now(channels.card_of, HEAD, item.reference) is None
    assert len(council.notices_about(item.reference)) == before


def test_a_channel_that_is_busy_is_tried_again(council: LivingCouncil) -> None:
    item = late(council)
    send_it_in(council, item)
    assert HEAD in refreshed(council, "later")
    assert refreshed(council) == {}
    council.now += timedelta(minutes=2)
    assert HEAD in refreshed(council)


def test_a_change_while_the_card_is_being_changed_is_not_lost(council: LivingCouncil) -> None:
    item = late(council)
    send_it_in(council, item)
    (mine,) = [
        one
        for one in council.database.write_now(claim_refreshes, council.framework, now=council.now)
        if one.card.person == HEAD
    ]
    council.now += timedelta(minutes=5)
    council.database.write_now(living_cards.mark_stale, item.reference, at=council.now)
    council.database.write_now(finish_refresh, mine, CourierResult("sent"), now=council.now)
    assert HEAD in refreshed(council)


def test_someone_who_blocked_us_or_left_has_no_card_to_change(council: LivingCouncil) -> None:
    item = late(council)
    council.database.write_now(channels.set_state, HEAD, "teams", "blocked", "403", council.now)
    send_it_in(council, item)
    assert HEAD not in refreshed(council)


def test_whoever_must_look_gets_a_new_message_and_the_older_card_says_that_there_is_one(
    council: LivingCouncil,
) -> None:
    item = late(council)
    first = council.database.read_now(channels.card_of, TEAM_MANAGER_2, item.reference)
    council.when_the_service_looks(london("2026-02-09 09:00"))
    newer = council.database.read_now(channels.card_of, TEAM_MANAGER_2, item.reference)
    assert first and newer and first.activity_id != newer.activity_id
    older = refreshed(council)[TEAM_MANAGER_2]
    assert older.card.activity_id == first.activity_id
    assert "There is a newer message about this one further down." in says(council, older)
    council.now += timedelta(days=1)
    assert refreshed(council) == {}


def test_whoever_is_only_told_for_information_has_their_card_changed_in_place(council: LivingCouncil) -> None:
    item = late(council)
    council.when_the_service_looks(london("2026-02-09 09:00"))
    every = [delivery for delivery, _ in council.courier.taken if delivery.notice.event == "E12"]
    taken = {delivery.person.id: delivery for delivery in every}
    assert taken[HEAD].card is not None
    assert taken[DIRECTOR].card is None
    assert council.database.read_now(channels.card_of, HEAD, item.reference)


def test_history_from_before_there_were_living_cards_is_not_walked(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    send_it_in(council, item)
    council.database.write_now(channels.save_card, Card(HEAD, item.reference, "chat", "1:1", council.now))
    assert refreshed(council) == {}
