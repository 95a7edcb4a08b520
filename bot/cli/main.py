"""`python -m bot COMMAND`: the list of commands, each in a file of its own."""

from __future__ import annotations

import os
import platform
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bot import __version__
from bot.cli.allocate import allocate
from bot.cli.backup import backup, restore
from bot.cli.chat import chat
from bot.cli.checks import doctor, verify
from bot.cli.council import demo
from bot.cli.desk import desk
from bot.cli.establishment import import_
from bot.cli.export import export
from bot.cli.freeze import freeze, unfreeze
from bot.cli.ladder import sweep
from bot.cli.migrate import migrate
from bot.cli.package import manifest
from bot.cli.people import reassign, reopen
from bot.cli.playground import playground
from bot.cli.reading import next_, timetable
from bot.cli.refusals import in_words
from bot.cli.replan import replan
from bot.cli.say import complain
from bot.cli.serve import serve
from bot.exit_codes import OUTDATED


class PlainErrors(TyperGroup):
    """Turns what we expect to go wrong into a sentence and exit code 2; anything else keeps its traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; refuse in words."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise typer.Exit(0) from None
        except Exception as error:
            said = in_words(error)
            if said is None:
                raise
            complain(said)
            raise typer.Exit(OUTDATED if type(error).__name__ == "SchemaTooNew" else 2) from None


app = typer.Typer(
    name="bot",
    cls=PlainErrors,
    help="The learning space bot: it allocates, asks, records and escalates, and forgets nothing.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"learning-space-bot {__version__} on Python {platform.python_version()}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", callback=_say_version, is_eager=True)
    ] = False,
) -> None: ...


app.command("serve")(serve)
app.command("desk")(desk)
app.command("playground")(playground)
app.command("demo")(demo)
app.command("import")(import_)
app.command("allocate")(allocate)
app.command("reassign")(reassign)
app.command("reopen")(reopen)
app.command("replan")(replan)
app.command("sweep")(sweep)
app.command("freeze")(freeze)
app.command("unfreeze")(unfreeze)
app.command("timetable")(timetable)
app.command("next")(next_)
app.command("chat")(chat)
app.command("export")(export)
app.command("verify")(verify)
app.command("doctor")(doctor)
app.command("migrate")(migrate)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("manifest")(manifest)


def run() -> None:
    """Start the command line. Output is UTF-8 whatever the terminal says; no other account reads what it writes."""
    os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app()
