"""Plain text in lines of at most 76 characters that a mail program puts together again (RFC 3676, format=flowed)."""

from __future__ import annotations

import re

WIDTH = 76
"""Characters of one line, the space at its end included; quoted a few times it still fits a terminal."""
PARAMETERS = {"format": "flowed", "delsp": "no"}
"""English words are parted by spaces, so the space at the end of a broken line belongs to the text."""
_WORD = re.compile(r"\[Ref \S+\]|\S+")
"""What is never broken: a word, a reference with all of its letters, and the line a reply brings back."""
_STUFFED = (" ", ">", "From ")
"""Lines that begin like this get a space in front, which the reader takes away."""


def flow(text: str) -> str:
    """The text with its long lines broken. A line that ends in a space goes on in the next one; no other ends so."""
    return "".join(f"{_stuffed(piece)}\n" for line in text.splitlines() for piece in _pieces(line.rstrip()))


def _pieces(line: str) -> list[str]:
    if len(_stuffed(line)) <= WIDTH:
        return [line]
    indent = len(line) - len(line.lstrip())
    pieces = [line[:indent]]
    for word in _WORD.findall(line):
        begun = pieces[-1]
        if begun.strip() and len(_stuffed(begun)) + len(word) > WIDTH - 1:
            pieces.append(f"{word} ")
        else:
            pieces[-1] = f"{begun}{word} "
    pieces[-1] = pieces[-1].rstrip()
    return pieces


def _stuffed(line: str) -> str:
    return f" {line}" if line.startswith(_STUFFED) else line
