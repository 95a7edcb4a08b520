"""Several escalations held at once for one reason: one transaction, and one message to each who hears of them (A22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assurance.common.more_time_refusals import HeldAlready, NothingToHold
from assurance.common.refusals import AlreadyDone, NotFound, Refused, Withdrawn
from assurance.escalation.hold_step import (
    HELD,
    HoldMade,
    HoldRefused,
    make_hold,
    require_qa_lead,
    tell_of,
    to_be_held,
)
from assurance.escalation.preview import MOST
from assurance.notify.tell import name_of, notices
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.council.recipients import Recipient
from policy.framework.framework import Framework
from storage.engine.session import Session
from storage.outbox import notices as outbox

Why = Literal["held_already", "nothing_to_hold", "sent_in", "taken_back"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One that could not be held with the others."""

    reference: str
    why: Why


@dataclass(frozen=True, slots=True)
class HoldsMade:
    """What one press held, and what it could not."""

    made: tuple[HoldMade, ...]
    auditors: Mapping[str, str]
    """The name of the auditor of each, by reference."""
    left_out: tuple[LeftOut, ...] = ()


def hold_steps(
    session: Session, framework: Framework, chosen: str, *, actor: Actor, raw: Mapping[str, object], now: datetime
) -> HoldsMade | HoldRefused:
    """Hold the next escalation of each learning space of `chosen`: tokens or references with commas between them.

    Of several, one that cannot be held is left out and said; a single one is refused: NotFound, Withdrawn,
    AlreadyDone, HeldAlready, NothingToHold.
    OnlyQaLead for anybody else; NotFound where nothing of ours was chosen.
    """
    establishment = require_qa_lead(session, framework, actor, now=now)
    wanted = list(dict.fromkeys(one for one in chosen.split(",") if one))[:MOST]
    made: list[HoldMade] = []
    left_out: list[LeftOut] = []
    for named in wanted:
        try:
            item = to_be_held(session, establishment, named)
            done = make_hold(session, framework, item, actor=actor, raw=raw, now=now)
        except (HeldAlready, NothingToHold, AlreadyDone, Withdrawn, NotFound) as no:
            if len(wanted) == 1:
                raise
            if not isinstance(no, NotFound):
                left_out.append(LeftOut(no.subject, _why(no)))
            continue
        if isinstance(done, HoldRefused):
            return done  # what is missing is missing for all of them, so none is held yet
        made.append(done)
    if not made and not left_out:
        raise NotFound("hold")
    _tell(session, framework, establishment, made, actor=actor, now=now)
    names = {one.item.reference: name_of(establishment, one.item.person) for one in made}
    return HoldsMade(tuple(made), names, tuple(left_out))


def _why(no: Refused) -> Why:
    match no:
        case HeldAlready():
            return "held_already"
        case AlreadyDone():
            return "sent_in"
        case Withdrawn():
            return "taken_back"
        case _:
            return "nothing_to_hold"


def _tell(
    session: Session,
    framework: Framework,
    establishment: Establishment,
    made: list[HoldMade],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """One message to each who hears of more than one; the notice of each hold is kept, and says where it was said."""
    if len(made) == 1:
        tell_of(session, framework, made[0], actor=actor, now=now)
        return
    subject = f"holds {now:%Y-%m-%d %H:%M:%S}"
    said_in = f"said with others ({subject})"
    heard: dict[str, tuple[Recipient, list[HoldMade]]] = {}
    for one in made:
        for recipient in tell_of(session, framework, one, actor=actor, now=now, said_in=said_in):
            heard.setdefault(recipient.person, (recipient, []))[1].append(one)
    for recipient, theirs in heard.values():
        facts = {
            "reason": theirs[0].hold.reason,
            "by": name_of(establishment, actor.person_id),
            "held": [
                {
                    "reference": one.item.reference,
                    "auditor": name_of(establishment, one.item.person),
                    "step": one.hold.step,
                    "until": one.hold.until.isoformat(),
                }
                for one in theirs
            ],
        }
        message = notices(
            framework,
            HELD,
            (recipient,),
            subject=subject,
            due_at=now,
            not_before=Calendar.of(framework).next_send(now),
            facts=facts,
        )
        outbox.add(session, message, at=now)
