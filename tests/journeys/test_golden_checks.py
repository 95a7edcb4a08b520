"""The golden checks of the domain paper (domain.md 5.6), one named test each, lived from end to end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from assurance.allocation.approve_allocation import approve_allocation
from assurance.allocation.propose_allocation import propose_allocation
from assurance.common.more_time_refusals import TooLateToAsk
from assurance.establishment.demo_council import demo_council
from assurance.establishment.import_establishment import read_establishment
from assurance.learning_space.read_result import HeaderOnly, NotReleased, read_result
from assurance.loop.loop_decide import OwnForm
from assurance.moderation.moderation_draw import redraw
from assurance.moderation.moderation_outcome import stand_loop_down
from assurance.more_time.ask_more_time import Asked, ask
from bot.clock import Clock
from bot.conversation import Conversation
from policy.calendar.timetable import timetable
from policy.check.loader import load_framework
from policy.council.actor import Actor
from policy.council.establishment import Establishment, Person
from policy.follow_up.moderation import needed
from storage.casework import learning_spaces, loops, moderations
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.database import Database
from tests.assurance.deciding import decide_request
from tests.assurance.forms_filled import PAGES, fill_in, save, send_in
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    PRACTITIONER,
    QA_LEAD,
    SENIOR_MANAGER,
    TEAM_MANAGER,
)
from tests.journeys.living_council import LivingCouncil, Said, london, nine, shipped_framework
from tests.journeys.living_loops import an_inadequate_one, authorised, sent
from tests.journeys.moderating import closed, graded, moderated, moderation_of, returned, talked
from tests.policy.framework_files import copy_with

ALLOCATED = date(2026, 1, 5)
"""Due on Monday 2 February 2026."""


# -- 1 ----------------------------------------------------------------------------------------------------------------


def test_1_the_timetable_and_all_its_sixteen_cells_come_out_of_the_file(tmp_path: Path) -> None:
    table = timetable(shipped_framework())
    assert table.annual == {"team_manager": 21, "senior_manager": 21, "head_of_service": 19, "director": 10}
    assert table.per_quarter == {
        "team_manager": (5, 6, 5, 5),
        "senior_manager": (5, 6, 5, 5),
        "head_of_service": (4, 6, 4, 5),
        "director": (2, 3, 2, 3),
    }
    edited = copy_with(
        tmp_path, 'role = "director"\nquarters = [1, 1, 1, 1]', 'role = "director"\nquarters = [1, 1, 1, 0]'
    )
    changed = timetable(load_framework(edited))
    assert (changed.annual["director"], changed.per_quarter["director"]) == (9, (2, 3, 2, 2))


# -- 2 ----------------------------------------------------------------------------------------------------------------


def test_2_a_quarter_is_120_learning_spaces_in_three_forties_and_478_dip_samples(sqlite_database: Database) -> None:
    framework = shipped_framework()
    council = fully_staffed(read_establishment(framework, demo_council(framework, on=date(2026, 10, 1))))
    posts = council.posts.values()
    assert sum(post.learning_space for post in posts if post.role != "director") + 1 == 119 + 1 == 120

    samples = [framework.quota("dip_sample", post.role)[2] for post in posts if post.dip_sample]
    monthly = [sum(quota >= 3 for quota in samples)] * 3
    monthly[2] += sum(quota for quota in samples if quota < 3)
    assert (sum(samples), monthly) == (159 * 3 + 1, [159, 159, 160]) == (478, [159, 159, 160])

    sqlite_database.write_now(establishments.replace, council)
    given = []
    for day in (date(2026, 10, 1), date(2026, 11, 2), date(2026, 12, 1)):
        actor, now = Actor.person(council.posts_of_role("qa_lead")[0].holder), nine(day) - timedelta(hours=1)
        month = day.replace(day=1)
        proposed = sqlite_database.write_now(propose_allocation, framework, month=month, actor=actor, now=now)
        done = sqlite_database.write_now(approve_allocation, framework, proposed.run_id, actor=actor, now=now)
        items = [sqlite_database.read_now(learning_spaces.by_reference, one) for one in done.references]
        given.append((len(items), sum(item.stream == "mash" for item in items if item)))
    assert given == [(40, 2), (40, 2), (40, 2)]


def fully_staffed(council: Establishment) -> Establishment:
    """The same council with somebody in every post and nobody away, as the arithmetic supposes."""
    people, posts = dict(council.people), dict(council.posts)
    for key, post in council.posts.items():
        if not post.holder:
            people[f"new-{key}"] = Person(f"new-{key}", f"New {key}", f"{key}@northmoor.example")
            posts[key] = replace(post, holder=f"new-{key}")
    return replace(council, people=people, posts=posts, leave=())


# -- 3 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allocated", "due", "second", "seventh", "fourteenth"),
    [
        ("2026-01-05", "2026-02-02", "2026-02-04", "2026-02-09", "2026-02-16"),
        ("2026-03-06", "2026-04-07", "2026-04-09", "2026-04-14", "2026-04-21"),
        ("2026-07-03", "2026-07-31", "2026-08-03", "2026-08-07", "2026-08-14"),
        ("2026-11-27", "2026-12-29", "2026-12-31", "2027-01-05", "2027-01-12"),
        ("2026-02-27", "2026-03-27", "2026-03-30", "2026-04-07", "2026-04-10"),
        ("2026-09-25", "2026-10-23", "2026-10-26", "2026-10-30", "2026-11-06"),
    ],
    ids=["January", "Good Friday", "a Sunday", "Christmas", "clocks forward", "clocks back"],
)
def test_3_the_worked_dates_hold_across_holidays_and_both_changes_of_the_clock(
    council: LivingCouncil, allocated: str, due: str, second: str, seventh: str, fourteenth: str
) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=date.fromisoformat(allocated))
    assert item.due_on.isoformat() == due
    assert item.deadline_at == london(f"{due} 23:59")
    for step, day in (("+2", second), ("+7", seventh), ("+14", fourteenth)):
        early = council.when_the_service_looks(london(f"{day} 08:59"))
        assert step not in {said.step for said in early}
        assert {said.step for said in council.when_the_service_looks(london(f"{day} 09:00"))} == {step}


# -- 4 ----------------------------------------------------------------------------------------------------------------


def test_4_an_extension_is_agreed_at_23_58_on_the_due_date_and_refused_at_00_01(council: LivingCouncil) -> None:
    early = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    late = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    made = asks(council, early, "2026-02-02 23:57")
    waiting = asks(council, late, "2026-02-02 23:57")
    decides(council, made, "2026-02-02 23:58")
    assert council.item(early.reference).due_on == date(2026, 2, 10)
    with pytest.raises(TooLateToAsk):
        decides(council, waiting, "2026-02-03 00:01")
    assert council.item(late.reference).due_on == date(2026, 2, 2)
    with pytest.raises(TooLateToAsk):
        asks(council, late, "2026-02-03 00:01")


def asks(council: LivingCouncil, item: LearningSpace, at: str) -> str:
    """The auditor asks for more time; the token of the request."""
    raw = {"reason": "practitioner_away", "new_date": "2026-02-10"}
    actor, now = Actor.person(item.person), london(at)
    made = council.database.write_now(
        ask, council.framework, item.token, actor=actor, kind="extension", raw=raw, now=now
    )
    assert isinstance(made, Asked), made.problems
    return made.request.token


def decides(council: LivingCouncil, token: str, at: str) -> None:
    """The Head of Service agrees."""
    actor = Actor.person(HEAD)
    council.database.write_now(decide_request, council.framework, token, actor=actor, agree=True, now=london(at))


# -- 5 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("post", "late", "told"),
    [("hos-family", HEAD, {DIRECTOR: "director"}), ("director", DIRECTOR, {EXECUTIVE: "executive_director"})],
    ids=["a Head of Service", "the Director"],
)
def test_5_a_late_senior_persons_second_day_goes_to_the_level_above_and_nobody_is_their_own_manager(
    council: LivingCouncil, post: str, late: str, told: dict[str, str]
) -> None:
    council.given_a_learning_space(post, allocated_on=ALLOCATED, case="NM-000010")
    council.when_the_service_looks(nine(date(2026, 2, 4)))
    assert council.told(step="+2") == {**told, late: "auditor"}
    for day in (date(2026, 2, 9), date(2026, 2, 16)):
        council.when_the_service_looks(nine(day))
    assert {said.roles for said in council.said if said.person == late} == {"auditor"}


# -- 6 ----------------------------------------------------------------------------------------------------------------


def test_6_fifteen_in_a_hundred_is_rounded_up_every_inadequate_comes_on_top_and_the_draw_can_be_repeated(
    council: LivingCouncil,
) -> None:
    rate = council.framework.moderation.rate
    assert [needed(count, rate) for count in (7, 40, 120)] == [2, 6, 18]
    council.now = london("2026-01-26 10:00")
    bad = [returned(council, allocated=ALLOCATED, case=case, grade="inadequate") for case in ("NM-000010", "NM-000013")]
    for number in range(1, 6):
        returned(council, allocated=ALLOCATED, case=f"NM-{number:06}")
    council.when_the_service_looks(nine(date(2026, 2, 2)))
    drawn = council.database.read_now(moderations.in_states, ["selected"])
    assert {one.subject for one in drawn if one.why == "inadequate"} == {item.reference for item in bad}
    by_chance = sorted((one for one in drawn if one.why == "random"), key=lambda one: int(one.draw["place"]))
    assert len(by_chance) == 2
    again = council.database.read_now(redraw, council.framework, date(2026, 1, 1))
    assert [one.reference for one in again] == [one.subject for one in by_chance]


# -- 7 ----------------------------------------------------------------------------------------------------------------


def test_7_lowered_to_inadequate_opens_a_loop_and_raised_from_it_stands_it_down_only_with_a_reason(
    council: LivingCouncil,
) -> None:
    council.now = london("2026-01-26 10:00")
    middling = returned(
        council, allocated=ALLOCATED, grade="requires_improvement", grade_assessment="inadequate", sure_why="Historic."
    )
    bad = returned(council, allocated=ALLOCATED, case="NM-000010", grade="inadequate")
    if council.database.read_now(moderations.of_subject, middling.reference) is None:
        council.when_the_service_looks(nine(date(2026, 2, 2)))
    assert council.database.read_now(loops.of_subject, middling.reference) is None
    council.now = london("2026-02-03 11:00")
    assert moderated(council, middling, "inadequate").outcome == "lowered"
    opened = council.database.read_now(loops.of_subject, middling.reference)
    assert opened is not None and opened.state == "open"

    raised = moderation_of(council, bad)
    graded(council, raised, "requires_improvement")
    talked(council, raised)
    assert closed(council, raised).outcome == "raised"
    loop = council.database.read_now(loops.of_subject, bad.reference)
    assert loop is not None and loop.state == "open", "nothing ends by itself"
    for reason, state in (("", "open"), (None, "open"), ("The plan was followed, as the record shows.", "closed")):
        council.database.write_now(
            stand_loop_down,
            council.framework,
            raised.token,
            actor=Actor.person(QA_LEAD),
            reason=reason,
            now=council.now,
        )
        now = council.database.read_now(loops.of_subject, bad.reference)
        assert now is not None and now.state == state
    ended = council.database.read_now(loops.of_subject, bad.reference)
    assert ended is not None and ended.result == "stood_down"
    assert HEAD in {said.person for said in council.dispatch()}


# -- 8 ----------------------------------------------------------------------------------------------------------------


def test_8_a_head_of_service_who_was_the_auditor_cannot_authorise_and_the_director_can(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council, post="hos-family")
    loop = sent(council, loop, at=london("2026-02-04 16:00"))
    council.dispatch()
    assert council.told(event="E28") == {DIRECTOR: "director"}
    with pytest.raises(OwnForm):
        authorised(council, loop, person=HEAD, at=london("2026-02-05 10:00"))
    done = authorised(council, loop, person=DIRECTOR, at=london("2026-02-05 10:05"))
    assert (done.state, done.authorised_by) == ("with_qa", DIRECTOR)


# -- 9 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("graded_at", "authorised_at", "due"),
    [
        ("2026-11-19 15:00", "2026-11-30 10:00", date(2027, 3, 1)),  # 28 February 2027 is a Sunday
        ("2027-11-18 15:00", "2027-11-30 10:00", date(2028, 2, 29)),
    ],
    ids=["an ordinary year", "a leap year"],
)
def test_9_three_months_after_the_thirtieth_of_november_is_the_end_of_february_then_rolled(
    council: LivingCouncil, graded_at: str, authorised_at: str, due: date
) -> None:
    _, loop = an_inadequate_one(council, at=london(graded_at))
    loop = sent(council, loop, at=london(authorised_at) - timedelta(days=3))
    assert authorised(council, loop, at=london(authorised_at)).reaudit_due_on == due


# -- 10 ---------------------------------------------------------------------------------------------------------------


def test_10_after_a_week_without_service_each_hears_one_message_of_the_highest_step(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.when_the_service_looks(london("2026-02-02 09:00"))
    back = council.when_the_service_looks(london("2026-02-09 11:20"))
    assert sorted(said.person for said in back) == sorted([DIRECTOR, SENIOR_MANAGER, HEAD, TEAM_MANAGER])
    assert {(said.step, said.facts["days_late"]) for said in back} == {("+7", 7)}
    missed = [row for row in council.notices_about(item.reference) if row.step in ("+1", "+2")]
    assert missed and {row.state for row in missed} == {"recorded"}


# -- 11 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["LA1 4XY", "943 476 5919"], ids=["a postcode", "an NHS-like number"])
def test_11_a_childs_details_are_stopped_and_what_is_typed_appears_in_no_log_toast_letter_or_escalation(
    council: LivingCouncil, secret: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    bad, good = f"They moved to {secret} in May.", "A sentence that belongs in the form and nowhere else."
    council.now = london("2026-02-20 10:00")
    for step, answers in PAGES.items():
        if step == "learning":
            refused = press(council, item, "next", step=step, **{**answers, "even_better": bad})
            assert "Next" in refused and secret not in str(council.database.read_now(_drafted, item))
            answers = {**answers, "even_better": good}
        save(council.database, council.framework, item, step, answers, now=council.now)
    draft = council.database.read_now(learning_spaces.load_draft, item.reference, item.person)
    assert draft is not None and draft.answers["even_better"] == good
    climb = council.when_days_pass(date(2026, 2, 20), date(2026, 2, 23))
    assert {said.event for said in climb} >= {"E13"}
    view = fill_in(
        council.database,
        council.framework,
        item,
        now=council.now,
        grade="inadequate",
        even_better=good,
        action_1_by="2026-03-20",
    )
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    council.when_days_pass(date(2026, 2, 24), date(2026, 3, 3))
    everything = [
        *(str((said.message, said.facts)) for said in heard(council)),
        *map(str, council.notices_about(item.reference)),
        *map(str, council.database.read_now(history.read)),
        *capfd.readouterr(),
        caplog.text,
    ]
    assert len(everything) > 20
    for typed in (secret, bad, good):
        assert not [one for one in everything if typed in one]


def press(council: LivingCouncil, item: LearningSpace, verb: str, **data: Any) -> str:
    """The auditor presses a button of the form; the words of what takes its place."""
    talk = Conversation(council.database, council.framework, Clock.standing(council.now))
    person = council.database.read_now(establishments.current).people[item.person]
    return asyncio.run(talk.press(person, verb, {"verb": verb, "ref": item.token, **data})).text


def _drafted(session: Any, item: LearningSpace) -> object:
    return learning_spaces.load_draft(session, item.reference, item.person)


def heard(council: LivingCouncil) -> list[Said]:
    """Everything that was said to anybody."""
    return [*council.said, *council.digests]


# -- 12 ---------------------------------------------------------------------------------------------------------------


def test_12_a_practitioner_sees_no_result_before_release_and_a_director_opens_no_ordinary_form(
    council: LivingCouncil,
) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.now = london("2026-01-29 15:10")
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    with pytest.raises(NotReleased):
        reads(council, item, PRACTITIONER)
    with pytest.raises(HeaderOnly) as refused:
        reads(council, item, DIRECTOR)
    assert set(refused.value.facts) == {"reference", "auditor", "function", "due_on", "days_left"}
    council.when_days_pass(date(2026, 1, 30), date(2026, 2, 5))
    assert reads(council, item, PRACTITIONER).own
    with pytest.raises(HeaderOnly):
        reads(council, item, DIRECTOR)
    read = [(entry.actor, entry.verb) for entry in council.history_of(item.reference) if entry.verb == "form_read"]
    assert read == [(f"person:{PRACTITIONER}", "form_read")], "a refusal reads nothing"


def reads(council: LivingCouncil, item: LearningSpace, person: str) -> Any:
    """Somebody opens the result."""
    actor = Actor.person(person)
    return council.database.write_now(read_result, council.framework, item.reference, actor=actor, now=council.now)
