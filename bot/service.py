"""The running service: the database, the Teams edge, the sweep's timer, the dispatcher and the web server, wired."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from assurance.records.note_framework import note_framework
from assurance.self_check.health import figures, troubles
from assurance.sweep.sweep import SweepOutcome, sweep
from bot.conversation import Conversation
from bot.credential import credential_ends
from bot.dispatcher import Dispatcher
from bot.edge import Addresses, Edge
from bot.login import login
from bot.mail.postman import Postman, open_postman
from bot.metrics import Metrics
from bot.out_of_memory import end_if_out_of_memory, ends_when_out_of_memory, watch_memory
from bot.teams.card_keeper import CardKeeper
from bot.upkeep import Upkeep
from bot.web import add_pages, plain_headers
from scheduler.timer import LONGEST_ROUND, Timer
from scheduler.watchdog import Watchdog
from storage.council import establishment

if TYPE_CHECKING:
    from assurance.common.courier import Courier
    from bot.clock import Clock
    from bot.mail.outgoing import MailOut
    from bot.settings import Settings
    from dialogs.kit.message import Message
    from policy.framework.framework import Framework
    from storage.engine.database import Database, Session

log = structlog.get_logger("bot.service")

DATABASE_SECONDS = 5.0
"""A database that does not answer the health check within this is failing."""
GRACE_SECONDS = 10.0
"""What deliveries under way are given when the service is told to stop."""


class PortTaken(Exception):
    """Something else already listens on the service's port; the message names it."""


class Service:
    """One process of the bot. `start` returns when it is ready; `stop` when everything is put away."""

    def __init__(
        self,
        settings: Settings,
        framework: Framework,
        clock: Clock,
        db: Database,
        *,
        addresses: Addresses | None = None,
        dispatching: bool = True,
    ) -> None:
        """`dispatching` False leaves the outbox alone until `start_dispatching` is called."""
        self.ready = False
        self.port = settings.port
        self.metrics = Metrics()
        self._show_credential(settings)
        self._settings = settings
        self._framework = framework
        self._clock = clock
        self._db = db
        self._dispatching = dispatching
        self._held = ""
        self._addresses = addresses
        self._runner: web.AppRunner | None = None
        self._delivering: asyncio.Task[None] | None = None
        self._edge: Edge
        self.mail: MailOut | None = None
        self.postman: Postman | None = None
        self.dispatcher: Dispatcher
        self.cards: CardKeeper
        self._keeping: asyncio.Task[None]
        self._timer = Timer(self._sweep, timedelta(seconds=settings.sweep_seconds))
        self._watchdog = Watchdog(self._timer)
        sweep_every = timedelta(seconds=settings.sweep_seconds)
        verify_every = timedelta(seconds=settings.verify_seconds)
        self._upkeep = Upkeep(db, framework, clock, self.metrics, sweep_every=sweep_every, every=verify_every)
        self._verifier = Timer(self._verify, verify_every, name="verify", longest=LONGEST_ROUND)
        self._verify_watchdog = Watchdog(self._verifier)

    # -- starting and stopping ----------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to sweep and to deliver, then let people in. PortTaken when the address is not free."""
        began = time.monotonic()
        conversation = Conversation(self._db, self._framework, self._clock, wake=self._wake)
        self._edge = await Edge.open(
            self._settings, self._db, self._clock, conversation, self.metrics, addresses=self._addresses
        )
        couriers: dict[str, Courier[Message]] = {self._edge.courier.channel: self._edge.courier}
        if self._settings.mail != "none":
            self.mail = self._edge.outbound.open_mail(self._settings, self._db, self._framework, self._clock)
            couriers[self.mail.courier.channel] = self.mail.courier
            self.postman = open_postman(self._settings, self._db, self._clock, conversation, self.mail)
        self.dispatcher = Dispatcher(self._db, self._framework, self._clock, couriers, self.metrics)
        outbound = self._edge.outbound
        self.cards = CardKeeper(self._db, self._framework, self._clock, outbound.connector, outbound.limits)
        await self._db.write(note_framework, self._framework, by=login(), now=self._clock.now())
        # The first sweep begins at once; nobody at the door waits for it.
        self._timer.start()
        self._watchdog.start()
        self._verifier.start()
        self._verify_watchdog.start()
        if self._dispatching:
            self.start_dispatching()
        await self._listen()
        await self._take_mail()
        self.ready = True
        log.info("ready", port=self.port, seconds=round(time.monotonic() - began, 3))

    def start_dispatching(self) -> None:
        """Begin to deliver what the outbox holds."""
        self._dispatching = True
        if self._delivering is None:
            self._delivering = asyncio.create_task(self.dispatcher.run(), name="dispatcher")
            self._keeping = asyncio.create_task(self.cards.run(), name="card keeper")

    async def stop(self) -> None:
        """Let nobody in, finish what is under way, hand back what is not; the database is left open."""
        self.ready = False
        log.info("stopping")
        await self._watchdog.stop()
        await self._verify_watchdog.stop()
        self._timer.stop()
        self._verifier.stop()
        await asyncio.gather(self._stop_dispatching(), self._stop_listening())
        if self.postman:
            await self.postman.stop()
        if self.mail:
            await self.mail.close()
        await self._edge.close()
        log.info("stopped")

    async def _stop_dispatching(self) -> None:
        if self._delivering:
            await asyncio.gather(self.dispatcher.stop(GRACE_SECONDS), self.cards.stop())
            await asyncio.wait([self._delivering, self._keeping], timeout=2.0)

    async def _stop_listening(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _take_mail(self) -> None:
        if self.postman is None:
            return
        try:
            await self.postman.start()
        except OSError as error:
            await self.stop()
            where = self._settings.mail_listen
            raise PortTaken(f"{where} cannot take mail ({error.strerror}). Set BOT_MAIL_LISTEN to another.") from None

    async def _listen(self) -> None:
        app = web.Application(
            middlewares=[plain_headers, ends_when_out_of_memory], client_max_size=self._edge.largest_body
        )
        add_pages(app, self, self.metrics)
        self._edge.add_routes(app)
        if self._settings.local:
            from bot.local_desk import add_local_desk  # production never even loads it

            facts = (self._settings, self._db, self._framework, self._clock)
            add_local_desk(app, *facts, self.dispatcher, self._look, self.cards.drain)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=GRACE_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._settings.listen_on, self._settings.port)
        try:
            await site.start()
        except OSError as error:
            await self.stop()
            where = f"{self._settings.listen_on}:{self._settings.port}"
            raise PortTaken(f"{where} cannot be listened on ({error.strerror}). Set BOT_PORT to another.") from None
        self.port = self._runner.addresses[0][1]

    # -- looking ------------------------------------------------------------------------------------------------------

    async def _sweep(self) -> None:
        await self._look()
        self._wake()

    async def _look(self) -> SweepOutcome:
        began = time.monotonic()
        try:
            found = await self._db.write(sweep, self._framework, now=self._clock.now())
        except Exception as error:
            end_if_out_of_memory(error)
            self.metrics.sweeps.labels("failed").inc()
            raise
        self.metrics.sweep_seconds.observe(time.monotonic() - began)
        self._report(found)
        return found

    async def _verify(self) -> None:
        """What must exist, compared with what is; what it put back may have to be said."""
        try:
            await self._upkeep.look()
        except MemoryError as error:
            end_if_out_of_memory(error)
        self._wake()

    def _report(self, found: SweepOutcome) -> None:
        self.metrics.sweeps.labels("held" if found.held else "done").inc()
        self.metrics.sweep_held.set(1 if found.held else 0)
        self.metrics.steps_judged.inc(found.judged)
        if found.held and found.held != self._held:
            log.warning("sweep held", reason=found.held)
        elif found.judged:
            log.info("swept", judged=found.judged, notices=found.notices)
        self._held = found.held

    def _wake(self) -> None:
        self.dispatcher.wake()
        self.cards.wake()

    # -- what the pages show ------------------------------------------------------------------------------------------

    async def problems(self) -> list[str]:
        """Everything wrong now: a sweep that is late, a dispatcher that is stuck, a database that does not answer."""
        found = [self._watchdog.trouble(), self._verify_watchdog.trouble(), *self._edge.problems()]
        found.append(self.mail.problem() if self.mail else "")
        found.append(self.postman.problem() if self.postman else "")
        if self._dispatching:
            found.append(self.dispatcher.problem())
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                reading = await self._db.read(figures, now=self._clock.now())
        except Exception as error:  # noqa: BLE001  whatever it is, the database is not well
            found.append(f"the database does not answer ({type(error).__name__})")
        else:
            interval = timedelta(seconds=self._settings.sweep_seconds)
            found += troubles(self._framework, reading, now=self._clock.now(), interval=interval)
        return [problem for problem in found if problem]

    def _show_credential(self, settings: Settings) -> None:
        try:
            ends = credential_ends(settings)
        except (OSError, ValueError):
            return  # whoever uses the certificate says what is wrong with it
        if ends is not None:
            self.metrics.show_credential(ends)

    async def refresh_metrics(self) -> None:
        """Read the outbox for the gauges; a database that fails leaves them as they were."""
        now = self._clock.now()
        try:
            reading = await self._db.read(figures, now=now)
        except Exception as error:  # noqa: BLE001  /healthz is where this is said
            log.warning("metrics not refreshed", error=type(error).__name__)
            return
        self.metrics.show(reading, now=now, since_sweep=self._timer.since_good())


def run_service(settings: Settings, framework: Framework, clock: Clock, db: Database) -> None:
    """Run the service until SIGTERM or SIGINT, on uvloop where it exists."""
    db.read_now(warm)
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(_until_told(Service(settings, framework, clock, db)))


def warm(session: Session) -> None:
    """Load the establishment before the first person asks."""
    establishment.current(session)


def fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """How to make uvloop's event loop, or None for Python's own."""
    try:
        import uvloop
    except ImportError:
        return None
    make: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return make


async def _until_told(service: Service) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(watch_memory)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    await service.start()
    await told.wait()
    await service.stop()
