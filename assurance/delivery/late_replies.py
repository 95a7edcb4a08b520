"""An answer to a typed line that Teams would not take goes through the outbox: delivered later, once, in its order.

Only the first of somebody's late answers has a notice; the next one gets its own when that one has gone. What the
answer says is kept apart from the notice and dropped with it: it is what stands in the person's own chat anyhow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from assurance.cards.card_shows import Shown, about_an_item, note_shown
from policy.council.ways import TEAMS
from storage.engine.session import Session
from storage.outbox import late_replies
from storage.outbox import notices as outbox
from storage.outbox.late_replies import LateReply
from storage.outbox.notices import NewNotice, Notice

LATE_REPLY = "E92"
STILL_AN_ANSWER = timedelta(days=7)
"""What was asked longer ago is not answered any more."""
_SUBJECT = "reply-"


def keep_replies(
    session: Session,
    person: str,
    messages: Sequence[Mapping[str, Any]],
    *,
    maybe_sent: bool,
    not_before: datetime,
    now: datetime,
) -> None:
    """Keep what could not be said to somebody; `maybe_sent` is whether the first of it may have arrived after all."""
    had_some = late_replies.wait_for(session, person)
    for number, message in enumerate(messages):
        late_replies.add(session, person, message, maybe_sent=maybe_sent and number == 0, at=now)
    if not had_some:
        _next(session, person, not_before=not_before, now=now)


def reply_behind(session: Session, notice: Notice, *, now: datetime) -> LateReply | None:
    """What a notice of a late answer says; None when that has been said, or is no answer to anything any more."""
    found = late_replies.get(session, _id_of(notice))
    return found if found is not None and now - found.made_at < STILL_AN_ANSWER else None


def reply_is_over(session: Session, notice: Notice, *, now: datetime) -> None:
    """A late answer has gone out, or never will: the next one has its turn."""
    late_replies.drop(session, _id_of(notice))
    _next(session, notice.recipient, not_before=now, now=now)


def reply_went(
    session: Session, notice: Notice, conversation: str, activity_id: str, *, known: int, now: datetime
) -> None:
    """It stands in the chat: what it shows is kept true from now on, like any answer."""
    kept = late_replies.get(session, _id_of(notice))
    shows = kept.message.get("shows") if kept else None
    if shows and activity_id:
        shown = Shown(conversation, activity_id, **shows, copied=True)
        if about_an_item(session, shown):
            note_shown(session, shown, person=notice.recipient, seq=known, now=now)


def _next(session: Session, person: str, *, not_before: datetime, now: datetime) -> None:
    reply = late_replies.first(session, person)
    if reply is None:
        return
    notice = NewNotice(
        event=LATE_REPLY,
        step="",
        subject=f"{_SUBJECT}{reply.id}",
        recipient=person,
        recipient_role="",
        channel=TEAMS,
        urgent=True,  # they wrote a moment ago and wait: send hours are for what nobody asked for
        due_at=reply.made_at,
        not_before=not_before,
        maybe_sent=reply.maybe_sent,
    )
    outbox.add(session, [notice], at=now)


def _id_of(notice: Notice) -> int:
    return int(notice.subject.removeprefix(_SUBJECT))
