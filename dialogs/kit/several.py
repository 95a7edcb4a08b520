"""Several answers to one question as lists that open when they are tapped, one for each answer there may be.

No client we know of folds a list of tick boxes: Microsoft's renderer draws them all, whatever its style says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOTHING = "-"
"""What the box of an answer that is not wanted sends."""
MOST_BOXES = 3
_BETWEEN = "-"
"""Between a question's key and the number of its box; no key of a form has one in it."""
_PLACES = ("", "a second one", "a third one")


def box_id(key: str, number: int) -> str:
    """What the box of the first, second or third answer is called: the first as the question itself."""
    return f"{key}{_BETWEEN}{number + 1}" if number else key


def box_label(asked: str, number: int) -> str:
    """'Strengths', 'Strengths: a second one'."""
    return f"{asked}: {_PLACES[number]}" if number else asked


def gathered(data: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a press with those of several boxes put together: 'a,b', as a list of tick boxes sends them."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        key, between, number = name.partition(_BETWEEN)
        if value == NOTHING:
            found.setdefault(key, "")
        elif between and number.isdigit():
            found[key] = ",".join(part for part in (str(found.get(key) or ""), str(value)) if part)
        elif found.get(name) and isinstance(value, str):
            found[name] = f"{value},{found[name]}"
        else:
            found[name] = value
    return found
