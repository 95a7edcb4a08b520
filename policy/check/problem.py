"""One thing that does not fit in the framework, and the path of keys to it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the framework that cannot be used. `reason` is a sentence a council can act on."""

    path: Path
    reason: str


def repeated(values: Iterable[Hashable], path: Path, leaf: str = "") -> Iterator[Problem]:
    """A problem for every value that has been there before; `leaf` is the key inside an entry that holds it."""
    seen: set[Hashable] = set()
    for index, value in enumerate(values):
        if value in seen:
            shown = " and ".join(f'"{part}"' for part in value) if isinstance(value, tuple) else f'"{value}"'
            yield Problem((*path, index, leaf) if leaf else (*path, index), f"{shown} is already there above.")
        seen.add(value)


def unknown(value: str, known: Iterable[str], path: Path, noun: str) -> Iterator[Problem]:
    """A problem if `value` names nothing the file has, with the name that was probably meant."""
    names = list(known)
    if value in names:
        return
    near = get_close_matches(value, names, n=1)
    hint = f'did you mean "{near[0]}"?' if near else f"the file has {', '.join(names) or 'none'}."
    yield Problem(path, f'there is no {noun} "{value}"; {hint}')
