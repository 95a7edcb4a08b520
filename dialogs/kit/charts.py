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
from dialogs.kit.small_numbers import say_in_table, why_hidden
from policy.council.small_numbers import Said

Colour = Literal["good", "warning", "attention", "neutral"]


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of number: its words, and a colour that only helps the eye."""

    title: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: whose numbers, one for each series."""

    title: str
    numbers: tuple[Said, ...]


def stacked_bars(
    page: Page, title: str, of: str, series: Sequence[Series], bars: Sequence[Bar], *, hide_below: int = 0
) -> None:
    """Bars of parts, then the table. A host that knows no charts shows the table alone and has missed nothing.

    Where a number may not be said there is the table alone: a bar without it would say that there is none.
    `title` is what a screen reader calls the picture. It is not shown: the page's own heading stands right above.
    """
    hidden = any(number.hidden for bar in bars for number in bar.numbers)
    drawn = [
        _bar(
            one_line(bar.title),
            tuple((kind, value.number) for kind, value in zip(series, bar.numbers, strict=True) if value),
        )
        for bar in bars
        if any(bar.numbers)
    ]
    if drawn and not hidden:
        chart = StackedHorizontalBarChart(title=title, show_title=False, data=[], fallback="drop", spacing="Medium")
        page.add(as_json(chart) | {"data": drawn}, "")
    page.table([of, *(kind.title for kind in series)], [[bar.title, *_cells(bar, hide_below)] for bar in bars])
    if hidden:
        page.small(why_hidden(hide_below))


def _cells(bar: Bar, hide_below: int) -> list[str]:
    return [say_in_table(number, hide_below) for number in bar.numbers]


@lru_cache(maxsize=256)
def _bar(title: str, parts: tuple[tuple[Series, int], ...]) -> Json:
    """One bar as it is sent. Those who lead see much the same ones, and nobody changes one."""
    points = [StackedHorizontalBarChartDataPoint(legend=kind.title, value=n, color=kind.colour) for kind, n in parts]
    return as_json(StackedHorizontalBarChartData(title=title, data=points))
