"""A card in a terminal: which inputs and buttons it has, and how a typed line fills or presses one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

Json = dict[str, Any]


class NotUnderstood(ValueError):
    """The line typed is no answer to this question; the message says what would be."""


@dataclass(frozen=True, slots=True)
class Input:
    """One question of a card."""

    id: str
    label: str
    kind: str
    """choice, choices, text, date, time or toggle."""
    value: str
    """What stands in it now."""
    choices: tuple[tuple[str, str], ...] = ()
    """(value, title) of each choice."""
    placeholder: str = ""

    def prompt(self) -> list[str]:
        """The lines to print before asking."""
        lines = [self.label]
        lines += [f"  {number}. {title}" for number, (_, title) in enumerate(self.choices, 1)]
        hint = {
            "choice": "type a number",
            "choices": "type numbers, for example 1,3",
            "date": "type a date like 2026-12-31, 'today' or 'yesterday'",
            "time": "type a time like 14:30",
            "toggle": "type yes or no",
        }.get(self.kind, self.placeholder)
        if self.value:
            keep = f"Enter keeps {self.shown()}, - empties it"
            hint = f"{hint}; {keep}" if hint else keep
        return [*lines, f"  [{hint}]"] if hint else lines

    def shown(self) -> str:
        """The value as a person reads it."""
        titles = dict(self.choices)
        if self.kind in ("choice", "choices"):
            return ", ".join(titles.get(value, value) for value in self.value.split(","))
        return self.value

    def read(self, line: str, today: date) -> str:
        """The value `line` means. An empty line keeps what stands there. NotUnderstood says what would do."""
        said = line.strip()
        if not said:
            return self.value
        if said == "-":
            return ""
        match self.kind:
            case "choice":
                return self._choice(said)
            case "choices":
                return ",".join(dict.fromkeys(self._choice(part.strip()) for part in said.split(",") if part.strip()))
            case "date":
                return _date(said, today)
            case "toggle":
                return _toggle(said)
            case _:
                return said

    def _choice(self, said: str) -> str:
        if said.isdigit() and 1 <= int(said) <= len(self.choices):
            return self.choices[int(said) - 1][0]
        wanted = said.casefold()
        exact = [value for value, title in self.choices if wanted in (value.casefold(), title.casefold())]
        near = exact or [value for value, title in self.choices if title.casefold().startswith(wanted)]
        if len(near) == 1:
            return near[0]
        raise NotUnderstood(f"'{said}' is not one of the {len(self.choices)} answers; type its number")


@dataclass(frozen=True, slots=True)
class Button:
    """One button of a card."""

    title: str
    verb: str
    data: Json = field(hash=False)
    sends_inputs: bool = True


def inputs_of(card: Json | None) -> list[Input]:
    """Every question of a card that can be seen, in reading order."""
    return [_input(element) for element in _walk(card or {}) if str(element.get("type", "")).startswith("Input.")]


def reading_order(card: Json | None) -> list[str | Input]:
    """A card as somebody reads it: its sentences and its questions, what belongs to a question before it."""
    found: list[str | Input] = []
    for element in _walk(card or {}):
        said = _said(element)
        if said:
            found.append(said)
        elif str(element.get("type", "")).startswith("Input."):
            found.append(_input(element))
        elif any(str(item.get("type", "")).startswith("Input.") for item in element.get("items") or ()):
            # A hint stands below its box on a screen; here it must come before the answer is typed.
            element["items"].sort(key=lambda item: str(item.get("type", "")).startswith("Input."))
    return found


def buttons_of(card: Json | None) -> list[Button]:
    """Every button of a card, in reading order."""
    found = []
    for element in _walk(card or {}):
        for action in [*element.get("actions", ()), *_select(element)]:
            if action.get("type") in ("Action.Execute", "Action.Submit"):
                data = dict(action.get("data") or {})
                verb = str(action.get("verb") or data.get("verb") or "")
                sends = action.get("associatedInputs") != "none"
                found.append(Button(str(action.get("title", verb)), verb, data, sends))
    return found


def _said(element: Json) -> str:
    if element.get("type") == "TextBlock":
        return str(element.get("text", ""))
    if element.get("type") == "RichTextBlock":
        runs = element.get("inlines") or ()
        return "".join(run if isinstance(run, str) else str(run.get("text", "")) for run in runs)
    return ""


def _select(element: Json) -> list[Json]:
    action = element.get("selectAction")
    return [action] if isinstance(action, dict) else []


def _walk(element: Json) -> Iterator[Json]:
    if element.get("isVisible") is False:
        return
    yield element
    for name in ("body", "items", "columns", "rows", "cells"):
        for child in element.get(name) or ():
            if isinstance(child, dict):
                yield from _walk(child)


def _input(element: Json) -> Input:
    kinds = {"Input.Text": "text", "Input.Date": "date", "Input.Time": "time", "Input.Toggle": "toggle"}
    kind = kinds.get(element["type"], "text")
    if element["type"] == "Input.ChoiceSet":
        kind = "choices" if element.get("isMultiSelect") else "choice"
    return Input(
        id=str(element["id"]),
        # A box to tick says in its title what it confirms; its label is the same for all.
        label=str((kind == "toggle" and element.get("title")) or element.get("label") or element["id"]),
        kind=kind,
        value=str(element.get("value") or ""),
        choices=tuple((str(row["value"]), str(row["title"])) for row in element.get("choices", ())),
        placeholder=str(element.get("placeholder") or ""),
    )


def _date(said: str, today: date) -> str:
    words = {"today": today, "yesterday": today - timedelta(days=1), "tomorrow": today + timedelta(days=1)}
    if said.casefold() in words:
        return words[said.casefold()].isoformat()
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        raise NotUnderstood(f"'{said}' is not a date; type it like {today.isoformat()}") from None


def _toggle(said: str) -> str:
    if said.casefold() in ("y", "yes", "true", "1"):
        return "true"
    if said.casefold() in ("n", "no", "false", "0"):
        return "false"
    raise NotUnderstood("type yes or no")
