"""What a use-case says no to. The docstring is the sense of the message; dialogs choose the words for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

TakenBackAs = Literal["sent", "released", "decided"]
"""What can be taken back for a minute: a form sent in, a result released, more time decided."""


class Refused(Exception):
    """This cannot be done."""

    def __init__(self, subject: str = "", detail: str = "") -> None:
        """`subject` is a reference or an opaque token; `detail` says more, never with anyone's details in it."""
        self.subject = subject
        self.detail = detail
        sense = (type(self).__doc__ or "").strip().splitlines()[0]
        super().__init__(f"{sense} ({detail})" if detail else sense)


class NotFound(Refused):
    """There is no such item here."""


class NotYours(Refused):
    """This belongs to someone else, or to another role."""


class Withdrawn(Refused):
    """This was withdrawn or excluded, so there is nothing left to do on it."""


class AlreadyDone(Refused):
    """This has already been done.

    `by` is the person's id, `by_name` their name, `at` the instant (UTC) it was done.
    """

    def __init__(self, subject: str, *, by: str, by_name: str, at: datetime) -> None:
        self.by = by
        self.by_name = by_name
        self.at = at
        super().__init__(subject)


class NotReady(Refused):
    """Something else has to happen first."""


class UnknownStep(Refused):
    """The form has no such page."""


class UnknownPerson(Refused):
    """Nobody of this council's establishment matches."""

    def __init__(self, subject: str = "", *, near: tuple[str, ...] = ()) -> None:
        """`near` are the ids of those it may have been, nearest first."""
        self.near = near
        super().__init__(subject)


class TooLateToTakeBack(Refused):
    """The minute in which this could be taken back is over."""

    def __init__(self, subject: str, *, what: TakenBackAs, at: datetime | None = None, acted: bool = False) -> None:
        self.what = what
        self.at = at
        """When it was done (UTC)."""
        self.acted = acted
        """Whether somebody has done something with it already, so that not even the minute helps."""
        super().__init__(subject)
