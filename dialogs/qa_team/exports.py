"""Cards for the QA team: which rows to take out and why, and what became of it. None of them shows a row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from dialogs.kit import cards, wording
from dialogs.kit.message import FileOffer, Message
from dialogs.kit.page import Page
from dialogs.kit.questions import Question
from dialogs.kit.speaking import say_count, sentence
from policy.forms.forms import FormContext, Problem
from policy.framework.framework import Choice, FormField, Framework

WHAT, REASON = "what", "reason"
TITLES = {
    "allocations": "Learning spaces, with grades",
    "actions": "Actions",
    "loops": "Closing the loop",
    "moderations": "Moderations, with both grades",
    "notices": "Messages: who was told what, and when",
}
"""What can be taken out here, as a choice names it."""
FILES = {"allocations": "learning-spaces", "moderations": "second-looks", "notices": "messages", "loops": "loops"}
_ASKED = (
    ("allocations", "learning space"),
    ("moderations", "moderation"),
    ("notices", "message"),
    ("notices", "told"),
)


def which(said: str) -> str:
    """The export somebody typed the name of; empty when it is none."""
    words = said.strip().rstrip("s")
    for key in TITLES:
        if words and words == key.rstrip("s"):
            return key
    return next((key for key, part in _ASKED if words and words.startswith(part)), "")


def ask_message(
    framework: Framework, today: date, *, what: str = "", reason: str = "", problem: str = "", missing: bool = False
) -> Message:
    """What, and why. `problem` names the box that is wrong: the reason, when it holds somebody's details."""
    page = Page("Take rows out?", summary="Take rows out?")
    page.para("You get one spreadsheet with names, into your own OneDrive. Treat it like a case file.")
    context = FormContext.of(framework, allocated_on=today, today=today)
    choices = tuple(Choice(key=key, title=title) for key, title in TITLES.items())
    field = FormField(key=WHAT, label="Which rows", kind="choice", required=True, choices=choices)
    wanting = Problem("required") if missing and not what else None
    Question(field, context, {}, value=what or None, problem=wanting).put_on(page)
    if problem:
        wrong = "Please put the reason in other words: name no child and no family, no number and no address."
        page.add(cards.problem(wrong), f"! {wrong}")
    why = FormField(key=REASON, label="Why you need them", kind="text", required=True, max_length=300)
    wanting = Problem("required") if missing and not reason else None
    hint = "A few words. They are kept in the history, so name no child and no family."
    Question(why, context, {}, value=reason or None, problem=wanting, text_hint=hint).put_on(page)
    page.small("It is recorded, and the QA lead reads of it the next morning.")
    page.button("Take them out", "export_rows", main=True)
    return page.button(wording.NOT_NOW, "home", keep_answers=False, typed="list").message()


def offered_message(what: str, rows: int, offer: FileOffer) -> Message:
    """The rows are ready; Teams asks below whether the file may be put into their OneDrive."""
    page = Page("Your file is ready", summary="Your file is ready.")
    page.para(f"{sentence(say_count(rows, 'row', 'rows'))}: {TITLES[what]}.")
    page.para("Below, Teams asks whether it may put the file into your OneDrive. Nothing leaves before you allow it.")
    page.small("This offer stands for one hour. Without Teams, ask your administrator for an export at the server.")
    return replace(page.message(), file=offer)


def file_name(what: str, on: date) -> str:
    """What the file is called: kind and day, and nobody."""
    return f"{FILES.get(what, what)}-{on.isoformat()}.xlsx"


def over_message() -> Message:
    """An old question."""
    page = Page("This offer is over", summary="This offer is over.")
    page.para("The file was taken already, or it was asked for more than an hour ago. To ask again, type export.")
    return page.message()


def put_aside_message() -> Message:
    """They said no."""
    page = Page("Nothing was taken out", summary="Nothing was taken out.")
    return page.para("The file was not made, and nothing is recorded.").message()


def not_delivered_message() -> Message:
    """OneDrive did not take it, and history says that it was taken."""
    page = Page("The file did not arrive", summary="The file did not arrive.")
    page.para("OneDrive did not take it, so you do not have it. The history says that you asked for it.")
    return page.para("To try again, type export. If it goes on, tell your administrator.").message()


def for_qa_team_message() -> Message:
    """A command that is the QA team's."""
    page = Page("The QA team does that", summary="The QA team does that.")
    return page.ask_qa("Rows are taken out by the QA team alone. Please ask them.").message()
