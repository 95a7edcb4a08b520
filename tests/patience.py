"""How long a test waits for what happens by itself: only a hang takes that long, however busy the machine is."""

from __future__ import annotations

PATIENCE = 90.0
"""Seconds."""
