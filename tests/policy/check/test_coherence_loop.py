"""A framework file in which closing the loop could not work is refused, with the line and what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.check.loader import FrameworkError, load_framework
from tests.policy.framework_files import copy_with


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('anchor = "return_by"', 'anchor = "due_on"', 'this ladder counts from "return_by"'),
        ('authoriser = "case.head_of_service"', 'authoriser = "case.head_of_servise"', "head_of_servise"),
        ('meets = "practitioner.senior_manager"', 'meets = "somebody.senior_manager"', "is not a recipient"),
        ("remind_meeting_after = [3, 7, 10]", "remind_meeting_after = [7, 3]", "in order"),
        ('key = "met_on"', 'key = "day_of_it"', 'needs a question "met_on"'),
        ('key = "loop_decisions"', 'key = "loop_choices"', 'needs a form "loop_decisions"'),
        ('must_include = ["practitioner", "team_manager"]', 'must_include = ["parent"]', "parent"),
    ],
)
def test_what_closing_the_loop_needs_is_asked_of_the_file(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(FrameworkError) as refused:
        load_framework(copy_with(tmp_path, old, new))
    assert said in str(refused.value)
