"""From the bytes of a body part to text: the transfer encoding, then the charset it says or the ones it may mean."""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re
from dataclasses import dataclass
from functools import lru_cache

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_HALF_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
_LATIN = frozenset(("ascii", "iso8859-1", "cp1252"))
"""Names that on the web and in mail are used for windows-1252, and often for UTF-8."""
_NOT_TEXT = frozenset(("punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"))
"""Codecs Python knows that are no charset of a message; punycode and idna take time with the square of the length."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and whether the charset said was wrong, unknown or missing so that another had to be taken."""

    text: str
    other_charset: bool = False


def decode_transfer(raw: bytes, encoding: str, limit: int) -> tuple[bytes, bool]:
    """The bytes inside a transfer encoding, at most `limit`, and whether that is all there was."""
    match encoding.strip().lower().strip("\"'"):
        case "base64":
            # Four characters are three bytes; line ends come on top. What lies beyond is not looked at.
            taken = raw[: limit * 2]
            decoded = _base64(taken)
            return decoded[:limit], len(taken) == len(raw) and len(decoded) <= limit
        case "quoted-printable":
            taken = raw[: limit * 3]
            decoded = quopri.decodestring(taken)
            return decoded[:limit], len(taken) == len(raw) and len(decoded) <= limit
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return b"", not raw.strip()
        case _:
            return raw[:limit], len(raw) <= limit


def decode_text(raw: bytes, charset: str, *, whole: bool = True) -> Decoded:
    """Text of `raw`: in the charset said, else UTF-8, else windows-1252. Never raises.

    `whole=False` says that the end was cut off, perhaps in the middle of a character.
    """
    if raw.startswith(codecs.BOM_UTF8):
        raw = raw[len(codecs.BOM_UTF8) :]
    name = _codec(charset)
    looks_like_utf8 = None
    if name in _LATIN or name is None:
        looks_like_utf8 = _try(raw, "utf-8", whole)
        if looks_like_utf8 is not None:
            # ASCII is UTF-8 too, and bytes beyond it are hardly ever UTF-8 by chance.
            return Decoded(
                looks_like_utf8, (name is None and bool(charset)) or (not raw.isascii() and name is not None)
            )
        if name in ("ascii", "iso8859-1"):
            name = "cp1252"
    if name is not None:
        said = _try(raw, name, whole)
        if said is not None:
            return Decoded(said, name == "cp1252" and _codec(charset) == "ascii")
    other = looks_like_utf8 if looks_like_utf8 is not None else _try(raw, "utf-8", whole)
    return Decoded(other if other is not None else raw.decode("cp1252", "replace"), other_charset=True)


@lru_cache(maxsize=64)
def _codec(charset: str) -> str | None:
    """Python's name of a charset; None for none, an unknown one and one that is no charset."""
    try:
        name = codecs.lookup(charset.strip().strip("\"'")[:40]).name
        b"a".decode(name, "ignore")  # refuses what is no charset but a compression or a transfer encoding
    except Exception:  # noqa: BLE001  a codec may refuse in any way it likes
        return None
    return None if name.replace("-", "_") in _NOT_TEXT else name


def _try(raw: bytes, name: str, whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(name)("strict").decode(raw, final=whole)
    except (UnicodeError, LookupError, ValueError, AssertionError, TypeError, AttributeError):
        return None


def _base64(raw: bytes) -> bytes:
    """Decoded as far as it goes: broken lines, missing padding and a footer some server put below do no harm."""
    if stray := _HALF_BASE64.search(raw):
        line_start = raw.rfind(b"\n", 0, stray.start()) + 1
        raw = raw[:line_start] if line_start else raw
    letters = _NOT_BASE64.sub(b"", raw)
    try:
        return base64.b64decode(letters[: len(letters) - len(letters) % 4] + _padded(letters))
    except (binascii.Error, ValueError):
        return b""


def _padded(letters: bytes) -> bytes:
    rest = letters[len(letters) - len(letters) % 4 :]
    return b"" if len(rest) < 2 else rest + b"=" * (4 - len(rest))
