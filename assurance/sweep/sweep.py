"""The sweep: every open item whose ladder has a step due is judged once, and the right people get a notice.

Running it twice, or twice at once, is harmless: the steps already judged are on the item and every notice has a key of
its own. It costs what is due now, whatever else is open.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from assurance.escalation.judging import Judging
from assurance.escalation.keep_clock import keep_clock
from assurance.escalation.plausible import hold_reason, record_judged, tell_held
from assurance.escalation.preview import morning_preview
from assurance.sweep.passes import PASSES, Pass
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.council import heartbeats
from storage.engine.session import Session
from storage.reads import sweeping

log = logging.getLogger(__name__)

SWEEP = Actor.system("sweep")
PULSE = "sweep"
"""The heartbeat of the sweep, whether it judged anything or was held."""
BATCH = 500
MOST_BATCHES = 20
"""Items judged in one transaction at most: 10,000. What is left is judged at the next poke."""


@dataclass(frozen=True, slots=True)
class SweepOutcome:
    """What one pass did."""

    judged: int
    """Items with a step due that were judged."""
    notices: int
    """Notices written, those only recorded included."""
    held: str
    """Why nothing was judged, in a plain sentence; empty when nothing was held."""
    next_at: datetime | None
    """When the next step of any open item falls due. In the past when there was more than one pass could do."""
    failed: tuple[str, ...] = ()
    """References of items that could not be judged; they are tried again in an hour."""


def sweep(
    session: Session,
    framework: Framework,
    *,
    now: datetime,
    actor: Actor = SWEEP,
    share_limit: float = 0.5,
    confirm: bool = False,
) -> SweepOutcome:
    """Judge every open item with a step due at `now`, longest due first; none while the clock stands for a pause.

    Of the steps an item has reached the highest speaks and the others are recorded. The service's own pass is held
    when it would escalate more than `share_limit` of everything at once after a long silence of the clock
    (`assurance/escalation/plausible.py`); `confirm`, or any other actor than the sweep itself, is a person saying
    go on.
    """
    by_itself = actor == SWEEP
    stands = keep_clock(session, framework, actor=actor, now=now)
    ask = by_itself and not (confirm or stands)
    held = hold_reason(session, framework, now=now, share_limit=share_limit) if ask else ""
    if held:
        told = tell_held(session, framework, held, now=now)
        heartbeats.beat(session, PULSE, now, {"held": held})
        return SweepOutcome(0, told, held, learning_spaces.next_due_at(session))
    judging = Judging(session, framework, actor=actor, now=now)
    announced = 0 if stands else _passed(session, framework, now, (("morning preview", morning_preview),))
    for _ in range(0 if stands else MOST_BATCHES):
        items = sweeping.due(session, now, BATCH)
        if not items:
            break
        judging.take(items)
    written = announced + judging.written + _passed(session, framework, now, PASSES)
    if by_itself or confirm:
        record_judged(session, now=now)
    if by_itself:
        heartbeats.beat(session, PULSE, now, {"judged": judging.judged, "notices": written})
    return SweepOutcome(judging.judged, written, "", learning_spaces.next_due_at(session), tuple(judging.failed))


def _passed(session: Session, framework: Framework, now: datetime, passes: Sequence[tuple[str, Pass]]) -> int:
    """All of them, and what one of them began before it failed is undone without the others'.

    Nearly always none fails, so they share a savepoint; when one does, each is run again in a savepoint of its own.
    """
    try:
        with session.savepoint():
            return sum(look(session, framework, now) for _, look in passes)
    except Exception:  # noqa: BLE001  said below, by the name of the one that fails
        written = 0
    for name, look in passes:
        try:
            with session.savepoint():
                written += look(session, framework, now)
        except Exception:
            log.exception("a pass of the sweep failed: %s", name)
    return written
