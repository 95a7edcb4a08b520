"""One delivery from its claim to its outcome on disk: its words, the mark that it is posted now, the courier."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog

from assurance.common.courier import NO_WORDS, Courier, CourierResult, Delivery, LeaseLost
from assurance.delivery.finish_delivery import finish_delivery
from bot.clock import Clock
from bot.helping import named
from bot.metrics import Metrics
from bot.out_of_memory import end_if_out_of_memory, end_process
from bot.words import words_for
from dialogs.kit.message import Message
from storage.engine.errors import Closed, StorageError
from storage.outbox import leases

if TYPE_CHECKING:
    from policy.framework.framework import Framework
    from storage.engine.database import Database

DELIVERY_SECONDS = 60.0
"""No single delivery may take longer; the outcome is then unknown."""
WRITE_AGAIN_SECONDS = (0.5, 1.0, 2.0, 5.0)
"""Between two tries to write down an outcome the database would not take; the last one for as long as it lasts."""
LAST_WORD_SECONDS = 5.0
"""How long a process that has no memory left tries to write down whose rendering took it."""

log = structlog.get_logger("bot.dispatcher")


class Ending(Exception):
    """The service ends: what has not begun to be posted is handed back and goes with the next one."""


class Beginnings:
    """Marks what is posted now, before it is. Whoever asks while a write is under way shares the next one."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: dict[tuple[tuple[int, int], ...], asyncio.Future[bool]] = {}
        self._writing: asyncio.Task[None] | None = None
        self.over = False

    async def begin(self, delivery: Delivery) -> None:
        """Returns when it is on disk that this is being posted. LeaseLost when it is somebody else's by now.

        Ending when nothing is to begin any more.
        """
        if self.over:
            raise Ending
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[delivery.claims] = waiting
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        if not await waiting:
            raise LeaseLost

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, {}
            try:
                mine = await self._db.write(leases.begin, tuple(claim for claims in batch for claim in claims))
            except Exception as error:  # noqa: BLE001  it is each waiting delivery's to know
                for one in batch.values():
                    if not one.done():
                        one.set_exception(error)
                continue
            for claims, one in batch.items():
                if not one.done():
                    one.set_result(all(notice in mine for notice, _ in claims))


class Delivering:
    """Takes claimed deliveries to their couriers. What a courier answered is kept until it is written down."""

    def __init__(
        self,
        db: Database,
        framework: Framework,
        clock: Clock,
        couriers: Mapping[str, Courier[Message]],
        metrics: Metrics,
    ) -> None:
        self._db = db
        self._framework = framework
        self._clock = clock
        self._couriers = couriers
        self._metrics = metrics
        self._beginnings = Beginnings(db)
        self._kept: dict[int, str] = {}
        """Notices whose outcome is known and not on disk yet, and why it is not."""

    def begin_no_more(self) -> None:
        """The service ends: only what is being posted already is finished."""
        self._beginnings.over = True

    def problem(self) -> str:
        """What is wrong, for the health check; empty when nothing is."""
        if not self._kept:
            return ""
        why = ", ".join(sorted(set(self._kept.values())))
        return f"what came of {len(self._kept)} deliveries cannot be written down ({why}); it is kept and tried again"

    async def deliver(self, delivery: Delivery) -> CourierResult | None:
        """Deliver and write down what came of it; None where that is somebody else's or nothing has begun."""
        notice = delivery.notice
        with self._metrics.delivery_seconds.labels(notice.channel).time():
            result = await self._attempt(delivery)
        if result is None:
            return None
        self._metrics.deliveries.labels(notice.channel, result.outcome).inc()
        # A notice that is put off again and again is worth one line, not one a minute.
        say = log.debug if result.outcome == "later" and notice.attempts > 1 else log.info
        say(
            "delivery",
            notice=notice.id,
            event_key=delivery.event,
            step=notice.step,
            subject=delivery.subject,
            together=len(delivery.notices),
            recipient=notice.recipient,
            channel=notice.channel,
            outcome=result.outcome,
            reason=result.reason,
            repeat=notice.repeat,
        )
        await self._write_down(delivery, result)
        return result

    async def _attempt(self, delivery: Delivery) -> CourierResult | None:
        courier = self._couriers.get(delivery.notice.channel)
        if courier is None:
            return CourierResult("never", reason=f"no courier for {delivery.notice.channel}")
        try:
            message = await words_for(delivery, self._framework)
        except MemoryError:
            await self._end_without_words(delivery)
            raise
        if isinstance(message, CourierResult):
            return message
        message = await named(self._db, self._framework, message, delivery.notice.recipient, self._clock.now())
        return await self._post(courier, delivery, message)

    async def _post(self, courier: Courier[Message], delivery: Delivery, message: Message) -> CourierResult | None:
        begun = False

        async def begin() -> None:
            nonlocal begun
            if not begun:
                await self._beginnings.begin(delivery)
                begun = True

        try:
            async with asyncio.timeout(DELIVERY_SECONDS):
                return await courier.deliver(delivery, message, begin)
        except LeaseLost:
            log.warning("taken over before it was posted", notice=delivery.notice.id)
            return None
        except Ending:
            return None
        except asyncio.CancelledError:
            return _lost("no answer in time") if begun else None
        except TimeoutError:
            return _lost("no answer in time") if begun else CourierResult("later", reason="not begun in time")
        except StorageError as error:
            if begun:
                return _lost(type(error).__name__)
            log.warning("not posted: the database would not take the mark", error=type(error).__name__)
            return CourierResult("later", reason="the database was busy")
        except Exception as error:
            end_if_out_of_memory(error)
            log.exception("courier failed", notice=delivery.notice.id)
            return _lost("courier failed") if begun else CourierResult("later", reason="courier failed")

    async def _write_down(self, delivery: Delivery, result: CourierResult) -> None:
        """Until it is on disk: the answer is known, and asking again would say the message twice."""
        tries = 0
        try:
            while True:
                write = self._db.write(finish_delivery, self._framework, delivery, result, now=self._clock.now())
                try:
                    await asyncio.shield(write)
                    return
                except Closed:
                    raise
                except StorageError as error:
                    if delivery.notice.id not in self._kept:
                        log.warning("outcome kept", notice=delivery.notice.id, error=type(error).__name__)
                    self._kept[delivery.notice.id] = type(error).__name__
                await asyncio.sleep(WRITE_AGAIN_SECONDS[min(tries, len(WRITE_AGAIN_SECONDS) - 1)])
                tries += 1
        finally:
            self._kept.pop(delivery.notice.id, None)

    async def _end_without_words(self, delivery: Delivery) -> None:
        """Rendering this took the last memory: note it, so that the next process is careful with it, and end."""
        result = CourierResult("later", reason=f"{NO_WORDS} (MemoryError)")
        try:
            async with asyncio.timeout(LAST_WORD_SECONDS):
                await self._db.write(finish_delivery, self._framework, delivery, result, now=self._clock.now())
        finally:
            end_process()


def _lost(reason: str) -> CourierResult:
    """The message may have left."""
    return CourierResult("unknown", reason=reason)
