"""SQLite set up to keep its word: every commit is on the disk before it returns, or the file is refused."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool
from sqlalchemy.util import LRUCache

from storage.engine.backend import Backend, Trouble, check_revision
from storage.engine.errors import (
    AlreadyRunning,
    CouncilGone,
    DamagedDatabase,
    InUse,
    NetworkFilesystem,
    Unreachable,
    WeakDurability,
)
from storage.engine.side_file import ANOTHER, COMMITS, IDENTITY, OLDER, PUT_BACK, Mark, SideFile
from storage.migrations import NEEDS

log = logging.getLogger(__name__)

PRAGMAS: tuple[tuple[str, str, object], ...] = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
)
"""Name, what is asked for, what must be read back. All but WAL belong to the connection, so each one is checked."""

LONGEST_WAIT = 2.0
"""Seconds SQLite itself waits for a lock; the writer then looks whether its patience lasts for another try."""

MIGRATION_WAIT = 60.0
"""Seconds a copy that starts waits for another that is bringing the schema up to date; as on PostgreSQL."""

NETWORK_FILESYSTEMS = re.compile(
    r"9p|afs|beegfs|ceph|cifs|coda|gfs2|glusterfs|lustre|ncpfs|nfs4?|ocfs2|orangefs|smb3|smbfs|vboxsf"
    r"|fuse\.(blobfuse2?|gcsfuse|glusterfs|juicefs|rclone|s3fs|sshfs)"
)

_COUNT = "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = ? RETURNING value"
_KEEP = "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO NOTHING"
_OVERWRITE = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"

_TROUBLES = {
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
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
        self._beside = SideFile(self.path)
        self._served: Mark | None = None
        refuse_network_filesystem(self.path, mounts)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unreachable(f"({error})") from error
        self._refuse_an_empty_place()
        if service:
            self._lock = hold_place(self.path)
        keep_private(self.path)
        self._busy_timeout = round(min(patience, LONGEST_WAIT) * 1000)
        self.writer = self._engine("BEGIN IMMEDIATE", pool_size=1)
        self.readers = self._engine("BEGIN", pool_size=readers)
        event.listen(self.readers, "connect", _read_only)

    def start_batch(self, connection: Connection) -> str:
        """BEGIN IMMEDIATE has already taken the lock; the schema is left to check, and a service counts its commits."""
        raw = _raw(connection)
        check_revision(_revision(raw), needs=lambda: _fact(raw, NEEDS))
        if self._lock is not None:
            self._served = _count(raw, self._served)
        return ""

    def committed(self) -> None:
        """Beside the file: so far it has come."""
        if self._served is not None:
            self._beside.write(self._served)

    def look_back(self) -> str:
        """Compare the file with the side file. What is found is kept in the file, so that a crash forgets it not."""
        if self._lock is None:
            return ""
        with self.writer.connect() as connection, connection.begin():
            raw = _raw(connection)
            if not _revision(raw):
                if self._beside.read() is not None:
                    raise CouncilGone(self._what_to_do(f"{self.path} has no tables."))
                return ""
            found = _compared(self._beside.read(), _fact(raw, IDENTITY), _fact(raw, COMMITS))
            if found:
                raw.execute(_OVERWRITE, (PUT_BACK, found))
            return found

    def _refuse_an_empty_place(self) -> None:
        """No file, or an empty one, where a council was: no new council is begun in its place."""
        if (not self.path.exists() or self.path.stat().st_size == 0) and self._beside.read() is not None:
            raise CouncilGone(self._what_to_do(f"{self.path} is {'empty' if self.path.exists() else 'not there'}."))

    def _what_to_do(self, what: str) -> str:
        return (
            f"({what} Put it back, or restore a backup: python -m bot restore FILE. "
            f"If a new council is meant to begin here, remove {self._beside.path} first.)"
        )

    def in_transaction(self, connection: Connection) -> bool:
        """A full disk or a locked table can make SQLite roll everything back by itself."""
        return _raw(connection).in_transaction

    def trouble(self, error: BaseException) -> Trouble | None:
        """By SQLite's own result codes."""
        return _trouble(error)

    def was_committed(self, receipt: str) -> bool | None:
        """SQLite is in this process: its commit either returned or did not happen."""
        return False

    def revision(self) -> str:
        """Read beside the writer."""
        with self.readers.connect() as connection:
            return _revision(_raw(connection))

    def needs(self) -> str:
        """Read beside the writer."""
        with self.readers.connect() as connection:
            return _fact(_raw(connection), NEEDS)

    @contextmanager
    def alone(self, wait: float) -> Iterator[None]:
        """Take the service's place for as long as it is needed."""
        deadline = time.monotonic() + wait
        while self._lock is None:
            try:
                place = hold_place(self.path)
                break
            except AlreadyRunning as running:
                if time.monotonic() > deadline:
                    raise InUse(running.detail) from None
                time.sleep(0.1)
        else:
            yield
            return
        try:
            yield
        finally:
            os.close(place)

    def revision_seen_by(self, connection: Connection) -> str:
        """Inside a transaction."""
        return _revision(_raw(connection))

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Rebuilding a table needs foreign keys off, outside a transaction; they are all checked before the commit."""
        engine = self._engine("BEGIN IMMEDIATE", pool_size=1)
        try:
            with engine.connect() as connection:
                _raw(connection).execute(f"PRAGMA busy_timeout={round(MIGRATION_WAIT * 1000)}")
                _raw(connection).execute("PRAGMA foreign_keys=OFF")
                with connection.begin():
                    raw = _raw(connection)
                    check_revision(_revision(raw), behind_is_fine=True, needs=lambda: _fact(raw, NEEDS))
                    yield connection
                    broken = _raw(connection).execute("PRAGMA foreign_key_check").fetchone()
                    if broken:
                        raise DamagedDatabase(f"(A row of {broken[0]} refers to a {broken[2]} that is not there.)")
        finally:
            engine.dispose()

    def close(self) -> None:
        """Let go of the file, then of the service's place."""
        super().close()
        self._beside.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _engine(self, begin: str, *, pool_size: int) -> Engine:
        dialect = _dialect()

        def connect() -> DBAPIConnection:
            # isolation_level=None: the driver starts no transaction of its own, `_begin` does.
            return dialect.connect(str(self.path), isolation_level=None, check_same_thread=False)

        def set_up(raw: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
            _set_up(raw, self._busy_timeout)
            record.info[_BEGIN] = begin

        pool = QueuePool(connect, pool_size, 0 if pool_size == 1 else -1, dialect=dialect)
        event.listen(pool, "connect", set_up)
        return Engine(
            pool,
            dialect,
            URL.create("sqlite+pysqlite", database=str(self.path)),
            execution_options={"preserve_rowcount": True, "compiled_cache": _COMPILED},
            hide_parameters=True,  # an error's text goes to the log; what people typed must not
        )


_BEGIN = "begin"
"""What a connection keeps of itself: how a transaction begins on it."""

_COMPILED: LRUCache[Any, Any] = LRUCache(2000)
"""Statements in SQLite's words. The writer and the readers share them, and so does every file opened after."""


@cache
def _dialect() -> Dialect:
    """SQLAlchemy's own for SQLite, one for all engines: what it has made of a statement is kept by dialect."""
    engine = create_engine("sqlite+pysqlite://")
    with engine.connect():  # the first connection tells it which SQLite this is
        dialect = engine.dialect
    engine.dispose()
    # Its own hook, because an engine whose "begin" is listened to pays for that at every statement.
    dialect.do_begin = _begin  # type: ignore[assignment, method-assign]
    return dialect


def _begin(raw: PoolProxiedConnection) -> None:
    raw.cursor().execute(raw.info[_BEGIN])


def explained(error: sqlite3.Error) -> BaseException:
    """An error of SQLite's own in the reader's words, or as it came."""
    trouble = _trouble(error)
    return error if trouble is None else trouble.as_error(error)


def _trouble(error: BaseException) -> Trouble | None:
    original = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(original, "sqlite_errorcode", None)
    if code is None:
        return None
    if code == sqlite3.SQLITE_IOERR_WRITE:  # over a quota or a file size limit: full by another name
        return Trouble.FULL
    if code == sqlite3.SQLITE_ERROR and "unsupported file format" in str(original):
        return Trouble.DAMAGED  # a byte of its header that nothing else looks at
    return _TROUBLES.get(code & 0xFF)


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


def hold_place(path: Path) -> int:
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


def keep_private(path: Path) -> None:
    """Nobody but the account that runs the bot reads the file; SQLite gives its companions the same rights."""
    with contextlib.suppress(OSError):  # what cannot be made here is said by whoever opens it
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    for file in (path, *(Path(f"{path}{end}") for end in ("-wal", "-shm"))):
        try:
            mode = file.stat().st_mode
            if mode & 0o077:
                file.chmod(mode & 0o700)
        except FileNotFoundError:
            continue
        except OSError as error:
            log.warning("%s can be read by others and that cannot be changed: %s", file.name, error.strerror)


def _count(raw: sqlite3.Connection, last: Mark | None) -> Mark:
    """One more commit by a service; the first one gives the file its name."""
    name = last.database if last else _fact(raw, IDENTITY)
    if not name:
        name = secrets.token_hex(16)
        raw.execute(_KEEP, (IDENTITY, name))
        raw.execute(_KEEP, (COMMITS, "0"))
    ((commits,),) = raw.execute(_COUNT, (COMMITS,)).fetchall()
    return Mark(name, int(commits))


def _compared(mark: Mark | None, name: str, commits: str) -> str:
    """What a file is beside what was served from it last: the same, one that is older, or another one."""
    if mark is None:
        return ""
    if mark.database != name:
        return ANOTHER
    return OLDER if int(commits or 0) < mark.commits else ""


def _fact(raw: sqlite3.Connection, key: str) -> str:
    row = raw.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return str(row[0]) if row else ""


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
