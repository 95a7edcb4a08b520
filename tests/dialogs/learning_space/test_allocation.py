"""The QA lead sees a month as a whole before anything is sent: totals, exceptions with their reasons, the seed."""

from __future__ import annotations

from pathlib import Path

from dialogs.learning_space.allocation import MOST_POSTS, REASONS, proposal_message
from policy.allocation.allocation_plan import Unserved
from tests.dialogs.reading import buttons_of
from tests.dialogs.sample_facts import FRAMEWORK, proposal
from tests.dialogs.samples import cards, messages

RUN = "a" * 32
ROOT = Path(__file__).parents[3]


def test_a_proposal_shows_totals_for_the_month_and_the_quarter() -> None:
    text = messages()["proposal"].text
    assert text.startswith("A proposal for December 2026: 38 learning spaces\n\nNothing is sent until you approve it.")
    assert "This month: 38 of 40 wanted, 2 MASH learning spaces among them (the framework expects 40)" in text
    assert "This quarter: 78 of 119 posts, 37 to come in a later month" in text
    assert "Due: Tuesday 29 December" in text


def test_a_month_that_has_its_share_says_so_and_offers_what_the_quarter_lacks() -> None:
    text = messages()["given_out"].text
    assert text.startswith("December 2026 has been allocated\n\nIt has what it is to have")
    assert "This month: 40 given, none more, of 40 wanted (the framework expects 40)" in text
    assert buttons_of(cards()["given_out"]) == {
        "Propose 37 more": {"verb": "propose_more", "step": "2026-12/77"},
    }


def test_a_proposal_another_has_overtaken_says_what_was_given_and_what_is_missing() -> None:
    assert messages()["overtaken"].text.split("\n\n")[1] == (
        "40 learning spaces of December 2026 were allocated since, so the proposal you pressed was put aside."
    )


def test_a_proposal_counts_by_function_and_names_work_from_another_one() -> None:
    text = messages()["proposal"].text
    assert "Family Safeguarding: 5" in text
    assert "Cases from another function\n\nNo suitable case in the post's own function: 1" in text


def test_every_post_left_out_is_there_with_its_reason() -> None:
    text = messages()["proposal"].text
    assert "Four posts without one, and why" in text
    assert (
        "Post is vacant (2): Team Manager, Duty Team 2; Senior Manager, Harbour (the post is vacant; "
        "Ngozi Elmscar stands in" in text
    )
    assert "Every practitioner drawn in the last year (1): Reviewing Officer" in text


def test_a_crowd_of_exceptions_is_listed_in_part_and_counted_in_full() -> None:
    text = messages()["proposal_many_exceptions"].text
    assert "160 posts without one, and why" in text
    assert f"; and {11 - MOST_POSTS} more" in text


def test_what_is_true_of_every_post_of_a_reason_is_said_once() -> None:
    detail = "more than one month's share; a higher ceiling for the month takes it up"
    crowd = tuple(Unserved(f"TM-{n:02}", "over_the_limit", detail, f"Team {n}") for n in range(9))
    text = proposal_message(proposal(crowd), FRAMEWORK).text
    assert f"(9): Team 0; Team 1; Team 2; Team 3; Team 4; Team 5; and 3 more: {detail}" in text


def test_with_nobody_left_out_it_says_so() -> None:
    assert "Every post that should have one has one." in messages()["proposal_all_served"].text


def test_the_seed_is_shown_so_that_anyone_can_repeat_the_draw() -> None:
    assert "Seed 1847302211: the same seed gives the same proposal." in messages()["proposal"].text


def test_a_proposal_is_approved_or_left_for_now_and_a_preview_is_neither() -> None:
    assert buttons_of(cards()["proposal"]) == {
        "Approve": {"verb": "approve_run", "ref": RUN},
        "Not now": {"verb": "withdraw_run", "ref": RUN},
    }
    assert buttons_of(cards()["proposal_preview"]) == {}


def test_approving_says_when_people_hear_and_a_second_press_that_nothing_was_sent_again() -> None:
    assert "told on Tuesday 1 December, in send hours" in messages()["approved"].text
    assert "References: LS-2026Q3-041 to LS-2026Q3-078" in messages()["approved"].text
    ahead = messages()["approved_ahead"].text
    assert "told on Tuesday 1 December" in ahead
    assert "Two posts have changed since the proposal" in ahead
    assert "nothing was sent a second time" in messages()["approved_again"].text


def test_every_reason_we_have_words_for_is_one_that_the_policy_gives() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "policy").rglob("*.py"))
    assert [reason for reason in REASONS if f'"{reason}"' not in sources] == []
