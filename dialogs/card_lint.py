"""A structural check of a finished card: what Teams would drop, what a screen reader would miss, what leaks.

Microsoft's models accept unknown elements and misspelt properties, so this list of what we use is the guard.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dialogs.cards import LARGEST_CARD, MOST_BUTTONS, VERSION

_ANY_ELEMENT = {"type", "id", "spacing", "separator"}
_ANY_INPUT = _ANY_ELEMENT | {"label", "errorMessage", "isRequired", "value"}
_ANY_ACTION = {"type", "title", "data", "style", "associatedInputs"}
ALLOWED: dict[str, set[str]] = {
    "AdaptiveCard": {"type", "version", "body", "actions", "speak", "fallbackText"},
    "TextBlock": _ANY_ELEMENT | {"text", "wrap", "size", "weight", "color", "isSubtle", "style"},
    "RichTextBlock": _ANY_ELEMENT | {"inlines"},
    "TextRun": {"type", "text", "weight", "size", "isSubtle", "italic"},
    "Container": _ANY_ELEMENT | {"items", "style"},
    "ActionSet": _ANY_ELEMENT | {"actions"},
    "Input.Text": _ANY_INPUT | {"isMultiline", "maxLength", "placeholder"},
    "Input.Date": _ANY_INPUT | {"min", "max"},
    "Input.Time": _ANY_INPUT,
    "Input.Toggle": _ANY_INPUT | {"title", "valueOn", "valueOff", "wrap"},
    "Input.ChoiceSet": _ANY_INPUT | {"choices", "style", "isMultiSelect", "wrap", "placeholder"},
    "Action.Execute": _ANY_ACTION | {"verb", "fallback"},
    "Action.Submit": _ANY_ACTION,
}
CARRIED = {"verb", "ref", "step", "v"}
"""All a button may carry: the client can read it and change it."""
_CHILDREN = ("body", "items", "inlines", "actions")


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
    return problems


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
    elif kind == "TextRun":
        if not isinstance(element.get("text"), str):
            yield "a TextRun without text"
        elif "{{" in element["text"]:
            yield "'{{' would be read as a function"
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
    if "{{" in text or "](" in text:
        yield "text that a renderer would turn into a function or a link"


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
    if not isinstance(data, dict) or "verb" not in data:
        yield "a button that carries no verb"
        return
    for name in sorted(set(data) - CARRIED):
        yield f"a button may not carry {name!r}"
    if element["type"] == "Action.Execute":
        fallback = element.get("fallback") or {}
        if fallback.get("type") != "Action.Submit" or fallback.get("data") != data:
            yield "no Action.Submit of the same data for clients without Action.Execute"
        if element.get("verb") != data["verb"]:
            yield "the verb and the carried verb differ"
