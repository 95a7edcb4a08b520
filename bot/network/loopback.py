"""Whether a host is this machine: asked of callers, of service addresses and of what a proxy is for."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped  # a server on [::] sees 127.0.0.1 as ::ffff:127.0.0.1
    return address.is_loopback
