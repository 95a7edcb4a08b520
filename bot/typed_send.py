"""A form that was answered by typing is sent: what was read, once, and what is said to that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assurance.follow_up.submit import submit
from assurance.forms.form_view import FormView
from assurance.loop.loop_form import send_loop
from assurance.moderation.moderation_view import ModerationView
from assurance.typed.typed_moderation import send_moderation
from dialogs.learning_space import learning_space
from dialogs.loop import loop_card
from dialogs.moderation import moderation

if TYPE_CHECKING:
    from assurance.typed.typed_view import TypedPage
    from bot.conversation import Conversation
    from dialogs.kit.message import Message
    from policy.council.establishment import Person


async def send(talk: Conversation, person: Person, page: TypedPage) -> Message | None:
    """Send the form as it was read; the receipt, or None when it has changed since and must be read again."""
    match page.view:
        case FormView():
            said = await _send_learning_space(talk, person, page)
        case ModerationView():
            said = await _send_moderation(talk, person, page)
        case _:
            said = await _send_loop(talk, person, page)
    talk.wake()
    return replace(said, covers_answers=True) if said is not None else None


async def _send_learning_space(talk: Conversation, person: Person, page: TypedPage) -> Message | None:
    outcome = await talk.write(submit, page.place.subject, person, version=page.place.version)
    if outcome.view is not None:
        return None
    at = outcome.at or talk.clock.now()
    if outcome.state == "already":
        return learning_space.already_message(page.reference, at, talk.framework)
    receipt = learning_space.Receipt(
        page.reference, at, outcome.red_route, token=page.place.subject, answered="typed", take_back=outcome.take_back
    )
    return learning_space.receipt_message(receipt, talk.framework)


async def _send_loop(talk: Conversation, person: Person, page: TypedPage) -> Message | None:
    sent = await talk.write(send_loop, page.place.subject, person, version=page.place.version)
    if sent.view is not None:
        return None
    already = sent.state == "already"
    return loop_card.sent_message(sent.loop.reference, talk.framework, already=already, asked=sent.asked)


async def _send_moderation(talk: Conversation, person: Person, page: TypedPage) -> Message | None:
    form = page.form.key
    sent = await talk.write(send_moderation, page.place.subject, person, form=form, version=page.place.version)
    if sent.state == "changed":
        return None
    note = moderation.stored_note(form, page.reference) if sent.state == "stored" else ""
    return moderation.moderation_message(sent.view, talk.framework, note=note)
