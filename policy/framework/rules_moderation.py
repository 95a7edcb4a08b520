"""The rules of moderation in the framework file: how many, who looks again, by when, and who settles a dispute."""

from __future__ import annotations

from pydantic import Field

from policy.framework.section import Key, Section


class ModerationRules(Section):
    """How learning spaces are moderated (R105-R109, A26, A32, A33)."""

    rate: float = Field(default=0.15, gt=0, le=1)
    """The share of all returned in a quarter that is drawn by chance, on top of every inadequate; rounded up."""
    moderators: tuple[Key, ...] = Field(default=("qa_officer", "qa_lead"), min_length=1)
    """The roles a moderator is chosen from."""
    discussion_within_working_days: int = Field(default=5, ge=1)
    """A moderator without a date for the talk by then is reminded."""
    watch_from_week: int = Field(default=9, ge=1, le=13)
    """The week of the quarter from which a rate that is too low is said, weekly and at the quarter's end."""
    request_reasons: dict[Key, str] = Field(
        default={"asked_by_manager": "The manager asked for it", "concern": "A concern about the judgement"},
        min_length=1,
    )
    """Why the QA lead asks for one learning space to be moderated: code and title."""
    settles: tuple[str, ...] = Field(default=("qa_lead", "auditor.head_of_service"), min_length=1)
    """Who decides together where the moderator and the manager do not agree, as recipients."""
