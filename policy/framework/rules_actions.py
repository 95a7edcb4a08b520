"""What the framework file says about actions: which ladder each climbs, and who agrees dates for an absent setter."""

from __future__ import annotations

from policy.framework.section import Key, Section


class ActionRules(Section):
    """Actions and their escalation (R102-R105, A24)."""

    ladder: Key = "action"
    """The ladder of an ordinary action: its weeks count from the due date."""
    strict_ladder: Key = "action_inadequate"
    """The ladder of an action from a grade that opens closing the loop: its weeks count from the day it was set."""
    dates_agreed_by: tuple[Key, ...] = ("qa_lead",)
    """Roles that agree to a new date when whoever set the action has left, or owns it themselves."""
