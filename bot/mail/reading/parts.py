"""Takes a MIME message apart, within bounds, and decodes nothing that is not read.

Python's own parser goes through every line of every attachment, once for each level it lies in. This one looks for the
boundary lines alone, so that 25 MB of pictures cost a search, and 10,000 parts no more than the 250 we look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.mail.reading.decoding import Decoded, decode_text, decode_transfer
from bot.mail.reading.headers import Headers, split_head

MAX_PARTS = 250
MAX_DEPTH = 12
MAX_TEXT = 600_000
"""Bytes of one text part that are decoded: the Word HTML of a long thread is a third of it."""

_BOUNDARY_END = re.compile(rb"(--)?[ \t]*(?:\r?\n|\r|$)")


@dataclass(slots=True)
class Part:
    """One part: its headers, where its body lies in the raw message, and the parts inside it."""

    raw: bytes = field(repr=False)
    headers: Headers
    start: int
    end: int
    kind: str
    parameters: dict[str, str]
    children: list[Part] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        return self.kind.startswith("multipart/")

    @property
    def filename(self) -> str:
        """The file name an attachment gives itself; empty for none."""
        return self.headers.disposition()[1].get("filename", "") or self.parameters.get("name", "")

    @property
    def is_attached(self) -> bool:
        """Whether the part is a file that comes along, and not words to read."""
        return self.headers.disposition()[0] == "attachment" or bool(self.filename)

    def body(self, limit: int = MAX_TEXT) -> tuple[bytes, bool]:
        """The decoded bytes, at most `limit`, and whether that is all."""
        # Nothing is more than three encoded bytes to one.
        taken = self.raw[self.start : min(self.end, self.start + limit * 3 + 3)]
        content, whole = decode_transfer(taken, self.headers.first("content-transfer-encoding"), limit)
        return content, whole and len(taken) == self.end - self.start

    def text(self, room: int = MAX_TEXT) -> tuple[Decoded, bool]:
        """The body as text, at most `room` bytes of it, and whether that is all."""
        content, whole = self.body(min(room, MAX_TEXT))
        return decode_text(content, self.parameters.get("charset", ""), whole=whole), whole

    def walk(self) -> Iterator[Part]:
        """This part and everything inside, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class Taken:
    """A message taken apart."""

    top: Part
    parts: int = 1
    """How many parts were looked at, at most MAX_PARTS."""
    cut_short: bool = False
    """There were more parts, or deeper ones, than we look at."""


def take_apart(raw: bytes) -> Taken:
    """The tree of parts. Never raises; what cannot be split stays one part."""
    start = 0
    if raw[:5] == b"From " and (line_end := raw.find(b"\n", 0, 1_000)) > 0:  # an mbox line left in front
        start = line_end + 1
    taken = Taken(_part(raw, start, len(raw), "text/plain"))
    _split(taken, taken.top, depth=1)
    return taken


def _part(raw: bytes, start: int, end: int, default: str) -> Part:
    headers, body = split_head(raw, start, end)
    kind, parameters = headers.content_type()
    if not headers.has("content-type") or "/" not in kind:
        kind = default
    return Part(raw, headers, min(body, end), end, kind, parameters)


def _split(taken: Taken, part: Part, depth: int) -> None:
    boundary = part.parameters.get("boundary", "")
    if not part.is_multipart or not boundary:
        return
    if depth > MAX_DEPTH:
        taken.cut_short = True
        return
    default = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
    for start, end in _between_boundaries(part.raw, part.start, part.end, boundary):
        if taken.parts >= MAX_PARTS:
            taken.cut_short = True
            return
        taken.parts += 1
        child = _part(part.raw, start, end, default)
        part.children.append(child)
        _split(taken, child, depth + 1)


def _between_boundaries(raw: bytes, start: int, end: int, boundary: str) -> Iterator[tuple[int, int]]:
    """Where each part begins and ends. A message cut off in the middle ends its last part where it ends."""
    mark = b"--" + boundary.encode("utf-8", "replace")
    opened = -1
    at = start
    while (at := raw.find(mark, at, end)) != -1:
        line_start = at == start or raw[at - 1 : at] in (b"\n", b"\r")
        finish = _BOUNDARY_END.match(raw, at + len(mark), end)
        if not line_start or not finish:
            at += len(mark)
            continue
        if opened >= 0:
            yield opened, max(opened, _without_line_end(raw, at))
        opened = finish.end()
        if finish[1]:
            return
        at = opened
    if opened >= 0:
        yield opened, end


def _without_line_end(raw: bytes, at: int) -> int:
    if raw[at - 2 : at] == b"\r\n":
        return at - 2
    return at - 1
