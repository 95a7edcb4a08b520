"""`export`: rows out, as JSON lines, CSV or a spreadsheet; history remembers that they were taken."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.refusals import Refusal
from bot.cli.say import complain, count, say

if TYPE_CHECKING:
    from storage.engine.database import Session
    from storage.reads.exports import Sheet


class Format(StrEnum):
    """How the rows are written."""

    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"


def export(
    what: Annotated[
        str, typer.Argument(help="allocations, actions, loops, moderations, notices, history or establishment")
    ],
    format_: Annotated[Format, typer.Option("--format", help="how the rows are written")] = Format.JSONL,
    out: Annotated[
        Path | None, typer.Option("--out", help="the file to write, or a folder when there are several tables")
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", help="why they are taken out; kept in the history, so name no child")
    ] = "",
) -> None:
    """Write every row of one kind to a file or to standard output, with a reason; the QA lead hears of it."""
    from assurance.records.export import record_export
    from bot.cli.opened import opened, operator
    from storage.reads.exports import EXPORTS

    if what not in EXPORTS:
        raise Refusal(f"There is no export '{what}'. There is: {', '.join(EXPORTS)}.")
    if format_ is Format.XLSX and out is None:
        raise Refusal("A spreadsheet cannot be printed: give --out FILE.xlsx.")
    if not reason.strip():
        raise Refusal('Say in a few words why these rows are taken out: --reason "...". It is kept, so name no child.')
    with opened() as bot:
        bot.db.write_now(record_export, bot.framework, what, actor=operator(), reason=reason, now=bot.clock.now())
        written = bot.db.read_now(_write, what, format_, out)
    if out is not None:
        complain(f"{out}: {count(written, 'row')} of {what}.")


def _write(session: Session, what: str, format_: Format, out: Path | None) -> int:
    """Walk the rows inside one reading of the database; a large table never stands whole in memory."""
    from assurance.records.export import read_export
    from storage.sheets.spreadsheets import write_rows, write_workbook

    sheets = read_export(session, what)
    several = len(sheets) > 1
    if out is None:
        return sum(_print(format_, sheet, table=sheet.name if several else "") for sheet in sheets)
    if format_ is Format.XLSX:
        out.parent.mkdir(parents=True, exist_ok=True)
        return write_workbook(out, sheets)
    if not several:
        out.parent.mkdir(parents=True, exist_ok=True)
        return write_rows(out, _text(format_), sheets[0].header, sheets[0].rows)
    out.mkdir(parents=True, exist_ok=True)
    written = 0
    for sheet in sheets:
        written += write_rows(out / f"{sheet.name}.{format_}", _text(format_), sheet.header, sheet.rows)
    return written


def _text(format_: Format) -> Literal["csv", "jsonl"]:
    return "csv" if format_ is Format.CSV else "jsonl"


def _print(format_: Format, sheet: Sheet, *, table: str) -> int:
    """One table to standard output; `table` names it where several follow one another."""
    from storage.sheets.spreadsheets import write_rows

    header, rows = tuple(sheet.header), sheet.rows
    if table and format_ is Format.JSONL:
        header, rows = ("table", *header), ((table, *row) for row in rows)
    elif table:
        say(f"# {table}")
    return write_rows(sys.stdout, _text(format_), header, rows)
