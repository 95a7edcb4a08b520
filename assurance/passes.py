"""What else a sweep looks after, beside the ladder of learning spaces: each a function of the session and of now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from policy.framework import Framework
from storage.session import Session

Pass = Callable[[Session, Framework, datetime], int]
"""Looks at what is due by now, writes what comes of it, returns how many notices that was. Harmless when repeated."""

PASSES: tuple[tuple[str, Pass], ...] = ()
"""By name, in the order they run. One that fails is logged and does not keep the others from their turn."""
