"""Load a council's people, posts, cases, cover and leave: all of it or none of it, and twice is the same as once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from assurance.actions.transfer_actions import inherit_actions
from assurance.common.refusals import Refused
from assurance.establishment.council_kind import kind_of
from assurance.establishment.import_cells import Problems, RowProblem
from assurance.establishment.import_guard import Removal, refuse_too_much
from assurance.establishment.import_sheets import SheetReader
from assurance.establishment.inherit import Inherited, inherit
from policy.council.actor import Actor
from policy.council.establishment import Establishment
from policy.framework.framework import Framework
from storage.council import establishment as establishments
from storage.council import history, kind
from storage.council.establishment import Change
from storage.engine.session import Session
from storage.sheets.spreadsheets import Table


@dataclass(frozen=True, slots=True)
class Import:
    """What somebody wants imported, and what they say of it."""

    tables: Mapping[str, Table]
    fictional: bool = False
    """The people are invented: the local tools and tests may work on this database."""
    yes_remove: int | None = None
    """How many people (or posts) somebody has said may go; wanted where it is more than a tenth."""


class NotInvented(Refused):
    """There are a council's own people in this database, so it cannot be said of it that everybody is invented."""


class ImportRefused(Refused):
    """The import has mistakes in it, so nothing was imported."""

    def __init__(self, problems: list[RowProblem], more: int = 0) -> None:
        """`problems` in the order of the sheets, 200 at most; `more` counts those beyond."""
        self.problems = problems
        self.more = more
        super().__init__(detail=f"{len(problems) + more} found, the first: {problems[0]}")


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import came to. `counts` is how many rows each sheet has now, `changes` what became of them."""

    counts: dict[str, int]
    changed: bool
    changes: dict[str, Change]
    removal: Removal
    holders: tuple[NewHolder, ...]
    """Posts that somebody else holds now, or nobody."""
    work: Inherited
    """What became of the open learning spaces of those posts."""
    actions: tuple[str, ...]
    """References of actions that went to a new owner."""


@dataclass(frozen=True, slots=True)
class NewHolder:
    """A post whose holder an import changed: names, empty for nobody."""

    post: str
    before: str
    after: str


class OnlyTried(Exception):
    """The import was only tried; what it would have come to is in `outcome`, and nothing has changed."""

    def __init__(self, outcome: ImportOutcome) -> None:
        self.outcome = outcome
        super().__init__(OnlyTried.__doc__)


def read_establishment(
    framework: Framework, tables: Mapping[str, Table], *, progress: Callable[[int], None] | None = None
) -> Establishment:
    """The establishment the sheets describe. Raises ImportRefused with everything that is wrong with them.

    `progress` is called with the number of rows read since the last call.
    """
    problems = Problems()
    establishment = SheetReader(framework, problems, progress or (lambda rows: None)).read(tables)
    if problems:
        raise ImportRefused(problems.found, problems.more)
    return establishment


def import_establishment(
    session: Session,
    framework: Framework,
    asked: Import,
    *,
    actor: Actor,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> ImportOutcome:
    """Replace the establishment by what the sheets say. Raises ImportRefused, NotInvented or TooMuchRemoved.

    Then nothing has changed. More than a tenth of the people or posts goes only where the exact number was said.

    From then on the database knows whose people it holds: invented ones where that was asked, else a council's own.
    What changes nothing leaves that as it was.

    An Entra id someone was bound to stays when the sheet leaves theirs empty. Where a post has a new holder they take
    over what it owes; where it is vacant now, its open items stay and the QA lead is told.
    """
    if asked.fictional and kind_of(session, framework) == kind.COUNCIL:
        raise NotInvented("establishment")
    new = read_establishment(framework, asked.tables, progress=progress)
    before = establishments.current(session)
    removal = Removal.between(before, new)
    refuse_too_much(removal, asked.yes_remove)
    changes = establishments.replace(session, new)
    counts = {
        "people": len(new.people),
        "posts": len(new.posts),
        "cases": len(new.cases),
        "cover": len(new.cover),
        "leave": len(new.leave),
    }
    work = Inherited()
    given: tuple[str, ...] = ()
    if changes:
        kind.mark(session, kind.DEMO if asked.fictional else kind.COUNCIL)
        moved = {
            kind: {"added": change.added, "changed": change.changed, "removed": change.removed}
            for kind, change in changes.by_kind.items()
            if change
        }
        detail = {"counts": counts, "changes": moved, "framework": framework.version}
        history.append(session, at=now, actor=actor, verb="imported", subject="establishment", detail=detail)
        work = inherit(session, framework, before, establishments.current(session), actor=actor, now=now)
        given = inherit_actions(session, framework, before, establishments.current(session), actor=actor, now=now)
    return ImportOutcome(counts, bool(changes), changes.by_kind, removal, tuple(_new_holders(before, new)), work, given)


def try_import(
    session: Session,
    framework: Framework,
    asked: Import,
    *,
    actor: Actor,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Do everything an import does and undo it. Always raises: OnlyTried, or what the import would be refused with.

    How much would go refuses nothing here: the outcome says it.
    """
    before = establishments.current(session)
    new = read_establishment(framework, asked.tables, progress=progress)
    number = Removal.between(before, new).number
    raise OnlyTried(import_establishment(session, framework, replace(asked, yes_remove=number), actor=actor, now=now))


def _new_holders(before: Establishment, after: Establishment) -> Iterator[NewHolder]:
    for post in before.posts.values():
        held = after.posts.get(post.id)
        holder = held.holder if held else ""
        if holder != post.holder:
            yield NewHolder(post.id, _name(before, post.holder), _name(after, holder))


def _name(council: Establishment, person: str) -> str:
    return council.people[person].name if person in council.people else person
