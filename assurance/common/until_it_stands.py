"""What waits while a press can be taken back: the drafts behind it, and what is said because of it (docs/adr/0032)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from policy.calendar.calendar import Calendar
from policy.follow_up.taking_back import final_at, has_way_back
from policy.framework.framework import Framework
from storage.casework import learning_spaces, sent_forms
from storage.engine.session import Session
from storage.outbox import unsaid
from storage.outbox.notices import NewNotice
from storage.outbox.unsaid import Written


def put_drafts_aside(session: Session, framework: Framework, reference: str, *, now: datetime) -> None:
    """Nobody writes on them any more; they are kept until the press stands, and dropped where it does at once."""
    if has_way_back(framework):
        sent_forms.keep_drafts(session, reference, until=final_at(framework, now))
    else:
        learning_spaces.delete_drafts(session, reference)


def waiting_until_it_stands(framework: Framework, told: Iterable[NewNotice], *, now: datetime) -> list[NewNotice]:
    """The same notices, about to be added: said once what was just pressed stands. What is urgent never waits."""
    if not has_way_back(framework):
        return list(told)
    until = _said_from(framework, now)
    return [one if one.urgent or one.not_before >= until else replace(one, not_before=until) for one in told]


def say_when_it_stands(
    session: Session, framework: Framework, subjects: Collection[str], events: Collection[str], *, now: datetime
) -> bool:
    """What was just written of these events about these subjects is said once the press stands.

    What is urgent never waits. Returns whether the press can be taken back.
    """
    if not has_way_back(framework):
        return False
    unsaid.wait_until(session, Written(subjects, events, now), until=_said_from(framework, now))
    return True


def _said_from(framework: Framework, now: datetime) -> datetime:
    return Calendar.of(framework).next_send(final_at(framework, now))
