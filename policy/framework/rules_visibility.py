"""What the framework file says about who sees what: one row an item, its readers, their right and its condition."""

from __future__ import annotations

from typing import Literal

from policy.framework.section import Section

Item = Literal["learning_space", "result", "case_reference", "moderation", "closing_the_loop", "action", "rows"]
"""learning_space: that it is owed, by whom and when. result: one form as it was sent in. case_reference: which child's
case. rows: single rows taken out as a file. The others are the opened record of that name."""

RightKey = Literal["aggregate", "header", "read", "write", "approve"]

Condition = Literal["released", "opens_a_loop", "recognised", "escalated_to_them", "authorising", "talked_through"]
"""released: the practitioner may see the result, and so what follows from it. opens_a_loop, recognised: its grade does,
as it stands. escalated_to_them: an escalation about it has reached this reader. authorising: it waits for this reader's
decision, or they took it. talked_through: the moderation has been talked through with the manager."""


class Sees(Section):
    """One row of the matrix of who sees what (domain.md 4.2). Whoever no row names sees nothing."""

    item: Item
    readers: tuple[str, ...]
    """Recipient expressions, see `policy/council/recipients.py`; a deputy reads what their post reads."""
    right: RightKey
    """aggregate: counts alone. header: reference, auditor, function, due date, days late. read: the opened record.
    write: that, and change it. approve: that, and decide on it."""
    when: tuple[Condition, ...] = ()
    """One of these must hold; empty means always."""
