"""Two capitalised words in a row: what a name looks like, told apart from the words practice writes with capitals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from policy.forms.practice_words import OPENING_WORDS, PRACTICE_WORDS

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*\.?")
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "mx", "rev"})
# A word that only stands first in its sentence is capitalised for that reason; these endings are rare in names.
_ORDINARY_ENDINGS = (
    "ing", "ed", "ly", "tion", "sion", "ment", "ness", "ful", "ous", "ive", "able", "ible", "ity", "ance", "ence",
    "ical", "ional", "ship", "ists", "ism", "ers",
)  # fmt: skip


def capitalised_pairs(text: str, ordinary_words: Iterable[str] = ()) -> Iterator[tuple[int, int]]:
    """Spans of two or more capitalised words side by side of which neither is an ordinary word of practice."""
    ordinary = _ordinary(tuple(ordinary_words))
    run: list[tuple[int, int]] = []
    before = 0
    for match in _WORD.finditer(text):
        word, start = match.group(), match.start()
        end = start + len(word.rstrip("."))
        gap = text[before:start]
        joined = before > 0 and gap != "" and gap.strip(" \t") == ""
        title = word.rstrip(".").lower() in _TITLES
        if not joined and run:
            yield from _pair(run)
            run = []
        if word[0].isupper() and _is_name_like(word, _opens_sentence(text, start), ordinary):
            run.append((start, end))
        else:
            yield from _pair(run)
            run = []
        # A full stop ends a run ("... with Jane. Smith ..."), but not after a title ("Mr. Smith").
        before = match.end() if title else end
    yield from _pair(run)


@lru_cache(maxsize=16)
def _ordinary(local: tuple[str, ...]) -> frozenset[str]:
    return PRACTICE_WORDS | {word.lower() for phrase in local for word in phrase.split()}


def _pair(run: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    if len(run) > 1:
        yield run[0][0], run[-1][1]


def _is_name_like(word: str, opens_sentence: bool, ordinary: frozenset[str] | set[str]) -> bool:
    bare = word.rstrip(".")
    if bare.isupper() or len(bare) < 2:
        return False
    plain = re.sub(r"['’]s$", "", bare.lower())
    parts = [plain, *plain.split("-")] if "-" in plain else [plain]
    if plain in ordinary or plain.removesuffix("s") in ordinary or (len(parts) > 1 and set(parts[1:]) <= ordinary):
        return False
    return not (opens_sentence and (plain in OPENING_WORDS or plain.endswith(_ORDINARY_ENDINGS)))


def _opens_sentence(text: str, start: int) -> bool:
    # A few characters back are enough; a longer run of blanks or quotation marks counts as an opening.
    before = text[max(0, start - 40) : start].rstrip(" \t\"'(“‘*•-–")
    return not before or before[-1] in ".!?:;\n"
