"""A wrong press has a way back: for so long whoever pressed can take it back, and nobody hears of it before."""

from __future__ import annotations

from datetime import datetime, timedelta

from policy.framework.framework import Framework


def has_way_back(framework: Framework) -> bool:
    """Whether what is pressed can be taken back at all."""
    return framework.two_voices.take_back_seconds > 0


def final_at(framework: Framework, pressed_at: datetime) -> datetime:
    """From this instant on (UTC) what was pressed stands; the same for a form sent in, a release and a decision."""
    return pressed_at + timedelta(seconds=framework.two_voices.take_back_seconds)


def can_be_taken_back(framework: Framework, pressed_at: datetime, now: datetime) -> bool:
    """Whether whoever pressed can still take it back."""
    return now < final_at(framework, pressed_at)


def pressed_since(framework: Framework, now: datetime) -> datetime:
    """What was pressed after this instant can still be taken back."""
    return now - timedelta(seconds=framework.two_voices.take_back_seconds)
