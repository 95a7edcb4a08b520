"""The QA team's part of the home card: the day in numbers, most pressing first, each with the word that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dialogs.kit.cards import Bold
from dialogs.kit.page import Page
from dialogs.kit.speaking import say_count, say_month, sentence

if TYPE_CHECKING:
    from assurance.home.console import Waits


@dataclass(frozen=True, slots=True)
class Line:
    """How one count is said."""

    one: str
    many: str
    typed: str = ""
    """The word that shows it; {month} stands for the first of the months."""
    offer: str = ""
    """The words of the button that shows it, where there is one."""
    verb: str = ""


LINES: dict[str, Line] = {
    "held": Line(
        "message is held until you send or drop it",
        "messages are held until you send or drop them",
        "held",
        "Show them",
        "held",
    ),
    "to_allocate": Line(
        "month is not allocated yet", "months are not allocated yet", "allocate {month}", "Propose it", "propose_month"
    ),
    "to_escalate": Line(
        "learning space goes up a level with the next messages",
        "learning spaces go up a level with the next messages",
        "preview",
        "Show the preview",
        "preview",
    ),
    "late": Line(
        "learning space is late, and somebody further up is still to be told",
        "learning spaces are late, and somebody further up is still to be told",
    ),
    "late_all_told": Line(
        "learning space is late, and everybody on its ladder has been told",
        "learning spaces are late, and everybody on their ladder has been told",
    ),
    "to_moderate": Line("moderation is open", "moderations are open", "moderations", "Show moderations", "moderations"),
    "left_behind": Line(
        "learning space is with somebody who has left: give it to somebody else, or take it back",
        "learning spaces are with people who have left: give them to somebody else, or take them back",
    ),
    "actions_left_behind": Line(
        "action has no owner any more: give it to somebody else",
        "actions have no owner any more: give them to somebody else",
    ),
    "out_of_reach": Line(
        "person cannot be reached in Teams",
        "people cannot be reached in Teams",
        "reachability",
        "Show who",
        "reachability",
    ),
    "parked": Line(
        "message reached nobody in the last four weeks",
        "messages reached nobody in the last four weeks",
        "reachability",
    ),
    "unclear_emails": Line("email is not clear and waits for you", "emails are not clear and wait for you", "emails"),
    "failing_addresses": Line("person's email comes back", "people's emails come back", "emails"),
    "findings": Line("finding of the self-check is open", "findings of the self-check are open", "findings"),
}
"""The words for each of the `KINDS` of `assurance/home/console.py`."""


def show_console(page: Page, counted: Sequence[Waits], today: date, buttons: int) -> int:
    """What is not nought, one line each, with one button for the first that has one; and that nothing else waits.

    Returns how many buttons that took.
    """
    if not counted:
        return 0
    taken = 0
    page.subheading("Today")
    busy = [one for one in counted if one.count]
    for one in busy:
        line = LINES[one.kind]
        month = one.month or today
        typed = f" Type {line.typed.format(month=say_month(month))}." if line.typed else ""
        page.spoken(Bold(sentence(say_count(one.count, line.one, line.many))), f".{typed}", gap="Small")
        if line.verb and buttons and not taken:
            step = {"step": f"{month:%Y-%m}"} if one.kind == "to_allocate" else {}
            page.choice_here("", "", (line.offer, line.verb), **step)
            taken = 1
    if not busy:
        page.para("Nothing is waiting for the QA team.", gap="Small")
    elif len(busy) < len(counted):
        page.small("Nothing else waits for the QA team.")
    return taken
