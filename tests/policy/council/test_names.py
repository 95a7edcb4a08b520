"""Whom somebody means by a name that is spelt otherwise: near ones are offered, far ones never."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policy.council.establishment import Person
from policy.council.names import MOST_OFFERED, called, nearest
from tests.councils import (
    HEAD,
    PDM,
    QA_OFFICER,
    SENIOR_MANAGER_SOUTH,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    small_council,
)

COUNCIL = small_council()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Priya Fernholow", TEAM_MANAGER),
        ("prya fernhollow", TEAM_MANAGER),
        ("Fernhollow Priya", TEAM_MANAGER),
        ("gethin", TEAM_MANAGER_2),
        ("gorsdale", TEAM_MANAGER_2),
        ("Leyla Cold-Harrow", HEAD),
        ("ngozi elm", SENIOR_MANAGER_SOUTH),
        ("Rosa Ivythwait", PDM),
        ("oran willowgarth", QA_OFFICER),
    ],
)
def test_a_name_with_a_slip_or_half_a_name_finds_whoever_was_meant_first(said: str, meant: str) -> None:
    assert called(COUNCIL, said) == ()
    assert nearest(COUNCIL, said)[0] == meant


@pytest.mark.parametrize("said", ["", "   ", "?", "Zebedee Unheardof", "xq", "the child's grandmother"])
def test_what_is_like_nobodys_name_offers_nobody(said: str) -> None:
    assert nearest(COUNCIL, said) == ()


def test_no_more_are_offered_than_one_can_choose_from() -> None:
    many = {f"p-{n}": Person(f"p-{n}", f"Anna Smith{n}", f"a{n}@northmoor.example") for n in range(30)}
    assert len(nearest(replace(COUNCIL, people=many), "Anna Smith")) == MOST_OFFERED
