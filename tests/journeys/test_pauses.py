"""The clock stands still: an inspection freeze and a practice week, for who is in time and for who is late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assurance.common.more_time_refusals import FreezeStands, NoFreeze, OnlyQaLead, TooLateToAsk
from assurance.escalation.freeze import freeze, unfreeze
from assurance.forms.open_form import open_form
from assurance.home.waiting import waiting
from assurance.more_time.ask_more_time import ask, request_form
from assurance.self_check.verify import verify
from dialogs.forms.form_card import form_message
from dialogs.home.home import home_message
from dialogs.learning_space.learning_space import due_words
from dialogs.more_time.more_time import request_message
from policy.council.actor import Actor
from policy.framework.rules_more_time import PracticeWeek
from storage.casework import more_time
from storage.casework.learning_spaces import LearningSpace
from storage.engine.database import Database
from tests.assurance.forms_filled import fill_in, send_in
from tests.councils import DIRECTOR, HEAD, QA_LEAD, QA_OFFICER, SENIOR_MANAGER, TEAM_MANAGER
from tests.journeys.living_council import LivingCouncil, london, nine, shipped_framework

ALLOCATED = date(2026, 1, 5)
DUE = date(2026, 2, 2)


@pytest.fixture
def item(council: LivingCouncil) -> LearningSpace:
    return council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)


def switching(council: LivingCouncil, at: str, *, on: bool, by: str = QA_LEAD) -> None:
    """The QA lead stops or starts the clock at a London moment."""
    council.now = london(at)
    use_case = freeze if on else unfreeze
    council.database.write_now(use_case, council.framework, actor=Actor.person(by), now=council.now)


def said_of(council: LivingCouncil, item: LearningSpace) -> dict[str, set[date]]:
    """On which days each step of one learning space was said."""
    found: dict[str, set[date]] = {}
    for said in council.said:
        if said.subject == item.reference:
            found.setdefault(said.step, set()).add(said.on)
    return found


def in_order(council: LivingCouncil, item: LearningSpace) -> bool:
    """Whether verify finds nothing wrong with it (but for its allocation, which these tests do not send)."""
    found = council.database.read_now(verify, council.framework, now=council.now)
    return not [one for one in found if one.subject == item.reference and "allocation" not in one.detail]


def test_while_the_clock_stands_nobody_hears_and_then_the_due_date_has_moved(
    council: LivingCouncil, item: LearningSpace
) -> None:
    council.when_days_pass(date(2026, 1, 26), date(2026, 1, 27))
    switching(council, "2026-01-28 11:00", on=True)
    before = said_of(council, item)
    council.when_days_pass(date(2026, 1, 28), date(2026, 2, 6))
    assert said_of(council, item) == before
    assert in_order(council, item)
    switching(council, "2026-02-09 10:00", on=False)
    moved = council.item(item.reference)
    assert moved.due_on == date(2026, 2, 16), "twelve days stood, and 14 February is a Saturday"
    assert moved.paused_on is None
    council.said.clear()
    council.when_days_pass(date(2026, 2, 9), date(2026, 2, 18))
    # Two days before is a Saturday, so it is said on Friday.
    assert said_of(council, item) == {
        "-2": {date(2026, 2, 13)},
        "0": {date(2026, 2, 16)},
        "+1": {date(2026, 2, 17)},
        "+2": {date(2026, 2, 18)},
    }
    assert in_order(council, item)


def test_who_was_late_goes_on_from_the_rung_they_stood_on(council: LivingCouncil, item: LearningSpace) -> None:
    council.when_days_pass(DUE, date(2026, 2, 4))
    assert council.told(step="+2").keys() == {TEAM_MANAGER, SENIOR_MANAGER, HEAD}
    switching(council, "2026-02-05 10:00", on=True)
    council.when_days_pass(date(2026, 2, 5), date(2026, 2, 18))
    assert not council.told(step="+7")
    switching(council, "2026-02-19 10:00", on=False)
    after = council.item(item.reference)
    assert (after.due_on, after.paused_days) == (DUE, 14)
    council.when_days_pass(date(2026, 2, 19), date(2026, 2, 20))
    assert not council.told(step="+7"), "two weeks of inspection are nobody's lateness"
    council.when_the_service_looks(nine(date(2026, 2, 23)))
    assert council.told(step="+7").keys() >= {DIRECTOR}
    text = next(said.message.text for said in council.said if said.step == "+7" and said.person == DIRECTOR)
    assert "7 days late" in text
    assert "Was due: Monday 2 February" in text
    assert "The clock stood still for 14 days since, and they are not counted." in text
    assert in_order(council, item)


def test_a_step_due_on_the_day_before_and_the_day_after_is_said(council: LivingCouncil, item: LearningSpace) -> None:
    """Frozen from the day of +1 for one day: 0 was said the day before, +1 is said the day after."""
    council.when_the_service_looks(nine(DUE))
    switching(council, "2026-02-03 08:00", on=True)
    council.when_days_pass(date(2026, 2, 3), date(2026, 2, 3))
    assert "+1" not in said_of(council, item)
    switching(council, "2026-02-04 08:00", on=False)
    council.when_the_service_looks(nine(date(2026, 2, 4)))
    assert said_of(council, item)["0"] == {DUE}
    assert said_of(council, item)["+1"] == {date(2026, 2, 4)}


def test_a_deadline_does_not_pass_while_the_clock_stands(council: LivingCouncil, item: LearningSpace) -> None:
    switching(council, "2026-02-02 11:00", on=True)
    council.when_days_pass(DUE, date(2026, 2, 4))
    asker, now = Actor.person(TEAM_MANAGER), london("2026-02-05 10:00")
    opened = council.database.write_now(open_form, council.framework, item.token, actor=asker, now=now)
    assert "[Ask for more time]" in form_message(opened, council.framework).text
    empty = council.database.read_now(
        request_form, council.framework, item.token, actor=asker, kind="extension", now=now
    )
    assert "Due: Monday 2 February (the clock stands still)" in request_message(empty, council.framework).text
    made = council.database.write_now(
        ask,
        council.framework,
        item.token,
        actor=Actor.person(TEAM_MANAGER),
        kind="extension",
        raw={"reason": "other", "new_date": "2026-02-12"},
        now=london("2026-02-05 10:00"),
    )
    council.when_days_pass(date(2026, 2, 5), date(2026, 2, 5))
    kept = council.database.read_now(more_time.by_token, made.request.token)
    assert kept
    assert kept.state == "asked"


def test_who_was_late_when_the_clock_stopped_is_too_late_to_ask(council: LivingCouncil, item: LearningSpace) -> None:
    switching(council, "2026-02-03 11:00", on=True)
    with pytest.raises(TooLateToAsk):
        council.database.write_now(
            ask,
            council.framework,
            item.token,
            actor=Actor.person(TEAM_MANAGER),
            kind="extension",
            raw={"reason": "other", "new_date": "2026-02-12"},
            now=london("2026-02-03 12:00"),
        )


@pytest.mark.parametrize("person", [TEAM_MANAGER, HEAD, DIRECTOR, QA_OFFICER])
def test_only_the_qa_lead_stops_the_clock(council: LivingCouncil, person: str) -> None:
    with pytest.raises(OnlyQaLead):
        switching(council, "2026-01-28 11:00", on=True, by=person)


def test_stopping_or_starting_twice_is_said(council: LivingCouncil) -> None:
    with pytest.raises(NoFreeze):
        switching(council, "2026-01-28 10:00", on=False)
    switching(council, "2026-01-28 11:00", on=True)
    with pytest.raises(FreezeStands) as no:
        switching(council, "2026-01-29 11:00", on=True)
    assert no.value.since == date(2026, 1, 28)


def test_a_freeze_begun_and_ended_on_one_day_moves_nothing(council: LivingCouncil, item: LearningSpace) -> None:
    switching(council, "2026-01-28 11:00", on=True)
    switching(council, "2026-01-28 12:00", on=False)
    assert council.item(item.reference) == item


# -- practice weeks ---------------------------------------------------------------------------------------------------


def with_practice_week(database: Database, *, pauses_clock: bool = True) -> LivingCouncil:
    """A council whose practice week is the last week of January."""
    week = PracticeWeek(
        title="Practice week", starts=date(2026, 1, 26), ends=date(2026, 1, 30), pauses_clock=pauses_clock
    )
    framework = shipped_framework().model_copy(update={"practice_weeks": (week,)})
    return LivingCouncil(database, now=london("2026-01-05 09:00"), framework=framework)


def test_a_practice_week_stops_the_clock_and_starts_it_by_itself(database: Database) -> None:
    council = with_practice_week(database)
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.when_days_pass(date(2026, 1, 23), date(2026, 1, 30))
    assert said_of(council, item) == {}
    council.when_the_service_looks(london("2026-01-31 00:01"))
    moved = council.item(item.reference)
    assert moved.due_on == date(2026, 2, 9), "five days later is a Saturday"
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 9))
    assert said_of(council, item) == {
        "-7": {date(2026, 2, 2)},
        "-2": {date(2026, 2, 6)},
        "0": {date(2026, 2, 9)},
    }
    assert in_order(council, item)


def test_a_practice_week_that_does_not_stop_the_clock_changes_nothing(database: Database) -> None:
    council = with_practice_week(database, pauses_clock=False)
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.when_days_pass(date(2026, 1, 26), date(2026, 1, 30))
    assert said_of(council, item) == {"-7": {date(2026, 1, 26)}, "-2": {date(2026, 1, 30)}}
    assert council.item(item.reference).due_on == DUE


def test_a_practice_week_during_an_outage_counts_all_the_same(database: Database) -> None:
    council = with_practice_week(database)
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.when_the_service_looks(london("2026-01-23 16:00"))
    council.when_the_service_looks(london("2026-01-31 09:00"))
    assert said_of(council, item) == {}
    assert council.item(item.reference).due_on == date(2026, 2, 9)


def test_what_is_allocated_during_a_pause_stands_from_its_own_day(council: LivingCouncil) -> None:
    switching(council, "2026-01-28 11:00", on=True)
    late = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 2, 2))
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 5))
    switching(council, "2026-02-06 10:00", on=False)
    assert council.item(late.reference).due_on == date(2026, 3, 2) + timedelta(days=4)


def test_a_form_put_aside_while_the_clock_stands_is_not_called_late(
    council: LivingCouncil, item: LearningSpace
) -> None:
    def said(at: str) -> str:
        council.when_the_service_looks(london(at))
        return due_words(council.item(item.reference), council.calendar.local_date(london(at)))

    assert said("2026-01-30 10:00") == "Monday 2 February"
    switching(council, "2026-01-30 11:00", on=True)
    assert said("2026-02-06 10:00") == "Monday 2 February (the clock stands still)"
    switching(council, "2026-02-07 11:00", on=False)
    assert said("2026-02-09 10:00") == "Tuesday 10 February"
    switching(council, "2026-02-12 11:00", on=True)
    assert said("2026-02-20 10:00") == "Tuesday 10 February (the clock stands still; 2 days late when it stopped)"


def test_the_list_tells_late_from_paused(council: LivingCouncil, item: LearningSpace) -> None:
    def listed(at: str) -> tuple[int, str]:
        found = council.database.read_now(waiting, council.framework, TEAM_MANAGER, now=london(at))
        said = home_message(found, council.framework, council.calendar.local_date(london(at)))
        return found.items[0].days_left, said.text

    switching(council, "2026-01-30 11:00", on=True)
    days_left, text = listed("2026-02-06 10:00")
    assert days_left == 3
    assert "The clock stands still for now, so no message about it goes out." in text
    assert "late" not in text.replace("later", "")
    switching(council, "2026-02-07 11:00", on=False)
    days_left, text = listed("2026-02-07 12:00")
    assert days_left == 3
    assert "The clock stands still" not in text


def test_a_form_sent_in_while_the_clock_stands_is_over_and_nobody_hears_that_it_is_late(
    council: LivingCouncil, item: LearningSpace
) -> None:
    switching(council, "2026-01-28 11:00", on=True)
    council.now = london("2026-01-29 10:00")
    view = fill_in(council.database, council.framework, item, now=council.now - timedelta(minutes=1))
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    switching(council, "2026-02-09 10:00", on=False)
    after = council.item(item.reference)
    assert (after.due_on, after.next_step_at, after.paused_on) == (DUE, None, None)
    council.when_days_pass(date(2026, 2, 9), date(2026, 3, 10))
    assert said_of(council, item).keys() <= {"released"}, "all that is left is to talk it through"
    assert in_order(council, item)
