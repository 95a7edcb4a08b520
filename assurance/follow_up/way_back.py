"""What somebody pressed last and can still take back, for whoever types 'undo' instead of pressing the card again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from policy.follow_up.taking_back import pressed_since
from policy.framework.framework import Framework
from storage.casework import learning_spaces, more_time, pressed_releases, sent_forms
from storage.engine.session import Session


@dataclass(frozen=True, slots=True)
class WayBack:
    """One press that can be taken back now."""

    kind: Literal["sent", "released", "decided"]
    reference: str
    token: str
    """Of the learning space, or of the request that was decided."""
    at: datetime
    """When it was pressed (UTC)."""


def last_press(
    session: Session, framework: Framework, person: str, reference: str = "", *, now: datetime
) -> WayBack | None:
    """The newest press of a person that can be taken back, of one learning space where it is named. Reads only."""
    found = [
        WayBack("sent", item.reference, item.token, item.submitted_at)
        for item in learning_spaces.by_references(session, sent_forms.sent_by(session, person, now)).values()
        if item.submitted_at is not None
    ]
    pressed = pressed_releases.pressed_by(session, person, now)
    items = learning_spaces.by_references(session, [one.reference for one in pressed])
    found += [WayBack("released", one.reference, items[one.reference].token, one.pressed_at) for one in pressed]
    found += [
        WayBack("decided", one.reference, one.token, one.decided_at)
        for one in more_time.decided_by(session, person, pressed_since(framework, now))
        if one.decided_at is not None
    ]
    found = [one for one in found if reference in ("", one.reference)]
    return max(found, key=lambda one: one.at, default=None)
