"""The fictional council of Northmoor: people, posts, cases, cover and leave, as the import would read them.

Everything is invented, and the same seed makes the same council. The numbers are those of domain.md section 5.2, so
that 119 posts and the Director make 120 learning spaces a quarter, and 3 x 159 + 1 make 478 dip samples.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import date

from assurance.establishment.demo_names import invented_names
from assurance.establishment.demo_shape import (
    CASES_EACH,
    COVERED,
    COVERED_BY,
    DIVISIONS,
    LOCALITIES,
    LONG_ABSENCE,
    REVIEWED,
    SECOND_POST,
    SECOND_POST_OF,
    VACANT,
    Division,
)
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework
from storage.sheets.spreadsheets import Row, Table

DEMO_SEED = 7
DEMO_DATE = date(2026, 12, 1)
"""The day the council's leave and cover are laid around, unless another is given."""

# One line of Family Safeguarding, for demonstrations: each reports to the next.
DEMO_TEAM_MANAGER = "p-0052"
DEMO_SENIOR_MANAGER = "p-0045"
DEMO_HEAD_OF_SERVICE = "p-0043"
DEMO_DIRECTOR = "p-0002"
DEMO_EXECUTIVE_DIRECTOR = "p-0001"
DEMO_QA_LEAD = "p-0008"

Cells = dict[str, str]


class _Council:
    """Collects the rows of the five sheets while the council is put together."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - invented data, repeatable on purpose
        self.names = invented_names(start=self.random.randrange(1000))
        self.people: list[Cells] = []
        self.posts: list[Cells] = []
        self.cases: list[Cells] = []
        self.workers: list[tuple[str, str, str]] = []
        """Function, team and person of every practitioner, in order."""

    def person(self) -> str:
        """Someone new."""
        person, name = f"p-{len(self.people) + 1:04}", next(self.names)
        self.people.append(
            {
                "person_id": person,
                "name": name,
                "email": f"{name.lower().replace(' ', '.')}@northmoor.example",
                "entra_object_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://northmoor.example/people/{person}")),
            }
        )
        return person

    def post(
        self,
        post: str,
        title: str,
        role: str,
        function: str,
        team: str,
        above: str,
        *,
        learning_space: bool = False,
        dip_sample: bool = False,
    ) -> str:
        """Make a post with someone in it, unless it is the vacant one or the one somebody holds as their second."""
        if post in VACANT:
            holder = ""
        elif post == SECOND_POST:
            holder = self.holder(SECOND_POST_OF)
        else:
            holder = self.person()
        self.posts.append(
            {
                "post_id": post,
                "title": title,
                "role": role,
                "function": function,
                "team": team,
                "line_manager_post": above,
                "holder": holder,
                "learning_space": "yes" if learning_space else "no",
                "dip_sample": "yes" if dip_sample else "no",
            }
        )
        return post

    def holder(self, post: str) -> str:
        """Who holds a post already made."""
        return next(row["holder"] for row in self.posts if row["post_id"] == post)


def demo_council(framework: Framework, *, seed: int = DEMO_SEED, on: date = DEMO_DATE) -> dict[str, Table]:
    """The five sheets an import takes. Leave and cover run over the quarter of `on` and the one after it."""
    sheets = demo_tables(framework, seed=seed, on=on)
    return {
        name: Table(name, f"{name} of the demo", tuple(rows[0]), [Row(at, row) for at, row in enumerate(rows, start=2)])
        for name, rows in sheets.items()
    }


def demo_tables(framework: Framework, *, seed: int = DEMO_SEED, on: date = DEMO_DATE) -> dict[str, list[Cells]]:
    """The same as plain rows, a heading and a value for each cell, for writing them to files."""
    council = _Council(seed)
    _add_leadership(council)
    heads: dict[str, list[str]] = {}
    for division in DIVISIONS:
        _add_managers(council, division, heads)
    for division in DIVISIONS:
        _add_practitioners(council, division, heads)
    _add_cases(council)
    quarter = Calendar.of(framework).quarter_of(on)
    between = {"from": quarter.starts.isoformat(), "to": quarter.next().ends.isoformat()}
    return {
        "people": council.people,
        "posts": council.posts,
        "cases": council.cases,
        "cover": [{"post_id": COVERED, "deputy": council.holder(COVERED_BY), **between}],
        "leave": [{"person_id": council.holder(LONG_ABSENCE), **between}],
    }


def _add_leadership(council: _Council) -> None:
    top, qa = "childrens_services", "safeguarding_inspection_and_audit"
    council.post("exec", "Executive Director of Children's Services", "executive_director", top, "Leadership", "")
    council.post(
        "director",
        "Director of Children's Social Care",
        "director",
        top,
        "Leadership",
        "exec",
        learning_space=True,
        dip_sample=True,
    )
    council.post("psw", "Principal Social Worker", "principal_social_worker", top, "Leadership", "director")
    for number in range(1, 5):
        title = "Business Intelligence Lead" if number == 1 else "Business Intelligence Analyst"
        council.post(f"bi-{number}", title, "bi_lead", top, "Business Intelligence", "director")
    council.post("qa-lead", "Quality Assurance Lead", "qa_lead", qa, "QA Team", "director")
    for number in range(1, 8):
        title = "Quality Assurance Officer" if number <= 5 else "Quality Assurance Administrator"
        council.post(f"qa-{number}", title, "qa_officer", qa, "QA Team", "qa-lead")


def _add_managers(council: _Council, division: Division, heads: dict[str, list[str]]) -> None:
    does = {"learning_space": division.learning_space, "dip_sample": True}
    code, function, name = division.code, division.function, division.title
    own_heads = [
        council.post(f"{code}-hos-{n}", f"Head of {name}", "head_of_service", function, name, "director", **does)
        for n in range(1, division.heads + 1)
    ]
    above = own_heads or heads.get(division.shares_head_of) or ["director"]
    heads[function] = above
    seniors = [
        council.post(
            f"{code}-sm-{n + 1}",
            f"Senior Manager, {name}",
            "senior_manager",
            function,
            f"{name} {_locality(n, division.seniors)}",
            above[n * len(above) // division.seniors],
            **does,
        )
        for n in range(division.seniors)
    ]
    teams = _team_names(division)
    managers = [
        council.post(
            f"{code}-tm-{n + 1:02}",
            f"Team Manager, {team}",
            "team_manager",
            function,
            team,
            seniors[n * len(seniors) // len(teams)],
            **does,
        )
        for n, team in enumerate(teams)
    ]
    for n in range(division.reviewing_officers):
        council.post(
            f"{code}-iro-{n + 1:02}",
            "Independent Reviewing Officer",
            "iro",
            function,
            teams[n * len(teams) // division.reviewing_officers],
            managers[n * len(managers) // division.reviewing_officers],
            **does,
        )
    for n in range(division.development_managers):
        council.post(
            f"{code}-pdm-{n + 1}",
            f"Practice Development Manager, {name}",
            "pdm",
            function,
            f"{name} Practice Development",
            above[n * len(above) // division.development_managers],
            **does,
        )


def _locality(number: int, of: int) -> str:
    return LOCALITIES[number * len(LOCALITIES) // of] if of > 1 else ""


def _team_names(division: Division) -> list[str]:
    """'Family Safeguarding North 2': the function, the locality, and a number within it."""
    names: list[str] = []
    for n in range(division.managers):
        # Teams follow their Senior Manager's locality, so that a line stays in one place.
        senior = n * division.seniors // division.managers
        where = _locality(senior, division.seniors) or _locality(n, division.managers)
        place = f"{division.title} {where}"
        names.append(f"{place} {sum(name.startswith(place) for name in names) + 1}")
    return names


def _add_practitioners(council: _Council, division: Division, heads: dict[str, list[str]]) -> None:
    teams = [
        (row["team"], row["post_id"], division.team_size)
        for row in council.posts
        if row["function"] == division.function and row["role"] == "team_manager"
    ]
    if division.direct:
        teams.append((f"{division.title} Direct Work", heads[division.function][0], division.direct))
    number = 0
    for team, manager, size in teams:
        for _ in range(size):
            number += 1
            council.post(
                f"{division.code}-sw-{number:03}",
                division.practitioner,
                "practitioner",
                division.function,
                team,
                manager,
            )
            council.workers.append((division.function, team, council.posts[-1]["holder"]))


def _add_cases(council: _Council) -> None:
    officers = [row["post_id"] for row in council.posts if row["role"] == "iro"]
    seen: dict[str, int] = dict.fromkeys(REVIEWED, 0)
    reviewed = 0
    for load, (function, team, person) in zip(_caseloads(council), council.workers, strict=True):
        for _ in range(load):
            officer = ""
            if function in REVIEWED:
                if seen[function] % REVIEWED[function] == 0:
                    officer = officers[reviewed % len(officers)]
                    reviewed += 1
                seen[function] += 1
            council.cases.append(
                {
                    "case_ref": f"NM-{len(council.cases) + 1:06}",
                    "function": function,
                    "team": team,
                    "practitioner": person,
                    "iro_post": officer,
                }
            )


def _caseloads(council: _Council) -> Iterator[int]:
    """Uneven caseloads with an even sum: what one practitioner of a pair has more, the other has less."""
    more = 0
    for number in range(len(council.workers)):
        more = council.random.randint(-2, 2) if number % 2 == 0 else -more
        yield CASES_EACH + more
