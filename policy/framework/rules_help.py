"""What the framework file says about whom people can ask for help."""

from __future__ import annotations

from pydantic import Field

from policy.framework.section import Key, Section


class HelpRules(Section):
    """Who is named where a card or a letter sends somebody to the QA team."""

    roles: tuple[Key, ...] = ("qa_lead", "qa_officer")
    """The first of these who is not away is named, with their address; a deputy stands in for a post."""
    mailbox: str = Field(default="", pattern=r"^$|^[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", max_length=200)
    """The team's own mailbox; somebody the council does not know is told this and no name. Empty: there is none."""
