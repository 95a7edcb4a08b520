"""What the policy tests share: the shipped framework and its calendar."""

from __future__ import annotations

import pytest

from policy.calendar.calendar import Calendar
from policy.check.loader import load_framework
from policy.framework.framework import Framework


@pytest.fixture(scope="session")
def framework() -> Framework:
    """The framework as we ship it."""
    return load_framework()


@pytest.fixture(scope="session")
def calendar(framework: Framework) -> Calendar:
    """Its calendar."""
    return Calendar.of(framework)
