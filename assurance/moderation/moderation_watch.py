"""What falls due by itself in moderation: a talk nobody has booked (E22), and a quarter's rate that is low (E25)."""

from __future__ import annotations

from datetime import datetime

from assurance.moderation.moderation_draw import returned_in
from assurance.moderation.moderation_selection import give_to_another, tell
from assurance.notify.tell import hearers_of_all, notices
from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.follow_up.moderation import RANDOM, latest_look, may_moderate, needed
from policy.framework.framework import Framework
from storage.casework import learning_spaces, moderations
from storage.casework.learning_spaces import LearningSpace
from storage.casework.moderations import DISCUSSED, GRADED, SELECTED
from storage.council import establishment as establishments
from storage.council import heartbeats
from storage.engine.session import Session
from storage.outbox import notices as outbox

NO_DATE, RATE_LOW = "E22", "E25"
PULSE = "moderation_rate"
"""The heartbeat whose detail names the last look at a quarter's rate."""
HANDOVER = "moderation_handover"
BATCH = 500


def remind_of_talks(session: Session, framework: Framework, now: datetime) -> int:
    """Tell every moderator without a day for the talk, once, the framework's working days after it was selected."""
    written = 0
    step = f"+{framework.moderation.discussion_within_working_days}wd"
    for moderation in moderations.due(session, now, BATCH):
        item = learning_spaces.by_reference(session, moderation.subject)
        if item and moderation.state in (SELECTED, GRADED) and moderation.booked_on is None:
            written += tell(session, framework, NO_DATE, moderation, item, now=now, extra={}, step=step)
        done = (*moderation.steps_done, step)
        moderations.update(session, moderation.reference, steps_done=done, next_step_at=None)
    return written


def pass_on(session: Session, framework: Framework, now: datetime) -> int:
    """Once a day: what is with nobody, or with somebody who may not look at it any more, gets another moderator."""
    calendar, establishment = Calendar.of(framework), establishments.current(session)
    today = calendar.local_date(now)
    beat = heartbeats.last(session, HANDOVER)
    if beat and beat.detail.get("day") == today.isoformat():
        return 0
    heartbeats.beat(session, HANDOVER, now, {"day": today.isoformat()})
    posts = [post for role in framework.moderation.moderators for post in establishment.posts_of_role(role)]
    team = {post.holder for post in posts if post.holder}
    written = 0
    for one in moderations.in_states(session, (SELECTED, GRADED, DISCUSSED)):
        item = learning_spaces.by_reference(session, one.subject)
        if item is not None and (one.moderator not in team or not _may(establishment, one.moderator, item)):
            written += give_to_another(session, framework, one, item, now=now)
    return written


def _may(establishment: Establishment, moderator: str, item: LearningSpace) -> bool:
    return may_moderate(establishment, moderator, auditor=item.person, post=item.post, practitioner=item.practitioner)


def watch_rate(session: Session, framework: Framework, now: datetime) -> int:
    """Weekly from the framework's week of the quarter, and on its last day: say it where too few were looked at.

    Only what chance drew counts, and only once it has its second grade. After a time without service the last look
    alone is taken.
    """
    calendar, rules = Calendar.of(framework), framework.moderation
    found = latest_look(calendar, calendar.local_date(now), rules.watch_from_week)
    if found is None or now < calendar.send_at(found[1].on):
        return 0
    quarter, look = found
    name = f"{quarter.key} {look.step}"
    beat = heartbeats.last(session, PULSE)
    if beat and beat.detail.get("look") == name:
        return 0
    heartbeats.beat(session, PULSE, now, {"look": name})
    rows = returned_in(session, framework, quarter, up_to=now)
    wanted = needed(len(rows), rules.rate)
    done = sum(1 for row in rows if row.why == RANDOM and row.state != SELECTED)
    if done >= wanted:
        return 0
    told = hearers_of_all(framework, establishments.current(session), RATE_LOW, on=calendar.local_date(now))
    facts = {
        "reference": quarter.key,
        "returned": len(rows),
        "wanted": wanted,
        "done": done,
        "rate": round(100 * done / len(rows)),
        "target": round(100 * rules.rate),
    }
    fresh = notices(
        framework,
        RATE_LOW,
        told.recipients,
        subject=quarter.key,
        due_at=calendar.send_at(look.on),
        not_before=calendar.next_send(now),
        facts=facts,
        step=look.step,
    )
    return outbox.add(session, fresh, at=now)
