"""export, verify, doctor and manifest: what comes out, and what stands in the way."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest

from assurance.establishment.demo_council import DEMO_QA_LEAD, DEMO_TEAM_MANAGER
from bot.login import login
from storage.casework import learning_spaces
from storage.council import establishment, history
from storage.engine.database import Database
from tests.bot.conftest import Command, Council

REASON = ("--reason", "the yearly return")
COLUMNS = {
    "allocations": "reference activity post person function case_ref practitioner month allocated_on due_on state "
    "grade impact submitted_at parent_loop",
    "notices": "id event step subject recipient recipient_role channel due_at created_at state sent_at repeat",
    "actions": "reference subject owner due_on state evidence_on",
    "loops": "reference subject practitioner state opened_at met_on submitted_at authorised_by authorised_at "
    "reaudit_due_on reaudit_reference result",
    "history": "seq at actor verb subject detail hash",
}


@pytest.mark.parametrize("what", COLUMNS)
def test_an_export_has_the_columns_others_script_against(command: Command, what: str) -> None:
    table = command("export", what, "--format", "csv", *REASON).output
    assert next(csv.reader(io.StringIO(table))) == COLUMNS[what].split()


def test_every_line_of_an_export_is_json(command: Command) -> None:
    rows = [json.loads(line) for line in command("export", "allocations", *REASON).output.splitlines()]
    assert len(rows) == 40
    assert rows[0]["due_on"] == "2026-12-18"


def test_history_remembers_that_rows_were_taken_out_by_whom_at_the_server_and_why(
    command: Command, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for claimed in ("LOGNAME", "USER", "SUDO_USER"):
        monkeypatch.setenv(claimed, "somebody-else")
    command("export", "allocations", "--reason", "for the quarterly return")
    last = db.read_now(history.read)[-1]
    assert (last.verb, last.subject, last.detail["reason"]) == ("exported", "allocations", "for the quarterly return")
    assert last.actor == f"operator:{login()}"
    assert "somebody-else" not in last.actor


def test_without_a_reason_no_row_comes_out(command: Command, db: Database) -> None:
    before = db.read_now(history.read)
    for words in ((), ("--reason", ""), ("--reason", "  ")):
        refused = command("export", "allocations", *words)
        assert refused.exit_code == 2
        assert "--reason" in refused.output
        assert "LS-" not in refused.output
    assert db.read_now(history.read) == before


def test_every_change_at_the_command_line_is_in_the_history_under_the_operators_login(
    command: Command, db: Database
) -> None:
    before = db.read_now(history.read)[-1].seq
    item = db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]
    other = db.read_now(establishment.current).people["p-0053"]
    assert command("freeze").exit_code == 0
    assert command("unfreeze").exit_code == 0
    assert command("allocate", "--month", "2026-12", "--at-most", "1").exit_code == 0
    assert command("reassign", item.reference, "--to", other.id, "--reason", "left").exit_code == 0
    changed = db.read_now(history.read, after=before)
    assert {entry.actor for entry in changed} == {f"operator:{login()}"}
    assert "reassigned" in {entry.verb for entry in changed}


def test_a_reason_with_a_childs_details_in_it_is_refused(command: Command) -> None:
    refused = command("export", "allocations", "--reason", "for the child with NHS number 943 476 5919")
    assert refused.exit_code == 2
    assert "943" not in refused.output


def test_an_export_there_is_not_is_refused_with_those_there_are(command: Command) -> None:
    refused = command("export", "secrets")
    assert refused.exit_code == 2
    assert "allocations" in refused.output


def test_a_spreadsheet_needs_a_file(command: Command, tmp_path: Path) -> None:
    assert command("export", "notices", "--format", "xlsx").exit_code == 2
    done = command("export", "notices", "--format", "xlsx", "--out", str(tmp_path / "out" / "notices.xlsx"), *REASON)
    assert done.exit_code == 0
    assert zipfile.is_zipfile(tmp_path / "out" / "notices.xlsx")


def test_a_whole_history_verifies(command: Command) -> None:
    done = command("verify")
    assert done.exit_code == 0
    assert "whole" in done.output


def test_a_row_changed_behind_the_bots_back_is_found(command: Command, council: Council) -> None:
    with sqlite3.connect(council.path) as raw:
        raw.execute("UPDATE history SET detail = '{}' WHERE seq = 3")
    found = command("verify")
    assert found.exit_code == 1
    assert "chain" in found.output


def test_the_doctor_finds_nothing_in_the_way_of_the_demo(command: Command) -> None:
    done = command("doctor")
    assert done.exit_code == 0, done.output
    for word in ("Python", "Framework", "Database", "574 posts", "care-sm-3"):
        assert word in done.output


def test_the_doctor_names_who_cannot_be_written_to(command: Command, council: Council) -> None:
    with sqlite3.connect(council.path) as raw:
        raw.execute("UPDATE people SET entra_object_id = '' WHERE id = ?", (DEMO_QA_LEAD,))
        raw.execute("UPDATE meta SET value = 'changed' WHERE key = 'establishment_version'")
    found = command("doctor")
    assert found.exit_code == 1
    assert DEMO_QA_LEAD in found.output
    assert "entra_object_id" in found.output


def test_the_doctor_says_which_settings_production_lacks(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_MODE", "production")
    monkeypatch.delenv("BOT_CLOCK_START")
    found = command("doctor")
    assert found.exit_code == 1
    assert "BOT_TENANT_ID" in found.output


def test_the_doctor_looks_at_the_database_even_when_it_is_damaged(command: Command, council: Council) -> None:
    council.path.write_bytes(b"this is no database" * 500)
    for rest in council.path.parent.glob("council.db-*"):
        rest.unlink()
    found = command("doctor")
    assert found.exit_code == 1
    assert "Restore the last backup" in found.output


def test_the_manifest_is_a_zip_for_this_bot(command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BOT_APP_ID", "11111111-2222-4333-8444-555555555555")
    done = command("manifest", "--out", str(tmp_path / "app.zip"))
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(tmp_path / "app.zip") as package:
        manifest = json.loads(package.read("manifest.json"))
    assert manifest["bots"][0]["botId"] == "11111111-2222-4333-8444-555555555555"


def test_a_manifest_in_production_needs_the_bots_id(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BOT_MODE", "production")
    monkeypatch.delenv("BOT_CLOCK_START")
    refused = command("manifest", "--out", str(tmp_path / "app.zip"))
    assert refused.exit_code == 2
    assert "BOT_APP_ID" in refused.output
    assert not (tmp_path / "app.zip").exists()


def test_the_list_of_commands_is_the_one_others_rely_on(command: Command) -> None:
    listed = command("--help").output
    service, data = ["serve", "playground", "chat"], ["demo", "import", "export", "manifest"]
    for name in [*service, *data, "allocate", "sweep", "timetable", "next", "verify", "doctor"]:
        assert f" {name} " in listed
