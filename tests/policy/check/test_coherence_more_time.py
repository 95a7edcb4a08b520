"""A framework file that contradicts itself about more time is refused, with the place it is wrong."""

from __future__ import annotations

from datetime import date, time

import pytest

from policy.check.coherence import problems
from policy.framework.framework import Framework
from policy.framework.rules_more_time import PracticeWeek


def _changed(framework: Framework, part: str, **values: object) -> Framework:
    return framework.model_copy(update={part: getattr(framework, part).model_copy(update=values)})


def test_the_shipped_file_has_nothing_wrong(framework: Framework) -> None:
    assert problems(framework) == []


@pytest.mark.parametrize(
    ("part", "values", "where"),
    [
        ("more_time", {"decided_by": "head_of_servce"}, ("more_time", "decided_by")),
        ("more_time", {"decided_by": "qa_lead"}, ("more_time", "decided_by")),
        ("discretion", {"preview_at": time(17)}, ("discretion", "preview_at")),
        ("discretion", {"preview_at": time(8)}, ("discretion", "preview_at")),
    ],
)
def test_who_decides_and_when_the_preview_comes_must_make_sense(
    framework: Framework, part: str, values: dict[str, object], where: tuple[str, ...]
) -> None:
    assert where in [one.path for one in problems(_changed(framework, part, **values))]


def test_whoever_decides_on_more_time_is_who_is_asked(framework: Framework) -> None:
    wrong = _changed(framework, "more_time", decided_by="senior_manager")
    index = next(index for index, event in enumerate(framework.events) if event.key == "E8")
    assert ("events", index, "tell") in [one.path for one in problems(wrong)]


def test_a_practice_week_ends_after_it_starts(framework: Framework) -> None:
    week = PracticeWeek(title="Practice week", starts=date(2026, 9, 14), ends=date(2026, 9, 11))
    wrong = framework.model_copy(update={"practice_weeks": (week,)})
    assert [one.path for one in problems(wrong)] == [("practice_weeks", 0, "ends")]


@pytest.mark.parametrize("key", ["extension", "exclusion", "hold"])
def test_the_forms_the_bot_asks_with_cannot_be_left_out(framework: Framework, key: str) -> None:
    wrong = framework.model_copy(update={"forms": tuple(form for form in framework.forms if form.key != key)})
    assert f'the bot needs a form "{key}".' in [one.reason for one in problems(wrong)]
