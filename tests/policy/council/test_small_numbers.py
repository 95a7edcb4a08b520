"""Small numbers: own ones as they are, a few of others never, whichever way they are wrapped or taken apart."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from policy.council.small_numbers import Count, Said, say, say_parts

BELOW = 5
counts = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda two: Count(sum(two), two[0]))


def test_own_ones_are_said_as_they_are_and_a_few_of_others_are_not() -> None:
    assert say(Count(3, 3), BELOW) == Said(3)
    assert say(Count(3, 0), BELOW) == Said(0, "few")
    assert say(Count(5, 0), BELOW) == Said(5)
    assert say(Count(0, 0), BELOW) == Said(0)


def test_a_few_of_others_are_not_said_inside_a_larger_number_whose_rest_is_known() -> None:
    assert say(Count(7, 5), BELOW) == Said(5, "few")
    assert say(Count(10, 5), BELOW) == Said(10)


def test_nothing_is_hidden_where_the_file_hides_nothing() -> None:
    assert say(Count(1, 0), 0) == Said(1)


def test_what_is_left_of_a_whole_that_is_read_another_way_is_not_said_either() -> None:
    by_age = {"new": Count(6), "older": Count(0)}
    by_function = {"family": Count(5), "care": Count(1)}
    ages, functions = say_parts([by_age, by_function], BELOW)
    assert functions == {"family": Said(5), "care": Said(0, "few")}
    assert ages == {"new": Said(0, "rest"), "older": Said(0)}


@given(counts)
def test_what_was_kept_is_read_back_as_it_was(count: Count) -> None:
    assert Said.of_fact(say(count, BELOW).as_fact()) == say(count, BELOW)


def test_what_was_kept_before_own_ones_were_told_apart_is_a_few() -> None:
    assert Said.of_fact(None) == Said(0, "few")


@st.composite
def taken_apart_twice(draw: st.DrawFn) -> tuple[dict[str, Count], dict[str, Count]]:
    """The same things, some of them the reader's own, in two ways."""
    things = draw(st.lists(st.tuples(st.booleans(), st.sampled_from("abc"), st.sampled_from("xyz")), max_size=16))
    wholes: tuple[dict[str, Count], dict[str, Count]] = ({}, {})
    for own, *parts in things:
        for found, part in zip(wholes, parts, strict=True):
            found[part] = found.get(part, Count()) + Count(1, int(own))
    return wholes


@settings(max_examples=150)
@given(taken_apart_twice())
def test_whoever_reads_every_way_of_taking_it_apart_cannot_work_out_a_number_that_is_hidden(
    wholes: tuple[dict[str, Count], dict[str, Count]],
) -> None:
    said = say_parts(wholes, BELOW)
    for parts, shown in zip(wholes, said, strict=True):
        for part, count in parts.items():
            assert shown[part].number == (count.own if shown[part].hidden else count.all)
    for number, part in [(number, part) for number, parts in enumerate(said) for part in parts if parts[part].hidden]:
        assert len(could_be(said, number, part)) > 1, (wholes, said)


def could_be(said: Sequence[dict[str, Said]], number: int, part: str) -> set[int]:
    """Every number a part can be, found by trying all there are."""
    ways = []
    for parts in said:
        found: dict[int, list[tuple[int, ...]]] = {}
        for numbers in itertools.product(*(_possible(one) for one in parts.values())):
            found.setdefault(sum(numbers), []).append(numbers)
        ways.append(found)
    place = list(said[number]).index(part)
    whole = set(ways[0]) & set(ways[1])
    return {numbers[place] for total in whole for numbers in ways[number][total]}


def _possible(said: Said) -> range:
    if not said.hidden:
        return range(said.number, said.number + 1)
    return range(said.number + 1, said.number + (BELOW if said.hidden == "few" else 18))
