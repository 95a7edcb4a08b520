"""Finds where an answer ends and a signature begins. Whatever may be either is kept, and said to be kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.mail.reading.furniture import is_disclaimer, is_marking, is_picture, is_rule, is_sent_from
from bot.mail.reading.lines import Line
from bot.mail.reading.signature_words import CLOSING, DELIMITER, INITIALS, NAME, is_answer, is_detail, is_name

_THANKS = re.compile(r"(?:(?:many |kind )?thanks?\b|ta\b|thx|cheers|diolch)", re.IGNORECASE)
_LONGEST_SIGNATURE = 60
"""Lines; a council's block with its disclaimers is some thirty."""


@dataclass(frozen=True, slots=True)
class _Who:
    """Words that name the sender, and words of the domain they write from, in small letters."""

    own: frozenset[str]
    council: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ended:
    """Lines without what stood below them. `unsure`: something that may be a signature was kept."""

    lines: tuple[Line, ...]
    unsure: bool = False
    slogan: bool = False
    """One line below the signature was taken for a council's slogan, and cut as well."""


def without_signature(lines: Sequence[Line], sender_name: str = "", address: str = "") -> Ended:
    """Cut the signature off the end of a run of lines; what may be an answer stays where it is."""
    who = _who(sender_name, address)
    kept, unsure = _without_tail(list(lines))
    begins = [index for index in range(max(0, len(kept) - _LONGEST_SIGNATURE), len(kept)) if _begins(kept, index, who)]
    # A closing or the sender's own name says more than a line that merely looks like a name: those come last.
    begins.sort(key=lambda index: (not _is_sure_beginning(kept[index], who), index))
    for index in begins:
        end = _end_of_block(kept, index, who)
        block = [line for line in kept[index:end] if line.text]
        whole = end == len(kept)
        if not _is_convincing(block, who, whole=whole):
            continue
        thanks = kept[index : index + 1] if index == 0 and whole and _THANKS.match(kept[0].text) else []
        if slogan := not whole and _ends_in_slogan(kept, index, end, who):
            end, whole = len(kept), True
        return Ended(tuple(_trimmed([*thanks, *kept[:index], *kept[end:]])), unsure or not whole, slogan)
    return Ended(tuple(_trimmed(kept)), unsure or _looks_begun(kept))


def _without_tail(lines: list[Line]) -> tuple[list[Line], bool]:
    """The lines without "Sent from", disclaimers, markings and rules at their end; and whether some may be left."""
    end = len(lines)
    while end > 0 and (not lines[end - 1].text or _is_tail(lines[end - 1].text)):
        end -= 1
    lines = lines[:end]
    first = next((at for at, line in enumerate(lines) if is_disclaimer(line.text)), None)
    if first is None:
        return lines, False
    # A disclaimer has sentences we do not know between those we do. They go with it, unless one may be an answer.
    below = [line.text for line in lines[first:] if line.text]
    known = sum(_is_tail(text) for text in below)
    if known * 2 < len(below) or any(is_answer(text) and not _is_tail(text) for text in below):
        return lines, True
    while first > 0 and (not lines[first - 1].text or _is_tail(lines[first - 1].text)):
        first -= 1
    return lines[:first], False


def _is_tail(text: str) -> bool:
    return is_sent_from(text) or is_disclaimer(text) or is_marking(text) or is_picture(text) or is_rule(text)


def _begins(lines: Sequence[Line], index: int, who: _Who) -> bool:
    """Whether a signature may begin in this line: a closing, a delimiter, a program's mark, or a name by itself."""
    text = lines[index].text
    if not text or is_answer(text):
        return False
    if DELIMITER.fullmatch(text) or _closes(text, who):
        return True
    if lines[index].mark == "signature" and (index == 0 or lines[index - 1].mark != "signature"):
        return True
    apart = index == 0 or not lines[index - 1].text or is_rule(lines[index - 1].text)
    return apart and (_begins_with_own_name(text, who) or (is_name(text) and not is_detail(text)))


def _is_sure_beginning(line: Line, who: _Who) -> bool:
    text = line.text
    return bool(DELIMITER.fullmatch(text)) or _closes(text, who) or _begins_with_own_name(text, who)


def _end_of_block(lines: Sequence[Line], index: int, who: _Who) -> int:
    """Where the lines end that belong to a signature beginning at `index`."""
    disclaims = False
    for at in range(index + 1, len(lines)):
        text = lines[at].text
        disclaims = disclaims or is_disclaimer(text)
        if not (_belongs(lines[at], who) or (disclaims and not is_answer(text)) or _is_slogan(lines, at, who)):
            return at
    return len(lines)


def _is_convincing(block: Sequence[Line], who: _Who, *, whole: bool) -> bool:
    """Whether a block is a signature: at the end of the message a closing, a delimiter or the sender's own name is
    enough; anything else, and a block with words below it, must hold a name's company: titles, places, telephones."""
    texts = [line.text for line in block]
    details = sum(is_detail(text) for text in texts[1:])
    if not whole:
        return details >= 2
    if _is_sure_beginning(block[0], who):
        return True
    if block[0].mark:
        # People also type into the box their program keeps for the signature.
        return all(line.mark for line in block) and (details > 0 or any(is_name(text) for text in texts))
    return details >= 2


def _belongs(line: Line, who: _Who) -> bool:
    """Whether a line can stand inside a signature."""
    text = line.text
    if not text or _is_tail(text) or is_detail(text):
        return True
    if is_answer(text):
        return False
    if line.mark and len(text.split()) <= 15:
        return True
    return (
        _is_own_name(text, who)
        or is_name(text)
        or bool(INITIALS.fullmatch(text) or DELIMITER.fullmatch(text))
        or _closes(text, who)
    )


def _is_slogan(lines: Sequence[Line], at: int, who: _Who) -> bool:
    """A short line we do not know between two that belong: a council's slogan."""
    text = lines[at].text
    councils_own = bool(who.council & set(re.findall(r"[a-z]+", text.lower())))
    if (is_answer(text) and not councils_own) or len(text.split()) > 12 or not is_detail(_neighbour(lines, at, -1)):
        return False
    after = next((line for line in lines[at + 1 : at + 4] if line.text), None)
    return after is not None and (is_detail(after.text) or is_disclaimer(after.text))


def _neighbour(lines: Sequence[Line], at: int, step: int) -> str:
    near = lines[max(0, at - 3) : at] if step < 0 else lines[at + 1 : at + 4]
    return next((line.text for line in near[::step] if line.text), "")


def _ends_in_slogan(lines: Sequence[Line], begin: int, end: int, who: _Who) -> bool:
    """Whether one short line below a full signature is a slogan: without this nobody in that council could say YES.

    Only where words stand above the signature, and never a line that answers, corrects or asks.
    """
    below = [line.text for line in lines[end:] if line.text]
    if len(below) != 1 or not any(line.text for line in lines[:begin]):
        return False
    words = re.findall(r"[a-z]+", below[0].lower())
    known = set(words) & (_SLOGAN_WORDS | who.council)
    return len(words) <= 9 and bool(known) and not (set(words) & _NO_SLOGAN) and not re.search(r"[\d?:]", below[0])


_SLOGAN_WORDS = frozenset(("better", "brighter", "stronger", "together", "proud", "future", "futures", "difference"))
_SLOGAN_WORDS |= {"ambition", "ambitious", "thrive", "thriving", "fairer", "greener", "everyone", "communities"}
_NO_SLOGAN = frozenset(
    ("yes", "no", "not", "but", "change", "changed", "wrong", "wait", "actually", "instead", "except")
)
_NO_SLOGAN |= {
    "please",
    "should",
    "grade",
    "good",
    "inadequate",
    "outstanding",
    "was",
    "were",
    "i",
    "she",
    "he",
    "they",
}


def _who(sender_name: str, address: str) -> _Who:
    local, _, domain = address.lower().partition("@")
    words = re.findall(r"[^\W\d_]{2,}", sender_name) + re.findall(r"[a-z]{2,}", local)
    own = frozenset(word.lower() for word in words) - {"the", "bot", "learning", "space", "quality", "qa", "team"}
    return _Who(own, frozenset(re.findall(r"[a-z]{4,}", domain)))


def _is_own_name(text: str, who: _Who) -> bool:
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", text)]
    return (
        0 < len(words) <= 4 and bool(set(words) & who.own) and all(word in who.own or len(word) <= 2 for word in words)
    )


def _begins_with_own_name(text: str, who: _Who) -> bool:
    """ "Priya Nair", or "Priya Nair | Team Manager"."""
    first = re.split(r"\s*[|,(]\s*|\s+[-–—]\s+", text, maxsplit=1)[0]
    return _is_own_name(text, who) or (first != text and _is_own_name(first, who) and is_detail(text))


def _closes(text: str, who: _Who) -> bool:
    """A closing, perhaps with a name on its line: "Thanks, Priya", but not "Thanks for the reminder"."""
    found = CLOSING.fullmatch(text)
    if not found:
        return False
    name = found["name"] or ""
    if not name or _is_own_name(name, who):
        return True
    if is_answer(name) or not NAME.fullmatch(name):
        return False
    return "," in found["end"] or text[: found.start("name")].rstrip().lower().endswith(("regards", "wishes"))


def _looks_begun(lines: Sequence[Line]) -> bool:
    """Whether something in the last lines looks like a signature all the same."""
    tail = [line for line in lines[-_LONGEST_SIGNATURE:] if line.text][1:]
    closed = any(DELIMITER.fullmatch(line.text) or CLOSING.fullmatch(line.text) for line in tail)
    return closed or sum(is_detail(line.text) for line in tail[-8:]) >= 2 or any(line.mark for line in lines)


def _trimmed(lines: Iterable[Line]) -> list[Line]:
    kept = list(lines)
    while kept and not kept[-1].text:
        kept.pop()
    return kept
