"""The minute after Send: whoever pressed can take it back whole, and nobody has heard of it (docs/adr/0032)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from assurance.cards.present import present
from assurance.common.refusals import TooLateToTakeBack
from assurance.follow_up.take_send_back import SendTakenBack, take_send_back
from assurance.learning_space.reopen import reopen
from assurance.moderation.moderation_selection import request_moderation
from assurance.self_check.verify import verify
from bot.clock import Clock
from bot.conversation import Conversation
from dialogs.kit.message import Message
from policy.council.actor import Actor
from storage.casework import learning_spaces, red_flags
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment as establishments
from storage.engine.database import Database, Session
from storage.outbox import invitations
from storage.outbox.invitations import Invitation
from storage.schema import tables
from tests.assurance.forms_filled import fill_in, send_in
from tests.councils import HEAD, QA_LEAD, SENIOR_MANAGER, TEAM_MANAGER
from tests.journeys.living_council import LivingCouncil, london

ALLOCATED = date(2026, 1, 5)
SENT = "2026-01-21 10:00:00"
CASEWORK = (
    tables.allocations,
    tables.answers,
    tables.drafts,
    tables.actions,
    tables.loops,
    tables.moderations,
    tables.red_flags,
    tables.requests,
    tables.form_drafts,
    tables.corrections,
    tables.pressed_releases,
)
GIVEN_BY_HAND = "was never told of the allocation."


@pytest.fixture
def item(council: LivingCouncil) -> LearningSpace:
    return council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")


def rows(session: Session) -> dict[str, list[Any]]:
    """Everything about casework, row by row."""
    return {table.name: sorted(map(repr, session.execute(sa.select(table)).mappings().all())) for table in CASEWORK}


def snapshot(council: LivingCouncil) -> dict[str, list[Any]]:
    return council.database.read_now(rows)


def waiting(council: LivingCouncil) -> list[tuple[str, str, str, datetime]]:
    """What is still to be said to anybody."""

    def read(session: Session) -> list[tuple[str, str, str, datetime]]:
        of = tables.notices.c
        found = sa.select(of.event, of.subject, of.recipient, of.not_before).where(of.state == "pending")
        return [(row[0], row[1], row[2], row[3]) for row in session.execute(found.order_by(of.id))]

    return council.database.read_now(read)


def sent(council: LivingCouncil, item: LearningSpace, at: str = SENT, **answers: Any) -> dict[str, list[Any]]:
    """Everything filled in a minute before, then Send; what there was just before it is handed back."""
    council.now = london(at)
    view = fill_in(council.database, council.framework, item, now=council.now - timedelta(minutes=1), **answers)
    before = snapshot(council)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    return before


def taken_back(council: LivingCouncil, item: LearningSpace, after: float = 30.0) -> SendTakenBack:
    """'Take it back', so many seconds later."""
    council.now += timedelta(seconds=after)
    who = Actor.person(item.person)
    return council.database.write_now(take_send_back, council.framework, item.token, actor=who, now=council.now)


def wrong(council: LivingCouncil) -> list[str]:
    found = council.database.read_now(verify, council.framework, now=council.now)
    return [one.detail for one in found if not one.detail.endswith(GIVEN_BY_HAND)]


def person(council: LivingCouncil, who: str) -> Any:
    return council.database.read_now(establishments.current).people[who]


def talk(council: LivingCouncil) -> Conversation:
    return Conversation(council.database, council.framework, Clock.standing(council.now))


def typed(council: LivingCouncil, who: str, text: str) -> Message:
    return asyncio.run(talk(council).text(person(council, who), text))[0]


def pressed(council: LivingCouncil, who: str, verb: str, data: Mapping[str, Any]) -> Message:
    return asyncio.run(talk(council).press(person(council, who), verb, {"verb": verb, **data}))


@pytest.mark.parametrize("grade", ["inadequate", "outstanding", "good"])
def test_a_form_taken_back_leaves_everything_as_if_send_had_not_been_pressed(
    council: LivingCouncil, item: LearningSpace, grade: str
) -> None:
    before = sent(council, item, grade=grade)
    assert council.item(item.reference).state == "submitted", "at once, for whoever looks"
    if grade == "inadequate":
        assert {event for event, *_ in waiting(council)} >= {"E17", "E21", "E34"}
    assert wrong(council) == []
    council.now += timedelta(seconds=29)
    council.sweep()
    assert council.dispatch() == [], "nobody is told in the minute"
    done = taken_back(council, item, 1)
    assert done.view.reviewing and done.view.answers["grade"] == grade
    assert snapshot(council) == before
    assert waiting(council) == [] and wrong(council) == []
    verbs = [one.verb for one in council.history_of(item.reference)]
    assert verbs[-2:] == ["learning_space_submitted", "submission_taken_back"], "it says both"
    assert council.when_the_service_looks(london("2026-01-21 16:00")) == []
    assert wrong(council) == []


def test_sent_in_again_everybody_hears_and_its_numbers_are_new(council: LivingCouncil, item: LearningSpace) -> None:
    sent(council, item, grade="inadequate")
    version = taken_back(council, item).view.version
    assert taken_back(council, item, 1).already, "a second press changes nothing"
    council.now += timedelta(minutes=5)
    send_in(council.database, council.framework, item, version=version, now=council.now)
    heard = council.when_the_service_looks()
    assert {one.event for one in heard} >= {"E17", "E21", "E34"}
    assert SENIOR_MANAGER in {one.person for one in heard if one.event == "E17"}
    assert {one.subject for one in heard if one.event == "E17"} == {"CL-2025Q4-002"}
    morning = council.when_the_service_looks(london("2026-01-22 09:00"))
    assert "E15" in {one.event for one in council.notices_about(item.reference) if one.state == "recorded"}
    assert morning is not None and wrong(council) == []


def test_after_the_minute_it_stands_and_the_refusal_says_who_helps(council: LivingCouncil, item: LearningSpace) -> None:
    sent(council, item, grade="inadequate")
    with pytest.raises(TooLateToTakeBack):
        taken_back(council, item, 60)
    said = pressed(council, TEAM_MANAGER, "take_send_back", {"ref": item.token})
    assert said.text.startswith(f"Too late to take back: {item.reference}")
    assert "They can open it for you again." in said.text
    assert {one.event for one in council.when_the_service_looks()} >= {"E17", "E34"}
    kept = council.database.read_now(lambda session: session.execute(sa.select(tables.drafts)).all())
    assert kept == [], "the draft is dropped once it cannot be given back"


def test_the_red_route_never_waits_and_stays_raised(council: LivingCouncil, item: LearningSpace) -> None:
    sent(council, item, immediate_risk="yes")
    assert "E16" in {one.event for one in council.dispatch()}
    taken_back(council, item)
    flag = council.database.read_now(red_flags.of, item.reference)
    assert flag is not None and flag.acknowledged_at is None
    assert council.item(item.reference).state == "opened"


def test_whoever_has_gone_on_with_it_is_not_overridden(council: LivingCouncil, item: LearningSpace) -> None:
    sent(council, item, grade="good")
    lead = Actor.person(QA_LEAD)
    council.now += timedelta(seconds=10)
    reason = next(iter(council.framework.moderation.request_reasons))
    council.database.write_now(
        request_moderation, council.framework, item.reference, reason=reason, actor=lead, now=council.now
    )
    with pytest.raises(TooLateToTakeBack) as no:
        taken_back(council, item, 5)
    assert no.value.acted
    assert "somebody has gone on with it" in pressed(council, TEAM_MANAGER, "take_send_back", {"ref": item.token}).text
    assert council.item(item.reference).state == "submitted"


def test_a_form_that_the_qa_team_has_opened_again_is_put_right_there(
    council: LivingCouncil, item: LearningSpace
) -> None:
    sent(council, item)
    council.now += timedelta(seconds=10)
    reason = next(iter(council.framework.corrections.reasons))
    council.database.write_now(
        reopen, council.framework, item.reference, reason=reason, actor=Actor.person(QA_LEAD), now=council.now
    )
    with pytest.raises(TooLateToTakeBack) as no:
        taken_back(council, item, 5)
    assert no.value.acted


def test_what_another_copy_of_the_bot_is_already_saying_stands(council: LivingCouncil, item: LearningSpace) -> None:
    sent(council, item, grade="inadequate")
    later, council.now = council.now, council.now + timedelta(seconds=60)
    assert council.claim("another copy, whose clock is a little ahead")
    council.now = later
    with pytest.raises(TooLateToTakeBack):
        taken_back(council, item, 59)
    assert council.item(item.reference).state == "submitted"


def test_a_restart_in_the_minute_forgets_neither_the_press_nor_the_way_back(
    council: LivingCouncil, item: LearningSpace, database_url: str
) -> None:
    before = sent(council, item, grade="inadequate")
    council.database.close()
    with Database.open(database_url) as reopened:
        council.database = reopened
        assert len([one for one in waiting(council) if one[0] == "E17"]) > 0
        taken_back(council, item)
        assert snapshot(council) == before


@pytest.mark.parametrize("words", ["undo", "Undo it please", "take it back", "undo {}", "take back {}"])
def test_words_take_it_back_as_the_button_does(council: LivingCouncil, item: LearningSpace, words: str) -> None:
    before = sent(council, item)
    council.now += timedelta(seconds=20)
    said = typed(council, TEAM_MANAGER, words.format(item.reference))
    assert "It is taken back, and nobody was told." in said.text and "[Send]" in said.text
    assert snapshot(council) == before
    assert typed(council, TEAM_MANAGER, "undo").text.startswith("Nothing to take back")


def test_nobody_else_takes_it_back(council: LivingCouncil, item: LearningSpace) -> None:
    sent(council, item)
    for who in (QA_LEAD, HEAD, item.practitioner):
        assert pressed(council, who, "take_send_back", {"ref": item.token}).text.startswith("I cannot open that one")
        assert typed(council, who, f"undo {item.reference}").text.startswith("Nothing to take back")
    assert council.item(item.reference).state == "submitted"


def test_a_release_pressed_in_the_same_minute_goes_with_it(council: LivingCouncil, item: LearningSpace) -> None:
    before = sent(council, item)
    council.now += timedelta(seconds=10)
    pressed(council, TEAM_MANAGER, "release", {"ref": item.token})
    taken_back(council, item, 10)
    assert snapshot(council) == before
    council.when_the_service_looks(council.now + timedelta(minutes=5))
    assert council.item(item.reference).released_at is None


def test_what_fell_due_in_the_minute_is_said_as_if_nothing_had_been_sent(
    council: LivingCouncil, item: LearningSpace
) -> None:
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 3))
    sent(council, item, "2026-02-04 08:59:40")
    council.when_the_service_looks(london("2026-02-04 09:00:10"))
    assert council.told(step="+2") == {}, "it is in, for all anybody knows"
    taken_back(council, item, 5)
    heard = council.when_the_service_looks(london("2026-02-04 09:01"))
    assert {one.person for one in heard if one.step == "+2"} >= {SENIOR_MANAGER, HEAD}
    assert wrong(council) == []


def test_a_reminder_that_waited_for_the_morning_waits_again(council: LivingCouncil, item: LearningSpace) -> None:
    """Due in the evening before nothing goes out: sent in at night and taken back, it is said in the morning."""
    council.now = london("2026-02-02 09:30")
    council.sweep()
    assert any(step == "E7" for step, *_ in waiting(council))
    sent(council, item, "2026-02-02 09:30:30")
    assert not any(step == "E7" for step, *_ in waiting(council))
    taken_back(council, item)
    assert "E7" in {one.event for one in council.when_the_service_looks()}


def test_nobodys_calendar_changes_within_the_minute(council: LivingCouncil, item: LearningSpace) -> None:
    day = Invitation("due-1@council", TEAM_MANAGER, item.reference, "due", item.due_on, 0, "standing", council.now)
    council.database.write_now(invitations.save, day)
    sent(council, item)
    council.now += timedelta(seconds=30)
    council.sweep()
    assert not any(event == "E85" for event, *_ in waiting(council))
    council.now += timedelta(seconds=31)
    council.sweep()
    assert any(event == "E85" for event, *_ in waiting(council))


def test_the_months_draw_waits_for_what_was_sent_in_at_its_last_moment(
    council: LivingCouncil, item: LearningSpace
) -> None:
    council.when_the_service_looks(london("2026-01-20 10:00"))
    sent(council, item, "2026-01-31 23:59:40")
    council.when_the_service_looks(london("2026-02-01 00:00:10"))
    assert not council.history_of("2026-01"), "perhaps it is taken back"
    council.when_the_service_looks(london("2026-02-01 00:00:50"))
    assert [one.verb for one in council.history_of("2026-01")] == ["moderation_drawn"]


def test_presses_looks_and_taking_back_in_any_order_tell_nobody_of_what_was_taken_back(
    council: LivingCouncil,
) -> None:
    chance = random.Random(20260121)
    council.now = london("2026-01-21 10:00")
    items = [council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")]
    items.append(council.given_a_learning_space("tm-south-1", allocated_on=ALLOCATED, case="NM-000019"))
    version = {
        one.reference: fill_in(council.database, council.framework, one, now=council.now, grade=grade).version
        for one, grade in zip(items, ("inadequate", "outstanding"), strict=True)
    }
    rounds: list[tuple[str, datetime]] = []
    for _ in range(60):
        council.now += timedelta(seconds=chance.choice((5, 20, 40, 61)))
        one, what = chance.choice(items), chance.choice(("send", "back", "back", "look", "sweep"))
        if what == "send":
            send_in(council.database, council.framework, one, version=version[one.reference], now=council.now)
        elif what == "back":
            stood = council.item(one.reference).submitted_at
            try:
                taken_back(council, one, 0)
            except TooLateToTakeBack:
                assert stood is not None and council.now - stood >= timedelta(seconds=60)
            else:
                assert stood is None or council.now - stood < timedelta(seconds=60)
                rounds.append((one.reference, stood or council.now))
        elif what == "look":
            council.when_the_service_looks(council.now)
        else:
            council.sweep()
        assert wrong(council) == []
    council.when_the_service_looks(council.now + timedelta(minutes=2))
    assert rounds
    subjects = {loop.subject for loop in council.said if loop.event in ("E17", "E34", "E21")}
    there = council.database.read_now(
        lambda session: {
            row[0]
            for table in (tables.loops, tables.actions, tables.moderations)
            for row in session.execute(sa.select(table.c.reference))
        }
    )
    assert subjects <= there, "whoever heard of something finds it"


def test_the_other_devices_of_whoever_looked_say_what_is_so(council: LivingCouncil, item: LearningSpace) -> None:
    """Somebody who opened the loop in the minute reads on their card that the form was taken back."""
    sent(council, item, grade="inadequate")
    loop = council.database.read_now(lambda session: session.execute(sa.select(tables.loops.c.reference)).scalar_one())
    assert loop in typed(council, SENIOR_MANAGER, f"open {loop}").text
    taken_back(council, item)
    assert typed(council, SENIOR_MANAGER, f"open {loop}").text.startswith("I cannot open that one")
    establishment = council.database.read_now(establishments.current)
    now = council.database.read_now(
        present, council.framework, establishment, SENIOR_MANAGER, loop, "E17", now=council.now
    )
    assert now is not None and now.kind == "gone"
    assert council.database.read_now(learning_spaces.load_draft, item.reference, TEAM_MANAGER) is not None
