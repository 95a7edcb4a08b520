"""What each kind of turn asks of the database: statements and rows, alone and sixteen at once, however much is open."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from botbuilder.schema import Activity

from assurance.more_time.ask_more_time import ask
from assurance.self_check.verify import look_at
from assurance.sweep.sweep import sweep
from bot.clock import Clock
from bot.conversation import Conversation
from bot.metrics import Metrics
from bot.teams.activities import read_activity
from bot.teams.adapter import TeamsAdapter
from bot.teams.front_desk import FrontDesk
from bot.teams.limits import UNHURRIED, Limits
from policy.council.actor import Actor
from storage.casework import learning_spaces, more_time
from storage.casework.learning_spaces import LearningSpace
from storage.contact import channels
from storage.contact.channels import Card
from storage.engine.database import Database, Session
from storage.schema import tables
from tests.assurance.forms_filled import MEETING, fill_in
from tests.councils import HEAD, TEAM_MANAGER_2, entra_id
from tests.journeys.living_council import LivingCouncil, london
from tests.patience import PATIENCE

NOW = london("2026-01-20 10:00")
ALLOCATED = date(2026, 1, 5)
AT_ONCE = 16
MANY = 400


@dataclass
class Cost:
    """What was asked of the database."""

    statements: int = 0
    rows: int = 0

    def each(self, turns: int) -> tuple[float, float]:
        return self.statements / turns, self.rows / turns


class Meter:
    """Counts, on both engines of one database. Savepoints are left out: how many there are is the batch's matter."""

    def __init__(self, database: Database) -> None:
        self.cost = Cost()
        for engine in (database._backend.writer, database._backend.readers):
            sa.event.listen(engine, "before_cursor_execute", self._statement)
            sa.event.listen(engine, "checkout", self._connected)

    def _statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "SAVEPOINT" not in statement:
            self.cost.statements += 1

    def _connected(self, raw: Any, *_: Any) -> None:
        raw.row_factory = self._row

    def _row(self, _cursor: Any, row: Any) -> Any:
        self.cost.rows += 1
        return row


class NoChannel:
    """Takes every message."""

    def __init__(self) -> None:
        self._number = itertools.count(1)

    async def update(self, *_: Any) -> None:
        return None

    async def post(self, *_: Any) -> str:
        return f"posted-{next(self._number)}"


class Desk:
    """A front desk in front of a council in which everyone's form is ready to send."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.council = LivingCouncil(database, now=NOW)
        self.council.given_everyone_talks_to_the_bot()
        clock = Clock.standing(NOW)
        self.front = FrontDesk(database, Conversation(database, self.council.framework, clock), clock, Metrics())
        self.adapter = TeamsAdapter(NoChannel(), Limits(UNHURRIED, UNHURRIED, UNHURRIED))  # type: ignore[arg-type]
        self.numbers = itertools.count(1)
        first = self.council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
        self.version = fill_in(database, self.council.framework, first, now=NOW).version
        self.other = self.council.given_a_learning_space("tm-south-1", allocated_on=ALLOCATED, case="NM-000019")
        self.items = [first, *self._more(first, AT_ONCE + 1, drafts=True)]

    def _more(self, like: LearningSpace, count: int, *, drafts: bool = False) -> list[LearningSpace]:
        """Copies of a learning space, straight into the table; with the same draft where asked for."""
        kept = self.database.read_now(_row_of, like.reference)
        start = next(self.numbers) * 1000
        rows = [
            {**kept, "reference": f"LS-2025Q4-{start + n}", "token": f"{start + n:032}", "case_ref": f"X-{start + n}"}
            for n in range(count)
        ]

        def write(session: Session) -> None:
            session.execute(sa.insert(tables.allocations), rows)
            draft = learning_spaces.load_draft(session, like.reference, like.person)
            if drafts and draft is not None:
                names = ("person", "answers", "step", "version", "updated_at")
                given = {name: getattr(draft, name) for name in names}
                session.execute(sa.insert(tables.drafts), [{**given, "reference": row["reference"]} for row in rows])

        self.database.write_now(write)
        return [self.council.item(row["reference"]) for row in rows]

    def much_more_is_open(self) -> None:
        """Somebody else's, with a history of its own."""
        self._more(self.other, MANY)

    def carded(self, person: str, reference: str) -> str:
        """The message of somebody's card about something."""
        message = f"card-{reference}-{person}"
        card = Card(person, reference, f"chat-{person}", message, NOW, "E1", shown_seq=1)
        self.database.write_now(channels.save_card, card)
        return message

    async def press(self, person: str, verb: str, data: dict[str, Any], message: str = "") -> str:
        number = next(self.numbers)
        activity = {
            "type": "invoke",
            "name": "adaptiveCard/action",
            "id": f"f:{number}",
            "serviceUrl": "https://smba.trafficmanager.net/uk/",
            "channelId": "msteams",
            "from": {"id": f"29:{person}", "aadObjectId": entra_id(person)},
            "conversation": {"conversationType": "personal", "id": f"chat-{person}"},
            "recipient": {"id": "28:bot"},
            "value": {"action": {"type": "Action.Execute", "verb": verb, "data": {"verb": verb, **data}}},
            **({"replyToId": message} if message else {}),
        }
        read: Activity = read_activity(activity)
        answer = await self.adapter.process(read, {}, self.front.on_turn)
        return str(answer.body)

    async def settled(self) -> None:
        while tasks := [*self.front._showing._tasks, *self.front._notes.values()]:
            await asyncio.wait(tasks)


Turn = Callable[[Desk, int], tuple[str, str, dict[str, Any], str, str]]
"""Who presses which verb with what on which message, and what the answer must say, by number."""


def _submit(desk: Desk, number: int) -> tuple[str, str, dict[str, Any], str, str]:
    item = desk.items[number]
    data = {"ref": item.token, "v": desk.version}
    return TEAM_MANAGER_2, "submit", data, desk.carded(TEAM_MANAGER_2, item.reference), "Sent in"


def _save(desk: Desk, number: int) -> tuple[str, str, dict[str, Any], str, str]:
    item = desk.items[number]
    data = {"ref": item.token, "step": "meeting", "v": desk.version, **MEETING}
    return TEAM_MANAGER_2, "next", data, desk.carded(TEAM_MANAGER_2, item.reference), "Step 2 of"


def _home(desk: Desk, number: int) -> tuple[str, str, dict[str, Any], str, str]:
    return HEAD, "home", {}, desk.carded(HEAD, desk.items[number].reference), "AdaptiveCard"


def _decide(desk: Desk, number: int) -> tuple[str, str, dict[str, Any], str, str]:
    item = desk.items[number]
    raw = {"reason": "meeting_moved", "new_date": (item.due_on + timedelta(days=3)).isoformat(), "note": ""}
    me = Actor.person(TEAM_MANAGER_2)
    desk.database.write_now(ask, desk.council.framework, item.token, actor=me, kind="extension", raw=raw, now=NOW)
    token = desk.database.read_now(more_time.of, item.reference)[0].token
    return HEAD, "agree_request", {"ref": token}, desk.carded(HEAD, item.reference), "Agreed"


COSTS: dict[str, tuple[Turn, int, int, float]] = {
    "a form sent in": (_submit, 20, 9, 15.5),
    "a page saved": (_save, 11, 7, 10.5),
    "a home card": (_home, 8, 6, 8),
    "more time decided": (_decide, 21, 10, 18.5),
}
"""By kind: statements and rows read of one turn, all that is written behind its answer included, and the statements of
each of sixteen, whose use-cases share a commit and what is read and written once in it. One statement of a decision
makes what is said of it wait for the minute in which it can be taken back; one more has the card looked at when that is
over."""


@pytest.fixture
def metered(sqlite_url: str) -> Iterator[tuple[Desk, Meter]]:
    with Database.open(sqlite_url) as database:
        meter = Meter(database)
        yield Desk(database), meter


@contextmanager
def held_back(database: Database, waiting: int) -> Iterator[None]:
    """The writer begins only once so many use-cases wait for it: they go into one commit."""
    go = threading.Event()
    begun = threading.Event()
    database._writer.submit(_job(begun, go))
    assert begun.wait(PATIENCE), "what is queued before the writer has begun would go into its commit"
    asyncio.get_running_loop().create_task(_let_go(database, waiting, go))
    yield


def _job(begun: threading.Event, go: threading.Event) -> Any:
    from storage.engine.writer import Job

    def hold(session: Session) -> None:
        begun.set()
        go.wait(PATIENCE)

    return Job(hold, (), {}, lambda job: None)


async def _let_go(database: Database, waiting: int, go: threading.Event) -> None:
    while database._writer._queue.qsize() < waiting:
        await asyncio.sleep(0)
    go.set()


@pytest.mark.parametrize("kind", COSTS)
async def test_a_turn_asks_the_database_for_no_more_than_this(metered: tuple[Desk, Meter], kind: str) -> None:
    desk, meter = metered
    turn, statements, rows, among_many = COSTS[kind]
    ready = [turn(desk, number) for number in range(AT_ONCE + 2)]

    async def one(number: int) -> None:
        person, verb, data, message, says = ready[number]
        assert says in await desk.press(person, verb, data, message)

    await one(0)  # what is read once for the process is read
    await desk.settled()
    meter.cost = Cost()
    await one(1)
    await desk.settled()
    alone = meter.cost.each(1)
    if kind != "a home card":
        desk.much_more_is_open()
    meter.cost = Cost()
    writes = AT_ONCE if kind != "a home card" else 0
    with held_back(desk.database, writes):
        await asyncio.gather(*(one(number) for number in range(2, AT_ONCE + 2)))
    await desk.settled()
    together = meter.cost.each(AT_ONCE)
    # Whether the notes behind an answer go into one commit or into two, which reads one row more, is chance.
    assert alone[0] == statements
    assert rows <= alone[1] <= rows + 1
    assert together[0] <= among_many, "a turn among many asks less than it asks alone"
    assert together[1] <= rows, "and reads no rows of the others"


def _row_of(session: Session, reference: str) -> dict[str, Any]:
    found = session.execute(sa.select(tables.allocations).where(tables.allocations.c.reference == reference))
    return dict(found.mappings().one())


def test_a_sweep_with_nothing_due_and_a_slice_of_the_self_check_cost_no_more_than_this(
    metered: tuple[Desk, Meter],
) -> None:
    desk, meter = metered
    database, framework = desk.database, desk.council.framework
    database.write_now(sweep, framework, now=NOW)
    found = []
    for _ in range(2):
        meter.cost = Cost()
        database.write_now(sweep, framework, now=NOW)
        idle = meter.cost
        meter.cost = Cost()
        database.read_now(look_at, framework, [one.reference for one in desk.items[:10]], now=NOW)
        found.append((idle.statements, idle.rows, meter.cost.statements, meter.cost.rows))
        desk.much_more_is_open()
        database.write_now(sweep, framework, now=NOW)
    assert found[0] == found[1] == (24, 20, 10, 11)
