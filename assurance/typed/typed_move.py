"""Move about in a form that is answered by typing: back, past a question, to another one, or away from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from assurance.typed.typed_view import TypedPage, look, remember
from policy.council.actor import Actor
from policy.forms.form_questions import END, first_question
from policy.framework.framework import Framework
from storage.casework import conversations
from storage.engine.session import Session


def ask_question(
    session: Session,
    framework: Framework,
    subject: str,
    *,
    actor: Actor,
    question: str,
    back_to: str = "",
    now: datetime,
) -> TypedPage | None:
    """Ask this question now, or with END read everything once more. No answer changes.

    A question that is not asked (any more) leads to the first that needs an answer. `back_to` is where to go on
    afterwards. None when this person is not answering this form. Raises what `look` raises.
    """
    place = conversations.load(session, actor.person_id)
    if place is None or place.subject != subject:
        return None
    page = look(session, framework, place, actor=actor, now=now)
    if question != END and question not in [one.field.key for one in page.questions]:
        question, back_to = first_question(page.form, page.answers), ""
    page = replace(page, place=replace(place, question=question, back_to=back_to))
    return remember(session, page, now=now)
