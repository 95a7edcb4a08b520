"""What is said no to about more time, holds and pauses; dialogs choose the words."""

from __future__ import annotations

from datetime import date, datetime

from assurance.common.refusals import Refused


class TooLateToAsk(Refused):
    """The due date is over, so more time can no longer be asked for or agreed."""

    def __init__(self, subject: str, *, due_on: date, deciding: bool = False) -> None:
        self.due_on = due_on
        self.deciding = deciding
        """Whether it was the decision that came too late, not the asking."""
        super().__init__(subject)


class AskedAlready(Refused):
    """A request about this is waiting for its decision."""

    def __init__(self, subject: str, *, kind: str, at: datetime) -> None:
        self.kind = kind
        self.at = at
        super().__init__(subject)


class ExtendedAlready(Refused):
    """More time has been agreed for this before, and that is possible once."""

    def __init__(self, subject: str, *, due_on: date, token: str = "") -> None:
        self.due_on = due_on
        self.token = token
        """Of the learning space, for asking to be taken off instead."""
        super().__init__(subject)


class NoLaterDate(Refused):
    """There is no later date that could be agreed: the quarter has to be complete."""

    def __init__(self, subject: str, *, due_on: date, token: str = "") -> None:
        self.due_on = due_on
        self.token = token
        """Of the learning space, for asking to be taken off instead; empty for who decides."""
        super().__init__(subject)


class DecidedAlready(Refused):
    """This request has been decided before, or its time ran out."""

    def __init__(self, subject: str, *, state: str, by_name: str, yours: bool, at: datetime) -> None:
        self.state = state
        self.by_name = by_name
        self.yours = yours
        self.at = at
        super().__init__(subject)


class HeldAlready(Refused):
    """A step of this has been held before, and that is possible once."""

    def __init__(self, subject: str, *, by_name: str, until: date) -> None:
        self.by_name = by_name
        self.until = until
        super().__init__(subject)


class NothingToHold(Refused):
    """There is no escalation of this still to come that could be held."""


class OnlyQaLead(Refused):
    """Only the QA lead can do that."""


class FreezeStands(Refused):
    """The clock stands already."""

    def __init__(self, since: date) -> None:
        self.since = since
        super().__init__("pauses")


class NoFreeze(Refused):
    """There is no freeze to end."""
