"""Closing the loop as it is pressed: by the people it concerns, on the cards they get, and by nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from bot.cli.terminal_card import buttons_of, inputs_of
from bot.conversation import Conversation
from dialogs.kit.message import Message
from policy.council.establishment import Person
from storage.casework import actions, loops
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.council import establishment, history
from storage.engine.database import Database
from tests.assurance.forms_filled import fill_in, send_in
from tests.bot.filling import press
from tests.councils import DIRECTOR, HEAD, PRACTITIONER, QA_LEAD, SENIOR_MANAGER, TEAM_MANAGER, TEAM_MANAGER_2
from tests.journeys.living_council import LivingCouncil, london, nine

MOST_PAGES = 8


@dataclass
class _Hands:
    """The clock of a council: it stands where a test put it."""

    council: LivingCouncil

    def now(self) -> datetime:
        return self.council.now


@dataclass
class _Lived:
    """A council with one loop, and a conversation with anybody in it."""

    council: LivingCouncil
    talk: Conversation
    item: LearningSpace
    reference: str

    def person(self, person: str) -> Person:
        return self.council.database.read_now(establishment.current).people[person]

    def loop(self) -> Loop:
        found = self.council.database.read_now(loops.by_reference, self.reference)
        assert found
        return found

    async def typed(self, person: str, text: str) -> Message:
        return (await self.talk.text(self.person(person), text))[0]

    async def pressed(self, person: str, message: Message, verb: str, **answers: str) -> Message:
        return await press(self.talk, self.person(person), message, verb, **answers)


@pytest.fixture
def lived(sqlite_database: Database) -> _Lived:
    database = sqlite_database
    council = LivingCouncil(database, now=london("2026-01-05 09:00"))
    item = council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))
    council.now = london("2026-01-29 15:10")
    view = fill_in(database, council.framework, item, now=council.now, grade="inadequate")
    outcome = send_in(database, council.framework, item, version=view.version, now=council.now)
    council.when_it_stands()
    talk = Conversation(database, council.framework, _Hands(council))  # type: ignore[arg-type]
    return _Lived(council, talk, council.item(item.reference), outcome.loop_reference)


def _answers(card: Message, on: date) -> dict[str, str]:
    """An answer to every question of a page."""
    given = {}
    for question in inputs_of(card.card):
        values = [value for value, _ in question.choices]
        if question.id == "present":
            given[question.id] = "practitioner,team_manager"
        elif question.kind == "date":
            given[question.id] = on.isoformat()
        elif question.kind in ("choice", "choices"):
            given[question.id] = "done" if "done" in values else values[0]
        else:
            given[question.id] = "true" if question.kind == "toggle" else "Reviews are booked at once."
    return given


async def _to_review(lived: _Lived, page: Message) -> Message:
    for _ in range(MOST_PAGES):
        if "loop_send" in [each.verb for each in buttons_of(page.card)]:
            return page
        answers = _answers(page, lived.council.calendar.local_date(lived.council.now))
        page = await lived.pressed(SENIOR_MANAGER, page, "loop_next", **answers)
    raise AssertionError(page.text)


async def _sent(lived: _Lived) -> Message:
    home = await lived.typed(SENIOR_MANAGER, "list")
    review = await _to_review(lived, await lived.pressed(SENIOR_MANAGER, home, "loop"))
    return await lived.pressed(SENIOR_MANAGER, review, "loop_send")


async def test_the_senior_manager_opens_it_from_the_message_and_sends_it_page_by_page(lived: _Lived) -> None:
    told = next(said for said in lived.council.said if said.person == SENIOR_MANAGER and said.event == "E17")
    first = await lived.pressed(SENIOR_MANAGER, told.message, "loop")
    assert lived.item.case_ref in first.text
    review = await _to_review(lived, first)
    receipt = await lived.pressed(SENIOR_MANAGER, review, "loop_send")
    assert lived.loop().state == "submitted"
    assert lived.item.case_ref not in receipt.text and "Reviews are booked" not in receipt.text
    (action,) = lived.council.database.read_now(actions.of_subject, lived.item.reference)
    assert action.state == "open", "done once it is authorised"
    again = await lived.pressed(SENIOR_MANAGER, review, "loop_send")
    assert "already" in again.text and lived.loop().submissions == 1


async def test_it_can_be_put_aside_and_carried_on_with(lived: _Lived) -> None:
    page = await lived.typed(SENIOR_MANAGER, f"open {lived.reference}")
    saved = await lived.pressed(SENIOR_MANAGER, page, "loop_later", met_on="2026-01-29")
    again = await lived.pressed(SENIOR_MANAGER, saved, "loop")
    assert {question.id: question.value for question in inputs_of(again.card)}["met_on"] == "2026-01-29"


async def test_the_head_of_service_sends_it_back_and_then_authorises_it(lived: _Lived) -> None:
    await _sent(lived)
    card = await lived.pressed(HEAD, await lived.typed(HEAD, "list"), "loop")
    without = await lived.pressed(HEAD, card, "loop_return", because="")
    assert "Please write a few words." in without.text and lived.loop().state == "submitted"
    back = await lived.pressed(HEAD, card, "loop_return", because="Please say what the team took from it.")
    assert "Senior Manager" in back.text and lived.loop().state == "returned_for_change"
    page = await lived.typed(SENIOR_MANAGER, f"open {lived.reference}")
    assert "Please say what the team took from it." in page.text
    review = await _to_review(lived, page)
    await lived.pressed(SENIOR_MANAGER, review, "loop_send")
    stale = await lived.pressed(HEAD, card, "loop_authorise")
    assert lived.loop().state == "submitted", "that card showed the form as it was before"
    assert f"open {lived.reference}" in stale.text
    fresh = await lived.typed(HEAD, f"open {lived.reference}")
    done = await lived.pressed(HEAD, fresh, "loop_authorise")
    assert "authorised" in done.text and lived.loop().state == "with_qa"
    twice = await lived.pressed(HEAD, fresh, "loop_authorise")
    assert "settled already" in twice.text


async def test_a_child_who_is_not_safe_stands_first_and_authorising_is_asked_about_once_more(lived: _Lived) -> None:
    page = await lived.typed(SENIOR_MANAGER, f"open {lived.reference}")
    answers = {**_answers(page, date(2026, 1, 29)), "met_on": "2026-01-29", "safe_now": "no"}
    page = await lived.pressed(SENIOR_MANAGER, page, "loop_next", **answers)
    told = {"told_whom": "head_of_service", "told_at": "14:05", "told_confirmed": "true"}
    page = await lived.pressed(SENIOR_MANAGER, page, "loop_next", **told)
    await lived.pressed(SENIOR_MANAGER, await _to_review(lived, page), "loop_send")
    card = await lived.typed(HEAD, f"open {lived.reference}")
    first = card.text.split("\n\n")[1]
    assert first == "The form says that the child is not safe now."
    for said in ("Whom have you told? Head of Service", "14:05", "Nobody has taken it up yet."):
        assert said in card.text.split("The form waits to be authorised.")[0]
    sure = await lived.pressed(HEAD, card, "loop_authorise")
    assert lived.loop().state == "submitted" and "not safe now" in sure.text
    done = await lived.pressed(HEAD, sure, "loop_authorise_sure")
    assert "authorised" in done.text and lived.loop().state == "with_qa"
    (entry,) = [one for one in lived.council.history_of(lived.reference) if one.verb == "loop_authorised"]
    assert entry.detail["child_safe_now"] == "no"


async def test_a_press_on_somebody_elses_card_does_nothing(lived: _Lived) -> None:
    await _sent(lived)
    card = await lived.typed(HEAD, f"open {lived.reference}")
    refused = {
        person: await lived.pressed(person, card, "loop_authorise")
        for person in (DIRECTOR, SENIOR_MANAGER, TEAM_MANAGER, TEAM_MANAGER_2, PRACTITIONER, QA_LEAD)
    }
    assert lived.loop().state == "submitted"
    assert "somebody else authorises it" in refused[SENIOR_MANAGER].text
    for person in (DIRECTOR, TEAM_MANAGER, PRACTITIONER):
        assert lived.item.case_ref not in refused[person].text


@pytest.mark.parametrize("person", [DIRECTOR, TEAM_MANAGER_2])
async def test_who_it_does_not_concern_cannot_open_it_by_its_reference(lived: _Lived, person: str) -> None:
    await _sent(lived)
    answer = await lived.typed(person, f"open {lived.reference}")
    assert lived.reference not in answer.text and lived.item.case_ref not in answer.text


async def test_once_their_result_is_released_the_practitioner_reads_their_own_without_the_case_and_history_says_so(
    lived: _Lived,
) -> None:
    await _sent(lived)
    before = await lived.typed(PRACTITIONER, f"open {lived.reference}")
    assert before == await lived.typed(PRACTITIONER, f"open {lived.reference[:-3]}999"), "as if there were none"
    await lived.typed(TEAM_MANAGER_2, f"release {lived.item.reference}")
    lived.council.now += timedelta(minutes=1)
    lived.council.sweep()
    card = await lived.typed(PRACTITIONER, f"open {lived.reference}")
    assert "Reviews are booked at once." in card.text
    assert lived.item.case_ref not in card.text and not buttons_of(card.card)
    entries = lived.council.database.read_now(history.read, subject=lived.reference)
    assert [entry.actor for entry in entries if entry.verb == "loop_read"] == [f"person:{PRACTITIONER}"]


async def test_the_list_of_open_loops_counts_for_the_director_and_names_nobody(lived: _Lived) -> None:
    lived.council.now = nine(date(2026, 3, 2))
    for_head = await lived.typed(HEAD, "loops")
    assert lived.reference in for_head.text and "The form is late." in for_head.text
    assert "Worker" not in for_head.text and lived.item.case_ref not in for_head.text
    for_director = await lived.typed(DIRECTOR, "loops")
    assert lived.reference not in for_director.text and "weeks old: fewer than 5\n" in for_director.text
    assert lived.reference not in (await lived.typed(TEAM_MANAGER, "loops")).text


async def test_the_qa_lead_stands_it_down_only_with_a_reason(lived: _Lived) -> None:
    card = await lived.typed(QA_LEAD, f"open {lived.reference}")
    without = await lived.pressed(QA_LEAD, card, "loop_stand_down", stand_down_because="")
    assert "Please write a few words." in without.text and lived.loop().is_open
    await lived.pressed(QA_LEAD, card, "loop_stand_down", stand_down_because="The grade was moderated up.")
    assert (lived.loop().state, lived.loop().result) == ("closed", "stood_down")


async def test_the_qa_lead_records_the_result_and_then_and_now_stand_side_by_side(lived: _Lived) -> None:
    await _sent(lived)
    await lived.pressed(HEAD, await lived.typed(HEAD, f"open {lived.reference}"), "loop_authorise")
    due_on = lived.loop().reaudit_due_on
    assert due_on
    lived.council.now = nine(due_on)
    lived.council.sweep()
    newer = lived.council.item(lived.loop().reaudit_reference)
    lived.council.now = at = london("2026-05-06 14:00")
    view = fill_in(
        lived.council.database,
        lived.council.framework,
        newer,
        now=at,
        date_held="2026-05-05",
        action_1_by="2026-06-05",
    )
    send_in(lived.council.database, lived.council.framework, newer, version=view.version, now=at)
    card = await lived.pressed(QA_LEAD, await lived.typed(QA_LEAD, "list"), "loop")
    assert "Then and now" in card.text
    done = await lived.pressed(QA_LEAD, card, "loop_result", reaudit_result="partly")
    assert "partly embedded" in done.text and lived.loop().result == "partly"


async def test_the_meeting_is_booked_moved_and_called_off_from_the_card_of_the_loop(lived: _Lived) -> None:
    opened = await lived.typed(SENIOR_MANAGER, f"open {lived.reference}")
    asked = await lived.pressed(SENIOR_MANAGER, opened, "loop_meeting")
    assert {"meeting_on", "meeting_from"} <= {question.id for question in inputs_of(asked.card)}
    wrong = await lived.pressed(SENIOR_MANAGER, asked, "loop_book", meeting_on="2026-01-20", meeting_from="14:30")
    assert "!" in wrong.text and lived.loop().meeting_at is None
    done = await lived.pressed(SENIOR_MANAGER, wrong, "loop_book", meeting_on="2026-02-09", meeting_from="14:30")
    assert "The meeting is booked" in done.text and "Monday 9 February, 2:30 pm" in done.text
    opened = await lived.typed(SENIOR_MANAGER, f"open {lived.reference}")
    assert "Meeting: Monday 9 February, 2:30 pm" in opened.text and "[Change the meeting]" in opened.text
    asked = await lived.pressed(SENIOR_MANAGER, opened, "loop_meeting")
    moved = await lived.pressed(SENIOR_MANAGER, asked, "loop_book", meeting_on="2026-02-10", meeting_from="09:15")
    assert "Tuesday 10 February, 9:15 am" in moved.text
    asked = await lived.pressed(SENIOR_MANAGER, moved, "loop_meeting")
    off = await lived.pressed(SENIOR_MANAGER, asked, "loop_call_off")
    assert "No meeting is booked" in off.text and lived.loop().meeting_at is None
