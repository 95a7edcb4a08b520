"""kill -9 in the middle of group commits: what was acknowledged is there, and nothing is there by half."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import select

from storage.council import history
from storage.engine.database import Database, Session
from storage.schema.tables import meta as facts

WRITER = """
import asyncio, os, sys
from datetime import UTC, datetime
from policy.council.actor import Actor
from storage.council import history
from storage.engine.database import Database
from tests.storage.use_cases import write_down

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)

def submit(session, name):
    write_down(session, f"grade {name}")
    history.append(session, at=NOON, actor=Actor.system("test"), verb="submitted", subject=name)
    write_down(session, f"receipt {name}")

async def manager(database, who):
    number = 0
    while True:
        number += 1
        name = f"{sys.argv[2]}-{who}-{number}"
        await database.write(submit, name)
        os.write(1, f"{name}\\n".encode())

async def main():
    database = Database.open(sys.argv[1])
    await asyncio.gather(*(manager(database, who) for who in range(20)))

asyncio.run(main())
"""


def names(session: Session, kind: str) -> set[str]:
    found = session.execute(select(facts.c.key).where(facts.c.key.like(f"{kind} %"))).scalars()
    return {key.removeprefix(f"{kind} ") for key in found}


def test_kill_9_during_group_commits_loses_nothing_acknowledged_and_leaves_nothing_half_done(database_url: str) -> None:
    chance = random.Random(5)
    acknowledged: set[str] = set()
    for life in range(3):
        bot = subprocess.Popen(
            [sys.executable, "-c", WRITER, database_url, str(life)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert bot.stdout and bot.stderr
        first = bot.stdout.readline()
        assert first, bot.stderr.read().decode()
        time.sleep(chance.uniform(0.0, 0.2))
        bot.send_signal(signal.SIGKILL)
        printed = first + bot.stdout.read()
        bot.wait()
        bot.stdout.close()
        bot.stderr.close()
        acknowledged |= set(printed.decode().split("\n")[:-1])
    assert len(acknowledged) > 60
    with Database.open(database_url) as database:
        grades = database.read_now(names, "grade")
        assert acknowledged <= grades
        assert grades == database.read_now(names, "receipt")
        assert grades == {entry.subject for entry in database.read_now(history.read)}
        assert database.read_now(history.verify) == []
        if database.dialect == "sqlite":
            assert database.read_now(_integrity) == "ok"


def _integrity(session: Session) -> str:
    return str(session.connection.exec_driver_sql("PRAGMA integrity_check").scalar())


pytestmark = pytest.mark.timeout(60)
