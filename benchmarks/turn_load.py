"""The load: as many connections as asked, each sending its next request when the last is answered. Bare sockets.

A process of its own, so that it takes nothing from whoever is measured: `python -m benchmarks.turn_load`.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import re
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)


def write_requests(path: Path, requests: Iterator[bytes]) -> int:
    """Keep requests in a file, each with its length before it. Returns how many."""
    count = 0
    with path.open("wb") as file:
        for request in requests:
            file.write(struct.pack(">I", len(request)) + request)
            count += 1
    return count


def read_requests(path: Path) -> list[bytes]:
    """The requests of a file."""
    data, found, at = path.read_bytes(), [], 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        found.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return found


class Load:
    """What all connections share: the requests left, and what was measured."""

    def __init__(self, requests: list[bytes], warm_up: float, seconds: float, until: Path | None = None) -> None:
        self.until = until
        self.requests = iter(requests)
        self.starts = time.perf_counter() + warm_up
        self.ends = self.starts + seconds
        self.last = self.starts
        self.spans: list[float] = []
        self.began: list[float] = []
        self.statuses: dict[str, int] = {}
        self.marked = 0

    def next(self) -> bytes | None:
        """The next request; None when time or requests are up, or the file is there that ends it."""
        if time.perf_counter() >= self.ends or (self.until and self.until.exists()):
            return None
        return next(self.requests, None)

    def note(self, began: float, status: bytes, body: bytes, mark: bytes) -> None:
        """An answer came."""
        now = time.perf_counter()
        key = status.decode()
        self.statuses[key] = self.statuses.get(key, 0) + 1
        if mark and mark in body:
            self.marked += 1
        if began >= self.starts:
            self.spans.append(now - began)
            self.began.append(began)
            self.last = now


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, load: Load, mark: bytes, done: asyncio.Future[None]) -> None:
        self._load = load
        self._mark = mark
        self._done = done
        self._buffer = b""
        self._began = 0.0
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        request = self._load.next()
        if request is None:
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        self._began = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end]
        found = LENGTH.search(head)
        total = end + 4 + (int(found.group(1)) if found else 0)
        if len(self._buffer) < total:
            return
        body, self._buffer = self._buffer[end + 4 : total], self._buffer[total:]
        self._load.note(self._began, head[9:12], body, self._mark)
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._load.statuses["lost"] = self._load.statuses.get("lost", 0) + 1
            self._done.set_result(None)


async def run(options: argparse.Namespace) -> None:
    """Measure, and print what was measured as JSON."""
    load = Load(read_requests(options.requests), options.warm_up, options.seconds, options.until)
    loop = asyncio.get_running_loop()
    waiting = []
    for _ in range(options.connections):
        done = loop.create_future()
        waiting.append(done)
        client = functools.partial(Client, load, options.mark.encode(), done)
        await loop.create_connection(client, "127.0.0.1", options.port)
    await asyncio.gather(*waiting)
    each = list(zip(load.began, load.spans, strict=True)) if options.until else []
    spans = sorted(load.spans)
    took = max(load.last - load.starts, 1e-9)
    figures = {
        "rate": len(spans) / took,
        "p50": spans[len(spans) // 2] if spans else 0.0,
        "p99": spans[min(len(spans) - 1, int(len(spans) * 0.99))] if spans else 0.0,
        "answers": len(spans),
        "statuses": load.statuses,
        "marked": load.marked,
        "each": each,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    import uvloop

    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--connections", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--warm-up", type=float)
    parser.add_argument("--requests", type=Path)
    parser.add_argument("--mark", default="")
    parser.add_argument("--until", type=Path)
    uvloop.run(run(parser.parse_args()))
