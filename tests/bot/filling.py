"""Fills in whatever a card asks, the way a manager with a good month would."""

from __future__ import annotations

from typing import Any

from bot.cli.terminal_card import Button, Input, buttons_of, inputs_of
from bot.conversation import Conversation
from dialogs.kit.message import Message
from policy.council.establishment import Person

MOST_PAGES = 12
TEXT = "Arrange reflective supervision every month, with the plan on the table."


def answer_to(question: Input) -> str:
    """An answer the form accepts."""
    if question.id == "immediate_risk":
        return "no"
    values = [value for value, _ in question.choices]
    match question.kind:
        case "choice":
            return next((value for value in ("good", "yes") if value in values), values[0])
        case "choices":
            return values[0]
        case "date":
            return "2026-11-20" if question.id == "date_held" else "2026-12-18"
        case "time":
            return "09:30"
        case "toggle":
            return "true"
        case _:
            return TEXT


def answers_on(card: dict[str, Any] | None, **different: str) -> dict[str, str]:
    """An answer to every question of a card; `different` says which are to be others."""
    asked = {question.id: answer_to(question) for question in inputs_of(card)}
    return asked | {key: value for key, value in different.items() if key in asked}


def button(message: Message, verb: str) -> Button:
    """The button of that verb. AssertionError, with the message, when there is none."""
    found = next((each for each in buttons_of(message.card) if each.verb == verb), None)
    assert found, f"no button '{verb}' on:\n{message.text}"
    return found


async def press(talk: Conversation, person: Person, message: Message, verb: str, **answers: str) -> Message:
    """Press a button of a message, with answers if it sends them."""
    found = button(message, verb)
    return await talk.press(person, verb, {**(answers if found.sends_inputs else {}), **found.data})


async def fill_to_review(talk: Conversation, person: Person, message: Message, **different: str) -> Message:
    """From a card with Open to the page with Send."""
    page = await press(talk, person, message, "open")
    for _ in range(MOST_PAGES):
        verbs = [each.verb for each in buttons_of(page.card)]
        if "submit" in verbs:
            return page
        page = await press(talk, person, page, "next", **answers_on(page.card, **different))
    raise AssertionError(f"the form does not end:\n{page.text}")
