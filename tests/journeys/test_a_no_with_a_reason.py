"""More time declined with a reason, and a minute to take a decision back; on the conversation as people have it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assurance.more_time.ask_more_time import Asked, ask
from dialogs.kit.message import Message
from policy.council.actor import Actor
from storage.casework import learning_spaces, more_time
from storage.casework.learning_spaces import LearningSpace
from storage.casework.more_time import Request
from tests.assurance.forms_filled import MEETING, save
from tests.councils import HEAD, SENIOR_MANAGER, TEAM_MANAGER
from tests.journeys.living_council import LivingCouncil, london
from tests.journeys.test_the_minute import ALLOCATED, pressed, snapshot, typed, waiting, wrong

NEW = date(2026, 2, 12)
WHY = "The quarter has to be complete before that day."


@pytest.fixture
def item(council: LivingCouncil) -> LearningSpace:
    return council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")


def asked(
    council: LivingCouncil, item: LearningSpace, at: str = "2026-01-28 10:00", kind: str = "extension"
) -> Request:
    """The auditor asks, and whoever decides has heard of it."""
    council.when_the_service_looks(london(at))
    raw = {"reason": "practitioner_away", "new_date": NEW.isoformat(), "note": "The room is taken."}
    if kind == "exclusion":
        raw = {"reason": "case_unsuitable", "note": ""}
    made = council.database.write_now(
        ask, council.framework, item.token, actor=Actor.person(item.person), kind=kind, raw=raw, now=council.now
    )
    assert isinstance(made, Asked)
    council.dispatch()
    council.said.clear()
    return made.request


def state(council: LivingCouncil, request: Request) -> str:
    found = council.database.read_now(more_time.by_token, request.token)
    assert found is not None
    return found.state


def decline(council: LivingCouncil, request: Request, **words: str) -> Message:
    return pressed(council, HEAD, "decline_request", {"ref": request.token, **words})


@pytest.mark.parametrize("words", [{}, {"because": ""}, {"because": "They live at PR1 2AB now, ask 07700 900123"}])
def test_declining_without_words_that_can_be_kept_decides_nothing(
    council: LivingCouncil, item: LearningSpace, words: dict[str, str]
) -> None:
    request = asked(council, item)
    again = decline(council, request, **words)
    assert "Please say why in a few words, then press Decline. Nothing has been decided yet." in again.text
    assert "Why not?" in again.text and "[Decline]" in again.text
    assert ("! " in again.text) == ("because" in words), "what was never asked is not scolded"
    assert words.get("because", "") in str(again.card), "what was typed stands in the box"
    assert state(council, request) == "asked" and waiting(council) == []


def test_the_reason_is_opened_by_who_asked_and_stands_in_no_message(
    council: LivingCouncil, item: LearningSpace
) -> None:
    request = asked(council, item)
    assert "You can take it back within a minute" in decline(council, request, because=WHY).text
    assert council.dispatch() == [], "nobody hears in the minute"
    heard = council.when_the_service_looks()
    own = next(one for one in heard if one.event == "E9" and one.person == TEAM_MANAGER)
    assert "[Read why]" in own.message.text and not any(WHY in str(one.message) + str(one.facts) for one in heard)
    assert WHY in pressed(council, TEAM_MANAGER, "read_decision", {"ref": request.token}).text
    assert WHY in typed(council, TEAM_MANAGER, f"read why {item.reference}").text
    for stranger in (SENIOR_MANAGER, item.practitioner):
        assert WHY not in pressed(council, stranger, "read_decision", {"ref": request.token}).text
        assert WHY not in typed(council, stranger, f"read why {item.reference}").text
    assert not any(WHY in str(row.detail) for row in council.history_of(item.reference))


@pytest.mark.parametrize("kind", ["extension", "exclusion"])
@pytest.mark.parametrize("verb", ["agree_request", "decline_request"])
def test_a_decision_taken_back_leaves_the_request_and_the_work_as_they_were(
    council: LivingCouncil, item: LearningSpace, verb: str, kind: str
) -> None:
    save(council.database, council.framework, item, "meeting", MEETING, now=london("2026-01-21 10:00"))
    request = asked(council, item, kind=kind)
    before = snapshot(council)
    decided = pressed(council, HEAD, verb, {"ref": request.token, "because": WHY})
    assert "[Take it back] or type: undo" in decided.text
    assert state(council, request) in ("agreed", "declined"), "at once, for whoever looks"
    council.now += timedelta(seconds=30)
    council.sweep()
    assert council.dispatch() == [] and wrong(council) == []
    back = pressed(council, HEAD, "take_decision_back", {"ref": request.token})
    assert "It is taken back, and nobody was told." in back.text and "[Agree]" in back.text
    assert snapshot(council) == before
    assert "nobody was told" not in pressed(council, HEAD, "take_decision_back", {"ref": request.token}).text
    assert council.when_the_service_looks() == [] and wrong(council) == []
    council.when_days_pass(date(2026, 1, 29), date(2026, 2, 4))
    assert {"0", "+2"} <= {one.step for one in council.said}, "the ladder climbs as if nothing had been decided"
    assert wrong(council) == []


def test_decided_again_the_asker_hears_of_the_decision_that_stands(council: LivingCouncil, item: LearningSpace) -> None:
    request = asked(council, item)
    decline(council, request, because=WHY)
    assert "nobody was told" in typed(council, HEAD, "undo").text
    council.now += timedelta(seconds=5)
    pressed(council, HEAD, "agree_request", {"ref": request.token})
    heard = [one for one in council.when_the_service_looks() if one.event == "E9" and one.person == TEAM_MANAGER]
    assert [one.facts["outcome"] for one in heard] == ["agreed"]
    found = council.database.read_now(learning_spaces.by_reference, item.reference)
    assert found is not None and found.due_on == NEW


def test_a_decision_stands_after_its_minute_and_nobody_else_takes_it_back(
    council: LivingCouncil, item: LearningSpace
) -> None:
    request = asked(council, item)
    decline(council, request, because=WHY)
    for other in (TEAM_MANAGER, SENIOR_MANAGER):
        assert pressed(council, other, "take_decision_back", {"ref": request.token}).text.startswith("I cannot open")
    council.now += timedelta(seconds=60)
    said = pressed(council, HEAD, "take_decision_back", {"ref": request.token}).text
    assert said.startswith(f"Too late to take back: {item.reference}") and "tell the QA lead" in said
    assert state(council, request) == "declined"


def test_a_decision_of_the_last_minute_before_midnight_stands(council: LivingCouncil, item: LearningSpace) -> None:
    request = asked(council, item)
    council.when_the_service_looks(london("2026-02-02 23:58:40"))
    decline(council, request, because=WHY)
    council.now += timedelta(seconds=40)
    said = pressed(council, HEAD, "take_decision_back", {"ref": request.token}).text
    assert said.startswith("Too late for more time") and state(council, request) == "declined"
