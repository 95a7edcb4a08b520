"""What nobody outside the machine room should have to read: a command of the terminal, or the id of a post."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from dialogs.letters.letter_subjects import SUBJECTS
from dialogs.letters.letters import Letterhead, letter
from dialogs.understand.understanding import understand
from tests.dialogs import samples
from tests.dialogs.reading import text_of
from tests.dialogs.sample_facts import POST, proposal

TERMINAL = "python -m bot"
POST_ID = re.compile(r"\b(?:TM|SM|HOS|IRO|PDM|QA)-\d+\b")
"""How the sample posts are called in the sheets of their council."""


def test_the_ids_of_sample_posts_are_those_that_are_looked_for() -> None:
    ids = [POST.id, *(one.post for one in proposal().unserved), *(one.post for one in proposal().picks)]
    assert all(POST_ID.fullmatch(each) for each in ids)


def test_no_message_card_or_letter_names_a_terminal_command_or_the_id_of_a_post() -> None:
    telling = {}
    for name, message in samples.messages().items():
        sent = letter(message, subject="A message", head=Letterhead("Northmoor"))
        shown = text_of(message.card) if message.card else ""
        said = "\n".join([message.text, message.summary, shown, sent.text, sent.html])
        if TERMINAL in said or (found := POST_ID.findall(said)):
            telling[name] = found if TERMINAL not in said else TERMINAL
    assert not telling


HOUSE = Path(__file__).parents[2]
CATALOGUE = HOUSE / "tests" / "journeys" / "catalogue"


def retired() -> list[re.Pattern[str]]:
    """The words of the left column of the glossary's table, as whole words."""
    text = (HOUSE / "docs" / "glossary.md").read_text(encoding="utf-8")
    table = text.partition("## Words people do not read")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| ([a-z][^|]*) \|", table, re.MULTILINE)
    words = [word.strip() for cell in cells for word in cell.split(",")]
    assert len(words) > 10
    return [re.compile(rf"\b{re.escape(word)}s?\b", re.IGNORECASE) for word in words]


def what_people_read() -> dict[str, str]:
    """Every message and card, every subject line, and every text of the catalogue without its titles."""
    read = {}
    for name, one in samples.messages().items():
        shown = text_of(one.card) if one.card else ""
        read[name] = f"{one.text}\n{one.summary}\n{shown}"
    read |= {f"subject {event}": subject for event, subject in SUBJECTS.items()}
    for file in CATALOGUE.glob("*.txt"):
        read[file.name] = "\n".join(re.split(r"\n(?:To .*\n)+", file.read_text(encoding="utf-8"))[1:])
    # A post of that title, and an invented person of that name.
    return {name: re.sub(r"Social Worker|Worker [A-Z]\w+", "", text) for name, text in read.items()}


def test_nobody_reads_a_word_that_the_glossary_has_retired() -> None:
    assert [
        f"{name}: {found[0]}"
        for name, text in sorted(what_people_read().items())
        for word in retired()
        if (found := word.search(text))
    ] == []


def test_whoever_types_a_retired_word_is_understood_all_the_same() -> None:
    today = date(2026, 12, 3)
    for said, meant in (
        ("second looks", "moderations"),
        ("second look LS-2026Q3-014", "moderate"),
        ("ask for moderation LS-2026Q3-014", "moderate"),
        ("withdraw LS-2026Q3-014", "take_back"),
        ("exclusion LS-2026Q3-014", "more_time"),
        ("submit LS-2026Q3-014", "open"),
    ):
        assert understand(said, today).kind == meant, said
