"""Closing the loop as it is lived: from an inadequate grade to the proof three months later (R88-R96, E26-E32)."""

from __future__ import annotations

from datetime import date

import pytest

from assurance.common.refusals import NotYours
from assurance.loop.loop_decide import ActionWithoutDate, NotAnAnswer, OwnForm, authorise_loop, send_loop_back
from assurance.loop.loop_form import open_loop_form
from policy.council.actor import Actor
from policy.council.establishment import Cover
from policy.follow_up.loop_form import part_key
from storage.casework import actions, loops, red_flags
from storage.engine.database import Session
from tests.assurance.loops_filled import fill_in_loop, meeting, not_done, save_page, send_in_loop
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    PRACTITIONER,
    QA_LEAD,
    SENIOR_MANAGER,
    SENIOR_MANAGER_SOUTH,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    small_council,
    with_cover,
)
from tests.journeys.living_council import LivingCouncil, london, nine
from tests.journeys.living_loops import MET, an_inadequate_one, authorised, heard, loop_of, sent

# -- the meeting ------------------------------------------------------------------------------------------------------


def test_the_senior_manager_is_asked_again_after_three_seven_and_ten_working_days(council: LivingCouncil) -> None:
    an_inadequate_one(council)
    council.when_days_pass(date(2026, 1, 30), date(2026, 2, 20))
    assert heard(council, "E26") == [
        (SENIOR_MANAGER, "+3wd", date(2026, 2, 3)),
        (SENIOR_MANAGER, "+7wd", date(2026, 2, 9)),
        (SENIOR_MANAGER, "+10wd", date(2026, 2, 12)),
    ]


def test_once_they_have_met_the_meeting_is_not_asked_for_again(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    council.now = london("2026-02-04 16:00")
    save_page(
        council.database, council.framework, loop, "meeting", meeting(MET), person=SENIOR_MANAGER, now=council.now
    )
    assert (loop_of(council, loop.reference).state, loop_of(council, loop.reference).met_on) == ("met", MET)
    council.when_days_pass(date(2026, 2, 5), date(2026, 2, 20))
    assert heard(council, "E26") == []


def test_a_meeting_without_the_practitioner_or_their_manager_is_none(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    view = save_page(
        council.database,
        council.framework,
        loop,
        "meeting",
        meeting(date(2026, 1, 29), present="practitioner,other"),
        person=SENIOR_MANAGER,
        now=council.now,
    )
    assert (view.problems["present"].code, view.problems["present"].limit) == ("must_include", "Team Manager")
    assert loop_of(council, loop.reference).state == "open"


def test_a_child_who_is_not_safe_now_is_told_of_at_once_whatever_else_is_missing(council: LivingCouncil) -> None:
    item, loop = an_inadequate_one(council)
    council.now = london("2026-01-31 21:00")  # a Saturday night
    save_page(
        council.database,
        council.framework,
        loop,
        "meeting",
        {"safe_now": "no"},
        person=SENIOR_MANAGER,
        now=council.now,
        move_to="stay",
    )
    said = [one for one in council.dispatch() if one.event == "E16"]
    assert {one.person for one in said} == {HEAD, QA_LEAD}, "the Senior Manager need not call themselves"
    assert all(set(one.facts) == {"reference", "auditor", "call"} for one in said)
    flag = council.database.read_now(red_flags.of, item.reference)
    assert flag is not None and flag.raised_by == SENIOR_MANAGER


# -- the form ---------------------------------------------------------------------------------------------------------


def test_only_the_practitioners_own_senior_manager_or_the_deputy_fills_it_in(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    for person in (SENIOR_MANAGER_SOUTH, TEAM_MANAGER_2, PRACTITIONER, DIRECTOR, QA_LEAD, HEAD):
        with pytest.raises(NotYours):
            save_page(
                council.database, council.framework, loop, "meeting", meeting(MET), person=person, now=council.now
            )
    cover = Cover("sm-north", SENIOR_MANAGER_SOUTH, date(2026, 1, 1), date(2026, 3, 1))
    council.given_the_council_is(with_cover(small_council(), cover))
    at = london("2026-02-04 12:00")
    view = save_page(
        council.database, council.framework, loop, "meeting", meeting(MET), person=SENIOR_MANAGER_SOUTH, now=at
    )
    assert view.mode == "fill"


def test_a_form_that_is_not_back_climbs_as_a_late_action_does(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    save_page(
        council.database,
        council.framework,
        loop,
        "meeting",
        meeting(date(2026, 1, 29)),
        person=SENIOR_MANAGER,
        now=council.now,
    )
    council.when_days_pass(date(2026, 2, 25), date(2026, 5, 25))
    days: dict[str, set[tuple[str, date]]] = {}
    for person, step, on in heard(council, "E27"):
        days.setdefault(step, set()).add((person, on))
    assert days == {
        "0": {(SENIOR_MANAGER, date(2026, 2, 26))},
        "+1": {(person, date(2026, 2, 27)) for person in (SENIOR_MANAGER, HEAD, QA_LEAD)},
        "+4w": {(person, date(2026, 3, 26)) for person in (SENIOR_MANAGER, HEAD)},
        "+6w": {(person, date(2026, 4, 9)) for person in (DIRECTOR, SENIOR_MANAGER, HEAD)},
        "+12w": {(person, date(2026, 5, 21)) for person in (EXECUTIVE, DIRECTOR, SENIOR_MANAGER, HEAD)},
    }


def test_a_head_of_service_who_stands_in_for_the_senior_manager_is_not_told_of_their_own_lateness_as_a_manager(
    council: LivingCouncil,
) -> None:
    an_inadequate_one(council)
    stands_in = Cover("sm-north", HEAD, date(2026, 2, 1), date(2026, 6, 30))
    council.given_the_council_is(with_cover(small_council(), stands_in))
    council.when_days_pass(date(2026, 2, 25), date(2026, 4, 10))
    told = {(one.step, one.person): one.roles for one in council.said if one.event == "E27"}
    assert told == {
        ("0", HEAD): "senior_manager",
        ("+1", HEAD): "senior_manager",
        ("+1", DIRECTOR): "director",
        ("+1", QA_LEAD): "qa_lead",
        ("+4w", HEAD): "senior_manager",
        ("+4w", DIRECTOR): "director",
        ("+6w", DIRECTOR): "director",
        ("+6w", HEAD): "senior_manager+head_of_service",
    }


def test_a_week_without_service_is_one_message_and_the_rest_is_recorded(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    council.when_the_service_looks(nine(date(2026, 2, 13)))
    assert [(person, step) for person, step, _ in heard(council, "E26")] == [(SENIOR_MANAGER, "+10wd")]
    said = [notice for notice in council.notices_about(loop.reference) if notice.event == "E26"]
    assert {notice.step: notice.state for notice in said} == {"+3wd": "recorded", "+7wd": "recorded", "+10wd": "sent"}
    assert {notice.reason for notice in said if notice.state == "recorded"} == {"the later step +10wd says it instead"}


def test_sending_asks_the_head_of_service_and_asks_again_after_three_and_five_working_days(
    council: LivingCouncil,
) -> None:
    _, loop = an_inadequate_one(council)
    sent(council, loop, at=london("2026-02-04 16:00"))
    council.dispatch()
    council.when_days_pass(date(2026, 2, 5), date(2026, 2, 20))
    assert heard(council, "E28") == [
        (HEAD, "", date(2026, 2, 4)),
        (HEAD, "+3wd", date(2026, 2, 9)),
        (HEAD, "+5wd", date(2026, 2, 11)),
    ]
    assert not [one for one in council.said if one.event == "E27"]


def test_pressing_send_twice_is_one_sending(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    at = london("2026-02-04 16:00")
    sent(council, loop, at=at)
    again = send_in_loop(council.database, council.framework, loop, version=5, person=SENIOR_MANAGER, now=at)
    assert (again.state, again.loop.submissions) == ("already", 1)


def test_a_review_that_is_behind_the_draft_is_shown_anew(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    at = london("2026-02-04 16:00")
    view = fill_in_loop(council.database, council.framework, loop, person=SENIOR_MANAGER, now=at, met_on=MET)
    outcome = send_in_loop(
        council.database, council.framework, loop, version=view.version - 1, person=SENIOR_MANAGER, now=at
    )
    assert outcome.state == "changed" and loop_of(council, loop.reference).state == "met"


def test_what_the_form_says_is_done_is_done_once_it_is_authorised_and_not_before(council: LivingCouncil) -> None:
    item, loop = an_inadequate_one(council)
    loop = sent(council, loop, at=london("2026-02-04 16:00"))
    (waits,) = council.database.read_now(actions.of_subject, item.reference)
    assert waits.is_open and waits.closed_at is None
    council.database.write_now(
        send_loop_back, council.framework, loop.token, reason="Not yet.", actor=Actor.person(HEAD), now=council.now
    )
    (back,) = council.database.read_now(actions.of_subject, item.reference)
    assert back == waits, "a form that is sent back has done nothing"
    authorised(council, sent(council, loop, at=london("2026-02-04 17:00")), at=london("2026-02-06 10:00"))
    (action,) = council.database.read_now(actions.of_subject, item.reference)
    assert (action.state, action.evidence_kind, action.evidence_on) == ("done", "supervision", MET)
    assert action.next_step_at is None


# -- authorising ------------------------------------------------------------------------------------------------------


def test_authorising_gives_it_to_the_qa_team_and_sets_the_re_audit_three_calendar_months_on(
    council: LivingCouncil,
) -> None:
    _, loop = an_inadequate_one(council)
    loop = sent(council, loop, at=london("2026-02-04 16:00"))
    council.when_the_service_looks(nine(date(2026, 2, 5)))  # the practitioner's result is released
    loop = authorised(council, loop, at=london("2026-02-05 10:00"))
    assert (loop.state, loop.authorised_by, loop.reaudit_due_on) == ("with_qa", HEAD, date(2026, 5, 5))
    council.dispatch()
    assert council.told(event="E30") == {
        QA_LEAD: "qa_lead",
        SENIOR_MANAGER: "senior_manager",
        PRACTITIONER: "practitioner",
        TEAM_MANAGER: "team_manager",
    }
    assert [entry.verb for entry in council.history_of(loop.reference)][-2:] == ["loop_authorised", "loop_received"]


def test_authorised_before_the_release_it_is_not_told_to_the_practitioner_who_may_not_know_of_it_yet(
    council: LivingCouncil,
) -> None:
    item, loop = an_inadequate_one(council)
    loop = sent(council, loop, at=london("2026-02-03 16:00"))
    authorised(council, loop, at=london("2026-02-04 10:00"))
    council.dispatch()
    assert PRACTITIONER not in council.told(event="E30")
    assert council.item(item.reference).released_at is None


def test_authorised_on_the_last_of_november_the_re_audit_is_due_on_the_first_of_march(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council, at=london("2026-11-26 15:00"))
    loop = sent(council, loop, at=london("2026-11-27 16:00"))
    assert authorised(council, loop, at=london("2026-11-30 10:00")).reaudit_due_on == date(2027, 3, 1)


def test_pressing_authorise_twice_is_one_authorisation_and_another_person_hears_who_it_was(
    council: LivingCouncil,
) -> None:
    _, loop = an_inadequate_one(council)
    loop = sent(council, loop, at=london("2026-02-04 16:00"))
    authorised(council, loop, at=london("2026-02-05 10:00"))
    later = london("2026-02-06 10:00")
    again = council.database.write_now(
        authorise_loop, council.framework, loop.token, actor=Actor.person(HEAD), now=later
    )
    assert again.already and again.loop.authorised_at == london("2026-02-05 10:00")
    assert len([one for one in council.notices_about(loop.reference) if one.event == "E30"]) == 3


def test_nobody_authorises_a_form_they_filled_in(council: LivingCouncil) -> None:
    """The Head of Service stands in for the Senior Manager: the Director authorises in their place."""
    cover = Cover("sm-north", HEAD, date(2026, 1, 1), date(2026, 3, 1))
    council.given_the_council_is(with_cover(small_council(), cover))
    _, loop = an_inadequate_one(council)
    loop = sent(council, loop, person=HEAD, at=london("2026-02-04 16:00"))
    council.dispatch()
    assert council.told(event="E28") == {DIRECTOR: "director"}
    with pytest.raises(OwnForm):
        authorised(council, loop, at=london("2026-02-05 10:00"))
    assert authorised(council, loop, person=DIRECTOR, at=london("2026-02-05 10:05")).authorised_by == DIRECTOR


def test_a_head_of_service_who_was_the_auditor_does_not_authorise_and_the_director_does(
    council: LivingCouncil,
) -> None:
    _, loop = an_inadequate_one(council, post="hos-family")
    loop = sent(council, loop, at=london("2026-02-04 16:00"))
    council.dispatch()
    assert council.told(event="E28") == {DIRECTOR: "director"}
    with pytest.raises(OwnForm):
        authorised(council, loop, at=london("2026-02-05 10:00"))
    assert authorised(council, loop, person=DIRECTOR, at=london("2026-02-05 10:05")).state == "with_qa"


def test_an_ordinary_form_is_not_the_directors_to_open_or_authorise(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    loop = sent(council, loop, at=london("2026-02-04 16:00"))
    with pytest.raises(NotYours):
        authorised(council, loop, person=DIRECTOR, at=london("2026-02-05 10:05"))
    with pytest.raises(NotYours):
        council.database.write_now(
            open_loop_form, council.framework, loop.token, actor=Actor.person(DIRECTOR), now=council.now
        )


def opened_again(session: Session, reference: str) -> None:
    actions.update(session, reference, state="open", closed_at=None)


def test_an_action_that_is_not_done_needs_a_new_date(council: LivingCouncil) -> None:
    item, loop = an_inadequate_one(council)
    at = london("2026-02-04 16:00")
    (action,) = council.database.read_now(actions.of_subject, item.reference)
    view = save_page(
        council.database,
        council.framework,
        loop,
        f"{part_key(action.reference, 'action')}",
        not_done(action.reference, None),
        person=SENIOR_MANAGER,
        now=at,
    )
    assert view.problems[part_key(action.reference, "action_new_date")].code == "required"
    loop = sent(council, loop, at=at)
    # However the answers got there, an action without a date stands in the way.
    council.database.write_now(
        loops.update, loop.reference, form={**loop.form, part_key(action.reference, "action_state"): "not_done"}
    )
    council.database.write_now(opened_again, action.reference)
    with pytest.raises(ActionWithoutDate):
        authorised(council, loop, at=london("2026-02-05 10:00"))


def test_the_new_date_of_an_action_counts_once_it_is_authorised(council: LivingCouncil) -> None:
    item, loop = an_inadequate_one(council)
    at = london("2026-02-04 16:00")
    (action,) = council.database.read_now(actions.of_subject, item.reference)
    view = fill_in_loop(
        council.database,
        council.framework,
        loop,
        person=SENIOR_MANAGER,
        now=at,
        met_on=MET,
        **not_done(action.reference, date(2026, 4, 1)),
    )
    loop = send_in_loop(
        council.database, council.framework, loop, version=view.version, person=SENIOR_MANAGER, now=at
    ).loop
    assert council.database.read_now(actions.of_subject, item.reference)[0].due_on == action.due_on
    authorised(council, loop, at=london("2026-02-05 10:00"))
    later = council.database.read_now(actions.of_subject, item.reference)[0]
    assert (later.due_on, later.state, later.moved_from) == (date(2026, 4, 1), "open", action.due_on)


def test_sent_back_the_reason_is_in_the_opened_form_alone(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    loop = sent(council, loop, at=london("2026-02-04 16:00"))
    council.now = london("2026-02-05 10:00")
    reason = "Please say where the plan was changed."

    back = council.database.write_now(
        send_loop_back, council.framework, loop.token, reason=reason, actor=Actor.person(HEAD), now=council.now
    )

    assert (back.loop.state, back.already) == ("returned_for_change", False)
    (said,) = [one for one in council.dispatch() if one.event == "E29"]
    assert said.person == SENIOR_MANAGER
    assert "plan was changed" not in str(said.message) + str(said.facts)
    assert all("plan was changed" not in str(entry.detail) for entry in council.history_of(loop.reference))
    view = council.database.write_now(
        open_loop_form, council.framework, loop.token, actor=Actor.person(SENIOR_MANAGER), now=council.now
    )
    assert view.mode == "fill" and view.loop.returned_because == reason
    again = council.database.write_now(
        send_loop_back, council.framework, loop.token, reason=reason, actor=Actor.person(HEAD), now=council.now
    )
    assert again.already


@pytest.mark.parametrize(
    ("reason", "code"),
    [("", "required"), ("x" * 301, "too_long"), ("Call 07700 900123 please", "identifier:phone")],
)
def test_a_reason_is_guarded_like_any_text(council: LivingCouncil, reason: str, code: str) -> None:
    _, loop = an_inadequate_one(council)
    loop = sent(council, loop, at=london("2026-02-04 16:00"))
    with pytest.raises(NotAnAnswer) as refused:
        council.database.write_now(
            send_loop_back, council.framework, loop.token, reason=reason, actor=Actor.person(HEAD), now=council.now
        )
    assert refused.value.problem.code == code
