"""What the journeys share: a council that lives in a fresh database, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from storage.database import Database
from tests.journeys.living_council import LivingCouncil, london


@pytest.fixture
def council(database: Database) -> LivingCouncil:
    """The small council on a quiet morning."""
    return LivingCouncil(database, now=london("2026-01-05 09:00"))


@pytest.fixture
def peopled() -> bool:
    """Every journey begins with people in their posts."""
    return True
