"""A month is proposed, looked at, approved or put aside; what is allocated, who is told and when."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest

from assurance.allocation.approve_allocation import AllocationOutcome, approve_allocation, withdraw_allocation
from assurance.allocation.propose_allocation import (
    LARGEST_SEED,
    MonthIsFar,
    MonthIsPast,
    NotASeed,
    Proposal,
    Terms,
    preview_allocation,
    propose_allocation,
    read_proposal,
)
from assurance.common.refusals import AlreadyDone, NotFound, NotYours, Withdrawn
from assurance.establishment.demo_council import DEMO_QA_LEAD, demo_council
from assurance.establishment.import_establishment import read_establishment
from policy.check.loader import load_framework
from policy.council.actor import Actor
from policy.council.establishment import Cover, Establishment, Leave
from policy.framework.framework import Framework
from storage.casework import allocation_runs, learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.database import Database, Session
from storage.outbox import notice_lists
from storage.outbox.notices import Notice
from tests.councils import (
    IRO,
    QA_LEAD,
    QA_OFFICER,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    small_council,
    with_cover,
    with_leave,
    with_post,
)

LEAD = Actor.person(QA_LEAD)
COMMAND_LINE = Actor.operator("anna")
DECEMBER = date(2026, 12, 1)
JANUARY = date(2027, 1, 1)
NOVEMBER_23 = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DECEMBER_1 = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_framework()


def settle(database: Database, council: Establishment) -> None:
    database.write_now(establishments.replace, council)


def propose(
    database: Database,
    framework: Framework,
    month: date = DECEMBER,
    now: datetime = DECEMBER_1,
    actor: Actor = LEAD,
    **terms: object,
) -> Proposal:
    # December is the quarter's last month: without a ceiling by hand only one month's share would be taken.
    wanted = Terms(**({"at_most": 1_000} | terms))  # type: ignore[arg-type]
    return database.write_now(propose_allocation, framework, month=month, now=now, actor=actor, terms=wanted)


def approve(database: Database, framework: Framework, run: str, now: datetime = DECEMBER_1) -> AllocationOutcome:
    return database.write_now(approve_allocation, framework, run, actor=LEAD, now=now)


def items_of(database: Database, run: str) -> list[LearningSpace]:
    return database.read_now(learning_spaces.of_run, run)


def written(database: Database) -> list[Notice]:
    return database.read_now(notice_lists.written_after, 0)


# -- a proposal -------------------------------------------------------------------------------------------------------


def test_a_proposal_allocates_nothing_and_tells_nobody(database: Database, framework: Framework) -> None:
    settle(database, small_council())
    proposal = propose(database, framework)
    assert len(proposal.picks) == 20
    assert items_of(database, proposal.run_id) == []
    assert written(database) == []


def test_a_preview_is_kept_nowhere(sqlite_database: Database, framework: Framework) -> None:
    settle(sqlite_database, small_council())
    preview = sqlite_database.read_now(
        preview_allocation, framework, month=DECEMBER, now=DECEMBER_1, terms=Terms(at_most=1_000)
    )
    assert (preview.run_id, preview.state) == ("", "preview")
    assert sqlite_database.read_now(history.read) == []
    assert preview.picks == propose(sqlite_database, framework).picks


def test_what_is_kept_of_a_proposal_names_nobody(database: Database, framework: Framework) -> None:
    council = with_cover(
        with_post(small_council(), "tm-north-1", holder=""),
        Cover("tm-north-1", TEAM_MANAGER_2, date(2026, 11, 1), date(2027, 3, 31)),
    )
    settle(database, council)
    proposal = propose(database, framework)
    assert any(one.post == "tm-north-1" for one in proposal.unserved)
    run = database.read_now(allocation_runs.by_id, proposal.run_id)
    assert run
    kept = json.dumps(run.detail)
    assert "tm-north-1" in kept
    for person in council.people.values():
        assert person.name not in kept
        assert person.name.split()[1] not in kept


def test_the_same_month_is_proposed_with_the_same_seed_by_everybody_who_works_it_out(
    sqlite_database: Database, framework: Framework
) -> None:
    settle(sqlite_database, small_council())
    first = sqlite_database.read_now(preview_allocation, framework, month=DECEMBER, now=DECEMBER_1)
    again = sqlite_database.read_now(preview_allocation, framework, month=DECEMBER, now=DECEMBER_1)
    assert (first.seed, first.picks) == (again.seed, again.picks)
    propose(sqlite_database, framework)
    assert propose(sqlite_database, framework).seed != first.seed


def test_a_seed_may_be_given_and_is_kept(database: Database, framework: Framework) -> None:
    settle(database, small_council())
    proposal = propose(database, framework, seed=LARGEST_SEED)
    run = database.read_now(allocation_runs.by_id, proposal.run_id)
    assert run
    assert run.seed == LARGEST_SEED
    for wrong in (-1, LARGEST_SEED + 1):
        with pytest.raises(NotASeed):
            propose(database, framework, seed=wrong)


def test_a_proposal_asked_for_again_is_the_same_with_its_reasons(
    sqlite_database: Database, framework: Framework
) -> None:
    settle(sqlite_database, with_post(small_council(), "tm-north-1", holder=""))
    proposal = propose(sqlite_database, framework)
    assert sqlite_database.read_now(read_proposal, framework, proposal.run_id, now=DECEMBER_1) == proposal
    with pytest.raises(NotFound):
        sqlite_database.read_now(read_proposal, framework, "0" * 32, now=DECEMBER_1)


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (LEAD, True),
        (COMMAND_LINE, True),
        (Actor.person(QA_OFFICER), False),
        (Actor.person(TEAM_MANAGER), False),
        (Actor.person("p-nobody"), False),
        (Actor.system("sweep"), False),
    ],
    ids=str,
)
def test_only_the_qa_lead_allocates(
    sqlite_database: Database, framework: Framework, actor: Actor, *, may: bool
) -> None:
    settle(sqlite_database, small_council())
    run = propose(sqlite_database, framework).run_id
    calls: list[Callable[[], object]] = [
        lambda: propose(sqlite_database, framework, actor=actor),
        lambda: sqlite_database.write_now(withdraw_allocation, framework, run, actor=actor, now=DECEMBER_1),
        lambda: sqlite_database.write_now(
            approve_allocation, framework, propose(sqlite_database, framework).run_id, actor=actor, now=DECEMBER_1
        ),
    ]
    for call in calls:
        if may:
            call()
        else:
            with pytest.raises(NotYours):
                call()


def test_whoever_covers_the_qa_lead_allocates_while_they_cover(sqlite_database: Database, framework: Framework) -> None:
    cover = Cover("qa-lead", QA_OFFICER, date(2026, 12, 1), date(2026, 12, 1))
    settle(sqlite_database, with_cover(small_council(), cover))
    propose(sqlite_database, framework, actor=Actor.person(QA_OFFICER))
    with pytest.raises(NotYours):
        propose(sqlite_database, framework, now=DECEMBER_1 + timedelta(days=1), actor=Actor.person(QA_OFFICER))


# -- the day a month is allocated -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "month", "allocated_on", "due_on"),
    [
        # Ahead of time: the first working day of the month.
        ("2026-11-23T10:00", "2026-12-01", "2026-12-01", "2026-12-29"),
        ("2026-12-31T10:00", "2027-01-01", "2027-01-04", "2027-02-01"),
        # Inside the month and inside send hours: today.
        ("2026-12-01T10:30", "2026-12-01", "2026-12-01", "2026-12-29"),
        ("2026-11-27T16:59", "2026-11-01", "2026-11-27", "2026-12-29"),
        # Before the working day begins: the same day at nine. After it has ended: the next working day.
        ("2026-12-01T07:00", "2026-12-01", "2026-12-01", "2026-12-29"),
        ("2026-12-04T18:00", "2026-12-01", "2026-12-07", "2027-01-04"),
        # Good Friday is no working day.
        ("2027-03-25T18:00", "2027-03-01", "2027-03-30", "2027-04-27"),
    ],
)
def test_a_month_is_allocated_on_its_first_working_day_or_the_next_day_we_may_send(
    sqlite_database: Database, framework: Framework, now: str, month: str, allocated_on: str, due_on: str
) -> None:
    settle(sqlite_database, small_council())
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    proposal = propose(sqlite_database, framework, date.fromisoformat(month), at)
    assert proposal.allocated_on.isoformat() == allocated_on
    assert proposal.due_on.isoformat() == due_on


@pytest.mark.parametrize(
    ("now", "month", "refusal"),
    [
        ("2026-12-01T10:00", "2026-11-01", MonthIsPast),
        ("2026-11-30T17:30", "2026-11-01", MonthIsPast),
        ("2026-11-23T10:00", "2027-04-01", MonthIsFar),
        ("2026-11-23T10:00", "2036-12-01", MonthIsFar),
    ],
)
def test_a_month_that_is_over_or_far_ahead_is_refused(
    sqlite_database: Database, framework: Framework, now: str, month: str, refusal: type[Exception]
) -> None:
    settle(sqlite_database, small_council())
    with pytest.raises(refusal):
        propose(
            sqlite_database,
            framework,
            date.fromisoformat(month),
            datetime.fromisoformat(now).replace(tzinfo=UTC),
        )


# -- approval ---------------------------------------------------------------------------------------------------------


def test_approving_allocates_every_pick_with_its_dates_and_the_ladder_it_was_promised(
    database: Database, framework: Framework
) -> None:
    settle(database, small_council())
    proposal = propose(database, framework)
    outcome = approve(database, framework, proposal.run_id)
    items = items_of(database, proposal.run_id)
    assert outcome.references == tuple(item.reference for item in items)
    assert outcome.references[0] == "LS-2026Q3-001"
    assert {(item.post, item.person, item.case_ref) for item in items} == {
        (pick.post, pick.person, pick.case_ref) for pick in proposal.picks
    }
    for item in items:
        assert (item.state, item.month, item.quarter) == ("allocated", DECEMBER, "2026-27Q3")
        assert (item.allocated_on, item.due_on) == (date(2026, 12, 1), date(2026, 12, 29))
        assert item.deadline_at == datetime(2026, 12, 29, 23, 59, tzinfo=UTC)
        assert item.next_step_at == datetime(2026, 12, 22, 9, 0, tzinfo=UTC)
        assert [step["after"] for step in item.ladder["steps"]] == [-7, -2, 0, 1, 2, 7, 14]
        assert (item.steps_done, item.framework_version) == ((), framework.version)
        assert item.why["cases_considered"] > 0
    assert len({item.token for item in items}) == len(items)


def test_the_managers_the_practitioners_and_their_team_managers_are_told_once(
    database: Database, framework: Framework
) -> None:
    settle(database, small_council())
    run = propose(database, framework).run_id
    approve(database, framework, run)
    said = written(database)
    for item in items_of(database, run):
        to_auditor = [one for one in said if one.subject == item.reference and one.recipient == item.person]
        assert [one.event for one in to_auditor] == ["E3" if item.stream == "mash" else "E1"]
        chosen = {one.recipient_role for one in said if one.subject == item.reference and one.event == "E2"}
        assert "practitioner" in chosen
        told = next(
            one.recipient for one in said if (one.subject, one.recipient_role) == (item.reference, "practitioner")
        )
        assert told == item.practitioner
    states = {(one.event, one.recipient_role): one.state for one in said}
    assert states.pop(("E2", "team_manager")) == "recorded", "team managers read of it in their morning message"
    assert set(states.values()) == {"pending"}


def test_mash_managers_are_told_of_theirs_as_mash_learning_spaces(
    sqlite_database: Database, framework: Framework
) -> None:
    settle(sqlite_database, small_council())
    run = propose(sqlite_database, framework).run_id
    approve(sqlite_database, framework, run)
    streams = {item.post: item.stream for item in items_of(sqlite_database, run)}
    assert {post for post, stream in streams.items() if stream} == {"sm-mash", "tm-mash-1", "tm-mash-2"}
    assert streams["hos-mash"] == ""


def test_no_notice_of_an_allocation_holds_a_case_a_grade_or_the_practitioner(
    sqlite_database: Database, framework: Framework
) -> None:
    council = small_council()
    settle(sqlite_database, council)
    run = propose(sqlite_database, framework).run_id
    approve(sqlite_database, framework, run)
    items = {item.reference: item for item in items_of(sqlite_database, run)}
    for notice in written(sqlite_database):
        facts = json.dumps(notice.facts)
        assert "NM-" not in facts
        if item := items.get(notice.subject):
            assert item.practitioner not in facts
            assert council.people[item.practitioner].name not in facts


def test_allocated_ahead_of_time_nobody_is_told_before_nine_on_the_first_working_day(
    database: Database, framework: Framework
) -> None:
    settle(database, small_council())
    run = propose(database, framework, JANUARY, NOVEMBER_23).run_id
    approve(database, framework, run, NOVEMBER_23)
    nine = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
    assert {(one.due_at, one.not_before) for one in written(database) if one.event != "E20"} == {(nine, nine)}


def test_allocated_within_send_hours_they_are_told_at_once(sqlite_database: Database, framework: Framework) -> None:
    settle(sqlite_database, small_council())
    approve(sqlite_database, framework, propose(sqlite_database, framework).run_id)
    said = [one for one in written(sqlite_database) if one.recipient_role != "team_manager"]
    assert {one.not_before for one in said} == {DECEMBER_1}


def test_the_auditor_reads_who_would_be_told_as_it_will_be_for_them(
    sqlite_database: Database, framework: Framework
) -> None:
    settle(sqlite_database, small_council())
    approve(sqlite_database, framework, propose(sqlite_database, framework).run_id)
    told = {one.facts["post"]: one.facts["rungs"] for one in written(sqlite_database) if one.event == "E1"}
    assert [(rung["on"], rung["roles"]) for rung in told["Team Manager"]] == [
        ("2026-12-31", ["senior_manager", "head_of_service"]),
        ("2027-01-05", ["director"]),
        ("2027-01-12", ["executive_director"]),
    ]
    assert told["Director"][0]["roles"] == ["executive_director"]


def test_the_qa_lead_hears_how_many_posts_could_not_be_served_and_not_which(
    database: Database, framework: Framework
) -> None:
    council = with_leave(
        with_post(small_council(), "tm-north-1", holder=""), Leave(IRO, date(2026, 11, 1), date(2027, 6, 30))
    )
    settle(database, council)
    proposal = propose(database, framework)
    approve(database, framework, proposal.run_id)
    (notice,) = [one for one in written(database) if one.event == "E20"]
    assert (notice.recipient, notice.subject) == (QA_LEAD, proposal.run_id)
    assert notice.facts == {"month": "2026-12-01", "posts": 2, "reasons": {"on_leave": 1, "vacant": 1}}


def test_nothing_is_said_of_posts_when_every_post_was_served(sqlite_database: Database, framework: Framework) -> None:
    settle(sqlite_database, small_council())
    approve(sqlite_database, framework, propose(sqlite_database, framework).run_id)
    assert not [one for one in written(sqlite_database) if one.event == "E20"]


def test_history_has_a_row_for_each_learning_space_without_case_or_practitioner(
    database: Database, framework: Framework
) -> None:
    settle(database, small_council())
    run = propose(database, framework).run_id
    approve(database, framework, run)
    rows = database.read_now(history.read)
    items = items_of(database, run)
    allocated = [row for row in rows if row.verb == "learning_space_allocated"]
    assert [row.subject for row in allocated] == [item.reference for item in items]
    assert {row.actor for row in rows} == {f"person:{QA_LEAD}"}
    assert [row.verb for row in rows if row.subject == run] == ["allocation_proposed", "allocation_approved"]
    kept = json.dumps([row.detail for row in rows])
    assert "NM-" not in kept
    assert "p-worker" not in kept
    assert database.read_now(history.verify) == []


def test_approving_twice_is_approving_once(database: Database, framework: Framework) -> None:
    settle(database, small_council())
    run = propose(database, framework).run_id
    first = approve(database, framework, run)
    said = len(written(database))
    again = approve(database, framework, run, DECEMBER_1 + timedelta(hours=1))
    assert (first.already, again.already) == (False, True)
    assert (again.references, again.allocated_on, again.due_on) == (
        first.references,
        first.allocated_on,
        first.due_on,
    )
    assert len(written(database)) == said
    assert len(items_of(database, run)) == 20


def test_a_proposal_put_aside_cannot_be_approved_and_putting_it_aside_twice_is_harmless(
    database: Database, framework: Framework
) -> None:
    settle(database, small_council())
    run = propose(database, framework).run_id
    first = database.write_now(withdraw_allocation, framework, run, actor=LEAD, now=DECEMBER_1)
    again = database.write_now(withdraw_allocation, framework, run, actor=LEAD, now=DECEMBER_1)
    assert (first.already, again.already, again.month) == (False, True, DECEMBER)
    with pytest.raises(Withdrawn):
        approve(database, framework, run)
    assert items_of(database, run) == []


def test_what_was_approved_cannot_be_put_aside_and_the_refusal_says_who_approved_it(
    sqlite_database: Database, framework: Framework
) -> None:
    settle(sqlite_database, small_council())
    run = propose(sqlite_database, framework).run_id
    approve(sqlite_database, framework, run)
    with pytest.raises(AlreadyDone) as refused:
        sqlite_database.write_now(withdraw_allocation, framework, run, actor=LEAD, now=DECEMBER_1)
    assert (refused.value.by, refused.value.by_name) == (QA_LEAD, "Jaspreet Vetchley")


def test_a_run_nobody_proposed_is_not_found(sqlite_database: Database, framework: Framework) -> None:
    settle(sqlite_database, small_council())
    with pytest.raises(NotFound):
        approve(sqlite_database, framework, "f" * 32)


# -- when the council changes in between ------------------------------------------------------------------------------


def test_somebody_who_has_left_since_the_proposal_is_given_nothing_and_the_outcome_says_so(
    database: Database, framework: Framework
) -> None:
    settle(database, small_council())
    proposal = propose(database, framework)
    settle(database, with_post(small_council(), "tm-north-1", holder=""))
    outcome = approve(database, framework, proposal.run_id)
    assert outcome.different >= 1
    assert "tm-north-1" not in {item.post for item in items_of(database, proposal.run_id)}
    assert [one.facts["reasons"] for one in written(database) if one.event == "E20"] == [{"vacant": 1}]


def test_a_proposal_that_another_has_overtaken_is_answered_with_what_the_month_has_by_now(
    database: Database, framework: Framework
) -> None:
    settle(database, small_council())
    one, other = propose(database, framework, at_most=12), propose(database, framework)
    assert len(approve(database, framework, one.run_id).references) == 12
    stale = approve(database, framework, other.run_id)
    assert stale.references == ()
    assert stale.instead
    assert (stale.instead.given_before, len(stale.instead.picks)) == (12, 8)
    assert database.read_now(learning_spaces.count_open) == 12
    again = approve(database, framework, other.run_id, DECEMBER_1 + timedelta(days=2))
    assert again.instead and len(again.instead.picks) == 8
    assert len(approve(database, framework, again.instead.run_id, DECEMBER_1 + timedelta(days=2)).references) == 8
    last = approve(database, framework, other.run_id, DECEMBER_1 + timedelta(days=3))
    assert last.instead and (last.instead.run_id, last.instead.picks, last.instead.given_before) == ("", (), 20)


def test_approving_one_proposal_of_a_month_puts_its_others_aside_so_that_no_card_waits_for_nothing(
    database: Database, framework: Framework
) -> None:
    settle(database, small_council())
    one, other = propose(database, framework), propose(database, framework)
    january = propose(database, framework, JANUARY)
    approve(database, framework, one.run_id)
    runs = [database.read_now(allocation_runs.by_id, each.run_id) for each in (one, other, january)]
    assert [run.state for run in runs if run] == ["approved", "withdrawn", "proposed"]
    rows = [row for row in database.read_now(history.read) if row.subject == other.run_id]
    assert [row.verb for row in rows] == ["allocation_proposed", "allocation_overtaken"]


def full(database: Database, framework: Framework) -> None:
    settle(database, read_establishment(framework, demo_council(framework)))


@pytest.mark.parametrize(("at_most", "given"), [(None, 40), (60, 60)])
def test_two_who_approve_at_the_same_moment_give_a_month_its_share_once(
    database_url: str, framework: Framework, at_most: int | None, given: int
) -> None:
    lead = Actor.person(DEMO_QA_LEAD)
    with Database.open(database_url) as one, Database.open(database_url) as other:
        full(one, framework)
        runs = [propose(one, framework, actor=lead, at_most=at_most).run_id for _ in range(2)]
        both = Barrier(2)

        def approves(database: Database, run: str) -> AllocationOutcome:
            both.wait()
            return database.write_now(approve_allocation, framework, run, actor=lead, now=DECEMBER_1)

        with ThreadPoolExecutor(2) as threads:
            done = list(threads.map(approves, (one, other), runs))
        assert sorted(len(outcome.references) for outcome in done) == [0, given]
        assert one.read_now(learning_spaces.count_open) == given
        late = next(outcome for outcome in done if not outcome.references)
        assert late.instead and (late.instead.given_before, late.instead.picks) == (given, ())
        mash = sum(item.stream == "mash" for outcome in done for item in items_of(one, outcome.run_id))
        assert mash == (2 if at_most is None else 6)  # a ceiling by hand is for all of them


def test_a_month_is_allocated_again_for_the_posts_that_were_left_over(database: Database, framework: Framework) -> None:
    settle(database, with_post(small_council(), "tm-north-1", holder=""))
    approve(database, framework, propose(database, framework).run_id)
    settle(database, small_council())
    later = DECEMBER_1 + timedelta(days=6)
    proposal = propose(database, framework, DECEMBER, later)
    assert [pick.post for pick in proposal.picks] == ["tm-north-1"]
    outcome = approve(database, framework, proposal.run_id, later)
    assert outcome.references == ("LS-2026Q3-020",)
    assert outcome.due_on == date(2027, 1, 4)


def test_an_excluded_learning_space_leaves_the_post_open_for_another_child(
    database: Database, framework: Framework
) -> None:
    settle(database, small_council())
    run = propose(database, framework).run_id
    approve(database, framework, run)
    (item,) = [one for one in items_of(database, run) if one.post == "tm-north-1"]

    def exclude(session: Session) -> None:
        learning_spaces.update(session, item.reference, state="excluded", next_step_at=None)

    database.write_now(exclude)
    again = propose(database, framework)
    (pick,) = again.picks
    assert pick.post == "tm-north-1"
    assert pick.case_ref != item.case_ref


def test_nobody_is_drawn_twice_within_a_year(sqlite_database: Database, framework: Framework) -> None:
    settle(sqlite_database, small_council())
    first = propose(sqlite_database, framework)
    approve(sqlite_database, framework, first.run_id)
    drawn = {pick.practitioner for pick in first.picks}
    january = datetime(2027, 1, 4, 10, 0, tzinfo=UTC)
    second = propose(sqlite_database, framework, JANUARY, january)
    assert not drawn & {pick.practitioner for pick in second.picks}
    assert {one.reason for one in second.unserved} <= {"all_drawn", "none_free", "decision_maker", "outnumbered"}
    a_year_later = datetime(2027, 12, 1, 10, 0, tzinfo=UTC)
    third = propose(sqlite_database, framework, date(2027, 12, 1), a_year_later)
    assert drawn & {pick.practitioner for pick in third.picks}


# -- size -------------------------------------------------------------------------------------------------------------


def test_every_post_of_the_demo_council_that_can_be_served_is_served_in_one_run_without_a_ceiling(
    database: Database, framework: Framework
) -> None:
    full(database, framework)
    proposal = propose(database, framework, actor=Actor.person(DEMO_QA_LEAD))
    outcome = database.write_now(
        approve_allocation, framework, proposal.run_id, actor=Actor.person(DEMO_QA_LEAD), now=DECEMBER_1
    )
    assert len(outcome.references) == 117
    assert len(proposal.unserved) == 3


def test_a_quarter_entered_late_is_taken_up_only_as_far_as_the_ceiling_set_for_its_month(
    sqlite_database: Database, framework: Framework
) -> None:
    full(sqlite_database, framework)
    taken = []
    for ceiling in (None, None, 80, 80, 200, 200):
        proposal = propose(sqlite_database, framework, actor=Actor.person(DEMO_QA_LEAD), at_most=ceiling)
        if proposal.run_id:
            sqlite_database.write_now(
                approve_allocation, framework, proposal.run_id, actor=Actor.person(DEMO_QA_LEAD), now=DECEMBER_1
            )
        taken.append(len(proposal.picks))
    assert taken == [40, 0, 40, 0, 37, 0]
