"""Stands between the bot and PostgreSQL and cuts the line at the worst moment: during a commit."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

COMMIT = re.compile(rb"COMMIT\0")


class CuttingProxy:
    """Passes everything on until it is told to cut at the next commit, `before` or `after` the server gets it."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder = folder
        self._server = server
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()
        self.cut = ""
        """'before', 'after' or empty; emptied by the cut."""
        self.cuts = 0
        self.passing = threading.Event()
        """Cleared, nothing gets through in either direction, as when a firewall drops it all."""
        self.passing.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        with client, server, contextlib.suppress(OSError):
            server.connect(str(self._server / ".s.PGSQL.5432"))
            while True:
                for source in select.select([client, server], [], [])[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    self.passing.wait()
                    if source is client and self.cut and COMMIT.search(data):
                        self._cut_at_commit(server, data)
                        return
                    (server if source is client else client).sendall(data)

    def _cut_at_commit(self, server: socket.socket, data: bytes) -> None:
        moment, self.cut = self.cut, ""
        self.cuts += 1
        if moment == "after":
            server.sendall(data)
            server.recv(65536)  # the server has committed; its answer goes no further


@contextlib.contextmanager
def cutting_proxy(folder: Path, server: Path) -> Iterator[CuttingProxy]:
    """A proxy that listens in `folder` for the server whose socket is in `server`."""
    proxy = CuttingProxy(folder, server)
    try:
        yield proxy
    finally:
        proxy.close()
