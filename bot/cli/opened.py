"""Opening what a one-shot command works on: settings, framework, clock and database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.invented import shown
from bot.cli.refusals import Refusal

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.settings import Settings
    from policy.council.actor import Actor
    from policy.council.establishment import Establishment
    from policy.framework.framework import Framework
    from storage.engine.database import Database


@dataclass(frozen=True)
class Opened:
    """Everything a command needs, open until the command ends."""

    settings: Settings
    framework: Framework
    clock: Clock
    db: Database

    def council(self) -> Establishment:
        """The establishment as it stands. Refusal when nobody has been loaded yet."""
        from storage.council import establishment

        council = self.db.read_now(establishment.current)
        if not council.people:
            raise Refusal(
                f"There is nobody in {shown(self.settings.database)} yet.\n"
                "Load your council with: python -m bot import PATH\n"
                "or the fictional one with: python -m bot demo"
            )
        return council


@contextmanager
def opened(*, invented_only: str = "") -> Iterator[Opened]:
    """Open the database the settings name, its tables made where there are none, beside a running service.

    `invented_only` names a tool that must never work on a council's own people: Refusal, and nothing has changed.
    """
    import logging

    from bot.cli.invented import refuse_a_council, refuse_a_council_ahead
    from bot.logs import set_up_logs
    from bot.settings import Settings
    from policy.check.loader import load_framework

    settings = Settings.load()
    # A command says what it did in its own words; only what went wrong inside is worth a log line.
    set_up_logs("console", level=logging.ERROR)
    framework = load_framework(settings.framework)
    with open_database(settings) as db:
        if invented_only:
            refuse_a_council(db, settings, framework, invented_only)
        refuse_a_council_ahead(db, settings, framework)
        db.prepare()
        yield Opened(settings, framework, settings.clock(), db)


def open_database(settings: Settings, *, service: bool = False) -> Database:
    """Open the database the settings name, with room for its file. SettingsError for an address that is none."""
    from bot.settings import SettingsError
    from storage.engine.database import Database

    prefix = "sqlite:///"
    if settings.database.startswith(prefix) and settings.database != prefix:
        Path(settings.database.removeprefix(prefix)).parent.mkdir(parents=True, exist_ok=True)
    try:
        return Database.open(settings.database, service=service)
    except ValueError as error:
        raise SettingsError(f"BOT_DATABASE_URL: {error}") from None


def operator() -> Actor:
    """Who history says it was: whoever is logged in to this machine."""
    from bot.login import login
    from policy.council.actor import Actor

    return Actor.operator(login())
