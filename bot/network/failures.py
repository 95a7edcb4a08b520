"""What a connection out that could not be made means, in words for whoever looks after proxy, firewall and DNS."""

from __future__ import annotations

import ssl

import aiohttp

from bot.network.proxy import Proxy

FORBIDDEN, SIGN_IN = 403, 407


def not_connected(error: BaseException) -> bool:
    """Whether the host never saw anything of the request: it is surely not done, and may be made again."""
    never = aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.ClientHttpProxyError
    return isinstance(error, never)


def in_words(error: BaseException, host: str, proxy: Proxy | None) -> str:
    """What went wrong on the way to `host` (a name and a port), and who can mend it. Never a password."""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return _proxy_refuses(error.status, host, proxy)
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return f"The proxy {_shown(proxy)} cannot be reached ({_reason(error)}). Check HTTPS_PROXY."
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return (
            f"{host} shows a certificate that is not trusted here ({_reason(error)}). If a proxy opens TLS on the way, "
            "put its certificate authority into a file and name it in BOT_CA_BUNDLE."
        )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"The name in {host} is not known here (DNS). {_way_out(proxy)}"
    if isinstance(error, TimeoutError):
        return f"{host} does not answer in time. {_way_out(proxy)}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"{host} cannot be connected to ({_reason(error)}). {_way_out(proxy)}"
    return f"The connection to {host} breaks ({type(error).__name__}). {_way_out(proxy)}"


def _proxy_refuses(status: int, host: str, proxy: Proxy | None) -> str:
    where = f"The proxy {_shown(proxy)}"
    if status == SIGN_IN:
        if proxy and proxy.sign_in:
            return f"{where} does not accept the name and password in HTTPS_PROXY ({SIGN_IN})."
        return (
            f"{where} asks for a name and a password ({SIGN_IN}). Put them into HTTPS_PROXY: "
            f"http://NAME:PASSWORD@{_shown(proxy)}"
        )
    if status == FORBIDDEN:
        return f"{where} does not let the bot through to {host} ({FORBIDDEN}). Ask whoever runs it to allow that host."
    return f"{where} could not connect to {host} (it answers {status}). Ask whoever runs it why."


def _way_out(proxy: Proxy | None) -> str:
    if proxy:
        return f"It was tried through the proxy {proxy.shown}."
    return "Let the firewall pass it, or set HTTPS_PROXY if traffic must go through a proxy."


def _shown(proxy: Proxy | None) -> str:
    return proxy.shown if proxy else "in between"


def _reason(error: aiohttp.ClientConnectorError) -> str:
    """The system's own few words for it."""
    cause = error.certificate_error if isinstance(error, aiohttp.ClientConnectorCertificateError) else error.os_error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    return (getattr(cause, "strerror", None) or type(cause).__name__)[:120]
