"""The answer to "list" and to any greeting: what waits, by when, what happens otherwise, one clear next step.

Decisions come first, then the QA team's day, a person's own learning spaces, and for those who lead their area.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from dialogs.actions.actions import actions_due_line, actions_later_line
from dialogs.home.home_console import show_console
from dialogs.home.home_decisions import TEN_SECONDS
from dialogs.home.home_parts import show_own_work, show_state
from dialogs.kit import wording
from dialogs.kit.cards import MOST_BUTTONS, Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.rungs import Told, if_nothing_happens, told_of
from dialogs.kit.speaking import say_count, say_date, say_days_left, say_list, say_month, sentence
from dialogs.learning_space.corrections import correct_line
from dialogs.learning_space.two_voices import talk_line
from dialogs.loop.loop_card import loop_line
from dialogs.moderation.moderation import moderate_line, settle_line, several_line
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework

if TYPE_CHECKING:
    from assurance.home.waiting import Decision, Waiting, WaitingItem

MOST_ITEMS = 8
"""Learning spaces shown at once; more than this and the card is no list any more."""
MOST_DECISIONS = 6
MOST_LATER = 4
MOST_RECENT = 3
EVERYBODY_TOLD = "Everybody above you has been told. Sending it in ends it."
COMES_UP = "What has no button yet gets one here once the ones above are settled."


def home_message(waiting: Waiting, framework: Framework, today: date, *, greeting: bool = False) -> Message:
    """Everything that waits for a person. With `greeting` it says hello first."""
    items = waiting.items
    page = _begin(waiting, today, greeting)
    buttons = MOST_BUTTONS
    buttons -= _decisions(page, waiting.decisions, framework, today, buttons)
    buttons -= show_console(page, waiting.console, today, buttons)
    buttons -= show_own_work(page, waiting.own_work, today, buttons)
    otherwise = _Otherwise(framework)
    several_posts = len({entry.item.post for entry in items}) > 1
    post = None
    most_urgent = {entry.item.reference for entry in items[:buttons]}
    for entry in _by_post(items[:MOST_ITEMS]) if several_posts else items[:MOST_ITEMS]:
        if several_posts and entry.item.post != post:
            post = entry.item.post
            page.spoken(Bold(f"As {entry.post_title}" if entry.post_title else post), gap="Large")
        _item(page, entry, otherwise, today, can_open=entry.item.reference in most_urgent)
    if len(items) > MOST_ITEMS:
        page.small(f"And {len(items) - MOST_ITEMS} more, due later.")
    if len(items) > buttons:
        page.small(f"To open {'another one' if buttons else 'one'}, type open and its reference.")
    _later(page, waiting, today, max(buttons - len(items), 0))
    show_state(page, waiting.state)
    _recent(page, waiting, framework, today)
    return page.message()


def _begin(waiting: Waiting, today: date, greeting: bool) -> Page:
    """The heading counts what waits. Only when nothing does, and nothing below says otherwise, are they up to date."""
    hello = "Hello. " if greeting else ""
    counted = Counter({"learning space": len(waiting.items)})
    for one in (*waiting.decisions, *waiting.later):
        counted[COUNTED_AS.get(one.kind, "decision")] += one.count or 1
    parts = [
        say_count(counted[word], word) for word in dict.fromkeys(("decision", *COUNTED_AS.values())) if counted[word]
    ]
    if parts:
        verb = "is" if counted.total() == 1 else "are"
        return _page(hello + sentence(f"{say_list(parts)} {verb} waiting for you"), today)
    if waiting.own_work:
        return _page(f"{hello}Your learning spaces", today)
    if waiting.anything:
        return _page(f"{hello}Here is your day", today)
    if waiting.area_is_late:
        return _page(f"{hello}Here is your area", today).para(
            "Nothing waits for you yourself. What is late in it is below."
        )
    page = _page(f"{hello}Nothing is waiting for you", today)
    return page.para("You are up to date. I will write when there is something for you.")


COUNTED_AS = {
    "moderate": "moderation",
    "moderations_open": "moderation",
    "actions_due": "action",
    "learning_space": "learning space",
    "talk_through": "talk",
    "actions_later": "action",
}
"""By which word the heading counts a kind of what waits, in its order; everything else is a decision."""


def _page(heading: str, today: date) -> Page:
    """One next step: whatever comes first on the card has the main button."""
    return Page(heading, summary=f"{heading}.", first_is_main=True).as_on(today)


def _by_post(items: tuple[WaitingItem, ...]) -> list[WaitingItem]:
    """Grouped by post, the post with the most urgent one first; within a post soonest first."""
    order = list(dict.fromkeys(entry.item.post for entry in items))
    return sorted(items, key=lambda entry: order.index(entry.item.post))


class _Otherwise:
    """What happens if nothing happens: said once for all that are due alike."""

    def __init__(self, framework: Framework) -> None:
        self._framework = framework
        self._said: dict[tuple[Told, ...], str] = {}

    def of(self, entry: WaitingItem) -> str:
        """The line, or nothing when nobody is left to tell."""
        told = told_of(entry.rungs)
        if told not in self._said:
            self._said[told] = if_nothing_happens(told, self._framework)
        return self._said[told]


def _item(page: Page, entry: WaitingItem, otherwise: _Otherwise, today: date, *, can_open: bool) -> None:
    item = entry.item
    page.begin_box("attention" if entry.days_left < 0 else "emphasis", gap="Small")
    page.spoken(Bold(item.reference), f", {entry.function}" if entry.function else "")
    begun = " You have begun it." if entry.begun else ""
    if entry.days_left < 0:
        due = f"Was due {say_date(item.due_on, today)}: {say_days_left(entry.days_left)}.{begun}"
    else:
        due = f"Due {say_date(item.due_on, today)}, {say_days_left(entry.days_left).removeprefix('due ')}.{begun}"
    if item.paused_on is not None and entry.days_left >= 0:
        due = f"Due {say_date(item.due_on, today)}, and later by the days the clock stands still.{begun}"
    page.para(due, gap="Small")
    if item.paused_on is not None:
        page.small("The clock stands still for now, so no message about it goes out.")
    elif line := otherwise.of(entry):
        page.small(line)
    elif entry.days_left < 0 and item.next_step_at is None:
        page.small(EVERYBODY_TOLD)
    if can_open:
        title = wording.CARRY_ON if entry.begun else wording.OPEN
        page.button_here(title, "open", item.token, typed=f"open {item.reference}")
    page.end_box()


def _decisions(page: Page, decisions: Sequence[Decision], framework: Framework, today: date, buttons: int) -> int:
    """Show what is to be settled, most urgent first; returns how many buttons that took."""
    shown, left, comes_up = decisions[:MOST_DECISIONS], buttons, False
    for decision in shown:
        taken = _decision(page, decision, framework, today, left)
        comes_up |= decision.kind in TEN_SECONDS and not taken
        left -= taken
    if len(decisions) > len(shown):
        page.small(f"And {say_count(len(decisions) - len(shown), 'more decision')} after these.")
    if comes_up:
        page.small(COMES_UP)
    return buttons - left


def _later(page: Page, waiting: Waiting, today: date, buttons: int) -> None:
    """What is less pressing than their own learning spaces."""
    later = waiting.later
    shown_above = any(one.kind == "actions_due" for one in waiting.decisions)
    for one in later[:MOST_LATER]:
        if one.kind == "actions_later" and shown_above:
            first = f", the first on {say_date(one.by_when, today)}" if one.by_when else ""
            page.small(f"Your other actions are due later{first}.")
            continue
        page.begin_box("emphasis", gap="Small")
        buttons -= DECISIONS[one.kind](page, one, today, buttons)
        page.end_box()
    if len(later) > MOST_LATER:
        page.small(f"And {len(later) - MOST_LATER} more after these.")


def _decision(page: Page, decision: Decision, framework: Framework, today: date, buttons: int) -> int:
    """Show something to settle; returns how many buttons it took."""
    urgent = decision.kind == "acknowledge_red_flag"
    page.begin_box("attention" if urgent else "emphasis", gap="Small")
    if decision.kind in TEN_SECONDS:
        taken = TEN_SECONDS[decision.kind](page, decision, framework, today, buttons)
    else:
        taken = DECISIONS[decision.kind](page, decision, today, buttons)
    page.end_box()
    return taken


def _red_flag(page: Page, decision: Decision, today: date, buttons: int) -> int:
    page.spoken(Bold(f"Immediate attention: {decision.reference}"))
    page.para("The message about it names whom to call. Please call them now.", gap="Small")
    if buttons:
        page.button_here(wording.ACKNOWLEDGE, "acknowledge", decision.reference)
    return min(buttons, 1)


def _proposal(page: Page, decision: Decision, today: date, buttons: int) -> int:
    month = say_month(decision.month or today)
    page.spoken(Bold(f"A proposal for {month}"))
    page.para(f"It waits for your approval. To see it, type: allocate {month}", gap="Small")
    if buttons:
        page.choice_here("", "", (wording.SEE_PROPOSAL, "propose_month"), step=f"{decision.month or today:%Y-%m}")
    return min(buttons, 1)


DecisionLine = Callable[[Page, "Decision", date, int], int]
"""Puts a decision on the page, given how many buttons are left; returns how many it took."""

DECISIONS: dict[str, DecisionLine] = {
    "acknowledge_red_flag": _red_flag,
    "approve_allocation": _proposal,
    "correct_form": correct_line,
    "meet_for_loop": loop_line,
    "finish_loop_form": loop_line,
    "authorise_loop": loop_line,
    "record_loop_result": loop_line,
    "moderate": moderate_line,
    "settle_moderation": settle_line,
    "moderations_open": several_line,
    "actions_due": actions_due_line,
    "talk_through": talk_line,
    "actions_later": actions_later_line,
}
"""Every kind that `assurance/home/waiting.py` finds, in words."""


def _recent(page: Page, waiting: Waiting, framework: Framework, today: date) -> None:
    calendar = Calendar.of(framework)
    said = [
        f"{item.reference} on {say_date(calendar.local_date(item.submitted_at), today)}"
        for item in waiting.recent[:MOST_RECENT]
        if item.submitted_at
    ]
    if said:
        page.small(f"Sent in lately: {', '.join(said)}. Thank you.", gap="Medium")
