"""Every card the product can produce passes our lint, and the lint notices what it is there to notice."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from dialogs.kit.card_lint import lint
from tests.dialogs.reading import walk
from tests.dialogs.samples import cards

STEP = "form_meeting"


def test_every_card_we_can_send_is_sound() -> None:
    assert {name: problems for name, card in cards().items() if (problems := lint(card))} == {}


def test_every_card_is_small_even_with_every_box_filled_to_its_limit() -> None:
    assert lint(cards()["review_longest"]) == []


def _first(card: dict[str, Any], kind: str) -> dict[str, Any]:
    queue: list[dict[str, Any]] = list(card["body"]) + list(card.get("actions", []))
    while queue:
        element = queue.pop(0)
        if element["type"] == kind:
            return element
        for inside in ("items", "rows", "cells", "inlines", "actions"):
            queue += element.get(inside, [])
    raise AssertionError(f"the sample has no {kind}")


Fault = tuple[str, Callable[[dict[str, Any]], object], str]

FAULTS: dict[str, Fault] = {
    "an element Teams does not know": ("TextBlock", lambda e: e.update(type="Marquee"), "not an element we use"),
    "a misspelt property": ("TextBlock", lambda e: e.update(colour="Good"), "no property 'colour'"),
    "text that does not wrap": ("TextBlock", lambda e: e.pop("wrap"), "does not wrap"),
    "empty text": ("TextBlock", lambda e: e.update(text=""), "without text"),
    "a link": ("TextBlock", lambda e: e.update(text="[here](https://example.org)"), "function or a link"),
    "a Markdown list": ("TextBlock", lambda e: e.update(text="When:\n- it is late"), "cut off on a phone"),
    "a date function": ("TextRun", lambda e: e.update(text="{{DATE(2026-12-29)}}"), "read as a function"),
    "an input without a label": ("Input.Date", lambda e: e.pop("label"), "without a label"),
    "an input without an error message": ("Input.Date", lambda e: e.pop("errorMessage"), "without an errorMessage"),
    "an input called like a button's data": ("Input.Date", lambda e: e.update(id="verb"), "would overwrite"),
    "a choice twice": ("Input.ChoiceSet", lambda e: e["choices"].append(e["choices"][0]), "twice the same"),
    "a comma in a choice": ("Input.ChoiceSet", lambda e: e["choices"][0].update(value="a,b"), "a comma"),
    "a button with a case in it": ("Action.Execute", lambda e: e["data"].update(case="NM-1"), "may not carry 'case'"),
    "no way for old clients": ("Action.Execute", lambda e: e.pop("fallback"), "no Action.Submit"),
    "a verb that is not the one carried": ("Action.Execute", lambda e: e.update(verb="other"), "differ"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_lint_notices(fault: str) -> None:
    kind, break_it, said = FAULTS[fault]
    card = copy.deepcopy(cards()[STEP])
    break_it(_first(card, kind))
    assert any(any(part in problem for part in said.split("|")) for problem in lint(card)), lint(card)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/l/call/0/0?users=a@b.example",
        "https://teams.microsoft.com/l/call/0/0?users=a@b.example,c@d.example",
        "https://teams.microsoft.com/l/call/0/0?users=a@b.example&source=LS-2026Q3-014",
        "https://teams.microsoft.com/l/chat/0/0?users=a@b.example",
        "",
    ],
)
def test_the_lint_lets_no_link_pass_but_a_call_in_teams_to_one_person(url: str) -> None:
    card = copy.deepcopy(cards()["e16_attention_call"])
    assert lint(card) == []
    _first(card, "Action.OpenUrl")["url"] = url
    assert any("not a call in Teams" in problem for problem in lint(card))


CHART = "Chart.HorizontalBar.Stacked"
HOME_FAULTS: dict[str, Fault] = {
    "a chart without a fallback": (CHART, lambda e: e.pop("fallback"), "without a fallback"),
    "a part known by its colour alone": (CHART, lambda e: e["data"][0]["data"][0].pop("legend"), "colour alone"),
    "a chart that says something else": (CHART, lambda e: e["data"][0]["data"][0].update(value=99), "the table does"),
    "a table without headings": ("Table", lambda e: e.pop("firstRowAsHeaders"), "row of headings"),
    "a column of fixed width": ("Table", lambda e: e["columns"][0].update(width="120px"), "fixed width"),
    "an empty cell": ("TableCell", lambda e: e["items"][0].update(inlines=[]), "empty cell"),
    "a fifth column": ("Table", lambda e: e["columns"].append({"width": 1}), "do not fit"),
}


@pytest.mark.parametrize("fault", HOME_FAULTS)
def test_the_lint_notices_in_a_picture_of_numbers(fault: str) -> None:
    kind, break_it, said = HOME_FAULTS[fault]
    card = copy.deepcopy(cards()["home_director"])
    break_it(_first(card, kind))
    assert any(said in problem for problem in lint(card)), lint(card)


def test_the_lint_notices_a_chart_whose_table_is_gone() -> None:
    card = copy.deepcopy(cards()["home_director"])
    card["body"] = [one for one in card["body"] if one["type"] != "Table"]
    assert any("without its table" in problem for problem in lint(card))


def test_the_lint_notices_two_buttons_nobody_can_tell_apart() -> None:
    card = copy.deepcopy(cards()["home_many"])
    for one in walk(card):
        one.pop("tooltip", None)
    assert any("two buttons" in problem for problem in lint(card))


def test_the_lint_notices_one_of_several_buttons_that_does_not_say_what_it_is_about() -> None:
    card = copy.deepcopy(cards()["request_which_many"])
    first = next(one for one in walk(card) if one["type"] == "Action.Execute")
    del first["tooltip"]
    assert any("does not say what it is about" in problem for problem in lint(card))


def test_buttons_of_the_same_words_are_spoken_with_their_reference() -> None:
    spoken = [one["tooltip"] for one in walk(cards()["request_which_many"]) if one["type"] == "Action.Execute"]
    assert spoken == [f"Ask for more time: LS-2026Q3-{n:03}" for n in (1, 2, 3)]


def test_the_lint_notices_a_coloured_box_without_words() -> None:
    card = copy.deepcopy(cards()["home_late"])
    _first(card, "Container")["items"] = []
    assert any("without words" in problem for problem in lint(card))


def test_the_lint_notices_a_fourth_button() -> None:
    card = copy.deepcopy(cards()[STEP])
    card["actions"] = [card["actions"][0]] * 4
    assert any("4 buttons" in problem for problem in lint(card))


def test_the_lint_notices_a_card_of_another_version_without_a_heading_or_a_summary() -> None:
    problems = " ".join(lint({"type": "AdaptiveCard", "version": "1.6", "body": []}))
    assert "version 1.5" in problems
    assert "not a heading" in problems
    assert "speak" in problems


def test_the_lint_notices_a_card_too_big_for_a_phone() -> None:
    card = copy.deepcopy(cards()[STEP])
    card["body"][0]["text"] = "long " * 5_000
    assert any("bytes" in problem for problem in lint(card))


def test_the_same_input_twice_is_noticed() -> None:
    card = copy.deepcopy(cards()[STEP])
    card["body"].append(_first(card, "Input.Date"))
    assert any("a second input" in problem for problem in lint(card))
