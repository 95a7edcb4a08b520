"""Moves the local clock forward the way time would: it stops wherever something may fall due, looks, and delivers.

A ladder climbs rung by rung and nothing is skipped, so the guards against a clock that jumped have no cause to speak.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import ClockStands
from bot.local.spoken import event_title, name_of, role_words, says
from policy.calendar.calendar import Calendar
from storage.council import establishment as establishments
from storage.outbox import notices
from storage.reads import upcoming

if TYPE_CHECKING:
    from assurance.sweep.sweep import SweepOutcome
    from bot.clock import Clock
    from bot.dispatcher import Dispatcher
    from policy.framework.framework import Framework
    from storage.engine.database import Database, Session
    from storage.outbox.notices import Notice

FARTHEST = timedelta(days=100)
"""As far as one walk goes: a quarter, with a little to spare."""
LOOK_AT_LEAST = timedelta(hours=3)
"""Within send hours we look this often although nothing is known to fall due: some rules go by the clock alone."""
TRY_AGAIN = timedelta(minutes=30)
"""How soon we look again while a delivery that failed waits for its next try."""
PATIENCE_SECONDS = 120.0
"""Seconds a walk may take: when Teams is slow or throttles, every stop waits for it."""
MOST_TOLD = 200
"""Lines of what happened in one answer: the last ones."""


class AlreadyWalking(Exception):
    """The clock is being moved already; one walk at a time."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing somebody heard of on the way."""

    at: datetime
    what: str
    subject: str = ""
    """The reference it is about; empty for a summary or a digest."""

    def as_json(self) -> dict[str, str]:
        """As the desk gets it."""
        return {"at": self.at.isoformat(), "says": says(self.at), "what": self.what, "subject": self.subject}


@dataclass(slots=True)
class Walked:
    """What one walk came to."""

    happened: list[Happened] = field(default_factory=list)
    more: int = 0
    """Things that happened before those listed."""
    held: str = ""
    """Why it ended early, in a plain sentence; empty when it reached its end."""

    def note(self, found: list[Happened]) -> None:
        """Keep the latest, count the rest."""
        self.happened += found
        over = max(0, len(self.happened) - MOST_TOLD)
        del self.happened[:over]
        self.more += over


class Walk:
    """Walks one clock, of a service whose sweep is `look` and whose outbox is `dispatcher`."""

    def __init__(
        self,
        db: Database,
        framework: Framework,
        clock: Clock,
        dispatcher: Dispatcher,
        look: Callable[[], Awaitable[SweepOutcome]],
        refresh: Callable[[], Awaitable[int]] | None = None,
    ) -> None:
        """`refresh` brings cards that are out of date up to date; it is asked for once, where a walk ends."""
        self._db = db
        self._framework = framework
        self._clock = clock
        self._dispatcher = dispatcher
        self._look = look
        self._refresh = refresh
        self._calendar = Calendar.of(framework)
        self._walking = False
        self.patience = PATIENCE_SECONDS

    @property
    def walking(self) -> bool:
        """Whether a walk is under way."""
        return self._walking

    async def to(self, target: datetime) -> Walked:
        """Walk to `target`. ClockStands if that has passed or is too far; AlreadyWalking while another one walks."""
        return await self._walk(target, until_heard=False)

    async def to_next(self) -> Walked:
        """Walk to the next instant at which somebody hears something, or to the end of what one walk may do."""
        return await self._walk(self._clock.now() + FARTHEST, until_heard=True)

    async def _walk(self, target: datetime, *, until_heard: bool) -> Walked:
        if self._walking:
            raise AlreadyWalking
        if not self._clock.movable:
            raise ClockStands("This service runs by the machine's own clock. Start it with BOT_CLOCK_START to move it.")
        if target < self._clock.now():
            raise ClockStands("The clock never goes back. Choose a time that is still to come.")
        if target > self._clock.now() + FARTHEST:
            raise ClockStands(f"That is more than {FARTHEST.days} days ahead. Go there in shorter walks.")
        self._walking = True
        try:
            async with self._dispatcher.alone():
                walked = await self._step_by_step(target, until_heard=until_heard)
            if self._refresh is not None:
                await self._refresh()
            return walked
        finally:
            self._walking = False

    async def _step_by_step(self, target: datetime, *, until_heard: bool) -> Walked:
        walked = Walked()
        began = time.monotonic()
        while True:
            found = await self._stop(walked)
            if not walked.held and time.monotonic() - began > self.patience:
                walked.held = "This takes long, so the clock has stopped on the way. Send it on from here if you like."
            if walked.held or (until_heard and found) or self._clock.now() >= target:
                return walked
            self._clock.move_to(min(await self._next_stop(), target))

    async def _stop(self, walked: Walked) -> bool:
        """Look, and deliver until the outbox is quiet; whether anybody heard anything."""
        arrived = self._clock.now()
        outcome = await self._look()
        walked.held = outcome.held
        if not await self._something_waits() or not await self._dispatcher.drain():
            return False  # most stops: nothing was tried, so nobody has heard anything
        heard = await self._db.read(_heard_since, arrived, self._framework)
        walked.note(heard)
        return bool(heard)

    async def _something_waits(self) -> bool:
        at = await self._db.read(notices.next_try_at)
        return at is not None and at <= self._clock.now()

    async def _next_stop(self) -> datetime:
        """The earliest instant after now at which anything may fall due."""
        now = self._clock.now()
        ahead, again = await self._db.read(_known_ahead, now)
        known = [ahead] if ahead else []
        return min([*known, *self._by_the_clock(now, again=again)])

    def _by_the_clock(self, now: datetime, *, again: bool) -> list[datetime]:
        """Midnight, the next send window, the preview's hour, and a few more; sooner while something is put off."""
        calendar = self._calendar
        today = calendar.local_date(now)
        found = [calendar.starts(today + timedelta(days=1))]
        if not calendar.in_send_window(now):
            return [*found, calendar.next_send(now)]
        opened = calendar.send_at(today)
        found.append(opened + LOOK_AT_LEAST * ((now - opened) // LOOK_AT_LEAST + 1))
        found.append(datetime.combine(today, self._framework.discretion.preview_at, calendar.zone).astimezone(UTC))
        if again:
            found.append(now + TRY_AGAIN)
        return [at for at in found if at > now]


def _known_ahead(session: Session, now: datetime) -> tuple[datetime | None, bool]:
    found = upcoming.next_instants(session, now)
    return (found[0].at if found else None), upcoming.put_off(session) > 0


def _heard_since(session: Session, instant: datetime, framework: Framework) -> list[Happened]:
    """What was sent since then, one line for each thing said, with everybody who heard it."""
    council = establishments.current(session)
    told: dict[tuple[str, str, str], list[Notice]] = {}
    for notice in upcoming.sent_since(session, instant):
        told.setdefault((notice.subject, notice.event, notice.step), []).append(notice)
    found = []
    for (subject, event, _), heard in told.items():
        people = [f"{name_of(council, one.recipient)} ({role_words(framework, one.recipient_role)})" for one in heard]
        about = subject if subject[:3] in _REFERENCES else ""
        title = event_title(framework, event) + (f", {about}" if about else "")
        found.append(Happened(heard[0].sent_at or instant, f"{title}: {_joined(people)}", about))
    return found


_REFERENCES = ("LS-", "AC-", "CL-", "MO-")


def _joined(people: list[str]) -> str:
    if len(people) > 6:
        return f"{', '.join(people[:5])} and {len(people) - 5} others"
    return people[0] if len(people) == 1 else f"{', '.join(people[:-1])} and {people[-1]}"
