"""Pieces of the home card for some roles: a leader's area in a picture, a practitioner's own learning spaces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.charts import Bar, Series, stacked_bars
from dialogs.kit.page import Page
from dialogs.kit.speaking import say_date

if TYPE_CHECKING:
    from assurance.home.home_own_work import OwnWork
    from assurance.home.home_state import AreaState

ON_TIME, LATE, PAUSED = Series("On time", "good"), Series("Late", "attention"), Series("Paused", "neutral")
MOST_ROWS = 14
"""Functions in one picture; the framework has fewer."""


def show_state(page: Page, state: AreaState | None) -> None:
    """The open learning spaces of a leader's area, by function."""
    if state is None:
        return
    page.subheading("Open learning spaces in your area")
    if not state.rows:
        page.para("None are open.", gap="Small")
        return
    bars = [Bar(row.function, (row.on_time, row.late, row.paused)) for row in state.rows[:MOST_ROWS]]
    named = "Open learning spaces by function"
    stacked_bars(page, named, "Function", (ON_TIME, LATE, PAUSED), bars, hide_below=state.hide_below)


def show_own_work(page: Page, own: Sequence[OwnWork], today: date, buttons: int) -> int:
    """Learning spaces about a practitioner's own work; returns how many buttons that took."""
    taken = 0
    for one in own:
        page.begin_box("emphasis", gap="Small")
        if one.opened:
            page.spoken(Bold(one.reference), ": your result is open.")
            page.spoken("You held it with ", Bold(one.auditor), ".", gap="Small")
            offer, verb = wording.OPEN_RESULT, "result"
        else:
            page.spoken(Bold(one.reference), ": a learning space about your work.")
            page.spoken(Bold(one.auditor), f" holds it with you by {say_date(one.due_on, today)}.", gap="Small")
            offer, verb = wording.REFLECT, "reflect"
        if taken < buttons:
            page.button_here(offer, verb, one.reference, typed=f"{verb} {one.reference}")
            taken += 1
        else:
            page.para(f"Type {verb} {one.reference}", gap="Small")
        page.end_box()
    return taken
