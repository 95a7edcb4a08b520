"""The running service: the database, the Teams edge, the sweep's timer, the dispatcher and the web server, wired."""

from __future__ import annotations

import asyncio
import gc
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from assurance.records.note_framework import note_framework
from assurance.records.upgrade_announced import upgrade_announced
from assurance.sweep.sweep import SweepOutcome, sweep
from bot import open_files
from bot.conversation import Conversation
from bot.credential import credential_ends
from bot.dispatcher import Dispatcher
from bot.door import IDLE_SECONDS, LINGER_SECONDS, Door, only_this_machine, plain_headers
from bot.edge import Addresses, Edge
from bot.ending import closed_after, end_by
from bot.exit_codes import OUTDATED
from bot.login import login
from bot.mail.postman import Postman, open_postman
from bot.metrics import Metrics
from bot.out_of_memory import end_if_out_of_memory, ends_when_out_of_memory, watch_memory
from bot.teams.card_keeper import CardKeeper
from bot.upkeep import Upkeep
from bot.vitals import Parts, Vitals
from bot.web import add_pages
from scheduler.timer import LONGEST_ROUND, Timer
from scheduler.watchdog import Watchdog
from storage.council import establishment
from storage.engine.errors import SchemaTooNew

if TYPE_CHECKING:
    from assurance.common.courier import Courier
    from bot.clock import Clock
    from bot.mail.outgoing import MailOut
    from bot.settings import Settings
    from dialogs.kit.message import Message
    from policy.framework.framework import Framework
    from storage.engine.database import Database, Session

log = structlog.get_logger("bot.service")

GRACE_SECONDS = 2.0
"""What deliveries and answers under way are given when the service is told to stop; a lease outlives us anyway."""
UPGRADE_GRACE_SECONDS = 10.0
"""The same grace where a newer version is about to change the database: it waits, so no message need be cut off."""
PUT_AWAY_SECONDS = 2.5
"""From the end of the grace to the end of the process, whatever hangs: a database, a name server, a library."""


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
        self.outdated = ""
        """Why this version of the bot has to end: a newer one has changed the database, or is about to."""
        self.ended = asyncio.Event()
        self._addresses = addresses
        self._door = Door(self.metrics, files=open_files.limit())
        self._runner: web.AppRunner | None = None
        self._listening: asyncio.Server | None = None
        self._delivering: asyncio.Task[None] | None = None
        self._edge: Edge | None = None
        self._vitals: Vitals | None = None
        self.mail: MailOut | None = None
        self.postman: Postman | None = None
        self.dispatcher: Dispatcher
        self.cards: CardKeeper
        self._keeping: asyncio.Task[None]
        self._timer = Timer(self._sweep, timedelta(seconds=settings.sweep_seconds))
        self._watchdog = Watchdog(self._timer)
        sweep_every = timedelta(seconds=settings.sweep_seconds)
        verify_every = timedelta(seconds=settings.verify_seconds)
        often = {"sweep_every": sweep_every, "every": verify_every}
        key = settings.history_key.get_secret_value()
        self._upkeep = Upkeep(db, framework, clock, self.metrics, **often, key=key)
        self._verifier = Timer(self._verify, verify_every, name="verify", longest=LONGEST_ROUND)
        self._verify_watchdog = Watchdog(self._verifier)

    # -- starting and stopping ----------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to sweep and to deliver, then let people in. PortTaken when the address is not free.

        Whatever stops it on the way, what was opened so far is put away.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        began = time.monotonic()
        conversation = Conversation(
            self._db,
            self._framework,
            self._clock,
            wake=self._wake,
            unknown_button=self.metrics.unknown_buttons.inc,
        )
        edge = self._edge = await Edge.open(
            self._settings, self._db, self._clock, conversation, self.metrics, addresses=self._addresses
        )
        couriers: dict[str, Courier[Message]] = {edge.courier.channel: edge.courier}
        if self._settings.mail != "none":
            self.mail = edge.outbound.open_mail(self._settings, self._db, self._framework, self._clock)
            couriers[self.mail.courier.channel] = self.mail.courier
            self.postman = open_postman(self._settings, self._db, self._clock, conversation, self.mail)
        self.dispatcher = Dispatcher(self._db, self._framework, self._clock, couriers, self.metrics)
        outbound = edge.outbound
        self.cards = CardKeeper(self._db, self._framework, self._clock, outbound.connector, outbound.limits)
        self._vitals = Vitals(
            Parts(self._db, self._framework, self._clock, self.metrics, edge, self._timer, self._troubles)
        )
        await self._db.write(note_framework, self._framework, by=login(), now=self._clock.now())
        # The first sweep begins at once; nobody at the door waits for it.
        self._timer.start()
        self._watchdog.start()
        self._verifier.start()
        self._verify_watchdog.start()
        if self._dispatching:
            self.start_dispatching()
        await self._listen(edge)
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
        await asyncio.gather(self._stop_dispatching(), self._stop_listening(), self._stop_taking_mail())
        if self.mail:
            await self.mail.close()
        if self._edge:
            await self._edge.close()
        log.info("stopped")

    async def _stop_dispatching(self) -> None:
        if self._delivering:
            await asyncio.gather(self.dispatcher.stop(self.grace), self.cards.stop())
            await asyncio.wait([self._delivering, self._keeping], timeout=1.0)

    @property
    def grace(self) -> float:
        """How long what is under way has to finish, in seconds."""
        return UPGRADE_GRACE_SECONDS if self.outdated else GRACE_SECONDS

    async def _stop_listening(self) -> None:
        if self._listening:
            self._listening.close()
        if self._edge:
            self._edge.take_no_more()
        if self._runner:
            await self._runner.cleanup()

    async def _stop_taking_mail(self) -> None:
        if self.postman:
            await self.postman.stop()

    async def _take_mail(self) -> None:
        if self.postman is None:
            return
        try:
            await self.postman.start()
        except OSError as error:
            where = self._settings.mail_listen
            raise PortTaken(f"{where} cannot take mail ({error.strerror}). Set BOT_MAIL_LISTEN to another.") from None

    async def _listen(self, edge: Edge) -> None:
        here = [only_this_machine] if self._settings.local else []
        app = web.Application(
            middlewares=[plain_headers, self._door.received, *here, ends_when_out_of_memory],
            client_max_size=edge.largest_body,
        )
        add_pages(app, self, self.metrics)
        edge.add_routes(app)
        if self._settings.local:
            from bot.local_desk import add_local_desk  # production never even loads it

            facts = (self._settings, self._db, self._framework, self._clock)
            add_local_desk(app, *facts, self.dispatcher, self._look, self.cards.drain)
        runner = self._runner = web.AppRunner(
            app,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=GRACE_SECONDS,
            keepalive_timeout=IDLE_SECONDS,
            lingering_time=LINGER_SECONDS,
        )
        await runner.setup()
        assert runner.server
        where = (self._settings.listen_on, self._settings.port)
        try:
            self._listening = await asyncio.get_running_loop().create_server(
                self._door.guard(runner.server), *where, backlog=1024
            )
        except OSError as error:
            place = f"{where[0]}:{where[1]}"
            raise PortTaken(f"{place} cannot be listened on ({error.strerror}). Set BOT_PORT to another.") from None
        self.port = self._listening.sockets[0].getsockname()[1]

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
            if isinstance(error, SchemaTooNew):
                self._end_outdated(str(error))
            raise
        if await self._db.read(upgrade_announced, now=self._clock.now()):
            self._end_outdated("A newer version is about to change this database, so this one ends in good order.")
        self.metrics.sweep_seconds.observe(time.monotonic() - began)
        self._report(found)
        return found

    def _end_outdated(self, why: str) -> None:
        """Say so, let no more traffic come, and end."""
        if not self.outdated:
            log.error("outdated", why=why)
        self.outdated = why
        self.ended.set()

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

    async def not_ready(self) -> str:
        """Why no traffic should come here, in words; empty when it may."""
        if self.outdated:
            return self.outdated
        if not self.ready or self._vitals is None:
            return "The service is starting or stopping."
        return await self._vitals.not_ready()

    async def problems(self) -> list[str]:
        """Everything wrong now: a sweep that is late, a host that is silent, a database that does not answer."""
        return await self._vitals.problems() if self._vitals else ["the service is starting or stopping"]

    async def refresh_metrics(self) -> None:
        """Bring the gauges up to date."""
        if self._vitals:
            await self._vitals.refresh_metrics()

    def _troubles(self) -> Iterator[str]:
        """What the parts say of themselves."""
        yield self._watchdog.trouble()
        yield self._verify_watchdog.trouble()
        yield self.mail.problem() if self.mail else ""
        yield self.postman.problem() if self.postman else ""
        yield self.dispatcher.problem() if self._dispatching else ""

    def _show_credential(self, settings: Settings) -> None:
        try:
            ends = credential_ends(settings)
        except (OSError, ValueError):
            return  # whoever uses the certificate says what is wrong with it
        if ends is not None:
            self.metrics.show_credential(ends)


def run_service(settings: Settings, framework: Framework, clock: Clock, db: Database) -> str:
    """Run the service until SIGTERM or SIGINT, on uvloop where it exists; or until it is outdated: then why."""
    db.read_now(warm)
    open_files.raise_limit()
    with closed_after(asyncio.Runner(loop_factory=fast_loop())) as runner:
        service = Service(settings, framework, clock, db)
        runner.run(_until_told(service))
    return service.outdated


def warm(session: Session) -> None:
    """Load the establishment before the first person asks."""
    establishment.current(session)


COLLECTED_AFTER = (10_000, 20, 50)
"""How much is made before Python looks for garbage in what is new, and how much oftener there than in what is old."""


def leave_what_stays() -> None:
    """What is loaded by now lives as long as the service: Python need not look through it for garbage again.

    It did so at every few turns, and found nothing there.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


def fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """How to make uvloop's event loop, or None for Python's own."""
    try:
        import uvloop
    except ImportError:
        return None
    make: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return make


async def _until_told(service: Service) -> None:
    told = service.ended
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(watch_memory)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    await service.start()
    leave_what_stays()
    await told.wait()
    end_by(service.grace + PUT_AWAY_SECONDS, code=OUTDATED if service.outdated else 0)
    await service.stop()
