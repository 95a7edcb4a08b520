"""Each notice in full, word for word: what a manager, those above, the practitioner and the QA lead read."""

from __future__ import annotations

from typing import Any

import pytest

from dialogs.notices.notices import NoWords, render
from tests.dialogs.reading import buttons_of
from tests.dialogs.sample_facts import DUE, FRAMEWORK, TOKEN, delivery, header
from tests.dialogs.samples import notices

IF_NOTHING = (
    "If nothing happens: on Thursday 31 December your Senior Manager and Head of Service are told, "
    "on Tuesday 5 January the Director, on Tuesday 12 January the Executive Director."
)


def _buttons(name: str) -> dict[str, Any]:
    card = notices()[name].card
    assert card
    return buttons_of(card)


def test_an_allocation_says_what_by_when_and_what_happens_otherwise() -> None:
    message = notices()["e1_allocated"]
    assert message.text == (
        "A learning space for you: LS-2026Q3-014\n\n"
        "Please meet the practitioner, in person if you can, and look together at one piece of their work: "
        "what went well, what the child gained, and what could be even better.\n\n"
        "Function: Family Safeguarding\n"
        "Post: Team Manager, Harbour Team\n"
        "Due: Tuesday 29 December\n\n"
        "The form comes in short steps. It saves at every step, so you can stop and come back, on any device.\n\n"
        f"{IF_NOTHING}\n\n"
        "[Open] or type: open LS-2026Q3-014\n[Open in a window] or type: open LS-2026Q3-014\n"
        "[Ask for more time] or type: extension LS-2026Q3-014"
    )
    assert message.summary == "A learning space is waiting for you: LS-2026Q3-014, due Tuesday 29 December."
    assert _buttons("e1_allocated") == {
        "Open": {"verb": "open", "ref": TOKEN},
        "Open in a window": {"msteams": {"type": "task/fetch"}, "verb": "open", "ref": TOKEN},
        "Ask for more time": {"verb": "more_time", "ref": TOKEN},
    }


def test_a_mash_allocation_says_which_stream_it_belongs_to() -> None:
    assert "Part of: MASH learning spaces" in notices()["e3_mash"].text


def test_a_head_of_service_is_not_told_that_they_will_be_told() -> None:
    text = notices()["e1_allocated_head"].text
    assert "on Thursday 31 December the Director is told" in text
    assert "your Head of Service" not in text


def test_a_week_before_it_suggests_booking_the_meeting_unless_the_form_is_begun() -> None:
    assert "If the meeting is not booked yet, please book it soon." in notices()["e6_week"].text
    begun = notices()["e6_week_begun"]
    assert "You have begun it, and everything you wrote is saved." in begun.text
    assert "book" not in begun.text
    assert list(_buttons("e6_week_begun")) == ["Carry on", "Ask for more time"]


def test_two_days_before_it_says_whom_to_ask_for_more_time_while_there_is_some() -> None:
    assert "ask your Head of Service now. It can only be agreed up to the due date." in notices()["e6_two_days"].text
    assert "ask the Director now." in notices()["e6_two_days_head"].text


def test_on_the_day_it_says_until_when() -> None:
    text = notices()["e7_today"].text
    assert "Your learning space is due by 11:59 pm on Tuesday 29 December." in text
    assert "the last moment at which your Head of Service can agree to more time." in text


def test_one_day_late_stays_between_us_and_shows_the_way_out() -> None:
    text = notices()["e10_late"].text
    assert text.startswith("1 day late on Wednesday 30 December: LS-2026Q3-014")
    assert "It stays open, and sending it in stops the reminders." in text
    assert "tell your manager: they can help." in text
    assert list(_buttons("e10_late")) == ["Open"]


def test_those_above_get_the_header_and_what_helps() -> None:
    assert notices()["e11_managers"].text == (
        "A learning space, 2 days late on Thursday 31 December: LS-2026Q3-014\n\n"
        "Manager: Priya Fernhollow\n"
        "Function: Family Safeguarding\n"
        "Was due: Tuesday 29 December\n\n"
        "You are told because you are in the manager's line. They have been told that you know.\n\n"
        "There is nothing for you to fill in. A word about what is in the way is often enough.\n\n"
        "If nothing happens: on Tuesday 5 January the Director is told, "
        "on Tuesday 12 January the Executive Director."
    )
    assert _buttons("e11_managers") == {}


def test_nothing_is_said_behind_the_late_managers_back() -> None:
    text = notices()["e11_auditor"].text
    assert "your Senior Manager and Head of Service were told on Thursday 31 December, so that they can help." in text
    assert "As the framework asks, the Director was told on Tuesday 5 January" in notices()["e12_auditor"].text
    assert list(_buttons("e11_auditor")) == ["Open"]


def test_without_knowing_who_was_told_it_says_so_no_further_than_it_knows() -> None:
    said = render(delivery("E11", "auditor", header(DUE.replace(day=31)), on=DUE.replace(day=31)), FRAMEWORK)
    assert "the managers above you were told on Thursday 31 December" in said.text


def test_a_copy_says_that_it_is_for_information() -> None:
    assert "For information: on Tuesday 5 January this went to the Director." in notices()["e12_copy"].text


def test_a_deputy_and_the_qa_lead_are_told_why_they_hear() -> None:
    assert "You are told because you are covering for the person who normally hears." in notices()["e11_deputy"].text
    text = notices()["e11_vacant"].text
    assert "it comes to you instead:\n\nThe post of Senior Manager, Harbour, is vacant and has no deputy." in text


def test_the_last_rung_promises_nothing_further() -> None:
    assert "If nothing happens" not in notices()["e13_executive"].text


def test_a_repeat_says_repeat_first_and_keeps_its_reference() -> None:
    message = notices()["e13_repeat"]
    assert message.text.startswith("Repeat: A learning space, 14 days late on Tuesday 12 January: LS-2026Q3-014")
    assert message.summary.startswith("Repeat: ")
    assert "nothing new has happened" in message.text


def test_one_message_after_a_time_without_service_says_how_many_it_replaces() -> None:
    assert "This message takes the place of 2 earlier ones." in notices()["e12_auditor"].text


def test_the_practitioner_hears_kindly_and_may_add_a_reflection() -> None:
    text = notices()["e2_chosen"].text
    assert "chosen for a learning space with Priya Fernhollow." in text
    assert "your own reflection counts" in text
    assert "There is nothing you need to fill in." in text
    assert _buttons("e2_chosen") == {"Add a reflection": {"verb": "reflect", "ref": "LS-2026Q3-014"}}
    assert _buttons("e2_chosen_team") == {}
    assert "For information" in notices()["e2_chosen_team"].text


def test_immediate_attention_is_taken_up_with_one_press() -> None:
    assert _buttons("e16_attention") == {
        "I have spoken to them": {"verb": "acknowledge", "ref": "LS-2026Q3-014"},
    }


def test_the_senior_manager_is_asked_to_meet_by_a_day_and_the_others_are_told_so() -> None:
    senior, others = notices()["e17_senior"].text, notices()["e17_others"].text
    assert "Please meet the practitioner and their manager" in senior
    assert "Meet by: Thursday 17 December" in senior
    assert "A Senior Manager has been asked to meet the practitioner" in others
    assert "Form back to the QA team by: Thursday 31 December" in others


def test_where_nobody_could_be_asked_to_meet_the_qa_lead_is_asked_to_find_someone() -> None:
    qa, others = notices()["e17_nobody_qa"].text, notices()["e17_nobody"].text
    assert "Please find someone who can." in qa
    assert "The post of Senior Manager, Harbour, is vacant and has no deputy." in qa
    assert "The QA lead is asked to find someone who can." in others
    for text in (qa, others):
        assert "has been asked to meet" not in text


def test_good_work_is_thanked_without_a_grade() -> None:
    text = notices()["e18_thanks"].text
    assert "the work in this learning space has been recognised" in text
    assert "A word of thanks from you goes a long way." in text


def test_posts_without_one_are_counted_by_reason() -> None:
    text = notices()["e20_unserved"].text
    assert text.startswith("Three posts without a learning space in December 2026")
    assert "Post is vacant: two posts" in text


def test_someone_out_of_reach_is_named_to_the_qa_lead_and_nobody_higher_hears() -> None:
    text = notices()["e65_undelivered"].text
    assert "To: Gethin Gorsedale" in text
    assert "Why: They have blocked this app in Teams." in text
    assert "Nobody higher up has been told instead." in text


def test_a_held_sweep_says_that_nothing_is_lost() -> None:
    text = notices()["e68_held"].text
    assert "The clock has moved 12 days since the last look" in text
    assert "nothing has been sent. Nothing is lost either." in text


def test_an_event_without_words_is_refused_and_not_sent_blank() -> None:
    with pytest.raises(NoWords):
        render(delivery("E99", "auditor", {}), FRAMEWORK)


def test_a_notice_with_the_fewest_facts_still_makes_sense() -> None:
    for event in ("E1", "E2", "E3", "E6", "E7", "E10", "E11", "E12", "E13", "E15", "E16", "E17", "E18", "E20", "E65"):
        message = render(delivery(event, "qa_lead", {"reference": "LS-2026Q3-014"}), FRAMEWORK)
        assert message.text
        assert "None" not in message.text
        assert ": \n" not in message.text
