"""More time decided as a Head of Service would, the reason for a no included."""

from __future__ import annotations

from datetime import datetime

from assurance.more_time.decide_more_time import DecisionMade, agree_request, decline_request
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.engine.database import Session

WHY_NOT = "The quarter ends before the new date."


def decide_request(
    session: Session, framework: Framework, token: str, *, actor: Actor, agree: bool, now: datetime
) -> DecisionMade:
    """Agree, or decline and say why."""
    if agree:
        return agree_request(session, framework, token, actor=actor, now=now)
    made = decline_request(session, framework, token, actor=actor, raw={"because": WHY_NOT}, now=now)
    assert isinstance(made, DecisionMade)
    return made
