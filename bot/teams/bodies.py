"""Reads a request body as JSON, strictly: bounded in size and depth, and with one meaning only."""

from __future__ import annotations

import json
import math
import re
from typing import Any

MAX_BYTES = 256 * 1024
"""A Teams activity is a few kilobytes; the channel itself stops at 100 KB of message."""

MAX_DEPTH = 32
"""How many objects and lists may stand inside one another."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKETS = re.compile(rb"[\[\]{}]")
_SUSPECT_ESCAPE = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")


class BadBody(ValueError):
    """The body is not JSON we can trust. `code` says why, in one word fit for a log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`. BadBody for anything else.

    Refused besides broken JSON: more than MAX_BYTES, more than MAX_DEPTH levels, the same key twice (two readers
    could see two different activities), NaN and infinities, half surrogate pairs and NUL, which no database keeps.
    """
    if len(body) > MAX_BYTES:
        raise BadBody("too_large")
    if too_deep(body):
        raise BadBody("too_deep")
    try:
        value = _decoder.decode(body.decode("utf-8"))
    except BadBody:
        raise
    except UnicodeDecodeError:
        raise BadBody("not_utf8") from None
    except (ValueError, RecursionError):
        raise BadBody("not_json") from None
    if not isinstance(value, dict):
        raise BadBody("not_an_object")
    if _SUSPECT_ESCAPE.search(body):
        _refuse_unkeepable_text(value)
    return value


def too_deep(body: bytes) -> bool:
    """Whether brackets outside strings nest deeper than MAX_DEPTH. Looks at bytes, so it cannot be overrun."""
    if body.count(b"{") + body.count(b"[") <= MAX_DEPTH:
        return False
    depth = 0
    for bracket in _BRACKETS.findall(_STRING.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _refuse_unkeepable_text(value: dict[str, Any]) -> None:
    """Half a surrogate pair or a NUL can be written as an escape, and would only fail later, at the database."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise BadBody("half_a_character") from None
    if "\\u0000" in re.sub(r"\\\\", "", text):
        raise BadBody("nul_character")


def _one_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadBody("key_twice")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise BadBody("not_a_number")
    return number


def _no_constant(name: str) -> Any:
    raise BadBody("not_a_number")


_decoder = json.JSONDecoder(object_pairs_hook=_one_of_each, parse_float=_finite, parse_constant=_no_constant)
