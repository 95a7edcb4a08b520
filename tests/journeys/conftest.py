"""What the journeys share: a council that lives in a fresh database."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.engine.database import Database
from tests.journeys.living_council import LivingCouncil, london

HERE = Path(__file__).parent
AT_ONCE = HERE / "test_two_at_once.py"


@pytest.fixture
def council(database: Database) -> LivingCouncil:
    """The small council on a quiet morning."""
    return LivingCouncil(database, now=london("2026-01-05 09:00"))


@pytest.fixture
def peopled() -> bool:
    """Every journey begins with people in their posts."""
    return True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every journey is lived on SQLite; on PostgreSQL the first of each file, and all in which two act at once.

    What differs between the two databases is held in tests/storage, on both; how they wait for each other is not.
    """
    lived: set[Path] = set()
    left_out = []
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("postgresql") and item.path != AT_ONCE:
            if item.path in lived:
                left_out.append(item)
            lived.add(item.path)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
