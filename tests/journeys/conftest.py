"""What the journeys share: a council that lives in a fresh database, on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.engine.database import Database
from tests.journeys.living_council import LivingCouncil, london


@pytest.fixture
def council(database: Database) -> LivingCouncil:
    """The small council on a quiet morning."""
    return LivingCouncil(database, now=london("2026-01-05 09:00"))


@pytest.fixture
def peopled() -> bool:
    """Every journey begins with people in their posts."""
    return True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every journey is lived on both databases; of its variations all on SQLite, the first on PostgreSQL.

    Variations differ in a date or a person, never in what the database is asked.
    """
    lived: set[str] = set()
    left_out = []
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("postgresql"):
            journey = item.nodeid.partition("[")[0]
            if journey in lived:
                left_out.append(item)
            lived.add(journey)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
