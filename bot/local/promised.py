"""The ladder that an open learning space was promised, rung by rung, with the people who would hear of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assurance.notify.tell import subject_of
from bot.local.spoken import desk_id, event_title, name_of, role_words
from policy.calendar.calendar import Calendar
from policy.council.recipients import resolve
from policy.lifecycle.ladder import ladder_from_json, step_due_at

if TYPE_CHECKING:
    from policy.council.establishment import Establishment
    from policy.framework.framework import Framework
    from storage.casework.learning_spaces import LearningSpace


def promised(framework: Framework, council: Establishment, item: LearningSpace) -> list[dict[str, Any]]:
    """Each step of the item's own ladder: its name, the day it is sent, what it says and who hears, as posts stand now.

    Nothing for an item that is no longer owed: what was said of it is on the timeline.
    """
    if not item.is_open:
        return []
    calendar = Calendar.of(framework)
    rungs = []
    for step in ladder_from_json(item.ladder).steps:
        on = calendar.local_date(step_due_at(step, item.counts_from, calendar))
        hear = resolve(step.tell, step.copy_to, subject_of(item), council, framework, on=on, escalation=step.escalation)
        rungs.append(
            {
                "step": step.name,
                "on": on.isoformat(),
                "says": event_title(framework, step.event),
                "people": [
                    {
                        "id": desk_id(council, one.person),
                        "name": name_of(council, one.person),
                        "role_title": role_words(framework, "+".join(one.roles)),
                    }
                    for one in hear.recipients
                ],
            }
        )
    return rungs
