"""A notice came to nothing on its way: it goes another way, or it is said again, or the QA lead hears of it."""

from __future__ import annotations

from datetime import datetime

from assurance.channels.channel_choice import try_another_way
from assurance.delivery.late_replies import LATE_REPLY, reply_is_over
from policy.framework.framework import Framework
from storage.engine.session import Session
from storage.outbox import digests
from storage.outbox.notices import Notice


def lost(
    session: Session, framework: Framework, notice: Notice, *, reason: str, now: datetime, for_good: bool = True
) -> None:
    """Send it the other way, or tell the QA lead who could not be reached.

    What a morning message held is said in the next one, unless this one will be tried again itself (not `for_good`):
    the reminders in it exist nowhere else.
    """
    if notice.event == LATE_REPLY:
        reply_is_over(session, notice, now=now)
        return
    if try_another_way(session, framework, notice, reason=reason, now=now) or not for_good:
        return
    day = notice.subject.removeprefix(digests.MORNING_SUBJECT)
    if day != notice.subject:
        digests.put_back(session, notice.recipient, f"{digests.IN_MORNING}{day}")
