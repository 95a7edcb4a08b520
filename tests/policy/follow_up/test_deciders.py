"""Who is asked for more time and who may decide are one answer, whoever holds a post or stands in for it."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from policy.council.establishment import Cover, Establishment
from policy.council.recipients import Subject
from policy.follow_up.more_time import deciders
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    PRACTITIONER,
    QA_LEAD,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    with_cover,
    with_post,
)
from tests.policy.telling import COUNCIL, FRAMEWORK, TODAY, cover

ASKERS = {"tm-north-1": TEAM_MANAGER, "sm-north": SENIOR_MANAGER, "hos-family": HEAD, "director": DIRECTOR}
STAND_INS = ("", TEAM_MANAGER, TEAM_MANAGER_2, SENIOR_MANAGER, HEAD, DIRECTOR)
HOLDERS = ("", HEAD)


def _about(post: str) -> Subject:
    return Subject(post, ASKERS[post], PRACTITIONER, "family_safeguarding")


def _council(holder: str, deputy: str) -> Establishment:
    council = with_post(COUNCIL, "hos-family", holder=holder)
    return with_cover(council, cover("hos-family", deputy)) if deputy else council


@pytest.mark.parametrize(("post", "holder", "deputy"), list(product(ASKERS, HOLDERS, STAND_INS)))
def test_whoever_is_asked_for_more_time_may_decide_and_it_is_never_the_asker(
    post: str, holder: str, deputy: str
) -> None:
    found = deciders(FRAMEWORK, _council(holder, deputy), _about(post), on=TODAY)
    asked = {one.person for one in found.asked.recipients if one.via != "qa_for_vacancy"}
    assert asked <= found.may
    assert ASKERS[post] not in found.may
    assert found.asked.recipients, "somebody always hears"
    vacant = not holder and not deputy and post in ("tm-north-1", "sm-north")
    assert bool(found.may) is not vacant


def test_an_auditor_who_stands_in_for_their_head_of_service_asks_the_head_of_service() -> None:
    found = deciders(FRAMEWORK, _council(HEAD, TEAM_MANAGER), _about("tm-north-1"), on=TODAY)
    assert [one.person for one in found.asked.recipients] == [HEAD]
    assert found.may == {HEAD}


def test_a_deputy_is_asked_and_the_head_of_service_may_decide_as_well() -> None:
    found = deciders(FRAMEWORK, _council(HEAD, SENIOR_MANAGER), _about("tm-north-1"), on=TODAY)
    assert [(one.person, one.via) for one in found.asked.recipients] == [(SENIOR_MANAGER, "deputy")]
    assert found.may == {SENIOR_MANAGER, HEAD}


def test_cover_that_is_over_decides_nothing() -> None:
    over = Cover("hos-family", SENIOR_MANAGER, TODAY - timedelta(days=9), TODAY - timedelta(days=1))
    found = deciders(FRAMEWORK, with_cover(COUNCIL, over), _about("tm-north-1"), on=TODAY)
    assert found.may == {HEAD}


def test_a_directors_own_is_the_executive_directors_to_decide() -> None:
    assert deciders(FRAMEWORK, COUNCIL, _about("director"), on=TODAY).may == {EXECUTIVE}


def test_a_vacant_post_is_the_qa_leads_to_fill_and_nobodys_to_decide_for() -> None:
    found = deciders(FRAMEWORK, _council("", ""), _about("tm-north-1"), on=TODAY)
    assert [(one.person, one.via) for one in found.asked.recipients] == [(QA_LEAD, "qa_for_vacancy")]
    assert found.may == frozenset()


@pytest.mark.parametrize(
    ("post", "decides"),
    [
        ("tm-north-1", "hos-family"),
        ("sm-north", "hos-family"),
        ("pdm-family", "hos-family"),
        ("iro-1", "hos-review"),
        ("hos-family", "director"),
        ("director", "executive"),
        ("executive", None),
    ],
)
def test_the_auditors_own_head_of_service_decides_and_the_director_for_theirs(post: str, decides: str | None) -> None:
    about = Subject(post, COUNCIL.posts[post].holder, PRACTITIONER, "family_safeguarding")
    found = deciders(FRAMEWORK, COUNCIL, about, on=TODAY)
    assert found.may == ({COUNCIL.posts[decides].holder} if decides else frozenset())
