"""Moderation lived through: who is selected and when, who hears what, and what a changed grade sets off (E21-E25)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from assurance.common.decision import Decision
from assurance.common.final_grade import grade_that_stands
from assurance.common.refusals import NotReady, NotYours
from assurance.learning_space.read_result import read_result
from assurance.learning_space.release import release
from assurance.moderation.moderate import look_again
from assurance.moderation.moderation_draw import redraw
from assurance.moderation.moderation_list import moderation_decisions
from assurance.moderation.moderation_outcome import mark_stale
from dialogs.learning_space.two_voices import result_message
from dialogs.moderation.moderation_news import NOT_YET_WHY
from policy.council.actor import Actor
from policy.follow_up.moderation import agreement
from storage.casework import learning_spaces, loops, moderations
from storage.council import establishment as establishments
from storage.engine.database import Session
from tests.councils import (
    DIRECTOR,
    HEAD,
    QA_LEAD,
    QA_OFFICER,
    SENIOR_MANAGER,
    TEAM_MANAGER_2,
    small_council,
    with_post,
)
from tests.journeys.living_council import LivingCouncil, london, nine
from tests.journeys.moderating import booked, closed, graded, moderated, moderation_of, returned, settled, talked

ALLOCATED = date(2026, 1, 5)
SENT_IN = "2026-01-29 15:10"  # a Thursday


@pytest.fixture(autouse=True)
def at_the_desk(council: LivingCouncil) -> None:
    council.now = london(SENT_IN)


def _heard(council: LivingCouncil, event: str) -> list[tuple[str, date, str]]:
    return [(said.person, said.on, said.message.text) for said in council.said if said.event == event]


# -- selected ---------------------------------------------------------------------------------------------------------


def test_an_inadequate_is_selected_the_moment_it_comes_in_and_its_moderator_told_that_day(
    council: LivingCouncil,
) -> None:
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    moderation = moderation_of(council, item)
    assert (moderation.reference, moderation.why, moderation.state) == ("MO-2025Q4-001", "inadequate", "selected")
    assert moderation.moderator in (QA_LEAD, QA_OFFICER)
    council.when_it_stands()
    ((person, on, text),) = _heard(council, "E21")
    assert (person, on) == (moderation.moderator, date(2026, 1, 29))
    assert text == (
        "A moderation for you: MO-2025Q4-001\n\n"
        "Please look at this learning space a second time. You give your own view before you see the first one.\n\n"
        f"Learning space: {item.reference}\n"
        "Done by: Gethin Gorsedale\n"
        "Function: Family Safeguarding\n"
        "Book the talk by: Thursday 5 February\n\n"
        f"{NOT_YET_WHY}\n\n"
        "[Open] or type: open MO-2025Q4-001"
    )


def test_what_a_soft_check_marks_is_selected_too_and_the_message_cannot_be_told_from_an_inadequates(
    council: LivingCouncil,
) -> None:
    doubtful = returned(council, allocated=ALLOCATED, grade_assessment="inadequate", grade="good", sure_why="Historic.")
    clear = returned(council, allocated=ALLOCATED, case="NM-000010", grade="inadequate")
    assert moderation_of(council, doubtful).why == "soft_check"
    council.when_it_stands()
    first, second = (text for _, _, text in _heard(council, "E21"))
    for text in (first, second):
        assert NOT_YET_WHY in text
    assert moderation_of(council, clear).why == "inadequate"


def test_a_good_one_waits_for_the_draw_at_the_end_of_the_month(council: LivingCouncil) -> None:
    items = [returned(council, allocated=ALLOCATED, case=f"NM-{n:06}") for n in range(1, 8)]
    assert council.database.read_now(moderations.in_states, ["selected"]) == []
    council.when_the_service_looks(london("2026-01-31 23:30"))
    assert council.database.read_now(moderations.in_states, ["selected"]) == []
    council.when_days_pass(date(2026, 2, 1), date(2026, 2, 4))
    drawn = council.database.read_now(moderations.in_states, ["selected"])
    assert len(drawn) == 2, "15 % of 7, rounded up"
    assert {one.why for one in drawn} == {"random"}
    assert {one.subject for one in drawn} <= {item.reference for item in items}
    assert {on for _, on, _ in _heard(council, "E21")} == {date(2026, 2, 2)}, "1 February 2026 is a Sunday"
    assert all(NOT_YET_WHY in text for _, _, text in _heard(council, "E21")), "in the words of every other one"
    assert {one.moderator for one in drawn} == {QA_LEAD, QA_OFFICER}, "they share the work"


def test_the_draw_can_be_repeated_from_its_stored_seed(council: LivingCouncil) -> None:
    for n in range(1, 8):
        returned(council, allocated=ALLOCATED, case=f"NM-{n:06}")
    returned(council, allocated=ALLOCATED, case="NM-000009", grade="inadequate")
    council.when_the_service_looks(london("2026-02-01 00:05"))
    drawn = {one.subject: one.draw for one in council.database.read_now(moderations.in_states, ["selected"])}
    again = council.database.read_now(redraw, council.framework, date(2026, 1, 1))
    by_chance = {subject: draw for subject, draw in drawn.items() if draw}
    assert [one.reference for one in again] == sorted(by_chance, key=lambda subject: by_chance[subject]["place"])
    assert len(drawn) == len(by_chance) + 1
    (entry,) = council.history_of("2026-01")
    assert entry.detail["seed"] == next(iter(by_chance.values()))["seed"]


def test_looking_twice_draws_once_and_the_quarter_reaches_its_number(council: LivingCouncil) -> None:
    for n in range(1, 8):
        returned(council, allocated=ALLOCATED, case=f"NM-{n:06}")
    for moment in ("2026-02-01 00:05", "2026-02-01 00:06", "2026-02-15 12:00"):
        council.when_the_service_looks(london(moment))
    assert len(council.database.read_now(moderations.selected_since, london("2026-01-01 00:00"))) == 2
    council.now = london("2026-02-20 11:00")
    for n in range(8, 15):
        returned(council, allocated=date(2026, 2, 2), case=f"NM-{n:06}", date_held="2026-02-10")
    council.when_the_service_looks(london("2026-04-02 10:00"))  # after a month without service
    assert len(council.database.read_now(moderations.selected_since, london("2026-01-01 00:00"))) == 3, "15 % of 14"


def test_nobody_moderates_the_work_of_a_person_they_manage(council: LivingCouncil) -> None:
    council.given_the_council_is(with_post(small_council(), "sm-north", holder=QA_OFFICER))
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    assert moderation_of(council, item).moderator == QA_LEAD


def test_with_nobody_to_moderate_the_qa_team_hears_that_there_is_nobody(council: LivingCouncil) -> None:
    council.given_the_council_is(
        with_post(with_post(small_council(), "sm-north", holder=QA_OFFICER), "qa-lead", holder="")
    )
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    assert moderation_of(council, item).moderator == ""
    council.when_it_stands()
    ((person, _, text),) = _heard(council, "E21")
    assert person == QA_OFFICER, "in the QA lead's place; to find somebody, not to do it"
    assert "There is no moderator to tell." in text


# -- the talk ---------------------------------------------------------------------------------------------------------


def test_five_working_days_without_a_day_for_the_talk_remind_the_moderator_once(council: LivingCouncil) -> None:
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    moderation = moderation_of(council, item)
    council.when_days_pass(date(2026, 1, 30), date(2026, 2, 12))
    ((person, on, text),) = _heard(council, "E22")
    assert (person, on) == (moderation.moderator, date(2026, 2, 5))
    assert text.startswith("A talk to book: MO-2025Q4-001")
    assert "There is no day yet for the talk with Gethin Gorsedale." in text


def test_with_a_day_for_the_talk_nobody_is_reminded_and_the_manager_knows_when(council: LivingCouncil) -> None:
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    moderation = moderation_of(council, item)
    graded(council, moderation, "inadequate")
    council.now = london("2026-01-29 18:10")
    booked(council, moderation, date(2026, 2, 3))
    council.when_days_pass(date(2026, 1, 30), date(2026, 2, 12))
    assert _heard(council, "E22") == []
    ((person, on, text),) = _heard(council, "E23")
    assert (person, on) == (TEAM_MANAGER_2, date(2026, 1, 30)), "booked on Thursday evening"
    moderator = small_council().people[moderation.moderator].name
    assert text == (
        f"A talk about {item.reference}\n\n"
        "The QA team has looked at your learning space a second time, and would like to hear how you see it.\n\n"
        f"With: {moderator}\n"
        "Day: Tuesday 3 February\n"
        "Moderation: MO-2025Q4-001\n\n"
        "There is nothing to prepare. It is there so that the same work is seen the same way.\n\n"
        "If the day does not suit you, please agree another one with them."
    )


def test_another_day_is_told_again_and_the_same_day_is_not(council: LivingCouncil) -> None:
    moderation = moderation_of(council, returned(council, allocated=ALLOCATED, grade="inadequate"))
    graded(council, moderation, "inadequate")
    for day in (3, 3, 4):
        booked(council, moderation, date(2026, 2, day))
    council.dispatch()
    assert len(_heard(council, "E23")) == 2


def test_there_is_no_outcome_without_the_talk_and_no_talk_before_the_own_view(council: LivingCouncil) -> None:
    moderation = moderation_of(council, returned(council, allocated=ALLOCATED, grade="inadequate"))
    with pytest.raises(NotReady):
        booked(council, moderation, date(2026, 2, 3))
    with pytest.raises(NotReady):
        talked(council, moderation)
    graded(council, moderation, "good")
    with pytest.raises(NotReady):
        closed(council, moderation)
    assert set(talked(council, moderation, managers_view="").problems) == {"managers_view"}
    guarded = talked(council, moderation, managers_view="Ring me on 07700 900123 please")
    assert guarded.problems["managers_view"].code == "identifier:phone"
    with pytest.raises(NotReady):
        closed(council, moderation)
    talked(council, moderation)
    assert closed(council, moderation).outcome == "raised"


# -- the outcome ------------------------------------------------------------------------------------------------------


def test_an_agreed_outcome_goes_to_the_manager_alone(council: LivingCouncil) -> None:
    item = returned(council, allocated=ALLOCATED, grade_assessment="inadequate", grade="good", sure_why="Historic.")
    moderation = moderated(council, item, "good")
    assert (moderation.outcome, moderation.state) == ("agreed", "closed")
    council.dispatch()
    ((person, on, text),) = _heard(council, "E24")
    assert (person, on) == (TEAM_MANAGER_2, date(2026, 1, 29))
    assert text == (
        "Moderation finished: MO-2025Q4-001\n\n"
        f"Learning space: {item.reference}\n"
        "Done by: Gethin Gorsedale\n"
        "Outcome: Agreed\n\n"
        "Thank you for talking it through. Your view is kept with it.\n\n"
        "[Open] or type: open MO-2025Q4-001"
    )


def test_lowered_to_inadequate_opens_the_loop_that_day_and_the_head_of_service_hears(council: LivingCouncil) -> None:
    item = returned(council, allocated=ALLOCATED, grade_assessment="inadequate", grade="good", sure_why="Historic.")
    assert council.database.read_now(loops.of_subject, item.reference) is None
    council.now = london("2026-02-03 11:00")
    moderation = moderated(council, item, "inadequate")
    loop = council.database.read_now(loops.of_subject, item.reference)
    assert moderation.outcome == "lowered"
    assert loop and (loop.state, loop.meet_by) == ("open", date(2026, 2, 17)), "ten working days from that day"
    council.dispatch()
    assert {person for person, _, _ in _heard(council, "E24")} == {TEAM_MANAGER_2, HEAD}
    assert all(f"Closing the loop goes with it: {loop.reference}." in text for _, _, text in _heard(council, "E24"))
    assert SENIOR_MANAGER in council.told(event="E17")
    after = council.item(item.reference)
    assert after.grade == "good", "the original is kept"
    assert council.database.read_now(grade_that_stands, after) == "inadequate"


def test_inadequate_raised_leaves_the_loop_open_and_offers_the_qa_lead_to_stand_it_down(council: LivingCouncil) -> None:
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    loop = council.database.read_now(loops.of_subject, item.reference)
    moderation = moderated(council, item, "requires_improvement")
    assert moderation.outcome == "raised"
    after = council.database.read_now(loops.of_subject, item.reference)
    assert loop and after and after.state == "open", "only a person stands it down, with a reason"
    council.dispatch()
    texts = {person: text for person, _, text in _heard(council, "E24")}
    assert set(texts) == {TEAM_MANAGER_2, HEAD, QA_LEAD}
    assert f"Closing the loop {loop.reference} may be stood down now, with a reason." in texts[QA_LEAD]
    assert "stood down" not in texts[HEAD] + texts[TEAM_MANAGER_2]
    assert "Outcome: Raised" in texts[HEAD]


def test_not_agreed_goes_to_the_qa_lead_and_the_head_of_service_and_the_same_say_settles_it(
    council: LivingCouncil,
) -> None:
    item = returned(council, allocated=ALLOCATED, grade_assessment="inadequate", grade="good", sure_why="Historic.")
    moderation = moderated(council, item, "inadequate", accepted="no")
    assert (moderation.state, moderation.outcome) == ("disputed", "not_agreed")
    assert council.database.read_now(loops.of_subject, item.reference), "safety first, also while in dispute"
    council.dispatch()
    texts = {person: text for person, _, text in _heard(council, "E24")}
    qa = QA_OFFICER if moderation.moderator == QA_LEAD else QA_LEAD
    assert set(texts) == {TEAM_MANAGER_2, HEAD, qa}
    assert "Please open it and say what you think." in texts[HEAD]
    assert "You will hear what they say." in texts[TEAM_MANAGER_2]
    for stranger in (TEAM_MANAGER_2, SENIOR_MANAGER, DIRECTOR, moderation.moderator):
        with pytest.raises(NotYours):
            settled(council, moderation, stranger, "original")
    settled(council, moderation, qa, "moderated")
    assert moderation_of(council, item).state == "disputed"
    settled(council, moderation, HEAD, "moderated")
    after = moderation_of(council, item)
    assert (after.state, after.outcome) == ("closed", "lowered")
    assert council.database.read_now(grade_that_stands, council.item(item.reference)) == "inadequate"
    council.dispatch()
    assert [person for person, _, text in _heard(council, "E24") if "Lowered" in text].count(TEAM_MANAGER_2) == 1


def test_two_different_says_leave_it_not_agreed_and_the_original_stands(council: LivingCouncil) -> None:
    item = returned(council, allocated=ALLOCATED, grade_assessment="inadequate", grade="good", sure_why="Historic.")
    moderation = moderated(council, item, "requires_improvement", accepted="no")
    qa = QA_OFFICER if moderation.moderator == QA_LEAD else QA_LEAD
    settled(council, moderation, HEAD, "original")
    settled(council, moderation, qa, "moderated")
    after = moderation_of(council, item)
    assert (after.state, after.outcome) == ("closed", "not_agreed")
    assert council.database.read_now(grade_that_stands, council.item(item.reference)) == "good"


def test_a_head_of_service_does_not_decide_on_their_own(council: LivingCouncil) -> None:
    item = returned(council, post="hos-family", allocated=ALLOCATED, case="NM-000040", grade="inadequate")
    moderation = moderated(council, item, "good", accepted="no")
    with pytest.raises(NotYours):
        settled(council, moderation, HEAD, "original")
    settled(council, moderation, DIRECTOR, "original")


def test_a_form_that_changes_afterwards_makes_its_moderation_stale(council: LivingCouncil) -> None:
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    found = council.database.write_now(mark_stale, item.reference, actor=Actor.person(TEAM_MANAGER_2), now=council.now)
    assert found and found.stale and moderation_of(council, item).stale
    council.database.write_now(mark_stale, item.reference, actor=Actor.person(TEAM_MANAGER_2), now=council.now)
    verbs = [entry.verb for entry in council.history_of(found.reference)]
    assert verbs.count("moderation_stale") == 1
    assert council.database.write_now(mark_stale, "LS-2025Q4-999", actor=Actor.system("x"), now=council.now) is None


def test_its_moderator_then_looks_again_and_the_grade_as_it_now_is_counts(council: LivingCouncil) -> None:
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    moderation = moderated(council, item, "inadequate")
    moderator = Actor.person(moderation.moderator)
    with pytest.raises(NotReady):
        council.database.write_now(look_again, council.framework, moderation.token, actor=moderator, now=council.now)
    council.database.write_now(
        lambda session: learning_spaces.update(session, item.reference, grade="requires_improvement")
    )
    council.database.write_now(mark_stale, item.reference, actor=Actor.person(TEAM_MANAGER_2), now=council.now)
    view = council.database.write_now(look_again, council.framework, moderation.token, actor=moderator, now=council.now)
    assert (view.page, dict(view.original)) == ("judgement", {})
    graded(council, moderation, "requires_improvement")
    talked(council, moderation)
    assert closed(council, moderation).outcome == "agreed"
    after = moderation_of(council, item)
    assert (after.original_grade, after.stale) == ("requires_improvement", False)


def test_when_a_moderator_leaves_the_qa_team_another_one_goes_on_the_next_day(council: LivingCouncil) -> None:
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    first = moderation_of(council, item).moderator
    council.when_the_service_looks(london("2026-01-30 09:00"))
    other = QA_LEAD if first == QA_OFFICER else QA_OFFICER
    gone = "qa-lead" if first == QA_LEAD else "qa-officer"
    council.given_the_council_is(with_post(small_council(), gone, holder=""))
    council.when_the_service_looks(london("2026-02-02 09:00"))
    assert moderation_of(council, item).moderator == other
    assert [person for person, _, _ in _heard(council, "E21")] == [first, other]


def test_agreement_is_counted_from_what_was_stored(council: LivingCouncil) -> None:
    for n, grade in enumerate(("inadequate", "requires_improvement", "good"), start=1):
        item = returned(council, allocated=ALLOCATED, case=f"NM-{n:06}", grade="inadequate")
        moderated(council, item, grade)
    pairs = council.database.read_now(moderations.grade_pairs, london("2026-01-01 00:00"), london("2026-04-01 00:00"))
    found = agreement(pairs, council.framework.grades)
    assert (found.moderated, found.exact, found.within_one) == (3, 1, 2)


# -- the rate ---------------------------------------------------------------------------------------------------------


def test_a_rate_that_is_too_low_is_said_weekly_from_week_nine_and_at_the_quarters_end(council: LivingCouncil) -> None:
    for n in range(1, 8):
        returned(council, allocated=ALLOCATED, case=f"NM-{n:06}")
    council.when_days_pass(date(2026, 1, 30), date(2026, 4, 7))
    said = _heard(council, "E25")
    assert {person for person, _, _ in said} == {QA_LEAD}
    assert [on for _, on, _ in said] == [
        date(2026, 2, 26),
        date(2026, 3, 5),
        date(2026, 3, 12),
        date(2026, 3, 19),
        date(2026, 3, 26),
        date(2026, 3, 31),
    ]
    assert said[0][2] == (
        "Two moderations still needed this quarter\n\n"
        "Sent in: 7\n"
        "Needed by chance: 2 (15%)\n"
        "Looked at again: 0 (0%)\n\n"
        "What is always moderated comes on top and is not counted here.\n\n"
        "More are drawn at the end of each month. To see who has which, type: moderations"
    )


def test_once_enough_were_looked_at_again_nothing_is_said(council: LivingCouncil) -> None:
    for n in range(1, 8):
        returned(council, allocated=ALLOCATED, case=f"NM-{n:06}")
    council.when_the_service_looks(nine(date(2026, 2, 2)))
    for one in council.database.read_now(moderations.in_states, ["selected"]):
        graded(council, one, "good")
    council.when_days_pass(date(2026, 2, 24), date(2026, 4, 2))
    assert _heard(council, "E25") == []


def test_no_notice_of_a_moderation_holds_a_grade_a_case_or_a_practitioner(council: LivingCouncil) -> None:
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    moderation = moderation_of(council, item)
    graded(council, moderation, "requires_improvement")
    booked(council, moderation, date(2026, 2, 3))
    council.now += timedelta(days=5)
    talked(council, moderation)
    closed(council, moderation)
    practitioner = small_council().people[item.practitioner].name
    for notice in council.notices_about(moderation.reference):
        held = str(notice.facts)
        for word in ("inadequate", "requires", item.case_ref, item.practitioner, practitioner, "visits"):
            assert word not in held
    for entry in council.history_of(moderation.reference):
        assert "inadequate" not in str(entry.detail) and "visits" not in str(entry.detail)


def test_the_practitioner_reads_the_grade_that_stands_and_not_the_one_it_replaced(council: LivingCouncil) -> None:
    item = returned(council, allocated=ALLOCATED, grade="inadequate", impact="inadequate")
    council.database.write_now(release, council.framework, item.token, actor=Actor.person(item.person), now=council.now)
    moderated(council, item, "requires_improvement")
    result = council.database.write_now(
        read_result, council.framework, item.reference, actor=Actor.person(item.practitioner), now=council.now
    )
    assert (result.answers["grade"], result.answers["impact"]) == ("requires_improvement", "good")
    text = result_message(result, council.framework).text
    assert "Requires improvement" in text
    assert result.answers["grade_reasons"]


def test_many_disputes_on_the_home_card_ask_the_database_no_more_than_one_does(council: LivingCouncil) -> None:
    def asked() -> tuple[int, int]:
        """How many disputes wait for the Head of Service, and how many questions finding them took."""
        statements: list[str] = []

        def look(session: Session) -> list[Decision]:
            note = lambda *told: statements.append(told[2])  # noqa: E731
            event.listen(session.connection, "before_cursor_execute", note)
            try:
                return moderation_decisions(
                    session, council.framework, establishments.current(session), HEAD, council.now
                )
            finally:
                event.remove(session.connection, "before_cursor_execute", note)

        return len(council.database.read_now(look)), len(statements)

    disputed_one(council, "NM-000001")
    disputes, questions = asked()
    disputed_one(council, "NM-000002")
    disputed_one(council, "NM-000003")
    assert disputes == 1
    assert asked() == (3, questions)


def disputed_one(council: LivingCouncil, case: str) -> None:
    """A moderation its manager does not accept."""
    item = returned(
        council, allocated=ALLOCATED, case=case, grade_assessment="inadequate", grade="good", sure_why="Historic."
    )
    moderated(council, item, "requires_improvement", accepted="no")
