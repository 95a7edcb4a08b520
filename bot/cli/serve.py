"""`serve`: the service, until it is told to stop."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.say import complain
from bot.exit_codes import OUTDATED


def serve(
    migrate: Annotated[
        bool, typer.Option("--migrate", help="bring the tables to this version first (BOT_MIGRATE=true)")
    ] = False,
) -> None:
    """Run the service: the web server, the sweep and the dispatcher, until SIGTERM or Ctrl+C."""
    from bot.cli.invented import refuse_a_council
    from bot.cli.opened import open_database
    from bot.logs import set_up_logs
    from bot.service import run_service
    from bot.settings import Settings
    from policy.check.loader import load_framework

    settings = Settings.load()
    settings.check_service()
    set_up_logs(settings.log_format)
    framework = load_framework(settings.framework)
    with open_database(settings, service=True) as db:
        if settings.local:
            refuse_a_council(db, settings, framework, "serve")
        if migrate or settings.migrate:
            db.migrate()
        db.prepare()
        outdated = run_service(settings, framework, settings.clock(), db)
    if outdated:
        complain(outdated)
        raise typer.Exit(OUTDATED)
