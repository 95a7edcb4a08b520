"""`import` and `demo`: a council's people, posts, cases, cover and leave, real or invented."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.invented import shown
from bot.cli.refusals import Refusal
from bot.cli.say import complain, complain_table, console, count, say

if TYPE_CHECKING:
    from assurance.establishment.import_establishment import Import, ImportOutcome
    from bot.cli.opened import Opened
    from policy.council.establishment import Establishment

SHEETS = ("people", "posts", "cases", "cover", "leave")


def import_(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="a folder of CSV files, or one .xlsx workbook")],
    fictional: Annotated[
        bool, typer.Option("--fictional", help="everybody in it is invented: the desk and other local tools may use it")
    ] = False,
) -> None:
    """Load people, posts, cases, cover and leave. All of it or none; doing it twice changes nothing."""
    from assurance.establishment.import_establishment import Import
    from bot.cli.opened import opened
    from storage.sheets.spreadsheets import read_tables

    if not path.exists():
        raise Refusal(f"There is nothing at {path}: give a folder of CSV files or one .xlsx workbook.")
    tables = read_tables(path)
    with opened() as bot:
        outcome = load(bot, Import(tables, fictional))
        say(f"Imported from {path} into {shown(bot.settings.database)}.")
        _report(outcome)


def demo() -> None:
    """Load the fictional council of Northmoor and allocate this month's learning spaces to it."""
    from bot.cli.opened import opened
    from storage.council import establishment

    with opened(invented_only="demo") as bot:
        there = bot.db.read_now(establishment.current)
        if there.people and not is_demo(there):
            raise Refusal(
                f"There are other invented people in {shown(bot.settings.database)}, and the demo would replace them.\n"
                "Name another database in BOT_DATABASE_URL to try the demo."
            )
        load_demo(bot)
        say(f"The council of {bot.framework.council.name} is in {shown(bot.settings.database)}. Everybody is invented.")


def load_demo(bot: Opened, *, brief: bool = False) -> None:
    """Import the fictional council, allocate this month once, and say what came of both."""
    from assurance.establishment.demo_council import demo_council
    from assurance.establishment.import_establishment import Import

    _report(load(bot, Import(demo_council(bot.framework, on=bot.clock.now().date()), fictional=True)))
    allocate_this_month(bot, brief=brief)


def allocate_this_month(bot: Opened, *, brief: bool = False) -> None:
    """Allocate the month the clock stands in, or the next when its send hours are over; once, however often asked.

    `brief` leaves out who got what.
    """
    from assurance.allocation.propose_allocation import MonthIsPast
    from assurance.establishment.demo_seed import demo_allocation_seed
    from bot.cli.allocate import allocate_month
    from policy.calendar.calendar import Calendar
    from storage.casework import allocation_runs

    calendar = Calendar.of(bot.framework)
    month = calendar.local_date(bot.clock.now()).replace(day=1)
    for candidate in (month, calendar.add_months(month, 1)):
        if bot.db.read_now(allocation_runs.latest_of_month, candidate, allocation_runs.APPROVED):
            if not brief:
                say(f"{candidate:%B %Y} has been allocated before.")
            return
        try:
            seed = bot.db.read_now(demo_allocation_seed, bot.framework, month=candidate, now=bot.clock.now())
            allocate_month(bot, candidate, seed=seed, brief=brief)
            return
        except MonthIsPast:
            continue


def is_demo(council: Establishment) -> bool:
    """Whether this is the fictional council, which may be allocated to unasked."""
    from assurance.establishment.demo_council import DEMO_TEAM_MANAGER

    person = council.people.get(DEMO_TEAM_MANAGER)
    return person is not None and person.email.endswith(".example")


def load(bot: Opened, asked: Import) -> ImportOutcome:
    """Import tables with a progress bar. A refusal is printed as a table, then ends the command."""
    from assurance.establishment.import_establishment import ImportRefused, NotInvented, import_establishment
    from bot.cli.opened import operator

    rows = sum(len(table.rows) for table in asked.tables.values())
    try:
        with _progress("Importing", rows) as progress:
            return bot.db.write_now(
                import_establishment,
                bot.framework,
                asked,
                actor=operator(),
                now=bot.clock.now(),
                progress=progress,
            )
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


def _report(outcome: ImportOutcome) -> None:
    for sheet in SHEETS:
        change = outcome.changes.get(sheet)
        parts = []
        if change:
            named = {"added": change.added, "changed": change.changed, "removed": change.removed}
            parts = [f"{number:,} {word}" for word, number in named.items() if number]
        say(f"  {sheet:<8}{outcome.counts[sheet]:>7,}   {', '.join(parts) or 'unchanged'}")
    if not outcome.changed:
        say("Nothing was different from what was there.")


@contextmanager
def _progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, where somebody is watching it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    screen = console(errors=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(title, total=total)
        yield lambda rows: bar.advance(task, rows)
