"""The QA lead on whoever leaves: `everything of X to Y`, confirmed on a card; and who was meant by a misspelt name."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any

from assurance.common.find_person import SeveralPeople, line_meant, remember_offer
from assurance.common.refusals import NotFound, NotYours, Refused, UnknownPerson
from assurance.establishment.leaver import SUBJECT, SamePerson, ask_for_everything, give_everything
from bot.pressed import word
from dialogs.learning_space import people
from dialogs.qa_team import leaver
from dialogs.understand.understanding import understand
from policy.council.names import called
from storage.council import establishment as establishments

if TYPE_CHECKING:
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.kit.message import Message
    from dialogs.understand.understanding import Intent
    from policy.council.establishment import Person

Data = Mapping[str, Any]


def presses(talk: Conversation) -> dict[str, Handler]:
    """The button that confirms, and the one that says a line again with the name somebody meant."""

    async def confirm(person: Person, data: Data, in_dialog: bool) -> Message:
        reason = word(data, leaver.REASON)
        try:
            if not reason:
                asked = await talk.write(ask_for_everything, "", person, to="")
                return leaver.everything_message(asked, talk.framework, talk.today(), missing=True)
            given = await talk.write(give_everything, SUBJECT, person, reason=reason)
        except NotYours:
            return people.for_qa_lead_message()
        except NotFound:
            return leaver.to_whom_message()
        talk.wake()
        return leaver.given_message(given)

    async def meant(person: Person, data: Data, in_dialog: bool) -> Message:
        """The line is read and allowed afresh, as if it had been typed with that name."""
        try:
            line, offered = await talk.write(line_meant, word(data, leaver.WHO), person)
        except NotFound:
            return people.no_such_person_message()
        if not line:
            return leaver.who_message(offered, talk.framework, talk.today(), missing=True)
        return await talk.command(person, understand(line, talk.today()))

    return {"give_everything": confirm, "who_meant": meant}


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """'everything of Gethin Gorsedale to Priya Fernhollow'."""
    return _everything(talk, person, intent) if intent.kind == "everything" else None


def refused(talk: Conversation, refused: Refused, person: Person) -> Message | None:
    """Both names are one person's."""
    return leaver.same_person_message() if isinstance(refused, SamePerson) else None


async def who(talk: Conversation, person: Person, refusal: UnknownPerson | SeveralPeople, line: str) -> Message:
    """Who may have been meant, for a line in which {} stands where the name goes."""
    several = isinstance(refusal, SeveralPeople)
    ids = refusal.people if isinstance(refusal, SeveralPeople) else refusal.near
    offered = await talk.write(remember_offer, line, person, people=ids)
    return leaver.who_message(offered, talk.framework, talk.today(), several=several)


async def _everything(talk: Conversation, person: Person, intent: Intent) -> Message:
    if not (intent.wanted and intent.person):
        return leaver.to_whom_message()
    try:
        asked = await talk.write(ask_for_everything, intent.wanted, person, to=intent.person)
    except NotYours:
        return people.for_qa_lead_message()
    except (UnknownPerson, SeveralPeople) as refusal:
        # The heir is looked up once the leaver is known, so a name that is found cannot be the one that was not.
        known = await talk.db.read(lambda session: called(establishments.current(session), intent.wanted))
        if len(known) == 1:
            return await who(talk, person, refusal, f"everything of {intent.wanted} to {{}}")
        return await who(talk, person, refusal, f"everything of {{}} to {intent.person}")
    return leaver.everything_message(asked, talk.framework, talk.today())
