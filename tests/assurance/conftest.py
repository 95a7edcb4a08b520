"""What the use-case tests share: the small council in a fresh SQLite database; the journeys cover PostgreSQL too."""

from __future__ import annotations

import pytest

from storage.engine.database import Database
from tests.journeys.living_council import LivingCouncil, london


@pytest.fixture
def peopled() -> bool:
    """Every use-case begins with people in their posts; the folders that bring their own say no."""
    return True


@pytest.fixture
def council(sqlite_database: Database) -> LivingCouncil:
    """The small council on a working morning."""
    return LivingCouncil(sqlite_database, now=london("2026-01-20 10:00"))
