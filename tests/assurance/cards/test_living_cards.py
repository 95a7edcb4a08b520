"""Living cards: what one person does is soon on the cards the others hold, in place and without a sound."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from assurance.cards.living_cards import (
    Refresh,
    anything_stale,
    claim_refreshes,
    finish_refresh,
    retire,
)
from assurance.common.courier import CourierResult
from assurance.escalation.hold_steps import hold_steps
from assurance.more_time.ask_more_time import ask
from dialogs.notices.living import present_message
from policy.council.actor import Actor
from storage.casework import more_time
from storage.casework.learning_spaces import LearningSpace
from storage.contact import channels, living_cards
from storage.contact.channels import Card
from storage.contact.living_cards import Change
from storage.outbox import backlog
from tests.assurance.deciding import decide_request
from tests.assurance.forms_filled import fill_in, send_in
from tests.councils import DIRECTOR, HEAD, QA_LEAD, SENIOR_MANAGER, TEAM_MANAGER_2, small_council
from tests.dialogs.reading import ageing
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
    assert council.database.read_now(backlog.read, now=council.now).leased == 0


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


def test_a_request_that_somebody_else_decided_says_who_and_when(council: LivingCouncil) -> None:
    item = given(council)
    _asks_for_more_time(council, item)
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
    assert "You agreed this on Tuesday 20 January 2026 at 11:01 am." in says(council, shown)


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
    council.database.write_now(living_cards.mark_stale, [Change(10**6, council.now, "came_in", item.reference)])
    council.database.write_now(finish_refresh, mine, CourierResult("sent"), now=council.now)
    assert HEAD in refreshed(council)


def test_a_card_that_was_changed_late_goes_on_living(council: LivingCouncil) -> None:
    item = late(council)
    _put_off(council, item)
    council.now += timedelta(days=4)  # a service that was away for a long weekend
    assert HEAD in refreshed(council)
    send_it_in(council, item)
    assert "It has been sent in" in says(council, refreshed(council)[HEAD])


def test_what_happens_while_a_message_is_on_its_way_is_soon_on_it(council: LivingCouncil) -> None:
    item = given(council)
    council.now = london("2026-02-04 09:00")
    council.sweep()
    on_their_way = council.claim()
    send_it_in(council, item)
    refreshed(council)
    for delivery in on_their_way:
        council.send(delivery)
    found = refreshed(council)
    assert {one.notice.recipient for one in on_their_way if one.notice.subject == item.reference} <= found.keys()
    assert says(council, found[HEAD]).startswith(f"Sent in: {item.reference}")


def test_a_message_that_holds_the_newest_is_not_changed_at_once(council: LivingCouncil) -> None:
    item = given(council)
    _asks_for_more_time(council, item)
    council.when_the_service_looks()
    assert HEAD in {said.person for said in council.said if said.event == "E8"}
    assert HEAD not in refreshed(council)


def test_a_request_goes_on_being_asked_when_other_news_of_the_same_item_is_posted(council: LivingCouncil) -> None:
    item = given(council)
    _asks_for_more_time(council, item)
    council.when_the_service_looks()
    asked = council.database.read_now(channels.card_of, HEAD, item.reference)
    assert asked and asked.event == "E8"
    newer = Card(HEAD, item.reference, "chat-p-head", "1:newer", council.now, "E10")
    council.database.write_now(retire, asked, at=council.now)
    council.database.write_now(channels.save_card, newer)
    by_message = {one.card.activity_id: one for one in _batch(council)}
    assert by_message[asked.activity_id].present.kind == "to_decide"
    token = council.database.read_now(more_time.of, item.reference)[0].token
    council.now += timedelta(hours=1)
    actor = Actor.person(HEAD)
    council.database.write_now(decide_request, council.framework, token, actor=actor, agree=False, now=council.now)
    by_message = {one.card.activity_id: one for one in _batch(council)}
    assert by_message[asked.activity_id].present.kind == "settled"
    assert by_message["1:newer"].present.kind == "header"


def test_a_request_brought_up_to_date_still_says_which_date_was_moved_and_keeps_the_note_behind_its_button(
    council: LivingCouncil,
) -> None:
    item = given(council)
    _asks_for_more_time(council, item, days=5, note="The room is not free before then.")
    council.when_the_service_looks()
    refreshed(council)
    _put_off(council, item)
    said = says(council, refreshed(council)[HEAD])
    assert "Saturday 7 February is not a working day, so the new date is Monday 9 February." in said
    assert "[Agree]\n[Decline]\n[Read their note]" in said
    assert "The room" not in said


def test_a_request_overtaken_by_the_form_does_not_say_that_nobody_decided_it(council: LivingCouncil) -> None:
    item = given(council)
    _asks_for_more_time(council, item)
    council.when_the_service_looks()
    refreshed(council)
    council.now += timedelta(hours=1)
    send_it_in(council, item)
    assert "It was overtaken: the form came in on Tuesday 20 January 2026 at 11:01 am." in says(
        council, refreshed(council)[HEAD]
    )
    council.when_the_service_looks(council.now + timedelta(days=1))  # the sweep writes the request off
    found = refreshed(council)
    assert "It was overtaken: the form came in" in says(council, found[HEAD])


def _batch(council: LivingCouncil) -> list[Refresh]:
    batch = council.database.write_now(claim_refreshes, council.framework, now=council.now)
    for one in batch:
        council.database.write_now(finish_refresh, one, CourierResult("sent"), now=council.now)
    return batch


def _asks_for_more_time(council: LivingCouncil, item: LearningSpace, *, days: int = 3, note: str = "") -> None:
    raw = {"reason": "meeting_moved", "new_date": (item.due_on + timedelta(days=days)).isoformat(), "note": note}
    council.database.write_now(
        ask,
        council.framework,
        item.token,
        actor=Actor.person(TEAM_MANAGER_2),
        kind="extension",
        raw=raw,
        now=council.now,
    )


def _put_off(council: LivingCouncil, item: LearningSpace) -> None:
    """Something happens to it."""
    raw = {"reason": "auditor_away", "working_days": "2"}
    council.database.write_now(
        hold_steps, council.framework, item.token, actor=Actor.person(QA_LEAD), raw=raw, now=council.now
    )


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


def test_news_is_a_message_of_its_own_while_its_reader_may_be_typing_on_the_card(council: LivingCouncil) -> None:
    item = late(council)
    card = council.database.read_now(channels.card_of, HEAD, item.reference)
    assert card
    typing = replace(card, shows="CL-2025Q4-009", boxes=True, shown_at=london("2026-02-09 08:30"))
    council.database.write_now(living_cards.shows, typing)
    council.when_the_service_looks(london("2026-02-09 09:00"))
    (news,) = [one for one, _ in council.courier.taken if one.notice.event == "E12" and one.person.id == HEAD]
    assert news.card is None
    # What they opened there is theirs while they may be at it; after that it points to the newer one on every device.
    assert card.activity_id not in {one.card.activity_id for one in refreshed(council).values()}
    council.now += timedelta(hours=2)
    assert card.activity_id in {one.card.activity_id for one in _batch(council)}


def test_history_from_before_there_were_living_cards_is_not_walked(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    send_it_in(council, item)
    council.database.write_now(channels.save_card, Card(HEAD, item.reference, "chat", "1:1", council.now))
    assert refreshed(council) == {}


def test_when_its_date_has_gone_by_the_card_says_so_in_the_night(council: LivingCouncil) -> None:
    council.given_everyone_talks_to_the_bot()
    refreshed(council)
    council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 9))
    council.when_the_service_looks(london("2026-02-06 09:00"))  # the due date, a Friday; the next news is on Monday
    council.when_the_service_looks(london("2026-02-06 23:58"))
    assert refreshed(council) == {}, "the news of the day is its newest card"
    council.when_the_service_looks(london("2026-02-07 00:01"))
    council.when_the_service_looks(london("2026-02-07 00:02"))
    council.now += living_cards.SPREAD
    found = refreshed(council)
    assert found.keys() == {TEAM_MANAGER_2}, "whoever holds a card of it, and once"
    said = says(council, found[TEAM_MANAGER_2])
    assert "Was due Friday 6 February." in said
    assert "[Open] or type: open LS" in said
    assert "more time" not in said.lower()
    council.when_the_service_looks(london("2026-02-08 00:01"))
    council.now += living_cards.SPREAD
    assert refreshed(council) == {}, "another day changes none of its words"


def test_a_months_cards_do_not_change_in_one_minute(council: LivingCouncil) -> None:
    council.given_everyone_talks_to_the_bot()
    refreshed(council)
    item = council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 9))
    for number in range(200):
        card = Card(f"p-{number}", item.reference, "chat", f"1:{number}", council.now, "E11")
        council.database.write_now(channels.save_card, card)
    council.when_the_service_looks(london("2026-02-06 23:58"))
    council.when_the_service_looks(london("2026-02-07 00:01"))
    waits = [council.now + living_cards.SPREAD * part / 10 for part in range(11)]
    ready = [
        len(council.database.write_now(living_cards.claim, now=at, until=at + timedelta(days=1), limit=500))
        for at in waits
    ]
    assert sum(ready) == 200
    assert ready[0] < 5
    assert max(ready) < 50


def test_what_the_last_rung_left_in_the_chats_is_still_so_three_months_later(council: LivingCouncil) -> None:
    item = given(council)
    for day in ("2026-01-26", "2026-02-02", "2026-02-03", "2026-02-04", "2026-02-09", "2026-02-16"):
        council.when_the_service_looks(london(f"{day} 09:00"))
        refreshed(council)
    council.when_the_service_looks(london("2026-05-05 09:00"))
    assert refreshed(council) == {}, "nothing has happened since that a card would have to follow"
    newest = {said.person: said.message for said in council.said if said.subject == item.reference}
    assert {TEAM_MANAGER_2, SENIOR_MANAGER, HEAD, DIRECTOR} <= newest.keys()
    assert {who: found for who, said in newest.items() if (found := ageing(said.text))} == {}
    assert newest[TEAM_MANAGER_2].text.startswith(f"14 days late on Monday 16 February: {item.reference}")
    assert "Your learning space was due on Monday 2 February." in newest[TEAM_MANAGER_2].text
    assert "the Executive Director was told on Monday 16 February" in newest[TEAM_MANAGER_2].text
