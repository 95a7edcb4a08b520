"""The practitioner's own words before the grade is final, and the result after the talk or five working days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from assurance.common.refusals import NotReady, NotYours
from assurance.learning_space.read_result import FORM_READ, NotReleased, Result, read_result
from assurance.learning_space.reflect import GradeIsFinal, ReflectionView, open_reflection, save_reflection
from assurance.learning_space.release import release
from assurance.learning_space.reply_to_result import Reply, reply_to_result
from assurance.notify.tell import announce
from dialogs.forms.form_card import review_message
from dialogs.learning_space.two_voices import not_released_message, result_message
from dialogs.letters.letter_subjects import subject_of
from policy.council.actor import Actor
from storage.casework.learning_spaces import LearningSpace
from storage.outbox import notices as outbox
from tests.assurance.forms_filled import fill_in, send_in
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    IN_CARE_MANAGER,
    IRO,
    PDM,
    PRACTITIONER,
    QA_OFFICER,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    WORKERS,
    small_council,
)
from tests.journeys.living_council import LivingCouncil, Said, london, nine

ALLOCATED = date(2026, 1, 5)
SENT_IN = "2026-01-29 15:10"  # a Thursday
WORDS = "I found the second visit hard and would plan it with a colleague."


def given_one(council: LivingCouncil) -> LearningSpace:
    """A learning space about PRACTITIONER's work, with the manager of another team."""
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    assert item.practitioner == PRACTITIONER
    return item


def reflects(council: LivingCouncil, item: LearningSpace, text: str, person: str = PRACTITIONER) -> ReflectionView:
    """The practitioner presses Keep."""
    view: ReflectionView = council.database.write_now(
        save_reflection,
        council.framework,
        item.reference,
        actor=Actor.person(person),
        raw={"reflection": text},
        now=council.now,
    )
    return view


def reads(council: LivingCouncil, item: LearningSpace, person: str) -> Result:
    """Somebody opens the result."""
    result: Result = council.database.write_now(
        read_result, council.framework, item.reference, actor=Actor.person(person), now=council.now
    )
    return result


def sent_in(council: LivingCouncil, item: LearningSpace, at: str = SENT_IN, **changes: Any) -> None:
    """The auditor fills it in and sends it."""
    council.now = london(at)
    view = fill_in(council.database, council.framework, item, now=council.now, **changes)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)


def releases(council: LivingCouncil, item: LearningSpace, person: str = TEAM_MANAGER_2) -> Any:
    """The auditor says that they have talked."""
    return council.database.write_now(
        release, council.framework, item.token, actor=Actor.person(person), now=council.now
    )


def results(council: LivingCouncil, at: datetime | None = None) -> list[Said]:
    """What is said of results and of recognition now; the QA team's own work is none of it."""
    said = council.when_the_service_looks(at) if at else council.dispatch()
    return [one for one in said if one.event in ("E95", "E18") and one.roles != "qa_lead"]


# -- before the grade is final ----------------------------------------------------------------------------------------


def test_the_auditor_reads_the_reflection_in_the_review(council: LivingCouncil) -> None:
    item = given_one(council)
    assert reflects(council, item, WORDS).kept
    view = fill_in(council.database, council.framework, item, now=london(SENT_IN))
    assert view.reflection == WORDS
    text = review_message(view, council.framework).text
    assert f"The practitioner's own words\n\n{WORDS}" in text


def test_it_can_be_changed_until_the_form_is_sent_in_and_not_after(council: LivingCouncil) -> None:
    item = given_one(council)
    reflects(council, item, "A first thought.")
    reflects(council, item, WORDS)
    opened = council.database.write_now(
        open_reflection, council.framework, item.reference, actor=Actor.person(PRACTITIONER), now=council.now
    )
    assert opened.text == WORDS
    sent_in(council, item)
    with pytest.raises(GradeIsFinal):
        reflects(council, item, "Too late.")


@pytest.mark.parametrize(
    "text", ["", "Call me on 07700 900123", "He lives at PR1 2AB", "NHS 943 476 5919", "word " * 101]
)
def test_what_must_not_be_typed_is_shown_back_and_not_kept(council: LivingCouncil, text: str) -> None:
    item = given_one(council)
    view = reflects(council, item, text)
    assert view.problem is not None and not view.kept
    assert not [entry for entry in council.history_of(item.reference) if entry.verb == "reflection_written"]


@pytest.mark.parametrize("person", [TEAM_MANAGER_2, TEAM_MANAGER, HEAD, DIRECTOR, WORKERS[1]])
def test_nobody_else_may_write_or_read_it_there(council: LivingCouncil, person: str) -> None:
    item = given_one(council)
    with pytest.raises(NotYours):
        reflects(council, item, WORDS, person=person)


def test_what_was_typed_is_in_no_history_and_no_notice(council: LivingCouncil) -> None:
    item = given_one(council)
    reflects(council, item, WORDS)
    sent_in(council, item)
    council.now = nine(date(2026, 2, 5))
    council.when_the_service_looks()
    assert "second visit" not in str(council.history_of(item.reference))
    assert "second visit" not in str(council.notices_about(item.reference))
    assert not [said for said in council.said if "second visit" in str(said.message)]


# -- the result -------------------------------------------------------------------------------------------------------


def test_the_practitioner_cannot_see_the_result_before_it_is_released_and_hears_the_day(council: LivingCouncil) -> None:
    item = given_one(council)
    with pytest.raises(NotReleased) as before:
        reads(council, item, PRACTITIONER)
    assert before.value.on is None
    sent_in(council, item)
    with pytest.raises(NotReleased) as early:
        reads(council, item, PRACTITIONER)
    assert early.value.on == date(2026, 2, 5)
    assert not_released_message(early.value, date(2026, 1, 30)).text == (
        f"Not yet: {item.reference}\n\n"
        "Your result opens when Gethin Gorsedale has talked with you about it.\n\n"
        "It opens on Thursday 5 February at the latest, and I will write to you then.\n\n"
        "You can ask Gethin Gorsedale for the talk."
    )


def test_after_the_talk_the_auditor_releases_it_and_the_practitioner_hears_at_once(council: LivingCouncil) -> None:
    item = given_one(council)
    sent_in(council, item)
    council.dispatch()
    council.said.clear()
    council.now = london("2026-01-30 11:00")
    assert not releases(council, item).already
    (said,) = results(council)
    assert (said.person, said.event, said.roles) == (PRACTITIONER, "E95", "practitioner")
    assert said.message.text == (
        f"There is a result: {item.reference}\n\n"
        "The learning space about your work with Gethin Gorsedale has a result.\n\n"
        "If you have not talked about it yet, ask them for the talk, or ask your manager.\n\n"
        f"[Open the result] or type: result {item.reference}"
    )
    assert releases(council, item).already
    assert results(council) == []
    assert reads(council, item, PRACTITIONER).own


def test_that_the_result_is_open_is_a_message_of_its_own_and_no_silent_change_of_the_card_of_weeks_ago(
    council: LivingCouncil,
) -> None:
    council.given_everyone_talks_to_the_bot()
    item = given_one(council)
    told = announce(council.framework, small_council(), "E2", item, now=council.now)
    council.database.write_now(outbox.add, told, at=council.now)
    council.dispatch()
    assert "E2" in {one.event for one in council.said if one.person == PRACTITIONER}
    sent_in(council, item)
    releases(council, item)
    council.dispatch()
    ((delivery, message),) = [
        (one, said)
        for one, said in council.courier.taken
        if one.notice.event == "E95" and one.person.id == PRACTITIONER
    ]
    assert delivery.card is None, "a change in place makes no sound"
    assert message.summary == f"Your learning space {item.reference} has a result."
    assert subject_of("E95", item.reference) == f"There is a result for you to read: {item.reference}"


def test_without_a_talk_it_is_released_on_the_fifth_working_day_at_nine(council: LivingCouncil) -> None:
    item = given_one(council)
    sent_in(council, item)
    council.dispatch()
    council.said.clear()
    assert results(council, london("2026-02-05 08:59")) == []
    (said,) = results(council, nine(date(2026, 2, 5)))
    assert (said.person, said.event) == (PRACTITIONER, "E95")
    assert council.item(item.reference).released_by == "system:sweep"
    assert results(council, nine(date(2026, 2, 6))) == []


def test_an_outstanding_one_tells_the_practitioner_of_the_recognition_after_the_release(council: LivingCouncil) -> None:
    item = given_one(council)
    sent_in(council, item, grade="outstanding")
    council.when_it_stands()
    assert council.told(event="E18") == {HEAD: "head_of_service", TEAM_MANAGER: "team_manager"}
    council.said.clear()
    releases(council, item)
    (said,) = results(council)
    assert (said.person, said.event) == (PRACTITIONER, "E18")
    (kept,) = (
        one for one in council.notices_about(item.reference) if (one.event, one.recipient) == ("E95", PRACTITIONER)
    )
    assert (kept.state, kept.reason) == ("recorded", "the message that recognises the work says it instead")
    assert said.message.text == (
        f"Your work has been recognised: {item.reference}\n\n"
        "Good news: Gethin Gorsedale has recognised your work in this learning space.\n\n"
        "Your Head of Service and your manager know. Thank you for what you do.\n\n"
        f"[Open the result] or type: result {item.reference}"
    )
    assert "outstanding" not in str(said.facts).lower()


def test_the_opened_result_says_the_judgements_in_words_and_neither_child_nor_case(council: LivingCouncil) -> None:
    item = given_one(council)
    reflects(council, item, WORDS)
    sent_in(council, item)
    releases(council, item)
    message = result_message(reads(council, item, PRACTITIONER), council.framework)
    assert "Overall practice: Good" in message.text
    assert "Reflective supervision, more often." in message.text
    assert WORDS in message.text
    assert item.case_ref not in str(message)
    assert "Good" not in message.summary


def test_the_practitioner_reads_what_was_strong_what_comes_next_and_who_helps_before_any_grade(
    council: LivingCouncil,
) -> None:
    item = given_one(council)
    sent_in(council, item, grade="inadequate", action_1_owner="practitioner", action_1_by="2026-03-02")
    releases(council, item)
    result = reads(council, item, PRACTITIONER)
    text = result_message(result, council.framework).text
    order = (
        "What worked well",
        "What could be even better",
        "Yours to do: AC-2025Q4-001, by Monday 2 March.",
        "Tomasz Dunmere meets with you and your manager by Thursday 12 February",
        "Priya Fernhollow (your Team Manager), Rosa Ivythwaite (your PDM) and Gethin Gorsedale",
        "Overall practice: Inadequate",
        "Anything you want to say to this?",
    )
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
    manager = result_message(reads(council, item, TEAM_MANAGER), council.framework).text
    assert manager.index("Overall practice: Inadequate") < manager.index("What worked well"), "others look for it first"


def test_the_practitioner_can_reply_to_the_result_and_it_is_read_where_the_result_is(council: LivingCouncil) -> None:
    item = given_one(council)
    sent_in(council, item)
    releases(council, item)
    council.dispatch()

    def replies(text: str) -> Reply:
        return council.database.write_now(
            reply_to_result,
            council.framework,
            item.reference,
            actor=Actor.person(PRACTITIONER),
            raw={"reflection": text},
            now=council.now,
        )

    refused = replies("Call me on 07700 900123 please")
    assert refused.problem and refused.entered == "Call me on 07700 900123 please"
    assert replies(WORDS).problem is None
    heard = [one for one in council.dispatch() if one.event == "E96"]
    assert {one.person: one.roles for one in heard} == {TEAM_MANAGER_2: "auditor", TEAM_MANAGER: "team_manager"}
    assert all("second visit" not in str(one.message) + str(one.facts) for one in heard)
    assert (
        f"The practitioner's reply\n\n{WORDS}"
        in result_message(reads(council, item, TEAM_MANAGER_2), council.framework).text
    )


@pytest.mark.parametrize(("person", "refusal"), [(PRACTITIONER, NotReady), (TEAM_MANAGER, NotYours)])
def test_nobody_replies_before_the_release_and_nobody_but_the_practitioner(
    council: LivingCouncil, person: str, refusal: type[Exception]
) -> None:
    item = given_one(council)
    sent_in(council, item)
    with pytest.raises(refusal):
        council.database.write_now(
            reply_to_result,
            council.framework,
            item.reference,
            actor=Actor.person(person),
            raw={"reflection": WORDS},
            now=council.now,
        )


def test_only_the_auditor_releases_and_only_what_is_sent_in(council: LivingCouncil) -> None:
    item = given_one(council)
    with pytest.raises(NotReady):
        releases(council, item)
    sent_in(council, item)
    for person in (PRACTITIONER, TEAM_MANAGER, HEAD, DIRECTOR):
        with pytest.raises(NotYours):
            releases(council, item, person=person)


@pytest.mark.parametrize("person", [TEAM_MANAGER, SENIOR_MANAGER, HEAD, QA_OFFICER])
def test_those_who_answer_for_the_work_may_read_it_and_leave_a_trace(council: LivingCouncil, person: str) -> None:
    item = given_one(council)
    sent_in(council, item)
    reads(council, item, person)
    (entry,) = [entry for entry in council.history_of(item.reference) if entry.verb == FORM_READ]
    assert (entry.actor, entry.detail) == (f"person:{person}", {"as": "reader"})


def test_the_auditor_may_read_again_what_they_sent_in_and_history_says_so(council: LivingCouncil) -> None:
    item = given_one(council)
    sent_in(council, item)
    result = reads(council, item, TEAM_MANAGER_2)
    assert result.sent_by_reader and result.case_ref == item.case_ref
    (entry,) = [entry for entry in council.history_of(item.reference) if entry.verb == FORM_READ]
    assert (entry.actor, entry.detail) == (f"person:{TEAM_MANAGER_2}", {"as": "auditor"})


@pytest.mark.parametrize("person", [DIRECTOR, EXECUTIVE, IN_CARE_MANAGER, IRO, PDM, WORKERS[1], "p-no"])
def test_nobody_else_may_read_it_whatever_their_rank(council: LivingCouncil, person: str) -> None:
    item = given_one(council)
    sent_in(council, item)
    releases(council, item)
    with pytest.raises(NotYours):
        reads(council, item, person)
    assert not [entry for entry in council.history_of(item.reference) if entry.verb == FORM_READ]


def test_the_small_council_has_the_people_these_tests_speak_of() -> None:
    assert small_council().people[TEAM_MANAGER_2].name == "Gethin Gorsedale"
