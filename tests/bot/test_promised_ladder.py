"""The ladder the desk draws before it climbs: the item's own steps, their days, and who would hear."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.local.promised import promised
from bot.local.story import find_story
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment
from storage.engine.database import Database, Session


def _of_the_story(session: Session) -> LearningSpace:
    story = find_story(session)
    assert story is not None
    item = learning_spaces.by_reference(session, story.reference)
    assert item is not None
    return item


def test_it_names_every_step_its_working_day_and_the_people_of_the_auditors_own_line(
    db: Database, framework: Framework
) -> None:
    council, item = db.read_now(establishment.current), db.read_now(_of_the_story)
    story = db.read_now(find_story)
    assert story is not None
    rungs = promised(framework, council, item)
    assert all(rung["people"] for rung in rungs)
    assert [rung["on"] for rung in rungs] == sorted(rung["on"] for rung in rungs)
    assert all(date.fromisoformat(rung["on"]).weekday() < 5 for rung in rungs)

    def heard(step: str) -> set[str]:
        return {one["name"] for rung in rungs if rung["step"] == step for one in rung["people"]}

    names = {role: council.people[person].name for role, person in story.above.items()}
    assert {names["senior_manager"], names["head_of_service"]} <= heard("+2")
    assert names["director"] in heard("+7")
    assert names["director"] not in heard("+2")
    assert names["executive_director"] in heard("+14")
    assert names["executive_director"] not in heard("+2") | heard("+7")


def test_what_is_sent_in_or_excluded_promises_nothing_more(db: Database, framework: Framework) -> None:
    council, item = db.read_now(establishment.current), db.read_now(_of_the_story)
    for state in ("submitted", "excluded", "withdrawn"):
        assert promised(framework, council, replace(item, state=state)) == []


def test_more_time_moves_every_rung(db: Database, framework: Framework) -> None:
    council, item = db.read_now(establishment.current), db.read_now(_of_the_story)
    before = promised(framework, council, item)
    later = promised(framework, council, replace(item, due_on=date(2027, 1, 15)))
    assert all(late["on"] > early["on"] for early, late in zip(before, later, strict=True))
