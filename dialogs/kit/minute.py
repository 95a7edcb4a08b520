"""The minute in which a press can be taken back: the same words for a form sent in, a release and a decision."""

from __future__ import annotations

from dialogs.kit.speaking import say_count
from policy.framework.framework import Framework

SECONDS = "seconds"
"""In a button's data: for how long it is offered."""
NOBODY_TOLD = "It is taken back, and nobody was told."


def minute_line(framework: Framework) -> str:
    """Until when a press can be taken back, for the card that says what it did; nothing where it cannot be."""
    seconds = framework.two_voices.take_back_seconds
    return f"You can take it back within {say_seconds(seconds)} of pressing. Nobody is told before." if seconds else ""


def say_seconds(seconds: int) -> str:
    """'a minute', '30 seconds', 'two minutes'."""
    if seconds == 60:
        return "a minute"
    return say_count(seconds // 60, "minute") if seconds % 60 == 0 and seconds else f"{seconds} seconds"
