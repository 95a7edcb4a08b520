"""Words that are true on one day alone: a message stays in the chat, and its reader may come back in three months."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dialogs.kit.page import AS_ON
from tests.dialogs import samples
from tests.dialogs.reading import ageing, text_of

CATALOGUE = Path(__file__).parents[1] / "journeys" / "catalogue"


def _said() -> Iterator[tuple[str, str]]:
    for name, message in samples.messages().items():
        yield name, "\n".join([message.text, message.summary, text_of(message.card) if message.card else ""])
    for file in sorted(CATALOGUE.iterdir()):
        for number, said in enumerate(file.read_text(encoding="utf-8").split("-" * 80)[1:]):
            yield f"{file.stem}, message {number + 1}", said


def test_no_message_says_of_a_day_what_is_not_so_on_another_unless_it_names_the_day() -> None:
    telling = {name: found for name, text in _said() if (found := ageing(text))}
    assert not telling


def test_a_list_says_on_which_day_it_was_so() -> None:
    for name in ("home_late", "home_qa_lead", "home_empty", "tracker"):
        assert f"{AS_ON} Thursday 3 December." in samples.messages()[name].text.split("\n\n")[1], name


def test_the_words_that_age_are_known_when_they_are_seen() -> None:
    for line in ("14 days late: LS-2026Q3-014", "one day late", "told today", "Due tomorrow", "due in 28 days"):
        assert ageing(line), line
    for line in ("14 days late on Tuesday 17 November: LS-2026Q3-014", "You hear of it the next morning."):
        assert not ageing(line), line
