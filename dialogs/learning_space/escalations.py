"""What the managers above read when a learning space is late: the header, and what helps. Never what is in it."""

from __future__ import annotations

from collections.abc import Collection

from dialogs.kit import wording
from dialogs.kit.message import Message
from dialogs.kit.rungs import if_nothing_happens, say_roles
from dialogs.kit.speaking import say_date, say_day, say_late_on
from dialogs.learning_space.learning_space import About, begin, not_counted
from policy.framework.framework import Framework


def escalation_message(about: About, framework: Framework, roles: Collection[str]) -> Message:
    """A learning space of someone in their line is late. `roles` are those the recipient hears in.

    The heading and the summary name nobody: how late a colleague is does not belong on a locked screen.
    """
    late = f"A learning space, {say_late_on(-about.days_left, about.today)}: {about.reference}"
    page = begin(late, f"{late}.", about)
    page.facts(
        [
            ("Manager", about.auditor),
            ("Function", about.function),
            ("Was due", say_date(about.due_on, about.today)),
        ]
    )
    page.para(not_counted(about))
    page.para(_why_you(about, roles, framework))
    page.spoken(wording.via_line(about.via, about.because))
    page.para(wording.NOTHING_TO_FILL_IN)
    if line := if_nothing_happens(about.told, framework):
        page.begin_box("emphasis").para(line).end_box()
    return page.message()


def late_note(about: About, framework: Framework) -> Message:
    """E10 to whoever reads for the QA team while the QA lead is away: the lead reads it in the morning message."""
    page = begin(
        f"A learning space has passed its date: {about.reference}",
        f"A learning space has passed its date: {about.reference}.",
        about,
    )
    page.facts(
        [
            ("Manager", about.auditor),
            ("Function", about.function),
            ("Was due", say_date(about.due_on, about.today)),
        ]
    )
    page.para(not_counted(about))
    page.para("The manager has been told. There is nothing for you to fill in.")
    page.spoken(wording.via_line(about.via, about.because))
    if line := if_nothing_happens(about.told, framework):
        page.begin_box("emphasis").para(line).end_box()
    return page.message()


def _why_you(about: About, roles: Collection[str], framework: Framework) -> str:
    """Told to act, told for information, or told in the place of someone who is not there."""
    if about.via == "qa_for_vacancy":
        return "This would have gone to someone in the manager's line, so it comes to you instead:"
    if not about.told_now or set(roles) & set(about.told_now):
        if about.via == "deputy":
            return "The manager has been told that you know."
        return "You are told because you are in the manager's line. They have been told that you know."
    return f"For information: on {say_day(about.today)} this went to {say_roles(about.told_now, framework)}."
