"""What the policy tests share: the shipped framework and its calendar."""

from __future__ import annotations

import pytest

from policy.calendar import Calendar
from policy.framework import Framework
from policy.loader import load_framework


@pytest.fixture(scope="session")
def framework() -> Framework:
    """The framework as we ship it."""
    return load_framework()


@pytest.fixture(scope="session")
def calendar(framework: Framework) -> Calendar:
    """Its calendar."""
    return Calendar.of(framework)
