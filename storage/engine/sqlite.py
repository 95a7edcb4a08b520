"""SQLite set up to keep its word: every commit is on the disk before it returns, or the file is refused."""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from storage.engine.backend import Backend, Trouble, check_revision
from storage.engine.errors import AlreadyRunning, DamagedDatabase, NetworkFilesystem, Unreachable, WeakDurability

PRAGMAS: tuple[tuple[str, str, object], ...] = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
)
"""Name, what is asked for, what must be read back. All but WAL belong to the connection, so each one is checked."""

LONGEST_WAIT = 2.0
"""Seconds SQLite itself waits for a lock; the writer then looks whether its patience lasts for another try."""

NETWORK_FILESYSTEMS = re.compile(
    r"9p|afs|beegfs|ceph|cifs|coda|gfs2|glusterfs|lustre|ncpfs|nfs4?|ocfs2|orangefs|smb3|smbfs|vboxsf"
    r"|fuse\.(blobfuse2?|gcsfuse|glusterfs|juicefs|rclone|s3fs|sshfs)"
)

_TROUBLES = {
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
    sqlite3.SQLITE_NOTADB: Trouble.DAMAGED,
    sqlite3.SQLITE_CANTOPEN: Trouble.LOST,
    sqlite3.SQLITE_IOERR: Trouble.UNKNOWN,  # after a failed fsync nobody can say what is on the disk
}


class Sqlite(Backend):
    """One file for one bot. One-shot commands may work beside the service; a second service may not."""

    dialect = "sqlite"

    def __init__(
        self, url: URL, *, service: bool, readers: int, patience: float, mounts: Path = Path("/proc/mounts")
    ) -> None:
        if not url.database or url.database == ":memory:":
            raise WeakDurability("(A database in memory forgets everything; name a file.)")
        self.path = Path(url.database).absolute()
        self._lock: int | None = None
        refuse_network_filesystem(self.path, mounts)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unreachable(f"({error})") from error
        if service:
            self._lock = _hold(self.path)
        self._busy_timeout = round(min(patience, LONGEST_WAIT) * 1000)
        self.writer = self._engine("BEGIN IMMEDIATE", pool_size=1)
        self.readers = self._engine("BEGIN", pool_size=readers)
        event.listen(self.readers, "connect", _read_only)

    def start_batch(self, connection: Connection) -> str:
        """BEGIN IMMEDIATE has already taken the lock; only the schema is left to check."""
        check_revision(_revision(_raw(connection)))
        return ""

    def in_transaction(self, connection: Connection) -> bool:
        """A full disk or a locked table can make SQLite roll everything back by itself."""
        return _raw(connection).in_transaction

    def trouble(self, error: BaseException) -> Trouble | None:
        """By SQLite's own result codes."""
        original = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(original, "sqlite_errorcode", None)
        if code is None:
            return None
        if code == sqlite3.SQLITE_IOERR_WRITE:  # over a quota or a file size limit: full by another name
            return Trouble.FULL
        return _TROUBLES.get(code & 0xFF)

    def was_committed(self, receipt: str) -> bool | None:
        """SQLite is in this process: its commit either returned or did not happen."""
        return False

    def revision(self) -> str:
        """Read beside the writer."""
        with self.readers.connect() as connection:
            return _revision(_raw(connection))

    def revision_seen_by(self, connection: Connection) -> str:
        """Inside a transaction."""
        return _revision(_raw(connection))

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Rebuilding a table needs foreign keys off, outside a transaction; they are all checked before the commit."""
        engine = self._engine("BEGIN IMMEDIATE", pool_size=1)
        try:
            with engine.connect() as connection:
                _raw(connection).execute("PRAGMA foreign_keys=OFF")
                with connection.begin():
                    check_revision(_revision(_raw(connection)), behind_is_fine=True)
                    yield connection
                    broken = _raw(connection).execute("PRAGMA foreign_key_check").fetchone()
                    if broken:
                        raise DamagedDatabase(f"(A row of {broken[0]} refers to a {broken[2]} that is not there.)")
        finally:
            engine.dispose()

    def close(self) -> None:
        """Let go of the file, then of the service's place."""
        super().close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _engine(self, begin: str, *, pool_size: int) -> Engine:
        engine = create_engine(
            URL.create("sqlite+pysqlite", database=str(self.path)),
            poolclass=QueuePool,
            pool_size=pool_size,
            max_overflow=0 if pool_size == 1 else -1,
            execution_options={"preserve_rowcount": True},
            hide_parameters=True,  # an error's text goes to the log; what people typed must not
            # isolation_level=None: the driver starts no transaction of its own, `do_begin` below does.
            connect_args={"isolation_level": None, "check_same_thread": False},
        )
        event.listen(engine, "connect", lambda raw, _: _set_up(raw, self._busy_timeout))

        def do_begin(raw: PoolProxiedConnection) -> None:
            raw.cursor().execute(begin)

        # The dialect's own hook, because an engine whose "begin" is listened to pays for that at every statement.
        engine.dialect.do_begin = do_begin  # type: ignore[assignment, method-assign]
        return engine


def refuse_network_filesystem(path: Path, mounts: Path = Path("/proc/mounts")) -> None:
    """Raise NetworkFilesystem when the mount that holds `path` is a network drive; other systems are trusted."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    real = os.path.realpath(path)
    found, kind = "", ""
    for line in lines:
        _, point, filesystem, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(found):  # the later of two equal mounts hides the earlier
            found, kind = point, filesystem
    if NETWORK_FILESYSTEMS.fullmatch(kind):
        raise NetworkFilesystem(f"({path} is on {found}, which is {kind}.)")


def _hold(path: Path) -> int:
    """Take the service's place beside the file; it is given up when this process ends, however it ends.

    A file of its own, because closing any handle of the database file would drop SQLite's own locks on it.
    """
    try:
        place = os.open(f"{path}.service", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unreachable(f"({error})") from error
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(place, 20).decode(errors="replace").strip()
        os.close(place)
        raise AlreadyRunning(f"({path} is served by process {holder or 'unknown'}.)") from None
    os.truncate(place, 0)
    os.write(place, str(os.getpid()).encode())
    return place


def _set_up(raw: sqlite3.Connection, busy_timeout: int) -> None:
    pragmas = (("busy_timeout", str(busy_timeout), busy_timeout), *PRAGMAS)
    for name, wanted, _ in pragmas:
        raw.execute(f"PRAGMA {name}={wanted}")
    for name, _, must_be in pragmas:
        got = raw.execute(f"PRAGMA {name}").fetchone()
        if got is None or got[0] != must_be:
            raise WeakDurability(f"(SQLite answers {name} = {got and got[0]}, and it must be {must_be}.)")


def _read_only(raw: sqlite3.Connection, record: object) -> None:
    raw.execute("PRAGMA query_only=ON")


def _raw(connection: Connection) -> sqlite3.Connection:
    raw: Any = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


def _revision(raw: sqlite3.Connection) -> str:
    try:
        row = raw.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return ""
        raise
    return str(row[0]) if row else ""
