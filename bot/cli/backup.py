"""`backup` and `restore`: a checked copy of everything, and putting one back without saying anything twice."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.refusals import Refusal
from bot.cli.say import complain, count, say, when

if TYPE_CHECKING:
    from bot.settings import Settings


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="where to write it; never over another file")],
) -> None:
    """Copy the database while the service runs, check the copy, and only then give it its name."""
    from bot.cli.invented import shown
    from policy.check.loader import load_framework
    from storage.backup.backups import make

    settings, address = _settings()
    council = load_framework(settings.framework).council.name
    made = make(address, file.absolute(), council=council, now=settings.clock().now())
    size = file.stat().st_size / 1_000_000
    rows = count(made.manifest.history_rows, "row")
    say(f"{file}: a backup of {shown(address)} as it was at {when(made.manifest.made_at)}, {size:,.1f} MB.")
    say(f"It was read back and is whole. Its history has {rows}; keep this number: {made.manifest.history_head[:16]}.")
    say("Keep it where the bot's machine cannot change it. It holds all that the database holds: guard it alike.")
    if made.chain:
        complain(f"The history in it has been changed by something other than this bot: {made.chain[0]}")
        complain("Keep the last backup without this, and run: python -m bot verify")
        raise typer.Exit(1)


def restore(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="a file that `backup` wrote")] = None,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="the database was put back by other means: hold what it has to say")
    ] = False,
) -> None:
    """Put a backup in the database's place, whole or not at all; what may have been sent since then is held."""
    from assurance.after_restore.hold import note_restore, put_back_by_hand
    from bot.cli.invented import shown
    from bot.cli.opened import opened, operator
    from storage.backup.backups import restore as put_in_place

    if by_hand == (file is not None):
        raise Refusal("Give the FILE to restore, or --by-hand when the database was put back by other means.")
    settings, address = _settings()
    now = settings.clock().now()
    if file is None:
        with opened() as bot:
            bot.db.write_now(put_back_by_hand, actor=operator(), now=now)
        say(f"Noted for {shown(address)}.")
    else:
        done = put_in_place(address, file.absolute(), partial(note_restore, actor=operator(), now=now), now=now)
        say(f"{shown(address)} is as it was at {when(done.manifest.made_at)}.")
        if done.kept:
            say(f"What it took the place of is kept in {done.kept}.")
    say("Start the service. What fell due before now is held, and the QA lead is told: they send it or drop it.")


def _settings() -> tuple[Settings, str]:
    """The settings, and the address of the database. No command but these works on one that cannot be opened."""
    import logging

    from bot.logs import set_up_logs
    from bot.settings import Settings

    settings = Settings.load()
    set_up_logs("console", level=logging.ERROR)
    return settings, settings.database
