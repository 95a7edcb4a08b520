"""`migrate`: the one command that changes the schema of a database that is there."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from bot.cli.say import say

WAIT_SECONDS = 90.0
"""How long running bots are given to end: one looks every 30 s at most, and then finishes what it is sending."""
FORGOTTEN_AFTER = timedelta(minutes=5)


def migrate(
    check: Annotated[bool, typer.Option("--check", help="say what would be done and change nothing")] = False,
    wait: Annotated[float, typer.Option(help="seconds to wait for running bots that have to end first")] = WAIT_SECONDS,
) -> None:
    """Bring the database's tables to this version. `--check` ends with code 1 when there is something to do."""
    from bot.cli.invented import shown
    from bot.cli.opened import open_database
    from bot.settings import Settings

    settings = Settings.load()
    with open_database(settings) as db:
        waits, where = db.waits_for(), shown(settings.database)
        if not waits:
            say(f"{where}: its tables are those of this version, or newer ones it can work with.")
            return
        if check:
            beside = "running bots go on beside it" if waits == "additive" else "running bots end first"
            say(f"{where}: its tables are of an earlier version; the step is {waits}: {beside}.")
            raise typer.Exit(1)
        until = settings.clock().now() + FORGOTTEN_AFTER
        db.migrate_in_good_order(until=until.isoformat(), wait=wait)
        say(f"{where}: its tables are those of this version now.")
        if waits == "breaking":
            say("Start the new version everywhere.")
