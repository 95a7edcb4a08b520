"""Where an answer begins in a written reply: at a question's label or its number, also in the middle of a line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise

from policy.framework.framework import FormField

MAX_LINES = 400
_LONGEST_LABEL = 160
"""Characters; "Is any child at immediate risk ...?" has 88, and a council may write longer ones."""
_DECORATED = re.compile(r"^[\s*_•·▪➢→>-]*(?=\S)|[*_]+$")
_BOLD = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=[\w:?.])[*_](?!\w)")
_NUMBER = re.compile(
    r"(?:(?:q|qu|question|no|number|answer|item)\.?\s*)?\(?(?P<number>\d{1,2})(?:\)\.?|[.:](?!\d)|\s*[-–—=](?!\d)"
    r"|\s)\s*"
    r"(?P<rest>\S.*)?$",
    re.IGNORECASE | re.DOTALL,
)
_CLEAR_NUMBER = re.compile(
    r"(?:(?:q|qu|question|no|number|answer|item)\.?\s*\d{1,2}\b|\(?\d{1,2}(?:\)|[.:](?!\d)|\s*[-–—=]\s))", re.IGNORECASE
)
_BARE_NUMBER = re.compile(r"(?<!\S)(\d{1,2})(?=\s+\S)")
_A_DAY = re.compile(
    r"\d{1,2}(?:st|nd|rd|th)?\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|days?|weeks?|months?|years?|hours?"
    r"|%|of\b|out\b)",
    re.IGNORECASE,
)
_COLON = re.compile(rf"(?P<label>[^\n:]{{1,{_LONGEST_LABEL}}}?)\s*[:=]\s*(?P<rest>.*)$", re.DOTALL)
_DASH = re.compile(rf"(?P<label>[^\n–—]{{1,{_LONGEST_LABEL}}}?)\s+[-–—]+\s*(?P<rest>.*)$", re.DOTALL)
_SMALL_WORDS = """
    the my a an of for and or to in on at by is it be was any not did do you your this there from who what why how when
    which else being with will question answer
"""
_SMALL = frozenset(_SMALL_WORDS.split())
"""Words that name no question by themselves."""
_GOES_ON_WORDS = """
    was were is are has have had will would could should of in on at for and or but that which as not to from with
"""
_LONGEST_SHORT_ANSWER = 6
"""Words of a grade, a day, a name or a yes that follow a label with nothing in between."""
_GOES_ON = frozenset(
    [
        "was",
        "were",
        "is",
        "are",
        "has",
        "had",
        "have",
        "will",
        "would",
        "of",
        "in",
        "on",
        "at",
        "for",
        "and",
        "or",
        "but",
        "that",
        "which",
        "as",
        "not",
        "to",
    ]
)
"""After these a sentence has only begun with the words of a label: "Date of the meeting was moved twice"."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A line that begins an answer."""

    rest: str
    number: int = 0
    label: str = ""
    fits: tuple[str, ...] = ()


def undecorated(line: str) -> str:
    """A line without bullets and without the stars that bold letters leave in plain text."""
    return _BOLD.sub("", _DECORATED.sub("", line.strip())).strip()


def plain(text: str) -> str:
    """Words to compare: small letters, no accents of width, no punctuation."""
    line = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'").replace("'", "")
    return " ".join(re.sub(r"[^\w]+", " ", line.replace("_", " ")).split())


def matching(label: str, fields: Sequence[FormField], *, exactly: bool = False) -> tuple[str, ...]:
    """The keys of the questions a typed label can mean: exactly, else by its words, else by a slip of a letter."""
    said = plain(re.sub(r"\((?:optional|required)\)", "", label, flags=re.IGNORECASE))
    if not said or len(label) > _LONGEST_LABEL:
        return ()
    if exact := tuple(one.key for one in fields if plain(one.label) == said):
        return exact
    if exact := tuple(one.key for one in fields if plain(one.key) == said):
        return exact
    if exactly:
        return ()
    words = set(said.split()) - _SMALL
    if words and (some := tuple(one.key for one in fields if words <= set(plain(one.label).split()))):
        return some
    names: Mapping[str, str] = {plain(one.label): one.key for one in fields}
    close = get_close_matches(said, names, n=2, cutoff=0.85) if len(said) >= 6 else []
    return tuple(names[name] for name in close)


def split_lines(text: str, fields: Sequence[FormField]) -> list[str]:
    """Lines without decoration; several labels or numbers on one line become lines of their own."""
    lines: list[str] = []
    for raw in text.splitlines()[:MAX_LINES]:
        line = undecorated(raw)
        lines += _one_line_numbers(line, fields) or _one_line_labels(line, fields)
    return lines


def _one_line_numbers(line: str, fields: Sequence[FormField]) -> list[str]:
    """ "1 good 2 yes" as two lines: numbers from 1 upwards or at least rising, the first one at the very beginning."""
    found = [match for match in _BARE_NUMBER.finditer(line) if not _A_DAY.match(line, match.start())]
    marked = list(re.finditer(r"(?<!\S)(?:q\.?\s?)?\(?(\d{1,2})[.):](?=\s+\S)", line, re.IGNORECASE))
    for matches in (marked, found):
        numbers = [int(match[1]) for match in matches]
        rising = all(one < other for one, other in pairwise(numbers))
        if len(numbers) < 2 or not rising or matches[0].start() != 0 or numbers[-1] > max(len(fields), 1):
            continue
        ends = [match.start() for match in matches[1:]] + [len(line)]
        pieces = [line[match.start() : end].strip(" ,;") for match, end in zip(matches, ends, strict=True)]
        if all(re.search(r"\s\S", piece) for piece in pieces):
            return pieces
    return []


def _one_line_labels(line: str, fields: Sequence[FormField]) -> list[str]:
    """ "Strengths: ... Learning: ..." as two lines, at labels written as we write them, after the end of a sentence."""
    starts = {0}
    if line.count(":") >= 2:
        after = rf"(?:(?<=[.;!?,]\s)|(?<=\s[-–—|]\s))(?P<label>[^\n:.;!?]{{1,{_LONGEST_LABEL}}}):"
        for match in re.finditer(after, line):
            starts |= {match.start()} if matching(match["label"], fields, exactly=True) else set()
    if line.count("?") >= 2:
        for field in fields:
            if field.label.endswith("?"):
                starts |= {match.start() for match in _label(field.label).finditer(line) if _begins_there(line, match)}
    return _cut(line, sorted(starts))


def _cut(line: str, starts: Sequence[int]) -> list[str]:
    ends = [*starts[1:], len(line)]
    return [line[start:end].strip(" |") for start, end in zip(starts, ends, strict=True)]


@lru_cache(maxsize=512)
def _label(label: str) -> re.Pattern[str]:
    """A label as people copy it: in any letters, with any apostrophe, over any space."""
    end = r"\s*\?" if label.endswith("?") else r"\b"
    return re.compile(r"\W+".join(map(re.escape, re.findall(r"\w+", label))) + end, re.IGNORECASE)


def _begins_there(line: str, match: re.Match[str]) -> bool:
    return line[: match.start()].rstrip()[-1:] in ("", *".;!?,:)|-–—")


def all_numbered(lines: Sequence[str], fields: Sequence[FormField]) -> bool:
    """Whether "3 good" with nothing but a space may be question 3: when every line is of that shape and they rise.

    "3 visits were made", alone, is a sentence.
    """
    numbers = []
    if len([line for line in lines if line]) == 1 and len(lines[0].split()) > 2:
        return False
    for line in lines:
        if not line:
            continue
        found = _NUMBER.match(line)
        if not found or _A_DAY.match(line):
            return False
        numbers.append(int(found["number"]))
    rising = all(one < other for one, other in pairwise(numbers))
    return bool(numbers) and rising and numbers[-1] <= max(len(fields), 1)


def begins(line: str, fields: Sequence[FormField], *, bare: bool, quoted: bool = False) -> Begun | None:
    """Whether a line begins an answer, and to what."""
    found = _NUMBER.match(line)
    if found and (_CLEAR_NUMBER.match(line) or (bare and found["rest"])) and not _A_DAY.match(line):
        rest = (found["rest"] or "").strip()
        named = _labelled(rest, fields, quoted=quoted)
        if named and named.fits:  # "3. Overall practice grade: good"
            return Begun(named.rest, int(found["number"]), named.label, named.fits)
        return Begun(_without_its_label(rest, int(found["number"]), fields), int(found["number"]))
    return _labelled(line, fields, quoted=quoted)


def _labelled(line: str, fields: Sequence[FormField], *, quoted: bool) -> Begun | None:
    whole = line.rstrip(" :?*")
    if line and len(line) <= _LONGEST_LABEL and (fits := matching(whole, fields, exactly=True)):
        return Begun("", label=whole, fits=fits)  # a label alone, as a heading
    if found := _COLON.match(line):
        label = found["label"].strip()
        fits = matching(label, fields, exactly=quoted)
        if fits or (not fields and len(label.split()) <= 5 and not label[:1].isdigit()):
            return Begun(found["rest"].strip(), label=label, fits=fits)
    if found := _DASH.match(line):
        fits = matching(found["label"], fields, exactly=True)
        if fits:
            return Begun(found["rest"].strip(), label=found["label"].strip(), fits=fits)
    question = re.match(rf"(?P<label>[^?]{{1,{_LONGEST_LABEL}}}\?)[\s*:–—-]*(?P<rest>.*)", line)
    if question and (fits := matching(question["label"], fields, exactly=True)):
        return Begun("" if quoted else question["rest"].strip(), label=question["label"], fits=fits)
    return None if quoted else _label_and_short_answer(line, fields)


def _without_its_label(rest: str, number: int, fields: Sequence[FormField]) -> str:
    """ "17. Why this overall grade The plan was followed" without the words of question 17 itself."""
    label = fields[number - 1].label if 1 <= number <= len(fields) else ""
    own = _label(label).match(rest) if label.endswith("?") or len(label.split()) > 2 else None
    after = rest[own.end() :].strip(" :–—-") if own else ""
    return after if after and plain(after.split()[0]) not in _GOES_ON else rest


def _label_and_short_answer(line: str, fields: Sequence[FormField]) -> Begun | None:
    """ "Overall practice grade good": a label with nothing behind it but the answer, where an answer is short."""
    words = line.split()
    for field in fields:
        own = len(field.label.split())
        rest = words[own:]
        if field.kind == "text" or own < 2 or not 0 < len(rest) <= _LONGEST_SHORT_ANSWER:
            continue
        if plain(" ".join(words[:own])) == plain(field.label) and plain(rest[0]) not in _GOES_ON:
            label = " ".join(words[:own])
            return Begun(" ".join(rest), label=label, fits=matching(label, fields, exactly=True))
    return None
