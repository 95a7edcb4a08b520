"""The channel for every contestant alike: takes any post at once, and publishes the signing keys. Bare sockets."""

from __future__ import annotations

import argparse
import asyncio
import re
from pathlib import Path
from typing import Any

LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
TAKEN = b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 18\r\n\r\n{"id":"1:0000001"}'


class Channel(asyncio.Protocol):
    """One connection; answers in order, keeps nothing."""

    def __init__(self, pages: dict[bytes, bytes]) -> None:
        self._pages = pages
        self._buffer = b""
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end]
            found = LENGTH.search(head)
            total = end + 4 + (int(found.group(1)) if found else 0)
            if len(self._buffer) < total:
                return
            self._buffer = self._buffer[total:]
            path = head.split(b" ", 2)[1]
            self._transport.write(self._pages.get(path, TAKEN))


def page(body: bytes) -> bytes:
    """A whole answer with this JSON."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def serve(port: int, keys: bytes) -> None:
    """Serve until killed."""
    here = f"http://127.0.0.1:{port}"
    metadata = f'{{"issuer":"https://api.botframework.com","jwks_uri":"{here}/keys"}}'.encode()
    pages = {b"/metadata": page(metadata), b"/keys": page(keys)}
    server = await asyncio.get_running_loop().create_server(lambda: Channel(pages), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--keys", type=Path)
    options = parser.parse_args()
    uvloop.run(serve(options.port, options.keys.read_bytes()))
