"""Taking a press back within its minute: the same words for a form sent in, a release and a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogs.kit import wording
from dialogs.kit.message import Message
from dialogs.kit.minute import NOBODY_TOLD
from dialogs.kit.page import Page
from dialogs.learning_space.learning_space import say_instant
from policy.framework.framework import Framework

if TYPE_CHECKING:
    from assurance.common.refusals import TooLateToTakeBack

RISK_STAYS = "It is taken back. What you said of an immediate risk stays: call the people who must know now."
INSTEAD = {
    "sent": "If something in it is wrong, tell the QA team. They can open it for you again.",
    "released": "If something in it is wrong, tell the QA team.",
    "decided": "If it has to be another way, speak with whoever asked, and tell the QA lead.",
}
DONE = {"sent": "This was sent in", "released": "This was released", "decided": "This was decided"}


def too_late_message(no: TooLateToTakeBack, framework: Framework) -> Message:
    """Over: the minute, or what somebody else has made of it meanwhile; and what is to be done instead."""
    page = Page(f"Too late to take back: {no.subject}", summary=f"{no.subject} can no longer be taken back.")
    when = f" on {say_instant(no.at, framework)}" if no.at else ""
    if no.acted:
        page.para(f"{DONE[no.what]}{when}, and somebody has gone on with it, so it can no longer be taken back.")
    else:
        page.para(f"{DONE[no.what]}{when}, so it can no longer be taken back.")
    return page.para(INSTEAD[no.what]).button(wording.SHOW_LIST, "home", typed="list").message()


def nothing_to_undo_message(reference: str = "") -> Message:
    """'undo', with nothing that can still be taken back."""
    page = Page("Nothing to take back", summary="There is nothing that you can take back.")
    about = f"Nothing you did with {reference}" if reference else "Nothing you have pressed"
    page.para(f"{about} can be taken back now.")
    return page.para(INSTEAD["sent"]).button(wording.SHOW_LIST, "home", typed="list").message()


def sent_in_taken_back_message(reference: str) -> Message:
    """To whoever sent it in by email: it is theirs again, as it was. It holds no answer."""
    page = Page(f"Taken back: {reference}", summary=f"Learning space {reference} is taken back.")
    page.para(f"{NOBODY_TOLD} {wording.NOTHING_SENT_YET}")
    page.para("Your answers are as they were before you sent them in.")
    return page.button(wording.CARRY_ON, "open", reference, typed=f"open {reference}").message()
