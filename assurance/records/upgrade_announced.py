"""Whether somebody is about to change the schema in a way that this version of the bot cannot work beside."""

from __future__ import annotations

from datetime import datetime

from storage.council import meta
from storage.engine.session import Session
from storage.migrations import ANNOUNCED


def upgrade_announced(session: Session, *, now: datetime) -> bool:
    """True while an upgrade was announced and not given up: end in good order. Reads only."""
    until = meta.get(session, ANNOUNCED)
    return bool(until) and now < datetime.fromisoformat(until)
