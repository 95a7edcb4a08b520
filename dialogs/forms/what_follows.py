"""What sending a form in sets off, said before it is sent: who is told because of the grade, and when (R16, R90)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogs.kit.minute import say_seconds
from dialogs.kit.rungs import say_role
from dialogs.kit.speaking import say_count, say_list

if TYPE_CHECKING:
    from policy.framework.framework import Framework

LOOP_OPENED, RECOGNITION = "E17", "E18"


def what_follows(grade: object, framework: Framework) -> str:
    """One line for the grade somebody is about to send; nothing where nobody hears of it because of the grade."""
    given = next((one for one in framework.grades if one.key == grade), None)
    if given is None:
        return ""
    if given.triggers_loop:
        rules = framework.closing_the_loop
        meets = say_role(rules.meets.rpartition(".")[2], framework)
        days = say_count(rules.meet_within_working_days, "working day")
        told = _told(LOOP_OPENED, framework)
        seconds = framework.two_voices.take_back_seconds
        when = f"told {say_seconds(seconds)} later" if seconds else "told at once"
        return (
            f"This grade begins closing the loop. When you press Send, {told} are {when},"
            f" and the {meets} meets the practitioner and their manager within {days}."
        )
    if given.recognised:
        return f"When you press Send, {_told(RECOGNITION, framework)} hear that you recognise this work."
    return ""


def _told(event: str, framework: Framework) -> str:
    roles = dict.fromkeys(text.rpartition(".")[2] for text in framework.event(event).tell)
    return f"the {say_list([say_role(role, framework) for role in roles])}"
