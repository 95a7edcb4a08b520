"""A service in a process of its own that dies by SIGKILL at a named point.

It sweeps, takes over what a dead one held, claims, marks, sends and finishes once, as the service does.
Sending appends a line to the file OUTBOX, which stands for a screen.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from assurance.common.courier import CourierResult
from assurance.delivery.claim_notices import Claimer, claim_notices
from assurance.delivery.finish_delivery import finish_delivery
from assurance.sweep.sweep import sweep
from policy.check.loader import load_framework
from storage.engine.database import Database, Session
from storage.outbox import leases

FRAMEWORK = load_framework()
"""Read by the process that all of them are forked from, which loads this module once."""

POINTS = (
    "before the sweep's commit",
    "after the sweep's commit",
    "before the claim's commit",
    "after the claim's commit",
    "after it was marked as being posted",
    "after the channel took it",
    "after the answer was written down",
    "never",
)


def in_a_process_of_its_own(run: Callable[..., None], *facts: object) -> int:
    """Run a function of a module at top level; its exit status, negative the signal that ended it.

    The process is forked from one that has this module loaded and nothing else: it shares neither thread nor
    connection with whoever asks, and does not load a thousand modules before it can die.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, run.__module__])
    process = context.Process(target=run, args=facts)
    process.start()
    process.join(60)
    assert process.exitcode is not None, "it hangs"
    return process.exitcode


def one_round(address: str, now: datetime, point: str, outbox: Path) -> None:
    """One round of the service at an instant; it does not come back from `point`."""
    with Database.open(address, service=True) as database:
        _run(database, _dying(sweep, point == "before the sweep's commit"), FRAMEWORK, now=now)
        _die_at("after the sweep's commit", point)
        owner = f"service:{os.getpid()}"
        if database.alone:
            _run(database, leases.end_those_of_the_dead, owner, at=now)
        claim = _dying(claim_notices, point == "before the claim's commit")
        for delivery in _run(database, claim, FRAMEWORK, Claimer(owner), now=now):
            _die_at("after the claim's commit", point)
            assert _run(database, leases.begin, list(delivery.claims))
            _die_at("after it was marked as being posted", point)
            with outbox.open("a", encoding="utf-8") as screen:
                line = {"key": delivery.notice.key, "repeat": delivery.notice.repeat}
                screen.write(json.dumps(line) + "\n")
                screen.flush()
            _die_at("after the channel took it", point)
            result = CourierResult("sent", remote_id="activity")
            _run(database, finish_delivery, FRAMEWORK, delivery, result, now=now)
            _die_at("after the answer was written down", point)


def _run(database: Database, use_case: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return database.write_now(use_case, *args, **kwargs)


def _dying(use_case: Callable[..., Any], dies: bool) -> Callable[..., Any]:
    """The use-case, and after it, inside its transaction, the end."""

    def run(session: Session, *args: Any, **kwargs: Any) -> Any:
        outcome = use_case(session, *args, **kwargs)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome

    return run


def _die_at(here: str, point: str) -> None:
    if here == point:
        os.kill(os.getpid(), signal.SIGKILL)
