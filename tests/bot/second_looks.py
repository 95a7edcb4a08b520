"""A learning space sent in and chosen for a second look, the way it happens in the chat."""

from __future__ import annotations

from assurance.moderation.moderation_selection import select
from bot.conversation import Conversation
from dialogs.kit.message import Message
from policy.council.actor import Actor
from policy.council.establishment import Person
from storage.casework import learning_spaces
from storage.casework.moderations import Moderation
from storage.council import establishment
from storage.engine.database import Session
from tests.bot.filling import fill_to_review, press

OWN = {
    "grade": "requires_improvement",
    "impact": "requires_improvement",
    "grade_plan": "good",
    "quality_evidence": "yes",
    "quality_actions": "partly",
    "quality_child": "yes",
}
"""A moderator's own view."""


async def sent_in(talk: Conversation, manager: Person, grade: str) -> str:
    """The manager's own learning space, graded like this and sent in; its reference."""
    item = talk.db.read_now(learning_spaces.waiting_for, manager.id)[0]
    home = (await talk.text(manager, "list"))[0]
    reasons = "The plan is clear and everybody keeps to it."
    review = await fill_to_review(talk, manager, home, grade=grade, sure_why=reasons)
    await press(talk, manager, review, "submit")
    stored = talk.db.read_now(learning_spaces.by_reference, item.reference)
    assert stored and stored.grade == grade
    return item.reference


def selected(talk: Conversation, reference: str, why: str = "random") -> Moderation:
    """A second look at it."""

    def use_case(session: Session) -> Moderation:
        item = learning_spaces.by_reference(session, reference)
        assert item
        return select(session, talk.framework, item, why=why, actor=Actor.system("sweep"), now=talk.clock.now())

    return talk.db.write_now(use_case)


def moderator_of(talk: Conversation, moderation: Moderation) -> Person:
    """Who looks a second time."""
    return talk.db.read_now(establishment.current).people[moderation.moderator]


async def opened(talk: Conversation, person: Person, moderation: Moderation) -> Message:
    """What somebody gets who asks for it."""
    return (await talk.text(person, f"open {moderation.reference}"))[0]
