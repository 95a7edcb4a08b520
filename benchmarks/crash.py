"""From kill -9 to delivered: the service dies while it sends, comes back at once, and everything due is timed.

The desk stands in for Teams and answers a little late, so that whoever is killed has its hands full. What counts is
the time from the moment the service is back to the arrival of each message: a minute is promised.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from benchmarks.council import NOW, new_council
from benchmarks.figures import keep, percentile, table
from desk import faults
from desk.connector import Accepted, TeamsDesk
from desk.members import Member
from desk.serving import serving
from policy.check.loader import load_framework
from storage.council import establishment
from storage.engine.database import Session
from storage.outbox import notices
from storage.outbox.notices import NewNotice

MESSAGES = 60
ROUNDS = 3
KILLED_AFTER = (5, 20, 40)
"""Messages that have arrived when the service is killed, one a round."""
SLOW_SECONDS = 0.4
"""How long the desk takes over each."""
PROMISED_SECONDS = 60.0
ROOT = Path(__file__).parents[1]
TENANT = "c0ffee00-0000-4000-8000-00000000000a"
APP = "0a0a0a0a-1111-4222-8333-444444444444"


def main() -> None:
    """Measure and keep the figures."""
    took: list[float] = []
    lost = unmarked = repeats = 0
    for killed_after in KILLED_AFTER[:ROUNDS]:
        with tempfile.TemporaryDirectory(dir=".") as folder:
            times, arrived, marked = asyncio.run(_round(Path(folder).resolve(), killed_after))
        took += times
        lost += MESSAGES - len(arrived)
        doubles = sum(arrived.values()) - len(arrived)
        repeats += doubles
        unmarked += max(0, doubles - marked)
    rows = [
        ["half of what was due", f"{percentile(took, 0.5):.1f} s", f"{percentile(took, 0.5) / PROMISED_SECONDS:.2f}"],
        ["the slowest", f"{max(took):.1f} s", f"{max(took) / PROMISED_SECONDS:.2f}"],
    ]
    body = table(["from ready again to delivered", "seconds", "÷ the 60 s promised (goal <= 1)"], rows)
    body += f"\n\n{ROUNDS} kills, {len(took)} messages still due: {lost} lost, {repeats} repeated, {unmarked} unmarked."
    keep("crash", "After kill -9: until everything due is delivered", ".venv/bin/python -m benchmarks crash", body)


async def _round(folder: Path, killed_after: int) -> tuple[list[float], Counter[str], int]:
    """Seconds for each that was due when the service was back, how often each arrived, how many said 'repeat'."""
    path, framework = folder / "council.db", load_framework()
    with new_council(path, framework) as database:
        people = sorted(database.read_now(establishment.current).people.values(), key=lambda one: one.id)[:MESSAGES]
        database.write_now(_all_due, [one.id for one in people])
    desk = TeamsDesk(APP, TENANT, [Member(one.entra_object_id, one.name, one.email) for one in people])
    desk.faults.add(faults.slow(SLOW_SECONDS), method="POST", path="activities", times=-1)
    arrivals: list[tuple[float, str, bool]] = []
    desk.watch = lambda taken: arrivals.append((time.monotonic(), _about(taken), _is_repeat(taken)))
    async with serving(desk.application()) as url:
        desk.service_url = f"{url}/"
        first = await _serve(path, folder, desk.service_url)
        while len(arrivals) < killed_after:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        first.kill()
        await first.wait()
        before = {about for _, about, _ in arrivals}
        second = await _serve(path, folder, desk.service_url)
        back = time.monotonic()
        ends = back + 3 * PROMISED_SECONDS
        while len({about for _, about, _ in arrivals}) < MESSAGES and time.monotonic() < ends:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await asyncio.sleep(3 * SLOW_SECONDS)  # a repeat of one that had arrived may be on its way
        second.terminate()
        await second.wait()
    ours = [one for one in arrivals if one[1]]
    late = {about: at - back for at, about, _ in reversed(ours) if about not in before}
    times = [max(0.0, seconds) for seconds in late.values()]
    return times, Counter(about for _, about, _ in ours), sum(repeat for *_, repeat in ours)


def _all_due(session: Session, people: Sequence[str]) -> None:
    due = NOW - timedelta(minutes=1)
    notices.add(session, [_notice(number, person, due) for number, person in enumerate(people, 100)], at=due)


def _notice(number: int, person: str, due: object) -> NewNotice:
    reference = f"LS-2026Q3-{number}"
    facts = {"reference": reference, "due_on": "2026-10-30", "auditor": "A Manager", "function": "MASH", "days_late": 2}
    return NewNotice("E13", "+2", reference, person, "executive_director", "teams", False, due, due, facts)  # type: ignore[arg-type]


def _about(taken: Accepted) -> str:
    found = re.search(r"LS-2026Q3-\d+", str(taken.activity))
    return found[0] if found and taken.kind == "post" else ""


def _is_repeat(taken: Accepted) -> bool:
    return str(taken.activity.get("summary", "")).startswith("Repeat")


async def _serve(path: Path, folder: Path, desk: str) -> asyncio.subprocess.Process:
    """The service in a process of its own, once it is ready."""
    environment = os.environ | {
        "BOT_MODE": "local",
        "BOT_PORT": "0",
        "BOT_DATABASE_URL": f"sqlite:///{path}",
        "BOT_CLOCK_START": NOW.isoformat(),
        "BOT_SERVICE_URL": desk,
        "BOT_TENANT_ID": TENANT,
        "PYTHONPATH": str(ROOT),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve"),
        cwd=folder,
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    async for line in process.stderr:
        if b'"ready"' in line:
            break
    else:
        raise RuntimeError("the service ended before it was ready")
    task = asyncio.create_task(_drain(process.stderr))
    _draining.add(task)
    task.add_done_callback(_draining.discard)
    return process


_draining: set[asyncio.Task[None]] = set()


async def _drain(stream: asyncio.StreamReader) -> None:
    while await stream.read(65536):
        pass
