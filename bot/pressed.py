"""What may be taken from a button's data, which came from the client: short texts and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LONGEST_ID = 100
"""Characters of a reference, a token, a code or a page's key in a button's data; ours are shorter."""


def word(data: Mapping[str, Any], name: str) -> str:
    """A short text from a button's data; empty for anything else, which no token, reference or page equals."""
    value = data.get(name)
    return value if isinstance(value, str) and len(value) <= LONGEST_ID else ""


def version_in(data: Mapping[str, Any], otherwise: int | None = None) -> int | None:
    """How old the answers on a pressed card are; `otherwise` for a button that does not say."""
    value = data.get("v")
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
