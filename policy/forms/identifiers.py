"""The identifier guard: finds what must never be typed into a form (domain.md 3.0). It misses things, and says so.

Numbers, postcodes and addresses of the kind the framework lists under `block` stop the text; the rest is shown back
for the writer to decide. Offsets count characters of the text as given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from policy.forms.names_in_text import capitalised_pairs, surnames_in_capitals
from policy.forms.official_numbers import insurance_numbers, is_nhs_number, nhs_numbers, pupil_numbers
from policy.framework.rules_identifiers import IdentifierRules

# A full date this long ago or more is read as a possible date of birth; newer ones are ordinary in practice prose.
_OLD_DATE = timedelta(days=2 * 365)

# The 124 postcode areas of the United Kingdom, so that "Q3 2ND" and "CP1 4AA" are left alone.
_AREAS = (
    "AB|AL|BA|BB|BD|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|EC|EH|EN|EX|FK|FY|GL|GU|"
    "GY|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|LA|LD|LE|LL|LN|LS|LU|ME|MK|ML|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|"
    "PH|PL|PO|PR|RG|RH|RM|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|WA|WC|WD|WF|WN|WR|WS|WV|"
    "YO|ZE|B|E|G|L|M|N|S|W"
)
_POSTCODE = re.compile(
    rf"(?<![A-Z0-9-])(?:{_AREAS})\d[A-Z\d]?\s{{0,2}}(?P<inward>\d[ABD-HJLNP-UW-Z]{{2}})(?![A-Z0-9])", re.IGNORECASE
)
# "S47 5th", "E1 2nd", "S20 1hr": an ordinal or a span of time after a section or a step, not a postcode.
_NOT_INWARD = re.compile(r"\d(?:st|nd|rd|th|hr|yr)")
_EMAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_WEB_ADDRESS = re.compile(
    r"(?:\bhttps?://|\bwww\.)[^\s<>\"']{2,200}"
    r"|(?<![\w@.\-])(?:[a-z0-9-]{1,40}\.){1,4}(?:com|org|net|uk|io|me|tv|gg|app|info|co|eu|ly)(?:/[^\s<>\"']{0,200})?(?![\w@])",
    re.IGNORECASE,
)
# "@jayden_07", "insta: jayden_07", "jayden#0712"; "@ school" and "met @9am" are how people write "at".
_HANDLE = re.compile(
    r"(?<![\w.+@'-])@[a-z][\w.]{2,29}\b|\b[a-z][\w.]{1,29}#\d{4}\b"
    r"|\b(?:insta(?:gram)?|snap(?:chat)?|tik\s?tok|x|twitter|facebook|discord|xbox|psn|gamertag|username|user\s?name|handle)"
    r"(?:\s+(?:name|is|as|account|handle|id))*\s*[:=]?\s+@?(?P<called>[a-z][a-z.]*[\d_][\w.]{0,29})\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_MADE_OF_DIGITS = frozenset(("nhs_number", "upn", "ni_number", "postcode", "phone", "date_of_birth", "case_reference"))
_PHONE = re.compile(
    r"(?<![\d/.])(?:"
    r"(?:\+|00)44[\s\-]{0,2}(?:\(0\)[\s\-]{0,2})?\d(?:[\s\-]?\d){8,9}"  # +44 7700 900123, 0044 (0)1632 960123
    r"|\(0\d{2,4}\)[\s\-]{0,2}\d(?:[\s\-]?\d){5,7}"  # (01632) 960123
    r"|0\d(?:[\s\-]?\d){8,9}"  # 01632 960123
    r"|7\d{3}[\s\-]?\d{3}[\s\-]?\d{3}"  # 7700 900123
    r")(?![\d/])"
)
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DATE = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}})(?P<s>[/.\-])(?P<m>\d{{1,2}})(?P=s)(?P<y>\d{{4}}|\d{{2}})(?!\d)"
    rf"|(?<!\d)(?P<y3>(?:19|20)\d{{2}})-(?P<m3>\d{{2}})-(?P<d3>\d{{2}})(?!\d)"
    rf"|(?<!\d)(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{_MONTHS})\.?,?\s+(?P<y2>(?:19|20)\d{{2}})(?!\d)",
    re.IGNORECASE,
)
_DOB_WORD = re.compile(
    r"\bd\.?\s?o\.?\s?b\b\.?|\bdate\s+of\s+birth\b|\bborn\s+(?:on|in)\b(?=[^.\n]{0,20}\d)", re.IGNORECASE
)
_MONTH_NUMBERS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

Span = tuple[int, int]
__all__ = ["Finding", "is_nhs_number", "scan"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that looks like an identifier: its kind, where it is, and whether the rules stop the text for it."""

    kind: str
    start: int
    end: int
    blocks: bool


def scan(text: str, rules: IdentifierRules, on: date | None = None) -> tuple[Finding, ...]:
    """What the rules list and the text seems to hold, in order of place; where two overlap, the blocking one.

    `on` is the day of writing: full dates less than two years old are then taken for dates of practice. Without it
    every full date is shown back.
    """
    found: list[Finding] = []
    for kind in (*rules.block, *rules.warn):
        for start, end in _spans(kind, text, rules, on):
            if not any(start < other.end and other.start < end for other in found):
                found.append(Finding(kind, start, end, kind in rules.block))
    return tuple(sorted(found, key=lambda finding: finding.start))


def _spans(kind: str, text: str, rules: IdentifierRules, on: date | None) -> Iterator[Span]:
    if kind == "two_capitalised_words":
        return capitalised_pairs(text, rules.ordinary_words)
    if kind == "surname_in_capitals":
        return surnames_in_capitals(text, rules.ordinary_words)
    if kind == "case_reference":
        return _case_references(text, rules.case_references)
    if kind in _MADE_OF_DIGITS and not _DIGIT.search(text):  # as in most sentences
        return iter(())
    if kind == "date_of_birth":
        return _dates_of_birth(text, on)
    return _FINDERS[kind](text)


def _case_references(text: str, patterns: Iterable[str]) -> Iterator[Span]:
    for pattern in patterns:
        for match in _case_reference(pattern).finditer(text):
            yield match.span()


@lru_cache(maxsize=32)
def _case_reference(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE)


def _postcodes(text: str) -> Iterator[Span]:
    for match in _POSTCODE.finditer(text):
        if not _NOT_INWARD.fullmatch(match["inward"]):
            yield match.span()


def _plain(pattern: re.Pattern[str]) -> Callable[[str], Iterator[Span]]:
    return lambda text: (match.span() for match in pattern.finditer(text))


def _dates_of_birth(text: str, on: date | None) -> Iterator[Span]:
    for match in _DATE.finditer(text):
        day = _date_of(match, on)
        said_birth = _DOB_WORD.search(text, max(0, match.start() - 30), match.end())
        if said_birth or (day and (on is None or on - day >= _OLD_DATE)):
            yield match.span()


def _date_of(match: re.Match[str], on: date | None) -> date | None:
    """The date a match means, None if there is no such day."""
    day = match["d"] or match["d2"] or match["d3"]
    year = int(match["y"] or match["y2"] or match["y3"])
    month = int(match["m"] or match["m3"] or 0) or 1 + _MONTH_NUMBERS.index(match["m2"][:3].lower())
    if year < 100:
        # '14' is 2014, and '98' is 1998: never a year after the day of writing.
        year += 2000 if on is None or year <= on.year % 100 else 1900
    try:
        return date(year, month, int(day))
    except ValueError:
        return None


_FINDERS: dict[str, Callable[[str], Iterator[Span]]] = {
    "nhs_number": nhs_numbers,
    "upn": pupil_numbers,
    "ni_number": insurance_numbers,
    "postcode": _postcodes,
    "email": _plain(_EMAIL),
    "phone": _plain(_PHONE),
    "dob_word": _plain(_DOB_WORD),
    "web_address": _plain(_WEB_ADDRESS),
    "handle": _plain(_HANDLE),
}
