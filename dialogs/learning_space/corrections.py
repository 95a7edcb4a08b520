"""What the QA team asks for after a form came in: that it is corrected, or that somebody looks at it a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.questions import Question
from dialogs.kit.speaking import say_date
from policy.forms.forms import FormContext, Problem
from policy.framework.framework import Choice, FormField, Framework

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from assurance.common.decision import Decision
    from assurance.learning_space.reopen import Reopened
    from storage.casework.learning_spaces import LearningSpace
    from storage.casework.moderations import Moderation

REASON = "reason"
REOPEN, ASK_SECOND = "Open it again", "Ask for moderation"


def reopen_message(
    item: LearningSpace, auditor: str, framework: Framework, today: date, *, missing: bool = False
) -> Message:
    """Asks first: which one, whose, and why."""
    page = Page(f"Open {item.reference} again?", summary=f"Open {item.reference} again?")
    page.facts([("Manager", auditor)])
    days = framework.corrections.within_working_days
    page.para(
        f"They can correct it within {days} working days, with the answers they gave. Until then it stands as it is."
    )
    page.para("It is not late again, and the earlier form is kept.")
    _why(page, item, framework.corrections.reasons, framework, today, missing=missing)
    page.button(REOPEN, "reopen", item.reference, main=True)
    return page.button(wording.NOT_NOW, "home", keep_answers=False, typed="list").message()


def reopened_message(done: Reopened, today: date) -> Message:
    """It is open for its auditor."""
    reference, by_when = done.item.reference, say_date(done.correct_by, today)
    page = Page(f"Open again: {reference}", summary=f"Learning space {reference} is open again.")
    said = "It was open already" if done.already else "Its manager is told"
    page.para(f"{said}. They can send it in again until {by_when}.")
    page.para("You hear when it has been corrected, or when that time is over.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def not_sent_in_message() -> Message:
    """Only what was sent in can be looked at again."""
    page = Page("It is not sent in yet", summary="It is not sent in yet.")
    return page.para("This can be done once its form is sent in and while its answers are kept.").message()


def auditor_gone_message() -> Message:
    """Nobody could correct it."""
    page = Page("Its manager has left", summary="Its manager has left.")
    page.para("Nobody else can correct what they wrote. Moderation can be asked for instead.")
    return page.small("To do that, type: moderate, and the reference.").message()


def ask_second_look_message(
    item: LearningSpace, auditor: str, framework: Framework, today: date, *, missing: bool = False
) -> Message:
    """Asks first: which one, whose, and why."""
    page = Page(f"Moderate {item.reference}?", summary=f"Moderate {item.reference}?")
    page.facts([("Manager", auditor)])
    page.para("Someone in the QA team is chosen and told. They do not see your reason.")
    _why(page, item, framework.moderation.request_reasons, framework, today, missing=missing)
    page.button(ASK_SECOND, "ask_second_look", item.reference, main=True)
    return page.button(wording.NOT_NOW, "home", keep_answers=False, typed="list").message()


def second_look_message(found: Moderation, moderator: str, *, already: bool) -> Message:
    """It is on somebody's list now, or was before."""
    page = Page(f"Moderation {found.reference}", summary=f"Moderation {found.reference} is on its way.")
    page.facts([("Learning space", found.subject), ("With", moderator or "nobody yet")])
    if already:
        page.para("It had been selected before, so nothing has changed.")
    return page.button("Show moderations", "moderations", typed="moderations").message()


def correct_line(page: Page, decision: Decision, today: date, buttons: int) -> int:
    """A form of one's own that is open again, on the home card."""
    page.spoken(Bold(f"{decision.reference} is open again"))
    by_when = f" You can send it in again until {say_date(decision.by_when, today)}." if decision.by_when else ""
    page.para(f"The QA team asks you to look at it: {decision.because.lower()}.{by_when}", gap="Small")
    if buttons:
        page.button_here(wording.OPEN, "open", decision.token, typed=f"open {decision.reference}")
    else:
        page.para(f"To open it, type: open {decision.reference}", gap="Small")
    return min(buttons, 1)


def _why(
    page: Page, item: LearningSpace, reasons: Mapping[str, str], framework: Framework, today: date, *, missing: bool
) -> None:
    choices = tuple(Choice(key=key, title=title) for key, title in reasons.items())
    field = FormField(key=REASON, label="Why", kind="choice", required=True, choices=choices)
    context = FormContext.of(framework, allocated_on=item.allocated_on, today=today)
    Question(field, context, {}, problem=Problem("required") if missing else None).put_on(page)
