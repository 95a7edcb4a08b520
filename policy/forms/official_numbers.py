"""Numbers the state gives a person, as people write them in a text: NHS number, unique pupil number, NI number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum.gb import nhs, upn

_GAP = r"[\s\-–.]?"
_TEN_DIGITS = re.compile(rf"(?<!\d)\d{{3}}(?P<gap>{_GAP})\d{{3}}{_GAP}\d{{4}}(?!\d)|(?<!\d)\d(?:{_GAP}\d){{9}}(?!\d)")
_SAID_NHS = re.compile(r"\bnhs\b[^\d]{0,20}$", re.IGNORECASE)
# A letter that is no I, O or S, twelve digits; the last of a temporary one is a letter too.
_UPN_LETTER = "[A-HJ-NP-RT-Z]"
_UPN = re.compile(
    rf"(?<![A-Z0-9]){_UPN_LETTER}(?P<gap>[ \-]?)\d(?:[ \-]?\d){{10}}[ \-]?[\dA-HJ-NP-RT-Z](?![A-Z0-9])", re.IGNORECASE
)
_SAID_UPN = re.compile(r"\b(?:upn|pupil\s+number)\b[^\d]{0,20}$", re.IGNORECASE)
# Two letters, six digits, and A to D at the end, which people leave off when they say what it is. QQ is on every
# sample form.
_NI = re.compile(
    r"(?<![A-Z0-9])(?!BG|GB|NK|KN|TN|NT|ZZ)(?:QQ|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])"
    r"[ \-]?\d{2}[ \-]?\d{2}[ \-]?\d{2}(?P<suffix>[ \-]?[A-D])?(?![A-Z0-9])",
    re.IGNORECASE,
)
_SAID_NI = re.compile(r"\b(?:ni(?:no)?|national\s+insurance)\b[^\d]{0,20}$", re.IGNORECASE)
_LOOKED_BACK = 40

Span = tuple[int, int]


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits carry a valid NHS check digit (modulus 11)."""
    return bool(nhs.is_valid(digits))


def nhs_numbers(text: str) -> Iterator[Span]:
    """Ten digits that carry the check digit, are set out as an NHS number, or are called one, mistyped or not."""
    for match in _TEN_DIGITS.finditer(text):
        digits = "".join(char for char in match.group() if char.isdigit())
        if match["gap"] or is_nhs_number(digits) or _said(_SAID_NHS, text, match):
            yield match.span()


def pupil_numbers(text: str) -> Iterator[Span]:
    """Thirteen signs written together like a unique pupil number; with gaps only where it is one, or called one."""
    for match in _UPN.finditer(text):
        written = match.group()
        together = not any(char in " -" for char in written)
        if together or upn.is_valid(upn.compact(written)) or _said(_SAID_UPN, text, match):
            yield match.span()


def insurance_numbers(text: str) -> Iterator[Span]:
    """National Insurance numbers; without the letter at the end only where it is called one."""
    for match in _NI.finditer(text):
        if match["suffix"] or _said(_SAID_NI, text, match):
            yield match.span()


def _said(word: re.Pattern[str], text: str, match: re.Match[str]) -> bool:
    """Whether the words before a number say what it is."""
    return word.search(text[max(0, match.start() - _LOOKED_BACK) : match.start()]) is not None
