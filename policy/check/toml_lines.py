"""Finds the line of every key and list entry in a TOML text, so that an error can name it.

It only reads texts `tomllib` has already accepted, so it follows the grammar and checks nothing.
"""

from __future__ import annotations

import re
from typing import Any

Path = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"[ \t]*")
_SPACE_AND_COMMENTS = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]\}\r\n#]+")
_MULTILINE_BASIC = re.compile(r'"""(?:\\.|(?!""").)*"{3,5}', re.DOTALL)
_MULTILINE_LITERAL = re.compile(r"'''(?:(?!''').)*'{3,5}", re.DOTALL)
_BASIC = re.compile(r'"(?:\\.|[^"\\])*"')
_LITERAL = re.compile(r"'[^']*'")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_PLAIN_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


def lines_of(text: str) -> dict[Path, int]:
    """The line (from 1) on which every table, key and list entry of a valid TOML text begins."""
    return _Scanner(text).scan()


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest part of it that is written down; 1 for the whole file."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.list_lengths: dict[Path, int] = {}
        self._counted_to = 0
        self._line = 1

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip(_SPACE_AND_COMMENTS) < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self.lines

    def _header(self) -> Path:
        start, entry = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if entry else 1
        keys = self._keys()
        self.at += 2 if entry else 1
        path = self._inside(keys[:-1]) + keys[-1:]
        if entry:
            self._mark(path, start)  # the list begins where its first entry does
            path += (self._next_index(path),)
        else:
            path = self._inside(keys)
        self._mark(path, start)
        return path

    def _inside(self, keys: tuple[str, ...]) -> Path:
        """A header's keys as a path: `[ladders.x]` after `[[ladders]]` means the last ladder."""
        path: Path = ()
        for key in keys:
            path += (key,)
            if path in self.list_lengths:
                path += (self.list_lengths[path] - 1,)
        return path

    def _next_index(self, path: Path) -> int:
        index = self.list_lengths.get(path, 0)
        self.list_lengths[path] = index + 1
        return index

    def _pair(self, table: Path) -> None:
        start, keys = self.at, self._keys()
        self._skip(_SPACE)
        self.at += 1  # the equals sign
        self._mark(table + keys, start)
        self._value(table + keys)

    def _value(self, path: Path) -> None:
        self._skip(_SPACE)
        opening = self.text[self.at]
        if opening == "[":
            self.at += 1
            index = 0
            while self._skip_to_entry("]"):
                self._mark((*path, index), self.at)
                self._value((*path, index))
                index += 1
        elif opening == "{":
            self.at += 1
            while self._skip_to_entry("}"):
                self._pair(path)
        else:
            self._scalar()

    def _skip_to_entry(self, closing: str) -> bool:
        """Move to the next entry of a list or inline table; False at its end, with the end passed."""
        self._skip(_SPACE_AND_COMMENTS)
        if self.text[self.at] == ",":
            self.at += 1
            self._skip(_SPACE_AND_COMMENTS)
        if self.text[self.at] == closing:
            self.at += 1
            return False
        return True

    def _scalar(self) -> None:
        for pattern in (_MULTILINE_BASIC, _MULTILINE_LITERAL, _BASIC, _LITERAL, _SCALAR):
            if found := pattern.match(self.text, self.at):
                self.at = found.end()
                return

    def _keys(self) -> tuple[str, ...]:
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            keys.append(self._key())
            self._skip(_SPACE)
            if self.text[self.at] != ".":
                return tuple(keys)
            self.at += 1

    def _key(self) -> str:
        found: Any
        if found := _BARE_KEY.match(self.text, self.at):
            self.at = found.end()
            return str(found[0])
        if found := _LITERAL.match(self.text, self.at):
            self.at = found.end()
            return str(found[0][1:-1])
        found = _BASIC.match(self.text, self.at)
        self.at = found.end()
        return _ESCAPE.sub(_unescape, found[0][1:-1])

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return self.at

    def _mark(self, path: Path, position: int) -> None:
        # Positions only grow, so each line break is counted once.
        self._line += self.text.count("\n", self._counted_to, position)
        self._counted_to = position
        self.lines.setdefault(path, self._line)


def _unescape(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _PLAIN_ESCAPES.get(found[3], found[3])
