"""Parts what the sender newly wrote from what they quote, by quote marks, attributions and Outlook's header blocks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.mail.reading.lines import Line

_FROM = r"From|Von|De|Da|Van|Fra|Från|Od|Oddi wrth"
_SENT = r"Sent|Date|Gesendet|Datum|Envoy[ée]|Enviad[oa]|Inviato|Data|Fecha|Verzonden|Sendt|Skickat|Wysłano|Anfonwyd"
_TO = r"To|An|À|Para|A|Aan|Til|Till|Do|At"
_SUBJECT = r"Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|Emne|Ämne|Temat|Pwnc"
_HEADER_NAMES = tuple(
    re.compile(rf"\*{{0,2}}(?:{names})\s?:\*{{0,2}}\s*(?P<value>.*)", re.IGNORECASE)
    for names in (_FROM, _SENT, _TO, _SUBJECT, r"Cc|Bcc|Kopie|Reply-To|Importance|Sensitivity|Attachments")
)
_DASHED = re.compile(
    r"[-_*]{2,}\s*(?:original message|original appointment|forwarded message|forwarded by .*|reply message"
    r"|urspr(?:ü|ue)ngliche (?:nachricht|mail)|weitergeleitete nachricht|message d'origine|message transf[ée]r[ée]"
    r"|mensaje original|messaggio originale|oorspronkelijk bericht)\s*[-_*]{2,}",
    re.IGNORECASE,
)
_BEGIN_FORWARDED = re.compile(r"begin forwarded message\s*:", re.IGNORECASE)
_REPLY_ABOVE = re.compile(
    r"[-=#*\s]*(?:please )?(?:type|write|reply)[^.]{0,40} above this line[^.]{0,40}", re.IGNORECASE
)
_RULE = re.compile(r"[_\-=*]{5,}")
_WROTE = (
    r"(?:wrote|writes|schrieb(?: am)?|a écrit|escribió|ha scritto|schreef|escreveu|skrev|ysgrifennodd"
    r"|napisał(?:\(a\)|a)?)"
)
_ATTRIBUTION = re.compile(
    rf"(?:(?:On|Am|Le|El|Il|Op|Em|Den|Dnia|Ar|På|W dniu)\b.{{5,400}}\b{_WROTE}.{{0,80}}:"
    rf"|.{{0,300}}<[^<>\s]+@[^<>\s]+>\s*{_WROTE}?\s*:"
    rf"|.{{0,200}}[^<>\s]+@[^<>\s]+\s+{_WROTE}\s*:"
    rf"|.{{0,200}}\d{{4}}.{{0,200}}\b{_WROTE}\s*:)",
    re.IGNORECASE | re.DOTALL,
)
_ADDRESS = re.compile(r"[^\s<>@,;\"']+@[^\s<>@,;\"']+")
_BY_NAME = re.compile(rf"[^.!?]{{1,80}}\s{_WROTE}\s?:", re.IGNORECASE)
"""Where nothing but a name stands: believed only straight above a marked quote."""
_LIKE_ITS_END = re.compile(rf"{_WROTE}|>\s*:$", re.IGNORECASE)
_MOST_LINES_OF_ATTRIBUTION = 4
_MOST_ATTRIBUTIONS = 200
MOST_LINES_ABOVE = 40
"""Quoted lines kept above an answer: a question with its longest list of choices is twenty."""


@dataclass(frozen=True, slots=True)
class Run:
    """Lines newly written, one after another, and the quoted lines they stand under (empty at the top)."""

    lines: tuple[Line, ...]
    under: tuple[str, ...] = ()
    """Quoted lines since the run before, the nearest ones: a question stands above its choices."""
    before_quote: bool = False
    """A quote follows: what a signature may stand at the end of."""


@dataclass(frozen=True, slots=True)
class Parted:
    """A message parted in two. Every line of it is in one of them, in order."""

    runs: tuple[Run, ...]
    quoted: tuple[Line, ...]
    forwards: bool = False
    """The older message was put there by forwarding."""
    lone_mark: bool = False
    """One line begins with '>' and nothing else says that it is a quote: taken as the sender's own."""


def part(lines: Sequence[Line]) -> Parted:
    """Part new lines from quoted ones."""
    spoken = _attributions(lines)
    lines, lone_mark = _without_lone_mark(lines, spoken)
    cut, forwards = _cut(lines, spoken)
    attribution = _above_marked(lines, spoken, cut)
    runs: list[Run] = []
    quoted: list[Line] = []
    held: list[Line] = []
    under: list[str] = []
    for index in range(cut):
        line = lines[index]
        if line.depth or index in attribution:
            if any(one.text for one in held):
                runs.append(Run(tuple(held), tuple(under), before_quote=True))
                under = []
            held = []
            quoted.append(line)
            if line.depth and line.text:
                under = [*under[-MOST_LINES_ABOVE:], line.text]
        else:
            held.append(line)
    if held:
        runs.append(Run(tuple(held), tuple(under), before_quote=cut < len(lines)))
    quoted.extend(lines[cut:])
    runs = [run for run in runs if any(line.text for line in run.lines)]
    return Parted(tuple(runs), tuple(quoted), forwards, lone_mark)


def _without_lone_mark(lines: Sequence[Line], spoken: Mapping[int, int]) -> tuple[Sequence[Line], bool]:
    """A single '>' line in a message that quotes nothing else is an arrow somebody typed."""
    deep = [index for index, line in enumerate(lines) if line.depth]
    if len(deep) != 1 or lines[deep[0]].depth != 1 or not lines[deep[0]].text:
        return lines, False
    index = deep[0]
    if any(before in spoken for before in range(index - 3, index)):
        return lines, False
    own = Line("> " + lines[index].text)
    return [*lines[:index], own, *lines[index + 1 :]], True


def _cut(lines: Sequence[Line], spoken: Mapping[int, int]) -> tuple[int, bool]:
    """From where on everything is an older message, without a mark on each line; and whether it was forwarded."""
    for index, line in enumerate(lines):
        if line.depth:
            continue
        if line.mark == "divider":
            return _with_rules(lines, index), _forwarded(lines, index)
        if not line.text:
            continue
        if _DASHED.fullmatch(line.text) or _BEGIN_FORWARDED.fullmatch(line.text):
            return _with_rules(lines, index), "forwarded" in line.text.lower()
        if _REPLY_ABOVE.fullmatch(line.text):
            return index, False
        if is_header_block(lines, index):
            return _with_rules(lines, index), False
        if index in spoken and _goes_on_unmarked(lines, spoken[index], index):
            return spoken[index], False
    return len(lines), False


def _forwarded(lines: Sequence[Line], index: int) -> bool:
    near = [line.text for line in lines[index : index + 6] if line.text]
    return any("forwarded" in text.lower() and _DASHED.fullmatch(text) for text in near)


def is_header_block(lines: Sequence[Line], index: int) -> bool:
    """Whether "From:" with "Sent:", "To:" or "Subject:" close below begins here. "From: my reading ..." alone is none.

    Three of the four must stand together, and what is said to be a date must hold a number.
    """
    if not (first := _HEADER_NAMES[0].match(lines[index].text)):
        return False
    found = {0}
    passed = 0
    for line in lines[index + 1 : index + 14]:
        if line.depth or passed > 4:
            break
        if not line.text:
            continue
        names = [number for number, name in enumerate(_HEADER_NAMES) if name.match(line.text)]
        if not names:
            passed += 1  # a long list of recipients goes on in the next line
            continue
        value = _HEADER_NAMES[1].match(line.text)
        if 1 in names and value and value["value"] and not re.search(r"\d", value["value"]):
            return False
        found.update(names)
        passed = 0
    told = len(found & {0, 1, 2, 3})
    return told >= 3 and (1 in found or bool(_ADDRESS.search(first["value"])))


def _with_rules(lines: Sequence[Line], index: int) -> int:
    """The cut moved up over the line of underscores a program draws above its quote."""
    above = index
    while above > 0 and not lines[above - 1].depth and not lines[above - 1].text:
        above -= 1
    if above > 0 and not lines[above - 1].depth and _RULE.fullmatch(lines[above - 1].text):
        return above - 1
    if above > 0 and _DASHED.fullmatch(lines[above - 1].text):
        return above - 1
    return index


# -- "On Mon, 16 Nov 2026 at 09:00, somebody wrote:" ------------------------------------------------------------------


def _attributions(lines: Sequence[Line]) -> dict[int, int]:
    """The last line of each attribution, and the line it begins in."""
    found: dict[int, int] = {}
    looked_at = 0
    for index, line in enumerate(lines):
        if line.depth or not line.text.endswith(":") or not _LIKE_ITS_END.search(line.text[-200:]):
            continue
        looked_at += 1
        if looked_at > _MOST_ATTRIBUTIONS:
            break
        start = _attribution_from(lines, index)
        if start is not None:
            found[index] = start
    return found


def _attribution_from(lines: Sequence[Line], index: int) -> int | None:
    """The line an attribution that ends here begins in: programs break it over up to four lines."""
    words = ""
    for start in range(index, max(-1, index - _MOST_LINES_OF_ATTRIBUTION), -1):
        line = lines[start]
        if line.depth or not line.text:
            return None
        words = f"{line.text} {words}".strip()
        if len(words) > 600:
            return None
        if _ATTRIBUTION.fullmatch(words) and re.search(r"\d|@", words):
            return start
    return None


def _goes_on_unmarked(lines: Sequence[Line], start: int, end: int) -> bool:
    """Whether no marked quote follows, so that all below is quoted. Only an attribution with an address says so."""
    following = [line for line in lines[end + 1 : end + 8] if line.text][:2]
    if any(line.depth for line in following):
        return False
    return bool(_ADDRESS.search(" ".join(line.text for line in lines[start : end + 1])))


def _above_marked(lines: Sequence[Line], spoken: Mapping[int, int], cut: int) -> set[int]:
    """The lines of attributions that stand above a marked quote."""
    found: set[int] = set()
    for index, start in spoken.items():
        if index < cut and _quote_follows(lines, index, within=7):
            found.update(range(start, index + 1))
    for index, line in enumerate(lines[:cut]):
        if not line.depth and line.text.endswith(":") and _quote_follows(lines, index, within=2):
            found |= {index} if _BY_NAME.fullmatch(line.text) else set()
    return found


def _quote_follows(lines: Sequence[Line], index: int, *, within: int) -> bool:
    """Whether the next line with words is a marked one."""
    following = (line for line in lines[index + 1 : index + 1 + within] if line.text or line.depth)
    return (first := next(following, None)) is not None and first.depth > 0
