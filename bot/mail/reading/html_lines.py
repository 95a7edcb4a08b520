"""HTML as lines: blocks, lists and quotes as a reader sees them, and nothing a reader does not see."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.mail.reading.html_tags import MAX_HTML, Tag, cut
from bot.mail.reading.lines import MAX_LINE, MAX_LINES, Line, Mark, tidy

_BREAKING_NAMES = """
    div p table tr ul ol li dl dt dd h1 h2 h3 h4 h5 h6 pre blockquote hr center form fieldset section article header
    footer address main nav aside body html
"""
_BREAKING = frozenset(_BREAKING_NAMES.split())
_APART = frozenset(("p", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "pre"))
"""Blocks a reader sees a gap around, unless their style takes it away."""
_EMPTY = frozenset(("br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr", "source", "embed"))
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?![.\d])")
_NO_GAP = re.compile(r"margin(?:-top|-bottom)?\s*:\s*0(?:\.0*)?(?:px|cm|in|pt|em)?\s*(?:;|$|0|auto)")
_INDENT_ONLY = re.compile(r"border\s*:\s*(?:none|medium|0)")
_QUOTE_BORDER = re.compile(r"border-left\s*:\s*(?!none|medium|0)[^;]*(?:solid|#|rgb)")
_DIVIDER_IDS = frozenset(
    (
        "appendonsend",  # Outlook on the web: new words stand above it
        "divrplyfwdmsg",
        "mail-editor-reference-message-container",
        "ms-outlook-mobile-reference-message-container",
        "replysplit",
        "yahoo_quoted",
    )
)
_DIVIDER_CLASSES = frozenset(("moz-forward-container", "yahoo_quoted"))
_SIGNATURE_IDS = frozenset(("applemailsignature", "ms-outlook-mobile-signature", "signature"))
_SIGNATURE_CLASSES = frozenset(("gmail_signature", "moz-signature", "protonmail_signature_block"))

_MAX_EFFECTS = 100


@dataclass(slots=True)
class _Effect:
    """What an open element does to all inside it. `inside` counts elements of the same name opened within."""

    name: str
    what: str
    inside: int = 0


@dataclass(slots=True)
class _Writer:
    lines: list[Line] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    effects: list[_Effect] = field(default_factory=list)
    lists: list[int] = field(default_factory=list)
    """The number of the next entry of each open list; -1 for a list without numbers."""
    gap: bool = False
    bullet: bool = False
    """Nothing stands on the line yet but the bullet or number of a list entry."""
    pictures: int = 0
    length: int = 0
    cut_short: bool = False

    def effective(self, what: str) -> int:
        return sum(effect.what == what for effect in self.effects)

    def say(self, text: str) -> None:
        if self.effective("hidden"):
            return
        if self.effective("pre"):
            first, *others = text.split("\n")
            self._add(first)
            for line in others:
                self.end_line(always=True)
                self._add(line)
            return
        self._add(re.sub(r"[ \t\r\n\f]+", " ", text))

    def _add(self, text: str) -> None:
        self.bullet = self.bullet and not text.strip()
        if self.length + len(text) > MAX_LINE:
            text, self.cut_short = text[: max(0, MAX_LINE - self.length)], True
        self.words.append(text)
        self.length += len(text)

    def end_line(self, *, always: bool = False, mark: Mark = "") -> None:
        if self.bullet and not mark:
            self.gap = False
            return
        words = "".join(self.words)
        text = tidy(words)
        always = always or (not text and "\u00a0" in words)  # a paragraph kept open with a hard space: an empty line
        self.words, self.length = [], 0
        if len(self.lines) >= MAX_LINES:
            self.cut_short = True
            return
        depth = self.effective("quote")
        if text and self.gap and self.lines and self.lines[-1].text:
            self.lines.append(Line("", min(depth, self.lines[-1].depth)))
        if text or always or mark:
            self.gap = False
            shown: Mark = mark or ("signature" if self.effective("signature") else "")
            self.lines.append(Line(text, depth, shown))


def html_lines(text: str) -> tuple[list[Line], int, bool]:
    """Lines of an HTML part, how many pictures stand among them, and whether something was left out for length."""
    writer = _Writer(cut_short=len(text) > MAX_HTML)
    for piece in cut(text):
        if isinstance(piece, str):
            writer.say(piece)
        elif piece.closes:
            _close(writer, piece)
        else:
            _open(writer, piece)
    writer.end_line()
    return writer.lines, writer.pictures, writer.cut_short


def _open(writer: _Writer, tag: Tag) -> None:
    name = tag.name
    if name == "br":
        writer.end_line(always=True)
        return
    if name == "img":
        _picture(writer, tag)
        return
    style = tag.attributes.get("style", "").lower()
    if name in _BREAKING:
        writer.end_line()
        classes = tag.attributes.get("class", "")
        if (
            not writer.bullet
            and name in _APART
            and not classes.startswith(("Mso", "x_Mso"))
            and not _NO_GAP.search(style)
        ):
            writer.gap = True
    elif name in ("td", "th"):
        writer.say(" ")
    if name in _EMPTY:
        return
    if what := _effect_of(tag, style):
        if what == "divider":
            writer.end_line(mark="divider")
        elif len(writer.effects) < _MAX_EFFECTS:
            writer.effects.append(_Effect(name, what))
            return
    for effect in reversed(writer.effects):
        if effect.name == name:
            effect.inside += 1
            break
    _list_item(writer, tag)


def _close(writer: _Writer, tag: Tag) -> None:
    name = tag.name
    if name in _BREAKING:
        writer.bullet = writer.bullet and name != "li"
        writer.end_line()
        if name in ("ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"):
            writer.gap = True
    if name in ("ul", "ol") and writer.lists:
        writer.lists.pop()
    for index in range(len(writer.effects) - 1, -1, -1):
        effect = writer.effects[index]
        if effect.name == name:
            if effect.inside:
                effect.inside -= 1
            else:
                del writer.effects[index]
            return


def _effect_of(tag: Tag, style: str) -> str:
    """What the element means for all inside it."""
    given = tag.attributes
    ident = given.get("id", "").lower()
    classes = set(given.get("class", "").lower().split())
    if "hidden" in given or _HIDING.search(style):
        return "hidden"
    if ident in _DIVIDER_IDS or classes & _DIVIDER_CLASSES:
        return "divider"
    if tag.name == "blockquote":
        # The "increase indent" button of Outlook and Gmail makes a blockquote too: those are the writer's own words.
        indent = not given.get("type") and "gmail_quote" not in classes and _INDENT_ONLY.search(style)
        return "" if indent else "quote"
    if tag.name == "div" and _QUOTE_BORDER.search(style):
        return "quote"
    if ident in _SIGNATURE_IDS or classes & _SIGNATURE_CLASSES:
        return "signature"
    return "pre" if tag.name == "pre" else ""


def _list_item(writer: _Writer, tag: Tag) -> None:
    """Keeps the numbers of a numbered list: they say which question an answer belongs to."""
    if tag.name in ("ul", "ol"):
        writer.lists.append(_number(tag.attributes.get("start"), 1) if tag.name == "ol" else -1)
        del writer.lists[:-_MAX_EFFECTS]
    elif tag.name == "li" and writer.lists:
        number = writer.lists[-1]
        if number >= 0:
            number = _number(tag.attributes.get("value"), number)
            writer.lists[-1] = number + 1
        writer.say(f"{number}. " if number >= 0 else "- ")
        writer.bullet = not writer.effective("hidden")


def _number(said: str | None, default: int) -> int:
    return int(said) if said and said.isascii() and said.isdigit() and len(said) < 6 else default


def _picture(writer: _Writer, tag: Tag) -> None:
    """A picture counts; one that stands for an emoji is said."""
    alt = tag.attributes.get("alt", "")
    if 0 < len(alt) <= 4 and not alt.isascii():
        writer.say(alt)
    elif tag.attributes.get("width") not in ("0", "1"):
        writer.pictures += 1
