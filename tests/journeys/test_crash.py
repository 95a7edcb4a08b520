"""kill -9 at every point between falling due and being written down as sent: never lost, at most one marked repeat."""

from __future__ import annotations

import json
import signal
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from assurance.delivery.claim_notices import LEASE
from storage.engine.database import Database
from tests.councils import HEAD, SENIOR_MANAGER, TEAM_MANAGER
from tests.journeys.crash_worker import POINTS, in_a_process_of_its_own, one_round
from tests.journeys.living_council import LivingCouncil, london

KILLED = -signal.SIGKILL
FALLS_DUE = london("2026-02-04 09:00")
SURELY_NOT_SENT = {
    "before the sweep's commit",
    "after the sweep's commit",
    "before the claim's commit",
    "after the claim's commit",
    "after the answer was written down",
    "never",
}
"""Points at which nobody can be in doubt whether the message in hand went out."""


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_every_message_still_arrives_and_none_twice_unmarked(
    sqlite_url: str, tmp_path: Path, point: str
) -> None:
    # The service comes back at once, and whatever the dead one had in hand is attempted there and then.
    killed_and_back(sqlite_url, tmp_path, point, [timedelta(seconds=1)])


@pytest.mark.postgresql
@pytest.mark.parametrize("point", ["after the claim's commit", "after the channel took it"])
def test_on_postgresql_what_a_dead_replica_had_in_hand_is_attempted_within_the_minute(
    postgresql_url: str, tmp_path: Path, point: str
) -> None:
    # Another replica cannot know that it is dead; it gives no sign of life for as long as a lease lasts.
    killed_and_back(postgresql_url, tmp_path, point, [timedelta(seconds=1), LEASE + timedelta(seconds=1)])
    assert timedelta(seconds=60) > LEASE + timedelta(seconds=1)


def killed_and_back(address: str, folder: Path, point: str, back_after: list[timedelta]) -> None:
    """A service dies at a point while a step falls due; others look after it so long after that."""
    with Database.open(address) as database:
        council = LivingCouncil(database, now=london("2026-01-05 09:00"))
        item = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5))
        council.when_the_service_looks(london("2026-02-03 09:00"))
    outbox = folder / "screens"
    outbox.touch()

    died = in_a_process_of_its_own(one_round, address, FALLS_DUE, point, outbox)
    for later in back_after:
        assert in_a_process_of_its_own(one_round, address, FALLS_DUE + later, "never", outbox) == 0

    assert died == (0 if point == "never" else KILLED)
    lines = [json.loads(line) for line in outbox.read_text(encoding="utf-8").splitlines()]
    arrived = Counter(line["key"] for line in lines)
    expected = {f"E11|{item.reference}|+2|{person}" for person in (SENIOR_MANAGER, HEAD, TEAM_MANAGER)}
    assert set(arrived) == expected, "nothing is lost and nothing else is said"
    repeats = [line for line in lines if line["repeat"]]
    assert sum(arrived.values()) - len(arrived) <= len(repeats), "every second arrival says that it is a repeat"
    if point in SURELY_NOT_SENT:
        assert max(arrived.values()) == 1
    with Database.open(address) as database:
        rows = [row for row in LivingCouncil(database, now=FALLS_DUE).notices_about(item.reference) if row.step == "+2"]
        assert {row.state for row in rows} == {"sent"}
