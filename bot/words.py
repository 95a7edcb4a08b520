"""A delivery put into words, in a process of its own where ours could not: only what fails there too has no words."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import structlog

from assurance.common.courier import NO_WORDS, CourierResult, Delivery
from dialogs.kit.message import Message
from dialogs.notices.notices import NoWords, render

if TYPE_CHECKING:
    from policy.framework.framework import Framework

Fresh = Callable[[Delivery, "Framework"], Awaitable[Message]]
"""Renders in a process of its own and raises what that raised."""

FRESH_SECONDS = 30.0

log = structlog.get_logger("bot.words")


async def words_for(delivery: Delivery, framework: Framework, fresh: Fresh | None = None) -> Message | CourierResult:
    """Its message; or, where the same thing went wrong in two fresh processes one after the other, `never`.

    MemoryError when this process has none left: it must end, and another one tries. One that has failed before is not
    tried in this process again, so that it ends no service twice.
    """
    notice = delivery.notice
    if not notice.reason.startswith(NO_WORDS):
        try:
            return render(delivery, framework)
        except MemoryError:
            raise
        except NoWords:
            return CourierResult("never", reason=f"{NO_WORDS} (this edition has none for {delivery.event})")
        except Exception:
            log.exception("notice could not be put into words", notice=notice.id)
    return await _in_fresh_processes(delivery, framework, fresh or render_afresh)


async def render_afresh(delivery: Delivery, framework: Framework) -> Message:
    """Render in a new process with nothing of ours in it."""
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    try:
        async with asyncio.timeout(FRESH_SECONDS):
            return await asyncio.get_running_loop().run_in_executor(pool, render, delivery, framework)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


async def _in_fresh_processes(delivery: Delivery, framework: Framework, fresh: Fresh) -> Message | CourierResult:
    failures = []
    for _ in range(2):
        try:
            return await fresh(delivery, framework)
        except OSError as error:  # there was no process to be had, which says nothing about the words
            return CourierResult("later", reason=f"{NO_WORDS} ({type(error).__name__})")
        except Exception as error:  # noqa: BLE001  whatever it is, the question is whether it comes again
            failures.append(error)
    first, second = failures
    alike = type(first) is type(second) and str(first) == str(second)
    log.error("no words in a fresh process", notice=delivery.notice.id, error=type(second).__name__, alike=alike)
    return CourierResult("never" if alike else "later", reason=f"{NO_WORDS} ({type(second).__name__})")
