"""The drill: a backup on Monday, a week that goes on, the backup put back; nothing is lost and nothing said twice.

Run in CI on SQLite and on PostgreSQL, with the programs PostgreSQL itself brings.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from assurance.after_restore.decide import decide_held
from assurance.after_restore.hold import note_restore
from assurance.self_check.verify import verify
from policy.council.actor import Actor
from storage.backup import backups
from storage.council import history
from storage.engine.database import Database
from storage.outbox import held
from tests.councils import DIRECTOR, QA_LEAD
from tests.databases import PostgresqlServer
from tests.journeys.living_council import LivingCouncil, Said, london, nine

BACKUP, RESTORE = london("2026-02-03 18:00"), london("2026-02-10 12:00")
GIVEN = date(2026, 1, 5)
"""Due on 2 February: two days late on the 4th, seven on the 9th, fourteen on the 16th."""


@pytest.fixture
def address(request: pytest.FixtureRequest, database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    if database_url.startswith("postgresql"):
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")
        monkeypatch.setenv("PATH", f"{server.programs}:/usr/bin:/bin")
    return database_url


@contextmanager
def living_in(address: str) -> Iterator[LivingCouncil]:
    with Database.open(address, service=True) as database:
        yield LivingCouncil(database, now=BACKUP)


def steps_said(said: list[Said]) -> dict[tuple[str, str], int]:
    """(step, person) -> how often, of what is said about a learning space."""
    found: dict[tuple[str, str], int] = {}
    for one in said:
        if one.subject.startswith("LS-"):
            found[one.step, one.person] = found.get((one.step, one.person), 0) + 1
    return found


def test_after_a_restore_everything_due_is_said_or_held_and_nothing_twice_unmarked(
    address: str, tmp_path: Path
) -> None:
    backup = tmp_path / "monday.backup"
    with living_in(address) as council:
        council.given_everyone_talks_to_the_bot()
        item = council.given_a_learning_space("tm-north-1", allocated_on=GIVEN)
        council.when_the_service_looks(BACKUP)
        wrong_anyway = council.database.read_now(verify, council.framework, now=BACKUP)
        made = backups.make(address, backup, council="Northmoor", now=BACKUP)
        before = [
            *council.when_the_service_looks(nine(date(2026, 2, 4))),
            *council.when_the_service_looks(nine(date(2026, 2, 9))),
        ]
        assert {step for step, _ in steps_said(before)} == {"+2", "+7"}

    by = partial(note_restore, actor=Actor.system("command line"), now=RESTORE)
    done = backups.restore(address, backup, by, now=RESTORE)
    assert done.manifest.history_head == made.manifest.history_head

    with Database.open(address, service=True) as database:
        council = LivingCouncil(database, now=RESTORE)
        said = council.when_the_service_looks(RESTORE)
        assert steps_said(said) == {}, "what was said that week is not said again by itself"
        assert {one.person for one in said if one.event == "E89"} == {QA_LEAD}
        waiting = database.read_now(held.all_held)
        assert {(one.step, one.recipient) for one in waiting if one.subject == item.reference} >= {
            key for key in steps_said(before) if key[0] == "+7"
        }, "and nothing of it is lost"
        council.now = RESTORE + timedelta(minutes=5)
        lead = Actor.person(QA_LEAD)
        director = next(one for one in waiting if one.recipient == DIRECTOR)
        database.write_now(decide_held, council.framework, str(director.id), what="send", actor=lead, now=council.now)
        again = [one for one in council.dispatch() if one.subject == item.reference]
        assert [(one.person, one.repeat) for one in again] == [(DIRECTOR, True)]
        database.write_now(decide_held, council.framework, "all", what="drop", actor=lead, now=council.now)
        later = council.when_the_service_looks(nine(date(2026, 2, 16)))
        assert {step for step, _ in steps_said(later)} == {"+14"} and not any(one.repeat for one in later)
        assert database.read_now(history.verify) == []
        assert database.read_now(verify, council.framework, now=council.now) == wrong_anyway
