"""Which service URLs we believe and send to: Microsoft's hosts, and loopback where the desk may speak."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.network.loopback import is_loopback

TEAMS_HOST = "smba.trafficmanager.net"
BOT_FRAMEWORK_SUFFIX = ".botframework.com"

# Anything two URL parsers could read differently: user info, back slashes, queries, fragments, spaces, controls.
_SLIPPERY = re.compile(r"[\\@?#\s\x00-\x1f\x7f]")


@dataclass(slots=True)
class Hosts:
    """The allow-list. `loopback` is on in local mode and in tests, where the desk plays the channel."""

    loopback: bool = False
    _known: dict[str, bool] = field(default_factory=dict)

    def allow(self, service_url: str) -> bool:
        """Whether a bearer token may go to this URL."""
        answer = self._known.get(service_url)
        if answer is None:
            answer = self._judge(service_url)
            if len(self._known) < 1000:  # a council meets a handful; the bound is against floods
                self._known[service_url] = answer
        return answer

    def _judge(self, service_url: str) -> bool:
        if len(service_url) > 500 or _SLIPPERY.search(service_url):
            return False
        try:
            url = urlsplit(service_url)
            host, port = url.hostname or "", url.port
        except ValueError:
            return False
        if self.loopback and url.scheme in ("http", "https") and is_loopback(host):
            return True
        return (
            url.scheme == "https"
            and port in (None, 443)
            and (host == TEAMS_HOST or host.endswith(BOT_FRAMEWORK_SUFFIX))
        )


ONEDRIVE_SUFFIXES = (".sharepoint.com", ".sharepoint.us", ".sharepoint.cn")
"""Where the OneDrive of a person of the tenant lives."""


def is_onedrive(address: str, *, loopback: bool) -> bool:
    """Whether rows may be put there: a client names the address, so it is held against what OneDrive's look like."""
    if len(address) > 4_000 or re.search(r"[\\\s\x00-\x1f\x7f#]", address):
        return False
    try:
        url = urlsplit(address)
        host, port = url.hostname or "", url.port
    except ValueError:
        return False
    if url.username or url.password:
        return False
    if loopback and url.scheme == "http" and is_loopback(host):
        return True
    return url.scheme == "https" and port in (None, 443) and host.endswith(ONEDRIVE_SUFFIXES)
