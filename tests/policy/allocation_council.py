"""Councils to allocate in: the full one of domain.md 5.2 (120 posts, 400 practitioners, 2,000 cases); random ones."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar

from policy.allocation.allocation import AllocationPlan, History
from policy.council.establishment import Case, Cover, Establishment, Leave, Person, Post

# Function -> heads of service, senior managers, team managers, reviewing officers, practice development managers.
POSTS = {
    "mash": (1, 1, 5, 0, 0),
    "duty_and_assessment": (1, 3, 12, 0, 2),
    "contextual_safeguarding": (0, 1, 2, 0, 0),
    "family_safeguarding": (2, 6, 20, 0, 3),
    "children_in_our_care": (1, 3, 10, 0, 2),
    "leaving_care": (1, 2, 5, 0, 1),
    "children_with_disabilities": (1, 1, 4, 0, 0),
    "safeguarding_and_review": (1, 2, 2, 24, 0),
}
HOLDS_CASES = tuple(name for name in POSTS if name != "safeguarding_and_review")


Row = TypeVar("Row")


@dataclass
class CouncilMaker:
    """Adds posts with their holders, teams with their practitioners and cases, one call each."""

    people: list[Person] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    cover: list[Cover] = field(default_factory=list)
    leave: list[Leave] = field(default_factory=list)

    def post(
        self,
        key: str,
        role: str,
        function: str,
        team: str = "",
        above: str = "",
        *,
        holder: str = "",
        asked: bool = True,
    ) -> str:
        """One post, held by someone of its own unless `holder` names them. Returns its id."""
        person = holder or f"p-{key}"
        if person not in {one.id for one in self.people}:
            self.people.append(Person(person, f"Holder of {key}", f"{key}@council.example"))
        self.posts.append(Post(key, key, role, function, team or key, above, person, asked, asked))
        return key

    def team(self, key: str, function: str, manager: str, workers: int, cases: int, iros: tuple[str, ...] = ()) -> None:
        """A team's practitioners, each with so many cases, reviewed in turn by `iros`."""
        for number in range(workers):
            person = f"p-{key}-w{number}"
            self.people.append(Person(person, f"Worker {number} of {key}", f"{key}-{number}@council.example"))
            self.posts.append(
                Post(f"{key}-w{number}", "Practitioner", "practitioner", function, key, manager, person, False, False)
            )
            for _ in range(cases):
                iro = iros[len(self.cases) % len(iros)] if iros else ""
                self.cases.append(Case(f"NM-{len(self.cases):06}", function, key, person, iro))

    def council(self) -> Establishment:
        """What was added so far."""
        return Establishment.of(self.people, self.posts, self.cases, self.cover, self.leave)


def full_council(*, workers: int = 400, cases_each: int = 5) -> Establishment:
    """The 119 posts and the Director of domain.md 5.2, every post held, nobody away."""
    maker = CouncilMaker()
    maker.post("exec", "executive_director", "childrens_services", asked=False)
    maker.post("director", "director", "childrens_services", above="exec")
    iros = tuple(f"iro-{number}" for number in range(24))
    teams = [(function, number) for function in HOLDS_CASES for number in range(POSTS[function][2])]
    sizes = {team: workers // len(teams) + (place < workers % len(teams)) for place, team in enumerate(teams)}
    for function, (heads, seniors, managers, reviewers, developers) in POSTS.items():
        for number in range(heads):
            maker.post(f"hos-{function}-{number}", "head_of_service", function, above="director")
        head = f"hos-{function}-0" if heads else "hos-duty_and_assessment-0"
        for number in range(seniors):
            above = f"hos-{function}-{number % heads}" if heads else head
            maker.post(f"sm-{function}-{number}", "senior_manager", function, above=above)
        for number in range(managers):
            senior = f"sm-{function}-{number % seniors}"
            key = maker.post(f"tm-{function}-{number}", "team_manager", function, f"team-{function}-{number}", senior)
            if function in HOLDS_CASES:
                reviewed = () if function == "mash" else iros
                maker.team(f"team-{function}-{number}", function, key, sizes[function, number], cases_each, reviewed)
        for number in range(reviewers):
            maker.post(f"iro-{number}", "iro", function, "reviewing officers", f"sm-{function}-{number % seniors}")
        for number in range(developers):
            maker.post(f"pdm-{function}-{number}", "pdm", function, above=head)
    return maker.council()


def random_council(seed: int, on: date) -> tuple[Establishment, History]:
    """A small council with everything that goes wrong: vacancies, leave, cover, two posts, loops, recent draws."""
    chance = random.Random(seed)
    maker = CouncilMaker()
    functions = chance.sample(HOLDS_CASES, chance.randint(1, 3))
    maker.post("director", "director", "childrens_services")
    maker.post("hos-review", "head_of_service", "safeguarding_and_review", above="director")
    iros = tuple(
        maker.post(f"iro-{number}", "iro", "safeguarding_and_review", "reviewing officers", "hos-review")
        for number in range(chance.randint(0, 3))
    )
    for function in functions:
        head = maker.post(f"hos-{function}", "head_of_service", function, above="director")
        senior = maker.post(f"sm-{function}", "senior_manager", function, above=head)
        if chance.random() < 0.5:
            maker.post(f"pdm-{function}", "pdm", function, above=head)
        for number in range(chance.randint(1, 3)):
            team = f"team-{function}-{number}"
            holder = f"p-sm-{function}" if chance.random() < 0.2 else ""
            above = chance.choice([senior, head])
            manager = maker.post(f"tm-{function}-{number}", "team_manager", function, team, above, holder=holder)
            maker.team(team, function, manager, chance.randint(0, 4), chance.randint(1, 3), iros)
    asked = [post for post in maker.posts if post.learning_space]
    for post in chance.sample(asked, min(len(asked), chance.randint(0, 2))):
        maker.posts[maker.posts.index(post)] = replace(post, holder="")
    somebody = [person.id for person in maker.people]
    for person in chance.sample(somebody, min(len(somebody), 4)):
        starts = on + timedelta(days=chance.randint(-20, 20))
        maker.leave.append(Leave(person, starts, starts + timedelta(days=chance.randint(0, 60))))
    for post in chance.sample(asked, min(len(asked), 2)):
        maker.cover.append(Cover(post.id, chance.choice(somebody), on - timedelta(days=1), on + timedelta(days=9)))
    workers = [post.holder for post in maker.posts if post.role == "practitioner"]
    drawn = {one: on - timedelta(days=chance.randint(1, 500)) for one in workers if chance.random() < 0.4}
    history = History(
        last_drawn_worker=drawn,
        last_drawn_child={
            case.ref: on - timedelta(days=chance.randint(1, 500)) for case in maker.cases if chance.random() < 0.2
        },
        in_loop=frozenset(one for one in drawn if chance.random() < 0.3),
        given_this_quarter={post.id: on.replace(day=1) for post in asked if chance.random() < 0.1},
        last_allocated={
            post.id: on - timedelta(days=chance.randint(30, 200)) for post in asked if chance.random() < 0.5
        },
        team_load={post.team: chance.randint(0, 6) for post in maker.posts},
    )
    return maker.council(), history


def shuffled(establishment: Establishment, seed: int) -> Establishment:
    """The same council with every list in another order."""
    chance = random.Random(seed)

    def mixed(rows: Iterable[Row]) -> list[Row]:
        return sorted(rows, key=lambda _: chance.random())

    return Establishment.of(
        mixed(establishment.people.values()),
        mixed(establishment.posts.values()),
        mixed(establishment.cases.values()),
        mixed(establishment.cover),
        mixed(establishment.leave),
    )


def carried_on(history: History, establishment: Establishment, plan: AllocationPlan, on: date) -> History:
    """The history after a plan was approved on a day."""
    picks = plan.picks
    load = dict(history.team_load)
    for pick in picks:
        team = establishment.cases[pick.case_ref].team
        load[team] = load.get(team, 0) + 1
    return replace(
        history,
        last_drawn_worker={**history.last_drawn_worker, **{pick.practitioner: on for pick in picks}},
        last_drawn_child={**history.last_drawn_child, **{pick.case_ref: on for pick in picks}},
        given_this_quarter={**history.given_this_quarter, **{pick.post: plan.month for pick in picks}},
        last_allocated={**history.last_allocated, **{pick.post: on for pick in picks}},
        team_load=load,
    )
