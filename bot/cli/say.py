"""Printing for people: tables, plain lines, and complaints on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.instants import london

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 200
"""Columns when nobody is watching: a pipe gets whole rows, never a wrapped one."""


def console(*, errors: bool = False) -> Console:
    """A console on standard output or standard error as they are now; no markup in what we are given to print."""
    from rich.console import Console

    stream = sys.stderr if errors else sys.stdout
    return Console(
        file=stream,
        markup=False,
        highlight=False,
        emoji=False,
        width=None if stream.isatty() else WIDE,
        soft_wrap=False,
    )


def say(text: str = "") -> None:
    """One line or paragraph, exactly as given."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """What went wrong and what to do about it, on standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Sequence[str] = ()) -> None:
    """A table on standard output; columns named in `numbers` are set to the right."""
    say(_drawn(console(), build_table(title, columns, rows, numbers=numbers)))


def complain_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on standard error."""
    complain(_drawn(console(errors=True), build_table(title, columns, rows)))


def _drawn(screen: Console, grid: object) -> str:
    """As it would be printed, without the blanks that fill each line."""
    with screen.capture() as drawn:
        screen.print(grid)
    return "\n".join(line.rstrip() for line in drawn.get().rstrip().splitlines())


def build_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Sequence[str] = ()
) -> object:
    """A rich table whose cells are plain text."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    for column in columns:
        grid.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(str(cell)) for cell in row))
    return grid


def when(instant: datetime) -> str:
    """An instant as London reads it: 'Thu 31 Dec 2026 09:00'."""
    return f"{london(instant):%a %-d %b %Y %H:%M}"


def count(number: int, one: str, many: str = "") -> str:
    """'1 post', '40 posts'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
