"""The one place that says whether somebody may see a thing: chat, windows, exports and email all ask here.

The rows are the framework's (`[[sees]]`), the judgement is `policy/council/visibility.py`; the facts
are looked up here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from assurance.access.loop_people import may_authorise
from assurance.common.final_grade import grade_that_stands
from assurance.common.refusals import NotYours
from assurance.notify.tell import subject_of
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.recipients import Subject
from policy.council.visibility import Reader, Right, may_see, roles_for, would_open
from policy.framework.framework import Framework
from policy.framework.rules_visibility import Condition, Item
from storage.casework import learning_spaces, loops, moderations
from storage.casework.actions import Action
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.casework.moderations import CLOSED, DISPUTED, SELECTED, Moderation
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices

FORM_READ = "form_read"
"""What history says when somebody has opened a form that was sent in."""
SENT = "sent"
"""The state of a notice that has reached somebody."""


def right_on_learning_space(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    item: LearningSpace,
    what: Item,
    *,
    person: str,
    on: date,
) -> Right:
    """What a person may have of a learning space: `what` is "learning_space", "result" or "case_reference"."""
    facts = facts_of(session, framework, establishment, item, person=person, on=on)
    return may_see(framework, establishment, what, Reader.of(establishment, person, on), subject_of(item), facts)


def facts_of(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    item: LearningSpace,
    *,
    person: str,
    on: date,
) -> frozenset[Condition]:
    """Which conditions of the matrix hold for a learning space and this reader."""
    facts: set[Condition] = set()
    if item.released_at is not None:
        facts.add("released")
    stands = grade_that_stands(session, item)
    for grade in framework.grades:
        if grade.key == stands and grade.triggers_loop:
            facts.add("opens_a_loop")
        if grade.key == stands and grade.recognised:
            facts.add("recognised")
    if escalated_to(session, framework, item.reference, person):
        facts.add("escalated_to_them")
    loop = loops.of_subject(session, item.reference)
    if loop is not None and _authorises(framework, establishment, loop, item, person, on):
        facts.add("authorising")
    return frozenset(facts)


def may_know_the_grade(
    session: Session, framework: Framework, establishment: Establishment, reference: str, *, person: str, on: date
) -> bool:
    """Whether a person may read the result of a learning space, and so be shown what only its grade brings with it.

    True where there is no such learning space, for then there is no grade to tell.
    """
    item = learning_spaces.by_reference(session, reference)
    if item is None or grades_still_blind(session, item, person):
        return item is None
    return (
        right_on_learning_space(session, framework, establishment, item, "result", person=person, on=on) >= Right.READ
    )


def grades_still_blind(session: Session, item: LearningSpace, person: str) -> bool:
    """Whether this person is to grade it a second time and has not: until then the first grades stay hidden (R108)."""
    moderation = moderations.of_subject(session, item.reference)
    return moderation is not None and moderation.state == SELECTED and moderation.moderator == person


def told_of_loop(session: Session, loop: Loop) -> frozenset[str]:
    """Everybody who was ever to hear of a loop."""
    return frozenset(one.recipient for one in notices.about(session, loop.reference))


def blind_to_loop(session: Session, loop: Loop, item: LearningSpace, person: str) -> bool:
    """Whether that there is a loop would tell this person the grade they are still to give a second one beside."""
    return grades_still_blind(session, item, person) and person not in told_of_loop(session, loop)


def who_knows_the_grade(session: Session, item: LearningSpace) -> frozenset[str]:
    """Who has opened the form since it was sent in, or was told of the loop that its grade opened."""
    loop = loops.of_subject(session, item.reference)
    opened = (one.actor for one in history.read(session, subject=item.reference) if one.verb == FORM_READ)
    readers = frozenset(actor.removeprefix("person:") for actor in opened)
    return readers | (told_of_loop(session, loop) if loop else frozenset())


def escalated_to(session: Session, framework: Framework, reference: str, person: str) -> bool:
    """Whether an escalation about an item has reached this person."""
    climbs = {step.event for ladder in framework.ladders for step in ladder.steps if step.escalation}
    return bool(person) and any(
        one.recipient == person and one.event in climbs and one.state == SENT
        for one in notices.about(session, reference)
    )


def right_on_loop(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    loop: Loop,
    item: LearningSpace,
    *,
    person: str,
    on: date,
) -> Right:
    """What a person may have of a loop's form, or may know of there being a loop."""
    if blind_to_loop(session, loop, item, person):
        return Right.NONE
    facts: set[Condition] = {"released"} if item.released_at is not None else set()
    if _authorises(framework, establishment, loop, item, person, on):
        facts.add("authorising")
    if escalated_to(session, framework, loop.reference, person):
        facts.add("escalated_to_them")
    subject = replace(subject_of(item), setter=loop.filled_by)
    return may_see(framework, establishment, "closing_the_loop", Reader.of(establishment, person, on), subject, facts)


def right_on_moderation(
    framework: Framework,
    establishment: Establishment,
    moderation: Moderation,
    item: LearningSpace,
    *,
    person: str,
    has_a_say: bool,
    on: date,
) -> Right:
    """What a person may have of a moderation; `has_a_say` is whether a dispute waits for them."""
    facts: set[Condition] = {"authorising"} if has_a_say else set()
    if moderation.state in (DISPUTED, CLOSED):
        facts.add("talked_through")
    subject = replace(subject_of(item), moderator=moderation.moderator)
    return may_see(framework, establishment, "moderation", Reader.of(establishment, person, on), subject, facts)


def right_on_action(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    action: Action,
    subject: Subject,
    *,
    person: str,
    on: date,
) -> Right:
    """What a person may have of an action; its owner stands in the auditor's place of `subject`."""
    facts: set[Condition] = set()
    if escalated_to(session, framework, action.reference, person):
        facts.add("escalated_to_them")
    subject = replace(subject, auditor_person=action.owner, setter=action.set_by)
    return may_see(framework, establishment, "action", Reader.of(establishment, person, on), subject, facts)


def require_everywhere(
    framework: Framework, establishment: Establishment, what: Item, actor: Actor, *, on: date
) -> None:
    """Raise NotYours unless the actor may read every one of a kind: a list of all, or rows taken out.

    Whoever can run commands on the server is the council's administrator, and may.
    """
    if not actor.is_operator and not reads_everything(framework, establishment, what, actor.person_id, on=on):
        raise NotYours(detail=f"for {' or '.join(sorted(roles_for(framework, what)))}")


def reads_everything(
    framework: Framework, establishment: Establishment, what: Item, person: str, *, on: date, least: Right = Right.READ
) -> bool:
    """Whether a person may see every one of a kind by a post they hold or cover, whatever it is about."""
    roles = roles_for(framework, what, at_least=least)
    return any(establishment.posts[post].role in roles for post in Reader.of(establishment, person, on).posts)


def opens_when(
    framework: Framework, establishment: Establishment, item: LearningSpace, what: Item, *, person: str, on: date
) -> tuple[Condition, ...]:
    """Under which conditions this person could open it, so that a refusal can say so."""
    return would_open(framework, establishment, what, Reader.of(establishment, person, on), subject_of(item))


def _authorises(
    framework: Framework, establishment: Establishment, loop: Loop, item: LearningSpace, person: str, on: date
) -> bool:
    """Whether a loop waits for this person's word, or they gave it."""
    if person and person == loop.authorised_by:
        return True
    return loop.state == "submitted" and may_authorise(framework, establishment, loop, item, person, on)
