"""Three months after a loop is authorised: the re-audit opens by itself, and its result closes the loop (R94)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from assurance.allocation.propose_allocation import Terms, derived_seed, preview_allocation
from assurance.common.refusals import NotReady, NotYours
from assurance.learning_space.release import release
from assurance.loop.loop_close import ask_for_own_reaudit, end_as_not_testable, record_result, stand_down
from assurance.loop.loop_decide import NotAnAnswer, send_loop_back
from assurance.loop.loop_form import open_loop_form
from assurance.self_check.verify_loops import loop_findings
from policy.council.actor import Actor
from storage.casework import learning_spaces, loops
from storage.engine.database import Session
from tests.assurance.forms_filled import fill_in, send_in
from tests.assurance.loops_filled import CONFIRM, save_page, send_in_loop
from tests.councils import (
    HEAD,
    PRACTITIONER,
    QA_LEAD,
    QA_OFFICER,
    SENIOR_MANAGER,
    small_council,
    with_post,
)
from tests.journeys.living_council import LivingCouncil, london, nine
from tests.journeys.living_loops import an_inadequate_one, authorised, heard, loop_of, sent, with_qa

# -- three months later -----------------------------------------------------------------------------------------------


def test_a_quarter_of_a_loop_from_the_grade_to_the_proof(council: LivingCouncil) -> None:
    item, loop = an_inadequate_one(council)
    loop = sent(council, loop, at=london("2026-02-04 16:00"))
    council.dispatch()
    council.now = london("2026-02-06 10:00")
    loop = council.database.write_now(
        send_loop_back,
        council.framework,
        loop.token,
        reason="Please say what the team took from it.",
        actor=Actor.person(HEAD),
        now=council.now,
    ).loop
    view = save_page(
        council.database,
        council.framework,
        loop,
        "confirm",
        CONFIRM,
        person=SENIOR_MANAGER,
        now=london("2026-02-09 10:00"),
    )
    loop = send_in_loop(
        council.database,
        council.framework,
        loop,
        version=view.version,
        person=SENIOR_MANAGER,
        now=london("2026-02-09 10:05"),
    ).loop
    council.when_the_service_looks(london("2026-02-09 10:06"))
    assert [(one, step) for one, step, _ in heard(council, "E28")] == [(HEAD, ""), (HEAD, "/2")]
    loop = authorised(council, loop, at=london("2026-02-10 10:00"))
    assert loop.reaudit_due_on == date(2026, 5, 11), "10 May is a Sunday"

    council.when_days_pass(date(2026, 4, 18), date(2026, 5, 11))

    assert heard(council, "E31") == [(QA_LEAD, "-21", date(2026, 4, 20)), (QA_LEAD, "0", date(2026, 5, 11))]
    loop = loop_of(council, loop.reference)
    assert loop.state == "re_audit_due"
    newer = council.item(loop.reaudit_reference)
    assert newer.parent_loop == loop.reference and newer.practitioner == PRACTITIONER
    assert newer.case_ref != item.case_ref, "another child"
    assert newer.person != item.person, "another auditor"
    assert newer.quarter == "2026-27Q1" and newer.activity == "learning_space"
    assert {said.person for said in council.said if said.subject == newer.reference and said.event == "E1"} == {
        newer.person
    }

    at = london("2026-05-20 14:00")
    with pytest.raises(NotReady):
        council.database.write_now(
            record_result, council.framework, loop.token, result="embedded", actor=Actor.person(QA_LEAD), now=at
        )
    graded = fill_in(
        council.database, council.framework, newer, now=at, date_held="2026-05-18", action_1_by="2026-06-15"
    )
    send_in(council.database, council.framework, newer, version=graded.version, now=at)
    council.now = london("2026-05-21 10:00")
    for person in (HEAD, SENIOR_MANAGER, PRACTITIONER, QA_OFFICER):
        with pytest.raises(NotYours):
            council.database.write_now(
                record_result,
                council.framework,
                loop.token,
                result="embedded",
                actor=Actor.person(person),
                now=council.now,
            )
    done = council.database.write_now(
        record_result,
        council.framework,
        loop.token,
        result="embedded",
        actor=Actor.person(QA_LEAD),
        now=council.now,
    )
    assert (done.loop.state, done.loop.result) == ("closed", "embedded")
    council.dispatch()
    assert council.told(event="E32") == {
        HEAD: "head_of_service",
        SENIOR_MANAGER: "senior_manager",
        QA_LEAD: "qa_lead",
    }
    seen = council.database.write_now(
        open_loop_form, council.framework, loop.token, actor=Actor.person(SENIOR_MANAGER), now=council.now
    )
    assert seen.then_and_now is not None
    assert (seen.then_and_now.then.grade, seen.then_and_now.now.grade) == ("inadequate", "good")
    assert (
        council.database.write_now(
            open_loop_form, council.framework, loop.token, actor=Actor.person(PRACTITIONER), now=council.now
        ).then_and_now
        is None
    ), "not released to the practitioner yet"

    council.when_days_pass(date(2026, 5, 22), date(2026, 5, 29))
    practitioners = [(said.event, said.on) for said in council.said if said.person == PRACTITIONER]
    assert practitioners[-2:] == [("E95", date(2026, 5, 28)), ("E32", date(2026, 5, 28))], "the day it is released"
    assert (
        council.database.write_now(
            open_loop_form, council.framework, loop.token, actor=Actor.person(PRACTITIONER), now=council.now
        ).then_and_now
        is not None
    )
    states = {entry.verb for entry in council.history_of(loop.reference)}
    assert {"loop_opened", "loop_met", "loop_submitted", "loop_sent_back", "loop_authorised", "loop_closed"} <= states


def test_after_the_talk_the_practitioner_hears_at_once_how_the_re_audit_came_out(council: LivingCouncil) -> None:
    loop = with_qa(council)
    council.when_the_service_looks(nine(date(2026, 5, 11)))
    loop = loop_of(council, loop.reference)
    newer = council.item(loop.reaudit_reference)
    at = london("2026-05-20 14:00")
    graded = fill_in(
        council.database, council.framework, newer, now=at, date_held="2026-05-18", action_1_by="2026-06-15"
    )
    send_in(council.database, council.framework, newer, version=graded.version, now=at)
    lead, council.now = Actor.person(QA_LEAD), london("2026-05-21 10:00")
    council.database.write_now(
        record_result, council.framework, loop.token, result="partly", actor=lead, now=council.now
    )
    council.when_the_service_looks(london("2026-05-21 10:01"))
    assert PRACTITIONER not in council.told(event="E32")
    auditor, council.now = Actor.person(newer.person), london("2026-05-21 15:00")
    council.database.write_now(release, council.framework, newer.token, actor=auditor, now=council.now)
    council.when_the_service_looks(london("2026-05-21 15:01"))
    assert PRACTITIONER in council.told(event="E32")
    council.when_days_pass(date(2026, 5, 22), date(2026, 6, 1))
    assert len([one for one in council.said if (one.person, one.event) == (PRACTITIONER, "E32")]) == 1


def test_a_practitioner_who_has_left_ends_as_not_testable_with_the_reason(council: LivingCouncil) -> None:
    loop = with_qa(council)
    worker = next(post for post in small_council().posts.values() if post.holder == PRACTITIONER)
    council.given_the_council_is(with_post(small_council(), worker.id, holder=""))
    council.when_the_service_looks(nine(date(2026, 5, 11)))
    (said,) = [one for one in council.said if one.event == "E31" and one.step == "0"]
    assert "The practitioner holds no post here any more." in said.message.text
    with pytest.raises(NotAnAnswer):
        council.database.write_now(
            end_as_not_testable,
            council.framework,
            loop.token,
            reason="because",
            actor=Actor.person(QA_LEAD),
            now=council.now,
        )
    ended = council.database.write_now(
        end_as_not_testable,
        council.framework,
        loop.token,
        reason="left",
        actor=Actor.person(QA_LEAD),
        now=council.now,
    ).loop
    assert (ended.state, ended.result, ended.closed_because) == ("closed", "not_testable", "left")


def test_a_re_audit_that_finds_no_other_child_is_tried_again_every_week(council: LivingCouncil) -> None:
    loop = with_qa(council)
    whole = small_council()
    only = {ref: case for ref, case in whole.cases.items() if case.practitioner != PRACTITIONER or ref == "NM-000001"}
    council.given_the_council_is(replace(whole, cases=only))
    council.when_days_pass(date(2026, 5, 11), date(2026, 5, 12))
    assert loop_of(council, loop.reference).reaudit_reference == ""
    council.given_the_council_is(whole)
    council.when_days_pass(date(2026, 5, 13), date(2026, 5, 19))
    assert loop_of(council, loop.reference).reaudit_reference
    assert [step for _, step, _ in heard(council, "E31")][-1] == loop_of(council, loop.reference).reaudit_reference


def test_one_re_audit_serves_two_loops_of_one_practitioner(council: LivingCouncil) -> None:
    first = with_qa(council)
    second = with_qa(council, post="tm-south-1", case="NM-000002")
    council.when_the_service_looks(nine(date(2026, 5, 11)))
    first, second = loop_of(council, first.reference), loop_of(council, second.reference)
    assert first.reaudit_reference and first.reaudit_reference == second.reaudit_reference


def test_the_qa_lead_may_want_one_re_audit_for_each(council: LivingCouncil) -> None:
    first = with_qa(council)
    second = with_qa(council, post="tm-south-1", case="NM-000002")
    council.database.write_now(
        ask_for_own_reaudit,
        council.framework,
        second.reference,
        actor=Actor.person(QA_LEAD),
        now=council.now,
    )
    council.when_the_service_looks(nine(date(2026, 5, 11)))
    shared = loop_of(council, first.reference).reaudit_reference
    assert shared and loop_of(council, second.reference).reaudit_reference != shared


def taken_back(session: Session, reference: str) -> None:
    learning_spaces.update(session, reference, state="excluded", next_step_at=None)


def test_a_re_audit_that_is_taken_back_is_opened_anew(council: LivingCouncil) -> None:
    loop = with_qa(council)
    council.when_the_service_looks(nine(date(2026, 5, 11)))
    first = loop_of(council, loop.reference).reaudit_reference
    council.database.write_now(taken_back, first)
    council.when_the_service_looks(nine(date(2026, 5, 18)))
    assert loop_of(council, loop.reference).reaudit_reference not in ("", first)


def test_a_loop_whose_grade_was_moderated_up_may_be_stood_down_with_a_reason(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    council.dispatch()
    for person in (HEAD, SENIOR_MANAGER, QA_OFFICER):
        with pytest.raises(NotYours):
            council.database.write_now(
                stand_down,
                council.framework,
                loop.reference,
                reason="The grade was moderated up.",
                actor=Actor.person(person),
                now=council.now,
            )
    ended = council.database.write_now(
        stand_down,
        council.framework,
        loop.reference,
        reason="The grade was moderated up.",
        actor=Actor.person(QA_LEAD),
        now=council.now,
    ).loop
    assert (ended.state, ended.result) == ("closed", "stood_down")
    council.dispatch()
    assert HEAD in council.told(event="E32")
    council.when_days_pass(date(2026, 1, 30), date(2026, 3, 5))
    assert not [one for one in council.said if one.event in ("E26", "E27")]


def test_sweeping_twice_writes_nothing_new(council: LivingCouncil) -> None:
    with_qa(council)
    council.now = nine(date(2026, 5, 11))
    council.sweep()
    assert council.sweep().notices == 0


# -- the auditor ------------------------------------------------------------------------------------------------------


def found_by_the_auditor(council: LivingCouncil) -> set[tuple[str, str]]:
    """What the auditor says of loops: kind and reference."""
    findings = council.database.read_now(loop_findings, council.framework, now=council.now)
    return {(finding.kind, finding.subject) for finding in findings}


def test_a_loop_that_was_looked_at_every_day_gives_the_auditor_nothing_to_say(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    council.when_days_pass(date(2026, 1, 30), date(2026, 3, 2))
    assert found_by_the_auditor(council) == set()
    loop = sent(council, loop, at=london("2026-03-02 16:00"))
    council.when_days_pass(date(2026, 3, 3), date(2026, 3, 10))
    assert found_by_the_auditor(council) == set()
    authorised(council, loop, at=london("2026-03-10 16:00"))
    council.when_days_pass(date(2026, 6, 8), date(2026, 6, 12))
    assert loop_of(council, loop.reference).state == "re_audit_due"
    assert found_by_the_auditor(council) == set()


def test_the_auditor_misses_a_reminder_and_a_re_audit_that_should_have_been(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    council.now = nine(date(2026, 2, 3)) + timedelta(hours=2)
    assert found_by_the_auditor(council) == {("missing_notice", loop.reference)}
    loop = sent(council, loop, at=london("2026-02-04 16:00"))
    loop = authorised(council, loop, at=london("2026-02-05 10:00"))
    council.now = nine(date(2026, 5, 5)) + timedelta(hours=2)
    assert ("missing_reaudit", loop.reference) in found_by_the_auditor(council)


def test_the_auditor_sees_who_was_their_own_judge_and_a_date_that_was_moved(council: LivingCouncil) -> None:
    loop = with_qa(council)
    council.database.write_now(
        loops.update, loop.reference, authorised_by=SENIOR_MANAGER, reaudit_due_on=date(2026, 9, 1)
    )
    assert {("own_judge", loop.reference), ("wrong_date", loop.reference)} <= found_by_the_auditor(council)


def test_a_re_audit_in_a_month_does_not_move_the_seed_of_its_draw(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    loop = sent(council, loop, at=london("2026-02-04 16:00"))
    authorised(council, loop, at=london("2026-02-10 10:00"))
    may = date(2026, 5, 1)
    seed = derived_seed(council.framework, may, 1)
    council.when_the_service_looks(nine(date(2026, 5, 11)))
    assert loop_of(council, loop.reference).reaudit_reference
    preview = council.database.read_now(
        preview_allocation, council.framework, month=may, now=council.now, terms=Terms(at_most=100)
    )
    assert preview.seed == seed
