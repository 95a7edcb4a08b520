"""Brings a database up to the newest schema, all of it or nothing, however many bots start at once."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy import text

from storage.engine.backend import Backend
from storage.migrations import ANNOUNCED, NEEDS

_FACT = text("INSERT INTO meta VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value")


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
            connection.execute(_FACT, {"key": NEEDS, "value": newest_breaking(config)})
            connection.execute(_FACT, {"key": ANNOUNCED, "value": ""})
            return backend.revision_seen_by(connection) != before
    except Exception as error:  # noqa: BLE001 - raised on, in the reader's words
        raise backend.explained(error)  # noqa: B904 - its cause is set


def breaks(revision: str) -> bool:
    """Whether one of the steps after a revision is more than an addition, so that no older bot may work beside it."""
    scripts = ScriptDirectory.from_config(configuration())
    return any(not _is_additive(step) for step in scripts.iterate_revisions("head", revision or "base"))


def newest_breaking(config: Config) -> str:
    """The newest step that is more than an addition; whoever knows it can work with what comes after it."""
    steps = ScriptDirectory.from_config(config).walk_revisions()
    return next(step.revision for step in steps if not _is_additive(step) or step.down_revision is None)


def announce(backend: Backend, until: str) -> None:
    """Tell every running bot, by a row, that a breaking upgrade is under way until an instant in ISO form."""
    with backend.migrating() as connection:
        connection.execute(_FACT, {"key": ANNOUNCED, "value": until})


def _is_additive(step: Script) -> bool:
    """What a step says of itself; one that says nothing is not."""
    return getattr(step.module, "additive", False) is True


def configuration() -> Config:
    """Alembic's settings; there is no alembic.ini to keep in step."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config
