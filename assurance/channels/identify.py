"""Who is this? A Microsoft Entra object id or a verified address, matched to a person of the establishment."""

from __future__ import annotations

from datetime import datetime

from policy.council.actor import Actor
from policy.council.establishment import Person
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.session import Session

FRONT_DESK = Actor.system("front desk")


def identify(session: Session, *, entra_object_id: str) -> Person | None:
    """The person an Entra object id is bound to, or None. Reads only."""
    return establishments.person_by_entra_id(session, entra_object_id.strip())


def bind_by_email(
    session: Session, *, entra_object_id: str, addresses: tuple[str, ...], now: datetime
) -> Person | None:
    """Bind an Entra object id on first contact to the one person with one of these addresses.

    The addresses (email, user principal name) come from the Teams roster or Graph, never from what somebody typed.
    None, and nothing bound, when nobody or more than one person matches, or when that person is bound to another id.
    """
    known = identify(session, entra_object_id=entra_object_id)
    if known is not None:
        return known
    wanted = {address.strip().casefold() for address in addresses if address.strip()}
    people = establishments.current(session).people.values()
    found = [person for person in people if person.email.casefold() in wanted]
    if len(found) != 1 or not entra_object_id.strip():
        return None
    if not establishments.bind_entra_id(session, found[0].id, entra_object_id.strip()):
        return None
    history.append(session, at=now, actor=FRONT_DESK, verb="person_bound", subject=found[0].id)
    return identify(session, entra_object_id=entra_object_id)
