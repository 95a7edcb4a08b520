"""Reading the framework file: whatever is wrong is said with the line, the place and the reason, never a traceback."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.check.loader import SHIPPED, FrameworkError, load_framework
from policy.check.toml_lines import lines_of
from policy.framework.framework import Framework
from tests.policy.framework_files import HERE, copy_with, refusal

TEXT = SHIPPED.read_text(encoding="utf-8")


# -- the file we ship -------------------------------------------------------------------------------------------------


def test_the_framework_we_ship_is_a_fictional_council(framework: Framework) -> None:
    assert framework.council.name == "Northmoor"
    assert framework.council.case_ref_pattern == r"^NM-\d{6}$"


def test_there_are_fourteen_functions_and_seven_of_social_care_hold_cases_with_the_reviewing_officers(
    framework: Framework,
) -> None:
    functions = [function for function in framework.functions if not function.home_only]
    assert len(functions) == 14
    assert [function.key for function in functions if function.allocates] == [
        "mash",
        "duty_and_assessment",
        "contextual_safeguarding",
        "family_safeguarding",
        "children_in_our_care",
        "leaving_care",
        "children_with_disabilities",
        "safeguarding_and_review",
    ]


def test_the_director_and_the_qa_team_have_a_home_that_is_no_function(framework: Framework) -> None:
    homes = {function.key: function.allocates for function in framework.functions if function.home_only}
    assert homes == {"childrens_services": True, "safeguarding_inspection_and_audit": False}


def test_the_roles_are_the_ones_establishments_are_imported_with(framework: Framework) -> None:
    assert {role.key: role.level for role in framework.roles} == {
        "practitioner": 0,
        "team_manager": 1,
        "iro": 1,
        "pdm": 1,
        "senior_manager": 2,
        "head_of_service": 3,
        "director": 4,
        "executive_director": 5,
        "qa_lead": None,
        "qa_officer": None,
        "principal_social_worker": None,
        "bi_lead": None,
        "service_allocator": None,
    }


def test_the_windows_and_the_mash_stream_are_the_frameworks(framework: Framework) -> None:
    rules = framework.learning_space
    assert (rules.due_days, rules.per_month) == (28, 40)
    assert [(each.function, each.count, each.per, each.counts_to_quota) for each in rules.streams] == [
        ("mash", 2, "month", True)
    ]
    assert (framework.allocation.worker_months, framework.allocation.child_months) == (12, 12)
    loop = framework.closing_the_loop
    assert (loop.meet_within_working_days, loop.return_within_days, loop.reaudit_months) == (10, 28, 3)


def test_only_inadequate_opens_a_loop_and_only_outstanding_is_recognised(framework: Framework) -> None:
    assert [grade.key for grade in framework.grades] == ["outstanding", "good", "requires_improvement", "inadequate"]
    assert [grade.key for grade in framework.grades if grade.triggers_loop] == ["inadequate"]
    assert [grade.key for grade in framework.grades if grade.recognised] == ["outstanding"]
    assert all(grade.help for grade in framework.grades)


def test_there_are_fourteen_themes(framework: Framework) -> None:
    assert len(framework.themes) == 14


def test_only_the_red_route_is_sent_at_any_hour(framework: Framework) -> None:
    assert [event.key for event in framework.events if event.urgent] == ["E16"]


@pytest.mark.parametrize("part", ["roles", "functions", "activities", "quotas", "ladders", "events", "grades"])
def test_every_part_says_what_it_rests_on(framework: Framework, part: str) -> None:
    assert all(entry.source for entry in getattr(framework, part))


def test_a_copy_of_the_file_is_the_same_framework(framework: Framework, tmp_path: Path) -> None:
    copy = tmp_path / "ours.toml"
    copy.write_bytes(SHIPPED.read_bytes())
    assert load_framework(copy) == framework


@pytest.mark.parametrize("as_saved", [lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n")])
def test_a_copy_saved_by_notepad_loads(framework: Framework, tmp_path: Path, as_saved: Any) -> None:
    copy = tmp_path / "ours.toml"
    copy.write_bytes(as_saved(TEXT).encode())
    assert load_framework(copy) == framework


def test_a_changed_number_is_a_changed_rule(tmp_path: Path) -> None:
    assert load_framework(copy_with(tmp_path, "due_days = 28", "due_days = 21")).learning_space.due_days == 21


# -- what cannot be read ----------------------------------------------------------------------------------------------


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    error = refusal_without_text(tmp_path / "nothing.toml")
    assert str(error) == "nothing.toml line 1, the file cannot be read (No such file or directory)."


def test_a_folder_is_no_framework(tmp_path: Path) -> None:
    assert "cannot be read" in str(refusal_without_text(tmp_path))


def test_a_file_that_is_not_text_is_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_bytes(b'version = "1"\n# caf\xe9\n')
    error = refusal_without_text(path)
    assert (error.line, error.reason) == (2, "the file is not UTF-8 text; save it as UTF-8.")


def test_an_enormous_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text("#" * 2_100_000)
    assert "far too long" in str(refusal_without_text(path))


def test_a_file_nested_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text("a = " + "[" * 100_000)
    assert refusal_without_text(path).line == 1


def test_an_empty_file_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text("")
    error = refusal_without_text(path)
    assert (error.where, error.reason) == ("version", "is missing.")
    assert {fault.where for fault in error.others} >= {"council", "roles", "ladders", "forms"}
    assert len(str(error).splitlines()) == 12 and str(error).endswith("more.")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("due_days = 28", f"due_days 28  {HERE}"),
        ("due_days = 28", f'due_days = "28  {HERE}'),
        ("send_from = 09:00:00", f"send_from = 9 o'clock  {HERE}"),
        ("[calendar]", f"[calendar  {HERE}"),
        ('title = "MASH"', f'title = "MASH"\ntitle = "MASH again"  {HERE}'),
        ('[council]\nname = "Northmoor"', f'[council]\nname = "Northmoor"\n\n[council]  {HERE}'),
    ],
)
def test_a_slip_of_the_pen_is_refused_with_its_line(tmp_path: Path, old: str, new: str) -> None:
    assert refusal(copy_with(tmp_path, old, new)).reason.startswith("this is not valid TOML (")


def test_a_list_that_never_ends_is_refused_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text('version = "1"\nroles = [\n\n')
    assert refusal_without_text(path).line == 2


def refusal_without_text(path: Path) -> FrameworkError:
    with pytest.raises(FrameworkError) as caught:
        load_framework(path)
    return caught.value


# -- wrong types and unknown keys -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "where", "reason"),
    [
        ("due_days = 28", f'due_days = "28"  {HERE}', "learning_space.due_days", 'must be a whole number, not "28".'),
        ("due_days = 28", f"due_days = 28.5  {HERE}", "learning_space.due_days", "must be a whole number, not 28.5."),
        ("due_days = 28", f"due_days = true  {HERE}", "learning_space.due_days", "must be a whole number, not true."),
        ("due_days = 28", f"due_days = 0  {HERE}", "learning_space.due_days", "must be 1 or more, not 0."),
        ("due_days = 28", f"due_days = 400  {HERE}", "learning_space.due_days", "must be 366 or less, not 400."),
        ("due_days = 28", f"due_dayz = 28  {HERE}", "learning_space.due_dayz", 'Did you mean "due_days"?'),
        ("send_from = 09:00:00", f'send_from = "09:00"  {HERE}', "calendar.send_from", "must be a time like 09:00:00"),
        ('"friday"]', f'"freitag"]  {HERE}', "calendar.working_days[4]", "'friday'"),
        ('name = "Northmoor" ', f"name = 7  {HERE} ", "council.name", "must be text in quotes, not 7."),
        ('tell = ["auditor"]', f'tell = "auditor"  {HERE}', "ladders.learning_space.steps[0].tell", "must be a list"),
        (
            "\nescalation = true",
            f'\nescalation = "yes"  {HERE}',
            "ladders.learning_space.steps[4].escalation",
            "true or",
        ),
        ("quarters = [1, 1, 1, 1]", f"quarters = [1, 1, 1]  {HERE}", "quotas[0].quarters[3]", "is missing."),
        ("quarters = [1, 1, 1, 1]", f"quarters = [1, 1, 1, 1, 1]  {HERE}", "quotas[0].quarters", "too many entries"),
        ('key = "mash"', f'key = "M A S H"  {HERE}', "functions.M A S H.key", "small letters"),
        ("[closing_the_loop]", f"[closing_the_lop]  {HERE}", "closing_the_lop", 'Did you mean "closing_the_loop"?'),
        (
            'version = "northmoor-2026.1"',
            f'version = "{"northmoor" * 5}"  {HERE}',
            "version",
            "is too long: 40 characters at most.",
        ),
        (
            'channel = "teams"',
            f'channel = "fax"  {HERE}',
            "events.E2.channel",
            "must be 'teams', 'mail', 'both' or 'teams_then_mail'",
        ),
    ],
)
def test_a_wrong_value_is_refused_in_plain_words(tmp_path: Path, old: str, new: str, where: str, reason: str) -> None:
    error = refusal(copy_with(tmp_path, old, new))
    found = {fault.where: fault.reason for fault in error.others} | {error.where: error.reason}
    assert reason in found[where], found
    assert "pydantic" not in str(error) and "Input should" not in str(error)


def test_a_missing_key_is_refused_on_the_line_of_its_table(tmp_path: Path) -> None:
    text = '[[roles]]\nkey = "team_manager"\ntitle = "Team Manager"\n'
    path = copy_with(tmp_path, text, f'[[roles]]  {HERE}\nkey = "team_manager"\n')
    error = refusal(path)
    assert (error.where, error.reason) == ("roles.team_manager.title", "is missing.")


def test_the_message_names_file_line_place_and_reason(tmp_path: Path) -> None:
    error = refusal(copy_with(tmp_path, "due_days = 28", f"due_days = 0  {HERE}"))
    expected = f"framework.toml line {error.line}, learning_space.due_days: must be 1 or more, not 0."
    assert str(error) == expected
    assert error.path == tmp_path / "framework.toml"


def test_everything_wrong_is_said_at_once_the_first_line_first(tmp_path: Path) -> None:
    path = copy_with(tmp_path, "quarter_start_month = 4", "quarter_start_month = 13")
    text = path.read_text(encoding="utf-8").replace("due_days = 28", "due_days = 0")
    path.write_text(text, encoding="utf-8")
    error = refusal(path)
    assert error.where == "calendar.quarter_start_month"
    assert [fault.where for fault in error.others] == ["learning_space.due_days"]
    assert error.line < error.others[0].line
    first, second = str(error).splitlines()
    assert first.startswith(f"framework.toml line {error.line}, calendar.quarter_start_month: must be 12 or less")
    assert second.startswith(f"framework.toml line {error.others[0].line}, learning_space.due_days: must be 1 or more")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_damaged_file_does_anything_but_load_or_be_refused(tmp_path: Path, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(TEXT)))
    cut = data.draw(st.integers(0, 40))
    junk = data.draw(st.sampled_from(["", "x", '"', "[", "]", "=", "\n", "0", "''' ", "\x00", "{ a = 1 }", "\u20ac"]))
    path = tmp_path / "framework.toml"
    path.write_text(TEXT[:at] + junk + TEXT[at + cut :], encoding="utf-8")
    refused: FrameworkError | None = None
    try:
        load_framework(path)
    except FrameworkError as error:
        refused = error
    assert refused is None or (refused.reason and 1 <= refused.line <= TEXT.count("\n") + 2)


# -- finding lines ----------------------------------------------------------------------------------------------------


def test_every_value_of_the_shipped_file_has_a_line_that_holds_it() -> None:
    lines = lines_of(TEXT)
    written = TEXT.splitlines()
    for path, value in _leaves(tomllib.loads(TEXT)):
        assert path in lines, path
        line = written[lines[path] - 1]
        if isinstance(value, str) and not isinstance(path[-1], int):
            assert str(path[-1]) in line, path
            assert value[:20] in line or line.endswith('"""\\'), path


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict):
        return [leaf for key, entry in value.items() for leaf in _leaves(entry, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, entry in enumerate(value) for leaf in _leaves(entry, (*path, index))]
    return [(path, value)]


def test_lines_are_found_in_every_way_toml_can_be_written() -> None:
    text = """\
# a comment with [brackets] and = signs
plain = 1
'quoted key'.inner = "a # in text"
"esc\\"aped\\u0041" = 'literal \\'
spread = [
    1, # one
    [2, 3],

    { deep = 4, list = ["]", '}'] },
]
long = \"\"\"
[not.a.table]
x = 1 \\\"""
\"\"\"
raw = '''
]]
'''''
[table.sub] # comment
a.b.c = 2026-01-01
[[rows]]
v = 1
[rows.part]
w = 1
[[rows.deeper]]
x = 1
[[rows]]
v = 2
[[rows.deeper]]
x = 2
[[rows.deeper]]
x = 3
"""
    lines = lines_of(text)
    expected: dict[tuple[str | int, ...], int] = {
        ("plain",): 2,
        ("quoted key", "inner"): 3,
        ('esc"apedA',): 4,
        ("spread",): 5,
        ("spread", 0): 6,
        ("spread", 1, 1): 7,
        ("spread", 2, "deep"): 9,
        ("spread", 2, "list", 1): 9,
        ("long",): 11,
        ("raw",): 15,
        ("table", "sub"): 18,
        ("table", "sub", "a", "b", "c"): 19,
        ("rows", 0, "v"): 21,
        ("rows", 0, "part", "w"): 23,
        ("rows", 0, "deeper", 0): 24,
        ("rows", 1, "v"): 27,
        ("rows", 1, "deeper", 0, "x"): 29,
        ("rows", 1, "deeper", 1): 30,
        ("rows", 1, "deeper", 1, "x"): 31,
    }
    tomllib.loads(text)
    assert {path: lines.get(path) for path in expected} == expected
