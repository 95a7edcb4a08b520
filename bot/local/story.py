"""The story the desk tells a newcomer: one learning space, from allocated to loop closed, and everybody in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.local.spoken import desk_id
from storage.casework import learning_spaces, moderations
from storage.council import establishment as establishments
from storage.reads import upcoming

if TYPE_CHECKING:
    from policy.council.establishment import Establishment, Post
    from storage.casework.learning_spaces import LearningSpace
    from storage.engine.database import Session

LINE = ("team_manager", "senior_manager", "head_of_service", "director", "executive_director")
ABOVE = LINE[1:]


@dataclass(frozen=True, slots=True)
class Story:
    """One learning space and the people who will have to do with it. Values are people's ids of ours."""

    reference: str
    auditor: str
    above: dict[str, str]
    """Role -> person of the auditor's own line: who hears that it is late."""
    practitioner: str
    line: dict[str, str]
    """Role -> person of the practitioner's line: who closes the loop."""
    qa_lead: str
    moderator: str


def find_story(session: Session) -> Story | None:
    """The first learning space ever given to the demo's team manager, or to the first manager it can be told with.

    The same at every call, however far the story has been lived. None while nothing suits.
    """
    council = establishments.current(session)
    lead = next((post.holder for post in council.posts_of_role("qa_lead") if post.holder), "")
    managers = sorted(
        (post for post in council.posts_of_role("team_manager") if post.holder),
        key=lambda post: (post.holder != DEMO_TEAM_MANAGER, post.id),
    )
    for post in managers:
        above = _line(council, post, ABOVE)
        if not above or not lead:
            continue
        for item in given_to(session, post.holder):
            found = _tell(session, council, item, above, lead)
            if found is not None:
                return found
    return None


def given_to(session: Session, person: str) -> list[LearningSpace]:
    """Every learning space a person was given and has or had in hand, first given first."""
    given = upcoming.ever_given(session, person)
    items = learning_spaces.by_references(session, given)
    return [items[reference] for reference in given]


def _tell(
    session: Session, council: Establishment, item: LearningSpace, above: dict[str, str], lead: str
) -> Story | None:
    own = next(iter(council.posts_held_by(item.practitioner)), None)
    line = _line(council, own, LINE) if own else {}
    everybody = {item.person, item.practitioner, lead, *line.values(), *above.values()}
    # Director and Executive Director are the same two in both lines; all others must be people of their own.
    if not line or len(everybody) != 3 + len({*line.values(), *above.values()}):
        return None
    moderation = moderations.of_subject(session, item.reference)
    return Story(
        reference=item.reference,
        auditor=item.person,
        above=above,
        practitioner=item.practitioner,
        line=line,
        qa_lead=lead,
        moderator=moderation.moderator if moderation else "",
    )


def _line(council: Establishment, post: Post, roles: tuple[str, ...]) -> dict[str, str]:
    """Role -> holder above a post, nearest first; nothing if one of the roles is missing or vacant."""
    found: dict[str, str] = {}
    for above in council.line_of(post.id):
        if above.role in roles and above.holder:
            found.setdefault(above.role, above.holder)
    return found if all(role in found for role in roles) else {}


def story_view(session: Session) -> dict[str, Any] | None:
    """The story as the desk gets it, by the ids it knows people by."""
    story = find_story(session)
    if story is None:
        return None
    council = establishments.current(session)

    def named(person: str) -> str | None:
        return desk_id(council, person) if person else None

    return {
        "reference": story.reference,
        "auditor": named(story.auditor),
        "auditor_senior_manager": named(story.above["senior_manager"]),
        "auditor_head_of_service": named(story.above["head_of_service"]),
        "practitioner": named(story.practitioner),
        **{role: named(person) for role, person in story.line.items()},
        "qa_lead": named(story.qa_lead),
        "moderator": named(story.moderator),
    }


def featured_view(session: Session) -> list[dict[str, str]]:
    """Whom to be first, and why; nobody when the story cannot be told."""
    story = find_story(session)
    if story is None:
        return []
    council = establishments.current(session)
    reasons = {
        story.auditor: f"has learning space {story.reference} to do",
        story.qa_lead: "leads quality assurance: allocates, moderates, sees what is stuck",
        story.above["senior_manager"]: "hears first when that learning space is late",
        story.line["senior_manager"]: "meets and writes the form when the loop is to be closed",
        story.line["head_of_service"]: "decides in ten seconds: more time, and whether a loop is closed",
        story.line["director"]: "hears last but one, and reads the numbers every month",
        story.line["executive_director"]: "hears last",
        story.practitioner: "did the work that is looked at",
        story.line["team_manager"]: "manages that practitioner",
    }
    if story.moderator:
        reasons.setdefault(story.moderator, "looks at the grade a second time")
    return [{"id": desk_id(council, person), "why": why} for person, why in reasons.items()]
