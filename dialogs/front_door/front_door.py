"""What we answer to plain words: a welcome, help, thanks, someone we do not know, and a line we did not follow."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dialogs.kit import wording
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.understand.understanding import Hint, Intent

ALLOCATES = "qa_lead"
KEEPS_LOOPS = frozenset(["qa_lead", "qa_officer", "head_of_service", "senior_manager", "director"])
MODERATES = frozenset(["qa_lead", "qa_officer"])
ANSWERS_TO_NOBODY = frozenset(["practitioner", "executive_director", "bi_lead", "service_allocator"])
"""Roles that owe no learning space; whoever holds only these is told what they may hear from us instead."""


def welcome_message(roles: Collection[str]) -> Message:
    """The first thing someone reads once the app is installed for them: why it is there, and what it will do."""
    page = Page("Hello", summary="Hello. This is where your learning spaces will come.")
    page.para("This is where learning spaces come to you. I tell you what is yours and by when, and keep your answers.")
    if roles and ANSWERS_TO_NOBODY.issuperset(roles):
        page.para("You will only hear from me when a piece of work has been chosen, or when something needs you.")
    page.para("I write on working days, between 9 and 5. Only an immediate risk to a child comes at other times.")
    page.small("Your QA team put me here. Say help at any time.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


@dataclass(frozen=True, slots=True)
class Command:
    """A line of the help: what to type, and what it does."""

    typed: str
    does: str
    only_for: frozenset[str] = frozenset()
    """The roles that may use it; empty for everybody."""
    not_for: frozenset[str] = frozenset()
    """Whoever holds only these has no use for it."""


LEAD = frozenset([ALLOCATES])
OWN_WORK = frozenset(["practitioner"])
NEVER_READ_RESULTS = ANSWERS_TO_NOBODY - OWN_WORK
OWES_NO_FORM = ANSWERS_TO_NOBODY | MODERATES
SETS_ACTIONS = MODERATES | {"senior_manager"}
COMMANDS = (
    Command("list", "what is waiting for you, and by when"),
    Command("open LS-2026Q3-014", "open it (use your own reference)", not_for=OWES_NO_FORM),
    Command("type LS-2026Q3-014", "be asked one question at a time here", not_for=OWES_NO_FORM),
    Command("extension", "ask for more time, or to be taken off", not_for=OWES_NO_FORM),
    Command("undo", "take back what you pressed last, within a minute", not_for=OWES_NO_FORM | KEEPS_LOOPS),
    Command("release LS-2026Q3-014", "once you have talked, they may read the result", not_for=OWES_NO_FORM),
    Command("reflect LS-2026Q3-014", "add your own words, until it is sent in", only_for=OWN_WORK),
    Command("result LS-2026Q3-014", "read the result, if it is yours to see", not_for=NEVER_READ_RESULTS),
    Command("actions", "what you agreed to do, and by when"),
    Command("loops", "what is still open in closing the loop, oldest first", only_for=KEEPS_LOOPS),
    Command("action CL-2026Q3-002", "set an action that comes out of closing the loop", only_for=SETS_ACTIONS),
    Command("find Harbour Team", "find by part of a reference, a team, a name; more: the rest"),
)
FOR_THE_QA_TEAM = (
    Command("allocate December 2026", "propose a month; nothing is sent until you approve", only_for=LEAD),
    Command("moderations", "what is looked at a second time, and by whom", only_for=MODERATES),
    Command("type MO-2026Q3-004", "moderate one question at a time", only_for=MODERATES),
    Command("moderate LS-2026Q3-014", "ask for it to be moderated", only_for=LEAD),
    Command("reopen LS-2026Q3-014", "let its manager put it right", only_for=MODERATES),
    Command(
        "reassign LS-2026Q3-014 to ...", "give it away; for all of a leaver: everything of ... to ...", only_for=LEAD
    ),
    Command("reassign AC-2026Q3-007 to ...", "give an action to somebody else", only_for=MODERATES - LEAD),
    Command("take back LS-2026Q3-014", "end one that cannot go on", only_for=LEAD),
    Command("preview", "what is escalated next; hold LS-2026Q3-014 holds one", only_for=LEAD),
    Command("export", "take rows out as a spreadsheet, with a reason", only_for=MODERATES),
    Command("freeze", "stop the clock for an inspection; unfreeze starts it again", only_for=LEAD),
    Command("reachability", "who cannot be reached, and why", only_for=MODERATES),
    Command("emails", "what came by email and is not clear", only_for=MODERATES),
    Command("findings", "what could not be put right; held: messages held back", only_for=MODERATES),
)


def help_message(roles: Collection[str]) -> Message:
    """What this person can do here, by the roles they hold."""
    page = Page("What you can do here", summary="What you can do here.")
    page.para("Press a button on a card, or type:")
    page.facts(_for(COMMANDS, roles))
    if qa := _for(FOR_THE_QA_TEAM, roles):
        page.subheading("For the QA team")
        page.facts(qa)
    if not (roles and ANSWERS_TO_NOBODY.issuperset(roles)):
        page.para(f"Answers belong in the form, not in the chat. {wording.SAVED_AS_YOU_GO}")
    page.small(wording.HINT).ask_qa("For anything else, the QA team can help.", quiet=True)
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def _for(commands: Iterable[Command], roles: Collection[str]) -> list[tuple[str, str]]:
    """The lines for somebody of these roles, in the order they are listed."""
    return [
        (one.typed, one.does)
        for one in commands
        if not (one.only_for and one.only_for.isdisjoint(roles)) and not (roles and one.not_for.issuperset(roles))
    ]


def thanks_message() -> Message:
    """Someone was kind."""
    page = Page("You are welcome", summary="You are welcome.")
    return page.para("I am here when you need me. Type list to see what is waiting.").message()


def unknown_person_message(mailbox: str = "") -> Message:
    """Someone who is not in the establishment, or whom we cannot match: what to do, and nobody's name.

    `mailbox` is the team's own, where the framework file has one.
    """
    page = Page("Hello", summary="Hello. I do not know you yet.")
    page.para("I do not have you on my list yet, so there is nothing I can show you.")
    page.para("Please ask the QA team to add you. Once they have, say hello again and we can start.")
    if mailbox:
        page.spoken(f"You can write to them: {mailbox}", gap="Small")
    return page.message()


def confused_message(intent: Intent) -> Message:
    """A line we did not follow. It answers to what the line looked like and never repeats it."""
    said, advice = _CONFUSED.get(intent.hint, _CONFUSED[""])
    if intent.hint == "command" and intent.nearest:
        advice = f"Did you mean {intent.nearest}? Type it again and I will do it."
    page = Page("I did not follow that", summary="I did not follow that.")
    page.para(said).para(advice)
    if intent.hint == "details":
        return page.message()
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def unknown_button_message() -> Message:
    """A button nobody here answers to: of a card from before an update, mostly."""
    page = Page("I do not know this button", summary="I do not know this button.")
    page.para("Nothing was done and nothing was changed. The card may be from before I was updated.")
    page.para("Your list has what waits for you now.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def sorry_message() -> Message:
    """Something failed on our side."""
    page = Page("Sorry, that did not work", summary="Sorry, that did not work.")
    page.para("Something went wrong on our side, not yours. What you had saved is safe.")
    page.ask_qa("Please try again in a minute. If it goes on, tell the QA team.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


_CONFUSED: dict[Hint, tuple[str, str]] = {
    "": ("I only know a few words.", "Type list to see what is waiting for you, or help to see what I can do."),
    "nothing": (
        "I can only read words, so a picture or a symbol tells me nothing.",
        "Type list to see what is waiting for you.",
    ),
    "which_month": ("I can propose a month, but I need to know which.", "Type for example: allocate December 2026"),
    "month_alone": (
        "That looks like a month.",
        "To propose learning spaces for it, put allocate in front: allocate December 2026",
    ),
    "half_reference": (
        "That looks like a reference, but part of it is missing.",
        "A reference looks like LS-2026Q3-014. Your list has the right ones.",
    ),
    "no_such_quarter": (
        "That looks like a reference, but there is no such quarter: a year has Q1 to Q4.",
        "Please look at the digits once more. Your list has the right ones.",
    ),
    "answer": (
        "That looks like an answer. I did not keep it, because answers belong in the form.",
        "Open the learning space from your list, and copy it into the right box. Or type: type, and I ask for it here.",
    ),
    "details": (
        "That looked like someone's details, so I did not keep it.",
        f"Please delete your message from this chat. {wording.HINT}",
    ),
    "choice": (
        "I am not asking anything just now, so I do not know what that answers.",
        "Open a learning space from your list. Or type: type, and I ask one question at a time.",
    ),
    "command": ("That is close to a word I know.", "Type list or help."),
    "what_with_it": (
        "I know that reference, but I did not follow what to do with it. Nothing was done.",
        "To see it, type open and the reference. Type help to see what else I can do.",
    ),
}
