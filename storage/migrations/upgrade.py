"""Brings a database up to the newest schema, all of it or nothing, however many bots start at once."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from storage.engine.backend import Backend


def upgrade(backend: Backend) -> bool:
    """Run the migrations that are missing. True if there were any.

    Raises StorageError in the reader's words when the database refuses.
    """
    config = configuration()
    try:
        with backend.migrating() as connection:
            before = backend.revision_seen_by(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            return backend.revision_seen_by(connection) != before
    except Exception as error:  # noqa: BLE001 - raised on, in the reader's words
        raise backend.explained(error)  # noqa: B904 - its cause is set


def configuration() -> Config:
    """Alembic's settings; there is no alembic.ini to keep in step."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config
