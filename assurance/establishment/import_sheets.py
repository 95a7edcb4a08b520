"""The sheets of an import, read into an establishment: each cell by itself first, then what they say of each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from assurance.establishment.import_cells import Column, Problems, RowReader, read_rows, said
from policy.council.establishment import Case, Cover, Establishment, Leave, Person, Post
from policy.framework.framework import Framework
from storage.sheets.spreadsheets import Table

REQUIRED = ("people", "posts", "cases")
OPTIONAL = ("cover", "leave")

PERSON = Column("person_id", 80)
NAME = Column("name")
EMAIL = Column("email", 320)
ENTRA = Column("entra_object_id", 80, optional=True)
POST = Column("post_id", 80)
TITLE = Column("title")
ROLE = Column("role", 60)
FUNCTION = Column("function", 60)
TEAM = Column("team", 200)
LINE_MANAGER = Column("line_manager_post", 80, optional=True)
HOLDER = Column("holder", 80, optional=True)
LEARNING_SPACE = Column("learning_space")
DIP_SAMPLE = Column("dip_sample")
CASE = Column("case_ref", 80)
PRACTITIONER = Column("practitioner", 80)
IRO_POST = Column("iro_post", 80, optional=True)
DEPUTY = Column("deputy", 80)
FROM = Column("from")
TO = Column("to")

SHEETS: dict[str, tuple[Column, ...]] = {
    "people": (PERSON, NAME, EMAIL, ENTRA),
    "posts": (POST, TITLE, ROLE, FUNCTION, TEAM, LINE_MANAGER, HOLDER, LEARNING_SPACE, DIP_SAMPLE),
    "cases": (CASE, FUNCTION, TEAM, PRACTITIONER, IRO_POST),
    "cover": (POST, DEPUTY, FROM, TO),
    "leave": (PERSON, FROM, TO),
}
"""Every sheet with its columns, in the order they are shown in (docs/establishment.md explains each)."""

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")
_ENTRA = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PRACTITIONER = "practitioner"
_IRO = "iro"


@dataclass
class SheetReader:
    """Reads the sheets in the order they refer to each other."""

    framework: Framework
    problems: Problems
    progress: Callable[[int], None]
    people: dict[str, Person] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    cover: list[Cover] = field(default_factory=list)
    leave: list[Leave] = field(default_factory=list)

    def read(self, tables: Mapping[str, Table]) -> Establishment:
        """Read everything there is; whatever cannot be used is among `problems`."""
        for name in REQUIRED:
            if name not in tables:
                self.problems.add(name, 0, "", f"there is no sheet of this name; {', '.join(REQUIRED)} are needed")
            elif tables[name].header and not tables[name].rows:
                self.problems.add(tables[name].file, 0, "", "there are no rows; this would remove all the council has")
        for name, table in tables.items():
            if name not in (*REQUIRED, *OPTIONAL):
                known = ", ".join((*REQUIRED, *OPTIONAL))
                self.problems.add(table.file, 0, "", f"{said(name)} is not a sheet of an establishment: {known}")
        if "people" in tables:
            self._people(tables["people"])
        if "posts" in tables:
            self._posts(tables["posts"])
        if "cases" in tables:
            self._cases(tables["cases"])
        if "cover" in tables:
            self._cover(tables["cover"])
        if "leave" in tables:
            self._leave(tables["leave"])
        return Establishment(self.people, self.posts, self.cases, tuple(self.cover), tuple(self.leave))

    # -- sheet by sheet -----------------------------------------------------------------------------------------------

    def _people(self, table: Table) -> None:
        seen = _Once(PERSON), _Once(EMAIL), _Once(ENTRA)
        for row in read_rows(table, SHEETS["people"], self.problems, self.progress):
            person = Person(
                id=row.id(PERSON),
                name=row.text(NAME),
                email=row.matching(EMAIL, _EMAIL, "an email address"),
                entra_object_id=row.matching(ENTRA, _ENTRA, "an Entra object id (eight-four-four-four-twelve)").lower(),
            )
            for once, value in zip(seen, (person.id, person.email.lower(), person.entra_object_id), strict=True):
                once.first(row, value)
            if person.id:
                self.people.setdefault(person.id, person)

    def _posts(self, table: Table) -> None:
        roles = {role.key: role.title for role in self.framework.roles}
        functions = {function.key: function.title for function in self.framework.functions}
        once = _Once(POST)
        rows: dict[str, RowReader] = {}
        for row in read_rows(table, SHEETS["posts"], self.problems, self.progress):
            post = Post(
                id=row.id(POST),
                title=row.text(TITLE),
                role=row.one_of(ROLE, roles, "role"),
                function=row.one_of(FUNCTION, functions, "function"),
                team=row.text(TEAM),
                line_manager_post=row.id(LINE_MANAGER),
                holder=row.id(HOLDER),
                learning_space=row.yes_no(LEARNING_SPACE),
                dip_sample=row.yes_no(DIP_SAMPLE),
            )
            if once.first(row, post.id) and post.id:
                self.posts[post.id], rows[post.id] = post, row
            self._check_person(row, HOLDER, post.holder)
            self._check_learning_space(row, post)
        for post_id, row in rows.items():
            self._check_post(row, LINE_MANAGER, self.posts[post_id].line_manager_post)
        self._check_lines(rows)

    def _cases(self, table: Table) -> None:
        pattern = re.compile(self.framework.council.case_ref_pattern)
        functions = {function.key: function.title for function in self.framework.functions}
        practitioners = {post.holder for post in self.posts.values() if post.role == _PRACTITIONER}
        once = _Once(CASE)
        for row in read_rows(table, SHEETS["cases"], self.problems, self.progress):
            case = Case(
                ref=row.matching(CASE, pattern, f"a case reference of this council ({pattern.pattern})"),
                function=row.one_of(FUNCTION, functions, "function"),
                team=row.text(TEAM),
                practitioner=row.id(PRACTITIONER),
                iro_post=row.id(IRO_POST),
            )
            if once.first(row, case.ref) and case.ref:
                self.cases[case.ref] = case
            if self._check_person(row, PRACTITIONER, case.practitioner) and case.practitioner not in practitioners:
                self._wrong_if_posts(row, PRACTITIONER, f"{said(case.practitioner)} holds no post of role practitioner")
            if self._check_post(row, IRO_POST, case.iro_post) and self.posts[case.iro_post].role != _IRO:
                row.wrong(IRO_POST.name, f"the post {said(case.iro_post)} is not of role iro")

    def _cover(self, table: Table) -> None:
        for row in read_rows(table, SHEETS["cover"], self.problems, self.progress):
            post, deputy = row.id(POST), row.id(DEPUTY)
            between = _between(row)
            self._check_person(row, DEPUTY, deputy)
            if self._check_post(row, POST, post) and self.posts[post].holder == deputy:
                row.wrong(DEPUTY.name, f"{said(deputy)} holds this post, so cannot stand in for it")
            if between:
                self.cover.append(Cover(post, deputy, *between))

    def _leave(self, table: Table) -> None:
        for row in read_rows(table, SHEETS["leave"], self.problems, self.progress):
            person = row.id(PERSON)
            between = _between(row)
            self._check_person(row, PERSON, person)
            if between:
                self.leave.append(Leave(person, *between))

    # -- what the sheets say of each other ----------------------------------------------------------------------------

    def _check_person(self, row: RowReader, column: Column, person: str) -> bool:
        """True if someone is named and is in people."""
        if not person or not self.people or person in self.people:
            return bool(person and self.people)
        row.wrong(column.name, f"there is no person {said(person)} in people")
        return False

    def _check_post(self, row: RowReader, column: Column, post: str) -> bool:
        """True if a post is named and is in posts."""
        if not post or not self.posts or post in self.posts:
            return bool(post and self.posts)
        row.wrong(column.name, f"there is no post {said(post)} in posts")
        return False

    def _wrong_if_posts(self, row: RowReader, column: Column, reason: str) -> None:
        if self.posts:  # without the posts sheet every row would say the same
            row.wrong(column.name, reason)

    def _check_learning_space(self, row: RowReader, post: Post) -> None:
        """A yes the framework could never act on is a mistake worth knowing of now."""
        if not (post.learning_space and post.role and post.function):
            return
        if not any(self.framework.quota("learning_space", post.role)):
            title = self.framework.role(post.role).title
            row.wrong(LEARNING_SPACE.name, f"yes, but the framework asks no learning space of a {title}")
        elif not self.framework.function(post.function).allocates:
            title = self.framework.function(post.function).title
            row.wrong(LEARNING_SPACE.name, f"yes, but the framework allocates no learning spaces in {title}")

    def _check_lines(self, rows: Mapping[str, RowReader]) -> None:
        """Posts that report to each other in a circle have no top, and nobody would ever be told (each circle once)."""
        settled: set[str] = set()
        for start in self.posts:
            line: list[str] = []
            post = start
            while post in self.posts and post not in settled and post not in line:
                line.append(post)
                post = self.posts[post].line_manager_post
            if post in line:
                circle = line[line.index(post) :]
                words = " -> ".join([*circle, post]) if len(circle) <= 10 else f"{len(circle)} posts, {post} among them"
                rows[post].wrong(LINE_MANAGER.name, f"these posts report to each other in a circle: {words}")
            settled.update(line)


class _Once:
    """Notes the second row with a value that may be there once."""

    def __init__(self, column: Column) -> None:
        self._column = column
        self._rows: dict[str, int] = {}

    def first(self, row: RowReader, value: str) -> bool:
        """False, and a problem, if an earlier row has the value. An empty cell is never a repeat."""
        if not value:
            return True
        if value in self._rows:
            row.wrong(self._column.name, f"{said(value)} is in row {self._rows[value]} already")
            return False
        self._rows[value] = row.number
        return True


def _between(row: RowReader) -> tuple[date, date] | None:
    starts, ends = row.day(FROM), row.day(TO)
    if starts is None or ends is None:
        return None
    if ends < starts:
        row.wrong(TO.name, "this is before the day it begins")
        return None
    return starts, ends
