"""What looks like bad input and is none: other ways to say a day, a choice or a text are understood and kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.councils import TEAM_MANAGER
from tests.dialogs.reading import inputs_of
from tests.journeys.bad_input.room import Room, letter_text
from tests.journeys.bad_input.table import Sort
from tests.journeys.bad_input.ways import BY_NAME, Kind, Way, give

pytestmark = pytest.mark.asyncio(loop_scope="module")

IN_WORDS: tuple[tuple[Sort, str, Any], ...] = (
    ("past day", "10/2", "2026-02-10"),
    ("past day", "10.2.26", "2026-02-10"),
    ("past day", "YESTERDAY!", "2026-02-10"),
    ("past day", "on Friday 6th February please", "2026-02-06"),
    ("past day", "last Friday", "2026-02-06"),
    ("past day", "a week ago", "2026-02-04"),
    ("past day", "\u200b5\u00a0February\u200b", "2026-02-05"),
    ("past day", "\u202d5/2\u202c", "2026-02-05"),
    ("coming day", "13/3", "2026-03-13"),
    ("coming day", "tomorrow", "2026-02-12"),
    ("coming day", "in two weeks", "2026-02-25"),
    ("coming day", "Friday 20 February", "2026-02-20"),
    ("coming day", "3 April 2026", "2026-04-03"),
    ("one of", "GOOD", "good"),
    ("one of", "requires IMPROVEMENT to be good", "requires_improvement"),
    ("one of", "ri", "requires_improvement"),
    ("one of", "two", "good"),
    ("one of", "2.", "good"),
    ("one of", "number 2 please", "good"),
    ("one of", "I think it is 2", "good"),
    ("one of", "<at>Learning space</at> 2", "good"),
    ("one of", "\U0001f44d good", "good"),
    ("several of", "1, 2 and 4", ["team_manager", "iro", "other_professional"]),
    ("several of", "- Team Manager\n- IRO", ["team_manager", "iro"]),
    ("several of", "one and two", ["team_manager", "iro"]),
    ("yes or no", "Yes please", "yes"),
    ("yes or no", "NOPE", "no"),
)
"""How it is said, and what is kept of it."""
TEXTS = (
    ("<b>Clear plan</b> & <script>alert(1)</script>", "<b>Clear plan</b> & <script>alert(1)</script>"),
    ("**Clear** [plan](https://evil.example) {{DATE(2017-02-14T06:08:39Z,SHORT)}}", None),
    ("Part\tDone\nPlan\tyes\nVisits\tyes", "Part\tDone\nPlan\tyes\nVisits\tyes"),
    ("Clear\u200b plan, \u202eseen\u202c through\ufeff", "Clear plan, seen through"),
    ("Clear plan \U0001f600, seen through", None),
    ("  \n\n Clear plan, seen through \n\n ", "Clear plan, seen through"),
)
"""A text as it comes, and as it is kept; None for just as it came."""


@pytest.mark.parametrize("way", ["typed", "email"])
async def test_what_people_say_for_a_day_or_a_choice_is_kept_as_what_they_meant(room: Room, way: Way) -> None:
    kind = BY_NAME["learning space"]
    faults = []
    for sort, words, meant in IN_WORDS:
        if way == "email" and ("\n" in words or words.startswith("<at>")):
            continue
        question = kind.asks[sort]
        with room.put_back():
            before = room.answers(TEAM_MANAGER)
            reply = await give(room, kind, way, question, words)
            kept = room.answers(TEAM_MANAGER)
            if kept != {**before, question.key: meant}:
                faults.append((words, kept.get(question.key), reply.text[:300]))
    assert faults == []


@pytest.mark.parametrize("way", ["card", "window", "typed", "email"])
@pytest.mark.parametrize("kind", [BY_NAME["learning space"], BY_NAME["closing the loop"]], ids=lambda kind: kind.name)
async def test_a_text_is_kept_as_it_was_written_without_what_nobody_sees(room: Room, kind: Kind, way: Way) -> None:
    if way not in kind.ways:
        return
    question = kind.asks["words"]
    for words, clean in TEXTS:
        if way == "email" and any(mark in words for mark in ("\t", "\n", "**")):
            continue  # stars are what bold letters leave in plain text; the table has a test of its own
        with room.put_back():
            before = room.answers(kind.person)
            await give(room, kind, way, question, words)
            kept = room.answers(kind.person)
            assert kept == {**before, question.key: clean or words}, words
            page = await room.press(
                kind.person, {"verb": kind.opens, "ref": kind.token(room.forms), "step": question.page}
            )
            assert inputs_of(page.card)[question.key]["value"] == (clean or words).replace("\t", " ")
            assert "{{DATE" not in json.dumps({**page.card, "body": _without_boxes(page.card["body"])})


def _without_boxes(node: Any) -> Any:
    """What a card shows beside its boxes: there nothing that was typed may turn into something."""
    if isinstance(node, list):
        return [_without_boxes(one) for one in node]
    if isinstance(node, dict):
        return {key: _without_boxes(one) for key, one in node.items() if not str(node.get("type")).startswith("Input")}
    return node


async def test_a_table_pasted_into_an_email_is_one_answer_as_it_stands_or_asked_about(room: Room) -> None:
    with room.put_back():
        text = "17. Clear plan.\n\nPart\tDone\nPlan\tyes\nVisits\tyes"
        letter = letter_text(await room.write(TEAM_MANAGER, room.forms.space.reference, text))
        kept = room.answers(TEAM_MANAGER)["grade_reasons"]
        assert kept.startswith("Clear plan.") and "Visits" in kept
        assert "Clear plan." in letter and "Visits" in letter
    await room.write(TEAM_MANAGER, room.forms.space.reference, "NO")
