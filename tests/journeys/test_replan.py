"""A changed file applies to new work; what runs climbs the ladder it was promised until it is replanned."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assurance.common.refusals import NotYours
from assurance.escalation.replan import Replanned, replan, see_replan
from assurance.self_check.verify import verify
from policy.check.loader import load_framework
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.casework.learning_spaces import LearningSpace
from tests.councils import DIRECTOR, QA_LEAD, QA_OFFICER
from tests.journeys.living_council import LivingCouncil, london, nine
from tests.policy.framework_files import copy_with

ALLOCATED = date(2026, 1, 5)  # due Monday 2 February


@pytest.fixture
def sooner(tmp_path: Path) -> Framework:
    """The same file, but the Director hears after five days and not after seven."""
    return load_framework(copy_with(tmp_path, "after = 7\n", "after = 5\n"))


@pytest.fixture
def late(council: LivingCouncil) -> LearningSpace:
    """Two days late, and the Senior Manager has been told."""
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.when_days_pass(date(2026, 1, 26), date(2026, 2, 4))
    return item


def replanned(council: LivingCouncil, framework: Framework, person: str = QA_LEAD) -> tuple[Replanned, ...]:
    return council.database.write_now(replan, framework, actor=Actor.person(person), now=council.now)


def test_what_runs_keeps_the_ladder_it_was_promised(
    council: LivingCouncil, late: LearningSpace, sooner: Framework
) -> None:
    council.framework = sooner
    council.when_days_pass(date(2026, 2, 5), date(2026, 2, 9))
    assert council.days_said()["+7"] == {date(2026, 2, 9)}
    assert "+5" not in council.days_said()


def test_it_is_shown_first_and_changes_nothing(council: LivingCouncil, late: LearningSpace, sooner: Framework) -> None:
    before = council.item(late.reference)
    [found] = council.database.read_now(see_replan, sooner, now=council.now)
    assert (found.reference, found.goes, found.comes) == (late.reference, ("+7",), ("+5",))
    assert council.item(late.reference) == before


def test_replanned_it_climbs_the_new_ladder_and_nothing_is_said_twice(
    council: LivingCouncil, late: LearningSpace, sooner: Framework
) -> None:
    council.now = london("2026-02-05 11:00")
    assert [one.reference for one in replanned(council, sooner)] == [late.reference]
    assert replanned(council, sooner) == ()
    assert council.item(late.reference).due_on == late.due_on
    council.framework = sooner
    council.said.clear()
    council.when_days_pass(date(2026, 2, 6), date(2026, 2, 17))
    said = council.days_said()
    assert said["+5"] == {date(2026, 2, 9)}, "Saturday 7 February is no working day"
    assert set(said) == {"+5", "+14"}
    assert DIRECTOR in council.told(step="+5")
    found = council.database.read_now(verify, sooner, now=council.now)
    assert [one for one in found if one.about != "E1"] == []  # this journey tells nobody of the allocation


def test_a_step_whose_time_has_gone_by_on_the_new_ladder_speaks_at_the_next_look(
    council: LivingCouncil, late: LearningSpace, sooner: Framework
) -> None:
    council.when_days_pass(date(2026, 2, 5), date(2026, 2, 8))
    council.now = nine(date(2026, 2, 9))
    replanned(council, sooner)
    council.framework = sooner
    council.said.clear()
    council.when_the_service_looks()
    assert set(council.days_said()) == {"+5"}


def test_only_the_qa_lead_replans(council: LivingCouncil, late: LearningSpace, sooner: Framework) -> None:
    for person in (QA_OFFICER, DIRECTOR):
        with pytest.raises(NotYours):
            replanned(council, sooner, person)
    assert council.item(late.reference).ladder == late.ladder
