"""Chooses the parts a reader reads, and turns them into lines."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.mail.reading.html_lines import html_lines
from bot.mail.reading.lines import MAX_LINE, MAX_LINES, Line, plain_lines
from bot.mail.reading.parts import Part, Taken
from bot.mail.reading.tnef import read_tnef

_TNEF_TYPES = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
MAX_TOTAL = 1_200_000
"""Bytes of text decoded in one message, all parts together."""
_MOST_TEXTS = 30
"""Text parts read: Apple Mail makes one for every picture between two paragraphs."""


@dataclass(slots=True)
class Body:
    """The lines of a message, and what came up in reading them."""

    lines: list[Line] = field(default_factory=list)
    room: int = MAX_TOTAL
    """How many bytes may still be decoded."""
    texts: int = 0
    """How many text parts were read."""
    pictures: int = 0
    attachments: int = 0
    """Files that came along, pictures inside the text not counted. None of them is decoded."""
    cut_short: bool = False
    other_charset: bool = False
    tnef: bool = False
    """There was a winmail.dat."""
    forwards_whole: bool = False
    """Another message came along as an attachment."""


def read_body(taken: Taken) -> Body:
    """The words of a message as lines, HTML before plain text where both say the same."""
    body = Body(cut_short=taken.cut_short)
    _read(taken.top, body)
    if not any(line.text for line in body.lines):
        _read_tnef(taken.top, body)
    return body


def _read(part: Part, body: Body) -> None:
    if part.kind == "multipart/alternative":
        _read_alternative(part, body)
    elif part.is_multipart and part.children:
        children = part.children
        if part.kind in ("multipart/related", "multipart/signed", "multipart/report"):
            _read(children[0], body)
            children = children[1:]
            for child in children:
                _count(child, body)
            return
        for child in children:
            _read(child, body)
    elif part.kind in ("text/plain", "text/html") and not part.is_attached:
        _read_text(part, body)
    elif part.is_multipart and not part.is_attached:
        _read_text(part, body, kind="text/plain")  # a multipart that cannot be split: better its words than nothing
    else:
        _count(part, body)


def _read_alternative(part: Part, body: Body) -> None:
    """The richest version that holds words; HTML knows where quotes begin, and does not break lines."""
    for child in sorted(part.children, key=_richness, reverse=True):
        if _richness(child):
            attempt = Body(room=body.room)
            _read(child, attempt)
            body.room = attempt.room
            if any(line.text and line.mark != "divider" for line in attempt.lines) or child is part.children[0]:
                _take_over(body, attempt)
                break
    for child in part.children:
        if not _richness(child):
            _count(child, body)


def _richness(part: Part) -> int:
    kinds = {one.kind for one in part.walk() if not one.is_attached}
    return 2 if "text/html" in kinds else 1 if "text/plain" in kinds else 0


def _take_over(body: Body, attempt: Body) -> None:
    room = MAX_LINES - len(body.lines)
    body.lines.extend(attempt.lines[:room])
    body.texts += attempt.texts
    body.pictures += attempt.pictures
    body.attachments += attempt.attachments
    body.cut_short |= attempt.cut_short or len(attempt.lines) > room
    body.other_charset |= attempt.other_charset
    body.tnef |= attempt.tnef
    body.forwards_whole |= attempt.forwards_whole


def _read_text(part: Part, body: Body, kind: str = "") -> None:
    if body.texts >= _MOST_TEXTS or len(body.lines) >= MAX_LINES or body.room <= 0:
        body.cut_short = True
        return
    decoded, whole = part.text(body.room)
    body.room -= max(len(decoded.text), 1_000)
    lines: list[Line]
    if (kind or part.kind) == "text/html":
        lines, pictures, cut_short = html_lines(decoded.text)
        body.pictures += pictures
    else:
        flowed = part.parameters.get("format", "").lower() == "flowed"
        lines = plain_lines(decoded.text, flowed=flowed, delsp=part.parameters.get("delsp", "").lower() == "yes")
        cut_short = len(lines) >= MAX_LINES or any(len(line) > MAX_LINE for line in decoded.text.split("\n"))
    if body.lines and lines:
        body.lines.append(Line(""))
    _take_over(body, Body(lines, texts=1, cut_short=cut_short or not whole, other_charset=decoded.other_charset))


def _count(part: Part, body: Body) -> None:
    """Something that is not read: a picture, a file, a message passed on whole."""
    for one in part.walk():
        if one.is_multipart:
            continue
        if one.kind in _TNEF_TYPES or one.filename.lower() == "winmail.dat":
            body.tnef = True
        elif one.kind.startswith("image/"):
            body.pictures += 1
            body.attachments += one.headers.disposition()[0] == "attachment"
        elif one.kind == "message/rfc822":
            body.forwards_whole = True
            body.attachments += 1
        elif one.is_attached or not one.kind.startswith("text/"):
            body.attachments += 1


def _read_tnef(top: Part, body: Body) -> None:
    for part in top.walk():
        if part.kind in _TNEF_TYPES or part.filename.lower() == "winmail.dat":
            content, whole = part.body()
            found = read_tnef(content)
            lines = html_lines(found.html)[0] if found.html else plain_lines(found.text)
            if any(line.text for line in lines):
                _take_over(body, Body(lines, texts=1, cut_short=not whole, tnef=True))
                return
