"""The auditor of moderation: all is well with a council that was looked after, and every gap in it is found."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from assurance.self_check.verify import verify
from storage.schema import tables
from tests.councils import QA_LEAD, QA_OFFICER, small_council, with_post
from tests.journeys.living_council import LivingCouncil, london
from tests.journeys.moderating import moderation_of, returned

ALLOCATED = date(2026, 1, 5)


@pytest.fixture
def looked_after(council: LivingCouncil) -> LivingCouncil:
    """Seven good ones and an inadequate one, sent in during January and drawn from on 1 February."""
    council.now = london("2026-01-29 15:10")
    for n in range(1, 8):
        returned(council, allocated=ALLOCATED, case=f"NM-{n:06}")
    returned(council, allocated=ALLOCATED, case="NM-000010", grade="inadequate")
    council.when_the_service_looks(london("2026-02-01 00:05"))
    return council


def _found(council: LivingCouncil, *kinds: str) -> set[tuple[str, str]]:
    found = council.database.read_now(verify, council.framework, now=council.now + timedelta(minutes=10))
    return {(one.kind, one.subject) for one in found if one.kind in kinds}


MINE = ("missing_moderation", "own_work")


def _damage(council: LivingCouncil, statement: sa.Executable) -> None:
    council.database.write_now(lambda session: session.execute(statement))


def test_nothing_is_wrong_with_a_council_that_was_looked_after(looked_after: LivingCouncil) -> None:
    assert _found(looked_after, *MINE) == set()


def test_an_inadequate_without_a_moderation_is_found(looked_after: LivingCouncil) -> None:
    _damage(looked_after, sa.delete(tables.moderations).where(tables.moderations.c.why == "inadequate"))
    (found,) = _found(looked_after, *MINE)
    assert found[0] == "missing_moderation"
    assert looked_after.item(found[1]).grade == "inadequate"


def test_a_month_of_which_too_few_were_drawn_is_found(looked_after: LivingCouncil) -> None:
    _damage(looked_after, sa.delete(tables.moderations).where(tables.moderations.c.why == "random"))
    assert _found(looked_after, *MINE) == {("missing_moderation", "2026-01")}


def test_a_moderation_nobody_was_told_of_is_found(looked_after: LivingCouncil) -> None:
    _damage(looked_after, sa.delete(tables.notices).where(tables.notices.c.event == "E21"))
    found = _found(looked_after, "missing_notice")
    assert {subject for _, subject in found if subject.startswith("MO-")} == {
        "MO-2025Q4-001",
        "MO-2025Q4-002",
        "MO-2025Q4-003",
    }


def test_a_moderator_who_has_come_to_manage_the_auditor_is_found(council: LivingCouncil) -> None:
    council.now = london("2026-01-29 15:10")
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    moderation = moderation_of(council, item)
    assert moderation.moderator in (QA_LEAD, QA_OFFICER)
    council.given_the_council_is(with_post(small_council(), "sm-north", holder=moderation.moderator))
    assert ("own_work", moderation.reference) in _found(council, *MINE)
    council.when_the_service_looks(london("2026-01-30 09:00"))
    assert moderation_of(council, item).moderator in {QA_LEAD, QA_OFFICER} - {moderation.moderator}
    assert _found(council, *MINE) == set()
