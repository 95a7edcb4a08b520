"""A corrected form takes the place of the one before: what follows from its grade is begun, what it outdates is marked.

The earlier form is kept whole beside it. Lateness stays what it was: the day it was first sent in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from assurance.actions.action_ladder import ladder_for
from assurance.actions.assign_action import SetFrom, assign_actions, of_a_form
from assurance.learning_space.release import RECOGNISED, RELEASED, tell_released
from assurance.learning_space.reopen import CORRECTED
from assurance.loop.open_loop import open_loop
from assurance.moderation.moderation_outcome import mark_stale
from assurance.moderation.moderation_selection import hearers_of, select_if_certain
from assurance.notify.tell import announce
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.forms.forms import SOFT_CHECKS, actions_given
from policy.framework.framework import Form, Framework
from policy.lifecycle.lifecycle import CORRECTION, move
from storage.casework import corrections, learning_spaces, moderations
from storage.casework.corrections import Correction
from storage.casework.learning_spaces import LearningSpace
from storage.council import history
from storage.engine.session import Session
from storage.outbox import notices


@dataclass(frozen=True, slots=True)
class Corrected:
    """What came of sending a form in again."""

    item: LearningSpace
    changed: bool
    """Whether any answer differs from the form before."""
    loop_reference: str = ""
    """Set when the corrected grade opened closing the loop."""


def correct(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    form: Form,
    item: LearningSpace,
    row: Correction,
    answers: dict[str, Any],
    owners: Mapping[str, str],
    *,
    moderation_flag: str,
    actor: Actor,
    now: datetime,
) -> Corrected:
    """Keep the corrected answers, checked already, and do what a grade that has changed asks for (A32).

    A grade that opens closing the loop opens it today. A loop the corrected grade would not have opened stays until
    the second look agrees and the QA lead stands it down. A moderation that was begun is stale. Actions already set
    stay as they are; new ones are set.
    """
    corrections.close(session, row, move(CORRECTION, row.state, "correct"), at=now)
    learning_spaces.delete_drafts(session, item.reference)
    changed = _given(answers) != _given(row.answers)
    moderation = loop_reference = ""
    agreed = 0
    if changed:
        grade = framework.grade(answers[form.grade_field])
        changes: dict[str, Any] = {
            "grade": grade.key,
            "impact": answers.get(form.impact_field) or "",
            "moderation_flag": moderation_flag,
        }
        learning_spaces.update(session, item.reference, **changes)
        item = replace(item, **changes)
        corrections.replace_answers(session, item.reference, answers, at=now)
        agreed = _new_actions(session, framework, establishment, form, item, row, answers, owners, now=now)
        if grade.triggers_loop:
            loop_reference = open_loop(session, framework, item, actor=actor, now=now).reference
        stale = mark_stale(session, item.reference, actor=actor, now=now) or select_if_certain(
            session, framework, item, actor=actor, now=now
        )
        moderation = stale.reference if stale else ""
        if grade.recognised:
            notices.add(session, announce(framework, establishment, RECOGNISED, item, now=now), at=now)
        if item.released_at is not None:
            tell_released(session, framework, item, now=now, step=f"{RELEASED}/{row.version + 1}")
    detail = {
        "version": row.version + 1,
        "changed": changed,
        "actions": agreed,
        **({"moderation": moderation} if moderation else {}),
    }
    history.append(session, at=now, actor=actor, verb="form_corrected", subject=item.reference, detail=detail)
    _tell(session, framework, establishment, item, row, moderation, now=now)
    return Corrected(item, changed, loop_reference)


def _new_actions(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    form: Form,
    item: LearningSpace,
    row: Correction,
    answers: Mapping[str, Any],
    owners: Mapping[str, str],
    *,
    now: datetime,
) -> int:
    """Set what was added. An action of the form before is on the tracker already and changed there, not here."""
    known = {(one.what, one.kind, one.due_on) for one in actions_given(form, row.answers)}
    added = [one for one in actions_given(form, answers) if (one.what, one.kind, one.due_on) not in known]
    set_now = assign_actions(
        session,
        framework,
        establishment,
        SetFrom(item.reference, item.person, ladder_for(framework, item)),
        of_a_form(added, owners),
        now=now,
    )
    return len(set_now)


def _tell(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    item: LearningSpace,
    row: Correction,
    moderation: str,
    *,
    now: datetime,
) -> None:
    """The QA lead, and the moderator whose look was about the earlier form."""
    extra = {"moderation": moderation} if moderation else {}
    step = f"v{row.version}"
    told = announce(framework, establishment, CORRECTED, item, now=now, extra=extra, step=step)
    found = moderations.of_subject(session, item.reference) if moderation else None
    known = {one.recipient for one in told}
    if found is not None and told:
        moderator = hearers_of(session, framework, ("moderator",), found, item, now=now)
        told += [
            replace(told[0], recipient=one.person, recipient_role="+".join(one.roles), state="pending", reason="")
            for one in moderator
            if one.person not in known
        ]
    notices.add(session, told, at=now)


def _given(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if key != SOFT_CHECKS}
