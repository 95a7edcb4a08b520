"""A quarter of the demo council lived through, day by day, to the proof three months later: nothing is forgotten."""

from __future__ import annotations

import math
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from assurance.home.waiting import waiting
from assurance.self_check.verify import verify
from dialogs.home.home import home_message
from policy.lifecycle.lifecycle import TABLES, states
from storage.casework import loops, moderations
from storage.council import establishment as establishments
from storage.engine.database import Database, Session
from tests.databases import SqliteTemplate, fast_disk
from tests.journeys.living_council import LONDON
from tests.journeys.living_quarter import ENDS, LivingQuarter, seen_moves, watch_moves
from tests.journeys.what_waits import ASKED, THEIRS, what_waits

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


LOOKS = (date(2026, 10, 19), date(2026, 11, 3), date(2026, 12, 8))
"""Afternoons on which something of nearly every kind waits for somebody."""


class Looking(LivingQuarter):
    """On some afternoons everybody of the council looks at their home card before they read what has come."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.untrue: list[tuple[date, str, set[str], str]] = []
        """Where a home card did not say what the records do: whose, what waits for them, and what it said."""
        self.waited: Counter[str] = Counter()
        """For how many people each kind was all that waited."""

    def _read_messages(self) -> None:
        if self.today in LOOKS and self.now.astimezone(LONDON).hour == 15:
            self.database.read_now(self._look)
        super()._read_messages()

    def _look(self, session: Session) -> None:
        account = what_waits(session, self.calendar, self.now)
        for person in establishments.current(session).people:
            found = waiting(session, self.framework, person, now=self.now)
            said = home_message(found, self.framework, self.today).text
            kinds = account.get(person, set())
            self.waited[" and ".join(sorted(kinds))] += 1
            waits = not said.startswith(("Nothing is waiting for you\n", "Here is your area\n"))
            late = any(row.late for row in found.state.rows) if found.state else False
            if waits != bool(kinds) or ("up to date" in said) != (not kinds and not late):
                self.untrue.append((self.today, person, kinds, said))


@pytest.fixture(scope="module")
def lived(sqlite_template: SqliteTemplate) -> Iterator[Looking]:
    """October to December 2026, and on until the re-audits are in."""
    folder = tempfile.TemporaryDirectory(prefix="quarter-", dir=fast_disk())
    with folder as name, Database.open(sqlite_template.copy_to(Path(name) / "council.db")) as database:
        database.write_now(watch_moves)
        quarter = Looking(database)
        quarter.given_everyone_talks_to_the_bot(but=quarter.not_met)
        quarter.given_some_cannot_be_reached()
        for month in (date(2026, 10, 1), date(2026, 11, 2), date(2026, 12, 1)):
            quarter.now = quarter.calendar.send_at(month) - timedelta(hours=1)
            quarter.allocate(month.replace(day=1))
            last = {10: date(2026, 11, 1), 11: date(2026, 11, 30), 12: ENDS}[month.month]
            quarter.live(month, last)
        quarter.stand_one_down()
        quarter.put_right()
        quarter.emails_come()
        quarter.a_step_is_lost_and_found()
        quarter.live(ENDS + timedelta(days=1), date(2027, 5, 14))
        quarter.record_results()
        quarter.live(date(2027, 5, 17), date(2027, 5, 18))
        yield quarter


def test_every_state_of_every_life_is_reached(lived: LivingQuarter) -> None:
    seen = {life: {after for _, after in moves} for life, moves in lived.database.read_now(seen_moves).items()}
    if any(loop.authorised_at for loop in lived.all_loops()):
        seen["closing the loop"].add("authorised")  # it is with the QA team in the same instant
    seen["notice"].add("held")  # only a restore holds: tests/journeys/test_backup_drill.py lives one
    missing = {life: sorted(set(states(table)) - seen[life]) for life, table in TABLES.items()}
    assert {life: left for life, left in missing.items() if left} == {}


def test_no_state_moves_along_an_arrow_that_is_not_in_its_table(lived: LivingQuarter) -> None:
    seen = lived.database.read_now(seen_moves)
    arrows = {life: {(row.state, row.to) for row in table} for life, table in TABLES.items()}
    # Two arrows in one instant, of which the database sees one: authorised and received, found again and mended.
    arrows["closing the loop"].add(("submitted", "with_qa"))
    arrows["finding"].add(("gone", "mended"))
    strays = {life: sorted(moves - arrows[life]) for life, moves in seen.items()}
    assert {life: left for life, left in strays.items() if left} == {}
    assert sum(map(len, seen.values())) > 50


def test_what_was_given_is_sent_in_or_ended_for_a_reason_and_nothing_else_is_left(lived: LivingQuarter) -> None:
    items = [item for item in lived.items() if not item.parent_loop]
    assert Counter(item.month.month for item in items) == {10: 40, 11: 40, 12: 40}
    ended = Counter(item.state for item in items)
    assert set(ended) == {"submitted", "excluded", "withdrawn"}
    assert ended["withdrawn"] == 1 and ended["excluded"] >= 1 and ended["submitted"] > 110


def test_nobody_was_told_the_same_thing_twice(lived: LivingQuarter) -> None:
    told = Counter((said.person, said.event, said.step, said.subject) for said in lived.said if not said.repeat)
    assert {what: times for what, times in told.items() if times > 1} == {}
    assert len(told) > 1000


def test_every_late_one_climbed_its_ladder_on_its_days_until_it_was_sent_in_and_no_further(
    lived: LivingQuarter,
) -> None:
    rungs = {"E11": 2, "E12": 7, "E13": 14}
    heard: dict[str, dict[str, set[date]]] = defaultdict(lambda: defaultdict(set))
    for said in lived.said:
        if said.event in rungs:
            heard[said.subject][said.event].add(said.on)
    climbed: Counter[str] = Counter()
    for item in lived.items():
        if item.submitted_at is None:
            continue
        sent_in = lived.calendar.local_date(item.submitted_at)
        for event, after in rungs.items():
            on = lived.calendar.roll_forward(item.due_on + timedelta(days=after))
            expected = {on} if on <= sent_in else set()
            assert heard[item.reference][event] == expected, (item.reference, event)
            climbed[event] += bool(expected)
    assert climbed["E11"] > climbed["E12"] > climbed["E13"] > 0


def test_every_inadequate_one_was_looked_at_again_and_its_loop_came_to_an_end(lived: LivingQuarter) -> None:
    graded = [item for item in lived.items() if item.grade == "inadequate"]
    assert len(graded) > 3
    for item in graded:
        assert lived.database.read_now(moderations.of_subject, item.reference) is not None
        assert lived.database.read_now(loops.of_subject, item.reference) is not None
    assert {loop.state for loop in lived.all_loops()} == {"closed"}
    assert {loop.result for loop in lived.all_loops()} == {"embedded", "not_testable", "stood_down"}


def test_fifteen_of_a_hundred_of_the_others_were_looked_at_again_in_each_month(lived: LivingQuarter) -> None:
    drawn = [one for one in lived.all_moderations() if one.why == "random"]
    others = [item for item in lived.items() if item.quarter == "2026-27Q3" and item.submitted_at]
    assert len(drawn) >= math.ceil(0.15 * len([item for item in others if item.grade != "inadequate"]) * 0.9)


def test_no_message_of_the_quarter_names_a_case_or_shows_a_grade_on_a_locked_screen(lived: LivingQuarter) -> None:
    grades = re.compile("|".join(grade.title for grade in lived.framework.grades if grade.key != "good"), re.IGNORECASE)
    said = [*lived.said, *lived.digests]
    assert [one.event for one in said if re.search(r"NM-\d", one.message.text)] == []
    # "Recognised as outstanding" and "inadequate" are never words of a preview.
    assert [one.event for one in said if grades.search(one.message.summary)] == []


def test_home_says_that_nothing_waits_to_those_for_whom_nothing_does_and_to_nobody_else(lived: Looking) -> None:
    assert lived.untrue == []
    assert lived.waited[""] > 1_000 and lived.waited.total() - lived.waited[""] > 300
    seen = {kind for kinds in lived.waited for kind in kinds.split(" and ")}
    unseen = {"another date for an action", "a result to record", "a form to correct"}
    assert {*THEIRS, *ASKED, "a dispute", "the day"} - seen == unseen
    for kind in ("an action", "a talk", "a reflection", "a result to read", "a learning space"):
        assert lived.waited[kind], f"for some of them {kind} was everything"


def test_the_auditor_of_the_records_finds_nothing_missing_at_the_end(lived: LivingQuarter) -> None:
    assert lived.database.read_now(verify, lived.framework, now=lived.now) == []
