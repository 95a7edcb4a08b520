"""Somebody who types, the answers they give, and what is kept of them."""

from __future__ import annotations

from datetime import timedelta

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.conversation import Conversation
from dialogs.kit.message import Message
from policy.council.establishment import Person
from storage.casework import conversations, learning_spaces
from storage.casework.learning_spaces import Draft, LearningSpace
from storage.engine.database import Database
from storage.engine.session import Session
from tests.bot.conftest import FRIDAY

WEDNESDAY = FRIDAY + timedelta(days=5)
"""Five days after the allocation: 25 November 2026, 10:00."""

ANSWERS = {
    "date_held": "yesterday",
    "in_person": "yes",
    "practitioner_took_part": "yes",
    "others_present": "skip",
    "family_feedback": "both",
    "immediate_risk": "no",
    "grade": "good",
    "impact": "2",
    "grade_reasons": "Direct work is planned and the plan moves on.",
    "strength_themes": "1 and planning",
    "worked_well": "The worker listened, and the plan changed because of it.",
    "learning_themes": "supervision",
    "even_better": "Record the reasons for decisions in supervision.",
    "practitioner_reflection": "skip",
    "wider_learning": "no",
    "action_1_what": "Arrange reflective supervision every month.",
    "action_1_owner": "1",
    "action_1_by": "ok",
    "action_1_kind": "supervision",
    "action_2_wanted": "no",
}


class Typist:
    """Somebody who types, and what the bot last said to them."""

    def __init__(self, talk: Conversation, person: Person) -> None:
        self.talk = talk
        self.person = person
        self.last: list[Message] = []

    async def __call__(self, text: str) -> str:
        self.last = await self.talk.text(self.person, text)
        return "\n----\n".join(message.text for message in self.last)


def draft_of(db: Database, item: LearningSpace) -> Draft:
    draft = db.read_now(learning_spaces.load_draft, item.reference, item.person)
    assert draft
    return draft


def place_of(db: Database) -> conversations.TypedConversation | None:
    return db.read_now(conversations.load, DEMO_TEAM_MANAGER)


def asked_by(db: Database) -> str:
    place = place_of(db)
    return place.question if place else ""


async def answer_all(say: Typist, db: Database, **different: str) -> str:
    """Answer whatever is asked until the end is reached; the last thing said."""
    said = ""
    for _ in range(60):
        question = asked_by(db)
        if question == "*":
            return said
        given = {**ANSWERS, **different}.get(question)
        said = await say(given or ("good" if question.startswith("grade_") else "yes"))
    raise AssertionError(f"the questions do not end:\n{said}")


async def up_to(say: Typist, db: Database, question: str, **different: str) -> str:
    said = ""
    for _ in range(60):
        if asked_by(db) == question:
            return said
        key = asked_by(db)
        given = {**ANSWERS, **different}.get(key)
        said = await say(given or ("good" if key.startswith("grade_") else "yes"))
    raise AssertionError(f"{question} never comes:\n{said}")


def change_item(db: Database, item: LearningSpace, **columns: object) -> None:
    def change(session: Session) -> None:
        learning_spaces.update(session, item.reference, **columns)

    db.write_now(change)


def inputs_on(message: Message) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if str(node.get("type", "")).startswith("Input."):
                found.append(node)
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(message.card)
    return found
