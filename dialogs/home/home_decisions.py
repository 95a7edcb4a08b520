"""Decisions that take ten seconds: who asks, until when, why, and Agree or Decline right there on the home card."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from dialogs.kit.cards import Bold
from dialogs.kit.page import Page
from dialogs.kit.speaking import say_date
from dialogs.more_time.more_time import AGREE, DECLINE, EXTENSION, READ_NOTE, reason_title
from policy.framework.framework import Framework

if TYPE_CHECKING:
    from assurance.common.decision import Decision

Line = Callable[[Page, "Decision", Framework, date, int], int]
"""Puts a decision on the page, given how many buttons are left; returns how many it took."""


def _more_time(page: Page, decision: Decision, framework: Framework, today: date, buttons: int) -> int:
    extension = decision.asks == EXTENSION
    reason = reason_title(framework, decision.asks, decision.because) if decision.asks else ""
    if extension:
        page.spoken(Bold(f"More time asked for: {decision.reference}"))
        until = f" asks for time until {say_date(decision.until, today)}." if decision.until else " asks for more time."
        page.spoken(Bold(decision.who), until, gap="Small")
    else:
        page.spoken(Bold(f"Asked to be taken off: {decision.reference}"))
        page.spoken(Bold(decision.who), " asks to be taken off it.", gap="Small")
    page.facts([("Reason", reason)])
    if decision.by_when:
        page.small(f"Decide by the end of {say_date(decision.by_when, today)}. Otherwise it stays as it is.")
    return _offer(page, decision, buttons, ("agree_request", "decline_request"), "see_request", "")


def _action_date(page: Page, decision: Decision, framework: Framework, today: date, buttons: int) -> int:
    page.spoken(Bold(f"Another date for {decision.reference}"))
    until = say_date(decision.until, today) if decision.until else "another day"
    if decision.who:
        page.spoken(Bold(decision.who), f" asks for {until}.", gap="Small")
    else:
        page.para(f"Its owner asks for {until}.", gap="Small")
    page.small("Until you answer, the date stays as it is.")
    step = decision.until.isoformat() if decision.until else ""
    return _offer(page, decision, buttons, ("agree_date", "decline_date"), "open_action", step)


def _offer(page: Page, decision: Decision, buttons: int, verbs: tuple[str, str], look: str, step: str) -> int:
    """Agree and Decline while there is room for both, else the way to them; the home card says when there is none."""
    data = {"step": step} if step else {}
    if buttons >= 2:
        offered = [(AGREE, verbs[0]), (DECLINE, verbs[1])]
        if decision.has_note and buttons > 2:
            offered.append((READ_NOTE, look))
        page.choice_here(decision.token, decision.reference, *offered, **data)
        return len(offered)
    if buttons:
        page.button_here(
            LOOK, look, decision.token, typed=f"open {decision.reference}" if look == "open_action" else ""
        )
        return 1
    return 0


LOOK = "Look at it"

TEN_SECONDS: dict[str, Line] = {"decide_more_time": _more_time, "agree_action_date": _action_date}
"""The kinds of decision that are settled without opening anything."""
