"""A quarter lived at the desk in a real browser, by the people of the council, with the record looked at beside it.

The clock only goes forward, so what is lived here is lived in this order. Each journey has people of its own; the last
two are both of the manager whom the guided tour begins with, who is late before the work turns out inadequate.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.desk_answers import REASONS, by_email, fill_in, fill_loop, pages, type_answers
from tests.e2e.desk_correspondent import Correspondent
from tests.e2e.desk_page import Desk
from tests.e2e.desk_record import Record
from tests.e2e.desk_sitting import DeskSitting

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

GIVEN = "A learning space for you"


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    desk = open_desk()
    desk.page.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    return desk


@pytest.fixture
def record(desk_sitting: DeskSitting) -> Record:
    return Record(desk_sitting.database)


def today(desk: Desk) -> date:
    return datetime.fromisoformat(desk.asked("clock")["now"]).date()


def graded(record: Record, reference: str) -> tuple[str, str, str]:
    kept = record.space(reference)
    return kept["state"], kept["grade"], kept["impact"]


SENT_IN_GOOD = ("submitted", "good", "good")


# -- given -----------------------------------------------------------------------------------------------------------


def test_the_qa_lead_allocates_a_month_and_each_manager_gets_their_card_on_its_day(desk: Desk, record: Record) -> None:
    lead = desk.pick(desk.cast("qa_lead"))
    lead.say("allocate December")
    proposal = lead.card("A proposal for December 2026: 40 learning spaces")
    assert "Nothing is sent until you approve it." in proposal.text
    of_december = "SELECT count(*) AS many FROM allocations WHERE month = '2026-12-01'"
    assert record.one(of_december)["many"] == 0
    proposal.press("Approve")
    lead.hears("Approved: 40 learning spaces")
    lead.hears("Nobody is skipped in silence")
    assert record.one(of_december)["many"] == 40

    manager = record.unopened()
    chat = desk.pick(manager["name"])
    assert not [said for said in chat.texts() if manager["reference"] in said]
    desk.move_clock(to="2026-12-01T09:30")
    card = chat.card(f"{GIVEN}: {manager['reference']}")
    assert "Due: Tuesday 29 December" in card.text
    assert "If nothing happens: on Thursday 31 December your Senior Manager and Head of Service are told" in card.text
    assert any(manager["reference"] in line for line in chat.lock_screen())
    assert desk.accessible() == []


# -- graded ----------------------------------------------------------------------------------------------------------


def test_a_manager_grades_on_the_card_and_lets_the_practitioner_see_the_result(desk: Desk, record: Record) -> None:
    item = record.unopened()
    reference = item["reference"]
    manager = desk.pick(item["name"])
    manager.press("Open", GIVEN)
    fill_in(lambda: manager.card(reference), pages(today(desk), item["name"]))
    review = manager.card("Overall practice grade: Good")
    assert desk.accessible() == []
    assert graded(record, reference) == ("opened", "", ""), "nothing is sent in before Send"
    review.press("Send")
    receipt = manager.card(f"Sent in: {reference}")
    assert "Good" not in receipt.text
    assert REASONS not in receipt.text
    assert graded(record, reference) == SENT_IN_GOOD

    to_the_result = re.compile("^(Open|See) the result$")
    worker = desk.pick(record.space(reference)["practitioner_name"])
    assert not worker.place.get_by_role("button", name=to_the_result).count()
    desk.pick(item["name"]).press("We have talked: release", f"Sent in: {reference}")
    desk.move_clock(hours=1)  # for a minute it could be taken back
    worker = desk.pick(worker.name)
    worker.place.get_by_role("button", name=to_the_result).last.click()
    result = worker.card("Good")
    assert "Direct work that changed the plan." in result.text
    assert not any("Good" in line for line in worker.lock_screen())


def test_a_manager_grades_in_a_window(desk: Desk, record: Record) -> None:
    item = record.unopened()
    manager = desk.pick(item["name"])
    manager.press("Open in a window", GIVEN)
    fill_in(desk.dialog, pages(today(desk), item["name"]))
    assert "Overall practice grade: Good" in desk.dialog().text
    assert desk.accessible() == []
    desk.dialog().press("Send")
    expect(desk.dialog().place).to_contain_text("has been sent in")
    desk.dialog().press("Close")
    desk.no_dialog()
    manager.hears(f"Sent in: {item['reference']}")
    expect(desk.page.locator(":focus")).not_to_have_js_property("tagName", "BODY")
    assert graded(record, item["reference"]) == SENT_IN_GOOD


def test_a_manager_grades_by_typing(desk: Desk, record: Record) -> None:
    item = record.unopened()
    manager = desk.pick(item["name"])
    manager.say(f"grade {item['reference']} by typing")
    type_answers(manager)
    assert "Overall practice grade: Good" in manager.newest().text
    assert graded(record, item["reference"]) == ("opened", "", "")
    manager.say("send")
    manager.hears(f"Sent in: {item['reference']}")
    assert graded(record, item["reference"]) == SENT_IN_GOOD
    assert record.answers(item["reference"])["grade_reasons"] == REASONS


def test_what_is_begun_on_a_card_goes_on_by_typing_and_ends_in_a_window(desk: Desk, record: Record) -> None:
    item = record.unopened()
    manager = desk.pick(item["name"])
    answers = pages(today(desk), item["name"])
    manager.press("Open", GIVEN)
    fill_in(lambda: manager.card(item["reference"]), answers, until="What you saw")
    manager.say("type")
    assert "Question 7 of 28: What you saw" in manager.newest().text, "what the card asked is not asked again"
    type_answers(manager, until="Strengths")
    manager.say("later")
    manager.press("Open in a window", "Saved for later")
    assert "Step 4 of 6: Learning" in desk.dialog().text, "what was typed is not asked again"
    fill_in(desk.dialog, answers)
    desk.dialog().press("Send")
    expect(desk.dialog().place).to_contain_text("has been sent in")
    assert graded(record, item["reference"]) == SENT_IN_GOOD
    kept = record.answers(item["reference"])
    assert (kept["in_person"], kept["grade_reasons"], kept["strength_themes"]) == ("yes", REASONS, ["planning"])


# -- more time -------------------------------------------------------------------------------------------------------


def test_more_time_is_asked_on_a_card_and_decided_by_the_head_of_service_on_theirs(desk: Desk, record: Record) -> None:
    item = record.unopened()
    reference, due = item["reference"], date.fromisoformat(record.space(item["reference"])["due_on"])
    wanted = due + timedelta(days=6)
    manager = desk.pick(item["name"])
    manager.press("Ask for more time", GIVEN)
    form = manager.card("Which new date would work?")
    form.press("Ask")
    assert "Nothing has been asked yet." in manager.card("Which new date would work?").text
    form = manager.card("Which new date would work?")
    form.fill_all({"What is the reason?": "The meeting had to move", "Which new date would work?": wanted.isoformat()})
    form.press("Ask")
    manager.hears("Your request goes to your Head of Service.")
    request = record.one("SELECT * FROM requests WHERE reference = ?", reference)
    assert (request["state"], request["reason"], request["new_due_on"]) == (
        "asked",
        "meeting_moved",
        wanted.isoformat(),
    )
    assert record.space(reference)["due_on"] == due.isoformat()

    asked = record.until(
        "SELECT people.name FROM notices JOIN people ON people.id = recipient WHERE subject = ? AND event = 'E8'"
        " AND state = 'sent'",
        reference,
    )
    head = desk.pick(asked["name"])
    card = head.card(f"More time asked for: {reference}")
    assert any(f"More time is asked for: {reference}" in line for line in head.lock_screen())
    head.tab("Chat")
    assert desk.accessible() == []
    card.press("Agree")
    after = record.space(reference)
    assert (after["due_on"], after["extended_from"]) == (wanted.isoformat(), due.isoformat())
    desk.move_clock(hours=1)  # for a minute it could be taken back
    desk.pick(item["name"]).hears(f"More time: agreed, {reference}")


# -- by email --------------------------------------------------------------------------------------------------------


def test_a_manager_without_teams_asks_completes_and_closes_an_action_by_email(desk: Desk, record: Record) -> None:
    item = record.unopened()
    reference, due = item["reference"], date.fromisoformat(record.space(item["reference"])["due_on"])
    desk.pick(item["name"])
    desk.switch("Has taken the app out", True, person=item["name"])
    desk.move_clock(working_days=1, hours=1)
    pane = desk.pick(item["name"])
    expect(pane.place).to_contain_text("does not have the app")
    manager = Correspondent(pane)
    assert f"Open: reply with the words open {reference}" in manager.letter(f"{GIVEN}: {reference}")
    assert desk.accessible() == []

    wanted = due + timedelta(days=6)
    back = manager.ask(f"Please extend to {wanted:%-d %B %Y} because the practitioner is away")
    assert "What is the reason? The practitioner is away" in back
    assert not record.rows("SELECT * FROM requests WHERE reference = ?", reference), "nothing is asked before YES"
    assert "Your request goes to your Head of Service." in manager.ask("YES")
    request = record.one("SELECT * FROM requests WHERE reference = ?", reference)
    assert (request["state"], request["new_due_on"]) == ("asked", wanted.isoformat())

    manager.letter(f"{GIVEN}: {reference}")
    assert "1. Date of the meeting: (please answer)" in manager.ask(f"open {reference}")
    assert "Everything is answered. Reply with YES alone" in manager.ask(by_email(today(desk)))
    assert record.space(reference)["state"] == "opened", "nothing counts until YES"
    receipt = manager.ask("YES")
    assert receipt.startswith(f"Sent in: {reference}")
    assert REASONS not in receipt
    assert graded(record, reference) == SENT_IN_GOOD
    assert record.answers(reference)["grade_reasons"] == REASONS

    desk.move_clock(hours=1)  # for a minute the form could be taken back, and its action with it
    assert "Something was agreed that you will do." in manager.letter("An action for you")
    assert "Where can it be seen? Supervision" in manager.ask(f"done, supervision note {today(desk):%-d %B}")
    action = record.one("SELECT * FROM actions WHERE subject = ?", reference)
    assert action["state"] == "open"
    assert "This is noted in the action tracker." in manager.ask("YES")
    action = record.one("SELECT * FROM actions WHERE subject = ?", reference)
    assert (action["state"], action["evidence_kind"]) == ("done", "supervision")


def test_a_grade_begun_in_teams_is_finished_by_email(desk: Desk, record: Record) -> None:
    item = record.unopened()
    reference = item["reference"]
    desk.move_clock(working_days=1, hours=1)
    manager = desk.pick(item["name"])
    manager.card(reference).press("Open")
    answers = pages(today(desk), item["name"], grade="Outstanding")
    fill_in(lambda: manager.card(reference), answers, until="Learning")
    writer = Correspondent(manager)
    writer.letter(f"{GIVEN}: {reference}")
    back = writer.ask(f"open {reference}")
    assert "15. Overall impact and outcomes for the child: Outstanding" in back
    assert "Everything is answered." in writer.ask(by_email(today(desk), after=17))
    assert "Sent in" in writer.ask("YES")
    assert graded(record, reference) == ("submitted", "outstanding", "outstanding")
    desk.move_clock(hours=1)  # a card that was just answered is left alone for a moment
    manager.tab("Chat")
    manager.hears(f"Sent in: {reference}")


# -- late ------------------------------------------------------------------------------------------------------------


def test_two_seven_and_fourteen_days_late_each_time_only_those_hear_who_should(desk: Desk, record: Record) -> None:
    reference = str(desk.asked("story")["reference"])
    record.set_aside_all_but(reference)
    auditor, senior, head = (desk.cast(f"auditor{one}") for one in ("", "_senior_manager", "_head_of_service"))
    director, executive = desk.cast("director"), desk.cast("executive_director")
    line = {auditor, senior, head}

    def heard(step: str, day: str) -> set[str]:
        """Everybody who was told of a step, all of them on that day and by Teams first."""
        told = record.told(reference, step)
        assert {on for _, on in told} <= {day}
        return {name for name, _ in told}

    def silent(*people: str) -> None:
        """Nothing in their chat or on their lock screen is about it."""
        for name in people:
            pane = desk.pick(name)
            expect(pane.place.get_by_role("region", name=f"Chat with {name}")).to_be_visible()
            assert not [said for said in pane.texts() if reference in said]

    # The ladder is seen before it climbs.
    ahead = desk.ladder(reference, "third escalation", executive)
    assert any("first escalation" in rung and senior in rung for rung in ahead)
    assert any("second escalation" in rung and director in rung for rung in ahead)
    assert any("third escalation" in rung and executive in rung for rung in ahead)
    assert not [rung for rung in desk.lit() if "late" in rung.lower()]

    # Friday 18 December is the day. Two days late is a Sunday: it is said on Monday, to nobody above the Head.
    happened = desk.move_clock(to="2026-12-21T10:00")
    assert any("first escalation" in row for row in happened)
    assert heard("+2", "2026-12-21") == line
    lit = desk.lit("first escalation", senior)
    (rung,) = (rung for rung in desk.ladder(reference) if "first escalation" in rung)
    assert rung in lit
    assert senior in rung
    assert head in rung
    assert director not in rung
    assert not [rung for rung in lit if director in rung]
    for name in (senior, head):
        pane = desk.pick(name)
        pane.hears(f"A learning space, 3 days late on Monday 21 December: {reference}")
        assert any(
            f"A learning space, 3 days late on Monday 21 December: {reference}" in shown for shown in pane.lock_screen()
        )
    silent(director, executive, desk.cast("practitioner"))

    # A week late is Christmas Day: it is said on the first working day after Boxing Day's.
    desk.move_clock(to="2026-12-29T10:00")
    assert heard("+7", "2026-12-29") == line | {director}
    lit = desk.lit("second escalation", director)
    assert [rung for rung in lit if "second escalation" in rung and director in rung]
    assert any(director in row for row in desk.heard(director))
    chief = desk.pick(director)
    expect(desk.page.get_by_role("region", name="On the way").locator("li").first).to_be_hidden()
    card = chief.card(f"A learning space, 11 days late on Tuesday 29 December: {reference}")
    assert "There is nothing for you to fill in." in card.text
    assert record.space(reference)["case_ref"] not in card.text
    assert record.space(reference)["practitioner_name"] not in card.text
    silent(executive, desk.cast("practitioner"))

    # Two weeks late is New Year's Day: the Monday after.
    desk.move_clock(to="2027-01-04T10:00")
    assert heard("+14", "2027-01-04") == line | {director, executive}
    desk.pick(executive).hears(f"A learning space, 17 days late on Monday 4 January: {reference}")
    lit = desk.lit("third escalation", executive)
    assert [rung for rung in lit if "third escalation" in rung and executive in rung]
    assert any(executive in row for row in desk.heard(executive))
    assert desk.accessible() == []


# -- the loop --------------------------------------------------------------------------------------------------------


def test_inadequate_is_followed_by_somebody_elses_form_and_a_third_ones_authority(desk: Desk, record: Record) -> None:
    reference = str(desk.asked("story")["reference"])
    record.set_aside_all_but(reference)
    answers = pages(today(desk), desk.cast("auditor"), grade="Inadequate")
    auditor = desk.pick(desk.cast("auditor"))
    auditor.say(f"open {reference}")
    fill_in(lambda: auditor.card(reference), answers)
    auditor.card("Overall practice grade: Inadequate").press("Send")
    auditor.hears(f"Sent in: {reference}")
    first, loop = record.space(reference), record.loop_of(reference)
    assert (first["grade"], loop["state"]) == ("inadequate", "open")

    desk.move_clock(hours=1)  # for a minute the form could be taken back, and its loop with it
    senior = desk.pick(desk.cast("senior_manager"))
    name = f"Closing the loop has opened: {loop['reference']}"
    assert "inadequate" not in senior.card(name).text.casefold()
    senior.card(name).press("Open")
    fill_loop(lambda: senior.card(loop["reference"]), today(desk))
    assert desk.accessible() == []
    senior.card("Please read it through once").press("Send")
    assert record.one("SELECT * FROM actions WHERE subject = ?", reference)["state"] == "open"
    assert record.loop_of(reference)["state"] == "submitted"

    head = desk.pick(desk.cast("head_of_service"))
    head.card(f"For you to authorise: {loop['reference']}").press("Open")
    form = head.card("The form waits to be authorised.")
    assert "Visits are made and written down." in form.text
    form.press("Authorise")
    loop = record.loop_of(reference)
    assert (loop["state"], loop["reaudit_reference"]) == ("with_qa", "")
    action = record.one("SELECT * FROM actions WHERE subject = ?", reference)
    assert (action["state"], action["evidence_kind"]) == ("done", "visit"), "done once somebody else has authorised it"
    assert loop["authorised_by"] != loop["filled_by"]
    assert loop["reaudit_due_on"] > record.space(reference)["due_on"], "the tour goes there and closes it"
