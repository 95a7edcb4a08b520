"""The line a press gets that came too late or twice: who did what, on which day, above how things stand now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogs.kit import cards, wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page, with_a_line
from dialogs.learning_space.learning_space import say_instant
from policy.framework.framework import Framework

if TYPE_CHECKING:
    from datetime import datetime

    from assurance.cards.last_word import LastWord

DID = {
    "more_time_agreed": "agreed this",
    "more_time_declined": "declined this",
    "more_time_expired": "It was not decided in time",
    "action_date_agreed": "agreed another date",
    "action_date_declined": "kept the date as it was",
    "action_date_asked": "asked for another date",
    "action_updated": "updated this action",
    "action_transferred": "passed this action on",
    "loop_submitted": "sent this form in",
    "loop_authorised": "authorised this form",
    "loop_sent_back": "sent this form back",
    "loop_closed": "closed this",
    "own_reaudit_asked": "asked for a re-audit of its own",
    "moderation_decided": "said which grade stands",
    "moderation_settled": "said which grade stands",
    "moderation_closed": "closed this moderation",
    "moderation_disputed": "wrote down what came of the talk",
    "allocation_approved": "approved this proposal",
    "allocation_withdrawn": "put this proposal aside",
    "allocation_overtaken": "approved another proposal for this month",
    "step_held": "held this message back",
    "red_route_acknowledged": "said that they had spoken to them",
    "release_pressed": "released this",
    "release_taken_back": "took this release back",
    "submission_taken_back": "took this back",
    "more_time_taken_back": "took this decision back",
    "result_released": "released this result",
    "taken_back": "took this back",
    "learning_space_submitted": "sent this in",
    "reassigned": "passed this on",
    "clock_stopped": "stopped the clock",
    "clock_started": "started the clock again",
}
"""What settles a matter, in words that follow a name."""


def with_last_word(message: Message, word: LastWord, framework: Framework) -> Message:
    """The answer with who was first right below its heading; unchanged where it says so already."""
    when = say_instant(word.at, framework)
    who = word.by or ("You" if word.yours else "")
    did = DID.get(word.verb, "settled this")
    if when in message.text and (not who or who in message.text):
        return message
    line = f"{who} {did} on {when}." if who else f"This was settled on {when}."
    said = f"{line} Your press changed nothing."
    return with_a_line(message, said, cards.spoken(Bold(who), said.removeprefix(who)) if who else None)


def already_done_message(reference: str, at: datetime, framework: Framework, *, by_name: str = "") -> Message:
    """Something other than a learning space's form that has been done already."""
    page = Page(f"Done already: {reference}" if reference else "Done already", summary="This has been done already.")
    when = say_instant(at, framework)
    if by_name:
        page.spoken(Bold(by_name), f" did this on {when}. There is nothing more to do.")
    else:
        page.para(f"You did this on {when}. There is nothing more to do.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()
