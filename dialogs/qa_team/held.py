"""Messages that are held since the bot's records were put back: the news of it, the list, and what was decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from microsoft_teams.cards import Choice, ChoiceSetInput

from dialogs.kit import cards, wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.speaking import say_count, say_date, say_time, sentence
from dialogs.learning_space.learning_space import About, begin
from policy.framework.framework import Framework
from policy.lifecycle.reference import find_reference

Facts = Mapping[str, Any]

MOST_ROWS = 8
SEND_ALL, DROP_ALL = "send all held", "drop all held"
CHOSEN = "chosen"
"""The input that says which ones, and the step of the buttons that read it."""

WHY: dict[str, str] = {
    "restored": "An administrator has put the bot's records back from a backup",
    "by_hand": "An administrator has put the bot's records back",
    "older": "The bot has found its records as they were some time ago: perhaps an old copy was put in their place",
    "another": "The bot has found other records than the ones it worked with last",
    "more": "Some more messages have come up that may have been sent before the bot's records were put back",
}
"""Why messages are held; `storage/council/put_back.py` has the keys."""


@dataclass(frozen=True, slots=True)
class Row:
    """One held message as it is shown."""

    number: int
    title: str
    reference: str
    who: str
    due_on: date


def _waits(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    many = int(facts.get("held", 0))
    why = str(facts.get("why", ""))
    heading = "Messages wait for you" if many else "The bot's records were put back"
    summary = f"{sentence(_count(many))} for you to send or drop." if many else "The bot's records were put back."
    page = begin(heading, summary, about)
    page.para(WHY.get(why, WHY["older"]) + _as_of(facts, about) + ".")
    if why != "more":
        page.para("What was sent in or decided after that may be gone. Please ask people to look at what is open.")
    if not many:
        return page.para("No message was waiting, so there is nothing for you to decide.").message()
    page.para(f"{sentence(_count(many))}: nobody knows whether the people they are for have had them already.")
    page.para("What you send says that it may be a repeat. What you drop is not sent.")
    page.button("Show them", "held", typed="held", main=True)
    page.button("Send them all", "held_send", typed=SEND_ALL, step="all")
    return page.button("Drop them all", "held_drop", typed=DROP_ALL, step="all").message()


def held_message(rows: Sequence[Row], today: date) -> Message:
    """What is held, the longest due first; all of it is sent or dropped, or some are chosen."""
    if not rows:
        page = Page("No message is held", summary="No message is held.")
        return page.button(wording.SHOW_LIST, "home", typed="list").message()
    count = sentence(_count(len(rows)))
    page = Page(count, summary=f"{count}.")
    page.para("They were due before the bot's records were put back, and may have been sent already.")
    for row in rows[:MOST_ROWS]:
        page.spoken(Bold(_title(row)), _about(row), gap="Medium")
        page.small(f"For {row.who or 'somebody who has left'}, due {say_date(row.due_on, today)}.", gap="None")
    if len(rows) > MOST_ROWS:
        page.small(f"And {len(rows) - MOST_ROWS} more, which come up when these are decided.", gap="Medium")
    page.small(f"For one of them you can type: send held {rows[0].number} or: drop held {rows[0].number}", gap="Medium")
    page.button(f"Send all {len(rows)}", "held_send", typed=SEND_ALL, main=True, step="all")
    page.button(f"Drop all {len(rows)}", "held_drop", typed=DROP_ALL, step="all")
    return page.button("Choose some of them", "held_some").message()


def some_held_message(rows: Sequence[Row], today: date, *, none_chosen: bool = False) -> Message:
    """The same ones to tick, and what is to become of those ticked; `none_chosen` after a press without a tick."""
    if not rows:
        return held_message(rows, today)
    page = Page("Which messages?", summary="Which of the messages that are held?")
    if none_chosen:
        said = "None was chosen, so nothing was done."
        page.add(cards.problem(said), said)
    # Nobody's name: a list that stands open would read it as Markdown.
    offered = [(row.number, f"{_title(row)}{_about(row)}") for row in rows[:MOST_ROWS]]
    page.add(
        ChoiceSetInput(
            id=CHOSEN,
            label="Tick those you decide on now",
            error_message="Please tick at least one.",
            choices=[Choice(title=title, value=str(number)) for number, title in offered],
            style="expanded",
            is_multi_select=True,
            wrap=True,
        ),
        "\n".join(["Tick those you decide on now", *(title for _, title in offered)]),
    )
    page.small("What you send says that it may be a repeat. What you drop is not sent, and that cannot be taken back.")
    page.button("Send these", "held_send", main=True, step=CHOSEN)
    page.button("Drop these", "held_drop", step=CHOSEN)
    return page.button("Show all", "held", typed="held", keep_answers=False).message()


def really_drop_message(count: int) -> Message:
    """Dropping all of them is asked once more."""
    page = Page(f"Drop {_messages(count)}?", summary="Drop the messages that are held?")
    page.para("The people they are for hear nothing of them. This cannot be taken back.")
    page.button("Drop them all", "held_drop_all", main=True)
    return page.button("Show them", "held", typed="held").message()


def decided_message(what: str, count: int, left: int) -> Message:
    """What came of it."""
    if not count:
        page = Page("That was decided already", summary="That was decided already.")
        page.para("Somebody of the QA team has sent or dropped it, or it is not true any more.")
    elif what == "send":
        page = Page(sentence(f"{_messages(count)} will be sent"), summary="The messages will be sent.")
        page.para("They go out in the next send hours, and say that they may be a repeat.")
    else:
        page = Page(sentence(f"{_messages(count)} dropped"), summary="The messages were dropped.")
    if left:
        page.para(f"{sentence(_count(left))}.")
        page.button("Show them", "held", typed="held", main=True)
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def read_back_message(what: str, count: int) -> Message:
    """A decision by email before it is made."""
    send = what == "send"
    page = Page(f"You {'send' if send else 'drop'} {_messages(count)}", summary="Your decision about held messages.")
    page.para("They say that they may be a repeat." if send else "The people they are for hear nothing of them.")
    return page.para(
        f"Reply with YES alone to {'send' if send else 'drop'} them. Nothing is done before that."
    ).message()


def _as_of(facts: Facts, about: About) -> str:
    if not facts.get("as_of"):
        return ""
    at = datetime.fromisoformat(str(facts["as_of"]))
    return f": they are as they were on {say_date(at.date(), about.today)} at {say_time(at)}"


def _title(row: Row) -> str:
    """Not '41. ', which a list of choices would draw as a numbered list and cut off."""
    return f"{row.number} – {row.title}"


def _about(row: Row) -> str:
    return f", about {row.reference}" if find_reference(row.reference) else ""


def _messages(count: int) -> str:
    return say_count(count, "message")


def _count(many: int) -> str:
    return say_count(many, "message is held", "messages are held")


Speaker = Callable[[About, tuple[str, ...], Facts, Framework], Message]
EVENTS: dict[str, Speaker] = {"E89": _waits}
