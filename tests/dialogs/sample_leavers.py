"""Sample cards for the QA lead about whoever leaves, and about a misspelt name; all invented."""

from __future__ import annotations

from dataclasses import replace

from assurance.common.find_person import Offered
from assurance.establishment.leaver import Everything, Given
from assurance.learning_space.hand_over import HandedOver, NoPostForIt, TooClose
from assurance.learning_space.reassign import Bulk
from dialogs.kit.message import Message
from dialogs.qa_team import leaver
from tests.dialogs.sample_facts import FRAMEWORK, TODAY
from tests.dialogs.sample_facts import item as an_item


def cards() -> dict[str, Message]:
    """Asked, handed over, and asked back."""
    spaces = tuple(f"LS-2026Q3-{number:03}" for number in (14, 31, 32))
    asked = Everything(
        "Gethin Gorsedale",
        "Priya Fernhollow",
        spaces[:2],
        ((spaces[2], TooClose(spaces[2])), ("LS-2026Q3-040", NoPostForIt("LS-2026Q3-040"))),
        ("AC-2026Q3-007", "AC-2026Q3-009"),
        1,
    )
    done = tuple(HandedOver(replace(an_item(), reference=reference), "p-manager-2", None) for reference in spaces[:2])
    given = Given("Gethin Gorsedale", "Priya Fernhollow", Bulk(done, asked.staying[:1]), asked.actions)
    offered = [
        Offered("Priya Fernhollow", "Priya Fernhollow", "Team Manager, Family Safeguarding North 1"),
        Offered("p-0101", "Pria Fernhallow", "Social Worker, MASH 2"),
        Offered("Pryce Farnhollow", "Pryce Farnhollow", ""),
    ]
    return {
        "everything_asked": leaver.everything_message(asked, FRAMEWORK, TODAY),
        "form_everything_missing": leaver.everything_message(asked, FRAMEWORK, TODAY, missing=True),
        "everything_nothing": leaver.everything_message(
            Everything("Gethin Gorsedale", "Priya Fernhollow", (), (), (), 0), FRAMEWORK, TODAY
        ),
        "everything_given": leaver.given_message(given),
        "everything_to_whom": leaver.to_whom_message(),
        "everything_same": leaver.same_person_message(),
        "form_who_near": leaver.who_message(offered, FRAMEWORK, TODAY),
        "form_who_missing": leaver.who_message(offered, FRAMEWORK, TODAY, missing=True),
        "form_who_several": leaver.who_message(offered[:2], FRAMEWORK, TODAY, several=True),
        "who_nobody": leaver.who_message([], FRAMEWORK, TODAY),
    }
