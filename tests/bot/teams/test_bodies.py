from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.teams.bodies import MAX_BYTES, MAX_DEPTH, BadBody, parse, too_deep

REFUSED = {
    "nothing": (b"", "not_json"),
    "not JSON": (b"hello", "not_json"),
    "half JSON": (b'{"type": "message"', "not_json"),
    "two objects": (b"{}{}", "not_json"),
    "a list": (b"[]", "not_an_object"),
    "null": (b"null", "not_an_object"),
    "a string": (b'"message"', "not_an_object"),
    "a number": (b"7", "not_an_object"),
    "NaN": (b'{"grade": NaN}', "not_a_number"),
    "infinity": (b'{"grade": -Infinity}', "not_a_number"),
    "a number beyond reckoning": (b'{"grade": 1e999}', "not_a_number"),
    "an integer of 5,000 digits": (b'{"n": ' + b"9" * 5000 + b"}", "not_json"),
    "the same key twice": (b'{"type": "message", "type": "invoke"}', "key_twice"),
    "the same key twice further in": (b'{"from": {"id": "a", "id": "b"}}', "key_twice"),
    "half a surrogate pair": (b'{"text": "\\ud83d"}', "half_a_character"),
    "half a surrogate pair in a key": (b'{"\\uDC00": 1}', "half_a_character"),
    "NUL": (b'{"text": "a\\u0000b"}', "nul_character"),
    "a raw control character": (b'{"text": "a\x01b"}', "not_json"),
    "not UTF-8": (b'{"text": "\xff"}', "not_utf8"),
    "UTF-16": ('{"text": "a"}'.encode("utf-16"), "not_utf8"),
    "100,000 levels": (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
    "100,000 levels never closed": (b'{"a":' * 40_000, "too_deep"),
    "33 levels": (b'{"a":' * 33 + b"1" + b"}" * 33, "too_deep"),
    "too large": (b'{"text": "' + b"a" * MAX_BYTES + b'"}', "too_large"),
}


@pytest.mark.parametrize(("body", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_body_that_could_mean_anything_else_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(BadBody) as refused:
        parse(body)
    assert refused.value.code == code


KEPT = [
    {"text": 'grade {[ }] " \\ still one level'},
    {"text": "O’Brien 🧒🏽 שלום \\u0000 is not NUL"},
    {"list": [{} for _ in range(200)]},
    {"": {"a": 1.5, "b": -0.0, "c": True, "d": None}},
]


@pytest.mark.parametrize("value", KEPT)
def test_ordinary_text_in_any_script_is_kept_as_it_is(value: dict[str, object]) -> None:
    assert parse(json.dumps(value).encode()) == value
    assert parse(json.dumps(value, ensure_ascii=False).encode()) == value


def test_thirty_two_levels_are_allowed() -> None:
    assert not too_deep(b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH)


def test_brackets_inside_text_are_not_levels() -> None:
    assert parse(json.dumps({"text": "[" * 500}).encode())


@given(st.binary(max_size=300))
def test_no_bytes_whatever_are_answered_with_anything_but_a_refusal(body: bytes) -> None:
    with contextlib.suppress(BadBody):
        assert isinstance(parse(body), dict)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5), inner, max_size=4
        )
    ),
    max_leaves=10,
)


@given(
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), json_values, max_size=5)
)
def test_whatever_is_sound_comes_through_unchanged(value: dict[str, object]) -> None:
    assert parse(json.dumps(value).encode()) == value
