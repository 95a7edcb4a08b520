"""One open learning space goes to other hands, with history: the one place that changes whose it is (R38, G3).

What the former person wrote stays theirs and is shown to nobody else; the new holder begins with an empty form and has
at least the framework's working days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from assurance.common.refusals import Refused
from assurance.escalation.move_due import move_due
from assurance.notify.tell import OUTLIVES_SUBMISSION, header, name_of, notices, subject_of
from policy.allocation.allocation_plan import History
from policy.allocation.independence import CONFLICTS, Independence
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Case, Establishment, Post
from policy.council.recipients import Recipient, resolve
from policy.framework.framework import Framework
from policy.lifecycle.ladder import ladder_from_json
from policy.lifecycle.lifecycle import LEARNING_SPACE, move
from storage.casework import learning_spaces, more_time
from storage.casework.learning_spaces import LearningSpace
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices as outbox

HANDED_OVER, CHOSEN = "E19", "E2"
REASSIGNED = "reassigned"
"""The verb in the history."""
GONE = "the learning space has gone to someone else"
ASKED = ("E8",)
"""A request for more time stays with whoever decides it."""


class NoPostForIt(Refused):
    """This person holds no post that could do a learning space."""


class TooClose(Refused):
    """This person is too close to the work: it is theirs, their team's, or they review or decide on it."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What came of it."""

    item: LearningSpace
    """As it is now."""
    from_person: str
    moved_from: date | None
    """The due date it had, if that has moved."""


def post_for(framework: Framework, establishment: Establishment, item: LearningSpace, person: str) -> Post:
    """The post in which a person would do it: the item's own if they hold it. NoPostForIt if they have none."""
    held = establishment.posts_held_by(person)
    able = [post for post in held if post.id == item.post or (framework.level(post.role) or 0) > 0]
    if not able:
        raise NoPostForIt(item.reference)
    return min(
        able,
        key=lambda post: (post.id != item.post, not post.learning_space, post.function != item.function, post.id),
    )


def refuse_if_too_close(
    framework: Framework, establishment: Establishment, item: LearningSpace, post: Post, *, on: date
) -> None:
    """The hard rules of allocation hold for a change of hands as well (R41, A40). Raises TooClose."""
    case = establishment.cases.get(item.case_ref) or Case(item.case_ref, item.case_function, "", item.practitioner)
    rules = Independence(framework, establishment, History(), on)
    if CONFLICTS & set(rules.objections(post, case)):
        raise TooClose(item.reference)


def hand_over(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    item: LearningSpace,
    post: Post,
    *,
    why: str,
    reason: str,
    actor: Actor,
    now: datetime,
    former_name: str = "",
) -> HandedOver:
    """Give an open item to the holder of `post` and tell the QA lead, them and the practitioner.

    `why` is 'reassigned' or 'inherited'; `reason` the coded reason, empty when it was inherited. `former_name` is
    wanted where the former person has left the establishment.
    """
    calendar = Calendar.of(framework)
    today = calendar.local_date(now)
    turn = 1 + sum(entry.verb == REASSIGNED for entry in history.read(session, subject=item.reference))
    outbox.cancel_for(
        session,
        item.reference,
        at=now,
        reason=GONE,
        keep_events=(*OUTLIVES_SUBMISSION, *ASKED),
    )
    changes = {
        "post": post.id,
        "person": post.holder,
        "function": post.function,
        "state": move(LEARNING_SPACE, item.state, "reassign"),
        "opened_at": None,
    }
    due_on = max(item.due_on, calendar.add_working_days(today, framework.people_change.least_working_days))
    if due_on > item.due_on and item.paused_on is None:
        move_due(session, framework, item, due_on, reason="the due date has moved with its new holder", now=now)
    else:
        # What was said to the former holder was said to them: nobody looks for it at the new one's.
        events = {step.event for step in ladder_from_json(item.ladder).steps}
        more_time.retire_steps(session, item.reference, events, was_due_on=item.due_on, reason=GONE)
    learning_spaces.update(session, item.reference, **changes)
    after = learning_spaces.by_references(session, [item.reference])[item.reference]
    moved_from = item.due_on if after.due_on != item.due_on else None
    detail = {"from": item.person, "to": after.person, "post": after.post, "why": why, "reason": reason}
    if moved_from:
        detail |= {"due_from": moved_from.isoformat(), "due_on": after.due_on.isoformat()}
    history.append(session, at=now, actor=actor, verb=REASSIGNED, subject=item.reference, detail=detail)
    tell_of_hands(
        session,
        framework,
        establishment,
        after,
        why=why,
        turn=turn,
        former=item.person,
        former_name=former_name,
        moved_from=moved_from,
        now=now,
    )
    return HandedOver(after, item.person, moved_from)


def tell_of_hands(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    item: LearningSpace,
    *,
    why: str,
    turn: int,
    former: str,
    former_name: str = "",
    now: datetime,
    moved_from: date | None = None,
) -> int:
    """E19 to the QA lead, and to the new holder if there is one; the practitioner hears whom they will meet now."""
    calendar = Calendar.of(framework)
    not_before = calendar.next_send(now)
    on = calendar.local_date(not_before)
    taken = item.person != former
    told = resolve(
        framework.event(HANDED_OVER).tell, (), subject_of(item), establishment, framework, on=on, escalation=False
    )
    facts = {
        **header(framework, establishment, item, on=on),
        "why": why,
        "from": former_name or name_of(establishment, former),
        "to": name_of(establishment, item.person) if taken else "",
    }
    if not taken:
        facts["auditor"] = facts["from"]
    if moved_from:
        facts["moved_from"] = moved_from.isoformat()
    step = f"hands {turn}"
    recipients = [one for one in told.recipients if one.person != item.person or not taken]
    if taken:
        recipients.append(Recipient(item.person, ("auditor",), "holder"))
    fresh = notices(
        framework,
        HANDED_OVER,
        recipients,
        subject=item.reference,
        step=step,
        due_at=now,
        not_before=not_before,
        facts=facts,
    )
    if taken:
        fresh += notices(
            framework,
            CHOSEN,
            [Recipient(item.practitioner, ("practitioner",), "holder")],
            subject=item.reference,
            step=step,
            due_at=now,
            not_before=not_before,
            facts={"reference": item.reference, "auditor": facts["to"], "instead": True},
        )
    return outbox.add(session, fresh, at=now)
