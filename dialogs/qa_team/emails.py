"""The QA team's queue of emails nobody could understand: from whom, why, and the words for whoever opens one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.inert import inert
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.speaking import say_count, say_date, say_list, sentence

MOST_ROWS = 10
LONGEST_SHOWN = 3_000
"""Characters of an email shown on a card; the rest is in the mailbox."""

REASONS: dict[str, str] = {
    "unknown_sender": "The address is nobody's in this council. It was not answered.",
    "not_authenticated": "I cannot be sure that it comes from the sender it names. It was not answered.",
    "not_the_person_asked": "It answers a letter that was written to somebody else.",
    "which_one": "It answers no letter of ours and names no reference.",
    "not_understood": "I did not understand what it asks for.",
    "only_tells": "It answers a letter that asks nothing.",
    "in_teams": "It is about something that has to be opened in Teams.",
    "encrypted": "It is encrypted.",
    "unreadable": "It is in a form we cannot read.",
    "too_many": "This person has had as many answers today as one person gets. It was not answered.",
    "failed": "Something went wrong on our side three times. It was not answered.",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One message of the queue."""

    number: int
    on: date
    who: str
    """The person's name; empty when we are not sure who it was."""
    subject: str
    reason: str


def queue_message(rows: Sequence[Row], today: date, *, failing: Sequence[str] = ()) -> Message:
    """What waits, oldest first; and the people whose email comes back."""
    if not rows:
        page = Page("No email waits for you", summary="No email waits for you.")
        page.para("Every email that came in was understood, or has been dealt with.")
        _show_failing(page, failing)
        return page.message()
    count = sentence(say_count(len(rows), "email is not clear", "emails are not clear"))
    page = Page(count, summary=f"{count}.")
    page.para("Nothing was changed by them. Please speak to the person, or answer for them in Teams.")
    for row in rows[:MOST_ROWS]:
        who = row.who or "An unknown sender"
        about = f", about {row.subject}" if row.subject else ""
        page.spoken(Bold(f"{row.number}. {who}"), f", {say_date(row.on, today)}{about}")
        page.small(REASONS.get(row.reason, REASONS["not_understood"]))
    if len(rows) > MOST_ROWS:
        page.small(f"And {len(rows) - MOST_ROWS} more.")
    page.para(f"To read one, type: email {rows[0].number}")
    _show_failing(page, failing)
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def _show_failing(page: Page, names: Sequence[str]) -> None:
    """Whose email comes back; the address itself is not shown, and a new one ends it by itself."""
    if not names:
        return
    page.subheading("Email that comes back")
    more = len(names) - MOST_ROWS
    shown = [*names[:MOST_ROWS], *([say_count(more, "more person", "more people")] if more > 0 else [])]
    page.spoken("Letters to ", Bold(say_list(shown)), " come back.")
    page.para("What they should hear goes by Teams, where that reaches them.")
    page.para("Ask your administrator to put the address right.")


def email_message(row: Row, text: str, today: date, *, settled: bool) -> Message:
    """One message, for a person of the QA team who opened it."""
    page = Page(f"Email {row.number}", summary=f"Email {row.number}.")
    page.facts([("From", row.who or "An unknown sender"), ("Came", say_date(row.on, today)), ("About", row.subject)])
    page.para(REASONS.get(row.reason, REASONS["not_understood"]))
    page.begin_box("emphasis")
    if text:
        page.spoken(inert(text[:LONGEST_SHOWN]))
        if len(text) > LONGEST_SHOWN:
            page.small("It goes on; the rest is in the mailbox.")
    else:
        page.para("Its words are not kept any more, or there were none.")
    page.end_box()
    if settled:
        return page.para("It has been dealt with.").message()
    page.button("It is dealt with", "settle_email", main=True, step=str(row.number))
    return page.button("Show the others", "emails", typed="emails").message()


def settled_message(number: int) -> Message:
    """Off the list."""
    page = Page(f"Email {number} is dealt with", summary=f"Email {number} is dealt with.")
    return page.button("Show the others", "emails", typed="emails").message()


def no_such_email_message() -> Message:
    """A number that is none of the queue."""
    page = Page("There is no such email", summary="There is no such email.")
    return page.para("To see those that wait for you, type: emails").message()
