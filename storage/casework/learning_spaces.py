"""Learning spaces as rows: the item itself, its draft while it is being written, its answers once submitted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.contact import living_cards
from storage.council import meta
from storage.engine import memo
from storage.engine.session import Session
from storage.engine.spelt_out import one_of
from storage.engine.upsert import put
from storage.schema import tables
from storage.schema.tables import allocations, answers, drafts, pressed_releases

ALLOCATED = "allocated"
OPENED = "opened"
SUBMITTED = "submitted"
EXCLUDED = "excluded"
WITHDRAWN = "withdrawn"
OPEN_STATES = (ALLOCATED, OPENED)


@dataclass(frozen=True, slots=True)
class LearningSpace:
    """One row of `allocations`: who looks at which case, by when, and how far it has come."""

    reference: str
    token: str
    activity: str
    stream: str
    post: str
    person: str
    function: str
    case_ref: str
    case_function: str
    practitioner: str
    month: date
    quarter: str
    allocated_on: date
    due_on: date
    deadline_at: datetime
    state: str
    why: dict[str, Any]
    cross_function_reason: str
    run: str
    framework_version: str
    ladder: Any
    steps_done: tuple[str, ...] = ()
    next_step_at: datetime | None = None
    opened_at: datetime | None = None
    submitted_at: datetime | None = None
    submitted_by: str = ""
    grade: str = ""
    impact: str = ""
    moderation_flag: str = ""
    parent_loop: str = ""
    extended_from: date | None = None
    """The due date it had before more time was agreed."""
    paused_on: date | None = None
    """The day its clock was stopped; None while it runs."""
    paused_days: int = 0
    """Days on which its clock stood after it was late already: they are no lateness."""
    released_at: datetime | None = None
    """From when on the practitioner may see the result."""
    released_by: str = ""

    @property
    def counts_from(self) -> date:
        """The date its ladder and its days late count from."""
        return self.due_on + timedelta(days=self.paused_days)

    def days_left(self, today: date) -> int:
        """Calendar days to the due date, negative when late; while its clock stands still the count stands too."""
        return (self.counts_from - min(self.paused_on or today, today)).days

    @property
    def is_open(self) -> bool:
        """Whether the manager still owes it."""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True)
class Draft:
    """What one person has written so far. `version` counts the saves, so that a stale card is noticed."""

    reference: str
    person: str
    answers: dict[str, Any]
    """Field key -> answer, over all the pages of the form."""
    step: str
    version: int
    updated_at: datetime


_NAMES = tuple(field.name for field in fields(LearningSpace))
_STEPS_DONE = _NAMES.index("steps_done")
_SELECT = sa.select(*(allocations.c[name] for name in _NAMES))
_SELECT_DRAFT = sa.select(*(drafts.c[field.name] for field in fields(Draft)))

# Building a statement takes several times as long as running it, so what every turn runs is built once.
_BY_TOKEN = _SELECT.where(allocations.c.token == sa.bindparam("wanted"))
_BY_REFERENCE = _SELECT.where(allocations.c.reference == sa.bindparam("wanted"))
_BY_REFERENCES = _SELECT.where(allocations.c.reference.in_(sa.bindparam("wanted", expanding=True)))
_WAITING_FOR = _SELECT.where(
    allocations.c.person == sa.bindparam("wanted"), one_of(allocations.c.state, OPEN_STATES)
).order_by(allocations.c.due_on, allocations.c.reference)
_SUBMITTED_BY = _SELECT.where(
    allocations.c.person == sa.bindparam("wanted"),
    allocations.c.state == SUBMITTED,
    allocations.c.submitted_at >= sa.bindparam("since"),
).order_by(allocations.c.submitted_at.desc(), allocations.c.reference)
_TO_TALK_THROUGH = _SELECT.where(
    allocations.c.person == sa.bindparam("wanted"),
    allocations.c.state == SUBMITTED,
    allocations.c.released_at.is_(None),
    ~sa.select(pressed_releases.c.reference).where(pressed_releases.c.reference == allocations.c.reference).exists(),
).order_by(allocations.c.submitted_at, allocations.c.reference)
_UPDATE = sa.update(allocations).where(allocations.c.reference == sa.bindparam("which"))
_WRITTEN_ON = drafts.c.final_at.is_(None)  # the draft of a form that was sent in waits in `sent_forms`
_DRAFT = _SELECT_DRAFT.where(
    drafts.c.reference == sa.bindparam("item"), drafts.c.person == sa.bindparam("writer"), _WRITTEN_ON
)
_DRAFTS_OF = _SELECT_DRAFT.where(drafts.c.person == sa.bindparam("writer"), _WRITTEN_ON)
_DELETE_DRAFTS = sa.delete(drafts).where(drafts.c.reference == sa.bindparam("item"))
_INSERT_ANSWERS = sa.insert(answers)
_UNRELEASED = (
    _SELECT.where(allocations.c.released_at.is_(None), allocations.c.submitted_at.is_not(None))
    .where(allocations.c.submitted_at < sa.bindparam("before"))
    .order_by(allocations.c.submitted_at, allocations.c.reference)
    .limit(sa.bindparam("most"))
)
_NEXT_DUE_AT = (
    sa.select(allocations.c.next_step_at)
    .where(allocations.c.next_step_at.is_not(None))
    .order_by(allocations.c.next_step_at)
    .limit(1)
)


def _item(row: Sequence[Any]) -> LearningSpace:
    values = list(row)
    values[_STEPS_DONE] = tuple(values[_STEPS_DONE])
    return LearningSpace(*values)


def _row(item: LearningSpace) -> dict[str, Any]:
    values = {name: getattr(item, name) for name in _NAMES}
    values["steps_done"] = list(item.steps_done)
    return values


def _read(
    session: Session, *conditions: Any, order: Iterable[Any] = (), limit: int | None = None
) -> list[LearningSpace]:
    statement = _SELECT.where(*conditions).order_by(*order)
    if limit is not None:
        statement = statement.limit(limit)
    return [_item(row) for row in session.execute(statement)]


def _one(session: Session, statement: sa.Select[Any], wanted: str) -> LearningSpace | None:
    row = session.execute(statement, {"wanted": wanted}).first()
    return _item(row) if row else None


def insert_many(session: Session, items: Sequence[LearningSpace]) -> None:
    """Insert many in one statement. A second item for the same post, month and case breaks the unique key."""
    if items:
        session.execute(sa.insert(allocations), [_row(item) for item in items])


def insert(session: Session, item: LearningSpace) -> None:
    """Insert one."""
    insert_many(session, [item])


def by_token(session: Session, token: str) -> LearningSpace | None:
    """The item a card's opaque token stands for, or None."""
    return _one(session, _BY_TOKEN, token)


def by_reference(session: Session, reference: str) -> LearningSpace | None:
    """The item of a reference like 'LS-2026Q3-014', or None."""
    return _one(session, _BY_REFERENCE, reference)


def by_references(session: Session, references: Iterable[str]) -> dict[str, LearningSpace]:
    """Many at once, by reference; unknown ones are simply absent."""
    wanted = list(dict.fromkeys(references))
    found: dict[str, LearningSpace] = {}
    for start in range(0, len(wanted), 500):  # SQLite's cap on bound values is far above this
        for row in session.execute(_BY_REFERENCES, {"wanted": wanted[start : start + 500]}):
            item = _item(row)
            found[item.reference] = item
    return found


def waiting_for(session: Session, person: str) -> list[LearningSpace]:
    """What a person still owes, soonest first, over all their posts."""
    return [_item(row) for row in session.execute(_WAITING_FOR, {"wanted": person})]


def holders_of_open(session: Session) -> frozenset[str]:
    """Everyone who still owes one."""
    rows = session.execute(sa.select(allocations.c.person).where(allocations.c.state.in_(OPEN_STATES)).distinct())
    return frozenset(row[0] for row in rows)


def submitted_by(session: Session, person: str, *, since: datetime) -> list[LearningSpace]:
    """What a person has submitted since an instant, newest first."""
    return [_item(row) for row in session.execute(_SUBMITTED_BY, {"wanted": person, "since": since})]


def to_talk_through(session: Session, person: str) -> list[LearningSpace]:
    """What a person has sent in and not released yet, first sent in first; without what they have just released."""
    return [_item(row) for row in session.execute(_TO_TALK_THROUGH, {"wanted": person})]


def of_post(session: Session, post: str, quarter: str) -> list[LearningSpace]:
    """Every item of a post in a quarter ('2026-27Q3'), whatever its state."""
    return _read(
        session, allocations.c.post == post, allocations.c.quarter == quarter, order=(allocations.c.reference,)
    )


def open_of_post(session: Session, post: str) -> list[LearningSpace]:
    """What a post still owes, soonest first, from whatever quarter."""
    return _read(
        session,
        allocations.c.post == post,
        allocations.c.state.in_(OPEN_STATES),
        order=(allocations.c.due_on, allocations.c.reference),
    )


def of_run(session: Session, run: str) -> list[LearningSpace]:
    """Every item an allocation run created."""
    return _read(session, allocations.c.run == run, order=(allocations.c.reference,))


def after_reference(session: Session, reference: str, limit: int) -> list[LearningSpace]:
    """The next items in order of reference, whatever their state, for going through them all."""
    return _read(session, allocations.c.reference > reference, order=(allocations.c.reference,), limit=limit)


def due(session: Session, now: datetime, limit: int) -> list[LearningSpace]:
    """Open items with a ladder step due at `now`, longest due first. Reads the partial index and nothing else."""
    return _read(
        session,
        allocations.c.next_step_at.is_not(None),
        allocations.c.next_step_at <= now,
        order=(allocations.c.next_step_at, allocations.c.reference),
        limit=limit,
    )


def unreleased(session: Session, sent_in_before: datetime, limit: int) -> list[LearningSpace]:
    """Sent in before an instant and not yet released to the practitioner, oldest first."""
    return [_item(row) for row in session.execute(_UNRELEASED, {"before": sent_in_before, "most": limit})]


def count_due(session: Session, now: datetime) -> int:
    """How many open items have a ladder step due at `now`."""
    return int(
        session.execute(
            sa.select(sa.func.count()).where(allocations.c.next_step_at.is_not(None), allocations.c.next_step_at <= now)
        ).scalar_one()
    )


def next_due_at(session: Session) -> datetime | None:
    """The earliest step still to come among all open items, or None."""
    found: datetime | None = session.execute(_NEXT_DUE_AT).scalar()
    return found


def count_open(session: Session) -> int:
    """How many items managers still owe."""
    return int(
        session.execute(
            sa.select(sa.func.count()).select_from(allocations).where(allocations.c.state.in_(OPEN_STATES))
        ).scalar_one()
    )


def update(session: Session, reference: str, **columns: Any) -> None:
    """Change named columns of one item. KeyError if there is no such item."""
    if "steps_done" in columns:
        columns["steps_done"] = list(columns["steps_done"])
    done = session.execute(_UPDATE, {"which": reference, **columns})
    if done.rowcount != 1:
        raise KeyError(reference)


def next_serial(session: Session, kind: str, quarter: str, count: int = 1) -> int:
    """Reserve `count` serials of a kind ('LS', 'CL', 'AC') in a quarter ('2026Q3') and return the first.

    The counter is a row, so a serial is never given twice, whatever happens to the item that had it.
    """
    counter = f"serial:{kind}:{quarter}"
    given = session.memo.setdefault(_SERIALS, {})
    if counter not in given:
        given[counter] = int(meta.read(session, counter, "0"))
    first = int(given[counter]) + 1
    given[counter] += count
    memo.remember(session, tables.meta.name, counter, str(given[counter]))
    session.before_commit(_SERIALS, _keep_serials)
    return first


_SERIALS = "serials"


def _keep_serials(session: Session) -> None:
    """How far each counter has come is written once for all the use-cases of a transaction."""
    for counter, last in session.memo.get(_SERIALS, {}).items():
        meta.save(session, counter, str(last))


# -- drafts and answers -----------------------------------------------------------------------------------------------


def load_draft(session: Session, reference: str, person: str) -> Draft | None:
    """A person's draft of an item, or None."""
    row = session.execute(_DRAFT, {"item": reference, "writer": person}).first()
    return Draft(*row) if row else None


def save_draft(session: Session, draft: Draft) -> None:
    """Insert or replace a draft; the caller has checked and raised the version."""
    row = {field.name: getattr(draft, field.name) for field in fields(Draft)}
    put(session, drafts, {**row, "final_at": None})
    living_cards.follow_draft(session, draft.person, draft.reference, at=draft.updated_at)


def delete_drafts(session: Session, reference: str) -> None:
    """Drop every draft of an item, once it is submitted or withdrawn."""
    session.execute(_DELETE_DRAFTS, {"item": reference})


def drafts_of(session: Session, person: str) -> dict[str, Draft]:
    """Every draft a person has begun, by reference."""
    found = session.execute(_DRAFTS_OF, {"writer": person})
    return {row[0]: Draft(*row) for row in found}


def save_answers(session: Session, reference: str, given: dict[str, Any], *, at: datetime) -> None:
    """Keep the submitted form. A second time for one item breaks the primary key: a form is submitted once."""
    session.execute(_INSERT_ANSWERS, {"reference": reference, "answers": given, "submitted_at": at})


def answered_at(session: Session, reference: str) -> datetime | None:
    """When the form that is kept now was sent in; None where there is none."""
    found: datetime | None = session.execute(
        sa.select(answers.c.submitted_at).where(answers.c.reference == reference)
    ).scalar()
    return found


def load_answers(session: Session, reference: str) -> dict[str, Any] | None:
    """The submitted form of an item, or None."""
    found: dict[str, Any] | None = session.execute(
        sa.select(answers.c.answers).where(answers.c.reference == reference)
    ).scalar()
    return found
