"""A text typed while any other card with a text box is open: the same card once more, with the text in its box."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from dialogs.front_door.front_door import confused_message
from dialogs.kit import cards
from dialogs.kit.card_parts import asks_and_offers
from dialogs.kit.inert import inert, without_controls
from dialogs.kit.message import Json, Message
from dialogs.understand.spoken_problems import say_heard
from dialogs.understand.understanding import Intent
from policy.forms.form_values import check_value
from policy.forms.forms import FormContext
from policy.framework.framework import FormField, Framework

OFFERED = "I put what you just typed into the free text box below. Nothing is done before you press a button."
NO_ROOM = "I did not put what you just typed into this card."


def has_text_box(card: Json | None) -> bool:
    """Whether a card asks for a text in words."""
    return next(_boxes(card), None) is not None


def offered_on_card(shown: Message, framework: Framework, today: date, text: str) -> Message:
    """The card that was shown, with the text in its first empty text box. What breaks the guard is not shown again."""
    card = copy.deepcopy(shown.card)
    boxes = list(_boxes(card))
    assert card is not None and boxes, "only a card with a text box is remembered"
    box = next((one for one in boxes if not one.get("value")), boxes[0])
    field = FormField(key="text", label=box["label"], kind="text", max_length=box.get("maxLength"))
    context = FormContext.of(framework, allocated_on=today, today=today)
    checked = check_value(field, text, context, framework)
    if checked.problem and checked.problem.code.startswith("identifier:"):
        return confused_message(Intent("unknown", hint="details"))
    if checked.problem or checked.value is None:
        why = f" {say_heard(checked.problem, field, text, context)}" if checked.problem else ""
        return _with_note(shown, card, shown.text, NO_ROOM + why)
    box["value"] = without_controls(checked.value)
    return _with_note(shown, card, _with_answer(shown.text, box["label"], checked.value), OFFERED)


def _with_note(shown: Message, card: Json, text: str, note: str) -> Message:
    """The note stands right below the heading, in both forms; the one before it goes."""
    heading, *rest = text.split("\n\n")
    if rest and rest[0].startswith((OFFERED, NO_ROOM)):
        rest, card["body"] = rest[1:], [card["body"][0], *card["body"][2:]]
    said = cards.as_json(cards.para(note))
    card["body"] = [card["body"][0], said, *card["body"][1:]]
    return replace(shown, text="\n\n".join([heading, note, *rest]), card=card, closes="")


def _with_answer(text: str, label: str, answer: str) -> str:
    """The plain twin with what now stands in the box below its question."""
    lines = text.split("\n")
    if label in lines:
        at = lines.index(label) + 1
        there = at < len(lines) and lines[at].startswith("  Now: ")
        lines[at : at + there] = [f"  Now: {inert(answer)}"]
    return "\n".join(lines)


def _boxes(card: Json | None) -> Iterator[Json]:
    return (part for part in asks_and_offers(card) if part.get("type") == "Input.Text" and part.get("isMultiline"))
