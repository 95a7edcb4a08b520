"""Claim due notices, render them, hand them to a courier, write down what came of it; for as long as we run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING

import structlog

from assurance.common.courier import Courier, CourierResult, Delivery
from assurance.delivery.claim_notices import claim_notices
from assurance.delivery.finish_delivery import finish_delivery
from bot.clock import Clock
from bot.metrics import Metrics
from dialogs.kit.message import Message
from dialogs.notices.notices import render
from storage.outbox import notices

if TYPE_CHECKING:
    from policy.framework.framework import Framework
    from storage.engine.database import Database

log = structlog.get_logger("bot.dispatcher")

SLOTS = 16
"""Deliveries under way at once; the couriers keep each conversation to one."""
POLL_SECONDS = 2.0
"""How often we look when nobody wakes us: what another process wrote is seen within this."""
DELIVERY_SECONDS = 60.0
"""No single delivery may take longer; the outcome is then unknown. Shorter than the lease."""
PULSE_SECONDS = 15.0
"""An idle dispatcher claims this often all the same, which leaves its pulse in the database."""
STUCK_SECONDS = 90.0
"""A loop that has not come round for this long is stuck, and the health check says so."""
BACK_OFF_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0)


class Dispatcher:
    """The loop between the outbox and the couriers. Losing this process loses nothing: leases run out."""

    def __init__(
        self,
        db: Database,
        framework: Framework,
        clock: Clock,
        couriers: Mapping[str, Courier[Message]],
        metrics: Metrics,
        *,
        slots: int = SLOTS,
    ) -> None:
        self._db = db
        self._framework = framework
        self._clock = clock
        self._couriers = couriers
        self._metrics = metrics
        self._slots = slots
        self.owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._in_flight: dict[asyncio.Task[None], float] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._alone = False
        self._short = False
        """The last claim found less than fits: what else is due waits for its recipient's turn."""
        self._claiming = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._came_round = 0.0
        self._claimed_at = float("-inf")
        self._failures = 0

    def wake(self) -> None:
        """Look at the outbox now. May be called from any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    def problem(self) -> str:
        """What is wrong, for the health check; empty when nothing is."""
        if not self._loop:
            return "the dispatcher has not started"
        now = self._loop.time()
        if now - self._came_round > STUCK_SECONDS:
            return f"the dispatcher has not come round for {now - self._came_round:.0f} s"
        if any(now - began > STUCK_SECONDS for began in self._in_flight.values()):
            return f"a delivery has been under way for more than {STUCK_SECONDS:.0f} s"
        if self._failures >= len(BACK_OFF_SECONDS):
            return f"the outbox could not be read {self._failures} times running"
        return ""

    async def run(self) -> None:
        """Deliver until `stop` is called."""
        self._loop = asyncio.get_running_loop()
        self._came_round = self._loop.time()
        while not self._stopping:
            self._wake.clear()
            try:
                async with self._claiming:
                    full = await self._claim_and_start()
                self._failures = 0
            except Exception as error:  # noqa: BLE001  a locked or full database must not end the loop
                full = False
                self._failures += 1
                log.warning("outbox not read", error=type(error).__name__, failures=self._failures)
            self._came_round = self._loop.time()
            if not self._stopping:
                await self._wait(full)

    async def stop(self, grace: float = 10.0) -> None:
        """Claim no more, give what is under way `grace` seconds, hand back the rest."""
        self._stopping = True
        self._wake.set()
        if self._in_flight:
            await asyncio.wait(list(self._in_flight), timeout=grace)
        for task in list(self._in_flight):
            task.cancel()
        if self._in_flight:
            await asyncio.wait(list(self._in_flight), timeout=2.0)
        try:
            await self._db.write(notices.release, self.owner)
        except Exception as error:  # noqa: BLE001  the leases run out by themselves
            log.warning("leases not released", error=type(error).__name__)

    async def drain(self) -> int:
        """Deliver everything due by now and return how many attempts that took; for one-shot commands."""
        attempts = 0
        self._loop = asyncio.get_running_loop()
        while True:
            claimed = await self._claim(self._slots)
            if not claimed:
                return attempts
            attempts += len(claimed)
            await asyncio.gather(*(self._deliver(delivery) for delivery in claimed))

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """While this is held the loop claims nothing, and what it had under way has ended: only `drain` delivers."""
        self._alone = True
        try:
            async with self._claiming:  # a claim that had begun brings deliveries with it
                pass
            while self._in_flight:
                await asyncio.wait(list(self._in_flight))
            yield
        finally:
            self._alone = False
            self.wake()

    async def _claim_and_start(self) -> bool:
        """Start what is due and fits; True when there may be more of it."""
        if self._alone:
            return False
        free = self._slots - len(self._in_flight)
        if free <= 0:
            return True
        if not await self._something_due():
            return False
        claimed = await self._claim(free)
        assert self._loop
        for delivery in claimed:
            task = asyncio.create_task(self._deliver(delivery))
            self._in_flight[task] = self._loop.time()
            task.add_done_callback(self._landed)
        self._metrics.in_flight.set(len(self._in_flight))
        self._short = 0 < len(claimed) < free
        return len(claimed) == free

    async def _something_due(self) -> bool:
        """A cheap look, so that an idle bot writes nothing but its pulse."""
        assert self._loop
        if self._loop.time() - self._claimed_at >= PULSE_SECONDS:
            return True
        due_at = await self._db.read(notices.next_try_at)
        return due_at is not None and due_at <= self._clock.now()

    async def _claim(self, limit: int) -> list[Delivery]:
        now = self._clock.now()
        if self._loop:
            self._claimed_at = self._loop.time()
        return await self._db.write(
            claim_notices, self._framework, owner=self.owner, now=now, limit=limit, couriers=tuple(self._couriers)
        )

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._in_flight.pop(task, None)
        self._metrics.in_flight.set(len(self._in_flight))
        # Somebody with a long queue gets their next one as soon as one of theirs has gone.
        if self._short or len(self._in_flight) == self._slots - 1:
            self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("delivery not written down", error=type(error).__name__)

    async def _wait(self, full: bool) -> None:
        """Until woken, or until it is time to look again."""
        pause = POLL_SECONDS
        if self._failures:
            pause = BACK_OFF_SECONDS[min(self._failures, len(BACK_OFF_SECONDS)) - 1]
        elif full and len(self._in_flight) < self._slots:
            return
        try:
            await asyncio.wait_for(self._wake.wait(), pause)
        except TimeoutError:
            return

    async def _deliver(self, delivery: Delivery) -> None:
        notice = delivery.notice
        with self._metrics.delivery_seconds.labels(notice.channel).time():
            result = await self._attempt(delivery)
        self._metrics.deliveries.labels(notice.channel, result.outcome).inc()
        # A notice that is put off again and again is worth one line, not one a minute.
        say = log.debug if result.outcome == "later" and notice.attempts > 1 else log.info
        say(
            "delivery",
            notice=notice.id,
            event_key=notice.event,
            step=notice.step,
            subject=notice.subject,
            recipient=notice.recipient,
            channel=notice.channel,
            outcome=result.outcome,
            reason=result.reason,
            repeat=notice.repeat,
        )
        await asyncio.shield(self._db.write(finish_delivery, self._framework, delivery, result, now=self._clock.now()))

    async def _attempt(self, delivery: Delivery) -> CourierResult:
        courier = self._couriers.get(delivery.notice.channel)
        if courier is None:
            return CourierResult("never", reason=f"no courier for {delivery.notice.channel}")
        try:
            message = render(delivery, self._framework)
        except Exception:
            log.exception("notice could not be put into words", notice=delivery.notice.id)
            return CourierResult("never", reason="could not be put into words")
        try:
            async with asyncio.timeout(DELIVERY_SECONDS):
                return await courier.deliver(delivery, message)
        except (TimeoutError, asyncio.CancelledError):
            return CourierResult("unknown", reason="no answer in time")
        except Exception:
            log.exception("courier failed", notice=delivery.notice.id)
            return CourierResult("unknown", reason="courier failed")
