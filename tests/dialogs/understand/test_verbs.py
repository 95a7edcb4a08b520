"""Every verb somebody can read, on a card, in the help or in a message, works with a reference typed after it."""

from __future__ import annotations

import re
from datetime import date
from typing import get_args

import pytest

from dialogs.front_door.front_door import COMMANDS, FOR_THE_QA_TEAM
from dialogs.understand.understanding import Kind, understand
from dialogs.understand.verbs import BEFORE_A_REFERENCE
from tests.dialogs import samples
from tests.dialogs.reading import walk
from tests.journeys.test_what_may_not_be_known import TYPED

TODAY = date(2026, 12, 3)
REFERENCES = ("LS-2026Q3-014", "CL-2026Q3-003", "AC-2026Q3-031", "MO-2026Q3-004")
REFERENCE = re.compile(r"\b(?:LS|CL|AC|MO)-2026Q3-\d+\b")
IN_HELP = [one.typed for one in (*COMMANDS, *FOR_THE_QA_TEAM)]
ABOUT_ALL = {"home": "open", "greeting": "open", "thanks": "open", "actions": "open", "loops": "open"}
"""What is about everything somebody has, and with a reference is about that one."""


def kind(line: str) -> str:
    return understand(line, TODAY).kind


def follows(said: str, meant: str, reference: str) -> bool:
    """Whether an answer is about the verb: the same thing is meant, or it is shown with the buttons it has."""
    intent = understand(f"{said} {reference}", TODAY)
    if meant in ("moderations", "unknown"):
        return intent.kind in ("open", "moderate") or intent.hint == "which_month"
    if meant == "allocate":
        return intent.hint == "which_month"
    return intent.kind in (meant, ABOUT_ALL.get(meant, "open"))


@pytest.mark.parametrize("typed", IN_HELP)
def test_a_command_of_the_help_works_and_with_any_reference_after_it_too(typed: str) -> None:
    assert kind(typed.replace("...", "Ann Hale")) != "unknown"
    named = REFERENCE.search(typed)
    verb = REFERENCE.sub("", typed).replace("...", "").split(" to ")[0].strip()
    if named:
        assert understand(f"{verb} {named[0]}", TODAY).reference == named[0]
    else:
        verb = verb.replace("December 2026", "").replace("Harbour Team", "").strip()
    for reference in REFERENCES:
        assert follows(verb, kind(typed.replace("...", "Ann Hale")), reference), f"{verb} {reference}"


def test_a_word_a_button_carries_works_with_a_reference_after_it() -> None:
    """A button that is pressed for one thing can be typed about it, whatever buttons are to come."""
    titles = {
        str(one["title"])
        for message in samples.messages().values()
        if message.card
        for one in walk(message.card)
        if one["type"] in ("Action.Execute", "Action.Submit") and not re.search(r"\d", str(one["title"]))
    }
    assert {"Hold", "Agree", "Authorise", "I have spoken to them"} <= titles
    lost = {
        f"{title} {reference}"
        for title in titles
        for reference in REFERENCES
        if kind(f"{title} {reference}") == "unknown" and understand(f"{title} {reference}", TODAY).hint != "which_month"
    }
    assert not lost


def test_what_a_message_asks_people_to_type_is_understood() -> None:
    typed = {
        line
        for message in samples.messages().values()
        for line in re.findall(r"[Tt]ype: ([a-z ]+(?:LS|CL|AC|MO)-2026Q3-\d+)", message.text)
    }
    assert len(typed) > 20
    assert {line for line in typed if kind(line) == "unknown" or not understand(line, TODAY).reference} == set()


@pytest.mark.parametrize("verb", sorted(TYPED))
def test_every_command_there_is_means_the_same_with_a_reference_as_without(verb: str) -> None:
    said = TYPED[verb]
    if verb in ("unknown", "everything"):
        return
    verb_alone = said.replace("allocate February 2026", "allocate").replace("export loops", "export")
    for reference in REFERENCES:
        assert follows(verb_alone, verb, reference), f"{verb_alone} {reference}"


def test_what_is_meant_by_a_phrase_is_something_that_can_be_meant() -> None:
    assert BEFORE_A_REFERENCE.keys() <= set(get_args(Kind))
    said = [phrase for phrases in BEFORE_A_REFERENCE.values() for phrase in phrases]
    assert len(said) == len(set(said)), "no phrase means two things"
