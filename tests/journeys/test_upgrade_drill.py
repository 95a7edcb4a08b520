"""The drill: two copies of the bot on PostgreSQL, an addition beside them, then a breaking step; nothing lost or twice.

The schema begins where the first release left it. The copies are real processes that send to a real connector's
emulator; the newer version is this one with two more steps.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from desk import faults
from desk.connector import Member, TeamsDesk
from desk.serving import serving
from storage.council import establishment, kind
from storage.engine.database import Database, Session
from storage.migrations import REVISIONS
from storage.outbox import notices
from storage.outbox.notices import NewNotice
from tests.councils import small_council
from tests.databases import PostgresqlServer, schema_at

pytestmark = [pytest.mark.postgresql, pytest.mark.slow, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[2]
FIRST_RELEASE = "2026_11_23_0007"
ADDITION, BREAKING = "2031_01_01_0001", "2031_01_02_0002"
MORNING = "2026-11-20T10:00"

STEP = '''"""A step of a version to come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None
additive = {additive}


def upgrade() -> None:
    {does}
'''
"""What the newer versions add to the schema's history."""


class Newer:
    """A checkout of a version to come."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for room in ("policy", "storage", "assurance", "dialogs", "scheduler", "bot", "manifest"):
            shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
        self._newest = REVISIONS[-1]

    def add(self, revision: str, does: str, *, additive: bool) -> None:
        """One more step."""
        step = STEP.format(revision=revision, before=self._newest, additive=additive, does=does)
        (self.folder / "storage" / "migrations" / "versions" / f"{revision}_to_come.py").write_text(step)
        names = self.folder / "storage" / "migrations" / "__init__.py"
        names.write_text(
            names.read_text().replace(f'    "{self._newest}",', f'    "{self._newest}",\n    "{revision}",')
        )
        self._newest = revision


@pytest.fixture
async def teams() -> AsyncIterator[TeamsDesk]:
    """Everybody's Teams."""
    people = small_council().people.values()
    desk = TeamsDesk("", "", [Member(one.entra_object_id, one.name, one.email, installed=True) for one in people])
    async with serving(desk.application()) as url:
        desk.service_url = f"{url}/"
        yield desk


@pytest.fixture
def address(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """An empty database of the first release."""
    blank = postgresql_server.blank_database()
    schema_at(blank, FIRST_RELEASE)
    yield blank
    postgresql_server.drop(blank)


def python(where: Path, address: str, teams: TeamsDesk, *words: str) -> subprocess.Popen[str]:
    environment = os.environ | {
        "BOT_MODE": "local",
        "BOT_PORT": "0",
        "BOT_DATABASE_URL": address,
        "BOT_SERVICE_URL": teams.service_url,
        "BOT_CLOCK_START": MORNING,
        "BOT_SWEEP_SECONDS": "0.5",
        "PYTHONPATH": str(where),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        cwd=where,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


async def ended(process: subprocess.Popen[str], seconds: float = 60) -> tuple[int, str]:
    said = await asyncio.to_thread(process.communicate, None, seconds)
    return process.returncode, said[1]


def one_each(session: Session, batch: int) -> None:
    """Something to tell everybody."""
    at = datetime.fromisoformat(f"{MORNING}+00:00").astimezone(UTC)
    told = [
        NewNotice("E20", str(batch), f"2026-{batch:02}", one, "qa_lead", "teams", False, at, at, _FACTS)
        for one in establishment.current(session).people
    ]
    notices.add(session, told, at=at)


SAID = "One post without a learning space"
_FACTS = {"month": "2026-12-01", "posts": 1, "reasons": {"vacant": 1}}


async def until_sent(address: str, count: int) -> None:
    """Wait for what happens: so many notices are written down as sent."""
    async with asyncio.timeout(60):
        while await asyncio.to_thread(_sent, address) < count:
            await asyncio.sleep(0.2)


def _sent(address: str) -> int:
    """Asked without the bot, whatever version the tables are of."""
    with psycopg.connect(address) as raw:
        row = raw.execute("SELECT count(*) FROM notices WHERE state = 'sent' AND event = 'E20'").fetchone()
        return int(row[0]) if row else 0


def _write(address: str, *arguments: object) -> None:
    with Database.open(address) as database:
        database.write_now(*arguments)  # type: ignore[arg-type]


async def test_an_upgrade_beside_two_copies_loses_nothing_and_says_nothing_twice(
    address: str, teams: TeamsDesk, tmp_path: Path
) -> None:
    everybody = len(small_council().people)
    assert (await ended(python(ROOT, address, teams, "migrate")))[0] == 0
    _write(address, establishment.replace, small_council())
    _write(address, kind.mark, kind.DEMO)
    _write(address, one_each, 1)
    newer = Newer(tmp_path / "newer")
    copies = [python(ROOT, address, teams, "serve") for _ in range(2)]
    try:
        await until_sent(address, everybody)
        newer.add(ADDITION, 'op.add_column("notices", sa.Column("to_come", sa.Integer()))', additive=True)
        assert (await ended(python(newer.folder, address, teams, "migrate")))[0] == 0
        _write(address, one_each, 2)
        await until_sent(address, 2 * everybody)
        assert [one.poll() for one in copies] == [None, None], "an addition stops nobody"
        newer.add(BREAKING, 'op.drop_index("ix_inbox_heard", "inbox")', additive=False)
        # What is in hand when they are told to end takes its time, and is not cut off.
        teams.faults.add(faults.slow(3.0), times=-1)
        _write(address, one_each, 3)
        assert (await ended(python(newer.folder, address, teams, "migrate")))[0] == 0
        assert [(await ended(one))[0] for one in copies] == [3, 3]
        teams.faults.clear()
        again = await ended(python(ROOT, address, teams, "serve"))
        assert again[0] == 3 and "newer version" in again[1]
        copies.append(python(newer.folder, address, teams, "serve"))
        await until_sent(address, 3 * everybody)
    finally:
        for one in copies:
            if one.poll() is None:
                one.send_signal(signal.SIGKILL)
                one.wait(10)
    said = {member.name: list(map(str, teams.chat_of(member).messages.values())) for member in teams.members.values()}
    assert {name: sum(SAID in one for one in every) for name, every in said.items()} == dict.fromkeys(said, 3)
    assert "Repeat:" not in str(said)
