"""A council in the middle of its work: one of everything there is, so that whoever presses has something to press."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from assurance.allocation.propose_allocation import propose_allocation
from assurance.more_time.ask_more_time import Asked, ask
from policy.council.actor import Actor
from storage.casework import actions, allocation_runs
from storage.casework.actions import Action
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.casework.moderations import Moderation
from storage.casework.more_time import EXTENSION
from storage.engine.database import Database
from tests.assurance.forms_filled import MEETING, fill_in, save, send_in
from tests.councils import IRO_2, QA_LEAD, SENIOR_MANAGER, small_council
from tests.journeys.living_council import LivingCouncil, london, nine
from tests.journeys.living_loops import loop_of, sent
from tests.journeys.moderating import moderation_of

NOW = london("2026-02-20 10:00")
"""A Friday."""
EARLY, LATER = date(2026, 1, 5), date(2026, 2, 2)
LEFT = IRO_2
"""Who has left by then."""

WORKED_WELL = "Direct work that changed the plan."
GRADE_REASONS = "Clear plan, seen through, and the child knows it."


@dataclass(frozen=True)
class AtWork:
    """What there is."""

    ordinary: LearningSpace
    """PRACTITIONER's work with TEAM_MANAGER_2, graded good and sent in yesterday: not released."""
    owed: LearningSpace
    """TEAM_MANAGER's, begun; more time is asked for it."""
    escalated: LearningSpace
    """TEAM_MANAGER_SOUTH's: it climbed to the Director and the Executive Director, and came in late."""
    inadequate: LearningSpace
    """TEAM_MANAGER_2's; SENIOR_MANAGER has sent its loop to HEAD."""
    loop: Loop
    heads_own: LearningSpace
    """HEAD's own, inadequate; its loop waits for the Director, because HEAD was the auditor."""
    heads_loop: Loop
    heads_owed: LearningSpace
    """HEAD's own, open; they have asked for more time."""
    moderation: Moderation
    action: Action
    request: str
    """The token of TEAM_MANAGER's request."""
    heads_request: str
    run: str
    """A proposal for March that waits for the QA lead."""
    flagged: LearningSpace
    """A child was at immediate risk; nobody has taken it up."""

    @property
    def tokens(self) -> tuple[str, ...]:
        """One of each kind of word a card of this council carries, or somebody types."""
        return (
            self.owed.token,
            self.inadequate.token,
            self.ordinary.reference,
            self.flagged.reference,
            self.loop.token,
            self.loop.reference,
            self.moderation.token,
            self.action.token,
            self.request,
            self.run,
        )


def at_work(database: Database) -> AtWork:
    """Live up to `NOW`."""
    council = LivingCouncil(database, now=nine(EARLY))
    escalated = council.given_a_learning_space("tm-south-1", allocated_on=EARLY, case="NM-000019")
    heads_own = council.given_a_learning_space("hos-family", allocated_on=EARLY, case="NM-000010")
    inadequate = council.given_a_learning_space("tm-north-2", allocated_on=EARLY, case="NM-000002")
    loops = []
    for item, at in ((inadequate, "2026-01-29 15:10"), (heads_own, "2026-01-30 11:00")):
        council.now = london(at)
        loops.append(loop_of(council, _graded(council, item, "inadequate")))
        council.when_the_service_looks()
    given = council.database.read_now(actions.of_subject, inadequate.reference)[0]
    sent_loops = [
        sent(council, loop, person=loop_person, at=london(at))
        for loop, loop_person, at in (
            (loops[0], SENIOR_MANAGER, "2026-02-05 10:00"),
            (loops[1], SENIOR_MANAGER, "2026-02-05 15:00"),
        )
    ]
    for day in (date(2026, 2, 4), date(2026, 2, 9), date(2026, 2, 16)):
        council.when_the_service_looks(nine(day))
    owed = council.given_a_learning_space("tm-north-1", allocated_on=LATER, case="NM-000011")
    heads_owed = council.given_a_learning_space("hos-family", allocated_on=LATER, case="NM-000013")
    ordinary = council.given_a_learning_space("tm-north-2", allocated_on=LATER, case="NM-000001")
    flagged = council.given_a_learning_space("tm-care-1", allocated_on=LATER, case="NM-000028")
    council.now = london("2026-02-18 09:30")
    _graded(council, escalated, "good")
    save(database, council.framework, owed, "meeting", {**MEETING, "date_held": "2026-02-10"}, now=council.now)
    requests = [_asks(council, item) for item in (owed, heads_owed)]
    council.now = london("2026-02-19 15:00")
    _graded(council, ordinary, "good")
    _graded(council, flagged, "good", immediate_risk="yes")
    run = database.write_now(
        propose_allocation,
        council.framework,
        month=date(2026, 3, 1),
        actor=Actor.person(QA_LEAD),
        now=council.now,
    ).run_id
    council.when_the_service_looks(NOW)
    people = small_council()
    posts = {key: replace(post, holder="") if post.holder == LEFT else post for key, post in people.posts.items()}
    staying = {key: one for key, one in people.people.items() if key != LEFT}
    council.given_the_council_is(replace(people, people=staying, posts=posts))
    council.when_the_service_looks(NOW)
    assert database.read_now(allocation_runs.by_id, run) is not None
    return AtWork(
        ordinary=council.item(ordinary.reference),
        owed=council.item(owed.reference),
        escalated=council.item(escalated.reference),
        inadequate=council.item(inadequate.reference),
        loop=loop_of(council, sent_loops[0].reference),
        heads_own=council.item(heads_own.reference),
        heads_loop=loop_of(council, sent_loops[1].reference),
        heads_owed=council.item(heads_owed.reference),
        moderation=moderation_of(council, inadequate),
        action=given,
        request=requests[0],
        heads_request=requests[1],
        run=run,
        flagged=council.item(flagged.reference),
    )


def _graded(council: LivingCouncil, item: LearningSpace, grade: str, **answers: str) -> str:
    """Filled in and sent in now; the reference of the loop it opens, if it opens one."""
    held = max(item.allocated_on, date(2026, 1, 20)).isoformat()
    by = date(2026, 3, 20).isoformat()
    view = fill_in(
        council.database,
        council.framework,
        item,
        now=council.now,
        grade=grade,
        date_held=held,
        action_1_by=by,
        **answers,
    )
    return send_in(council.database, council.framework, item, version=view.version, now=council.now).loop_reference


def _asks(council: LivingCouncil, item: LearningSpace) -> str:
    """Its auditor asks for more time."""
    raw = {"reason": "practitioner_away", "new_date": "2026-03-10"}
    actor = Actor.person(item.person)
    made = council.database.write_now(
        ask, council.framework, item.token, actor=actor, kind=EXTENSION, raw=raw, now=council.now
    )
    assert isinstance(made, Asked), made
    return made.request.token
