"""What the self-check found, in words a QA lead can act on: what is wrong, since when, and who can put it right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.speaking import say_count, say_date, sentence

MOST_ROWS = 10

WORDS: dict[str, str] = {
    "chain_broken": "The history has been changed by something other than this bot.",
    "late_notice": "A message has waited too long to be sent.",
    "missing_answers": "The form was sent in, and its answers are not there.",
    "missing_chase": "Immediate attention was asked for, and nobody is reminded.",
    "missing_evidence": "The action is done, and nothing says where that can be seen.",
    "missing_loop": "Closing the loop was not opened.",
    "missing_moderation": "A moderation that is needed was not begun.",
    "missing_month": "Nobody watches whether the month is allocated.",
    "missing_notice": "Somebody was not told.",
    "missing_reaudit": "The re-audit is due, and there is none.",
    "missing_release": "The result was not opened to the practitioner.",
    "nobody_to_tell": "There is nobody to tell.",
    "own_judge": "Somebody has authorised their own work.",
    "own_work": "The moderator would look at their own work, or at that of their line.",
    "told_of_own_lateness": "Somebody was told of their own lateness as if they were the manager.",
    "unexpected_answers": "It has answers, although it was not sent in.",
    "unexpected_notice": "There is a message that nobody asked for.",
    "wrong_date": "The date of the re-audit is not the right one.",
    "wrong_next_step": "The next reminder is down for the wrong day.",
}
"""Every kind the self-check can write down."""


@dataclass(frozen=True, slots=True)
class Found:
    """One finding as it is shown. The detail stays in the record: it may name people."""

    kind: str
    subject: str
    """A reference, a month or 'history'."""
    since: date


def findings_message(rows: Sequence[Found], today: date) -> Message:
    """What is wrong now, oldest first."""
    if not rows:
        page = Page("Everything is as it should be", summary="The self-check has found nothing wrong.")
        page.para("The self-check has found nothing wrong, or has put it right by itself.")
        return page.button(wording.SHOW_LIST, "home", typed="list").message()
    count = sentence(say_count(len(rows), "thing is", "things are")) + " not as they should be"
    if len(rows) == 1:
        count = "One thing is not as it should be"
    page = Page(count, summary=f"{count}.")
    page.para("The bot could not put this right by itself, so a person has to look.")
    for row in rows[:MOST_ROWS]:
        about = row.subject if "-" in row.subject else ""
        page.spoken(Bold(f"{about}: " if about else ""), WORDS.get(row.kind, OTHER), gap="Medium")
        page.small(f"Since {say_date(row.since, today)}.", gap="None")
    if len(rows) > MOST_ROWS:
        page.small(f"And {len(rows) - MOST_ROWS} more.")
    page.para("To see one, type open and its reference.")
    page.para("To have it put right, ask your administrator to check the records.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


OTHER = "Something is not as it should be."
