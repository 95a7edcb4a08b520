"""The header lines of a message or of one of its parts, read forgivingly and within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from bot.mail.reading.decoding import decode_text
from bot.mail.reading.lines import tidy

MAX_BYTES = 128 * 1024
"""Header bytes looked at; Exchange writes some twenty kilobytes."""
MAX_LINES = 2_000
MAX_VALUE = 4_096
"""Characters of one value looked at, except References."""

_END = re.compile(rb"\r?\n\r?\n|\r\r")
_LINE_END = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
_ENCODED_WORD = re.compile(r"=\?[^?\s]{1,40}\?[bqBQ]\?")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")


@dataclass(frozen=True, slots=True)
class Headers:
    """Header lines in the order they stand, the topmost first. Names in small letters, values unfolded."""

    lines: tuple[tuple[str, str], ...] = ()

    def every(self, name: str) -> tuple[str, ...]:
        """All values of one header, the topmost first."""
        return tuple(value for key, value in self.lines if key == name)

    def first(self, name: str) -> str:
        """The topmost value; empty when there is none."""
        return next((value for key, value in self.lines if key == name), "")

    def has(self, name: str) -> bool:
        """Whether the header stands there at all, empty or not."""
        return any(key == name for key, _ in self.lines)

    def message_ids(self, name: str) -> tuple[str, ...]:
        """The message ids of a header, in their angle brackets as letters are kept. At most 200, the last ones."""
        found = [match for value in self.every(name) for match in _MESSAGE_ID.findall(value)]
        return tuple(found[-200:])

    def said(self, name: str) -> str:
        """A value meant for people, with its encoded words decoded, on one line."""
        return decode_words(self.first(name))

    def content_type(self) -> tuple[str, dict[str, str]]:
        """The type in small letters, `text/plain` when there is none, and its parameters."""
        value = self.first("content-type")
        return _with_parameters(value, "text/plain")

    def disposition(self) -> tuple[str, dict[str, str]]:
        """`inline`, `attachment` or empty, and its parameters."""
        return _with_parameters(self.first("content-disposition"), "")


def split_head(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The headers of raw[start:end] and where the body begins. Something without headers is all body."""
    if raw[start : start + 1] == b"\n" or raw[start : start + 2] == b"\r\n":
        return Headers(), start + (1 if raw[start : start + 1] == b"\n" else 2)
    found = _END.search(raw, start, end)
    stop, body = (found.start(), found.end()) if found else (end, end)
    lines = tuple(_unfolded(_as_text(raw[start : min(stop, start + MAX_BYTES)])))
    if not lines:
        return Headers(), start
    return Headers(lines), body


def decode_words(value: str) -> str:
    """Encoded words ("=?utf-8?q?...?=") as text on one line; left as they are when they cannot be read."""
    value = value[:MAX_VALUE]
    if _ENCODED_WORD.search(value):
        try:
            parts = decode_header(value)
        except (HeaderParseError, ValueError, LookupError):
            parts = []
        said = []
        for part, charset in parts:
            if isinstance(part, str):
                said.append(part)
            elif charset is None:  # the words between, as the library hands them over
                said.append(part.decode("raw-unicode-escape", "replace"))
            else:
                said.append(decode_text(part, charset).text)
        value = "".join(said) or value
    return " ".join(tidy(value).split())


def _unfolded(text: str) -> Iterator[tuple[str, str]]:
    """One pair for each header; a line that is none ends nothing and is passed over."""
    name, value = "", [""]
    for line in _LINE_END.split(text)[:MAX_LINES]:
        if line[:1] in (" ", "\t"):
            value.append(line)
            continue
        if name:
            yield name, _bounded(name, value)
        found = _NAME.match(line)
        name, value = (found[1].lower(), [found[2]]) if found else ("", [""])
    if name:
        yield name, _bounded(name, value)


def _bounded(name: str, folded: list[str]) -> str:
    value = " ".join(part.strip() for part in folded).strip()
    return value[-16_000:] if name in ("references", "in-reply-to") else value[:MAX_VALUE]


def _as_text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _with_parameters(value: str, default: str) -> tuple[str, dict[str, str]]:
    if not value:
        return default, {}
    message = Message()
    # The parser of the standard library copies the rest of the value at every semicolon: keep it short.
    message["x"] = value[:1_000].replace("\r", " ").replace("\n", " ")
    parameters: dict[str, str] = {}
    try:
        for name, given in message.get_params([], "x"):
            key = name.lower()
            parameters.setdefault(key, _parameter(given))
    except (ValueError, LookupError, TypeError, AttributeError):  # nonsense in RFC 2231 continuations
        return value.split(";")[0].strip().lower() or default, {}
    kind = value.split(";")[0].strip().lower()
    return kind or default, parameters


def _parameter(given: object) -> str:
    if isinstance(given, tuple):  # RFC 2231: charset, language, value
        charset, _, said = given
        return decode_text(str(said).encode("latin-1", "replace"), str(charset or "")).text
    return str(given)
