"""How we are: the figures behind /healthz and /metrics, each read from rows. Health is proven by work done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from assurance.delivery.claim_notices import PULSE as DISPATCHER
from assurance.delivery.last_sent import last_sent
from assurance.self_check.upkeep import LATEST, WHOLE
from assurance.self_check.upkeep import PULSE as VERIFIER
from assurance.sweep.sweep import PULSE as SWEEPER
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework
from storage.casework import findings, learning_spaces, red_flags
from storage.council import heartbeats, history
from storage.engine.session import Session
from storage.outbox import backlog, notices
from storage.outbox.backlog import Waiting

SENDING_IS_LATE = timedelta(minutes=15)
"""How long a notice that may be sent can wait before something is wrong with sending."""
FOR_QA = ("nobody_to_tell", "own_work", "own_judge")
"""What `verify` finds and an administrator cannot help with: it is about posts and people, and the QA team's."""
CLOCK_IS_BEHIND = timedelta(seconds=60)
"""How far a machine's clock may be behind the newest entry of the history: two replicas may differ a little."""
CHANNELS = {"teams": "Teams", "mail": "email"}
CATCHING_UP = timedelta(hours=2)
"""What the round of `verify` over everything may take once it is due, which it is after a day at the latest."""
WHOLE_IS_LATE = LATEST + CATCHING_UP
STEP_IS_LATE = timedelta(seconds=60)
"""Our promise: a step is attempted within this of its time."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One reading. Instants are None when the thing has never happened."""

    open_items: int
    steps_due: int
    """Open items with a step that should have been judged by now."""
    oldest_step_due: datetime | None
    notices_pending: int
    notices_leased: int
    notices_overdue: int
    """Waiting although they might have been sent by now."""
    oldest_notice_overdue: datetime | None
    """Since when the oldest might have been sent, however often it was tried."""
    oldest_notice_ready: datetime | None
    """Since when the oldest that may be tried now has been left alone."""
    waiting: tuple[Waiting, ...]
    """The same by channel."""
    last_sent: dict[str, datetime]
    """When something last went out, by channel; one on which nothing ever has is not in it."""
    notices_by_state: dict[str, int]
    """Of all time: pending, leased, sent, parked, cancelled, recorded."""
    red_flags_waiting: int
    """Immediate-attention flags nobody has taken up."""
    last_sweep: datetime | None
    last_dispatch: datetime | None
    held: str
    """Why the sweep waits for a person, or empty."""
    wrong: dict[str, int]
    """What `verify` found and did not mend, by kind."""
    last_verify: datetime | None
    """When the last round of `verify` was complete, near or over everything."""
    last_whole: datetime | None
    """When the last round over everything was."""
    newest_entry: datetime | None
    """When the newest entry of the history was written."""


def figures(session: Session, *, now: datetime) -> Figures:
    """Read every figure."""
    outbox = backlog.read(session, now=now)
    next_step = learning_spaces.next_due_at(session)
    sweep = heartbeats.last(session, SWEEPER)
    dispatch = heartbeats.last(session, DISPATCHER)
    verified, whole = heartbeats.last(session, VERIFIER), heartbeats.last(session, WHOLE)
    return Figures(
        open_items=learning_spaces.count_open(session),
        steps_due=learning_spaces.count_due(session, now),
        oldest_step_due=next_step if next_step and next_step <= now else None,
        notices_pending=outbox.pending,
        notices_leased=outbox.leased,
        notices_overdue=outbox.overdue,
        oldest_notice_overdue=outbox.oldest_overdue,
        oldest_notice_ready=outbox.oldest_ready,
        waiting=tuple(backlog.waiting_by_channel(session, now=now)),
        last_sent={channel: at for channel in CHANNELS if (at := last_sent(session, channel))},
        notices_by_state=notices.counts(session),
        red_flags_waiting=len(red_flags.unacknowledged(session)),
        last_sweep=sweep.at if sweep else None,
        last_dispatch=dispatch.at if dispatch else None,
        held=str(sweep.detail.get("held", "")) if sweep else "",
        wrong=findings.wrong_by_kind(session),
        last_verify=verified.at if verified else None,
        last_whole=whole.at if whole else None,
        newest_entry=history.newest_at(session),
    )


def troubles(framework: Framework, reading: Figures, *, now: datetime, interval: timedelta) -> tuple[str, ...]:
    """What is wrong, each in a plain sentence; empty when all is well. `interval` is how often the sweep should run."""
    found: list[str] = []
    if reading.last_sweep is None or now - reading.last_sweep > 3 * interval:
        found.append(f"The last sweep was {_ago(reading.last_sweep, now)}.")
    if reading.held:
        found.append(f"Escalations are held until a person confirms. {reading.held}")
    elif reading.oldest_step_due and now - reading.oldest_step_due > STEP_IS_LATE + 3 * interval:
        found.append(f"{reading.steps_due} learning spaces have a step that should have been judged by now.")
    oldest = reading.oldest_notice_ready
    if oldest and Calendar.of(framework).in_send_window(now) and now - oldest > SENDING_IS_LATE:
        found.append(f"{reading.notices_overdue} messages wait to be sent; the oldest {_ago(oldest, now)}.")
    if held := reading.notices_by_state.get("held", 0):
        found.append(
            f"{held} messages are held since the database was put back. The QA lead types held, to send or drop them."
        )
    wrong = {kind: count for kind, count in reading.wrong.items() if kind not in FOR_QA}
    if wrong:
        kinds = ", ".join(f"{kind.replace('_', ' ')}: {count}" for kind, count in sorted(wrong.items()))
        found.append(f"What is kept is not what must be ({kinds}). To see each, run: python -m bot verify")
    return tuple(found)


def silent_channels(framework: Framework, reading: Figures, *, now: datetime) -> tuple[tuple[Waiting, str], ...]:
    """Every channel on which nothing has gone out for SENDING_IS_LATE although something might have, with words.

    Somebody's own trouble (a full mailbox, no app) is not the channel's: others' messages go out meanwhile.
    """
    found = []
    for waiting in reading.waiting:
        since, last = _silent_since(framework, waiting, now), reading.last_sent.get(waiting.channel)
        if since is None or now - since <= SENDING_IS_LATE or (last and now - last <= SENDING_IS_LATE):
            continue
        minutes = int((now - since).total_seconds()) // 60
        went = f"since {last:%Y-%m-%d %H:%M} UTC" if last else "yet"
        by = CHANNELS.get(waiting.channel, waiting.channel)
        wait = f"messages wait for {waiting.people} people, the oldest for {minutes} minutes"
        found.append((waiting, f"Nothing has gone out by {by} {went}; {wait}."))
    return tuple(found)


def whole_round_late(last_whole: datetime | None, *, now: datetime, running: timedelta) -> str:
    """That the round of `verify` over everything does not come to its end, in words; empty while it may.

    `running` is the age of the process: it has CATCHING_UP to make good what was not looked at while none ran.
    """
    if now - (last_whole or now - running) <= WHOLE_IS_LATE or running <= CATCHING_UP:
        return ""
    ended = f"since {last_whole:%Y-%m-%d %H:%M} UTC" if last_whole else "yet"
    return (
        f"No round of verify over everything has come to its end {ended}; one is due each night. Until one does, what "
        "has gone wrong outside what is near may not be noticed. To look at everything now, run: python -m bot verify"
    )


def clock_behind(newest_entry: datetime | None, *, now: datetime) -> str:
    """That the machine's clock is before the newest entry of the history, in words; empty when it is not."""
    if newest_entry is None or newest_entry - now <= CLOCK_IS_BEHIND:
        return ""
    return (
        f"This machine's clock says {now:%Y-%m-%d %H:%M} UTC, but the newest entry of the history is of "
        f"{newest_entry:%Y-%m-%d %H:%M} UTC. Nothing falls due until the clock is past it: set it right (NTP)."
    )


def _silent_since(framework: Framework, waiting: Waiting, now: datetime) -> datetime | None:
    """Since when the oldest that may be sent at this hour might have gone; a night is not counted."""
    calendar = Calendar.of(framework)
    if not calendar.in_send_window(now):
        return waiting.oldest_urgent
    opened = max(waiting.oldest, calendar.send_at(calendar.local_date(now)))
    return min(opened, waiting.oldest_urgent) if waiting.oldest_urgent else opened


def _ago(at: datetime | None, now: datetime) -> str:
    return f"{int((now - at).total_seconds())} s ago" if at else "never"
