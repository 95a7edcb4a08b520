"""A small made-up council whose people a test can name: one line of each kind, everyone with a role in it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import cache

from policy.council.establishment import Case, Cover, Establishment, Leave, Person, Post

# Functions, as the shipped framework names them.
MASH = "mash"
FAMILY = "family_safeguarding"
REVIEW = "safeguarding_and_review"
IN_CARE = "children_in_our_care"
TOP = "childrens_services"
QA = "safeguarding_inspection_and_audit"

# People. One line: TEAM_MANAGER -> SENIOR_MANAGER -> HEAD -> DIRECTOR -> EXECUTIVE.
EXECUTIVE = "p-executive"
DIRECTOR = "p-director"
HEAD = "p-head"
SENIOR_MANAGER = "p-senior"
SENIOR_MANAGER_SOUTH = "p-senior-south"
TEAM_MANAGER = "p-manager"
TEAM_MANAGER_2 = "p-manager-2"
TEAM_MANAGER_SOUTH = "p-manager-south"
PDM = "p-pdm"
IN_CARE_HEAD = "p-care-head"
IN_CARE_SENIOR = "p-care-senior"
IN_CARE_MANAGER = "p-care-manager"
IN_CARE_MANAGER_2 = "p-care-manager-2"
MASH_HEAD = "p-mash-head"
MASH_SENIOR = "p-mash-senior"
MASH_MANAGER = "p-mash-manager"
MASH_MANAGER_2 = "p-mash-manager-2"
REVIEW_HEAD = "p-review-head"
REVIEW_SENIOR = "p-review-senior"
IRO = "p-iro"
IRO_2 = "p-iro-2"
QA_LEAD = "p-qa-lead"
QA_OFFICER = "p-qa-officer"
PSW = "p-psw"
BI_LEAD = "p-bi"
SERVICE_ALLOCATOR = "p-allocator"
PRACTITIONER = "p-worker-1"
"""Works for TEAM_MANAGER; WORKERS lists all of them."""

_NAMES = {
    EXECUTIVE: "Beatrix Alderholt",
    DIRECTOR: "Kwame Brackenfold",
    HEAD: "Leila Coldharrow",
    SENIOR_MANAGER: "Tomasz Dunmere",
    SENIOR_MANAGER_SOUTH: "Ngozi Elmscar",
    TEAM_MANAGER: "Priya Fernhollow",
    TEAM_MANAGER_2: "Gethin Gorsedale",
    TEAM_MANAGER_SOUTH: "Amina Heathwick",
    PDM: "Rosa Ivythwaite",
    IN_CARE_HEAD: "Samir Junipergate",
    IN_CARE_SENIOR: "Morag Kestrelby",
    IN_CARE_MANAGER: "Wei Larchfield",
    IN_CARE_MANAGER_2: "Dilys Marramside",
    MASH_HEAD: "Farid Nettlecombe",
    MASH_SENIOR: "Zofia Oakenshade",
    MASH_MANAGER: "Chidi Pinderfold",
    MASH_MANAGER_2: "Yasmin Quarrybank",
    REVIEW_HEAD: "Hana Rookhurst",
    REVIEW_SENIOR: "Idris Sallowmere",
    IRO: "Uma Thistledon",
    IRO_2: "Marek Underfell",
    QA_LEAD: "Jaspreet Vetchley",
    QA_OFFICER: "Oren Willowgarth",
    PSW: "Efua Yarrowby",
    BI_LEAD: "Callum Zephyrdale",
    SERVICE_ALLOCATOR: "Noor Ashenvale",
}

# Team, the post that manages it, its function, and how many practitioners and cases it has.
_TEAMS = (
    ("Family Safeguarding North 1", "tm-north-1", FAMILY, 3),
    ("Family Safeguarding North 2", "tm-north-2", FAMILY, 3),
    ("Family Safeguarding South 1", "tm-south-1", FAMILY, 3),
    ("Children in our Care 1", "tm-care-1", IN_CARE, 3),
    ("Children in our Care 2", "tm-care-2", IN_CARE, 3),
    ("MASH 1", "tm-mash-1", MASH, 2),
    ("MASH 2", "tm-mash-2", MASH, 2),
    ("MASH Direct", "hos-mash", MASH, 1),
    # Outside the line of the only Senior Manager, so that there is work of their own function they do not decide on.
    ("Children in our Care Direct", "hos-care", IN_CARE, 2),
)
_CASES_EACH = 3
WORKERS = tuple(f"p-worker-{n}" for n in range(1, sum(team[3] for team in _TEAMS) + 1))


def _manager(
    post: str, title: str, role: str, function: str, team: str, above: str, holder: str, *, works: bool = True
) -> Post:
    return Post(post, title, role, function, team, above, holder, learning_space=works, dip_sample=works)


def _managers() -> list[Post]:
    north, south = "Family Safeguarding North", "Family Safeguarding South"
    return [
        _manager(
            "executive",
            "Executive Director",
            "executive_director",
            TOP,
            "Leadership",
            "",
            EXECUTIVE,
            works=False,
        ),
        _manager("director", "Director", "director", TOP, "Leadership", "executive", DIRECTOR),
        _manager("hos-family", "Head of Service", "head_of_service", FAMILY, "Family Safeguarding", "director", HEAD),
        _manager("sm-north", "Senior Manager", "senior_manager", FAMILY, north, "hos-family", SENIOR_MANAGER),
        _manager("sm-south", "Senior Manager", "senior_manager", FAMILY, south, "hos-family", SENIOR_MANAGER_SOUTH),
        _manager("tm-north-1", "Team Manager", "team_manager", FAMILY, f"{north} 1", "sm-north", TEAM_MANAGER),
        _manager("tm-north-2", "Team Manager", "team_manager", FAMILY, f"{north} 2", "sm-north", TEAM_MANAGER_2),
        _manager("tm-south-1", "Team Manager", "team_manager", FAMILY, f"{south} 1", "sm-south", TEAM_MANAGER_SOUTH),
        _manager(
            "pdm-family", "Practice Development Manager", "pdm", FAMILY, "Practice Development", "hos-family", PDM
        ),
        _manager("hos-care", "Head of Service", "head_of_service", IN_CARE, "Care", "director", IN_CARE_HEAD),
        _manager("sm-care", "Senior Manager", "senior_manager", IN_CARE, "Care", "hos-care", IN_CARE_SENIOR),
        _manager(
            "tm-care-1", "Team Manager", "team_manager", IN_CARE, "Children in our Care 1", "sm-care", IN_CARE_MANAGER
        ),
        _manager(
            "tm-care-2", "Team Manager", "team_manager", IN_CARE, "Children in our Care 2", "sm-care", IN_CARE_MANAGER_2
        ),
        _manager("hos-mash", "Head of Service", "head_of_service", MASH, "MASH", "director", MASH_HEAD),
        _manager("sm-mash", "Senior Manager", "senior_manager", MASH, "MASH", "hos-mash", MASH_SENIOR),
        _manager("tm-mash-1", "Team Manager", "team_manager", MASH, "MASH 1", "sm-mash", MASH_MANAGER),
        _manager("tm-mash-2", "Team Manager", "team_manager", MASH, "MASH 2", "sm-mash", MASH_MANAGER_2),
        _manager("hos-review", "Head of Service", "head_of_service", REVIEW, "Review", "director", REVIEW_HEAD),
        _manager("sm-review", "Senior Manager", "senior_manager", REVIEW, "Review", "hos-review", REVIEW_SENIOR),
        _manager("iro-1", "Independent Reviewing Officer", "iro", REVIEW, "Review", "sm-review", IRO),
        _manager("iro-2", "Independent Reviewing Officer", "iro", REVIEW, "Review", "sm-review", IRO_2),
        _manager("qa-lead", "QA Lead", "qa_lead", QA, "QA Team", "hos-review", QA_LEAD, works=False),
        _manager("qa-officer", "QA Officer", "qa_officer", QA, "QA Team", "qa-lead", QA_OFFICER, works=False),
        _manager(
            "psw", "Principal Social Worker", "principal_social_worker", TOP, "QA Team", "director", PSW, works=False
        ),
        _manager("bi", "BI Lead", "bi_lead", TOP, "BI Team", "director", BI_LEAD, works=False),
        _manager(
            "allocator",
            "Service Allocator",
            "service_allocator",
            FAMILY,
            "Business Support",
            "hos-family",
            SERVICE_ALLOCATOR,
            works=False,
        ),
    ]


def small_council() -> Establishment:
    """26 managers and specialists, 22 practitioners and 66 cases, over four functions. Each may change its own copy."""
    return Establishment.of(*_small_councils_rows())


@cache
def _small_councils_rows() -> tuple[tuple[Person, ...], tuple[Post, ...], tuple[Case, ...]]:
    posts = _managers()
    names = dict(_NAMES)
    cases: list[Case] = []
    workers = iter(enumerate(WORKERS, start=1))
    for team, manager, function, size in _TEAMS:
        for _ in range(size):
            number, person = next(workers)
            names[person] = f"Worker {chr(64 + number)}example"
            posts.append(
                _manager(f"sw-{number}", "Social Worker", "practitioner", function, team, manager, person, works=False)
            )
            for _ in range(_CASES_EACH):
                iro = ("iro-1", "iro-2")[len(cases) % 2] if function in (IN_CARE, FAMILY) else ""
                cases.append(Case(f"NM-{len(cases) + 1:06}", function, team, person, iro))
    people = [
        Person(person, name, f"{name.lower().replace(' ', '.')}@northmoor.example", entra_id(person))
        for person, name in names.items()
    ]
    return tuple(people), tuple(posts), tuple(cases)


@cache
def entra_id(person: str) -> str:
    """The Entra object id of a person of the small council."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://northmoor.example/people/{person}"))


def with_post(establishment: Establishment, post: str, **changes: object) -> Establishment:
    """The same council with one post changed: `with_post(council, 'sm-north', holder='')` makes it vacant."""
    posts = {**establishment.posts, post: replace(establishment.posts[post], **changes)}  # type: ignore[arg-type]
    return replace(establishment, posts=posts)


def with_cover(establishment: Establishment, *cover: Cover) -> Establishment:
    """The same council with deputies standing in."""
    return replace(establishment, cover=(*establishment.cover, *cover))


def with_leave(establishment: Establishment, *leave: Leave) -> Establishment:
    """The same council with people away."""
    return replace(establishment, leave=(*establishment.leave, *leave))
