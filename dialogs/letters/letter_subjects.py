"""The subject of every letter, from a list: a neutral phrase and a reference. Never a name, a grade or a detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogs.kit.counted_list import OWN_ACTIONS, list_subject
from policy.lifecycle.reference import find_reference

if TYPE_CHECKING:
    from assurance.common.courier import Delivery

ANY = "A message for you"
"""For an event that has no phrase of its own."""

ANSWER = "About your email"
"""Of an answer to what somebody wrote."""

SUBJECTS: dict[str, str] = {
    "E1": "A learning space for you",
    "E2": "A learning space has been arranged",
    "E3": "A learning space for you",
    "E4": "A reminder",
    "E5": "A reminder",
    "E6": "A reminder of a due date",
    "E7": "Due today",
    "E8": "A request for you to decide",
    "E9": "Your request has an answer",
    "E10": "A due date has passed",
    "E11": "A learning space is late",
    "E12": "A learning space is late",
    "E13": "A learning space is late",
    "E14": "A step is held",
    "E15": "A learning space was sent in",
    "E16": "Please read this now",
    "E17": "Closing the loop: please read",
    "E18": "News for you",
    "E96": "There is a reply to a result",
    "E19": "A learning space has changed hands",
    "E20": "The month's allocation",
    "E21": "A moderation for you",
    "E22": "A talk to book",
    "E23": "A talk is booked",
    "E24": "A moderation has an outcome",
    "E25": "Moderations this quarter",
    "E26": "Closing the loop: a meeting to hold",
    "E27": "Closing the loop: the form is due",
    "E28": "Closing the loop: for you to decide",
    "E29": "Closing the loop: please look again",
    "E30": "Closing the loop: news",
    "E31": "A re-audit",
    "E32": "Closing the loop: news",
    "E33": "Closing the loop: what is open",
    "E34": "An action for you",
    "E35": "An action is due",
    "E36": "An action is late",
    "E37": "An action is late",
    "E38": "An action is late",
    "E39": "An action is late",
    "E40": "Your action: one question",
    "E41": "An action has changed hands",
    "E63": "Your week in numbers",
    "E64": "The month in numbers",
    "E65": "A message did not arrive",
    "E66": "The rules of the bot have changed",
    "E67": "Old records were cleared",
    "E68": "Escalations wait for you",
    "E69": "What will be escalated next",
    "E72": "A new date is asked for",
    "E73": "Your new date has an answer",
    "E74": "Your news this morning",
    "E75": "Who cannot be reached",
    "E76": "A learning space was taken back",
    "E77": "The bot's housekeeping",
    "E79": "A learning space is open again",
    "E80": "A correction",
    "E85": "A date in your calendar",
    "E98": "A meeting",
    "E86": "Rows were taken out",
    "E90": "The history is whole",
    "E95": "There is a result for you to read",
    "E92": "An answer to you",
    "E93": "A month is not allocated yet",
    "E94": "A month is not allocated yet",
    "E89": "Messages wait for you",
    "E87": "What is late",
    "E88": "Your actions",
}


LATE = frozenset(("E10", "E11", "E12", "E13", "E36", "E37", "E38", "E39"))
"""Events about something late: how late says more in a list of subjects than which step of the ladder it is."""


def subject_of(event: str, reference: str, *, days_late: int = 0, repeat: bool = False) -> str:
    """'A learning space for you: LS-2026Q3-014', or of what is late '14 days late: LS-2026Q3-014'.

    What is no reference of ours is left out. `days_late` is counted for the day the letter is sent.
    """
    phrase = SUBJECTS.get(event, ANY)
    if event in LATE and days_late > 0:
        phrase = "1 day late" if days_late == 1 else f"{days_late} days late"
    named = find_reference(reference) or ""
    said = f"{phrase}: {named}" if named else phrase
    return f"Repeat: {said}" if repeat else said


def subject_of_delivery(delivery: Delivery, reference: str) -> str:
    """Of the letter that carries it; one that tells of several counts them: '14 learning spaces are late: ...'."""
    notice = delivery.notice
    if delivery.told_in:
        said = list_subject(delivery.rows, own=delivery.told_in == OWN_ACTIONS)
        return f"Repeat: {said}" if notice.repeat else said
    days_late = int(notice.facts.get("days_late", 0))
    return subject_of(notice.event, reference, days_late=days_late, repeat=notice.repeat)


def answer_subject(reference: str) -> str:
    """Of an answer to somebody's reply: 'About your email: LS-2026Q3-014'."""
    named = find_reference(reference) or ""
    return f"{ANSWER}: {named}" if named else ANSWER
