"""The kit every card is built from: Microsoft's typed models, our habits (wrap, labels, fallback, version 1.5).

Words of ours go into `para`. Anything from outside (a name, a post's title, an answer) goes into `spoken` or `facts`,
which are RichTextBlocks: they read no Markdown, so nothing in them can become a link or a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import quote

from microsoft_teams.cards import (
    Action,
    ActionSet,
    AdaptiveCard,
    CardElement,
    ColumnDefinition,
    Container,
    ExecuteAction,
    OpenUrlAction,
    RichTextBlock,
    SubmitAction,
    Table,
    TableCell,
    TableRow,
    TextBlock,
    TextRun,
    ToggleVisibilityAction,
)
from pydantic import BaseModel

from dialogs.kit.inert import inert, one_line
from dialogs.kit.message import Json

VERSION: Literal["1.5"] = "1.5"
MOST_BUTTONS = 3
LARGEST_CARD = 20_000
"""Bytes of JSON. Teams allows about 100 KB in UTF-16; a phone on a poor connection is why ours stay small."""
CARRIED = frozenset(["verb", "ref", "step", "v", "seconds"])
"""All a button may carry: the client can read it and change it. Everything else in the data of a press is an answer."""

Tone = Literal["default", "emphasis", "good", "attention", "warning", "accent"]
Gap = Literal["None", "Small", "Default", "Medium", "Large"]


@dataclass(frozen=True, slots=True)
class Bold:
    """Words to stand out inside `spoken`."""

    text: str


def in_one_piece(text: str) -> str:
    """The same words, with hyphens in references that no line breaks at. Typed back they are read like any other."""
    return _REFERENCE.sub(lambda found: found[0].replace("-", "\u2011"), text)


_REFERENCE = re.compile(r"\b[A-Z]{2}-\d{4}Q\d-\d+")


def heading(text: str) -> TextBlock:
    """The first line of a card. Any preview may show it, so it names nobody and says no grade."""
    return TextBlock(text=in_one_piece(text), size="Medium", weight="Bolder", wrap=True, style="heading")


def subheading(text: str, *, gap: Gap = "Medium", line: bool = False) -> TextBlock:
    """A heading inside a card; `line` draws a rule above it."""
    return TextBlock(
        text=text, size="Default", weight="Bolder", wrap=True, style="heading", spacing=gap, separator=line or None
    )


def para(text: str, *, gap: Gap = "Default") -> TextBlock:
    """A sentence or two of our own words."""
    return TextBlock(text=text, wrap=True, spacing=gap)


def small(text: str, *, gap: Gap = "Small") -> TextBlock:
    """A hint or a progress line: our own words, quieter."""
    return TextBlock(text=text, wrap=True, size="Small", is_subtle=True, spacing=gap)


def problem(text: str, *, about: str = "") -> TextBlock:
    """What is wrong with the answer below it. It says so in words; the colour only helps the eye.

    `about` is the id of the box it belongs to, for a client that can read the two together.
    """
    name = f"{about}-problem" if about else None
    return TextBlock(id=name, text=text, wrap=True, weight="Bolder", color="Attention", spacing="Medium")


def spoken(*parts: str | Bold, gap: Gap = "Default", quiet: bool = False) -> RichTextBlock:
    """A sentence that may hold a name, a title or an answer, harmless whatever is in it."""
    runs = [
        TextRun(text=inert(part.text), weight="Bolder")
        if isinstance(part, Bold)
        else TextRun(text=inert(part), is_subtle=quiet or None, size="Small" if quiet else None)
        for part in parts
        if part not in ("", Bold(""))
    ]
    return RichTextBlock(inlines=list(runs), spacing=gap)


def facts(rows: Iterable[tuple[str, str]]) -> Container:
    """'Due: Tuesday 29 December', one to a line. Works in any width, and any value is harmless."""
    lines = [
        spoken(Bold(f"{title}: "), one_line(value), gap="Small" if number else "None")
        for number, (title, value) in enumerate(rows)
    ]
    return Container(items=list(lines))


def box(*items: CardElement | Json, tone: Tone = "emphasis", gap: Gap = "Medium", key: str | None = None) -> Container:
    """Something set apart. The tone adds a colour; the words must say it all without. `key` as of `group`."""
    return Container(items=list[Any](items), style=tone, spacing=gap, key=key)


def fold_title(title: str, name: str) -> Container:
    """A line that opens and closes what is folded below it. It asks the bot nothing, so it is none of the buttons."""
    return Container(
        items=[TextBlock(text=f"{title} \u25be", wrap=True, color="Accent")],
        select_action=ToggleVisibilityAction(title=title, target_elements=[name]),
        spacing="Medium",
    )


def folded(*items: CardElement | Json, name: str) -> Container:
    """What a fold hides until it is opened."""
    return Container(id=name, items=list[Any](items), style="emphasis", is_visible=False, spacing="Small")


def group(*items: CardElement, gap: Gap = "Medium", key: str | None = None) -> Container:
    """Things that belong together, such as a question and its hint.

    `key` names what stands here to a client that draws a changed card over the one before, element by element.
    """
    return Container(items=list(items), spacing=gap, key=key)


def button(
    title: str,
    verb: str,
    token: str = "",
    *,
    main: bool = False,
    keep_answers: bool = True,
    in_dialog: bool = False,
    about: str = "",
    **data: str | int,
) -> Action:
    """A button. It carries the verb, an opaque id and a version, never more: the server decides at every press.

    `keep_answers` False sends nothing of what stands in the card's inputs. `in_dialog` True is for the dialog window
    of Teams, which knows Action.Submit only. `about` says what it acts on where a card has several of the same words:
    a screen reader speaks it. `data` may be `step` and `v`.
    """
    carried: dict[str, Any] = {"verb": verb}
    if token:
        carried["ref"] = token
    carried.update(data)
    style: Literal["positive"] | None = "positive" if main else None
    inputs: Literal["none"] | None = None if keep_answers else "none"
    spoken_name = f"{title}: {about}" if about else None
    submit = SubmitAction(title=title, data=carried, style=style, associated_inputs=inputs, tooltip=spoken_name)
    if in_dialog:
        return submit
    return ExecuteAction(
        title=title,
        verb=verb,
        data=dict(carried),
        style=style,
        associated_inputs=inputs,
        tooltip=spoken_name,
        fallback=submit,
    )


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Json:
    """Words first, numbers after, one row a line; a column is as wide as its longest word asks for.

    So no heading breaks inside a word on a narrow phone, where a column too narrow for it would break it. It is JSON
    already: a table is most of a card that has one, and its rows are much the same for everybody who reads it.
    """
    said = [tuple(header), *(tuple(one_line(cell) for cell in row) for row in rows)]
    frame = Table(
        columns=[ColumnDefinition(width=_share(column)) for column in zip(*said, strict=True)],
        rows=[],
        first_row_as_headers=True,
        show_grid_lines=False,
        spacing="Medium",
    )
    found = as_json(frame)
    found["rows"] = [_row(cells, bold=not number) for number, cells in enumerate(said)]
    return found


def _share(column: Iterable[str]) -> int:
    """The part of the width a column gets: the letters of its longest word, and two for the space beside it."""
    return 2 + max(len(word) for cell in column for word in cell.split() or [""])


@lru_cache(maxsize=256)
def _row(cells: tuple[str, ...], *, bold: bool) -> Json:
    """A row of plain words. Nobody changes one."""
    return as_json(TableRow(cells=[_cell(cell, bold, left=not number) for number, cell in enumerate(cells)]))


def _cell(text: str, bold: bool, *, left: bool) -> TableCell:
    run = TextRun(text=inert(text), weight="Bolder" if bold else None)
    side: Literal["Left", "Right"] = "Left" if left else "Right"
    return TableCell(items=[RichTextBlock(inlines=[run], spacing="None", horizontal_alignment=side)])


OPENS_A_WINDOW = {"type": "task/fetch"}
"""What Teams looks for in a button's data; a client that does not know it sends the button as a message."""


def window_button(title: str, verb: str, token: str) -> Action:
    """A button that opens the same thing in a dialog window of Teams."""
    return SubmitAction(
        title=title, data={"msteams": OPENS_A_WINDOW, "verb": verb, "ref": token}, associated_inputs="none"
    )


CALL_IN_TEAMS = "https://teams.microsoft.com/l/call/0/0?users="
"""The one link a button may hold, before an address: Teams asks whether to call that person, and then does."""


CHAT_IN_TEAMS = "https://teams.microsoft.com/l/chat/0/0?users="
"""Before an address, where a card says who can help: Teams opens a chat with that person."""


def call_button(title: str, address: str) -> Action:
    """A button that calls somebody in Teams. `address` is the one they sign in with; nothing else goes along."""
    return OpenUrlAction(title=title, url=CALL_IN_TEAMS + quote(address, safe="@"), style="positive")


def actions(*buttons: Action) -> ActionSet:
    """Buttons in the middle of a card, beside what they act on."""
    return ActionSet(actions=list(buttons))


def card(body: Sequence[CardElement | Json | None], buttons: Sequence[Action] = (), *, summary: str) -> Json:
    """The finished card as JSON, ready to send; `None` in the body is left out.

    `summary` is what a screen reader speaks first and what a client too old for the card shows instead of it.
    """
    model = AdaptiveCard(version=VERSION, body=[], actions=list(buttons) or None, speak=summary, fallback_text=summary)
    found = as_json(model)
    found["body"] = [one if isinstance(one, dict) else as_json(one) for one in body if one is not None]
    return found


def as_json(element: BaseModel) -> Json:
    """A card, or a part of one, as it is sent."""
    return element.model_dump(by_alias=True, exclude_none=True)
