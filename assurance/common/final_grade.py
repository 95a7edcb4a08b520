"""Which grade of a learning space is final: the auditor's, or the one a moderation has settled (A32)."""

from __future__ import annotations

from dataclasses import replace

from policy.follow_up.moderation import final_grade
from storage.casework import moderations
from storage.casework.learning_spaces import LearningSpace
from storage.casework.moderations import CLOSED
from storage.engine.session import Session


def grade_that_stands(session: Session, item: LearningSpace) -> str:
    """The final grade of a learning space: the moderated one where a moderation has settled it.

    One that is stale was about an earlier form and says nothing of this one until its moderator has looked again.
    """
    moderation = moderations.of_subject(session, item.reference)
    if moderation is None or moderation.state != CLOSED or moderation.stale:
        return item.grade
    return final_grade(item.grade, moderation.moderated_grade, moderation.outcome)


def as_it_stands(session: Session, item: LearningSpace) -> LearningSpace:
    """The item with the overall judgements a moderation has settled, where they are others than its auditor's."""
    moderation = moderations.of_subject(session, item.reference)
    stands = grade_that_stands(session, item)
    if moderation is None or stands == item.grade:
        return item
    return replace(item, grade=stands, impact=moderation.moderated_impact or item.impact)
