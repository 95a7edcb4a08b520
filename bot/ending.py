"""The end of the process, within a bounded time whatever in it hangs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import structlog

log = structlog.get_logger("bot.ending")


NO_THREAD = "can't start new thread"


@contextlib.contextmanager
def closed_after(runner: asyncio.Runner) -> Iterator[asyncio.Runner]:
    """A runner, closed at the end. Closing it starts a thread, and does without where there is none to be had."""
    try:
        yield runner
    finally:
        try:
            runner.close()
        except RuntimeError as error:
            if str(error) != NO_THREAD:
                raise
            log.warning("ended without a thread to wait for the others")


def end_by(seconds: float, *, code: int = 0) -> None:
    """End the process after so long even if something in it hangs. What is half done is what a crash would leave.

    A thread of its own ends it also when the main one is held up. Where the machine has no thread to give, the alarm
    clock of the process does, as soon as the main thread comes round; so only the main thread may call this.
    """

    def end(*_: Any) -> None:
        log.warning("ended before everything was put away", seconds=seconds)
        os._exit(code)

    ending = threading.Timer(seconds, end)
    ending.daemon = True
    try:
        ending.start()
    except RuntimeError:  # NO_THREAD: a limit on processes or on memory
        signal.signal(signal.SIGALRM, end)
        signal.setitimer(signal.ITIMER_REAL, seconds)
