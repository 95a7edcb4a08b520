"""Reads which button was pressed out of an activity's value. Nothing of its shape is taken on trust."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Pressed = tuple[str, dict[str, Any]]
"""The verb and the button's data, with what was filled in."""


def submitted(value: Any) -> Pressed | None:
    """An Action.Submit: the verb is part of the data. None for anything else."""
    if not isinstance(value, dict) or not isinstance(value.get("verb"), str):
        return None
    return value["verb"], value


def executed(value: Any) -> Pressed | None:
    """An Action.Execute. None for anything else."""
    action = value.get("action") if isinstance(value, dict) else None
    if not isinstance(action, dict) or action.get("type", "Action.Execute") != "Action.Execute":
        return None
    data = action.get("data")
    if data is None:
        data = {}
    if not isinstance(data, dict):
        return None
    verb = action.get("verb") or data.get("verb")
    return (verb, data) if isinstance(verb, str) and verb else None


def in_dialog(value: Any) -> Pressed | None:
    """A button that opens or answers a dialog; without a verb it opens the item. None for anything else."""
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, dict):
        return None
    verb = data.get("verb", "open")
    return (verb, data) if isinstance(verb, str) and verb else None


READERS: dict[str, Callable[[Any], Pressed | None]] = {
    "adaptiveCard/action": executed,
    "task/fetch": in_dialog,
    "task/submit": in_dialog,
}
"""By the name of the invoke."""
