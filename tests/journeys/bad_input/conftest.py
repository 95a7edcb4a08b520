"""One room for every test of a module: what cannot stand changes nothing, so nobody has to tidy up."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from storage.engine.database import Database
from tests.databases import SqliteTemplate
from tests.journeys.bad_input.room import Forms, Room, begun, open_room


@pytest.fixture(scope="session")
def half_done(sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Forms]:
    """The file of a council with one of every form half done, lived once."""
    file = tmp_path_factory.mktemp("half-done") / "council.db"
    with Database.open(sqlite_template.copy_to(file, peopled=True)) as database:
        return file, begun(database)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(half_done: tuple[Path, Forms], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    folder = tmp_path_factory.mktemp("room")
    file, forms = half_done
    shutil.copy(file, folder / "council.db")
    with pytest.MonkeyPatch.context() as patch:
        for key in [key for key in os.environ if key.startswith("BOT_")]:
            patch.delenv(key)
        patch.chdir(folder)
        async with open_room(folder, forms) as opened:
            yield opened
