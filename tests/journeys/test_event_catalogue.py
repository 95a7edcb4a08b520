"""The event catalogue, event by event: who hears, on which day, at which hour, and in exactly which words.

What is expected stands in `catalogue/`, one readable file an event. After a change of wording that is meant, write
them anew with `WRITE_CATALOGUE=yes` and read the difference before you commit it: such a run fails, so that nobody
writes them anew without noticing.
"""

from __future__ import annotations

import os
import re
from itertools import groupby
from pathlib import Path

import pytest

from policy.framework.framework import Framework
from storage.engine.database import Database
from tests.councils import small_council
from tests.databases import SqliteTemplate
from tests.journeys.lived_events import BRINGS, Situation
from tests.journeys.living_council import london, shipped_framework
from tests.journeys.watched_council import Heard, WatchedCouncil

CATALOGUE = Path(__file__).with_name("catalogue")
REWRITE = os.environ.get("WRITE_CATALOGUE") == "yes"
OURS = (*range(1, 42), *range(63, 68), 86, 87, 88, 89, 90, 93, 94, 95, 96, 98)
"""Events E1 to E41 and E63 to E67 of domain.md 4.3, and what is our own with an example here."""
EVENTS = {event: situation for situation, events in BRINGS.items() for event in events}


class Lives:
    """Each situation is lived once, in a database of its own, whatever number of events it is the example of."""

    def __init__(self, template: SqliteTemplate, folder: Path) -> None:
        self._template = template
        self._folder = folder
        self._heard: dict[Situation, list[Heard]] = {}

    def heard(self, situation: Situation) -> list[Heard]:
        """Everything that reached anybody in it."""
        if situation not in self._heard:
            file = self._folder / f"{situation.__name__}.db"
            with Database.open(self._template.copy_to(file, peopled=True)) as database:
                council = WatchedCouncil(database, now=london("2026-01-05 08:00"))
                situation(council)
                self._heard[situation] = council.heard
        return self._heard[situation]


@pytest.fixture(scope="module")
def lives(sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory) -> Lives:
    return Lives(sqlite_template, tmp_path_factory.mktemp("lives"))


def written(event: str, heard: list[Heard], framework: Framework) -> str:
    """How the catalogue puts it: the title, and every message with its recipients and its hour."""
    parts = [f"{event} {framework.event(event).title}"]
    said = sorted(heard, key=lambda one: (one.at, one.step, one.text, one.who))
    for (at, step, text), group in groupby(said, key=lambda one: (one.at, one.step, one.text)):
        parts.append("-" * 80)
        step = re.sub(r"-[0-9a-f]{8}$", "", step)  # the seal of a file that changes with every edition
        how = step if " " in step and step.startswith("in ") else f"step {step}" if step else ""
        parts.append(f"{at:%A} {at.day} {at:%B %Y, %H:%M}" + (f", {how}" if how else ""))
        parts += [f"To {one.who}" for one in group]
        parts.append("")
        parts.append(re.sub(r"\b\d+:[0-9a-f]{20}\b", "ROW:CODE", text))  # of a history that grows with every edition
    return "\n".join(parts) + "\n"


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_reaches_the_right_people_at_the_right_hour_in_the_right_words(lives: Lives, event: str) -> None:
    heard = [one for one in lives.heard(EVENTS[event]) if one.event == event]
    assert heard, f"nobody heard of {event}"
    said, file = written(event, heard, shipped_framework()), CATALOGUE / f"{event}.txt"
    if REWRITE:
        CATALOGUE.mkdir(exist_ok=True)
        file.write_text(said, encoding="utf-8")
        pytest.fail(f"{file.name} was written anew: read the difference, then run this without WRITE_CATALOGUE")
    assert said == file.read_text(encoding="utf-8")


def test_every_event_of_the_catalogue_has_an_expectation_and_every_expectation_an_event() -> None:
    assert {f"E{number}" for number in OURS} == set(EVENTS)
    assert {file.stem for file in CATALOGUE.iterdir()} == set(EVENTS)
    assert sum(map(len, BRINGS.values())) == len(EVENTS), "each event has one example"


def test_everything_but_the_red_route_goes_out_between_nine_and_five_on_a_working_day(lives: Lives) -> None:
    council_time = shipped_framework().calendar
    for situation in BRINGS:
        for one in lives.heard(situation):
            if not shipped_framework().event(one.event).urgent:
                assert council_time.send_from <= one.at.time() <= council_time.send_to, one
                assert f"{one.at:%A}".lower() in council_time.working_days, one


def test_no_message_of_the_catalogue_holds_a_case_a_practitioners_name_or_a_grade() -> None:
    for file in sorted(CATALOGUE.iterdir()):
        said = [line for line in file.read_text(encoding="utf-8").splitlines()[1:] if not line.startswith("To ")]
        text = "\n".join(said)
        assert not re.search(r"NM-\d{6}", text), file.name
        assert not re.search(r"\b(inadequate|requires improvement)\b", text, re.IGNORECASE), file.name
        assert "Direct work that changed the plan" not in text, file.name


def test_no_message_of_the_catalogue_names_a_terminal_command_or_the_id_of_a_post() -> None:
    ids = "|".join(re.escape(post) for post in small_council().posts if "-" in post)
    for file in sorted(CATALOGUE.iterdir()):
        text = file.read_text(encoding="utf-8")
        assert "python -m bot" not in text, file.name
        assert not re.search(rf"\b(?:{ids})\b", text), file.name
