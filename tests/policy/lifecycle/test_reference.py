"""References people can read out, type badly and still be understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.calendar.calendar import Quarter
from policy.lifecycle.reference import KINDS, NotAReference, find_reference, format_reference, parse_reference

Q3 = Quarter(2026, 3)


@pytest.mark.parametrize(
    ("kind", "serial", "written"),
    [
        ("LS", 14, "LS-2026Q3-014"),
        ("CL", 3, "CL-2026Q3-003"),
        ("AC", 31, "AC-2026Q3-031"),
        ("LS", 1234, "LS-2026Q3-1234"),
    ],
)
def test_a_reference_says_what_it_is_which_quarter_and_which_one(kind: str, serial: int, written: str) -> None:
    assert format_reference(kind, Q3, serial) == written


@given(
    kind=st.sampled_from(KINDS), year=st.integers(2000, 2099), quarter=st.integers(1, 4), serial=st.integers(1, 99999)
)
def test_what_we_write_we_can_read(kind: str, year: int, quarter: int, serial: int) -> None:
    written = format_reference(kind, Quarter(year, quarter), serial)
    read = parse_reference(written)
    assert (read.kind, read.quarter, read.serial, str(read)) == (kind, Quarter(year, quarter), serial, written)
    assert find_reference(f"please open {written.lower()}.") == written


@pytest.mark.parametrize(
    "typed",
    [
        "LS-2026Q3-014",
        "ls-2026q3-14",
        " LS\u20132026Q3\u2013014 ",  # a phone's dashes
        "LS 2026Q3 014",
        "LS - 2026 Q3 - 014",
    ],
)
def test_a_reference_is_understood_as_people_type_it(typed: str) -> None:
    assert str(parse_reference(typed)) == "LS-2026Q3-014"


def test_the_first_reference_of_a_sentence_is_found() -> None:
    assert find_reference("Is (CL-2026Q3-003) about LS-2026Q3-014?") == "CL-2026Q3-003"


@pytest.mark.parametrize(
    "text", ["", "hello", "LS-2026Q5-014", "LS-2026Q3-", "XX-2026Q3-014", "NM-123456", "LS-2026Q3-000"]
)
def test_what_is_no_reference_is_not_taken_for_one(text: str) -> None:
    assert find_reference(text) is None
    with pytest.raises(NotAReference, match="LS-2026Q3-014"):
        parse_reference(text)


@pytest.mark.parametrize(("kind", "serial"), [("XX", 1), ("LS", 0), ("LS", -3)])
def test_no_reference_is_made_up_for_an_unknown_kind_or_a_serial_below_one(kind: str, serial: int) -> None:
    with pytest.raises(NotAReference):
        format_reference(kind, Q3, serial)


@given(text=st.text(max_size=200))
def test_no_text_upsets_the_search(text: str) -> None:
    found = find_reference(text)
    assert found is None or str(parse_reference(found)) == found
