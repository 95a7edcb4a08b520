"""What is known of each host we speak to: whether it answers, since when it does not and why, and what time it has."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MOST_HOSTS = 100
"""Regions of Teams and the like: a council meets a handful, the bound is against addresses without end."""


@dataclass(slots=True)
class Host:
    """One name and port."""

    name: str
    answered_at: float | None = None
    """When it last answered as it should, on the steady clock; None for never."""
    failing_since: float | None = None
    """When it began not to; None while it does."""
    why: str = ""
    """What came instead, in words."""
    ahead: timedelta | None = None
    """How far this machine's clock was ahead of the host's at its last answer; negative when behind."""


class Seen:
    """All of them. Only noted on the event loop. `monotonic` is the steady clock of their instants."""

    def __init__(self, now: Callable[[], datetime], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self.monotonic = monotonic
        self._hosts: dict[str, Host] = {}

    def host(self, name: str) -> Host | None:
        """What is known of a host; None when nothing was ever asked of it."""
        return self._hosts.get(name)

    def since(self, instant: float | None) -> float | None:
        """Seconds since an instant of the steady clock."""
        return None if instant is None else max(0.0, self.monotonic() - instant)

    def answered(self, name: str, status: int, date: str) -> None:
        """It answered with that status and that Date header (which may be empty)."""
        if status >= 500:
            self.failed(name, f"{name} answers that it is out of order (HTTP {status}).")
        elif host := self._of(name):
            host.answered_at, host.failing_since, host.why = self.monotonic(), None, ""
        if (host := self._of(name)) and (theirs := _read(date)):
            host.ahead = self._now() - theirs

    def failed(self, name: str, why: str) -> None:
        """It could not be spoken to."""
        if host := self._of(name):
            host.why = why
            host.failing_since = self.monotonic() if host.failing_since is None else host.failing_since

    def failing(self) -> list[Host]:
        """Those that do not answer now, the longest first."""
        found = [host for host in self._hosts.values() if host.failing_since is not None]
        return sorted(found, key=lambda host: host.failing_since or 0.0)

    def clocks(self) -> list[Host]:
        """Those that have said what time it is."""
        return [host for host in self._hosts.values() if host.ahead is not None]

    def _of(self, name: str) -> Host | None:
        if name not in self._hosts:
            if len(self._hosts) >= MOST_HOSTS:
                return None
            self._hosts[name] = Host(name)
        return self._hosts[name]


def _read(date: str) -> datetime | None:
    """A Date header as an instant; None for what is none."""
    try:
        found = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
