"""Cuts HTML into tags and text in one pass whose time grows with the length alone.

Not Python's html.parser: in the versions we run on, unfinished tags and comments cost it the square of their number
(CVE-2025-6069), and a message is whatever a stranger likes to send.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_HTML = 600_000
"""Characters looked at. New words stand at the top."""
MAX_TAGS = 60_000

# No class takes in '<', and nothing is given back: each attempt costs no more than the way to the next '<'.
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:.-]{0,40}+)((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>")
_DECLARATION = re.compile(r"<[!?][^<>]*+>")
_ATTRIBUTE = re.compile(r"([a-zA-Z][\w:.-]{0,40}+)\s*+(?:=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++)))?")
_SWALLOWING = frozenset(("style", "script", "title", "xml", "template", "svg", "math", "object", "iframe", "noembed"))
_CLOSING = {name: re.compile(rf"</{name}[^<>]{{0,40}}>", re.IGNORECASE) for name in _SWALLOWING}


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or an end tag, its name in small letters."""

    name: str
    closes: bool
    attributes: dict[str, str] = field(default_factory=dict)


def cut(text: str) -> Iterator[Tag | str]:
    """Tags, and the text between them with its entities resolved. What is no tag is text; nothing is ever refused."""
    text = text[:MAX_HTML]
    said = at = tags = 0  # `said` is up to where everything has been given out
    never: set[str] = set()  # what is not closed any more from here on: not searched for again
    while tags < MAX_TAGS and (at := text.find("<", at)) >= 0:
        tag = None
        if text.startswith("<!--", at) and "-->" not in never:
            end = text.find("-->", at + 2)
            if end < 0:
                never.add("-->")
            end = end + 3 if end >= 0 else -1
        elif found := _DECLARATION.match(text, at):
            end = found.end()
        else:
            tag = _TAG.match(text, at)
            end = tag.end() if tag else -1
        if end < 0:
            at += 1
            continue
        if at > said:
            yield html.unescape(text[said:at])
        at = said = end
        if tag is None:
            continue
        tags += 1
        name = tag[2].lower()
        if name not in _SWALLOWING:
            yield Tag(name, bool(tag[1]), {} if tag[1] else _attributes(tag[3]))
        elif not tag[1] and not tag[3].endswith("/"):
            at = said = _past(text, at, name, never)
    if said < len(text):
        yield html.unescape(text[said:])


def _past(text: str, at: int, name: str, never: set[str]) -> int:
    """Behind the end of what no reader sees; where it does not end, the rest is kept as words."""
    if name in never:
        return at
    if found := _CLOSING[name].search(text, at):
        return found.end()
    never.add(name)
    return at


def _attributes(raw: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(raw[:4_000]):
        found.setdefault(name.lower(), html.unescape(double or single or bare))
    return found
