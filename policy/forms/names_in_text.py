"""What a name looks like, told apart from the words that practice writes with capitals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import lru_cache

from policy.forms.practice_words import ABBREVIATIONS, OPENING_WORDS, PRACTICE_WORDS

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*\.?")
MIN_SURNAME = 3
"""Letters of a word in capitals that may be a surname; two are an abbreviation."""
_JOINS_BEFORE = re.compile(r"\.?[ \t]{1,2}")
_JOINS_AFTER = re.compile(r",?[ \t]{1,2}")
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
        if not word[0].isupper():  # as most words
            yield from _pair(run)
            run = []
            continue
        end = start + len(word.rstrip("."))
        gap = text[before:start]
        joined = before > 0 and gap != "" and gap.strip(" \t") == ""
        title = word.rstrip(".").lower() in _TITLES
        if not joined and run:
            yield from _pair(run)
            run = []
        if _is_name_like(word, _opens_sentence(text, start), ordinary):
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


@lru_cache(maxsize=16)
def _no_surnames(local: tuple[str, ...]) -> frozenset[str]:
    return _ordinary(local) | ABBREVIATIONS | OPENING_WORDS


def _pair(run: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    if len(run) > 1:
        yield run[0][0], run[-1][1]


def _is_name_like(word: str, opens_sentence: bool, ordinary: Set[str]) -> bool:
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


def surnames_in_capitals(text: str, ordinary_words: Iterable[str] = ()) -> Iterator[tuple[int, int]]:
    """Spans of a word in capitals beside what looks like a first name, a title or an initial: 'SMITH, Jane', 'J SMITH'.

    An abbreviation of practice is none, and in a text that is written in capitals throughout nothing can be told.
    """
    words = [(match.group().rstrip("."), match.start()) for match in _WORD.finditer(text)]
    if not any(word.isupper() and len(word) >= MIN_SURNAME for word, _ in words):  # as in most sentences
        return
    if sum(char.islower() for char in text) < sum(char.isupper() for char in text):
        return
    ordinary = _no_surnames(tuple(ordinary_words))
    ends = 0
    for place, (word, start) in enumerate(words):
        if start < ends or not _is_surname(word, ordinary):
            continue
        span = _beside(text, words, place, ordinary)
        if span:
            ends = span[1]
            yield span


def _is_surname(word: str, ordinary: Set[str]) -> bool:
    plain = word.lower().replace("’", "'")
    if len(word) < MIN_SURNAME or not word.isupper() or plain in ordinary or plain.removesuffix("s") in ordinary:
        return False
    return not all(part in ordinary for part in re.split("[-']", plain))


def _beside(text: str, words: Sequence[tuple[str, int]], place: int, ordinary: Set[str]) -> tuple[int, int] | None:
    word, start = words[place]
    end = start + len(word)
    if place:
        other, at = words[place - 1]
        if _JOINS_BEFORE.fullmatch(text[at + len(other) : start]) and _is_first_name(other, text, at, ordinary):
            return at, end
    if place + 1 < len(words):
        other, at = words[place + 1]
        if _JOINS_AFTER.fullmatch(text[end:at]) and _is_first_name(other, text, at, ordinary):
            return start, at + len(other)
    return None


def _is_first_name(word: str, text: str, at: int, ordinary: Set[str]) -> bool:
    if word.lower() in _TITLES or (len(word) == 1 and word.isupper() and word not in "AI"):
        return True
    if word.isupper():
        return _is_surname(word, ordinary)
    return word[0].isupper() and _is_name_like(word, _opens_sentence(text, at), ordinary)
