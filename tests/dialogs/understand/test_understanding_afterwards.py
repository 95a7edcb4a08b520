"""What the QA team types once a form is in: open it again, look a second time, and why."""

from __future__ import annotations

from datetime import date

import pytest

from dialogs.understand.understanding import Intent, reason_said, understand

TODAY = date(2026, 12, 3)
REASONS = {"wrong_answer": "An answer is wrong", "learning": "Others can learn from it"}


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("reopen LS-2026Q3-014", Intent("reopen", reference="LS-2026Q3-014")),
        ("Re-open ls-2026q3-014, please", Intent("reopen", reference="LS-2026Q3-014")),
        (
            "reopen LS-2026Q3-014 because an answer is wrong.",
            Intent("reopen", reference="LS-2026Q3-014", person="an answer is wrong"),
        ),
        ("moderate LS-2026Q3-014", Intent("moderate", reference="LS-2026Q3-014")),
        ("moderate MO-2026Q3-004", Intent("open", reference="MO-2026Q3-004")),
        ("moderations", Intent("moderations")),
    ],
)
def test_a_line_means_what_it_says(line: str, meant: Intent) -> None:
    assert understand(line, TODAY) == meant


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("an answer is wrong", "wrong_answer"),
        ("wrong answer", "wrong_answer"),
        ("LEARNING", "learning"),
        ("it is wrong", ""),
        ("", ""),
    ],
)
def test_a_reason_is_one_of_the_file_or_none(said: str, code: str) -> None:
    assert reason_said(said, REASONS) == code
