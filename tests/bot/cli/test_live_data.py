"""No tool for trying things works on a council's own people, however it is called and whatever the mode."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from assurance.establishment.council_kind import kind_of
from assurance.establishment.demo_council import DEMO_TEAM_MANAGER, demo_tables
from bot import desk_process
from bot.cli import playground
from bot.cli.invented import shown
from bot.cli.main import app
from bot.cli.opened import Opened
from bot.playground.cast import choose
from bot.settings import Settings
from policy.framework.framework import Framework
from storage.council import establishment, kind, meta
from storage.engine.database import Database
from tests.bot.conftest import FRIDAY, Command, Council
from tests.databases import PostgresqlServer

Load = Callable[..., Result]


@pytest.fixture(scope="module")
def real_sheets(tmp_path_factory: pytest.TempPathFactory, framework: Framework) -> Path:
    """A council's own people as CSV files: like the fictional ones, at an address that can be written to."""
    folder = tmp_path_factory.mktemp("sheets")
    for name, rows in demo_tables(framework).items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    people = folder / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").replace(".example", ".gov.uk"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def live_template(tmp_path_factory: pytest.TempPathFactory, demo_template: Path, framework: Framework) -> Path:
    """The allocated council again, as if its people had been imported as a council's own."""
    path = tmp_path_factory.mktemp("live") / "council.db"
    path.write_bytes(demo_template.read_bytes())
    with Database.open(f"sqlite:///{path}") as db:
        db.write_now(kind.mark, kind.COUNCIL)
    return path


@pytest.fixture
def live(live_template: Path, council: Council) -> Council:
    council.path.write_bytes(live_template.read_bytes())
    return council


def everything(path: Path) -> list[str]:
    """Every row of every table."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("mode", ["local", "production"])
@pytest.mark.parametrize(
    "words",
    [
        ("desk", "--no-browser"),
        ("playground",),
        ("chat", "--as", DEMO_TEAM_MANAGER),
        ("demo",),
        ("sweep", "--at", "2999-01-04"),
        ("sweep", "--at", "2999-01-04", "--deliver"),
    ],
    ids=" ".join,
)
def test_what_is_for_invented_people_refuses_a_council_and_changes_no_row(
    words: tuple[str, ...], mode: str, live: Council, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_MODE", mode)
    monkeypatch.delenv("BOT_CLOCK_START")
    before = everything(live.path)
    refused = command(*words, typed="list\nquit\n")
    assert refused.exit_code == 2, refused.output
    assert "invented" in refused.output
    assert "Nothing was changed" in refused.output
    assert everything(live.path) == before


@pytest.mark.parametrize("words", [("serve",), ("sweep", "--deliver")], ids=" ".join)
def test_in_local_mode_a_council_is_neither_served_nor_sent_to(
    words: tuple[str, ...], live: Council, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BOT_CLOCK_START")
    before = everything(live.path)
    refused = command(*words)
    assert refused.exit_code == 2, refused.output
    assert "invented" in refused.output
    assert everything(live.path) == before


def test_a_clock_set_forward_is_refused_by_every_command_that_opens_a_council(
    live: Council, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_CLOCK_START", "2999-01-04T10:00")
    before = everything(live.path)
    for words in (("sweep",), ("verify", "--mend"), ("allocate", "--month", "2999-01"), ("freeze",)):
        refused = command(*words)
        assert (refused.exit_code, "BOT_CLOCK_START" in refused.output) == (2, True), refused.output
    assert everything(live.path) == before


def test_a_council_is_swept_as_of_now_and_as_of_an_earlier_day(live: Council, command: Command) -> None:
    assert command("sweep").exit_code == 0
    assert command("sweep", "--at", "2026-11-20").exit_code == 0


def test_without_node_a_council_is_refused_all_the_same_and_no_password_is_printed(
    live: Council, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_process, "CARDS", Path("no-such-file"))
    monkeypatch.setattr("bot.playground.tool.shutil.which", lambda name: None)
    for tool in ("desk", "playground"):
        refused = command(tool)
        assert refused.exit_code == 2
        assert "chat --as" not in refused.output


def test_what_to_type_in_another_terminal_never_holds_the_databases_password(
    db: Database, framework: Framework, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "postgresql://bot:hunter2@db.council.example/qa?sslmode=verify-full&sslpassword=hunter3"
    settings = Settings.load(mode="local", database_url=url, clock_start=FRIDAY)
    bot = Opened(settings, framework, settings.clock(), db)
    playground.offer_the_terminal(bot, "No Node here.", db.read_now(choose))
    playground._tell(bot, db.read_now(choose), "http://127.0.0.1:1")
    said = capsys.readouterr().out
    assert "chat --as" in said
    assert "hunter" not in said


@pytest.mark.parametrize(
    ("url", "printed"),
    [
        ("postgresql://bot:pw@h/qa", "postgresql://bot@h/qa"),
        ("postgresql://bot:p/w@h/qa?password=x&host=/run", "postgresql://bot@h/qa?host=/run"),
        ("postgresql://h/qa?sslpassword=x", "postgresql://h/qa"),
        ("sqlite:///var/council.db", "sqlite:///var/council.db"),
    ],
)
def test_a_database_address_is_shown_without_its_password(url: str, printed: str) -> None:
    assert shown(url) == printed


def test_an_address_that_is_none_is_refused_without_repeating_any_of_it(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_DATABASE_URL", "postgresql://bot@host:hunter2/qa")
    refused = command("sweep")
    assert refused.exit_code == 2
    assert "BOT_DATABASE_URL" in refused.output
    assert "hunter2" not in refused.output


# -- what a database knows of itself ---------------------------------------------------------------------------------


@pytest.fixture
def load(command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Load:
    """`python -m bot import`, into a database of its own."""
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path}/own.db")
    monkeypatch.delenv("BOT_CLOCK_START")

    def run(*words: str) -> Result:
        return command("import", *words)

    return run


def held(path: Path, framework: Framework) -> Any:
    with Database.open(f"sqlite:///{path}") as opened:
        return opened.read_now(kind_of, framework)


def test_what_is_imported_is_a_councils_own_unless_it_is_said_to_be_invented(
    load: Load, command: Command, real_sheets: Path, tmp_path: Path, framework: Framework
) -> None:
    assert load(str(real_sheets)).exit_code == 0
    assert held(tmp_path / "own.db", framework) == "council"
    assert command("demo").exit_code == 2
    refused = load(str(real_sheets), "--fictional")
    assert refused.exit_code == 2
    assert "--fictional" in refused.output
    assert held(tmp_path / "own.db", framework) == "council"


def test_an_empty_database_filled_with_invented_people_may_be_tried_things_on(
    load: Load, command: Command, real_sheets: Path, tmp_path: Path, framework: Framework
) -> None:
    assert load(str(real_sheets), "--fictional").exit_code == 0
    assert held(tmp_path / "own.db", framework) == "demo"
    assert "You are" in command("chat", "--as", DEMO_TEAM_MANAGER, typed="quit\n").output
    assert load(str(real_sheets)).exit_code == 0  # the same again changes nothing
    assert held(tmp_path / "own.db", framework) == "demo"
    assert command("sweep", "--at", "2999-01-04").exit_code == 0


def test_a_council_imported_over_the_demo_is_a_council(
    command: Command, council: Council, framework: Framework
) -> None:
    sheets = council.path.parent / "out"
    command("export", "establishment", "--format", "csv", "--out", str(sheets), "--reason", "moving")
    people = sheets / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").replace("@northmoor.example", "@northmoor.gov.uk"))
    assert held(council.path, framework) == "demo"
    assert command("import", str(sheets)).exit_code == 0
    assert held(council.path, framework) == "council"


@pytest.mark.parametrize(
    ("change", "is_a"),
    [
        ("", "demo"),
        ("UPDATE people SET email = 'real.person@northmoor.gov.uk' WHERE id = 'p-0052'", "council"),
        ("UPDATE people SET name = 'Somebody Real' WHERE id = 'p-0052'", "council"),
        ("DELETE FROM people", None),
    ],
    ids=["the demo's own people", "another address", "another name", "nobody"],
)
def test_people_of_before_the_mark_are_a_councils_own_unless_all_are_the_demos(
    council: Council, framework: Framework, change: str, is_a: str | None
) -> None:
    with closing(sqlite3.connect(council.path)) as connection:
        connection.execute("DELETE FROM meta WHERE key = ?", (kind.KIND,))
        if change:
            connection.execute(change)
        connection.commit()
    assert held(council.path, framework) == is_a


def test_a_mark_this_version_does_not_know_is_a_councils(council: Council, framework: Framework) -> None:
    with Database.open(council.url) as db:
        db.write_now(meta.save, kind.KIND, "something newer")
    assert held(council.path, framework) == "council"


def test_a_database_without_any_tables_holds_nobody(tmp_path: Path, framework: Framework) -> None:
    assert held(tmp_path / "blank.db", framework) is None


@pytest.mark.postgresql
def test_on_postgresql_a_council_is_refused_before_its_tables_are_touched(
    postgresql_server: PostgresqlServer, framework: Framework
) -> None:
    """Its password is in the address, and is not in what is printed."""
    address = postgresql_server.migrated_database(peopled=True)
    blank = postgresql_server.blank_database()
    try:
        with Database.open(blank) as db:
            assert db.read_now(kind_of, framework) is None
        settings = {"BOT_MODE": "local", "BOT_DATABASE_URL": address.replace("bot@", "bot:hunter2@")}
        refused = CliRunner().invoke(app, ["chat", "--as", "p-manager"], env=settings)
        assert refused.exit_code == 2, refused.output
        assert "holds a council's own" in refused.output
        assert "hunter2" not in refused.output
        with Database.open(address) as db:
            assert db.read_now(establishment.current).people
    finally:
        postgresql_server.drop(address)
        postgresql_server.drop(blank)
