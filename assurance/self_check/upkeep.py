"""The service keeps itself true: what a look found is noted, what is safe is mended, and the QA lead hears once.

The looking itself only reads, in portions (`assurance/self_check/verify.py`); here is what is written down of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assurance.notify.tell_all import tell_all
from assurance.self_check.mend import can_mend, mend
from assurance.self_check.verify import CHAIN_BROKEN as CHAIN_BROKEN
from assurance.self_check.verify import LATE_NOTICE
from assurance.self_check.verify_item import Finding
from assurance.sweep.sweep import PULSE as SWEEPER
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework
from policy.lifecycle.lifecycle import FINDING, START, move
from storage.casework import findings as shelf
from storage.casework import learning_spaces
from storage.casework.findings import FindingRow
from storage.council import anchor, heartbeats, history, meta
from storage.council.history import ChainMark
from storage.engine.session import Session

PULSE = "verify"
"""The heartbeat of the last round that was complete."""
WORK, CHAIN = "work", "chain"
TOLD = "E77"
MOST_TRIES = 2
"""What comes back after it was mended this often is not mended again: it is said, and a person looks."""
ALREADY_SAID = (LATE_NOTICE,)
"""Health says it by itself, and it passes by itself."""
CHAIN_STEPS = 200
"""Rows of the history checked in one read."""
NEAR_MARK = "verified:near"
"""The fact that holds the row of history up to which the round between two nights has looked."""
WHOLE = "verify_whole"
"""The heartbeat of the last round over everything that was complete."""
NIGHT_BEGINS, NIGHT_ENDS = 1, 5
"""Hours of the council's clock in which the round over everything begins."""
LATEST = timedelta(days=1)
"""Without a night in which it could, it begins once the last one is so old."""
CHAIN_MARK, CHAIN_ROUND = anchor.CHECKED, "verified:history round"
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Noted:
    """What came of one portion."""

    mended: int = 0
    wrong: int = 0
    """Newly wrong, not those known before."""


def may_look(session: Session, *, now: datetime, within: timedelta) -> bool:
    """Whether the sweep has caught up, so that what is missing is missing and not just still to come."""
    beat = heartbeats.last(session, SWEEPER)
    if beat is None or beat.detail.get("held") or now - beat.at > within:
        return False
    first = learning_spaces.next_due_at(session)
    return first is None or first > now - within


def note(
    session: Session,
    framework: Framework,
    findings: Iterable[Finding],
    *,
    part: str,
    now: datetime,
    mending: bool = True,
) -> Noted:
    """Write down what was found, and mend what is safe. One that cannot be mended keeps no other from it."""
    mended = wrong = 0
    for finding in findings:
        if finding.kind in ALREADY_SAID:
            continue
        row, fresh = _seen(session, finding, part, now)
        if mending and can_mend(finding) and row.tries < MOST_TRIES:
            with session.savepoint():
                if mend(session, framework, finding, now=now):
                    state = move(FINDING, row.state, "mend")
                    row = replace(row, state=state, tries=row.tries + 1, closed_at=now)
                    mended += 1
                    fresh = False
        shelf.save(session, row)
        wrong += fresh
    return Noted(mended, wrong)


def _seen(session: Session, finding: Finding, part: str, now: datetime) -> tuple[FindingRow, bool]:
    """The row of a finding, and whether that is news."""
    known = shelf.find(session, finding.kind, finding.subject, finding.key)
    detail = finding.detail[:300]
    if known is None:
        state = move(FINDING, START, "find")
        return FindingRow(finding.kind, finding.subject, finding.key, detail, part, state, 0, now, now), True
    if known.state == shelf.WRONG:
        return replace(known, detail=detail, last_seen=now), False
    tries = known.tries if known.state == shelf.MENDED else 0
    state = move(FINDING, known.state, "find")
    return replace(known, detail=detail, last_seen=now, state=state, tries=tries, closed_at=None), True


def whole_is_due(session: Session, framework: Framework, *, now: datetime) -> bool:
    """Whether everything is to be looked at now: once a night, and at once where nobody has looked for a day."""
    last = heartbeats.last(session, WHOLE)
    if last is None or now - last.at >= LATEST:
        return True
    zone = Calendar.of(framework).zone
    tonight, then = now.astimezone(zone), last.at.astimezone(zone)
    return NIGHT_BEGINS <= tonight.hour < NIGHT_ENDS and then.date() < tonight.date()


def near_mark(session: Session) -> int:
    """The row of history up to which the round between two nights has looked; the newest where there was none."""
    return int(meta.get(session, NEAR_MARK) or history.newest(session))


def end_near(session: Session, framework: Framework, seq: int, *, began: datetime, total: Noted, now: datetime) -> int:
    """A round between two nights is complete; it looked at whatever was wrong, so what it did not find has gone."""
    meta.save(session, NEAR_MARK, str(seq))
    return end_round(session, framework, began=began, total=total, now=now)


def end_whole(session: Session, framework: Framework, *, began: datetime, total: Noted, now: datetime) -> int:
    """Everything has been looked at once."""
    heartbeats.beat(session, WHOLE, now, {"mended": total.mended, "wrong": total.wrong})
    return end_round(session, framework, began=began, total=total, now=now)


def end_round(session: Session, framework: Framework, *, began: datetime, total: Noted, now: datetime) -> int:
    """A round is complete: what it did not find again has gone, and the QA lead hears if there is news.

    Returns the notices written: one a day at most, and without details.
    """
    shelf.close_unseen(session, WORK, since=began, at=now)
    heartbeats.beat(session, PULSE, now, {"mended": total.mended, "wrong": total.wrong})
    if not (total.mended or total.wrong):
        return 0
    today = Calendar.of(framework).local_date(now).isoformat()
    facts = {"mended": total.mended, "wrong": total.wrong}
    return tell_all(session, framework, TOLD, subject="verify", step=today, facts=facts, now=now)


@dataclass(frozen=True, slots=True)
class ChainState:
    """How far the history has been checked."""

    fresh: ChainMark
    """By the check that follows what is added."""
    again: ChainMark
    """By the check that goes over everything once a day."""
    began: datetime | None
    """When that one last began; None before the first."""
    done: bool
    """Whether it has come to the end since."""


def chain_state(session: Session) -> ChainState:
    """How far the history has been checked by now."""
    began, _, rest = meta.get(session, CHAIN_ROUND, "||").partition("|")
    state, _, mark = rest.partition("|")
    return ChainState(
        fresh=ChainMark.read(meta.get(session, CHAIN_MARK, "")),
        again=ChainMark.read(mark),
        began=datetime.fromisoformat(began) if began else None,
        done=state == "done",
    )


@dataclass(frozen=True, slots=True)
class ChainChecked:
    """What one read of the history found, and where its two checks have come to."""

    state: ChainState
    problems: tuple[str, ...]
    ended: bool
    """Whether the daily check came to the end with this."""
    behind: bool
    """Whether rows that were added wait to be checked."""


def check_chain(session: Session, state: ChainState, *, now: datetime, most: int = 0, key: str = "") -> ChainChecked:
    """Check up to `most` rows added since the last look, so many of the daily check, and the anchor. Reads only."""
    most = most or CHAIN_STEPS
    added = history.verify_from(session, state.fresh, most)
    problems = [*added.problems, *anchor.problems(session, key)]
    again, began, done, ended = state.again, state.began, state.done, False
    if began is None or (done and now - began >= A_DAY):
        again, began, done = ChainMark(), now, False
    if not done:
        over = history.verify_from(session, again, most)
        problems += over.problems
        again, done = over.mark, over.at_end
        ended = done
    return ChainChecked(ChainState(added.mark, again, began, done), tuple(problems), ended, not added.at_end)


def note_chain(session: Session, framework: Framework, checked: ChainChecked, *, now: datetime) -> Noted:
    """Write down where the checks have come to, and what they found; a whole check without a fault clears the rest."""
    state = checked.state
    meta.save(session, CHAIN_MARK, str(state.fresh))
    began = state.began.isoformat() if state.began else ""
    meta.save(session, CHAIN_ROUND, f"{began}|{'done' if state.done else 'on'}|{state.again}")
    found = [Finding(CHAIN_BROKEN, "history", problem) for problem in dict.fromkeys(checked.problems)]
    noted = note(session, framework, found, part=CHAIN, now=now)
    if checked.ended and state.began:
        shelf.close_unseen(session, CHAIN, since=state.began, at=now)
    return noted
