"""A structural check of a finished card: what Teams would drop, what a screen reader would miss, what leaks.

Microsoft's models accept unknown elements and misspelt properties, so this list of what we use is the guard.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from dialogs.kit.cards import CALL_IN_TEAMS, CARRIED, CHAT_IN_TEAMS, LARGEST_CARD, MOST_BUTTONS, OPENS_A_WINDOW, VERSION

_ANY_ELEMENT = {"type", "id", "spacing", "separator"}
_ANY_INPUT = _ANY_ELEMENT | {"label", "errorMessage", "isRequired", "value"}
_ANY_ACTION = {"type", "title", "data", "style", "associatedInputs", "tooltip"}
ALLOWED: dict[str, set[str]] = {
    "AdaptiveCard": {"type", "version", "body", "actions", "speak", "fallbackText"},
    "TextBlock": _ANY_ELEMENT | {"text", "wrap", "size", "weight", "color", "isSubtle", "style"},
    "RichTextBlock": _ANY_ELEMENT | {"inlines", "horizontalAlignment"},
    "TextRun": {"type", "text", "weight", "size", "isSubtle", "italic", "selectAction"},
    "Container": _ANY_ELEMENT | {"items", "style", "selectAction", "isVisible", "key"},
    "ActionSet": _ANY_ELEMENT | {"actions"},
    "Table": _ANY_ELEMENT | {"columns", "rows", "firstRowAsHeaders", "showGridLines"},
    "TableRow": {"type", "cells"},
    "TableCell": {"type", "items"},
    "Chart.HorizontalBar.Stacked": _ANY_ELEMENT | {"title", "showTitle", "data", "fallback"},
    "Input.Text": _ANY_INPUT | {"isMultiline", "maxLength", "placeholder"},
    "Input.Date": _ANY_INPUT | {"min", "max"},
    "Input.Time": _ANY_INPUT,
    "Input.Toggle": _ANY_INPUT | {"title", "valueOn", "valueOff", "wrap"},
    "Input.ChoiceSet": _ANY_INPUT | {"choices", "style", "isMultiSelect", "wrap", "placeholder"},
    "Action.Execute": _ANY_ACTION | {"verb", "fallback"},
    "Action.Submit": _ANY_ACTION,
    "Action.OpenUrl": {"type", "title", "url", "style", "tooltip"},
}
_A_CALL = re.compile(re.escape(CALL_IN_TEAMS) + r"[A-Za-z0-9._%+~-]+@[A-Za-z0-9.-]+")
"""To one person: a comma would add another."""
_A_CHAT = re.compile(re.escape(CHAT_IN_TEAMS) + r"[A-Za-z0-9._%+~-]+@[A-Za-z0-9.-]+")
_CHILDREN = ("body", "items", "rows", "cells", "inlines", "actions")


MOST_COLUMNS = 4
"""In a table: more do not fit beside each other on a phone 320 pixels wide."""
LONGEST_BUTTON = 32
"""Characters; a longer one is cut off on a phone."""


def lint(card: dict[str, Any]) -> list[str]:
    """Everything wrong with a card, as sentences with a path; empty if it may be sent."""
    problems: list[str] = []
    if card.get("type") != "AdaptiveCard" or card.get("version") != VERSION:
        problems.append(f"card: not an AdaptiveCard of version {VERSION}")
    body = card.get("body") or []
    if not body or body[0].get("type") != "TextBlock" or body[0].get("style") != "heading":
        problems.append("card: the first line is not a heading, so a preview shows something unplanned")
    if not card.get("speak") or not card.get("fallbackText"):
        problems.append("card: without speak or fallbackText an old client or a screen reader gets nothing")
    size = len(json.dumps(card, ensure_ascii=False).encode())
    if size > LARGEST_CARD:
        problems.append(f"card: {size:,} bytes, more than {LARGEST_CARD:,}")
    buttons = 0
    seen: set[str] = set()
    for path, element in _walk("card", card):
        problems += [f"{path}: {fault}" for fault in _faults(element, seen)]
        buttons += element.get("type", "").startswith("Action.")
    if buttons > MOST_BUTTONS:
        problems.append(f"card: {buttons} buttons, more than {MOST_BUTTONS}")
    return problems + [f"card: {fault}" for fault in _whole_card_faults(card)]


def _whole_card_faults(card: dict[str, Any]) -> Iterator[str]:
    """What only shows when the parts are seen together: buttons nobody can tell apart, a picture without its words."""
    every = [element for _, element in _walk("card", card)]
    pressed = [one for one in every if one.get("type", "").startswith("Action.") and one.get("title")]
    names = [one.get("tooltip") or one["title"] for one in pressed]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two buttons a screen reader calls {name!r}"
    yield from _fold_faults(every)
    titles = [one["title"] for one in pressed]
    for title in sorted({one["title"] for one in pressed if titles.count(one["title"]) > 1 and not one.get("tooltip")}):
        yield f"several buttons called {title!r}, and one of them does not say what it is about"
    for element in every:
        for name in _CHILDREN:
            inside = element.get(name) or []
            for number, child in enumerate(inside):
                if child.get("type", "").startswith("Chart."):
                    beside = inside[number + 1] if number + 1 < len(inside) else {}
                    yield from _chart_faults(child, beside)


def _fold_faults(every: list[dict[str, Any]]) -> Iterator[str]:
    """What is folded has a line that opens it, and nothing in it that a press would send or want."""
    hidden = {one.get("id"): one for one in every if one.get("isVisible") is False}
    opened: set[str] = set()
    for one in every:
        if one.get("type") == "Container" and (action := one.get("selectAction")):
            targets = action.get("targetElements") or []
            if action.get("type") != "Action.ToggleVisibility" or not action.get("title") or not targets:
                yield "a part that can be pressed and is no fold with words"
            opened |= set(targets)
    if hidden.keys() != opened:
        yield f"hidden {sorted(map(str, hidden))}, and lines that open {sorted(opened)}"
    for name, fold in hidden.items():
        if any(inside.get("type", "").startswith(("Input.", "Action.")) for _, inside in _walk("", fold)):
            yield f"{name!r} hides something to answer or to press"


def _chart_faults(chart: dict[str, Any], beside: dict[str, Any]) -> Iterator[str]:
    """A chart is only ever a second way to say what the table right below it says."""
    if not chart.get("title") or not chart.get("fallback"):
        yield "a chart without a title, or without a fallback for hosts that draw none"
    if beside.get("type") != "Table":
        yield "a chart without its table right below it"
        return
    rows = [[words_in(cell) for cell in row.get("cells") or []] for row in beside.get("rows") or []]
    said = {row[0]: dict(zip(rows[0][1:], row[1:], strict=False)) for row in rows[1:] if row}
    for bar in chart.get("data") or []:
        for point in bar.get("data") or []:
            title, legend, value = bar.get("title"), point.get("legend"), point.get("value")
            if not legend:
                yield "a part of a chart told apart by its colour alone"
            elif said.get(title, {}).get(legend) != f"{value:g}":
                yield f"the chart says {value:g} for {title!r}, {legend!r}, and the table does not"


def words_in(element: dict[str, Any]) -> str:
    """The text of an element and everything in it."""
    return " ".join(
        str(one.get("text") or one["label"]) for _, one in _walk("", element) if {"text", "label"} & one.keys()
    )


def _walk(path: str, element: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The element and everything inside it; a button's fallback is the same button, so it is not walked."""
    yield path, element
    for name in _CHILDREN:
        for number, child in enumerate(element.get(name) or []):
            yield from _walk(f"{path}.{name}[{number}]", child)


def _faults(element: dict[str, Any], seen: set[str]) -> Iterator[str]:
    kind = element.get("type", "")
    if kind not in ALLOWED:
        yield f"{kind or 'no type'} is not an element we use"
        return
    for name in sorted(set(element) - ALLOWED[kind]):
        yield f"{kind} has no property {name!r}"
    if kind == "TextBlock":
        yield from _text_faults(element)
    elif kind == "Container":
        if element.get("style") not in (None, "default") and not words_in(element):
            yield "a coloured box without words"
    elif kind == "Table":
        yield from _table_faults(element)
    elif kind == "TextRun":
        if not isinstance(element.get("text"), str):
            yield "a TextRun without text"
        elif "{{" in element["text"]:
            yield "'{{' would be read as a function"
        link = element.get("selectAction")
        if link and not (link.get("type") == "Action.OpenUrl" and _A_CHAT.fullmatch(str(link.get("url", "")))):
            yield "words with a link that is not a chat in Teams with one person"
    elif kind.startswith("Input."):
        yield from _input_faults(element, seen)
    elif kind.startswith("Action."):
        yield from _action_faults(element)


def _text_faults(element: dict[str, Any]) -> Iterator[str]:
    text = element.get("text")
    if not text:
        yield "a TextBlock without text"
        return
    if element.get("wrap") is not True:
        yield "text that does not wrap is cut off on a phone"
    if re.search(r"(^|\n)\s*[-*+] ", text):
        yield "a Markdown list, whose long lines are cut off on a phone"
    if "{{" in text or "](" in text:
        yield "text that a renderer would turn into a function or a link"


def _table_faults(element: dict[str, Any]) -> Iterator[str]:
    columns, rows = element.get("columns") or [], element.get("rows") or []
    if element.get("firstRowAsHeaders") is not True:
        yield "a table without a row of headings"
    if len(columns) > MOST_COLUMNS:
        yield f"{len(columns)} columns do not fit a narrow phone"
    if any(not isinstance(column.get("width"), int | float) for column in columns):
        yield "a column of fixed width does not fit every phone"
    if len(rows) < 2 or any(len(row.get("cells") or []) != len(columns) for row in rows):
        yield "a table without rows, or with cells missing"
    if any(not words_in(cell) for row in rows for cell in row.get("cells") or []):
        yield "an empty cell says nothing to a screen reader"


def _input_faults(element: dict[str, Any], seen: set[str]) -> Iterator[str]:
    name = element.get("id")
    if not name:
        yield "an input without id sends nothing"
    elif name in seen:
        yield f"a second input called {name!r}"
    elif name in CARRIED - {"step"}:
        yield f"an input called {name!r} would overwrite what the button carries"
    seen.add(name or "")
    if not element.get("label"):
        yield "an input without a label"
    if not element.get("errorMessage"):
        yield "an input without an errorMessage"
    if element.get("type") == "Input.ChoiceSet":
        choices = element.get("choices") or []
        values = [choice.get("value") for choice in choices]
        if not choices or len(set(values)) != len(values) or not all(choice.get("title") for choice in choices):
            yield "choices missing, nameless or twice the same"
        if any("," in str(value) for value in values):
            yield "a comma in a choice's value splits it in a multiple choice"
        if any("{{" in choice.get("title", "") for choice in choices):
            yield "'{{' in a choice would be read as a function"
    if element.get("type") == "Input.Text" and element.get("isMultiline") and not element.get("maxLength"):
        yield "a text box without a limit"


def _action_faults(element: dict[str, Any]) -> Iterator[str]:
    data = element.get("data")
    if not element.get("title"):
        yield "a button without words"
    elif len(element["title"]) > LONGEST_BUTTON:
        yield f"a button of more than {LONGEST_BUTTON} characters"
    if element["type"] == "Action.OpenUrl":
        if not _A_CALL.fullmatch(str(element.get("url", ""))):
            yield "a link that is not a call in Teams to one person"
        return
    if not isinstance(data, dict) or "verb" not in data:
        yield "a button that carries no verb"
        return
    opens_a_window = element["type"] == "Action.Submit" and data.get("msteams") == OPENS_A_WINDOW
    for name in sorted(set(data) - CARRIED - ({"msteams"} if opens_a_window else set())):
        yield f"a button may not carry {name!r}"
    if element["type"] == "Action.Execute":
        fallback = element.get("fallback") or {}
        if fallback.get("type") != "Action.Submit" or fallback.get("data") != data:
            yield "no Action.Submit of the same data for clients without Action.Execute"
        if element.get("verb") != data["verb"]:
            yield "the verb and the carried verb differ"
