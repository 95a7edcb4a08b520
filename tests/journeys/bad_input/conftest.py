"""One room for every test of a module: what cannot stand changes nothing, so nobody has to tidy up."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.bad_input.room import Room, open_room


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    folder = tmp_path_factory.mktemp("room")
    with pytest.MonkeyPatch.context() as patch:
        for key in [key for key in os.environ if key.startswith("BOT_")]:
            patch.delenv(key)
        patch.chdir(folder)
        async with open_room(folder) as opened:
            yield opened
