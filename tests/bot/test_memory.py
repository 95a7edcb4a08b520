"""A service that has started leaves what it has loaded alone, and still gives back what a turn leaves behind."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from bot.service import COLLECTED_AFTER, leave_what_stays


class Turn:
    """Something that holds on to itself, as a failed turn's traceback does."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("collector")
def test_what_is_loaded_at_the_start_is_left_alone_and_what_a_turn_leaves_behind_is_not() -> None:
    gone_before = weakref.ref(Turn())
    leave_what_stays()
    assert gone_before() is None, "garbage is not kept for ever"
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold() == COLLECTED_AFTER
    left_behind = weakref.ref(Turn())
    gc.collect()
    assert left_behind() is None
