"""The QA lead on people: `reassign LS-... to PERSON`, confirmed on a card, and `reachability`."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any

from assurance.common.find_person import SeveralPeople
from assurance.common.refusals import NotReady, NotYours, Refused, UnknownPerson
from assurance.digests.reachability import ask_reachability
from assurance.learning_space.hand_over import NoPostForIt, TooClose
from assurance.learning_space.reassign import NoSuchReason, ask_to_reassign, confirm_reassignment
from bot.features.leavers import who
from bot.pressed import word
from dialogs.learning_space import people, people_news

if TYPE_CHECKING:
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.kit.message import Message
    from dialogs.understand.understanding import Intent
    from policy.council.establishment import Person

Data = Mapping[str, Any]


def presses(talk: Conversation) -> dict[str, Handler]:
    """The button that confirms."""

    async def confirm(person: Person, data: Data, in_dialog: bool) -> Message:
        reference, reason = word(data, "ref"), word(data, people.REASON)
        try:
            if not reason:
                asked = await talk.write(ask_to_reassign, reference, person, to="")
                return people.reassign_message(asked, talk.framework, talk.today(), missing=True)
            done, name = await talk.write(confirm_reassignment, reference, person, reason=reason)
        except NotYours:
            return people.for_qa_lead_message()
        talk.wake()
        return people.reassigned_message(done, name, talk.today())

    return {"reassign": confirm}


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """The two commands."""
    match intent.kind:
        case "reassign":
            return _reassign(talk, person, intent)
        case "reachability":
            return _reachability(talk, person)
        case _:
            return None


def refused(talk: Conversation, refused: Refused, person: Person) -> Message | None:
    """Why it cannot go to that person."""
    match refused:
        case UnknownPerson() | SeveralPeople():
            return people.no_such_person_message()
        case NoPostForIt():
            return people.no_post_message()
        case TooClose():
            return people.too_close_message()
        case NoSuchReason():
            return people.how_to_reassign_message(refused.subject)
        case _:
            return None


async def _reassign(talk: Conversation, person: Person, intent: Intent) -> Message:
    if not intent.person:
        return people.how_to_reassign_message(intent.reference)
    try:
        asked = await talk.write(ask_to_reassign, intent.reference, person, to=intent.person)
    except NotYours:
        return people.for_qa_lead_message()
    except NotReady:
        return people.not_open_message(intent.reference)
    except (UnknownPerson, SeveralPeople) as refusal:
        return await who(talk, person, refusal, f"reassign {intent.reference} to {{}}")
    return people.reassign_message(asked, talk.framework, talk.today())


async def _reachability(talk: Conversation, person: Person) -> Message:
    try:
        found = await talk.write(ask_reachability, "", person)
    except NotYours:
        return people.for_qa_lead_message()
    return people_news.out_of_reach_message([one.as_facts() for one in found])
