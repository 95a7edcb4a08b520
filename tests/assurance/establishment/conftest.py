"""These tests bring their own council into an empty database."""

from __future__ import annotations

import pytest


@pytest.fixture
def peopled() -> bool:
    return False
