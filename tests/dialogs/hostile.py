"""Names and answers that try to be something else: a link, a date function, HTML, a control code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dialogs.forms import form_card
from dialogs.home.home import home_message
from dialogs.kit.message import Message
from dialogs.learning_space import learning_space, news
from dialogs.learning_space.allocation import proposal_message
from dialogs.notices.notices import render
from policy.allocation.allocation_plan import Unserved
from policy.forms.forms import FormContext
from policy.framework.framework import Choice
from tests.dialogs.sample_facts import (
    ALLOCATED,
    FRAMEWORK,
    GOOD_ANSWERS,
    TODAY,
    delivery,
    header,
    proposal,
    view,
    waiting,
    waiting_item,
)

HOSTILE = (
    "[Ann](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "<at>Everyone</at>",
    "{{DATE(2017-02-14T06:08:39Z,SHORT)}}",
    "{{{TIME(2017-02-14T06:08:39Z)}}}",
    "${title}",
    "**bold** _it_ `code`",
    "# heading\n- list\n1. list",
    "\u202eevil\u202c \x1b[31mred\x1b[0m \x07",
    "https://evil.example",
)


def messages_with(words: str) -> dict[str, Message]:
    """Every kind of message that shows something from outside, with `words` in all of its places."""
    answers = {**GOOD_ANSWERS, "worked_well": words, "even_better": words, "grade_reasons": words}
    owners = (Choice(key="practitioner", title=words), Choice(key="auditor", title=f"{words} (you)"))
    context = FormContext.of(FRAMEWORK, allocated_on=ALLOCATED, today=TODAY, owners=owners)
    named: dict[str, Any] = {"practitioner": words, "function": words, "context": context}
    late = header(TODAY, told=["director"]) | {"auditor": words, "function": words, "because": words}
    about = learning_space.About(words, TODAY, TODAY, auditor=words, function=words, post=words, because=words)
    crowd = (Unserved("TM-01", words, words, words),)
    return {
        "step": form_card.step_message(view("learning", answers, **named), FRAMEWORK),
        "step_one": form_card.step_message(view("meeting", answers, **named), FRAMEWORK),
        "step_action": form_card.step_message(view("action_1", answers, **named), FRAMEWORK),
        "review": form_card.review_message(view("", answers, **named), FRAMEWORK),
        "escalation": render(delivery("E12", "director", {**late, "via": "qa_for_vacancy"}), FRAMEWORK),
        "allocated": render(delivery("E1", "auditor", {**late, "post": words}), FRAMEWORK),
        "chosen": render(delivery("E2", "practitioner", late), FRAMEWORK),
        "attention": render(delivery("E16", "head_of_service", late), FRAMEWORK),
        "undelivered": render(delivery("E65", "qa_lead", {**late, "person": words, "why": words}), FRAMEWORK),
        "held": render(delivery("E68", "qa_lead", {"why": words}), FRAMEWORK),
        "thanks": render(delivery("E18", "head_of_service", late), FRAMEWORK),
        "taken": news.acknowledged_message("LS-2026Q3-014", words, yours=False),
        "sent_in": news.sent_in_message(replace(about, reference="LS-2026Q3-014"), None),
        "home": _home(words),
        "proposal": _proposal(crowd),
    }


def _home(words: str) -> Message:
    two = (waiting_item(5, post_title=words), waiting_item(9, post="TM-2", post_title=words, function=words))
    return home_message(waiting(*two), FRAMEWORK, TODAY)


def _proposal(crowd: tuple[Unserved, ...]) -> Message:
    return proposal_message(proposal(crowd), FRAMEWORK)


def hostile_cards() -> dict[str, dict[str, Any]]:
    """Cards of every kind for every hostile text."""
    return {
        f"{name}_{number}": message.card
        for number, words in enumerate(HOSTILE)
        for name, message in messages_with(words).items()
        if message.card
    }
