"""The answer to "loops": what is still open in closing the loop, oldest first; counts alone for a Director."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dialogs.kit import wording
from dialogs.kit.cards import MOST_BUTTONS, Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.small_numbers import say_number, why_hidden
from dialogs.kit.speaking import say_count, say_date, sentence
from dialogs.loop.loop_card import STATES

if TYPE_CHECKING:
    from assurance.loop.loop_lists import OutstandingLoops

MOST_SHOWN = 10
"""Loops shown one by one; more are counted."""


AGES = {"new": "Up to four weeks old", "older": "Four to twelve weeks old", "oldest": "More than twelve weeks old"}


def loops_message(found: OutstandingLoops | None, today: date, hide_below: int) -> Message:
    """The list for this person. Nobody's name and no grade is in it."""
    if found is None:
        page = Page("Closing the loop", summary="Closing the loop: there is no list for you.")
        return page.para(
            "The QA team and the Heads of Service keep this list. What waits for you is on: list"
        ).message()
    count = len(found.loops)
    if not any(found.by_age.values()):
        page = Page("No loop is open", summary="No loop is open.")
        return page.para("Everything that was opened has been closed.").message()
    # A whole is not said where its parts are numbers that may be hidden: the rest of it would be one of them.
    heading = "Open loops" if found.counts_only else sentence(say_count(count, "open loop"))
    page = Page(heading, summary=f"{heading}.")
    page.facts([(AGES[age], say_number(said, hide_below)) for age, said in found.by_age.items() if said])
    if found.counts_only:
        if any(said.hidden for said in found.by_age.values()):
            page.small(why_hidden(hide_below))
        return page.small("One that is yours to authorise waits for you on your own list.").message()
    for place, one in enumerate(found.loops[:MOST_SHOWN]):
        page.begin_box("attention" if one.late else "emphasis", gap="Small")
        page.spoken(Bold(one.reference), f", open since {say_date(one.opened_on, today)}")
        late = " The form is late." if one.late else ""
        page.para(f"{STATES[one.state]}{late}", gap="Small")
        if place < MOST_BUTTONS:
            page.button_here(wording.OPEN, "loop", one.token, typed=f"open {one.reference}")
        page.end_box()
    if count > MOST_SHOWN:
        page.small(
            f"And {say_count(count - MOST_SHOWN, 'more loop')}. For the whole list the QA team types: export loops"
        )
    return page.message()
