"""`verify` and `doctor`: is everything there that must be, and can the bot do a day's work here?"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.cli.say import complain, count, say, table

if TYPE_CHECKING:
    from bot.doctor import Check
    from bot.settings import Settings


def verify() -> None:
    """Check the history's chain, and work out again from the policy what must exist by now."""
    from assurance.verify import verify as audit
    from bot.cli.opened import opened

    with opened() as bot:
        findings = bot.db.read_now(audit, bot.framework, now=bot.clock.now())
    if not findings:
        say("The history is whole, and everything that must exist by now does.")
        return
    rows = [(finding.kind.replace("_", " "), finding.subject, finding.detail) for finding in findings]
    table(f"{count(len(rows), 'finding')}", ("What", "Subject", "Detail"), rows)
    raise typer.Exit(1)


def doctor() -> None:
    """Look at the machine, the settings, the framework, the database and who can be reached; say what to do."""
    checks = list(_everything())
    words = {"ok": "ok", "note": "note", "problem": "PROBLEM"}
    table(
        "", ("Looked at", "State", "What was found"), [(check.what, words[check.state], check.said) for check in checks]
    )
    problems = sum(check.state == "problem" for check in checks)
    if problems:
        complain(f"{count(problems, 'problem')}: somebody has to act before the bot can do its work.")
        raise typer.Exit(1)
    say("Nothing stands in the way.")


def _everything() -> Iterable[Check]:
    from bot import doctor as surgery
    from bot.doctor import Check
    from bot.settings import Settings, SettingsError

    yield from surgery.machine()
    try:
        settings = Settings.load()
        settings.check_service()
    except SettingsError as error:
        yield Check("Settings", "problem", str(error))
        try:
            settings = Settings.load()
        except SettingsError:
            return
    else:
        yield Check("Settings", "ok", f"{settings.mode} mode, port {settings.port}.")
        if not settings.local:
            import asyncio

            yield from surgery.certificate(settings, now=settings.clock().now())
            yield asyncio.run(surgery.tokens(settings))
    yield from _inside(settings)


def _inside(settings: Settings) -> Iterable[Check]:
    """The framework and the database."""
    from bot import doctor as surgery
    from bot.cli.opened import open_database, shown
    from bot.doctor import Check
    from bot.settings import SettingsError
    from policy.loader import FrameworkError, load_framework
    from storage.errors import StorageError

    try:
        framework = load_framework(settings.framework)
    except FrameworkError as error:
        yield Check("Framework", "problem", str(error))
        return
    yield Check("Framework", "ok", f"{framework.council.name}, version {framework.version}.")
    path = Path(settings.database.removeprefix("sqlite:///"))
    if settings.database.startswith("sqlite:") and not path.exists():
        yield Check("Database", "note", f"{path} does not exist yet; importing makes it.")
        return
    try:
        with open_database(settings) as db:
            changed = db.migrate()
            newly = "; its tables were just brought up to date" if changed else ""
            yield Check("Database", "ok", f"{shown(settings.database)}: what it acknowledges is on disk{newly}.")
            now = settings.clock().now()
            yield from db.read_now(lambda session: list(surgery.reachable(session, framework, now=now)))
            yield from db.read_now(lambda session: list(surgery.pulse(session, now=now)))
    except (StorageError, SettingsError) as error:
        yield Check("Database", "problem", str(error))
