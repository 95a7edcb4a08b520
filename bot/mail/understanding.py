"""What a reply is about and what it asks for, and which of our hands takes it. Unclear goes to a person."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from assurance.channels.mail_preference import EscalationsStay, NoOtherWay, allow_emails, offer_to, stop_emails
from assurance.channels.read_back import ACTION, DATE, DECIDE, FORM, HELD, MORE_TIME, REFLECTION, TAKEN_UP
from assurance.common.refusals import Refused
from assurance.learning_space.reflect import ReflectionView, open_reflection, save_reflection
from assurance.more_time.ask_more_time import ASKS
from assurance.red_route.acknowledge import Acknowledgement, acknowledge
from assurance.red_route.raise_red_route import IMMEDIATE_ATTENTION
from bot.features import undo
from bot.mail import replies_action, replies_form, replies_held, replies_more_time
from bot.mail.turn import IGNORE, Outcome, Turn
from dialogs.learning_space import learning_space, news, two_voices
from dialogs.letters import mail_answers, mail_replies
from dialogs.understand.reply_decisions import ReplyHeard
from dialogs.understand.reply_reading import read_reply
from dialogs.understand.understanding import Intent, understand
from policy.lifecycle.reference import ACTION as ACTION_REFERENCE
from policy.lifecycle.reference import LEARNING_SPACE
from storage.casework import learning_spaces
from storage.outbox.bundles import bundle_of

if TYPE_CHECKING:
    from assurance.forms.form_view import FormView
    from dialogs.kit.message import Message
    from storage.casework.learning_spaces import LearningSpace
    from storage.engine.database import Session

DATE_ASKED = "E72"
_BUTTON = re.compile(r"(?P<word>open|reflect|result)(?:\s+[A-Z]{2}\S*\d)?[.!]?", re.IGNORECASE)
AUDITOR, PRACTITIONER, NOBODY = "auditor", "practitioner", ""

_DONE_BY_YES: dict[str, Callable[[Turn, dict[str, Any]], Awaitable[Outcome]]] = {
    FORM: replies_form.send,
    MORE_TIME: replies_more_time.send,
    DECIDE: replies_more_time.decide,
    ACTION: replies_action.send,
    DATE: replies_action.decide,
    HELD: replies_held.decide,
    TAKEN_UP: lambda turn, facts: _take_up(turn, facts),
    REFLECTION: lambda turn, facts: _keep_reflection(turn, facts),
}


async def take(turn: Turn) -> Outcome:
    """Take one reply. Every refusal is answered in the words of its own; nothing is guessed."""
    try:
        return await _take(turn)
    except Refused as refused:
        return turn.answer(turn.talk.refusal(refused, turn.person))


async def _take(turn: Turn) -> Outcome:
    undoes = understand(turn.text, turn.today)
    if undoes.kind in ("undo", "take_back"):
        return turn.answer(await undo.undo(turn.talk, turn.person, undoes.reference or turn.subject, by_email=True))
    plain = read_reply(turn.text, today=turn.today)
    if simple := await _simple(turn, plain):
        return simple
    if plain.intent == "open" and not plain.reference and not await _opens_something(turn):
        return turn.answer(await turn.talk.command(turn.person, Intent("home")))
    if not turn.subject:
        several = turn.letter is not None and bundle_of(turn.letter.subject) > 0
        return turn.unclear("which_one", mail_answers.which_one_message(several=several))
    if turn.event == ASKS or (turn.waits and turn.waits.what == DECIDE):
        return await _decision(turn, plain, replies_more_time.decide_from_words)
    if plain.intent == "spoken" and turn.event == IMMEDIATE_ATTENTION:
        return await turn.read_back(TAKEN_UP, {}, mail_replies.spoken_read_back_message(turn.subject))
    if turn.subject.startswith(f"{ACTION_REFERENCE}-"):
        return await _action(turn, plain)
    if not turn.subject.startswith(f"{LEARNING_SPACE}-"):
        return turn.unclear("in_teams", mail_answers.in_teams_message(turn.subject))
    role = await turn.read(_role_in, turn.subject, turn.person.id)
    if role == AUDITOR:
        return await _learning_space(turn, plain)
    if role == PRACTITIONER:
        return await _reflection(turn)
    return turn.unclear("only_tells", mail_answers.only_tells_message(turn.subject))


async def _opens_something(turn: Turn) -> bool:
    """Whether what this letter is about has a form of this person's own that can be asked by email."""
    if turn.event in (ASKS, DATE_ASKED, IMMEDIATE_ATTENTION) or not turn.subject:
        return False
    if turn.subject.startswith(f"{ACTION_REFERENCE}-"):
        return True
    role: str = await turn.read(_role_in, turn.subject, turn.person.id)
    return role != NOBODY


async def _simple(turn: Turn, plain: ReplyHeard) -> Outcome | None:
    """What means the same whatever letter is answered."""
    match plain.intent:
        case "yes" if turn.waits:
            return await _DONE_BY_YES[turn.waits.what](turn, dict(turn.waits.facts))
        case "yes":
            return turn.answer(await _nothing_waits(turn))
        case "no" if turn.waits:
            await turn.forget()
            return turn.answer(mail_answers.dropped_message(turn.subject))
        case "thanks":
            return Outcome(IGNORE, reason="thanks", subject=turn.subject)
        case "nothing":
            return turn.answer(mail_answers.no_words_message())
        case "list":
            return turn.answer(await turn.talk.command(turn.person, Intent("home")))
        case "held":
            return await replies_held.take(turn, understand(turn.text, turn.today))
        case "help":
            return turn.answer(mail_answers.help_by_mail_message(await turn.read(offer_to, turn.person.id)))
        case "stop_emails":
            return await _stop_emails(turn)
        case "start_emails":
            await turn.talk.db.write(
                allow_emails, turn.talk.framework, turn.person.id, actor=turn.actor, now=turn.talk.clock.now()
            )
            return turn.answer(mail_answers.emails_started_message())
    return None


async def _nothing_waits(turn: Turn) -> Message:
    """A YES with nothing to say yes to. What they have sent in already, here or in Teams, is said to be sent in."""
    item: LearningSpace | None = await turn.read(learning_spaces.by_reference, turn.subject)
    if item is None or item.person != turn.person.id or item.is_open or item.submitted_at is None:
        return mail_answers.nothing_waits_message(turn.subject)
    return learning_space.already_message(item.reference, item.submitted_at, turn.talk.framework)


async def _take_up(turn: Turn, facts: dict[str, Any]) -> Outcome:
    """YES: they have spoken to them. Whoever said so first stands."""
    taken: Acknowledgement = await turn.write(acknowledge, turn.subject)
    turn.talk.wake()
    await turn.forget()
    return turn.answer(news.acknowledged_message(taken.reference, taken.by_name, yours=taken.by == turn.person.id))


async def _stop_emails(turn: Turn) -> Outcome:
    try:
        await turn.talk.db.write(
            stop_emails,
            turn.talk.framework,
            turn.person.id,
            about_event=turn.event,
            actor=turn.actor,
            now=turn.talk.clock.now(),
        )
    except NoOtherWay:
        return turn.answer(mail_answers.no_other_way_message())
    except EscalationsStay:
        return turn.answer(mail_answers.escalations_stay_message())
    return turn.answer(mail_answers.emails_stopped_message())


async def _decision(turn: Turn, plain: ReplyHeard, decide: Callable[..., Awaitable[Outcome]]) -> Outcome:
    if plain.intent in ("agree", "decline"):
        return await decide(turn, plain)
    return turn.unclear("not_understood", mail_answers.not_understood_message())


async def _action(turn: Turn, plain: ReplyHeard) -> Outcome:
    if turn.event == DATE_ASKED or (turn.waits and turn.waits.what == DATE):
        return await _decision(turn, plain, replies_action.decide_from_words)
    if plain.intent in ("open", "done", "not_done", "not_needed"):
        return await replies_action.update_from_words(turn, plain)
    facts: Mapping[str, Any] = turn.waits.facts if turn.waits and turn.waits.what == ACTION else {}
    fields = replies_action.asked_fields(turn, facts)
    heard = read_reply(turn.text, fields, today=turn.today, quoted=turn.quoted)
    if heard.intent == "answers":
        return await replies_action.go_on(turn, heard, facts)
    return turn.unclear("not_understood", mail_answers.not_understood_message())


async def _learning_space(turn: Turn, plain: ReplyHeard) -> Outcome:
    if plain.intent == "open":
        return await replies_form.open_form(turn)
    if plain.intent == "extend":
        waits = turn.waits if turn.waits and turn.waits.what == MORE_TIME else None
        if waits and plain.day and not plain.detail:
            return await replies_more_time.go_on(turn, plain, waits.facts)
        return await replies_more_time.ask_from_words(turn, plain)
    if turn.waits and turn.waits.what == MORE_TIME:
        fields = replies_more_time.asked_fields(turn)
        heard = read_reply(turn.text, fields, today=turn.today, quoted=turn.quoted)
        if heard.intent == "answers":
            return await replies_more_time.go_on(turn, heard, turn.waits.facts)
    view: FormView
    view, heard = await replies_form.hear(turn)
    if heard.intent == "answers" or heard.said or heard.grade or heard.unclear:
        return await replies_form.take_answers(turn, view, heard)
    if turn.with_details:
        return turn.answer(mail_answers.with_details_message(turn.subject))
    return turn.unclear("not_understood", mail_answers.not_understood_message(turn.subject))


async def _reflection(turn: Turn) -> Outcome:
    """The practitioner's own words: whatever they write is the answer to the one question there is.

    But not the words our own letters name for a button: those ask for the question, or for what is shown in Teams only.
    """
    view: ReflectionView = await turn.talk.db.read(
        open_reflection, turn.talk.framework, turn.subject, actor=turn.actor, now=turn.talk.clock.now()
    )
    field = view.form.steps[0].fields[0]
    if named := _BUTTON.fullmatch(turn.text.strip()):
        if named["word"].casefold() == "result":
            return turn.answer(mail_answers.in_teams_message(turn.subject))
        return turn.answer(mail_replies.reflection_question_message(turn.subject, field))
    heard = read_reply(turn.text, [field], today=turn.today)
    if turn.with_details:
        return turn.answer(mail_answers.with_details_message(turn.subject))
    if heard.intent != "answers" or not heard.said:
        return turn.unclear("not_understood", mail_answers.not_understood_message())
    text = heard.said[0].text
    if not any(letter.isalnum() for letter in text):
        return turn.answer(mail_answers.no_words_message())
    if field.max_length and len(text) > field.max_length:
        return turn.answer(mail_answers.too_long_message(turn.subject, field.max_length, len(text)))
    return await turn.read_back(
        REFLECTION, {"text": text}, mail_replies.reflection_read_back_message(turn.subject, text)
    )


async def _keep_reflection(turn: Turn, facts: dict[str, Any]) -> Outcome:
    (field,) = turn.talk.framework.form("reflection").steps[0].fields
    view: ReflectionView = await turn.write(save_reflection, turn.subject, raw={field.key: facts.get("text", "")})
    await turn.forget()
    if not view.kept:
        return turn.answer(mail_answers.with_details_message(turn.subject))
    return turn.answer(two_voices.reflected_message(view))


def _role_in(session: Session, reference: str, person: str) -> str:
    item = learning_spaces.by_reference(session, reference)
    if item is None:
        return NOBODY
    if item.person == person:
        return AUDITOR
    return PRACTITIONER if item.practitioner == person else NOBODY
