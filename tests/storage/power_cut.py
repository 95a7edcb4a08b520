"""A disk that remembers every write and every sync, and can show what a power cut at any moment would have left."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import apsw

SECTOR = 512
"""Bytes a disk writes whole or not at all."""


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes written to a file that a sync has yet to make safe."""

    file: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file cut to a size."""

    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """Everything done to the file so far is safe."""

    file: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A caller was told that its commit is safe."""

    count: int


Event = Write | Truncate | Sync | Acknowledged


class RecordingDisk(apsw.VFS):
    """The usual file system, with everything written down in `events`."""

    def __init__(self, name: str) -> None:
        self.events: list[Event] = []
        self.name = name
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: Any) -> Any:  # noqa: N802 - the name is SQLite's
        """Hand out a file that records."""
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        return _RecordingFile(self, "wal" if path and str(path).endswith("-wal") else "main", name, flags)


class _RecordingFile(apsw.VFSFile):
    def __init__(self, disk: RecordingDisk, label: str, name: Any, flags: Any) -> None:
        self._disk = disk
        self._label = label
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - the name is SQLite's
        super().xWrite(data, offset)
        self._disk.events.append(Write(self._label, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:  # noqa: N802 - the name is SQLite's
        super().xTruncate(size)
        self._disk.events.append(Truncate(self._label, size))

    def xSync(self, flags: int) -> None:  # noqa: N802 - the name is SQLite's
        super().xSync(flags)
        self._disk.events.append(Sync(self._label))


@dataclass(frozen=True, slots=True)
class Image:
    """What the disk holds after a power cut, and how many commits had been acknowledged by then."""

    files: dict[str, bytes]
    acknowledged: int


def images(start: bytes, events: list[Event], chance: random.Random) -> Iterator[Image]:
    """What a file that began as `start` may be after a power cut.

    It is cut at each sync and each acknowledgement; of what was not synced all, none or some sectors are left.
    """
    for moment, event in enumerate(events, start=1):
        if not isinstance(event, (Sync, Acknowledged)):
            continue
        past = events[:moment]
        acknowledged = max((old.count for old in past if isinstance(old, Acknowledged)), default=0)
        # Just before this sync took effect is the worst moment it guards against.
        seen = past[:-1] if isinstance(event, Sync) else past
        for luck in (0.0, 1.0, 0.5, 0.5):
            yield Image(_what_is_left(start, seen, luck, chance), acknowledged)


def _what_is_left(start: bytes, events: list[Event], luck: float, chance: random.Random) -> dict[str, bytes]:
    last_sync = {event.file: at for at, event in enumerate(events) if isinstance(event, Sync)}
    files: dict[str, bytearray] = {"main": bytearray(start), "wal": bytearray()}
    for at, event in enumerate(events):
        if isinstance(event, (Sync, Acknowledged)):
            continue
        safe = at < last_sync.get(event.file, -1)
        content = files[event.file]
        if isinstance(event, Truncate):
            if safe or chance.random() < luck:
                del content[event.size :]
        else:
            _write(content, event, 1.0 if safe else luck, chance)
    return {name: bytes(content) for name, content in files.items()}


def _write(content: bytearray, event: Write, luck: float, chance: random.Random) -> None:
    for start in range(0, len(event.data), SECTOR):
        if luck < 1.0 and chance.random() >= luck:
            continue
        piece = event.data[start : start + SECTOR]
        begin = event.offset + start
        if len(content) < begin + len(piece):
            content.extend(bytes(begin + len(piece) - len(content)))
        content[begin : begin + len(piece)] = piece
