"""`verify` and `doctor`: is everything there that must be, and can the bot do a day's work here?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.say import complain, count, say, table

if TYPE_CHECKING:
    from assurance.self_check.verify import Finding
    from bot.checks import Check
    from bot.settings import Settings
    from policy.framework.framework import Framework
    from storage.engine.database import Database, Session


def verify(
    mend: Annotated[
        bool, typer.Option("--mend", help="Put right what is safe to put right; the rest is listed.")
    ] = False,
    anchored: Annotated[
        str, typer.Option("--anchor", help="ROW:CODE from the service's log: is the history still that one?")
    ] = "",
    reseal: Annotated[
        bool, typer.Option("--reseal", help="BOT_HISTORY_KEY is a new one: seal the history with it from now on")
    ] = False,
) -> None:
    """Check the history's chain, and work out again from the policy what must exist by now."""
    from assurance.self_check.verify import verify as audit
    from bot.cli.opened import opened, operator
    from storage.council import anchor

    with opened() as bot:
        key = bot.settings.history_key.get_secret_value()
        if reseal:
            say(f"Sealed: {bot.db.write_now(anchor.reseal, key, actor=operator(), at=bot.clock.now())}")
        if anchored and (differs := bot.db.read_now(anchor.differs, key, anchored)):
            complain(differs)
            raise typer.Exit(1)
        findings = bot.db.read_now(audit, bot.framework, now=bot.clock.now(), key=key)
        mended = bot.db.write_now(_written_down, bot.framework, findings, mending=mend, now=bot.clock.now())
        if mended:
            say(f"{count(mended, 'finding')} put right; the next sweep says what has to be said.")
            findings = bot.db.read_now(audit, bot.framework, now=bot.clock.now(), key=key)
    if not findings:
        say("The history is whole, and everything that must exist by now does.")
        return
    rows = [(finding.kind.replace("_", " "), finding.subject, finding.detail) for finding in findings]
    table(f"{count(len(rows), 'finding')}", ("What", "Subject", "Detail"), rows)
    raise typer.Exit(1)


def _written_down(
    session: Session, framework: Framework, findings: list[Finding], *, mending: bool, now: datetime
) -> int:
    """Note a whole look, as the service's own rounds do, so that health knows at once; how many were mended."""
    from assurance.self_check import upkeep

    if not mending:
        return 0
    of_the_work = [finding for finding in findings if finding.kind != upkeep.CHAIN_BROKEN]
    of_the_chain = [finding for finding in findings if finding.kind == upkeep.CHAIN_BROKEN]
    upkeep.note(session, framework, of_the_chain, part=upkeep.CHAIN, now=now)
    noted = upkeep.note(session, framework, of_the_work, part=upkeep.WORK, now=now)
    upkeep.end_round(session, framework, began=now, total=noted, now=now)
    return noted.mended


def doctor(
    mail: Annotated[
        bool, typer.Option("--mail", help="Send one real message to the bot's own mailbox and read it back.")
    ] = False,
) -> None:
    """Look at the machine, the settings, the framework, the database and who can be reached; say what to do."""
    checks = list(_everything(mail=mail))
    words = {"ok": "ok", "note": "note", "problem": "PROBLEM"}
    table(
        "", ("Looked at", "State", "What was found"), [(check.what, words[check.state], check.said) for check in checks]
    )
    problems = sum(check.state == "problem" for check in checks)
    if problems:
        complain(f"{count(problems, 'problem')}: somebody has to act before the bot can do its work.")
        raise typer.Exit(1)
    say("Nothing stands in the way.")


def _everything(*, mail: bool = False) -> Iterable[Check]:
    from bot import doctor as surgery
    from bot.checks import Check
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
            yield from asyncio.run(surgery.line(settings))
    yield from _inside(settings, mail=mail)


def _inside(settings: Settings, *, mail: bool = False) -> Iterable[Check]:
    """The framework and the database."""
    from bot import doctor as surgery
    from bot.checks import Check
    from bot.cli.invented import shown
    from bot.cli.opened import open_database
    from bot.settings import SettingsError
    from policy.check.loader import FrameworkError, load_framework
    from storage.engine.errors import StorageError

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
            if waits := db.waits_for():
                said = f"Its tables are of an earlier version ({waits}). Make a backup, then run: python -m bot migrate"
                yield Check("Database", "problem", said)
                return
            yield Check("Database", "ok", f"{shown(settings.database)}: what it acknowledges is on disk.")
            now, key = settings.clock().now(), settings.history_key.get_secret_value()
            yield from db.read_now(lambda session: list(surgery.reachable(session, framework, now=now)))
            yield from db.read_now(lambda session: list(surgery.pulse(session, now=now)))
            yield from db.read_now(lambda session: list(surgery.sealed(session, key)))
            yield from _email(settings, framework, db, mail=mail)
    except (StorageError, SettingsError) as error:
        yield Check("Database", "problem", str(error))


def _email(settings: Settings, framework: Framework, db: Database, *, mail: bool) -> Iterable[Check]:
    """Which way letters go, whether it is open, whose address fails, and with --mail a message there and back."""
    import asyncio

    from bot.mail import doctor as letters_doctor

    yield from letters_doctor.settings_of(settings)
    if settings.mail == "none":
        return
    yield from db.read_now(lambda session: list(letters_doctor.addresses(session)))
    yield from asyncio.run(_on_the_line(settings, framework, db, mail=mail))


async def _on_the_line(settings: Settings, framework: Framework, db: Database, *, mail: bool) -> list[Check]:
    from bot.edge import Outbound
    from bot.mail import doctor as letters_doctor

    clock = settings.clock()
    outbound = await Outbound.open(settings, clock)
    way = outbound.open_mail(settings, db, framework, clock)
    try:
        checks = [await letters_doctor.way_out(way)]
        secret = await letters_doctor.secret_ends(settings, way.graph, now=clock.now())
        if secret:
            checks.append(secret)
        if mail:
            checks.append(await letters_doctor.there_and_back(way, settings, now=clock.now()))
        return checks
    finally:
        await way.close()
        await outbound.close()
