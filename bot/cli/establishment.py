"""`import`: a council's people, posts, cases, cover and leave, tried first or done, and never by accident."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.invented import shown
from bot.cli.refusals import Refusal
from bot.cli.say import complain, complain_table, console, count, say, table

if TYPE_CHECKING:
    from assurance.establishment.import_establishment import Import, ImportOutcome
    from assurance.establishment.import_guard import TooMuchRemoved
    from bot.cli.opened import Opened

SHEETS = ("people", "posts", "cases", "cover", "leave")
MOST_LISTED = 20
"""Rows of a list before the rest is counted."""


def import_(
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="a folder of CSV files, or one .xlsx workbook")
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option("--template", metavar="DIR", help="write the sheets with an example; imports nothing"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would change, and change nothing")] = False,
    yes_remove: Annotated[
        int | None,
        typer.Option("--yes-remove", metavar="N", help="the number of people who go, if more than a tenth"),
    ] = None,
    fictional: Annotated[
        bool, typer.Option("--fictional", help="everybody in it is invented: the desk and other local tools may use it")
    ] = False,
) -> None:
    """Load people, posts, cases, cover and leave. All of it or none; doing it twice changes nothing."""
    from assurance.establishment.import_establishment import Import
    from bot.cli.opened import opened
    from storage.sheets.spreadsheets import read_tables

    if template is not None:
        _template(template, path)
        return
    if path is None:
        raise Refusal("Say what to import: a folder of CSV files or one .xlsx workbook. --template DIR writes one.")
    if not path.exists():
        raise Refusal(f"There is nothing at {path}: give a folder of CSV files or one .xlsx workbook.")
    tables = read_tables(path)
    with opened() as bot:
        outcome = load(bot, Import(tables, fictional, yes_remove), dry_run=dry_run)
        if dry_run:
            say(f"If {path} were imported into {shown(bot.settings.database)}:")
            report(outcome)
            _consequences(outcome)
            if outcome.removal.is_suspicious:
                say(f"This is more than a tenth: the import wants --yes-remove {outcome.removal.number}.")
            say("A dry run: nothing was changed and nobody is told.")
            return
        say(f"Imported from {path} into {shown(bot.settings.database)}.")
        report(outcome)


def _template(folder: Path, path: Path | None) -> None:
    from bot.cli.import_template import write_template
    from bot.settings import Settings
    from policy.check.loader import load_framework

    if path is not None:
        raise Refusal("--template DIR writes sheets and imports nothing: leave PATH out.")
    for file in write_template(folder, load_framework(Settings.load().framework)):
        say(f"  {file}")
    say("Write your council over the example, then look: python -m bot import " + str(folder) + " --dry-run")


def load(bot: Opened, asked: Import, *, dry_run: bool = False) -> ImportOutcome:
    """Import tables with a progress bar, or only try to. A refusal is said in words, and then ends the command."""
    from assurance.establishment.import_establishment import (
        ImportRefused,
        NotInvented,
        OnlyTried,
        import_establishment,
        try_import,
    )
    from assurance.establishment.import_guard import TooMuchRemoved
    from bot.cli.opened import operator

    rows = sum(len(table.rows) for table in asked.tables.values())
    who, now = operator(), bot.clock.now()
    try:
        with _progress("Trying" if dry_run else "Importing", rows) as progress:
            if dry_run:
                bot.db.write_now(try_import, bot.framework, asked, actor=who, now=now, progress=progress)
            return bot.db.write_now(import_establishment, bot.framework, asked, actor=who, now=now, progress=progress)
    except OnlyTried as tried:
        return tried.outcome
    except TooMuchRemoved as refused:
        raise Refusal(_too_much(refused, shown(bot.settings.database))) from None
    except NotInvented:
        raise Refusal(
            f"There are a council's own people in {shown(bot.settings.database)}, so --fictional cannot be said of it."
            "\nNothing was imported. Name an empty database in BOT_DATABASE_URL."
        ) from None
    except ImportRefused as refused:
        found = len(refused.problems) + refused.more
        cells = [(row.file, row.row or "", row.column, row.reason) for row in refused.problems]
        complain_table(f"{count(found, 'mistake')} in the import", ("File", "Row", "Column", "Reason"), cells)
        if refused.more:
            complain(f"and {refused.more:,} more.")
        complain("Nothing was imported. Correct the rows above and import again.")
        raise typer.Exit(2) from None


def report(outcome: ImportOutcome) -> None:
    for sheet in SHEETS:
        change = outcome.changes.get(sheet)
        parts = []
        if change:
            named = {"added": change.added, "changed": change.changed, "removed": change.removed}
            parts = [f"{number:,} {word}" for word, number in named.items() if number]
        say(f"  {sheet:<8}{outcome.counts[sheet]:>7,}   {', '.join(parts) or 'unchanged'}")
    if not outcome.changed:
        say("Nothing was different from what was there.")


def _too_much(refused: TooMuchRemoved, database: str) -> str:
    """What would go, the number to say where that is right, and nothing about anybody in particular."""
    gone = refused.removal
    people = f"{len(gone.people):,} of {gone.people_before:,} people" if gone.people else ""
    posts = f"{len(gone.posts):,} of {gone.posts_before:,} posts" if gone.posts else ""
    parts = [part for part in (people, posts) if part]
    lines = [f"This import would take away {' and '.join(parts)} of {database}. Nothing was imported."]
    if gone.everybody:
        lines.append("Nobody who is there is in these sheets: is it the right file, and the right database?")
    if refused.said is not None:
        lines.append(f"--yes-remove {refused.said} is not the number.")
    lines.append("To see who and what: the same again with --dry-run.")
    lines.append(f"If it is right: the same again with --yes-remove {gone.number}.")
    return "\n".join(lines)


def _consequences(outcome: ImportOutcome) -> None:
    """Who goes, which posts go or change hands, and what becomes of the open work."""
    _listed("People who go", ("Id", "Name"), [(one.id, one.name) for one in outcome.removal.people])
    _listed("Posts that go", ("Post",), [(post,) for post in outcome.removal.posts])
    stay = [(one.post, one.before or "vacant", one.after or "vacant") for one in outcome.holders]
    _listed("Posts that change hands", ("Post", "From", "To"), stay)
    work = outcome.work
    if work.moved or work.left:
        say(f"{count(len(work.moved), 'open learning space')} would go to a new holder, {len(work.left)} to nobody.")
    if outcome.actions:
        say(f"{count(len(outcome.actions), 'open action')} would go to a new owner.")


def _listed(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        table(f"{title}: {len(rows):,}", columns, rows[:MOST_LISTED])
    if len(rows) > MOST_LISTED:
        say(f"  and {len(rows) - MOST_LISTED:,} more")


@contextmanager
def _progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, where somebody is watching it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    screen = console(errors=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(title, total=total)
        yield lambda rows: bar.advance(task, rows)
