"""What the database holds, read beside the running bot: a page can be wrong about what is kept, the record cannot."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

Row = dict[str, Any]
PATIENCE_SECONDS = 30.0


class Record:
    """The tables of one sitting."""

    def __init__(self, database: Path) -> None:
        self._database = database

    def rows(self, query: str, *values: object) -> list[Row]:
        """Whatever a query finds, by the names of its columns."""
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    def one(self, query: str, *values: object) -> Row:
        """The only row a query finds."""
        (found,) = self.rows(query, *values)
        return found

    def space(self, reference: str) -> Row:
        """A learning space, with the names of its auditor and its practitioner."""
        return self.one(
            "SELECT allocations.*, auditors.name AS auditor_name, workers.name AS practitioner_name FROM allocations"
            " JOIN people auditors ON auditors.id = allocations.person"
            " JOIN people workers ON workers.id = allocations.practitioner WHERE reference = ?",
            reference,
        )

    def answers(self, reference: str) -> Row:
        """What was sent in with a learning space."""
        found: Row = json.loads(self.one("SELECT answers FROM answers WHERE reference = ?", reference)["answers"])
        return found

    def unopened(self) -> Row:
        """A Team Manager's newest learning space that nobody has opened or asked more time for, in a service that has
        a Head; never that of the guided tour's manager.
        """
        return self.rows(
            "SELECT allocations.reference, people.name, people.id AS person FROM allocations"
            " JOIN people ON people.id = allocations.person JOIN posts ON posts.id = allocations.post"
            " WHERE allocations.state = 'allocated' AND posts.role = 'team_manager' AND people.id <> 'p-0052'"
            " AND posts.function IN (SELECT function FROM posts WHERE role = 'head_of_service' AND holder <> '')"
            " AND reference NOT IN (SELECT reference FROM requests) ORDER BY month DESC, reference"
        )[0]

    def loop_of(self, reference: str) -> Row:
        """The loop that a learning space opened."""
        return self.one("SELECT * FROM loops WHERE subject = ?", reference)

    def told(self, reference: str, step: str) -> set[tuple[str, str]]:
        """Who was really sent something about one step of one thing: (name, day)."""
        return {
            (row["name"], row["day"])
            for row in self.rows(
                "SELECT people.name, date(sent_at) AS day FROM notices JOIN people ON people.id = recipient"
                " WHERE subject = ? AND step = ? AND state = 'sent' AND channel = 'teams'",
                reference,
                step,
            )
        }

    def set_aside_all_but(self, reference: str) -> None:
        """Take every other learning space off its manager's list, as a QA lead may; a walk of months is a short one."""
        with closing(sqlite3.connect(self._database, timeout=30)) as connection, connection:
            others = "state IN ('allocated', 'opened') AND reference <> ?"
            connection.execute(
                "UPDATE notices SET state = 'cancelled' WHERE state = 'pending' AND subject IN"
                f" (SELECT reference FROM allocations WHERE {others})",
                (reference,),
            )
            connection.execute(
                f"UPDATE allocations SET state = 'withdrawn', next_step_at = NULL WHERE {others}", (reference,)
            )

    def until(self, query: str, *values: object) -> Row:
        """The first row a query finds, waited for: mail is read a moment after it was taken."""
        for _ in range(int(PATIENCE_SECONDS / 0.1)):
            if found := self.rows(query, *values):
                return found[0]
            time.sleep(0.1)
        raise AssertionError(f"after {PATIENCE_SECONDS:.0f} s still nothing: {query} {values}")
