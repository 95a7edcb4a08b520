"""History is only added to, and a row that was edited, moved or taken away is found and named."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import text

from policy.council.actor import Actor
from storage.council import history
from storage.council.history import NewEntry
from storage.engine.database import Database, Session
from tests.storage.use_cases import in_one_batch

NOON = datetime(2026, 12, 1, 12, 0, 0, 123456, tzinfo=UTC)
MANAGER = Actor.person("p-0052")


def write_some(session: Session, count: int = 6) -> None:
    for number in range(1, count + 1):
        history.append(
            session,
            at=NOON + timedelta(minutes=number),
            actor=MANAGER,
            verb="submitted",
            subject=f"LS-2026Q3-{number:03}",
            detail={"version": number, "posts": ["tm-01"], "ratio": 0.5, "told": None, "late": False},
        )


def change(session: Session, sql: str) -> None:
    session.execute(text(sql))


def test_rows_are_numbered_without_gaps_and_read_back_as_they_were_written(database: Database) -> None:
    database.write_now(write_some)
    rows = database.read_now(history.read)
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[0].at == NOON + timedelta(minutes=1)
    assert rows[0].actor == "person:p-0052"
    assert rows[0].detail == {"version": 1, "posts": ["tm-01"], "ratio": 0.5, "told": None, "late": False}
    assert rows[1].previous_hash == rows[0].hash
    assert database.read_now(history.verify) == []


def test_many_rows_in_one_go_are_chained_like_single_ones(database: Database) -> None:
    def write(session: Session) -> int:
        entries = [NewEntry("allocated", f"LS-2026Q3-{number:03}", {"n": number}) for number in range(1, 41)]
        assert history.append_many(session, at=NOON, actor=MANAGER, entries=[]) == 6
        return history.append_many(session, at=NOON, actor=MANAGER, entries=entries)

    database.write_now(write_some)
    assert database.write_now(write) == 46
    assert database.read_now(history.verify) == []
    database.write_now(change, "UPDATE history SET subject = 'x' WHERE seq = 20")
    assert "row 20" in database.read_now(history.verify)[0]


async def test_rows_of_several_use_cases_in_one_commit_are_one_chain_also_where_some_were_undone(
    database: Database,
) -> None:
    class Undone(Exception):
        """Ends a use-case, or a part of one."""

    def undone(session: Session) -> None:
        write_some(session, 3)
        raise Undone

    def half_undone(session: Session) -> None:
        write_some(session, 1)
        with contextlib.suppress(Undone), session.savepoint():
            write_some(session, 2)
            raise Undone
        write_some(session, 1)

    use_cases = (undone, write_some, undone, half_undone, undone)
    await in_one_batch(database, *(database.write(one) for one in use_cases))
    assert [row.seq for row in database.read_now(history.read)] == list(range(1, 9))
    assert database.read_now(history.verify) == []
    database.write_now(half_undone)
    with pytest.raises(Undone):
        database.write_now(undone)
    database.write_now(write_some)
    assert database.read_now(history.newest) == 16
    assert database.read_now(history.verify) == [], "the newest row is kept as the one written last"


def test_an_empty_history_is_intact(database: Database) -> None:
    assert database.read_now(history.verify) == []


def test_a_refused_use_case_leaves_no_gap(database: Database) -> None:
    def refused(session: Session) -> None:
        write_some(session, 2)
        raise PermissionError

    database.write_now(write_some, 2)
    with pytest.raises(PermissionError):
        database.write_now(refused)
    database.write_now(write_some, 1)
    assert [row.seq for row in database.read_now(history.read)] == [1, 2, 3]
    assert database.read_now(history.verify) == []


@pytest.mark.parametrize(
    "edit",
    [
        "actor = 'person:p-0001'",
        "verb = 'withdrew'",
        "subject = 'LS-2026Q3-999'",
        "detail = '{}'",
        "at = '2026-12-24 09:00:00'",
    ],
)
def test_an_edited_row_is_named(database: Database, edit: str) -> None:
    database.write_now(write_some)
    database.write_now(change, f"UPDATE history SET {edit} WHERE seq = 3")
    problems = database.read_now(history.verify)
    assert len(problems) == 1
    assert problems[0].startswith("History row 3 ") and problems[0].endswith("was edited.")


def test_an_edited_row_with_a_new_hash_breaks_the_chain_behind_it(database: Database) -> None:
    database.write_now(write_some)

    def forge(session: Session) -> None:
        row = history.read(session)[2]
        forged = history.seal(row.previous_hash, 3, row.at, "person:p-0001", row.verb, row.subject, row.detail)
        change(session, f"UPDATE history SET actor = 'person:p-0001', hash = '{forged}' WHERE seq = 3")

    database.write_now(forge)
    problems = database.read_now(history.verify)
    assert len(problems) == 1 and "row 4 does not follow" in problems[0]


@pytest.mark.parametrize(
    ("gone", "sentence"),
    [
        ("seq = 1", "History row 1 was removed."),
        ("seq = 4", "History row 4 was removed."),
        ("seq IN (3, 4)", "History rows 3 to 4 were removed."),
        ("seq = 6", "History row 6 was removed from the end."),
        ("seq > 4", "History rows 5 to 6 were removed from the end."),
        ("seq > 0", "History rows 1 to 6 were removed from the end."),
    ],
)
def test_a_removed_row_is_named_even_at_the_end(database: Database, gone: str, sentence: str) -> None:
    database.write_now(write_some)
    database.write_now(change, f"DELETE FROM history WHERE {gone}")
    assert database.read_now(history.verify)[0] == sentence


def test_two_rows_that_changed_places_are_found(database: Database) -> None:
    database.write_now(write_some)

    def swap(session: Session) -> None:
        for number, place in ((3, 99), (4, 3), (99, 4)):
            change(session, f"UPDATE history SET seq = {place} WHERE seq = {number}")

    database.write_now(swap)
    problems = " ".join(database.read_now(history.verify))
    assert "row 3" in problems and "row 4" in problems


def test_a_row_slipped_in_by_hand_is_found(database: Database) -> None:
    database.write_now(write_some)
    database.write_now(
        change,
        "INSERT INTO history (seq, at, actor, verb, subject, detail, previous_hash, hash) "
        "SELECT 7, at, actor, verb, subject, detail, hash, hash FROM history WHERE seq = 6",
    )
    problems = database.read_now(history.verify)
    assert any("row 7" in problem for problem in problems)


def test_every_row_names_somebody(database: Database) -> None:
    def anonymous(session: Session) -> None:
        history.append(session, at=NOON, actor=Actor.person(""), verb="submitted", subject="LS-2026Q3-001")

    with pytest.raises(ValueError, match="must name who"):
        database.write_now(anonymous)


@pytest.mark.parametrize(
    "detail",
    [
        {"name": "O'Brien-Ünal 😀 \u202e\u0000"},
        {"half": "\ud800"},
        {"nested": {"b": [1, {"z": 1, "a": 2}], "a": None}},
        {"10": "ten", "9": "nine"},
        {10: "ten", 9: "nine"},
        {"large": 2**60, "small": 1e-9},
    ],
)
def test_whatever_the_detail_the_chain_holds(database: Database, detail: dict[Any, Any]) -> None:
    def write(session: Session) -> None:
        history.append(session, at=NOON, actor=MANAGER, verb="noted", subject="x", detail=detail)

    database.write_now(write)
    assert database.read_now(history.verify) == []


def test_a_detail_that_cannot_be_read_back_is_refused(database: Database) -> None:
    def write(session: Session, detail: Any) -> None:
        history.append(session, at=NOON, actor=MANAGER, verb="noted", subject="x", detail=detail)

    with pytest.raises(TypeError):
        database.write_now(write, {"at": NOON})
    with pytest.raises(ValueError, match="JSON"):
        database.write_now(write, {"number": float("nan")})
    assert database.read_now(history.read) == []


def test_the_same_instant_in_another_zone_seals_the_same() -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5)))
    assert history.seal("", 1, NOON, "a", "v", "s", {}) == history.seal("", 1, elsewhere, "a", "v", "s", {})


def test_rows_can_be_read_by_subject_and_from_the_end(database: Database) -> None:
    database.write_now(write_some)
    assert [row.seq for row in database.read_now(history.read, subject="LS-2026Q3-004")] == [4]
    assert [row.seq for row in database.read_now(history.read, newest_first=True, limit=2)] == [6, 5]
    assert [row.seq for row in database.read_now(history.read, after=4)] == [5, 6]


def test_a_long_history_is_walked_in_pages(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE", 4)
    sqlite_database.write_now(write_some, 13)
    assert sqlite_database.read_now(history.verify) == []
    sqlite_database.write_now(change, "DELETE FROM history WHERE seq = 8")
    assert sqlite_database.read_now(history.verify)[0] == "History row 8 was removed."
