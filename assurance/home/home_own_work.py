"""What a practitioner finds on their home card: learning spaces about their own work (R13, domain 4.2 'own, told')."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assurance.notify.tell import name_of
from policy.council.establishment import Establishment
from storage.casework import learning_spaces
from storage.engine.session import Session
from storage.reads import home_lists

LATELY = timedelta(days=28)
"""How long a result that was opened stays on the card."""

MOST = 8
"""Nobody's work is drawn so often; a card that went wrong stays readable all the same."""


@dataclass(frozen=True, slots=True)
class OwnWork:
    """One learning space about their work."""

    reference: str
    auditor: str
    """The name of who does it with them."""
    due_on: date
    opened: bool
    """Whether the result is there to be read; until then they may add a reflection."""


def own_work(session: Session, establishment: Establishment, person: str, now: datetime) -> tuple[OwnWork, ...]:
    """Those still to come, and the results opened in the last four weeks. Nothing in between is said. Reads only."""
    return tuple(
        OwnWork(
            one.reference,
            name_of(establishment, one.person),
            one.due_on,
            opened=one.state not in learning_spaces.OPEN_STATES,
        )
        for one in home_lists.about_practitioner(session, person, released_since=now - LATELY, most=MOST)
    )
