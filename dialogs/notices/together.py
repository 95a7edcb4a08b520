"""Several things told at once: a leader's list of what is late (E87), and somebody's own actions (E88).

The longest late stands first, the first few are open to the eye and the rest is one tap away; an email has them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from microsoft_teams.cards import CardElement, Choice, ChoiceSetInput, RichTextBlock, TextRun

from dialogs.kit import cards, wording
from dialogs.kit.counted_list import OWN_ACTIONS, list_heading, list_subject
from dialogs.kit.inert import one_line
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.rungs import LEVEL_BY_LEVEL, Told, if_nothing_happens, say_roles, told_of
from dialogs.kit.speaking import say_count, say_date, say_day, say_days, say_days_left, sentence
from policy.framework.framework import Framework

if TYPE_CHECKING:
    from assurance.common.courier import Delivery
    from assurance.common.listed import Listed

MOST_OPEN = 6
"""Lines that are seen at once: about a phone's height."""
MOST_BESIDE = 3
"""The same of what is only for information, below what is not."""
MOST_LINES = 40
"""Lines in a card; all of them are in the email."""
MOST_BUTTONS_BESIDE = cards.MOST_BUTTONS
WHICH = "which"
"""The box that says which one is meant."""
REPEAT = "You may have had this message before. It is the same one, and nothing new has happened."
CHOOSE_ONE = "Please choose one first."
OVER = {
    "submitted": "sent in",
    "excluded": "taken off",
    "withdrawn": "taken back",
    "done": "done",
    "not_needed": "not needed any more",
    "with_someone_else": "with someone else now",
}
"""How what was on a list has ended."""


def told_together(delivery: Delivery, framework: Framework) -> Message:
    """A delivery of several notices as it goes out."""
    own = delivery.told_in == OWN_ACTIONS
    heading, summary = list_heading(delivery.rows, own=own), list_subject(delivery.rows, own=own)
    if delivery.notice.repeat:
        heading, summary = f"Repeat: {heading}", f"Repeat: {summary}"
    page = Page(heading, summary=f"{summary}.")
    if delivery.notice.repeat:
        page.small(REPEAT)
    page.as_on(delivery.today)
    if earlier := sum(row.instead for row in delivery.rows):
        page.small(f"For {earlier} of them this takes the place of an earlier message.")
    rows, today = _longest_first(delivery.rows), delivery.today
    said = _own_list if own else _leaders_list
    said(page, rows, framework, today)
    return _ask_which(page, rows, delivery.subject, today, own=own).message()


def list_message(
    rows: Sequence[Listed], subject: str, framework: Framework, today: date, *, own: bool, note: str = ""
) -> Message:
    """The same list as it stands later: what is still open, and what has come in since."""
    still, over = [row for row in rows if not row.over], [row for row in rows if row.over]
    if not still:
        page = Page("Nothing on this list is open any more", summary="Nothing on a list of yours is open any more.")
    elif over:
        line = f"{len(still)} of {len(rows)} {'is' if len(still) == 1 else 'are'} still open"
        page = Page(line, summary=f"{line}.")
    else:
        page = Page(list_heading(rows, own=own), summary=f"{list_heading(rows, own=own)}.")
    page.as_on(today)
    if note:
        page.add(cards.problem(note, about=WHICH), note)
    still = _longest_first(still)
    _lines(page, still, today, own=own)
    if over:
        page.subheading(f"Since then ({len(over)})")
        _fold(page, [_line(row, today, own=own) for row in over], name="over", most=MOST_BESIDE)
    return _ask_which(page, still, subject, today, own=own).message()


def one_of_list_message(row: Listed, subject: str, today: date) -> Message:
    """One line of a leader's list: the header, and the way back. Never what is in it."""
    kind = "Action" if row.is_action else "Learning space"
    page = Page(f"{kind} {row.reference}", summary=f"{kind} {row.reference}.")
    page.as_on(today)
    due = say_date(row.due_on, today)
    page.facts(
        [
            ("Owner" if row.is_action else "Manager", row.who),
            ("Function", row.function),
            ("Was due" if row.days_left < 0 and not row.over else "Due", due),
            ("Stands", sentence(_how_it_is(row, today))),
        ]
    )
    if not row.over:
        page.para(wording.NOTHING_TO_FILL_IN)
    return page.button("Back to the list", "list_again", subject, keep_answers=False).message()


# -- the parts --------------------------------------------------------------------------------------------------------


def _leaders_list(page: Page, rows: Sequence[Listed], framework: Framework, today: date) -> None:
    act = [row for row in rows if not row.told]
    if act:
        _why(page, act)
        if len(rows) > MOST_OPEN:
            _by_function(page, act)
        _lines(page, act, today)
    for_information = [row for row in rows if row.told]
    if for_information:
        page.subheading(f"For information ({len(for_information)})", line=bool(act))
        page.para(_went_to(for_information, framework, today), gap="Small")
        if not act and len(rows) > MOST_OPEN:
            _by_function(page, rows)
        lines = [_line(row, today) for row in for_information]
        _fold(page, lines, name="more-for-information", most=MOST_BESIDE if act else MOST_OPEN)
    _otherwise(page, act or rows, framework)


def _went_to(rows: Sequence[Listed], framework: Framework, today: date) -> str:
    """'On Tuesday 29 December these went to the Director.', or how many to whom."""
    found = sorted(dict.fromkeys(row.told for row in rows), key=lambda told: -sum(row.told == told for row in rows))
    if len(found) == 1:
        return f"On {say_day(today)} {'this' if len(rows) == 1 else 'these'} went to {say_roles(found[0], framework)}."
    first, *rest = [f"{sum(row.told == told for row in rows)} {{}}to {say_roles(told, framework)}" for told in found]
    went = f"of them went on {say_day(today)} "
    return f"{', '.join([first.format(went), *(one.format('') for one in rest)])}."


def _own_list(page: Page, rows: Sequence[Listed], framework: Framework, today: date) -> None:
    page.para("If one is done, open it and say where it can be seen. If something is in the way, say that.")
    helpers = list(dict.fromkeys(role for row in rows for role in row.told))
    beside = len(rows) <= MOST_BUTTONS_BESIDE
    for number, row in enumerate(rows if beside else ()):
        element, said = _line(row, today, own=True)
        page.add(cards.group(element, gap="Medium"), said)
        page.button_here(wording.OPEN, "open_action", row.token, typed=f"open {row.reference}", main=not number)
    if not beside:
        _lines(page, rows, today, own=True)
    if helpers:
        told = f"{sentence(say_roles(helpers, framework))} {'were' if len(helpers) > 1 else 'was'} told"
        page.para(f"{told} on {say_day(today)} of what is late, so that they can help.")
    page.begin_box("emphasis").para(LEVEL_BY_LEVEL).end_box()


def _why(page: Page, rows: Sequence[Listed]) -> None:
    """Why they hear, and that the managers know of it."""
    theirs = [row for row in rows if not row.because]
    if theirs:
        spaces = not any(row.is_action for row in theirs)
        knows = " The managers have been told that you know." if spaces else ""
        page.para(f"They are in your line, the longest late first.{knows} {wording.NOTHING_TO_FILL_IN}")
    else:
        page.para(wording.NOTHING_TO_FILL_IN)
    for because in dict.fromkeys(row.because for row in rows if row.because):
        count = sum(row.because == because for row in rows)
        whole = wording.via_line(because, because)
        page.spoken(whole if count == len(rows) else f"{sentence(say_count(count, 'of them', 'of them'))}: {whole}")


def _by_function(page: Page, rows: Sequence[Listed]) -> None:
    """Where they are: the most first."""
    found: dict[str, list[Listed]] = {}
    for row in rows:
        found.setdefault(row.function or "Actions", []).append(row)
    if len(found) < 2:
        return
    order = sorted(found.items(), key=lambda each: (-len(each[1]), each[0]))
    page.facts([(function, _up_to(mine)) for function, mine in order])


def _up_to(rows: Sequence[Listed]) -> str:
    days = {-row.days_left for row in rows}
    if max(days) <= 0:
        return str(len(rows))
    return f"{len(rows)}, {'' if len(days) == 1 else 'up to '}{say_days(max(days))} late"


def _lines(page: Page, rows: Sequence[Listed], today: date, *, own: bool = False) -> None:
    _fold(page, [_line(row, today, own=own) for row in rows], name="more")


def _fold(page: Page, lines: Sequence[tuple[CardElement, str]], *, name: str, most: int = MOST_OPEN) -> None:
    """The first lines, and the rest folded away; as text all of them."""
    if len(lines) <= most + 2:  # nobody opens a fold for two lines more
        most = len(lines)
    _put(page, lines[:most])
    if rest := lines[most:]:
        page.begin_fold(f"And {len(rest)} more", name)
        _put(page, rest, shown=MOST_LINES - most)
        page.end_fold()


def _put(page: Page, lines: Sequence[tuple[CardElement, str]], *, shown: int = MOST_LINES) -> None:
    elements = [element for element, _ in lines[:shown]]
    if len(lines) > shown:
        elements.append(cards.small(f"And {len(lines) - shown} more. To see them, type find and a team, or a name."))
    if elements:
        page.add(cards.group(*elements, gap="Small"), "\n".join(f"- {text}" for _, text in lines))


def _line(row: Listed, today: date, *, own: bool = False) -> tuple[CardElement, str]:
    """'Ash Green: 14 days late. Family Safeguarding, LS-2026Q3-014', as an element of a card and as text."""
    first = row.reference if own else row.who
    rest = [] if own else [part for part in (row.function, row.reference) if part]
    day = f", {say_date(row.due_on, today)}" if own and not row.over else ""
    how = f": {_how_it_is(row, today)}{day}."
    runs = [TextRun(text=cards.in_one_piece(one_line(first)), weight="Bolder"), TextRun(text=how)]
    where = f" {', '.join(rest)}" if rest else ""
    if where:
        runs.append(TextRun(text=cards.in_one_piece(f" {one_line(where)}"), is_subtle=True, size="Small"))
    return RichTextBlock(inlines=list(runs), spacing="Small"), f"{one_line(first)}{how}{where}"


def _how_it_is(row: Listed, today: date) -> str:
    if row.over:
        return OVER.get(row.over, "settled")
    if row.set_on and row.days_left >= 0:
        weeks = (today - row.set_on).days // 7
        said = f"not done {say_count(weeks, 'week')} after it was set"
    else:
        said = say_days_left(row.days_left)
    return f"{said}, its clock stands still" if row.paused else said


def _otherwise(page: Page, rows: Iterable[Listed], framework: Framework) -> None:
    """Who is told next: of all alike, or from which day on."""
    ahead = [told for row in rows if (told := told_of(row.rungs, row.told))]
    if not ahead:
        return
    line = if_nothing_happens(ahead[0], framework) if len(set(ahead)) == 1 else _from(ahead)
    page.begin_box("emphasis").para(line).end_box()


def _from(ahead: Sequence[Sequence[Told]]) -> str:
    soonest = min(told[0].on for told in ahead)
    return f"If nothing happens: from {say_day(soonest)} on the next level is told of those that are still late."


def _ask_which(page: Page, rows: Sequence[Listed], subject: str, today: date, *, own: bool) -> Page:
    """A closed list to choose one from: only that shows a name without reading Markdown."""
    if len(rows) < 2 or (own and len(rows) <= MOST_BUTTONS_BESIDE):
        return page
    offered = [(row.reference, _line(row, today, own=own)[1]) for row in rows[:MOST_LINES]]
    label = "Open one of them" if own else "Look at one of them"
    how = "write open and its reference." if own else "in Teams, write find and its reference."
    box = ChoiceSetInput(
        id=WHICH,
        label=label,
        error_message=CHOOSE_ONE,
        choices=[Choice(title=one_line(title), value=reference) for reference, title in offered],
        style="compact",
        placeholder="Choose",
        wrap=True,
    )
    first = rows[0].reference
    typed = f"open {first}" if own else f"find {first}"
    return page.add(box, f"{label}: {how}").button(
        wording.OPEN if own else "Show it", "listed", subject, typed=typed, main=True
    )


def _longest_first(rows: Iterable[Listed]) -> list[Listed]:
    return sorted(rows, key=lambda row: (row.days_left, row.function, row.who, row.reference))
