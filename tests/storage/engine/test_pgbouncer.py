"""Behind a real PgBouncer in transaction mode: every turn works, and timeouts that it drops are missed at start."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from storage.council import meta
from storage.engine.database import Database, Session
from storage.engine.errors import Unsuitable
from tests.databases import OWNER, UNPRIVILEGED, PostgresqlServer, database_name
from tests.storage.use_cases import keys

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not here"),
]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def pooler(postgresql_server: PostgresqlServer) -> Iterator[int]:
    """The port of a pooler in transaction mode that drops what it does not know, as poolers are set up."""
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="bouncer-"))
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n* = host={postgresql_server.folder}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n"
        "default_pool_size = 3\nignore_startup_parameters = options,extra_float_digits\n"
    )
    # auth_type any logs everybody in as the one user it is told, which is the server's owner.
    settings.write_text(settings.read_text().replace("* = host", f"* = user={OWNER} host"))
    if os.geteuid() == 0:
        os.chmod(folder, 0o755)
    account = pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None
    process = subprocess.Popen(
        [str(PGBOUNCER), str(settings)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(f"postgresql://{OWNER}@127.0.0.1:{port}/postgres", connect_timeout=2).close()
            break
        except psycopg.OperationalError:
            assert time.monotonic() < deadline and process.poll() is None, "the pooler did not start"
            time.sleep(0.02)
    yield port
    process.terminate()
    process.wait(10)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def pooled(postgresql_url: str, pooler: int) -> str:
    return f"postgresql://{OWNER}@127.0.0.1:{pooler}/{database_name(postgresql_url)}"


def test_timeouts_that_a_pooler_drops_are_missed_at_start_and_it_says_how_to_set_them(pooled: str) -> None:
    with pytest.raises(Unsuitable, match=r"asked for \w+_timeout = \d+ ms and the server has 0.*ALTER ROLE"):
        Database.open(pooled)


def test_three_hundred_turns_share_three_connections_once_the_role_has_the_timeouts(
    postgresql_server: PostgresqlServer, postgresql_url: str, pooled: str
) -> None:
    name = database_name(postgresql_url)
    for setting in ("lock_timeout = '5s'", "idle_in_transaction_session_timeout = '30s'"):
        postgresql_server.execute(f"ALTER DATABASE {name} SET {setting}")

    def turn(session: Session, number: int, copy: int) -> None:
        meta.save(session, f"turn {copy} {number}", meta.get(session, f"turn {copy} {number - 1}", "first"))

    def live(copy: int) -> None:
        with Database.open(pooled) as database:
            for number in range(100):
                database.write_now(turn, number, copy)
                database.read_now(keys)

    failed: list[BaseException] = []

    def watched(copy: int) -> None:
        try:
            live(copy)
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    copies = [threading.Thread(target=watched, args=(copy,)) for copy in range(3)]
    for copy in copies:
        copy.start()
    for copy in copies:
        copy.join()
    assert failed == []
    with Database.open(postgresql_url) as database:
        assert sum(key.startswith("turn ") for key in database.read_now(keys)) == 300
