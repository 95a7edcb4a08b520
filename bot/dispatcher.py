"""Claim due notices and see each delivered, for as long as we run; whose turn it is, and that our leases are alive."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING

import structlog

from assurance.common.courier import Courier, Delivery
from assurance.delivery.claim_notices import LEASE, Claimer, claim_notices
from assurance.delivery.try_again import RETRY_EVERY, try_again
from bot.clock import Clock
from bot.delivering import Delivering
from bot.metrics import Metrics
from bot.out_of_memory import end_if_out_of_memory
from dialogs.kit.message import Message
from storage.outbox import leases, notices

if TYPE_CHECKING:
    from policy.framework.framework import Framework
    from storage.engine.database import Database

log = structlog.get_logger("bot.dispatcher")

SLOTS = 16
"""Deliveries under way at once; the couriers keep each conversation to one."""
SLOW_SLOTS = 16
"""More of them for people who do not answer, so that those keep nobody else waiting."""
SLOW_SECONDS = 3.0
"""A delivery that takes longer is one of those."""
SLOW_FOR_SECONDS = 600.0
"""How long somebody whose answer was lost after that is taken for one who does not answer."""
SLOW_PEOPLE = 1_000
"""As many of them as we remember."""
BEAT_SECONDS = 5.0
"""How often the leases of what is under way are renewed; several times in a lease."""
POLL_SECONDS = 2.0
"""How often we look when nobody wakes us: what another process wrote is seen within this."""
PULSE_SECONDS = 15.0
"""An idle dispatcher claims this often all the same, which leaves its pulse in the database."""
RELEASE_SECONDS = 1.0
"""How long a service that is told to stop waits to hand back its leases; they run out by themselves."""
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
        self._couriers = tuple(couriers)
        self._delivering = Delivering(db, framework, clock, couriers, metrics)
        self._metrics = metrics
        self._slots = slots
        prefix = "service:" if db.service else leases.COMMAND
        self.owner = f"{prefix}{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._in_flight: dict[asyncio.Task[None], float] = {}
        self._in_hand: dict[int, tuple[Delivery, float]] = {}
        """Deliveries in hand, by their first notice, and since when."""
        self._slow_until: dict[str, float] = {}
        """People who have lately not answered, and until when we take that for granted."""
        self._alone_here = False
        """What services before this one left behind has been taken over."""
        self._tried_again_at = 0.0
        self._first_hour = True
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
            kept = self._delivering.problem()
            return kept or f"a delivery has been under way for more than {STUCK_SECONDS:.0f} s"
        if self._failures >= len(BACK_OFF_SECONDS):
            return f"the outbox could not be read {self._failures} times running"
        return self._delivering.problem()

    async def run(self) -> None:
        """Deliver until `stop` is called."""
        self._loop = asyncio.get_running_loop()
        self._came_round = self._tried_again_at = self._loop.time()
        beating = asyncio.create_task(self._keep_leases(), name="leases")
        try:
            await self._until_stopped(self._loop)
        finally:
            beating.cancel()

    async def _until_stopped(self, loop: asyncio.AbstractEventLoop) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                await self._take_over()
                await self._try_again(loop.time())
                async with self._claiming:
                    full = await self._claim_and_start()
                self._failures = 0
            except Exception as error:  # noqa: BLE001  a locked or full database must not end the loop
                end_if_out_of_memory(error)
                full = False
                self._failures += 1
                log.warning("outbox not read", error=type(error).__name__, failures=self._failures)
            self._came_round = loop.time()
            if not self._stopping:
                await self._wait(full)

    async def stop(self, grace: float = 10.0) -> None:
        """Claim no more and begin no more, give what is being posted `grace` seconds, hand back the rest."""
        self._stopping = True
        self._delivering.begin_no_more()
        self._wake.set()
        if self._in_flight:
            await asyncio.wait(list(self._in_flight), timeout=grace)
        for task in list(self._in_flight):
            task.cancel()
        if self._in_flight:
            await asyncio.wait(list(self._in_flight), timeout=0.5)
        try:
            await asyncio.wait_for(self._db.write(notices.release, self.owner), RELEASE_SECONDS)
        except Exception as error:  # noqa: BLE001  the leases run out by themselves
            log.warning("leases not released", error=type(error).__name__)

    async def drain(self) -> int:
        """Deliver everything due by now and return how many attempts that took; for one-shot commands.

        What is put off for a second comes due again while the rest goes out: it is not waited for.
        """
        attempts, tried = 0, set[int]()
        self._loop = asyncio.get_running_loop()
        beating = asyncio.create_task(self._keep_leases(), name="leases")
        try:
            while claimed := await self._claim(self._slots):
                attempts += len(claimed)
                await asyncio.gather(*(self._deliver(delivery) for delivery in claimed))
                fresh = {delivery.notice.id for delivery in claimed} - tried
                if not fresh:
                    break
                tried |= fresh
        finally:
            beating.cancel()
        return attempts

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

    async def _take_over(self) -> None:
        """Once, where the database says that nobody else can be serving it: what the dead held is free."""
        if self._alone_here or not self._db.alone:
            return
        ended = await self._db.write(leases.end_those_of_the_dead, self.owner, at=self._clock.now())
        self._alone_here = True
        if ended:
            log.info("leases of a service that died taken over", notices=ended)

    async def _try_again(self, now: float) -> None:
        """Every hour this process has run: what crashes parked is tried once more, and once what found no words."""
        if now - self._tried_again_at < RETRY_EVERY.total_seconds():
            return
        found = await self._db.write(try_again, now=self._clock.now(), new_life=self._first_hour)
        self._tried_again_at, self._first_hour = now, False
        if found:
            log.info("parked notices tried again", notices=found)

    async def _keep_leases(self) -> None:
        """Renew the leases of what is in hand, so that they are short and yet never run out while we live."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if not self._in_hand:
                continue
            try:
                until = self._clock.now() + LEASE
                await self._db.write(leases.renew, self.owner, self._holding(), until=until)
            except Exception as error:  # noqa: BLE001  a database that takes no mark of ours takes no one else's claim
                end_if_out_of_memory(error)
                log.warning("leases not renewed", error=type(error).__name__)

    async def _claim_and_start(self) -> bool:
        """Start what is due and fits; True when there may be more of it."""
        if self._alone:
            return False
        assert self._loop
        hanging, free, free_for_slow = self._room(self._loop.time())
        if free + free_for_slow <= 0:
            return True
        if not await self._something_due():
            return False
        known = frozenset(self._slow_until)
        claimed = await self._claim(free, passing_over=hanging | known) if free > 0 else []
        if known - hanging and free_for_slow > 0:
            claimed += await self._claim(free_for_slow, passing_over=hanging, only=known)
        for delivery in claimed:
            task = asyncio.create_task(self._deliver(delivery))
            self._in_flight[task] = self._loop.time()
            task.add_done_callback(self._landed)
        self._metrics.in_flight.set(len(self._in_flight))
        self._short = 0 < len(claimed) < free
        return len(claimed) >= free > 0

    def _room(self, now: float) -> tuple[frozenset[str], int, int]:
        """Who does not answer at this moment, how many more fit, and how many for people who lately have not."""
        for person in [person for person, until in self._slow_until.items() if until <= now]:
            del self._slow_until[person]
        in_hand = [(delivery.person.id, began) for delivery, began in self._in_hand.values()]
        hanging = frozenset(person for person, began in in_hand if now - began > SLOW_SECONDS)
        slow = sum(person in hanging or person in self._slow_until for person, _ in in_hand)
        beside = min(slow, SLOW_SLOTS)
        return hanging, self._slots - (len(self._in_flight) - beside), SLOW_SLOTS - beside

    async def _something_due(self) -> bool:
        """A cheap look, so that an idle bot writes nothing but its pulse."""
        assert self._loop
        if self._loop.time() - self._claimed_at >= PULSE_SECONDS:
            return True
        due_at = await self._db.read(notices.next_try_at)
        return due_at is not None and due_at <= self._clock.now()

    async def _claim(
        self, limit: int, *, passing_over: frozenset[str] = frozenset(), only: frozenset[str] | None = None
    ) -> list[Delivery]:
        if self._loop:
            self._claimed_at = self._loop.time()
        claimer = Claimer(self.owner, self._couriers, self._holding(), passing_over, only)
        claimed = await self._db.write(claim_notices, self._framework, claimer, now=self._clock.now(), limit=limit)
        began = asyncio.get_running_loop().time()
        self._in_hand.update((one.notice.id, (one, began)) for one in claimed)
        return claimed

    def _holding(self) -> frozenset[int]:
        """The notices in hand."""
        return frozenset(notice.id for delivery, _ in self._in_hand.values() for notice in delivery.notices)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._in_flight.pop(task, None)
        self._metrics.in_flight.set(len(self._in_flight))
        # Somebody with a long queue gets their next one as soon as one of theirs has gone.
        if self._short or len(self._in_flight) >= self._slots - 1:
            self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            end_if_out_of_memory(error)
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
        clock = asyncio.get_running_loop().time
        try:
            result = await self._delivering.deliver(delivery)
        finally:
            _, began = self._in_hand.pop(notice.id)
        if result is None:
            return
        if result.outcome == "sent":
            self._slow_until.pop(notice.recipient, None)
        elif result.outcome == "unknown" and clock() - began > SLOW_SECONDS and len(self._slow_until) < SLOW_PEOPLE:
            self._slow_until[notice.recipient] = clock() + SLOW_FOR_SECONDS
