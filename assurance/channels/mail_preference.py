"""Ask for no more email, or for email again. Teams has everything; what is late still comes by email (4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assurance.channels.channel_choice import offered, ways_of
from assurance.common.refusals import Refused, UnknownPerson
from policy.council.actor import Actor
from policy.council.establishment import Person
from policy.council.ways import TEAMS, is_escalation
from policy.framework.framework import Framework
from storage.contact import channels
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session
from storage.outbox import letters

EVERYTHING, ESCALATIONS = "all", "escalations"
Offer = Literal["stop", "start", ""]
"""Which of the two words is worth telling somebody; empty for whom only email reaches."""


class NoOtherWay(Refused):
    """Email is the only way to this person, so it cannot be stopped."""


class EscalationsStay(Refused):
    """What is late, or cannot wait, comes by email whatever somebody asked for."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What email a person gets from now on."""

    wants: str
    """'all', or 'escalations': nothing else comes by email while Teams can reach them."""
    changed: bool


def stop_emails(
    session: Session, framework: Framework, person: str, *, about_event: str = "", actor: Actor, now: datetime
) -> Preference:
    """From now on Teams only, but for escalations.

    `about_event` is the event of the letter that was answered. NoOtherWay when Teams cannot reach them;
    EscalationsStay when they asked in answer to an escalation and had stopped the rest already.
    """
    known = establishments.current(session).people.get(person)
    if known is None:
        raise UnknownPerson(person)
    if not _teams_reaches(session, known):
        raise NoOtherWay(person)
    stopped_before = letters.wants(session, person) == ESCALATIONS
    if stopped_before and about_event and _is_escalation(framework, about_event):
        raise EscalationsStay(person)
    return _set(session, person, ESCALATIONS, actor, now)


def offer_to(session: Session, person: str) -> Offer:
    """What a letter may say about emails, so that nobody is offered what they would be refused."""
    if letters.wants(session, person) == ESCALATIONS:
        return "start"
    known = establishments.current(session).people.get(person)
    return "stop" if known is not None and _teams_reaches(session, known) else ""


def allow_emails(session: Session, framework: Framework, person: str, *, actor: Actor, now: datetime) -> Preference:
    """Everything again, as the framework says."""
    if person not in establishments.current(session).people:
        raise UnknownPerson(person)
    return _set(session, person, EVERYTHING, actor, now)


def _teams_reaches(session: Session, person: Person) -> bool:
    teams = channels.get(session, person.id, TEAMS)
    # Somebody without the app may be given it again, but until then nothing has ever reached them there.
    return ways_of(session, person, teams, offered(session)).teams and (teams is None or teams.state != "uninstalled")


def _set(session: Session, person: str, wants: str, actor: Actor, now: datetime) -> Preference:
    if letters.wants(session, person) == wants:
        return Preference(wants, changed=False)
    letters.set_wants(session, person, wants, at=now)
    history.append(session, at=now, actor=actor, verb=f"email_{wants}", subject=person, detail={})
    return Preference(wants, changed=True)


def _is_escalation(framework: Framework, event: str) -> bool:
    return is_escalation(framework, event) or any(one.key == event and one.urgent for one in framework.events)
