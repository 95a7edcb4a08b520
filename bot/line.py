"""What the bot has to reach at Microsoft's, each host tried through the one session: for the doctor and for health."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp

from bot.network.client import HttpClient, name_of

if TYPE_CHECKING:
    from bot.edge import Addresses
    from bot.network.seen import Seen
    from bot.settings import Settings

TRY_SECONDS = 10.0
LOOK_SECONDS = 300.0
"""A host nobody has spoken to for this long is tried, so that a quiet night does not hide what stops the morning."""
SILENT_SECONDS = 900.0
"""How long a host may fail before that is said; a restart of a proxy is over sooner."""
CLOCK_MAY_DIFFER = timedelta(seconds=60)
"""As much as the gate forgives a token; a Date header is right to a second and a slow answer."""


@dataclass(frozen=True, slots=True)
class Station:
    """One host on the way, and what stands still without it."""

    address: str
    without_it: str
    needed: bool = True
    """False where the bot does most of its work without it."""

    @property
    def host(self) -> str:
        """As people and firewalls call it."""
        return name_of(self.address)


def stations(settings: Settings, addresses: Addresses) -> list[Station]:
    """Every host production has to reach, but the page of signing keys, which says itself how it is."""
    found = []
    if not settings.managed_identity:
        sign_in = f"{addresses.authority.rstrip('/')}/{settings.tenant_id}/v2.0/.well-known/openid-configuration"
        found.append(Station(sign_in, "the bot gets no tokens and can send nothing"))
    found.append(Station(settings.service_url or addresses.service_url, "nothing can be sent to a chat in Teams"))
    by_mail = settings.mail == "graph"
    without = "no email goes out or comes in" if by_mail else "the app cannot be installed for anybody"
    found.append(Station(addresses.graph, without, needed=by_mail))
    return found


async def why_not(http: HttpClient, station: Station) -> str:
    """Why a host does not answer, in words; empty when it does. Any answer will do, a refusal too."""
    try:
        async with http.request("GET", station.address, timeout=aiohttp.ClientTimeout(total=TRY_SECONDS)):
            pass
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        known = http.seen.host(station.host)
        return known.why if known else type(error).__name__
    known = http.seen.host(station.host)
    return known.why if known else ""


def wrong_clock(seen: Seen) -> str:
    """That this machine's clock is wrong, by the host it differs least from; empty when it is right or nobody knows."""
    ahead = min((host.ahead for host in seen.clocks() if host.ahead is not None), key=abs, default=timedelta(0))
    if abs(ahead) <= CLOCK_MAY_DIFFER:
        return ""
    which = "ahead of" if ahead > timedelta(0) else "behind"
    host = next(host.name for host in seen.clocks() if host.ahead == ahead)
    return (
        f"This machine's clock is {_spelt(abs(ahead))} {which} that of {host}. Messages from Teams are refused and "
        "deadlines misjudged while it is wrong. Set it right, and keep it right with NTP."
    )


class Line:
    """Keeps an eye on the stations while the service runs."""

    def __init__(self, http: HttpClient, stations: list[Station]) -> None:
        self._http = http
        self._stations = [station for station in stations if station.needed]
        self._began = 0.0

    async def keep(self) -> None:
        """Try whoever was not heard from, now and every LOOK_SECONDS, one after the other; until cancelled."""
        self._began = self._http.seen.monotonic()
        while True:
            for station in self._stations:
                if self._quiet_for(station) >= LOOK_SECONDS * 0.9:
                    await why_not(self._http, station)
            await asyncio.sleep(LOOK_SECONDS)

    def problems(self) -> list[str]:
        """Every host that has failed for too long, with what stands still, in words; and a clock that is wrong."""
        found = []
        for station in self._stations:
            known, silent = self._http.seen.host(station.host), self._quiet_for(station)
            if known is not None and known.failing_since is not None and silent > SILENT_SECONDS:
                minutes = f"{silent / 60:.0f} minutes"
                found.append(f"{station.host} has not answered for {minutes}, so {station.without_it}. {known.why}")
        # A stand-in on this machine tells the real time to a clock that may be moved.
        wrong = wrong_clock(self._http.seen) if self._stations else ""
        return [*found, wrong] if wrong else found

    def why(self, station_of: str) -> str:
        """What was last met on the way to the host of an address; empty when it answered."""
        known = self._http.seen.host(name_of(station_of)) if station_of else None
        return known.why if known else ""

    def _quiet_for(self, station: Station) -> float:
        """Seconds since a host last answered as it should, or since we began."""
        known = self._http.seen.host(station.host)
        heard = self._http.seen.since(known.answered_at) if known else None
        if heard is not None:
            return heard
        return self._http.seen.monotonic() - self._began if known else float("inf")


def _spelt(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {name}s"
    return f"{seconds} seconds"
