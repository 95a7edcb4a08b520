"""Mending what is safe to mend: what should be there is put there again, by the same rules that put it there at first.

What should not be there, and what nobody can put back, is left as it is and stays on the list (docs/adr/0014). Each
hand looks once more inside its own transaction, so two at once, or one that comes too late, change nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from assurance.self_check import mend_action, mend_item, mend_loop, mend_month
from assurance.self_check.verify_item import Finding
from policy.allocation.months import MONTH
from policy.council.actor import Actor
from policy.framework.framework import Framework
from policy.lifecycle.reference import ACTION, LEARNING_SPACE, LOOP, MODERATION
from storage.council import history
from storage.engine.session import Session

VERIFY = Actor.system("verify")
Hand = Callable[[Session, Framework, Finding, datetime], str]
"""Mends one finding; what it did in a word for the history, or empty when there was nothing to do."""

_HANDS: dict[tuple[str, str], Hand] = {
    ("missing_notice", LEARNING_SPACE): mend_item.missing_notice,
    ("wrong_next_step", LEARNING_SPACE): mend_item.next_step,
    ("missing_loop", LEARNING_SPACE): mend_loop.missing_loop,
    ("missing_moderation", LEARNING_SPACE): mend_loop.missing_moderation,
    ("missing_chase", LEARNING_SPACE): mend_item.missing_chase,
    ("missing_notice", ACTION): mend_action.missing_notice,
    ("wrong_next_step", ACTION): mend_action.next_step,
    ("missing_notice", LOOP): mend_loop.missing_notice,
    ("wrong_next_step", LOOP): mend_loop.next_step,
    ("missing_reaudit", LOOP): mend_loop.missing_reaudit,
    ("missing_notice", MODERATION): mend_loop.missing_moderation_notice,
    ("wrong_next_step", MODERATION): mend_loop.moderation_next_step,
    ("missing_month", MONTH): mend_month.missing_month,
    ("missing_notice", MONTH): mend_month.missing_notice,
    ("wrong_next_step", MONTH): mend_month.next_step,
}


def can_mend(finding: Finding) -> bool:
    """Whether this kind of thing may be mended at all."""
    return _hand(finding) is not None


def mend(session: Session, framework: Framework, finding: Finding, *, now: datetime) -> bool:
    """Put right what one finding says, and note it. False when it may not be mended, or there was nothing to do."""
    hand = _hand(finding)
    done = hand(session, framework, finding, now) if hand else ""
    if done:
        detail = {"kind": finding.kind, "about": finding.key, "did": done}
        history.append(session, at=now, actor=VERIFY, verb="mended", subject=finding.subject, detail=detail)
    return bool(done)


def _hand(finding: Finding) -> Hand | None:
    if finding.kind == "missing_moderation" and finding.about == mend_loop.DRAWN:
        return mend_loop.missing_draw
    return _HANDS.get((finding.kind, finding.subject.partition("-")[0]))
