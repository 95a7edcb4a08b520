"""Steps of a moderation, taken the way a moderator takes them."""

from __future__ import annotations

from datetime import date
from typing import Any

from assurance.moderation.moderate import book_talk, record_talk, save_moderation_step
from assurance.moderation.moderation_outcome import close, settle
from assurance.moderation.moderation_view import ModerationView
from policy.council.actor import Actor
from storage.casework import moderations
from storage.casework.learning_spaces import LearningSpace
from storage.casework.moderations import Moderation
from tests.assurance.forms_filled import fill_in, send_in
from tests.journeys.living_council import LivingCouncil

QUALITY = {"quality_evidence": "partly", "quality_actions": "yes", "quality_child": "yes"}


def returned(
    council: LivingCouncil, *, post: str = "tm-north-2", case: str = "NM-000001", allocated: date, **answers: Any
) -> LearningSpace:
    """A learning space given and sent in, now; returns it as it is then."""
    item = council.given_a_learning_space(post, allocated_on=allocated, case=case)
    view = fill_in(council.database, council.framework, item, now=council.now, **answers)
    assert send_in(council.database, council.framework, item, version=view.version, now=council.now).loop_reference or 1
    return council.item(item.reference)


def moderation_of(council: LivingCouncil, item: LearningSpace) -> Moderation:
    """The moderation of a learning space; there must be one."""
    found = council.database.read_now(moderations.of_subject, item.reference)
    assert found is not None
    return found


def graded(council: LivingCouncil, moderation: Moderation, grade: str, impact: str = "good") -> ModerationView:
    """The moderator's own view, all three pages."""
    pages: dict[str, dict[str, Any]] = {
        "judgement": {"grade": grade, "impact": impact},
        "domains": {"grade_assessment": grade},
        "quality": QUALITY,
    }
    view = None
    for step, raw in pages.items():
        view = council.database.write_now(
            save_moderation_step,
            council.framework,
            moderation.token,
            actor=Actor.person(moderation.moderator),
            step=step,
            raw=raw,
            move_to="next",
            now=council.now,
        )
        assert not view.problems, view.problems
    assert view is not None
    return view


def booked(council: LivingCouncil, moderation: Moderation, on: date) -> ModerationView:
    """A day for the talk."""
    return council.database.write_now(
        book_talk,
        council.framework,
        moderation.token,
        actor=Actor.person(moderation.moderator),
        raw={"booked_on": on.isoformat()},
        now=council.now,
    )


def talked(council: LivingCouncil, moderation: Moderation, *, accepted: str = "yes", **raw: Any) -> ModerationView:
    """The talk is on record."""
    said = {
        "discussed_on": council.calendar.local_date(council.now).isoformat(),
        "way": "video",
        "managers_view": "The plan was followed, and the visits were made on time.",
        "accepted": accepted,
        "development": "coaching",
        "themes": "assessment",
    }
    return council.database.write_now(
        record_talk,
        council.framework,
        moderation.token,
        actor=Actor.person(moderation.moderator),
        raw={**said, **raw},
        now=council.now,
    )


def closed(council: LivingCouncil, moderation: Moderation) -> ModerationView:
    """The outcome is confirmed."""
    actor = Actor.person(moderation.moderator)
    return council.database.write_now(close, council.framework, moderation.token, actor=actor, now=council.now)


def moderated(council: LivingCouncil, item: LearningSpace, grade: str, *, accepted: str = "yes") -> Moderation:
    """From selected to its outcome in one go."""
    moderation = moderation_of(council, item)
    graded(council, moderation, grade)
    talked(council, moderation, accepted=accepted)
    closed(council, moderation)
    return moderation_of(council, item)


def settled(council: LivingCouncil, moderation: Moderation, person: str, stands: str) -> ModerationView:
    """One person's say in a dispute."""
    return council.database.write_now(
        settle, council.framework, moderation.token, actor=Actor.person(person), stands=stands, now=council.now
    )
