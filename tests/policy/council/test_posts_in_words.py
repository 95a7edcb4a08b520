"""How a post is called in a message: as people speak of it, told apart where that is needed, and never by its id."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.councils import SENIOR_MANAGER, small_council, with_post

COUNCIL = small_council()


def words(post: str, *, named: bool = False) -> str:
    return COUNCIL.in_words(COUNCIL.posts[post], named=named)


def test_a_title_that_only_one_post_has_is_enough() -> None:
    assert words("director") == "Director"
    assert words("qa-lead") == "QA Lead"


def test_posts_of_one_title_are_told_apart_by_their_team() -> None:
    assert words("sm-north") == "Senior Manager, Family Safeguarding North"
    assert words("sm-south") == "Senior Manager, Family Safeguarding South"


def test_a_place_that_the_title_and_the_team_both_name_is_said_once() -> None:
    council = COUNCIL
    for post in ("sm-north", "sm-south"):
        council = with_post(council, post, title="Senior Manager, Family Safeguarding")
    assert council.in_words(council.posts["sm-north"]) == "Senior Manager, Family Safeguarding North"


def test_a_holder_is_named_only_where_asked_for_and_where_nothing_else_tells_two_posts_apart() -> None:
    assert words("iro-1") == words("iro-2") == "Independent Reviewing Officer, Review"
    holder = COUNCIL.people[COUNCIL.posts["iro-1"].holder].name
    assert words("iro-1", named=True) == f"Independent Reviewing Officer, Review ({holder})"
    assert COUNCIL.people[SENIOR_MANAGER].name not in words("sm-north", named=True)


def test_no_post_without_a_holder_or_a_team_is_called_by_its_id() -> None:
    for post in COUNCIL.posts.values():
        for each in (post, replace(post, holder=""), replace(post, team="")):
            said = COUNCIL.in_words(each, named=True)
            assert said
            assert "-" not in post.id or not re.search(rf"\b{re.escape(post.id)}\b", said)
