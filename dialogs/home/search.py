"""What a search found: the header of each, what opens it, and how to narrow it. It never repeats what was typed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dialogs.kit import wording
from dialogs.kit.cards import MOST_BUTTONS, Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.speaking import say_count, say_date, say_late_on, sentence
from dialogs.notices.living import ACTIONS, LOOPS, SECOND_LOOKS
from policy.lifecycle.reference import ACTION, LEARNING_SPACE, LOOP, MODERATION

if TYPE_CHECKING:
    from assurance.home.search import Hit, SearchResult

HOW = (
    "To search, type find and a reference or part of one, a post, a team or a name: "
    "find LS-2026Q3-014, find Q3-014, or find Harbour Team."
)
SHOW_MORE = "Show more"
NARROW = "To see fewer, add a word: a team, a post or a name."
MOST_NAMED = 3
LEARNING_SPACES = {
    "allocated": "not begun",
    "opened": "begun",
    "submitted": "sent in",
    "excluded": "taken off",
    "withdrawn": "taken back",
}
_VERBS = {LEARNING_SPACE: "open", ACTION: "open_action", LOOP: "loop", MODERATION: "moderate"}


def search_message(found: SearchResult, today: date, *, asked: bool = True) -> Message:
    """The records found. One that may not be seen and one that is not there read the same."""
    if not found.hits:
        return _nothing(found, asked=asked)
    last = found.before + len(found.hits)
    said = sentence(say_count(last + found.more, "record")) + " found"
    page = Page(said, summary=f"{said}.")
    if found.before:
        page.small(f"From number {found.before + 1} to number {last}.")
    if found.matched:
        named = [*found.matched[:MOST_NAMED], *(["and others"] if len(found.matched) > MOST_NAMED else [])]
        page.spoken(f"Given to: {'; '.join(named)}.", quiet=True)
    buttons = MOST_BUTTONS - (1 if found.more else 0)
    for hit in found.hits:
        buttons -= _show(page, hit, today, buttons)
    if found.more:
        page.small(f"And {found.more} more. {NARROW}")
        page.button(SHOW_MORE, "find_more", "", typed="more", step=f"{last}/{found.said}")
    return page.message()


def nothing_more_message() -> Message:
    """They asked for more, and nothing was found before of which there is more."""
    page = Page("That was everything", summary="That was everything that was found.")
    return page.para("There is nothing more to show of what you looked for last.").small(HOW).message()


def _nothing(found: SearchResult, *, asked: bool) -> Message:
    if not asked:
        page = Page("What shall I look for?", summary="What shall I look for?")
        return page.para(HOW).message()
    page = Page("Nothing found", summary="Nothing was found that you can see.")
    if found.by_reference:
        page.para("There is no such record that you can see. It may be with someone else, or a digit may be out.")
    else:
        page.para("There is nothing you can see that fits. I look through posts, teams, functions and names.")
    return page.small(HOW).button(wording.SHOW_LIST, "home", typed="list").message()


def _show(page: Page, hit: Hit, today: date, buttons: int) -> int:
    page.begin_box("emphasis", gap="Small")
    kind = hit.reference[:2]
    where = f", {hit.function}" if hit.function else ""
    page.spoken(Bold(hit.reference), where)
    if hit.who:
        post = f", {hit.post}" if hit.post else ""
        page.spoken("With ", Bold(hit.who), f"{post}.", gap="Small")
    page.para(_state(hit, kind, today), gap="Small")
    taken = 0
    if hit.token and buttons:
        page.button_here(
            wording.OPEN, _VERBS[kind], hit.token, typed=f"open {hit.reference}", main=buttons == MOST_BUTTONS
        )
        taken = 1
    page.end_box()
    return taken


def _state(hit: Hit, kind: str, today: date) -> str:
    due = f"due {say_date(hit.due_on, today)}" if hit.due_on else ""
    if kind == LEARNING_SPACE:
        words = LEARNING_SPACES.get(hit.state, "")
        if hit.state not in ("allocated", "opened"):
            return f"{sentence(words)}."
        late = f", {say_late_on(-hit.days_left, today)}" if hit.days_left < 0 else ""
        return f"{sentence(words)}, {due}{late}."
    said = {ACTION: ACTIONS, LOOP: LOOPS, MODERATION: SECOND_LOOKS}[kind].get(hit.state, "")
    return f"{said} {sentence(due)}." if due and hit.state not in ("done", "not_needed") else said
