"""What a message shows since somebody pressed on it: receipts stand, typing is never wiped, own work is followed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from assurance.cards.card_shows import Shown, note_shown
from assurance.cards.living_cards import BUSY_FOR, Refresh, claim_refreshes, finish_refresh
from assurance.common.courier import CourierResult
from assurance.escalation.hold_steps import hold_steps
from assurance.learning_space.reopen import reopen
from assurance.learning_space.take_back import take_back
from dialogs.notices.living import present_message
from policy.council.actor import Actor
from storage.casework.learning_spaces import LearningSpace
from storage.contact import channels, living_cards
from storage.contact.channels import Card
from storage.contact.living_cards import Change
from tests.assurance.forms_filled import MEETING, fill_in, save, send_in
from tests.councils import HEAD, QA_LEAD, TEAM_MANAGER_2
from tests.journeys.living_council import LivingCouncil

ME = TEAM_MANAGER_2
OWN, LIST = "activity-own", "activity-list"
"""The message the learning space came with, and a list that was asked for later."""


@pytest.fixture
def item(council: LivingCouncil) -> LearningSpace:
    """The manager's, on their card and on the card of their Head of Service."""
    council.given_everyone_talks_to_the_bot()
    council.database.write_now(claim_refreshes, council.framework, now=council.now)
    item = council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))
    for person, activity in ((ME, OWN), (HEAD, "activity-head")):
        card = Card(person, item.reference, f"chat-{person}", activity, council.now, "E1" if person == ME else "E10")
        council.database.write_now(channels.save_card, card)
    return item


def shown(item: LearningSpace, activity: str = OWN, *, boxes: bool = False, token: str = "") -> Shown:
    return Shown(f"chat-{ME}", activity, item.reference, token or item.token, boxes)


def pressed(council: LivingCouncil, what: Shown) -> None:
    """Answered with all that is known by now; what has no boxes is put on the channel's copy too."""
    seq = council.database.read_now(living_cards.newest_change)
    council.database.write_now(living_cards.answered, ME, what.activity_id, at=council.now)
    what = replace(what, copied=not what.boxes)
    council.database.write_now(note_shown, what, person=ME, seq=seq, now=council.now)


def changed(council: LivingCouncil) -> dict[str, Refresh]:
    """One round of the card keeper, by message."""
    batch = council.database.write_now(claim_refreshes, council.framework, now=council.now)
    for one in batch:
        council.database.write_now(finish_refresh, one, CourierResult("sent"), now=council.now)
    return {one.card.activity_id: one for one in batch}


def somebody_acts(council: LivingCouncil, item: LearningSpace) -> None:
    raw = {"reason": "auditor_away", "working_days": "2"}
    actor = Actor.person(QA_LEAD)
    council.database.write_now(hold_steps, council.framework, item.token, actor=actor, raw=raw, now=council.now)


def saves(council: LivingCouncil, item: LearningSpace) -> None:
    save(council.database, council.framework, item, "meeting", MEETING, now=council.now)


def words(council: LivingCouncil, one: Refresh) -> str:
    return present_message(one.present, council.framework, council.calendar.local_date(council.now)).text


def test_what_was_saved_elsewhere_is_soon_on_the_card_with_the_step_it_was_left_at(
    council: LivingCouncil, item: LearningSpace
) -> None:
    saves(council, item)
    assert changed(council) == {}  # whoever types on and on is not followed word by word
    council.now += living_cards.AFTER_A_SAVE
    said = words(council, changed(council)[OWN])
    assert "You have begun it, up to step 2 of " in said
    assert "What you wrote is saved, last on Tuesday 20 January 2026 at 10:00 am." in said
    assert "[Carry on]" in said and "[Open in a window]" in said
    assert MEETING["date_held"] not in said


def test_nobody_elses_card_says_how_far_they_have_come(council: LivingCouncil, item: LearningSpace) -> None:
    saves(council, item)
    council.now += timedelta(minutes=1)
    assert changed(council).keys() == {OWN}


def test_the_receipt_of_what_somebody_did_stands_until_something_else_happens(
    council: LivingCouncil, item: LearningSpace
) -> None:
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    pressed(council, shown(item))
    council.now += timedelta(hours=1)
    assert OWN not in changed(council)
    council.now += timedelta(days=1)
    assert changed(council) == {}


def test_what_happens_after_the_receipt_is_on_the_card_once_it_could_be_read(
    council: LivingCouncil, item: LearningSpace
) -> None:
    saves(council, item)
    pressed(council, shown(item))
    somebody_acts(council, item)
    assert changed(council).keys() == {"activity-head"}
    council.now += timedelta(minutes=1)
    assert changed(council).keys() == {OWN}


def test_a_change_between_the_answer_and_its_note_is_not_lost(council: LivingCouncil, item: LearningSpace) -> None:
    before = council.database.read_now(living_cards.newest_change)
    somebody_acts(council, item)
    changed(council)
    council.database.write_now(note_shown, shown(item), person=ME, seq=before, now=council.now)
    council.now += timedelta(minutes=1)
    assert OWN in changed(council)


def test_what_is_typed_on_a_card_is_never_wiped_by_what_others_or_they_themselves_do_elsewhere(
    council: LivingCouncil, item: LearningSpace
) -> None:
    pressed(council, shown(item, boxes=True))
    somebody_acts(council, item)
    council.now += timedelta(minutes=30)
    saves(council, item)
    council.now += timedelta(minutes=30)
    assert OWN not in changed(council)
    council.now += BUSY_FOR
    assert OWN in changed(council)


def test_once_there_is_nothing_to_fill_in_the_boxes_go(council: LivingCouncil, item: LearningSpace) -> None:
    pressed(council, shown(item, boxes=True))
    actor = Actor.person(QA_LEAD)
    reason = next(iter(council.framework.taking_back.reasons))
    council.database.write_now(
        take_back, council.framework, item.reference, actor=actor, reason=reason, now=council.now
    )
    council.now += timedelta(minutes=1)
    assert words(council, changed(council)[OWN]).startswith(f"No longer needed: {item.reference}")


def test_another_form_on_the_same_card_is_not_wiped_either(council: LivingCouncil, item: LearningSpace) -> None:
    other = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case="NM-000011")
    pressed(council, replace(shown(item), reference=other.reference, token=other.token, boxes=True))
    somebody_acts(council, item)
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    council.now += timedelta(hours=1)
    assert OWN not in changed(council)


def test_a_list_that_was_asked_for_on_a_card_is_left_to_whoever_reads_it(
    council: LivingCouncil, item: LearningSpace
) -> None:
    pressed(council, Shown(f"chat-{ME}", OWN))
    somebody_acts(council, item)
    council.now += timedelta(minutes=5)
    assert OWN not in changed(council)
    council.now += timedelta(minutes=10)
    assert OWN in changed(council)


def test_any_message_in_which_an_item_was_opened_is_kept_true_beside_its_card(
    council: LivingCouncil, item: LearningSpace
) -> None:
    pressed(council, shown(item, LIST, boxes=True))
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    council.now += timedelta(minutes=1)
    found = changed(council)
    assert {OWN, LIST} <= found.keys()
    assert words(council, found[LIST]).startswith(f"Sent in: {item.reference}")


def test_a_message_that_shows_something_else_again_is_let_go(council: LivingCouncil, item: LearningSpace) -> None:
    pressed(council, shown(item, LIST))
    pressed(council, Shown(f"chat-{ME}", LIST))
    somebody_acts(council, item)
    council.now += timedelta(hours=1)
    assert LIST not in changed(council)


def test_no_message_becomes_a_card_of_what_its_button_does_not_stand_for(
    council: LivingCouncil, item: LearningSpace
) -> None:
    other = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case="NM-000011")
    for token in (other.token, item.reference, "", "x" * 32):
        pressed(council, replace(shown(item, LIST), token=token))
        assert council.database.read_now(living_cards.on_message, ME, LIST) == []


def test_an_older_card_somebody_pressed_on_lives_on_beside_the_newer_one(
    council: LivingCouncil, item: LearningSpace
) -> None:
    older = council.database.read_now(channels.card_of, ME, item.reference)
    assert older is not None
    council.database.write_now(channels.save_card, replace(older, activity_id="activity-newer"))
    council.database.write_now(channels.save_card, replace(older, subject=f"{item.reference}|{OWN}"))
    pressed(council, shown(item))
    somebody_acts(council, item)
    council.now += timedelta(minutes=1)
    found = changed(council)
    assert found[OWN].present.kind == found["activity-newer"].present.kind == "to_do"


def test_a_press_while_the_card_is_being_changed_has_it_looked_at_once_more(
    council: LivingCouncil, item: LearningSpace
) -> None:
    somebody_acts(council, item)
    batch = council.database.write_now(claim_refreshes, council.framework, now=council.now)
    (mine,) = [one for one in batch if one.card.activity_id == OWN]
    saves(council, item)
    pressed(council, shown(item))
    council.database.write_now(finish_refresh, mine, CourierResult("sent"), now=council.now)
    council.now += timedelta(minutes=1)
    assert "You have begun it" in words(council, changed(council)[OWN])


def test_a_form_that_was_opened_again_is_to_be_corrected_and_not_sent_in(
    council: LivingCouncil, item: LearningSpace
) -> None:
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    changed(council)
    reason = next(iter(council.framework.corrections.reasons))
    actor = Actor.person(QA_LEAD)
    council.now += timedelta(hours=1)
    council.database.write_now(reopen, council.framework, item.reference, actor=actor, reason=reason, now=council.now)
    found = changed(council)
    assert words(council, found[OWN]).startswith(f"Open again: {item.reference}")
    pressed(council, shown(item, boxes=True))
    somebody = replace(found[OWN].stale, stale_since=council.now)
    council.database.write_now(living_cards.mark_stale, [Change(10**6, council.now, "came_in", somebody.card.subject)])
    council.now += timedelta(minutes=5)
    assert OWN not in changed(council)  # they are typing the correction
