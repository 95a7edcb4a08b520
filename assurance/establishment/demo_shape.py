"""How the fictional council is built: how many posts of each role every function has (domain.md section 5.2)."""

from __future__ import annotations

from dataclasses import dataclass

LOCALITIES = ("North", "Central", "South")


@dataclass(frozen=True, slots=True)
class Division:
    """One function of the council and the posts in it."""

    function: str
    code: str
    """Short form its post ids begin with."""
    title: str
    """What its teams are called."""
    heads: int = 0
    seniors: int = 0
    managers: int = 0
    reviewing_officers: int = 0
    development_managers: int = 0
    team_size: int = 0
    """Practitioners in each team manager's team."""
    direct: int = 0
    """Practitioners who report straight to the Head of Service, outside the only Senior Manager's line."""
    practitioner: str = "Social Worker"
    """What a practitioner here is called."""
    shares_head_of: str = ""
    """The function whose Head of Service this one shares."""
    learning_space: bool = True
    """False: its managers dip-sample only, because the service has its own framework (R110-R121)."""


DIVISIONS = (
    Division("mash", "mash", "MASH", 1, 1, 5, team_size=4, direct=3),
    Division("duty_and_assessment", "da", "Duty and Assessment", 1, 3, 12, development_managers=2, team_size=7),
    # Its only Senior Manager decides on every case here, so theirs comes from another function, with a reason (A7).
    Division(
        "contextual_safeguarding",
        "cs",
        "Contextual Safeguarding",
        seniors=1,
        managers=2,
        team_size=7,
        shares_head_of="duty_and_assessment",
    ),
    Division("family_safeguarding", "fs", "Family Safeguarding", 2, 6, 20, development_managers=3, team_size=7),
    Division("children_in_our_care", "care", "Children in our Care", 1, 3, 10, development_managers=2, team_size=7),
    Division(
        "leaving_care",
        "lc",
        "Leaving Care",
        heads=1,
        seniors=2,
        managers=5,
        development_managers=1,
        team_size=7,
        practitioner="Personal Adviser",
    ),
    Division("children_with_disabilities", "cwd", "Children with Disabilities", 1, 1, 4, team_size=7, direct=6),
    Division("safeguarding_and_review", "rev", "Safeguarding and Review", 1, 2, 2, reviewing_officers=24),
    Division("fostering", "fost", "Fostering", 0, 2, 6, learning_space=False),
    Division("adoption", "adop", "Adoption", 0, 1, 4, learning_space=False),
    Division("youth_justice", "yj", "Youth Justice", 0, 1, 5, learning_space=False),
    Division("child_and_family_wellbeing", "cfw", "Family Wellbeing", 0, 3, 12, learning_space=False),
    Division("inclusion", "inc", "Inclusion", 1, 1, 4, learning_space=False),
)

CASES_EACH = 5
"""On average; single caseloads are two more or two fewer."""

# Which children have an Independent Reviewing Officer: one in so many of the function's cases.
REVIEWED = {
    "children_in_our_care": 1,
    "leaving_care": 2,
    "children_with_disabilities": 2,
    "family_safeguarding": 3,
}

# The irregularities every establishment has (domain.md section 5.5), by post.
VACANT = ("da-tm-08", "care-sm-3")
COVERED = "da-tm-08"
COVERED_BY = "da-tm-07"
"""The holder of this post deputises for the vacant one; the other vacancy has nobody."""
SECOND_POST = "lc-pdm-1"
SECOND_POST_OF = "lc-tm-05"
"""The holder of this post holds the other one too, and is asked for both."""
LONG_ABSENCE = "fs-tm-20"
