"""Which proxy a request goes through: HTTPS_PROXY and NO_PROXY, from the environment or `.env`."""

from __future__ import annotations

import base64
import ipaddress
from dataclasses import dataclass, field

from yarl import URL

from bot.network.loopback import is_loopback


class BadProxy(ValueError):
    """HTTPS_PROXY is no address of a proxy; the message says what to put there."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where the proxy is, and who we are to it."""

    url: URL
    sign_in: str = field(default="", repr=False)
    """What signs us in there, as the header wants it; empty where no name was given."""

    @property
    def shown(self) -> str:
        """Host and port, for people and logs: never the password."""
        return f"{self.url.host}:{self.url.port}"

    @property
    def headers(self) -> dict[str, str] | None:
        """What the proxy is told beside the host's name."""
        return {"Proxy-Authorization": self.sign_in} if self.sign_in else None

    @classmethod
    def parse(cls, text: str) -> Proxy:
        """`http://host:port`, with `name:password@` where the proxy asks for it. BadProxy for anything else."""
        try:
            url = URL(text if "://" in text else f"http://{text}")
            known = url.scheme in ("http", "https") and bool(url.host) and bool(url.explicit_port)
        except ValueError:
            known = False
        if not known:  # the text may hold a password, so it is not said back
            raise BadProxy("HTTPS_PROXY must be http://host:port, for example http://proxy.council.gov.uk:8080")
        named = f"{url.user}:{url.password or ''}".encode()
        sign_in = f"Basic {base64.b64encode(named).decode()}" if url.user else ""
        return cls(url.with_user(None).with_path(""), sign_in)


@dataclass(frozen=True, slots=True)
class Proxies:
    """Everybody's choice of proxy. This machine and Azure's metadata address never go through one."""

    proxy: Proxy | None = None
    no_proxy: str = ""
    """Names, separated by commas, that are reached directly, those below them too; `*` is all."""

    def for_(self, url: URL) -> Proxy | None:
        """The proxy for `url`, or None to go there directly. Plain http only stays on this machine or in Azure."""
        host = url.host or ""
        if self.proxy is None or url.scheme != "https" or _next_door(host):
            return None
        direct = any(_covers(name.strip().lower(), host, f"{host}:{url.port}") for name in self.no_proxy.split(","))
        return None if direct else self.proxy


def _covers(name: str, *spelt: str) -> bool:
    """Whether a name of NO_PROXY means this host, with or without its port, or one it lies below."""
    if name == "*":
        return True
    name = name.removeprefix("*").lstrip(".")
    return bool(name) and any(host == name or host.endswith(f".{name}") for host in spelt)


def _next_door(host: str) -> bool:
    """This machine, or a link-local address: Azure's metadata service has one."""
    if is_loopback(host):
        return True
    try:
        return ipaddress.ip_address(host).is_link_local
    except ValueError:
        return False
