"""Several notices to one person as one message: which go together, what that lists, and the one letter that follows.

Each stays a notice of its own: it is written, verified, exported and repeated as such (docs/adr). The framework's
`together` and `together_own` of an event say what may be told in a list, and in which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from assurance.cards.listed import listed, listed_action
from assurance.cards.living_cards import in_place
from assurance.channels.channel_choice import following, rule_of
from assurance.common.courier import NO_WORDS, Delivery
from assurance.common.listed import Listed
from policy.calendar.calendar import Calendar
from policy.council.ways import MAIL
from policy.framework.framework import Framework
from storage.casework.actions import Action
from storage.contact import channels
from storage.engine.session import Session
from storage.outbox import bundles
from storage.outbox.notices import NewNotice, Notice
from storage.outbox.turns import Turn

OWN = frozenset(("auditor", "owner"))
"""The roles of whoever the work is with."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A claimed notice that may go out, as it would go alone."""

    delivery: Delivery
    was_for: str
    """The way it was written for."""
    mail_at: datetime | None
    """When an email follows it."""
    action: Action | None

    @property
    def notice(self) -> Notice:
        """What is to be said."""
        return self.delivery.notice


class _With(NamedTuple):
    """What notices in one message have in common."""

    who: str
    """The recipient; or, where it goes alone, the id of the notice."""
    way: str
    told_in: str = ""
    """The list; empty where it goes alone."""
    before: int = 0
    """The bundle it may have left with already; 0 for none, and -1 where older records knew nothing of its leaving."""


def due_beside(
    session: Session, framework: Framework, claimed: Sequence[Notice], turn: Turn, *, now: datetime
) -> list[Notice]:
    """What else is due to the people of notices just claimed and goes out together with those; not claimed yet."""
    events = {one.key for one in framework.events if one.together or one.together_own}
    leads = [one for one in claimed if _list_of(framework, one)]
    found = bundles.waiting_beside(session, leads, events, now=now, holding=turn.holding) if leads else []
    lists = {(one.recipient, _list_of(framework, one)) for one in leads}
    # News that only changes a card there is, without a sound, keeps to its turn.
    about = {one.id: (one.recipient, one.subject) for one in found if in_place(one) and not _left_in(one)}
    cards = channels.have_cards(session, set(about.values()))
    return [
        one for one in found if (one.recipient, _list_of(framework, one)) in lists and about.get(one.id) not in cards
    ]


def put_together(
    framework: Framework, ready: Sequence[Ready], *, now: datetime
) -> tuple[list[Delivery], dict[int, int], list[NewNotice]]:
    """The deliveries, the bundle each notice is named by from now on (where that changes), and the letters to follow.

    One message goes to one person, one way, in the words of one list. A message that may have left already is repeated
    with what it held, apart from what has been settled since; what a message could not be made of goes alone.
    """
    groups: dict[_With, list[Ready]] = {}
    for one in ready:
        groups.setdefault(_with_whom(framework, one), []).append(one)
    deliveries: list[Delivery] = []
    names: dict[int, int] = {}
    letters: list[NewNotice] = []
    for (_, _, told_in, before), group in groups.items():
        for start in range(0, len(group), bundles.MOST):
            part = group[start : start + bundles.MOST]
            several = bool(told_in) and (len(part) > 1 or before > 0)
            bundle = before if before > 0 else part[0].notice.id if several else 0
            names |= {one.notice.id: bundle for one in part if one.notice.bundle != bundle}
            deliveries.append(_as_one(framework, part, told_in, bundle, now=now) if several else _alone(part[0]))
            times = [one.mail_at for one in part if one.mail_at]
            letters += [following(one.notice, MAIL, min(times)) for one in part if one.mail_at]
    return deliveries, names, letters


def _with_whom(framework: Framework, one: Ready) -> _With:
    notice, left = one.notice, _left_in(one.notice)
    alone = _With(str(notice.id), notice.channel)
    told_in = "" if notice.reason.startswith(NO_WORDS) else _list_of(framework, notice)
    if not told_in:
        return alone
    if left:
        return _With(notice.recipient, notice.channel, told_in, left)
    went_alone = notice.unknown_outcomes and notice.attempts > 1
    if one.delivery.card or went_alone:
        return alone
    return _With(notice.recipient, notice.channel, told_in, -1 if notice.unknown_outcomes else 0)


def _left_in(notice: Notice) -> int:
    """The bundle a notice may have left with already; 0 for none."""
    return notice.bundle if notice.unknown_outcomes else 0


def _list_of(framework: Framework, notice: Notice) -> str:
    if notice.urgent:
        return ""
    rule = rule_of(framework, notice)
    return rule.together_own if OWN & set(notice.roles) else rule.together


def _alone(one: Ready) -> Delivery:
    return replace(one.delivery, notice=replace(one.notice, bundle=0))


def _as_one(framework: Framework, part: Sequence[Ready], told_in: str, bundle: int, *, now: datetime) -> Delivery:
    today = Calendar.of(framework).local_date(now)
    first, *others = (replace(one.notice, bundle=bundle) for one in part)
    rows: dict[str, Listed] = {}
    for one in part:
        row = listed_action(one.notice, one.action, on=today) if one.action else listed(one.notice, on=today)
        if row.reference not in rows or rows[row.reference].told:  # to act goes before for information
            rows[row.reference] = row
    return replace(
        part[0].delivery,
        card=None,
        notice=first,
        beside=tuple(others),
        told_in=told_in,
        item=None,
        rows=tuple(rows.values()),
        today=today,
    )
