"""Which way a notice goes to its recipient, what follows it on the other way, and what happens when a way is closed.

A notice that follows another has a key of its own made from the first one's, so it is written once however often it
is asked for (docs/adr/0016).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from assurance.notify.unreachable import report_unreachable
from policy.calendar.calendar import Calendar
from policy.council.establishment import Person
from policy.council.ways import MAIL, TEAMS, Ways, first_way, followed_at, is_escalation
from policy.framework.framework import Event, Framework
from storage.contact import channels
from storage.contact.channels import ChannelState
from storage.council import establishment as establishments
from storage.council import meta
from storage.engine.session import Session
from storage.outbox import letters
from storage.outbox import notices as outbox
from storage.outbox.notices import NewNotice, Notice

CLOSED = ("blocked", "disabled")
"""Channel states only the person or an administrator can end; an uninstalled app may still be installed again."""
NO_TEAMS = "no Entra id and never heard from"
ADDRESS_FAILS = "mail: the address does not work"
NO_ADDRESS = "mail: no address to write to"

Heard = Callable[[str, str], datetime | None]

_OFFERED = "couriers"
"""The fact of the whole council that says which couriers are at work."""


def offer(session: Session, couriers: Collection[str]) -> None:
    """The dispatcher says which couriers it has; written only when that changes."""
    said = ",".join(sorted(couriers))
    if meta.get(session, _OFFERED, TEAMS) != said:
        meta.save(session, _OFFERED, said)


def offered(session: Session) -> frozenset[str]:
    """The couriers at work; Teams alone until a dispatcher says otherwise."""
    return frozenset(meta.get(session, _OFFERED, TEAMS).split(","))


def ways_of(session: Session, person: Person, teams: ChannelState | None, couriers: Collection[str]) -> Ways:
    """What may be tried for a person now. `teams` is how they stand on Teams."""
    closed = teams is not None and teams.state in CLOSED
    with_mail = MAIL in couriers
    # Without email there is nothing to choose: Teams' courier says itself that it knows no account.
    account = bool(person.entra_object_id or (teams and teams.conversation_id)) or not with_mail
    return Ways(
        teams=TEAMS in couriers and not closed and account,
        mail=with_mail and _address_works(session, person),
        no_mail_wanted=with_mail and letters.wants(session, person.id) == "escalations",
    )


def choose(framework: Framework, notice: Notice, ways: Ways) -> str:
    """The way a claimed notice goes now, or empty when none leads to the person.

    One that follows another keeps its way, and so does one that may have arrived already: its repeat must be looked
    up, or recognised, where the first went.
    """
    if notice.follows or notice.unknown_outcomes:
        return notice.channel if (ways.mail if notice.channel == MAIL else ways.teams) else ""
    if notice.channel not in (TEAMS, MAIL):
        return notice.channel  # its courier, or the lack of one, will say
    rule = rule_of(framework, notice)
    return first_way(rule, ways, escalation=_escalation(framework, notice))


def mail_follows_at(framework: Framework, notice: Notice, ways: Ways, *, now: datetime) -> datetime | None:
    """When an email goes beside or after a Teams message that is tried for the first time; None where none does."""
    if notice.follows or notice.channel != TEAMS or notice.attempts != 1:
        return None
    rule = rule_of(framework, notice)
    return followed_at(rule, ways, Calendar.of(framework), escalation=_escalation(framework, notice), sent_at=now)


def not_needed(framework: Framework, notice: Notice, first: Notice | None, heard: Heard) -> str:
    """Why a notice that follows the first need not go: that was read or is not wanted any more. Empty if it must go.

    `heard` says when somebody was last heard from on a channel.
    """
    if first is None:
        return ""
    if first.state == "cancelled":
        return first.reason or "no longer needed"
    if first.sent_at is None or rule_of(framework, notice).channel != "teams_then_mail":
        return ""
    at = heard(notice.recipient, first.channel)
    return "they have been in Teams since" if at is not None and at >= first.sent_at else ""


def try_another_way(session: Session, framework: Framework, notice: Notice, *, reason: str, now: datetime) -> bool:
    """A notice has come to nothing: send it the other way, or tell the QA lead that nobody can. True if it is sent.

    Never to the next level of management.
    """
    first = outbox.by_key(session, notice.follows) if notice.follows else None
    if first is not None and first.state not in ("parked", "cancelled"):
        return True  # the other way has it, or will have
    person = establishments.current(session).people.get(notice.recipient)
    other = TEAMS if notice.channel == MAIL else MAIL
    if first is None and person is not None:
        ways = ways_of(session, person, channels.get(session, person.id, TEAMS), offered(session))
        if ways.teams if other == TEAMS else ways.mail:
            at = now if notice.urgent else Calendar.of(framework).next_send(now)
            elsewhere = following(notice, other, at)
            if outbox.add(session, [elsewhere], at=now):
                return True
            there = outbox.by_key(session, elsewhere.key)
            if there is not None and there.state in ("pending", "leased", "sent"):
                outbox.send_now(session, there.id, at=at)
                return True
    report_unreachable(session, framework, notice, reason=reason, now=now)
    return False


def rule_of(framework: Framework, notice: Notice) -> Event:
    """The catalogue's entry; a plain one for an event this edition's file no longer has."""
    try:
        return framework.event(notice.event)
    except KeyError:
        return Event(key=notice.event, title=notice.event)


def _escalation(framework: Framework, notice: Notice) -> bool:
    return notice.urgent or is_escalation(framework, notice.event)


def following(notice: Notice, channel: str, at: datetime) -> NewNotice:
    """The same on another channel, from an instant on."""
    return NewNotice(
        event=notice.event,
        step=notice.step,
        subject=notice.subject,
        recipient=notice.recipient,
        recipient_role=notice.recipient_role,
        channel=channel,
        urgent=notice.urgent,
        due_at=notice.due_at,
        not_before=at,
        facts=notice.facts,
        follows=notice.key,
    )


def can_be_written_to(session: Session, person: Person) -> bool:
    """Whether email is at work and leads to them."""
    return MAIL in offered(session) and _address_works(session, person)


def _address_works(session: Session, person: Person) -> bool:
    """Whether they have an address that has not come back as undeliverable; a new address starts afresh."""
    if "@" not in person.email:
        return False
    state = channels.get(session, person.id, MAIL)
    if state is None or state.state not in CLOSED:
        return True
    return state.channel_user_id.casefold() != person.email.casefold()
