"""An older file, another one or an empty one in the place of the one that was served is recognised at start."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.council import put_back
from storage.council.put_back import ANOTHER, OLDER, PutBack
from storage.engine.database import CouncilGone, DamagedDatabase, Database, NotWritable, StorageError
from tests.databases import SqliteTemplate
from tests.storage.use_cases import keys, write_down


@pytest.fixture
def file(sqlite_template: SqliteTemplate, fast_folder: Path) -> Path:
    """A file a service has served once."""
    sqlite_template.copy_to(fast_folder / "council.db")
    serve(fast_folder / "council.db", "first day")
    return fast_folder / "council.db"


def serve(file: Path, *facts: str) -> PutBack | None:
    """A service starts, saves something and ends properly; what it found at start."""
    with Database.open(f"sqlite:///{file}", service=True) as service:
        found = service.read_now(put_back.waiting)
        for fact in facts:
            service.write_now(write_down, fact)
    return found


def test_the_file_that_was_served_last_is_served_again_without_a_word(file: Path) -> None:
    assert serve(file, "second day") is None
    assert serve(file) is None


def test_a_command_beside_the_service_changes_nothing_of_that(file: Path) -> None:
    with Database.open(f"sqlite:///{file}") as command:
        command.write_now(write_down, "by a command")
    assert serve(file) is None


def test_an_old_copy_put_in_its_place_by_hand_is_recognised_and_stays_so_until_it_is_acted_on(file: Path) -> None:
    shutil.copy(file, file.with_name("old"))
    serve(file, "second day")
    shutil.copy(file.with_name("old"), file)
    assert serve(file, "and then") == PutBack(OLDER)
    assert serve(file) == PutBack(OLDER), "a crash before anybody acted on it must not forget it"


def test_another_councils_file_is_recognised(file: Path, sqlite_template: SqliteTemplate) -> None:
    other = file.with_name("other.db")
    sqlite_template.copy_to(other)
    serve(other, *(f"fact {number}" for number in range(9)))
    shutil.copy(other, file)
    assert serve(file) == PutBack(ANOTHER)


def test_a_file_from_before_there_were_side_files_is_served_without_a_word(
    sqlite_template: SqliteTemplate, fast_folder: Path
) -> None:
    sqlite_template.copy_to(fast_folder / "council.db")
    assert serve(fast_folder / "council.db", "first day") is None


def test_a_side_file_that_cannot_be_read_is_written_anew(file: Path) -> None:
    file.with_name("council.db.mark").write_text("not json")
    assert serve(file, "second day") is None
    shutil.copy(file, file.with_name("old"))
    serve(file, "third day")
    shutil.copy(file.with_name("old"), file)
    assert serve(file) == PutBack(OLDER)


KILLED = """
import os, signal, sys
from storage.engine.database import Database
from tests.storage.use_cases import write_down
database = Database.open(sys.argv[1], service=True)
for number in range(20):
    database.write_now(write_down, f"fact {number}")
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_while_serving(file: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, f"sqlite:///{file}"], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL


def test_a_kill_is_no_news_but_a_lost_wal_is(file: Path) -> None:
    killed_while_serving(file)
    shutil.copytree(file.parent, file.parent / "kept")
    assert serve(file) is None, "everything was on the disk"
    beside = file.parent / "kept" / "council.db"
    os.unlink(f"{beside}-wal")
    assert serve(beside) == PutBack(OLDER)


@pytest.mark.parametrize("left", ["empty", "nothing"])
@pytest.mark.parametrize("service", [True, False])
def test_an_empty_place_where_a_council_was_is_not_begun_anew(file: Path, left: str, service: bool) -> None:
    file.unlink()
    if left == "empty":
        file.touch()
    with pytest.raises(CouncilGone, match="restore FILE"):
        Database.open(f"sqlite:///{file}", service=service)
    assert file.exists() == (left == "empty") and (left == "nothing" or file.stat().st_size == 0)


def test_a_new_council_may_begin_there_once_somebody_said_so(file: Path) -> None:
    file.unlink()
    file.with_name("council.db.mark").unlink()
    with Database.open(f"sqlite:///{file}", service=True) as database:
        assert database.migrate() is True


def test_no_byte_of_the_header_ends_in_a_traceback(file: Path) -> None:
    whole, refused = file.read_bytes(), set()
    for place in range(100):
        for byte in {0, 7, 255, whole[place] ^ 1} - {whole[place]}:
            spoilt = file.with_name(f"spoilt-{place}-{byte}.db")
            spoilt.write_bytes(whole[:place] + bytes([byte]) + whole[place + 1 :])
            try:
                with Database.open(f"sqlite:///{spoilt}", service=True, patience=0.1) as database:
                    database.write_now(write_down, "something")
                    database.read_now(keys)
            except StorageError as error:
                refused.add(type(error))
    assert refused == {DamagedDatabase, NotWritable}
