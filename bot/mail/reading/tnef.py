"""The words inside winmail.dat: what Outlook sends when it believes that everybody has Outlook (MS-OXTNEF).

Only what is simple: the plain body, and the MAPI properties for plain and HTML bodies. Compressed RTF stays unread.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from bot.mail.reading.decoding import decode_text

SIGNATURE = b"\x78\x9f\x3e\x22"
_ATT_BODY = 0x0002800C
_ATT_MAPI_PROPERTIES = 0x00069003
_PR_BODY, _PR_HTML = 0x1000, 0x1013
_FIXED_SIZES = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4, 0x0014: 8}
_FIXED_SIZES |= {0x0040: 8, 0x0048: 16}
_STRING8, _UNICODE, _BINARY, _OBJECT = 0x001E, 0x001F, 0x0102, 0x000D
_MOST = 2_000
"""Attributes and properties looked at."""


@dataclass(frozen=True, slots=True)
class TnefBody:
    """The bodies found; empty for none."""

    text: str = ""
    html: str = ""


def read_tnef(raw: bytes) -> TnefBody:
    """The bodies inside. Empty for what is broken, and for a body kept as compressed RTF only."""
    text = html = ""
    if raw[:4] != SIGNATURE:
        return TnefBody()
    try:
        for name, content in _attributes(raw):
            if name == _ATT_BODY and not text:
                text = decode_text(content.rstrip(b"\0"), "").text
            elif name == _ATT_MAPI_PROPERTIES:
                found = dict(_bodies(content))
                text, html = found.get(_PR_BODY, "") or text, found.get(_PR_HTML, "") or html
    except struct.error:  # it ends in the middle: what was read so far stands
        pass
    return TnefBody(text, html)


def _attributes(raw: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    for _ in range(_MOST):
        if at + 9 > len(raw):
            return
        _, name, length = struct.unpack_from("<BII", raw, at)
        yield name, raw[at + 9 : at + 9 + length]
        at += 9 + length + 2  # a checksum follows


def _bodies(raw: bytes) -> Iterator[tuple[int, str]]:
    """The plain and the HTML body among MAPI properties; every other property is stepped over."""
    (count,) = struct.unpack_from("<I", raw, 0)
    at = 4
    for _ in range(min(count, _MOST)):
        kind, ident = struct.unpack_from("<HH", raw, at)
        at += 4
        if ident >= 0x8000:
            at = _past_name(raw, at)
        many = bool(kind & 0x1000)
        kind &= 0x0FFF
        if kind in _FIXED_SIZES:
            times = 1
            if many:
                (times,) = struct.unpack_from("<I", raw, at)
                at += 4
            at += _FIXED_SIZES[kind] * times
            continue
        if kind not in (_STRING8, _UNICODE, _BINARY, _OBJECT):
            return
        (values,) = struct.unpack_from("<I", raw, at)
        at += 4
        for _ in range(min(values, _MOST)):
            (length,) = struct.unpack_from("<I", raw, at)
            content = raw[at + 4 : at + 4 + length]
            at += 4 + length + (-length % 4)
            if ident in (_PR_BODY, _PR_HTML):
                charset = "utf-16-le" if kind == _UNICODE else ""
                yield ident, decode_text(content, charset).text.rstrip("\0")


def _past_name(raw: bytes, at: int) -> int:
    """Behind the name of a named property: a GUID, and a number or a string."""
    (by_string,) = struct.unpack_from("<I", raw, at + 16)
    if not by_string:
        return at + 24
    length: int = struct.unpack_from("<I", raw, at + 20)[0]
    return at + 24 + length + (-length % 4)
