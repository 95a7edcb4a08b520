"""What every benchmark shares: percentiles, a table in Markdown, and where the figures are kept."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the measurements lie, nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def machine() -> str:
    """What the figures were measured on, without naming the machine."""
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def keep(name: str, title: str, command: str, body: str) -> None:
    """Replace one benchmark's part of RESULTS.md with today's figures."""
    today = datetime.now(UTC).date()  # noqa: TID251  a measurement carries the day it was really made
    part = f"<!-- {name} -->\n## {title}\n\n`{command}`, {today:%-d %B %Y}, {machine()}\n\n{body}\n<!-- /{name} -->"
    text = RESULTS.read_text() if RESULTS.exists() else ""
    pattern = re.compile(rf"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
    text = pattern.sub(lambda _: part, text) if pattern.search(text) else f"{text.rstrip()}\n\n{part}\n"
    RESULTS.write_text(text)
    print(body)
