"""Rules of the file about email that comes in: how long it is kept, and how often the bot answers."""

from __future__ import annotations

from pydantic import Field

from policy.framework.section import Section


class MailRules(Section):
    """What happens to a message after it was understood. Days are calendar days."""

    raw_days: int = Field(default=30, ge=1, le=366)
    """The message as it came is kept this long, to be looked at again if it was misread."""
    raw_days_with_details: int = Field(default=1, ge=0, le=30)
    """The same for one that held what looks like a person's details."""
    unclear_days: int = Field(default=90, ge=1, le=366)
    """A message nobody has dealt with in the QA team's queue loses its words after this long."""
    answers_a_day: int = Field(default=30, ge=1, le=500)
    """The bot writes no more answers than this to one person in a day; so two machines soon fall silent."""
    yes_within_days: int = Field(default=14, ge=1, le=60)
    """What was read back waits this long for its YES."""
