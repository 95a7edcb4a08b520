"""A picture of numbers for hosts that draw charts, and always the table that says the same in words and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from microsoft_teams.cards import (
    StackedHorizontalBarChart,
    StackedHorizontalBarChartData,
    StackedHorizontalBarChartDataPoint,
)

from dialogs.kit.cards import as_json
from dialogs.kit.inert import one_line
from dialogs.kit.message import Json
from dialogs.kit.page import Page

Colour = Literal["good", "warning", "attention", "neutral"]


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of number: its words, and a colour that only helps the eye."""

    title: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: whose numbers, one for each series. None is a number too small to be said, so it is not drawn."""

    title: str
    numbers: tuple[int | None, ...]


def stacked_bars(
    page: Page, title: str, of: str, series: Sequence[Series], bars: Sequence[Bar], *, hide_below: int = 0
) -> None:
    """Bars of parts, then the table. A host that knows no charts shows the table alone and has missed nothing.

    `title` is what a screen reader calls the picture. It is not shown: the page's own heading stands right above.
    """
    drawn = [
        _bar(
            one_line(bar.title), tuple((kind, value) for kind, value in zip(series, bar.numbers, strict=True) if value)
        )
        for bar in bars
        if any(bar.numbers)
    ]
    if drawn:
        chart = StackedHorizontalBarChart(title=title, show_title=False, data=[], fallback="drop", spacing="Medium")
        page.add(as_json(chart) | {"data": drawn}, "")
    page.table([of, *(kind.title for kind in series)], [[bar.title, *_cells(bar, hide_below)] for bar in bars])
    if hide_below and any(number is None for bar in bars for number in bar.numbers):
        page.small(f"<{hide_below} stands for a number from 1 to {hide_below - 1}, so that nobody can be told from it.")


def _cells(bar: Bar, hide_below: int) -> list[str]:
    return [f"<{hide_below}" if number is None else str(number) for number in bar.numbers]


@lru_cache(maxsize=256)
def _bar(title: str, parts: tuple[tuple[Series, int], ...]) -> Json:
    """One bar as it is sent. Those who lead see much the same ones, and nobody changes one."""
    points = [StackedHorizontalBarChartDataPoint(legend=kind.title, value=n, color=kind.colour) for kind, n in parts]
    return as_json(StackedHorizontalBarChartData(title=title, data=points))
