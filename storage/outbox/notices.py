"""The outbox: what must be said to whom, claimed under a lease and a fence, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

from sqlalchemy import Update, bindparam, case, func, not_, select, text, update

from storage.engine.session import Session
from storage.engine.spelt_out import one_of
from storage.engine.upsert import insert_new
from storage.outbox.turns import Turn, next_in_line
from storage.schema import tables

Outcome = Literal["sent", "later", "never", "unknown", "cancelled"]

_notices = tables.notices

ANYBODY = Turn()
STOPPED_SENDING = "The sender stopped while sending."
"""The end of the reason of a notice whose outcome two crashes hid."""

# Spelt out, not bound: only then does a database see that the index of waiting notices will do.
_WAITING = text("notices.state IN ('pending', 'leased')")


@dataclass(frozen=True, slots=True)
class NewNotice:
    """Something to be said. Its key is unique, so writing it twice says it once."""

    event: str
    step: str
    subject: str
    recipient: str
    recipient_role: str
    channel: str
    urgent: bool
    due_at: datetime
    not_before: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Ids, dates and counts only: all the message may be made from."""
    state: str = "pending"
    reason: str = ""
    maybe_sent: bool = False
    """It may have been said already, outside the outbox: then it says that it is a repeat."""
    follows: str = ""
    """The key of the same notice on another channel, which this one comes after or beside; empty for any other."""

    @property
    def key(self) -> str:
        """See `key_of`; one that follows has its own, so that it can neither double nor be doubled."""
        if self.follows:
            return f"{self.follows}|{self.channel}"
        return key_of(self.event, self.subject, self.step, self.recipient)


@dataclass(frozen=True, slots=True)
class Notice:
    """A row of the outbox, in the order of its columns."""

    id: int
    key: str
    event: str
    step: str
    subject: str
    recipient: str
    recipient_role: str
    channel: str
    urgent: bool
    due_at: datetime
    not_before: datetime
    created_at: datetime
    state: str
    facts: dict[str, Any]
    lease_owner: str
    lease_until: datetime | None
    fence: int
    attempts: int
    unknown_outcomes: int
    repeat: bool
    sent_at: datetime | None
    remote_id: str
    reason: str
    held_fence: int = 0
    """The claim under which nothing has been posted yet, see `storage.outbox.leases`; another number says nothing."""
    sendable_at: datetime | None = None
    bundle: int = 0
    """The first of the notices it goes out with in one message; 0 where it goes alone. See `storage.outbox.bundles`."""

    @property
    def roles(self) -> tuple[str, ...]:
        """As what its recipient hears: one person may be told in several roles."""
        return tuple(role for role in self.recipient_role.split("+") if role)

    @property
    def surely_unsent(self) -> bool:
        """Whether whoever has it now, or had it last, has not begun to post it."""
        return self.held_fence == self.fence

    @property
    def follows(self) -> str:
        """The key of the notice this one follows on another channel; empty when it follows none."""
        first, bar, way = self.key.partition(f"|{self.recipient}|")
        return f"{first}|{self.recipient}" if bar and way.startswith(self.channel) else ""


def key_of(event: str, subject: str, step: str, recipient: str) -> str:
    """What makes a notice the same notice: one event, item, step and recipient."""
    return f"{event}|{subject}|{step}|{recipient}"


def add(session: Session, notices: Iterable[NewNotice], *, at: datetime) -> int:
    """Write notices and return how many are new; one that is there already stays as it is."""
    rows = [
        {
            "key": notice.key,
            "event": notice.event,
            "step": notice.step,
            "subject": notice.subject,
            "recipient": notice.recipient,
            "recipient_role": notice.recipient_role,
            "channel": notice.channel,
            "urgent": notice.urgent,
            "due_at": notice.due_at,
            "not_before": notice.not_before,
            "sendable_at": notice.not_before,
            "created_at": at,
            "state": notice.state,
            "facts": dict(notice.facts),
            "reason": notice.reason,
            "repeat": notice.maybe_sent,
            "unknown_outcomes": int(notice.maybe_sent),
        }
        for notice in notices
    ]
    if not rows:
        return 0
    return session.execute(insert_new(session, _notices, "key"), rows).rowcount


def claim(
    session: Session,
    *,
    owner: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    turn: Turn = ANYBODY,
) -> list[Notice]:
    """Take up to `limit` notices that may be sent now, for `owner` alone until the lease runs out.

    Urgent ones come first, then what has never been tried, then the longest due; of whom, `turn` says.

    A lease that ran out before posting began (`leases.begin`) is simply taken over. One that ran out after that
    counts as an unknown outcome: the notice may have been sent, so it comes back marked as a repeat, and the second
    time it is parked.
    """
    statement = next_in_line(session.dialect, turn.urgent_only, turn.per_recipient, turn.only is not None)
    found = session.execute(statement, {"now": now, "most": limit, **turn.facts()})
    return take(session, [Notice(*row) for row in found], owner=owner, until=now + lease)


def take(session: Session, found: Iterable[Notice], *, owner: str, until: datetime) -> list[Notice]:
    """Lease what was found waiting, and return what may be sent of it; what two crashes hid is parked."""
    claimed: list[Notice] = []
    parked: list[Notice] = []
    for each in found:
        notice = _claimed(each, owner, until)
        (parked if notice.state == "parked" else claimed).append(notice)
    if claimed or parked:
        session.execute(_CLAIM, [{"which": notice.id, **_lease_of(notice)} for notice in (*claimed, *parked)])
    return claimed


def about_to_be_parked(session: Session, *, now: datetime, holding: Collection[int] = ()) -> list[Notice]:
    """Repeats whose lease has run out as well: the next `claim` parks them, so somebody must hear of it.

    `holding` are those the claimer is sending at this moment.
    """
    lost = select(_notices).where(
        _WAITING,
        _notices.c.state == "leased",
        _notices.c.lease_until <= now,
        _notices.c.unknown_outcomes >= 1,
        _notices.c.held_fence != _notices.c.fence,
        _notices.c.id.not_in(list(holding)),
    )
    return [Notice(*row) for row in session.execute(lost.order_by(_notices.c.id))]


def finish(
    session: Session,
    notice_id: int,
    fence: int,
    *,
    outcome: Outcome,
    at: datetime,
    not_before: datetime | None = None,
    remote_id: str = "",
    reason: str = "",
) -> bool:
    """Write down what became of a claimed notice. False when the lease was lost and somebody else has it now.

    'later' is tried again from `not_before` on. 'unknown' is tried once more, marked as a repeat; a second unknown
    parks it. 'never' parks it.
    """
    became = Became(outcome, at, not_before, remote_id, reason)
    return bool(finish_together(session, [(notice_id, fence)], became))


@dataclass(frozen=True, slots=True)
class Became:
    """What became of notices that went out together, see `finish`."""

    outcome: Outcome
    at: datetime
    not_before: datetime | None = None
    remote_id: str = ""
    reason: str = ""


def finish_together(session: Session, claims: Collection[tuple[int, int]], became: Became) -> frozenset[int]:
    """The same for several claims (id and fence) with one outcome: the ids of those that were still theirs."""
    held = select(_notices.c.id, _notices.c.fence, _notices.c.unknown_outcomes).where(
        _notices.c.id.in_([notice_id for notice_id, _ in claims]), _notices.c.state == "leased"
    )
    under = set(claims)
    mine = {row[0]: row[2] for row in session.execute(held) if (row[0], row[1]) in under}
    for unknown in set(mine.values()):
        which = [notice_id for notice_id, times in mine.items() if times == unknown]
        changes = _changes(became, unknown)
        session.execute(update(_notices).where(_notices.c.id.in_(which)).values(changes))
    return frozenset(mine)


def _changes(became: Became, unknown: int) -> dict[str, Any]:
    at, reason = became.not_before or became.at, became.reason
    changes: dict[str, Any] = {"lease_owner": "", "lease_until": None, "reason": reason[:300]}
    match became.outcome:
        case "sent":
            changes |= {"state": "sent", "sent_at": became.at, "remote_id": became.remote_id[:300]}
        case "later":
            changes |= {"state": "pending", "not_before": at}
        case "unknown" if unknown == 0:
            changes |= {"state": "pending", "not_before": at, "unknown_outcomes": 1, "repeat": True}
        case "unknown":
            changes |= {"state": "parked", "unknown_outcomes": unknown + 1, "reason": _twice_unknown(reason)}
        case "never":
            changes |= {"state": "parked"}
        case "cancelled":
            changes |= {"state": "cancelled"}
    return changes


def cancel_for(session: Session, subject: str, *, at: datetime, reason: str, keep_events: Collection[str] = ()) -> int:
    """Cancel what still waits to be said about an item and return how many.

    One that is leased at this moment is left: whoever holds it looks again before sending, or has sent it.
    """
    return session.execute(_cancel(tuple(keep_events)), {"about": subject, "why": reason[:300]}).rowcount


def supersede(session: Session, event: str, subject: str, recipients: Collection[str], *, reason: str) -> int:
    """Cancel what still waits of one event for these people, because it is about to be said anew; how many."""
    waiting = (
        _notices.c.subject == subject,
        _notices.c.event == event,
        _notices.c.recipient.in_(list(recipients)),
        _notices.c.state.in_(("pending", "held")),
    )
    return session.execute(update(_notices).where(*waiting).values(state="cancelled", reason=reason[:300])).rowcount


def release(session: Session, owner: str, *, notice_ids: Collection[int] | None = None) -> int:
    """Give back what an owner claimed and has not begun to post, all of it or some; return how many."""
    held = (_notices.c.state == "leased") & (_notices.c.lease_owner == owner)
    held &= _notices.c.held_fence == _notices.c.fence
    if notice_ids is not None:
        held &= _notices.c.id.in_(list(notice_ids))
    return session.execute(
        update(_notices)
        .where(held)
        .values(state="pending", lease_owner="", lease_until=None, attempts=_notices.c.attempts - 1)
    ).rowcount


def hasten(session: Session, recipient: str, channel: str, *, at: datetime) -> int:
    """Try now what was put off because this person could not be reached; how many that is.

    What has never been tried keeps its own time: it is not late, only not due.
    """
    put_off = (
        _notices.c.recipient == recipient,
        _notices.c.channel == channel,
        _notices.c.state == "pending",
        _notices.c.attempts > 0,
        _notices.c.not_before > at,
    )
    return session.execute(update(_notices).where(_WAITING, *put_off).values(not_before=at)).rowcount


def by_key(session: Session, key: str) -> Notice | None:
    """One notice by what makes it that notice."""
    row = session.execute(select(_notices).where(_notices.c.key == key)).first()
    return Notice(*row) if row else None


def by_keys(session: Session, keys: Collection[str]) -> dict[str, Notice]:
    """Several at once, by key."""
    rows = session.execute(select(_notices).where(_notices.c.key.in_(list(keys)))) if keys else ()
    return {notice.key: notice for notice in (Notice(*row) for row in rows)}


def send_now(session: Session, notice_id: int, *, at: datetime) -> bool:
    """Bring forward one that waits for a later time. False if it waits no more."""
    waiting = (_notices.c.id == notice_id) & (_notices.c.state == "pending") & (_notices.c.not_before > at)
    return session.execute(update(_notices).where(waiting).values(not_before=at)).rowcount == 1


def move_to(session: Session, notice_ids: Collection[int], channel: str) -> None:
    """Claimed notices go another way than they were written for; nothing of them has gone out yet."""
    session.execute(update(_notices).where(_notices.c.id.in_(list(notice_ids))).values(channel=channel))


def get(session: Session, notice_id: int) -> Notice | None:
    """One notice by its id."""
    row = session.execute(select(_notices).where(_notices.c.id == notice_id)).first()
    return Notice(*row) if row else None


def about(session: Session, subject: str) -> list[Notice]:
    """Everything ever to be said about an item, oldest first."""
    rows = session.execute(select(_notices).where(_notices.c.subject == subject).order_by(_notices.c.id))
    return [Notice(*row) for row in rows]


def next_try_at(session: Session) -> datetime | None:
    """When the outbox next has something to do, or None when nothing waits."""
    moment = func.min(_try_at()).label("moment")
    found: datetime | None = session.execute(select(moment).where(_WAITING)).scalar()
    return found


def counts(session: Session) -> dict[str, int]:
    """How many notices there are in each state, of all time."""
    rows = session.execute(select(_notices.c.state, func.count()).group_by(_notices.c.state))
    return dict(tuple(row) for row in rows)


def _try_at() -> Any:
    return case((_notices.c.state == "leased", _notices.c.lease_until), else_=_notices.c.not_before)


def _claimed(notice: Notice, owner: str, until: datetime) -> Notice:
    """The notice once claimed. If its last lease ran out while posting it is a repeat, or parked."""
    unsent = notice.state == "leased" and notice.surely_unsent
    if notice.state == "leased" and not unsent:
        unknown = notice.unknown_outcomes + 1
        notice = replace(notice, unknown_outcomes=unknown, repeat=True)
        if unknown > 1:
            reason = _twice_unknown(STOPPED_SENDING)
            return replace(notice, state="parked", lease_owner="", lease_until=None, reason=reason)
    return replace(
        notice,
        state="leased",
        lease_owner=owner,
        lease_until=until,
        fence=notice.fence + 1,
        held_fence=notice.fence + 1,
        attempts=notice.attempts + (0 if unsent else 1),
    )


@cache
def _cancel(keep_events: tuple[str, ...]) -> Update:
    which = (_notices.c.subject == bindparam("about"), one_of(_notices.c.state, ("pending", "held")))
    others = (not_(one_of(_notices.c.event, keep_events)),) if keep_events else ()
    return update(_notices).where(*which, *others).values(state="cancelled", reason=bindparam("why"))


_LEASE = (
    *("state", "lease_owner", "lease_until", "fence", "held_fence"),
    *("attempts", "unknown_outcomes", "repeat", "reason"),
)
_CLAIM = update(_notices).where(_notices.c.id == bindparam("which"))


def _lease_of(notice: Notice) -> dict[str, Any]:
    return {name: getattr(notice, name) for name in _LEASE}


def _twice_unknown(reason: str) -> str:
    return f"Nobody knows whether it arrived, not even the second time it was sent. {reason}".strip()[:300]
