"""Something that waits for a person to settle it, as the home card lists it; use-cases find them, one kind each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Decision:
    """Something only this person, or one of a few, can settle."""

    kind: str
    """'acknowledge_red_flag', 'approve_allocation', 'meet_for_loop', or what another of `SOURCES` calls its own."""
    reference: str
    """Of the allocation run (its opaque id), the learning space, or the loop."""
    by_when: date | None = None
    month: date | None = None
    """Of the proposed allocation."""
    who_to_call: str = ""
    """The id of the auditor, with a flag."""
    token: str = ""
    """What a button to settle it carries, where that is not the reference."""
    count: int = 0
    """How many things one decision stands for."""
    who: str = ""
    """The name of who asks."""
    until: date | None = None
    """The date they ask for."""
    because: str = ""
    """Their reason, a key of the framework file."""
    asks: str = ""
    """What for, where a kind of decision may be about several: 'extension' or 'exclusion'."""
    has_note: bool = False
    """Whether they wrote something for whoever decides."""
