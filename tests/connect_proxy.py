"""A council's egress proxy on this machine: it takes CONNECT and nothing else, and may refuse or ask who one is."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

REASONS = {403: "Forbidden", 407: "Proxy Authentication Required", 502: "Bad Gateway"}


@dataclass
class ConnectProxy:
    """`ways` says where the hosts it lets through really are; no name is ever looked up."""

    ways: Mapping[str, int]
    """host:port to a port of this machine."""
    password: str = ""
    """name:password it asks for; empty for nothing."""
    refused: set[str] = field(default_factory=set)
    """host:port it answers with 403."""
    asked: list[str] = field(default_factory=list)
    address: str = ""

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, wanted, _ = head.split(" ", 2)
            self.asked.append(wanted)
            status = self._judge(method, wanted, head)
            if status != 200:
                more = 'Proxy-Authenticate: Basic realm="council"\r\n' if status == 407 else ""
                writer.write(f"HTTP/1.1 {status} {REASONS[status]}\r\n{more}Content-Length: 0\r\n\r\n".encode())
                return
            there, beyond = await asyncio.open_connection("127.0.0.1", self.ways[wanted])
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(_pass_on(reader, beyond), _pass_on(there, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _judge(self, method: str, wanted: str, head: str) -> int:
        signed = f"proxy-authorization: basic {base64.b64encode(self.password.encode()).decode()}".lower()
        if self.password and signed not in head.lower():
            return 407
        if method != "CONNECT" or wanted in self.refused:
            return 403
        return 200 if wanted in self.ways else 502


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def egress(proxy: ConnectProxy) -> AsyncIterator[ConnectProxy]:
    """Run it on a port of its own."""
    server = await asyncio.start_server(proxy._take, "127.0.0.1", 0)
    proxy.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
