"""Moderation: how many are drawn and that the draw can be repeated, who may look again, and what came of it."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.calendar.calendar import Calendar
from policy.council.establishment import Leave
from policy.follow_up.moderation import (
    LookedAt,
    Returned,
    agreement,
    choose_moderator,
    draw_sample,
    final_grade,
    latest_look,
    looks,
    may_moderate,
    needed,
    outcome_of,
)
from policy.framework.framework import Framework
from tests.councils import (
    HEAD,
    QA_LEAD,
    QA_OFFICER,
    REVIEW_HEAD,
    TEAM_MANAGER,
    WORKERS,
    small_council,
    with_leave,
    with_post,
)

RATE = 0.15


def _returned(count: int, functions: int = 4, auditors: int = 5) -> list[Returned]:
    return [
        Returned(f"LS-2026Q3-{n:03}", f"function-{n % functions}", f"p-{n % (functions * auditors)}")
        for n in range(1, count + 1)
    ]


@pytest.mark.parametrize(("returned", "drawn"), [(0, 0), (1, 1), (7, 2), (24, 4), (40, 6), (100, 15), (120, 18)])
def test_fifteen_per_cent_is_rounded_up(returned: int, drawn: int) -> None:
    assert needed(returned, RATE) == drawn
    assert len(draw_sample(_returned(returned), {}, 7, RATE)) == drawn


def test_every_inadequate_comes_on_top_of_the_fifteen_per_cent() -> None:
    already = {f"LS-2026Q3-{n:03}": "inadequate" for n in (1, 2, 3)} | {"LS-2026Q3-004": "soft_check"}
    drawn = draw_sample(_returned(40), already, 7, RATE)
    assert len(drawn) == 6
    assert not {one.reference for one in drawn} & set(already)


def test_three_monthly_draws_reach_the_quarters_number_and_draw_nothing_twice() -> None:
    already: dict[str, str] = {}
    for returned in (7, 40, 120):
        drawn = draw_sample(_returned(returned), already, returned, RATE)
        already |= {one.reference: "random" for one in drawn}
        assert len(already) == needed(returned, RATE)
    assert len(already) == 18


@given(st.permutations(_returned(40)), st.integers(0, 2**31))
def test_the_same_seed_draws_the_same_in_whatever_order_they_come(shuffled: list[Returned], seed: int) -> None:
    assert draw_sample(shuffled, {}, seed, RATE) == draw_sample(_returned(40), {}, seed, RATE)


def test_another_seed_draws_others() -> None:
    assert len({draw_sample(_returned(40), {}, seed, RATE) for seed in range(20)}) == 20


def test_functions_and_then_auditors_take_turns() -> None:
    drawn = draw_sample(_returned(120), {}, 3, RATE)
    assert set(Counter(one.function for one in drawn).values()) <= {4, 5}
    assert set(Counter(one.auditor for one in drawn).values()) == {1}


def test_a_function_that_returns_much_is_drawn_from_more() -> None:
    large = [Returned(f"LS-2026Q3-{n:03}", "large", f"p-{n}") for n in range(1, 91)]
    small = [Returned(f"LS-2026Q3-{n:03}", "small", f"p-{n}") for n in range(91, 101)]
    counted = Counter(one.function for one in draw_sample([*large, *small], {}, 5, RATE))
    assert counted == {"large": 13, "small": 2}


def test_when_nearly_all_is_moderated_already_the_draw_takes_what_is_left() -> None:
    already = {f"LS-2026Q3-{n:03}": "inadequate" for n in range(1, 7)}
    assert [one.reference for one in draw_sample(_returned(7), already, 1, RATE)] == ["LS-2026Q3-007"]


def test_nobody_moderates_their_own_work_or_the_work_of_their_line() -> None:
    council = small_council()
    about = {"auditor": TEAM_MANAGER, "post": "tm-north-1", "practitioner": WORKERS[3]}
    assert may_moderate(council, QA_OFFICER, **about)
    assert not may_moderate(council, TEAM_MANAGER, **about)
    assert not may_moderate(council, HEAD, **about)
    assert not may_moderate(council, WORKERS[3], **about)
    managing = with_post(council, "sm-north", holder=QA_LEAD)
    assert not may_moderate(managing, QA_LEAD, **about)


def _moderator(council=None, load=None, auditor=TEAM_MANAGER, post="tm-north-1", known_to=()) -> str:  # type: ignore[no-untyped-def]
    return choose_moderator(
        council or small_council(),
        ("qa_officer", "qa_lead"),
        LookedAt("LS-2026Q3-014", auditor, post, WORKERS[3], frozenset(known_to)),
        load=load or {},
        on=date(2026, 12, 1),
        seed=7,
    )


def test_whoever_has_fewest_looks_next() -> None:
    assert _moderator(load={QA_LEAD: 3, QA_OFFICER: 2}) == QA_OFFICER
    assert _moderator(load={QA_LEAD: 1, QA_OFFICER: 2}) == QA_LEAD


def test_somebody_on_leave_is_left_in_peace_while_there_is_another() -> None:
    away = with_leave(small_council(), Leave(QA_OFFICER, date(2026, 11, 30), date(2026, 12, 4)))
    assert _moderator(away, {QA_LEAD: 9}) == QA_LEAD


def test_whoever_knows_the_grade_looks_again_only_when_nobody_else_is_there() -> None:
    assert _moderator(load={QA_OFFICER: 9}, known_to=[QA_LEAD]) == QA_OFFICER
    away = with_leave(small_council(), Leave(QA_OFFICER, date(2026, 11, 30), date(2026, 12, 4)))
    assert _moderator(away, known_to=[QA_LEAD]) == QA_LEAD


def test_nobody_at_all_is_said_and_not_made_up() -> None:
    council = with_post(with_post(small_council(), "qa-lead", holder=""), "qa-officer", holder="")
    assert _moderator(council) == ""


def test_the_work_of_the_qa_teams_own_manager_is_still_looked_at() -> None:
    assert _moderator(auditor=REVIEW_HEAD, post="hos-review") in (QA_LEAD, QA_OFFICER)


@pytest.mark.parametrize(
    ("original", "moderated", "accepted", "outcome", "final"),
    [
        ("good", "good", True, "agreed", "good"),
        ("good", "outstanding", True, "raised", "outstanding"),
        ("requires_improvement", "inadequate", True, "lowered", "inadequate"),
        ("good", "inadequate", False, "not_agreed", "good"),
    ],
)
def test_the_outcome_follows_from_the_two_grades_and_the_managers_view(
    framework: Framework, original: str, moderated: str, accepted: bool, outcome: str, final: str
) -> None:
    assert outcome_of(original, moderated, accepted=accepted, grades=framework.grades) == outcome
    assert final_grade(original, moderated, outcome) == final


def test_agreement_is_reported_exact_and_within_one_grade(framework: Framework) -> None:
    found = agreement(
        [("good", "good"), ("good", "requires_improvement"), ("good", "inadequate"), ("good", "outstanding")],
        framework.grades,
    )
    assert (found.moderated, found.exact, found.within_one, found.raised, found.lowered) == (4, 1, 3, 1, 2)
    assert found.exact_share == 0.25
    assert agreement([], framework.grades).exact_share is None


def test_the_rate_is_looked_at_weekly_from_week_nine_and_on_the_last_day(framework: Framework) -> None:
    calendar = Calendar.of(framework)
    quarter = calendar.quarter_of(date(2026, 12, 1))
    assert [(look.step, look.on) for look in looks(quarter, 9)] == [
        ("w9", date(2026, 11, 26)),
        ("w10", date(2026, 12, 3)),
        ("w11", date(2026, 12, 10)),
        ("w12", date(2026, 12, 17)),
        ("w13", date(2026, 12, 24)),
        ("end", date(2026, 12, 31)),
    ]
    assert latest_look(calendar, date(2026, 11, 25), 9) is None
    found = latest_look(calendar, date(2027, 1, 4), 9)
    assert found and (found[0].key, found[1].step) == ("2026-27Q3", "end")
