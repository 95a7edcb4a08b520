"""The side file: what the service last knew of its database, so that an older or another one is recognised at start.

It stands beside a SQLite file as `council.db.mark`. A backup copied back by hand, a lost WAL or an emptied file leaves
it as it was, and that is how the service knows that messages it sent are no longer in what it reads.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

IDENTITY, COMMITS, PUT_BACK = "database_id", "service_commits", "put_back"
"""Facts in `meta`: the file's own random name, how many commits services made, and that it is not what was served."""
OLDER, ANOTHER = "older", "another"
"""What a file can be that is not what was served last."""
SUFFIX = ".mark"
LENGTH = 256
"""Bytes of the file. It is written over in place, which is one sector of a disk and needs no room on it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a service had come."""

    database: str
    """The database's own random name, kept in it from its first commit by a service on."""
    commits: int
    """How many commits services had made in it."""


class SideFile:
    """The side file of one database. A service holds it open; whoever only looks does not."""

    def __init__(self, database: Path) -> None:
        self.path = Path(f"{database}{SUFFIX}")
        self._open: int | None = None
        self._complained = False

    def read(self) -> Mark | None:
        """The mark, or None when there is none that can be read."""
        try:
            kept = json.loads(self.path.read_text(encoding="ascii"))
            return Mark(str(kept["database"]), int(kept["commits"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            log.warning("the side file %s cannot be read; it is written anew", self.path.name)
            return None

    def write(self, mark: Mark) -> None:
        """Write it over. What cannot be written is said once: the commit it is about stands."""
        line = json.dumps({"database": mark.database, "commits": mark.commits}).ljust(LENGTH - 1) + "\n"
        try:
            if self._open is None:
                self._open = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.pwrite(self._open, line.encode("ascii"), 0)
        except OSError as error:
            if not self._complained:
                log.warning("the side file %s cannot be written: %s", self.path.name, error.strerror)
            self._complained = True

    def close(self) -> None:
        """Have it on the disk, and let go of it."""
        if self._open is not None:
            os.fsync(self._open)
            os.close(self._open)
            self._open = None
