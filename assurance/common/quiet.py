"""What is written in the history and does nothing with its subject: it was read, opened, chased or judged."""

from __future__ import annotations

QUIET = frozenset(
    [
        "learning_space_allocated",
        "action_assigned",
        "form_opened",
        "form_read",
        "loop_read",
        "moderation_read",
        "steps_judged",
        "loop_chased",
        "red_route_chased",
        "red_route_raised",
        "reaudit_not_opened",
        "reflection_written",
        "exported",
    ]
)
"""What is written in the history and changes nothing that a card shows."""
NOTHING_DONE = QUIET | {"clock_resumed", "email_answered", "email_read", "email_settled", "red_route_acknowledged"}
"""What leaves a press free to be taken back: nobody has gone on from it."""
