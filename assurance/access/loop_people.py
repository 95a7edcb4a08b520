"""Who does what in closing the loop: who meets, who authorises, who runs it (R90, R93, A20)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from assurance.common.refusals import NotFound
from assurance.notify.tell import subject_of
from policy.council.establishment import Establishment
from policy.council.recipients import Recipient, Resolution, resolve
from policy.framework.framework import Framework
from policy.lifecycle.ladder import next_roles_up
from storage.casework import learning_spaces, loops
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.engine.session import Session

RUNS_IT = ("qa_lead",)
"""Who records a result, and who ends a loop with a reason (A21, A32)."""


def loop_and_item(session: Session, token: str) -> tuple[Loop, LearningSpace]:
    """The loop behind a card's token or a typed reference, and its learning space. NotFound for neither."""
    loop = (loops.by_token(session, token) or loops.by_reference(session, token)) if token else None
    item = learning_spaces.by_reference(session, loop.subject) if loop else None
    if loop is None or item is None:
        raise NotFound(token)
    return loop, item


def told(
    framework: Framework, establishment: Establishment, item: LearningSpace, tell: Sequence[str], on: date
) -> Resolution:
    """The recipients of an event about a loop; nobody in it is late, so nobody is left out."""
    return resolve(tell, (), subject_of(item), establishment, framework, on=on, escalation=False)


def in_post(
    framework: Framework, establishment: Establishment, item: LearningSpace, tell: Sequence[str], on: date
) -> frozenset[str]:
    """The people in those places or standing in for them; not the QA team that hears of a vacancy."""
    found = told(framework, establishment, item, tell, on).recipients
    return frozenset(one.person for one in found if one.via != "qa_for_vacancy")


def told_of_a_late_form(
    framework: Framework, establishment: Establishment, item: LearningSpace, tell: Sequence[str], on: date
) -> tuple[Recipient, ...]:
    """Who hears that the form is late. Whoever owes it hears so as that, and never as somebody's manager (A29).

    Where that leaves nobody above them, as when the Head of Service stands in for the Senior Manager, the next level
    up hears the same day.
    """
    meets = framework.closing_the_loop.meets
    owing = told(framework, establishment, item, [one for one in tell if one == meets], on).recipients
    late = those_who_meet(framework, establishment, item, on)
    above = [one for one in tell if one != meets]
    found = told(framework, establishment, item, above, on).recipients if above else ()
    kept = tuple(one for one in found if one.person not in late)
    level = max((_level(framework, one) for one in above), default=None)
    while found and not kept and level is not None:
        roles = next_roles_up(level, framework)
        if not roles:
            break
        higher = told(framework, establishment, item, [f"case.{role}" for role in roles], on).recipients
        kept = tuple(one for one in higher if one.person not in late)
        level = max(_level(framework, role) for role in roles)
    known = {one.person for one in owing}
    return (*owing, *(one for one in kept if one.person not in known))


def _level(framework: Framework, expression: str) -> int:
    level = framework.level(expression.rpartition(".")[2])
    return -1 if level is None else level


def those_who_meet(framework: Framework, establishment: Establishment, item: LearningSpace, on: date) -> frozenset[str]:
    """The practitioner's Senior Manager, or the deputy (R90)."""
    return in_post(framework, establishment, item, (framework.closing_the_loop.meets,), on)


def authorisers(
    framework: Framework, establishment: Establishment, loop: Loop, item: LearningSpace, on: date
) -> tuple[Recipient, ...]:
    """Who is asked to authorise: the relevant Head of Service, or the Director in their place (R93, A20).

    Nobody who was the auditor or filled in the form is among them. A vacant post is told to the QA team with the
    reason, and stays its own: the Director comes in only where the Head of Service cannot judge themselves.
    """
    rules = framework.closing_the_loop
    barred = barred_from_authorising(loop, item)
    first = told(framework, establishment, item, (rules.authoriser,), on).recipients
    free = tuple(one for one in first if one.person not in barred)
    if free:
        return free
    second = told(framework, establishment, item, (rules.authoriser_in_conflict,), on).recipients
    return tuple(one for one in second if one.person not in barred)


def barred_from_authorising(loop: Loop, item: LearningSpace) -> frozenset[str]:
    """Who did the learning space or filled in the form, so judges neither (A20)."""
    return frozenset({item.person, item.submitted_by, loop.filled_by} - {""})


def may_authorise(
    framework: Framework, establishment: Establishment, loop: Loop, item: LearningSpace, person: str, on: date
) -> bool:
    """Whether this person is one of those asked, in their own post or as a deputy."""
    found = authorisers(framework, establishment, loop, item, on)
    return any(one.person == person and one.via != "qa_for_vacancy" for one in found)


def in_team(establishment: Establishment, person: str, roles: Sequence[str], on: date) -> bool:
    """Whether a person holds, or covers on this day, a post of one of the roles."""
    posts = [post for role in roles for post in establishment.posts_of_role(role)]
    return bool(person) and any(person in (post.holder, establishment.deputy_of(post.id, on)) for post in posts)
