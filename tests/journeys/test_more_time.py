"""More time and being taken off: asked until the deadline, decided by the right person, expired when nobody did."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from assurance.common.more_time_refusals import AskedAlready, DecidedAlready, ExtendedAlready, NoLaterDate, TooLateToAsk
from assurance.common.refusals import NotYours, Withdrawn
from assurance.home.waiting import waiting
from assurance.more_time.ask_more_time import Asked, RequestForm, ask, request_form
from assurance.more_time.decide_more_time import DecisionMade, see_request
from dialogs.more_time.deciding import request_view_message
from dialogs.more_time.more_time import asked_message, request_message
from policy.council.actor import Actor
from policy.council.establishment import Cover
from storage.casework import more_time
from storage.casework.learning_spaces import LearningSpace
from storage.engine.database import Database
from tests.assurance.deciding import decide_request
from tests.councils import (
    DIRECTOR,
    HEAD,
    QA_LEAD,
    QA_OFFICER,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    small_council,
    with_cover,
    with_post,
)
from tests.journeys.living_council import LivingCouncil, london, nine
from tests.journeys.test_two_at_once import together

ALLOCATED = date(2026, 1, 5)
DUE = date(2026, 2, 2)
NEW = date(2026, 2, 10)
GIVEN = {"reason": "practitioner_away", "new_date": NEW.isoformat()}


def asking(council: LivingCouncil, item: LearningSpace, at: str, kind: str = "extension", **raw: Any) -> Asked:
    """The auditor asks at a London moment."""
    council.now = london(at)
    answers = {**(GIVEN if kind == "extension" else {"reason": "conflict_of_interest"}), **raw}
    made = council.database.write_now(
        ask, council.framework, item.token, actor=Actor.person(item.person), kind=kind, raw=answers, now=council.now
    )
    assert isinstance(made, Asked)
    return made


def deciding(council: LivingCouncil, made: Asked, at: str, *, by: str = HEAD, agree: bool = True) -> DecisionMade:
    """Somebody decides at a London moment."""
    council.now = london(at)
    return council.database.write_now(
        decide_request, council.framework, made.request.token, actor=Actor.person(by), agree=agree, now=council.now
    )


@pytest.fixture
def item(council: LivingCouncil) -> LearningSpace:
    return council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)


def test_the_head_of_service_is_asked_at_once_and_nobody_else(council: LivingCouncil, item: LearningSpace) -> None:
    asking(council, item, "2026-01-28 10:30", note="The room is booked.")
    heard = council.when_the_service_looks()
    assert [(said.person, said.event) for said in heard if said.event == "E8"] == [(HEAD, "E8")]
    said = next(said for said in heard if said.event == "E8")
    assert said.on == date(2026, 1, 28)
    assert said.message.text == (
        f"More time asked for: {item.reference}\n\n"
        "Priya Fernhollow asks for more time for a learning space.\n\n"
        "Reason: The practitioner is away\nDue: Monday 2 February\nNew date: Tuesday 10 February\n\n"
        "It can be decided until the end of Monday 2 February. Without a decision it stays as it is.\n\n"
        "Why not?\n"
        "  (Only if you decline. Who asked can read it. Use roles, not names. No case detail.)\n\n"
        "[Agree]\n[Decline]\n[Read their note]"
    )
    assert "room" not in str(said.facts)


def test_whoever_asks_reads_beforehand_who_decides(council: LivingCouncil, item: LearningSpace) -> None:
    head_owes = council.given_a_learning_space("hos-family", allocated_on=ALLOCATED, case="NM-000028")
    for owed, said in (
        (item, "Ask for a new date here. Your Head of Service decides."),
        (head_owes, "Ask for a new date here. The Director decides."),
    ):
        form = council.database.read_now(
            request_form, council.framework, owed.token, actor=Actor.person(owed.person), now=council.now
        )
        assert said in request_message(form, council.framework).text
    council.given_the_council_is(with_post(small_council(), "hos-family", holder=""))
    form = council.database.read_now(
        request_form, council.framework, item.token, actor=Actor.person(item.person), now=council.now
    )
    assert form.decides == ()


@pytest.mark.parametrize(
    ("allocated_on", "wanted", "said"),
    [
        (ALLOCATED, "2026-02-14", "Saturday 14 February is not a working day, so the new date is Monday 16 February."),
        (date(2026, 3, 2), "2026-04-03", "Friday 3 April is a bank holiday, so the new date is Tuesday 7 April."),
    ],
)
def test_a_date_on_a_day_off_is_moved_and_both_sides_read_why_before_it_is_decided(
    council: LivingCouncil, allocated_on: date, wanted: str, said: str
) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=allocated_on)
    made = asking(council, item, f"{allocated_on + timedelta(days=23)} 10:30", new_date=wanted, note="The room.")
    today = council.now.date()
    assert said in asked_message(made, council.framework, today).text
    (asks,) = [one.message.text for one in council.when_the_service_looks() if one.event == "E8"]
    assert said in asks
    view = council.database.read_now(
        see_request, council.framework, made.request.token, actor=Actor.person(HEAD), now=council.now
    )
    assert said in request_view_message(view, council.framework, today).text


def test_a_request_at_night_waits_for_send_hours(council: LivingCouncil, item: LearningSpace) -> None:
    council.when_the_service_looks(london("2026-01-29 16:00"))
    asking(council, item, "2026-01-29 21:00")
    assert not council.when_the_service_looks()
    assert not council.when_the_service_looks(london("2026-01-30 08:59"))
    council.when_the_service_looks(london("2026-01-30 09:00"))
    assert council.told(event="E8") == {HEAD: "head_of_service"}


@pytest.mark.parametrize(("at", "accepted"), [("2026-02-02 23:58", True), ("2026-02-03 00:01", False)])
def test_a_request_is_taken_until_a_minute_before_midnight_of_the_due_date(
    council: LivingCouncil, item: LearningSpace, at: str, accepted: bool
) -> None:
    if accepted:
        assert asking(council, item, at).request.state == "asked"
    else:
        with pytest.raises(TooLateToAsk) as no:
            asking(council, item, at)
        assert no.value.due_on == DUE


def test_agreeing_moves_the_due_date_and_the_ladder_with_it(council: LivingCouncil, item: LearningSpace) -> None:
    council.when_days_pass(date(2026, 1, 26), date(2026, 1, 30))
    assert council.days_said() == {"-7": {date(2026, 1, 26)}, "-2": {date(2026, 1, 30)}}
    council.said.clear()
    made = asking(council, item, "2026-01-30 10:00")
    outcome = deciding(council, made, "2026-01-30 11:00")
    assert outcome.due_on == NEW
    moved = council.item(item.reference)
    assert (moved.due_on, moved.extended_from) == (NEW, DUE)
    assert moved.deadline_at == council.calendar.deadline_at(NEW)
    assert moved.next_step_at == nine(date(2026, 2, 3))
    council.when_days_pass(date(2026, 1, 30), date(2026, 2, 24))
    council.said = [said for said in council.said if said.subject == item.reference and said.event not in ("E8", "E9")]
    assert council.days_said() == {
        "-7": {date(2026, 2, 3)},
        "-2": {date(2026, 2, 6)},
        "0": {NEW},
        "+1": {date(2026, 2, 11)},
        "+2": {date(2026, 2, 12)},
        "+7": {date(2026, 2, 17)},
        "+14": {date(2026, 2, 24)},
    }


def test_the_auditor_and_the_qa_lead_hear_of_the_decision_the_same_day(
    council: LivingCouncil, item: LearningSpace
) -> None:
    made = asking(council, item, "2026-01-28 10:00")
    deciding(council, made, "2026-01-28 11:00")
    heard = {said.person: said for said in council.when_the_service_looks() if said.event == "E9"}
    assert heard.keys() == {TEAM_MANAGER, QA_LEAD}
    assert heard[TEAM_MANAGER].on == date(2026, 1, 28)
    assert heard[TEAM_MANAGER].message.text == (
        f"More time: agreed, {item.reference}\n\n"
        "Decided by Leila Coldharrow.\n\n"
        "Your learning space is now due on Tuesday 10 February. The reminders move with it.\n\n"
        f"[Open] or type: open {item.reference}"
    )
    assert heard[QA_LEAD].message.text == (
        f"More time: agreed, {item.reference}\n\n"
        "Decided by Leila Coldharrow.\n\n"
        "It is now due on Tuesday 10 February. The reminders move with it.\n\n"
        "Manager: Priya Fernhollow\nReason: The practitioner is away"
    )


def test_declining_leaves_the_date(council: LivingCouncil, item: LearningSpace) -> None:
    made = asking(council, item, "2026-01-28 10:00")
    deciding(council, made, "2026-01-28 11:00", agree=False)
    assert council.item(item.reference).due_on == DUE
    heard = {said.person: said.message.text for said in council.when_the_service_looks() if said.event == "E9"}
    assert heard[TEAM_MANAGER].startswith(f"More time: not agreed, {item.reference}")
    assert "It stays due on Monday 2 February." in heard[TEAM_MANAGER]


def test_being_taken_off_ends_the_learning_space_and_its_messages(council: LivingCouncil, item: LearningSpace) -> None:
    made = asking(council, item, "2026-02-02 10:00", kind="exclusion")
    deciding(council, made, "2026-02-02 23:58")
    after = council.item(item.reference)
    assert (after.state, after.next_step_at) == ("excluded", None)
    council.when_days_pass(date(2026, 2, 3), date(2026, 2, 20))
    assert {said.event for said in council.said} == {"E9"}
    assert council.told(event="E9") == {TEAM_MANAGER: "auditor", QA_LEAD: "qa_lead"}
    kept = next(entry for entry in council.history_of(item.reference) if entry.verb == "more_time_agreed")
    assert kept.detail["reason"] == "conflict_of_interest"


def test_what_nobody_decided_expires_at_the_deadline_and_both_sides_hear(
    council: LivingCouncil, item: LearningSpace
) -> None:
    made = asking(council, item, "2026-02-02 10:00")
    council.when_the_service_looks(london("2026-02-02 23:59"))
    assert council.database.read_now(more_time.by_token, made.request.token).state == "asked"  # type: ignore[union-attr]
    council.when_the_service_looks(london("2026-02-03 00:00"))
    assert not council.told(event="E9")
    council.when_the_service_looks(london("2026-02-03 09:00"))
    assert council.told(event="E9") == {TEAM_MANAGER: "auditor", QA_LEAD: "qa_lead"}
    text = next(said.message.text for said in council.said if said.event == "E9" and said.person == TEAM_MANAGER)
    assert "Nobody decided in time, so it was due on Monday 2 February as before." in text
    with pytest.raises(DecidedAlready) as no:
        deciding(council, made, "2026-02-03 10:00")
    assert no.value.state == "expired"


def test_after_the_deadline_nobody_can_agree_any_more(council: LivingCouncil, item: LearningSpace) -> None:
    made = asking(council, item, "2026-02-02 10:00")
    with pytest.raises(TooLateToAsk):
        deciding(council, made, "2026-02-03 00:01")
    assert council.item(item.reference).due_on == DUE


@pytest.mark.parametrize(("at", "too_late"), [("2026-02-02 16:30", False), ("2026-02-02 21:00", True)])
def test_whoever_asks_when_nobody_will_read_it_in_time_is_told_so_before_and_after(
    council: LivingCouncil, item: LearningSpace, at: str, too_late: bool
) -> None:
    council.now = london(at)
    form = council.database.read_now(
        request_form, council.framework, item.token, actor=Actor.person(item.person), now=council.now
    )
    before = request_message(form, council.framework)
    after = asked_message(asking(council, item, at), council.framework, DUE)
    for said in (before, after):
        assert ("This will be read too late" in said.text) is too_late
        assert ("they hear of it on Tuesday 3 February 2026 at 9:00 am" in said.text) is too_late
    council.when_the_service_looks()
    assert council.told(event="E8") == ({} if too_late else {HEAD: "head_of_service"})


@pytest.mark.parametrize("person", [TEAM_MANAGER, SENIOR_MANAGER, DIRECTOR, QA_LEAD, QA_OFFICER])
def test_nobody_but_the_head_of_service_decides(council: LivingCouncil, item: LearningSpace, person: str) -> None:
    made = asking(council, item, "2026-01-28 10:00")
    with pytest.raises(NotYours):
        deciding(council, made, "2026-01-28 11:00", by=person)


def test_a_head_of_service_asks_the_director(council: LivingCouncil) -> None:
    own = council.given_a_learning_space("hos-family", allocated_on=ALLOCATED)
    made = asking(council, own, "2026-01-28 10:00")
    council.when_the_service_looks()
    assert council.told(event="E8") == {DIRECTOR: "director"}
    with pytest.raises(NotYours):
        deciding(council, made, "2026-01-28 11:00", by=HEAD)
    assert deciding(council, made, "2026-01-28 11:00", by=DIRECTOR).due_on == NEW


def test_the_deputy_decides_and_never_the_asker(council: LivingCouncil, item: LearningSpace) -> None:
    cover = Cover("hos-family", SENIOR_MANAGER, date(2026, 1, 1), date(2026, 3, 1))
    council.given_the_council_is(with_cover(small_council(), cover))
    made = asking(council, item, "2026-01-28 10:00")
    council.when_the_service_looks()
    assert council.told(event="E8") == {SENIOR_MANAGER: "head_of_service"}
    assert deciding(council, made, "2026-01-28 11:00", by=SENIOR_MANAGER).due_on == NEW

    own = Cover("hos-family", TEAM_MANAGER, date(2026, 1, 1), date(2026, 3, 1))
    council.given_the_council_is(with_cover(small_council(), own))
    other = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000002")
    again = asking(council, other, "2026-01-28 12:00")
    council.when_the_service_looks()
    assert [one.person for one in council.said if one.event == "E8" and one.subject == other.reference] == [HEAD]
    with pytest.raises(NotYours):
        deciding(council, again, "2026-01-28 12:30", by=TEAM_MANAGER)
    assert deciding(council, again, "2026-01-28 12:30", by=HEAD).due_on == NEW


def test_whoever_stands_in_for_a_vacant_head_of_service_asks_the_director(council: LivingCouncil) -> None:
    own = Cover("hos-family", TEAM_MANAGER, date(2026, 1, 1), date(2026, 3, 1))
    council.given_the_council_is(with_cover(with_post(small_council(), "hos-family", holder=""), own))
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    made = asking(council, item, "2026-01-28 10:00")
    council.when_the_service_looks()
    assert council.told(event="E8") == {DIRECTOR: "director"}
    with pytest.raises(NotYours):
        deciding(council, made, "2026-01-28 11:00", by=TEAM_MANAGER)
    assert deciding(council, made, "2026-01-28 11:00", by=DIRECTOR).due_on == NEW


def test_a_vacant_head_of_service_is_told_to_the_qa_lead_who_cannot_agree(
    council: LivingCouncil, item: LearningSpace
) -> None:
    council.given_the_council_is(with_post(small_council(), "hos-family", holder=""))
    made = asking(council, item, "2026-01-28 10:00")
    council.when_the_service_looks()
    said = next(said for said in council.said if said.event == "E8")
    assert said.person == QA_LEAD
    assert "Please ask for a deputy to be named." in said.message.text
    assert "[Agree]" not in said.message.text
    with pytest.raises(NotYours):
        deciding(council, made, "2026-01-28 11:00", by=QA_LEAD)


def test_of_two_who_decide_one_wins_and_the_other_is_told_who_and_when(
    council: LivingCouncil, item: LearningSpace
) -> None:
    cover = Cover("hos-family", SENIOR_MANAGER, date(2026, 1, 1), date(2026, 3, 1))
    council.given_the_council_is(with_cover(small_council(), cover))
    made = asking(council, item, "2026-01-28 10:00")
    deciding(council, made, "2026-01-28 11:00", by=HEAD)
    with pytest.raises(DecidedAlready) as no:
        deciding(council, made, "2026-01-28 11:05", by=SENIOR_MANAGER, agree=False)
    assert (no.value.state, no.value.by_name, no.value.yours) == ("agreed", "Leila Coldharrow", False)
    assert no.value.at == london("2026-01-28 11:00")
    with pytest.raises(DecidedAlready) as twice:
        deciding(council, made, "2026-01-28 11:06", by=HEAD)
    assert twice.value.yours


def test_two_presses_at_the_same_instant_have_one_effect(database_url: str, council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    made = asking(council, item, "2026-01-28 10:00")

    def press(database: Database, agree: bool) -> str:
        try:
            database.write_now(
                decide_request,
                council.framework,
                made.request.token,
                actor=Actor.person(HEAD),
                agree=agree,
                now=council.now,
            )
        except DecidedAlready as no:
            return f"told: {no.state}"
        return "agreed" if agree else "declined"

    with Database.open(database_url) as second:
        outcomes = together(lambda: press(council.database, True), lambda: press(second, False))
    settled = council.database.read_now(more_time.by_token, made.request.token)
    assert settled
    assert sorted(outcomes) == sorted([settled.state, f"told: {settled.state}"])
    assert (council.item(item.reference).due_on == NEW) == (settled.state == "agreed")


def test_more_time_is_agreed_once(council: LivingCouncil, item: LearningSpace) -> None:
    made = asking(council, item, "2026-01-28 10:00")
    with pytest.raises(AskedAlready):
        asking(council, item, "2026-01-28 10:05")
    deciding(council, made, "2026-01-28 11:00")
    with pytest.raises(ExtendedAlready) as no:
        asking(council, item, "2026-02-09 10:00", new_date="2026-02-13")
    assert no.value.due_on == NEW
    assert asking(council, item, "2026-02-09 10:00", kind="exclusion").request.kind == "exclusion"


@pytest.mark.parametrize(
    ("answers", "field", "code"),
    [
        ({"new_date": "2026-02-02"}, "new_date", "not_after_due"),
        ({"new_date": "2026-02-17"}, "new_date", "too_late"),
        ({"reason": "because"}, "reason", "not_a_choice"),
        ({"new_date": ""}, "new_date", "required"),
        ({"note": "x" * 201}, "note", "too_long"),
        ({"note": "She lives at PR1 2AB"}, "note", "identifier:postcode"),
    ],
)
def test_what_is_wrong_with_a_request_is_said_and_nothing_is_asked(
    council: LivingCouncil, item: LearningSpace, answers: dict[str, str], field: str, code: str
) -> None:
    council.now = london("2026-01-28 10:00")
    form = council.database.write_now(
        ask,
        council.framework,
        item.token,
        actor=Actor.person(item.person),
        kind="extension",
        raw={**GIVEN, **answers},
        now=council.now,
    )
    assert isinstance(form, RequestForm)
    assert form.problems[field].code == code
    assert council.database.read_now(more_time.of, item.reference) == []


def test_no_date_beyond_the_return_date_of_the_quarter(council: LivingCouncil) -> None:
    """Allocated late in the last month of the quarter: its due date is past the day the quarter must be complete."""
    item = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 3, 27))
    with pytest.raises(NoLaterDate):
        asking(council, item, "2026-04-20 10:00", new_date="2026-04-29")


def test_a_request_about_something_sent_in_ends_without_a_word(council: LivingCouncil, item: LearningSpace) -> None:
    made = asking(council, item, "2026-01-28 10:00", kind="exclusion")
    deciding(council, made, "2026-01-28 11:00")
    with pytest.raises(Withdrawn):
        asking(council, item, "2026-01-28 12:00")


def test_the_request_waits_on_the_list_of_who_decides_until_it_is_decided(
    council: LivingCouncil, item: LearningSpace
) -> None:
    made = asking(council, item, "2026-01-28 10:00")

    def kinds(person: str) -> list[str]:
        found = council.database.read_now(waiting, council.framework, person, now=council.now)
        return [one.kind for one in found.decisions]

    assert "decide_more_time" in kinds(HEAD)
    assert "decide_more_time" not in kinds(SENIOR_MANAGER)
    deciding(council, made, "2026-01-28 11:00")
    assert "decide_more_time" not in kinds(HEAD)


def test_an_extended_learning_space_is_in_order_for_verify(council: LivingCouncil, item: LearningSpace) -> None:
    from assurance.self_check.verify import verify

    council.when_days_pass(date(2026, 1, 26), date(2026, 1, 30))
    deciding(council, asking(council, item, "2026-01-30 12:00"), "2026-01-30 12:30")
    council.when_days_pass(date(2026, 2, 1), date(2026, 2, 12))
    about = [
        finding
        for finding in council.database.read_now(verify, council.framework, now=council.now + timedelta(hours=1))
        if finding.subject == item.reference and "never told of the allocation" not in finding.detail
    ]
    assert about == []
