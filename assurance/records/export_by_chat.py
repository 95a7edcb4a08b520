"""Rows out of the chat: asked with a reason, handed over once, to whoever asked, and recorded like any export."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from assurance.access.may_see import require_everywhere
from assurance.common.refusals import NotFound, NotReady
from assurance.records.export import check_reason, record_export
from assurance.records.named_rows import read_named
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.casework import form_drafts
from storage.casework.form_drafts import FormDraft
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.reads.exports import Sheet, count_rows

OFFER = "export"
"""The form and the subject under which an export that was asked for is remembered."""
BY_CHAT = ("allocations", "actions", "loops", "moderations", "notices")
"""What can be read with names. The history and the establishment live by their ids, and come out at the server."""
GOOD_FOR = timedelta(hours=1)
"""How long an export that was asked for can be taken."""


class OfferIsOver(NotReady):
    """This export has been taken already, was asked for too long ago, or another one has been asked for since."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An export that waits to be taken."""

    what: str
    token: str
    rows: int


def may_export(session: Session, framework: Framework, subject: str, *, actor: Actor, now: datetime) -> None:
    """Raise NotYours outside the roles the framework lets have rows."""
    on = Calendar.of(framework).local_date(now)
    require_everywhere(framework, establishments.current(session), "rows", actor, on=on)


def offer_export(
    session: Session, framework: Framework, what: str, *, reason: str, actor: Actor, now: datetime
) -> Offer:
    """Ask for rows with a reason. None leaves yet; who asks again takes the place of what they asked before.

    NotYours, NotFound for what does not come out here, ReasonNeeded.
    """
    may_export(session, framework, what, actor=actor, now=now)
    if what not in BY_CHAT:
        raise NotFound(what)
    kept = check_reason(framework, what, reason)
    token = secrets.token_hex(16)
    answers = {"what": what, "reason": kept, "token": token}
    form_drafts.save(session, FormDraft(OFFER, OFFER, actor.person_id, answers, "", 0, now))
    return Offer(what, token, count_rows(session, what))


def take_export(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> str:
    """Record that what was asked for is taken now, once, by whoever asked; which rows those are.

    The right is asked again. NotYours; OfferIsOver for any other token, a second time, and after an hour.
    """
    draft = form_drafts.load(session, OFFER, OFFER, actor.person_id)
    if draft is None or not token or draft.answers.get("token") != token or now - draft.updated_at > GOOD_FOR:
        raise OfferIsOver(OFFER)
    what = str(draft.answers["what"])
    record_export(session, framework, what, actor=actor, reason=str(draft.answers["reason"]), now=now)
    form_drafts.save(session, FormDraft(OFFER, OFFER, actor.person_id, {}, "", draft.version + 1, now))
    return what


def put_aside(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> None:
    """Nobody wants it: nothing leaves, and nothing is recorded."""
    draft = form_drafts.load(session, OFFER, OFFER, actor.person_id)
    if draft is not None and token and draft.answers.get("token") == token:
        form_drafts.save(session, FormDraft(OFFER, OFFER, actor.person_id, {}, "", draft.version + 1, now))


def taken_rows(session: Session, framework: Framework, what: str, *, person: str) -> tuple[Sheet, ...]:
    """The rows of an export that was recorded, with names. They are read as they are walked, inside this session."""
    return read_named(session, framework, what, person=person)
