"""A framework file that contradicts itself is refused with the line and a reason a council can act on."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogs.notices import notices
from policy.check.coherence import LADDER_EVENTS, SPOKEN_EVENTS, problems
from policy.check.loader import load_framework
from policy.framework.framework import Framework
from tests.policy.framework_files import HERE, Mistake, check, copy_with, refusal

COUNCIL_AND_CALENDAR: list[Mistake] = [
    ('time_zone = "Europe/London"', f'time_zone = "Europe/Londn"  {HERE}', "council.time_zone", "no time zone"),
    ('time_zone = "Europe/London"', f'time_zone = "../x"  {HERE}', "council.time_zone", "no time zone"),
    ("'^NM-\\d{6}$'", f"'^NM-(\\d{{6}}$'  {HERE}", "council.case_ref_pattern", "not a regular expression"),
    ("'^NM-\\d{6}$'", f"'.*'  {HERE}", "council.case_ref_pattern", "empty case reference"),
    ("send_from = 09:00:00", f"send_from = 17:00:00  {HERE}", "calendar.send_from", "before send_to, 17:00"),
    ("send_from = 09:00:00", f"send_from = 18:30:00  {HERE}", "calendar.send_from", "before send_to, 17:00"),
    ("deadline_time = 23:59:00", f"deadline_time = 08:00:00  {HERE}", "calendar.deadline_time", "after send_from"),
    (
        'working_days = ["monday", "tuesday", "wednesday", "thursday", "friday"]',
        f"working_days = []  {HERE}",
        "calendar.working_days",
        "at least one working day",
    ),
    ('"thursday", "friday"]', f'"friday", "friday"]  {HERE}', "calendar.working_days[4]", "already there"),
]

ROLES_AND_FUNCTIONS: list[Mistake] = [
    ('key = "pdm"', f'key = "iro"  {HERE}', "roles.iro.key", '"iro" is already there above.'),
    ('key = "leaving_care"\ntitle', f'key = "mash"  {HERE}\ntitle', "functions.mash.key", "already there"),
    ("level = 3", f"level = -3  {HERE}", "roles.head_of_service.level", "0 or more"),
    ('    "leaving_care",\n', f'    "leaving_cares",  {HERE}\n', "case_functions[1]", 'no function "leaving_cares"'),
    ('fallback_roles = ["qa_lead"', f'fallback_roles = ["qa_leed"  {HERE}\n', "fallback_roles[0]", "no role"),
    ('fallback_roles = ["qa_lead"', f'fallback_roles = ["director"  {HERE}\n', "fallback_roles[0]", "move up early"),
    ('fallback_roles = ["qa_lead", "qa_officer"]', f"fallback_roles = []  {HERE}", "fallback_roles", "vacant post"),
    ('timetable_roles = ["team_manager"', f'timetable_roles = ["tm"  {HERE}\n', "timetable_roles[0]", 'no role "tm"'),
]

NUMBERS: list[Mistake] = [
    (
        'activity = "dip_sample"\nrole = "iro"',
        f'activity = "dip_sample"\nrole = "irol"  {HERE}',
        "quotas[10].role",
        'no role "irol"',
    ),
    (
        'activity = "dip_sample"\nrole = "iro"',
        f'activity = "dip_samples"  {HERE}\nrole = "iro"',
        "quotas[10].activity",
        'no activity "dip_samples"',
    ),
    (
        'activity = "dip_sample"\nrole = "iro"',
        f'activity = "thematic_audit"  {HERE}\nrole = "iro"',
        "quotas[10].activity",
        "counted = false",
    ),
    (
        'activity = "dip_sample"\nrole = "iro"',
        f'activity = "dip_sample"\nrole = "director"  {HERE}',
        "quotas[10].role",
        '"dip_sample" and "director" is already there',
    ),
    ("quarters = [0, 1, 0, 1]", f"quarters = [0, 1, -1, 1]  {HERE}", "quotas[14].quarters[2]", "0 or more, not -1"),
    (
        "quarters = [1, 1, 1, 1]",
        f"quarters = [1, 2, 1, 1]  {HERE}",
        "quotas[0].quarters[1]",
        "one a quarter at most, not 2",
    ),
    ("meet_within_working_days = 10", f"meet_within_working_days = 0  {HERE}", "meet_within_working_days", "1 or more"),
    (
        'function = "mash"\nroles = ["senior_manager", "team_manager"]',
        f'function = "mesh"  {HERE}\nroles = ["senior_manager", "team_manager"]',
        "learning_space.streams.mash.function",
        'no function "mesh"',
    ),
    (
        'function = "mash"\nroles = ["senior_manager", "team_manager"]',
        f'function = "adoption"  {HERE}\nroles = ["senior_manager", "team_manager"]',
        "learning_space.streams.mash.function",
        "allocates = false",
    ),
    (
        'roles = ["senior_manager", "team_manager"]',
        f'roles = ["senior_manager", "bi_lead"]  {HERE}',
        "learning_space.streams.mash.roles[1]",
        "no quota of learning spaces",
    ),
    ('roles = ["senior_manager", "team_manager"]', f"roles = []  {HERE}", "streams.mash.roles", "nobody would do it"),
    (
        'decision_maker_roles = ["team_manager"',
        f'decision_maker_roles = ["team_leader"  {HERE}\n',
        "allocation.decision_maker_roles[0]",
        'no role "team_leader"',
    ),
]

LADDERS_AND_EVENTS: list[Mistake] = [
    (
        'after = -2\nevent = "E6"',
        f'after = -2\nevent = "E999"  {HERE}',
        "ladders.learning_space.steps[1].event",
        'no event "E999"',
    ),
    (
        "after = -2\n",
        f"after = -9  {HERE}\n",
        "ladders.learning_space.steps[1].after",
        "comes before the step above it (-7)",
    ),
    ("after = -2\n", f"after = -7  {HERE}\n", "ladders.learning_space.steps[1].after", "same day"),
    (
        'tell = ["auditor.director"]',
        f'tell = ["auditor.directer"]  {HERE}',
        "ladders.learning_space.steps[5].tell[0]",
        'no role "directer"',
    ),
    (
        'tell = ["auditor.director"]',
        f'tell = ["child.director"]  {HERE}',
        "ladders.learning_space.steps[5].tell[0]",
        '"child.director" is not a recipient',
    ),
    (
        'copy_to = ["auditor.director"',
        f'copy_to = ["auditor.boss"  {HERE}\n',
        "ladders.learning_space.steps[6].copy_to[0]",
        'no role "boss"',
    ),
    ('tell = ["auditor.director"]', f"tell = []  {HERE}", "ladders.learning_space.steps[5].tell", "reaches nobody"),
    (
        'tell = ["auditor.director"]',
        f'tell = ["auditor"]  {HERE}',
        "ladders.learning_space.steps[5].tell",
        "names no role of the line",
    ),
    (
        'tell = ["auditor.director"]',
        f'tell = ["auditor.qa_lead"]  {HERE}',
        "ladders.learning_space.steps[5].tell",
        "names no role of the line",
    ),
    (
        'after = 0\nevent = "E7"\ntell = ["auditor"]',
        f'after = 0  {HERE}\nevent = "E7"\ntell = ["auditor.director"]\nescalation = true',
        "ladders.learning_space.steps[2].after",
        "not on or before the due date",
    ),
    (
        'activity = "learning_space"\nrole = "pdm"',
        'activity = "learning_space"\nrole = "executive_director"',
        "ladders.learning_space.steps[4].tell",
        "a late Executive Director of Children's Services reaches nobody",
    ),
    (
        'tell = ["auditor", "qa_lead"]\nchannel = "teams"\ndigest_for',
        f'tell = ["auditor", "qa_team"]  {HERE}\ndigest_for',
        "events.E15.tell[1]",
        'no role "qa_team"',
    ),
    (
        'tell = ["auditor", "qa_lead"]\nchannel = "teams"\ndigest_for',
        f"tell = []  {HERE}\ndigest_for",
        "events.E15.tell",
        "reaches nobody",
    ),
    (
        '[[events]]\nkey = "E16"',
        f'[[events]]\nkey = "E99"  {HERE}\ntitle = "Not spoken"\ntell = ["auditor"]\n\n[[events]]\nkey = "E16"',
        "events.E99.key",
        'the bot has no words for "E99"',
    ),
    (
        'after_hours = 4\ntell = ["director"]',
        f'after_hours = 4\ntell = ["the_director"]  {HERE}',
        "red_route.widen[0].tell[0]",
        "no role",
    ),
    ("after_hours = 8", f"after_hours = 4  {HERE}", "red_route.widen[1].after_hours", "later than the one before"),
    ('weekly_tell = ["senior', f'weekly_tell = ["junior", {HERE}\n"senior', "digests.weekly_tell[0]", "no role"),
    ('digest_for = ["qa_lead"]', f'digest_for = ["qa"]  {HERE}', "events.E10.digest_for[0]", "no role"),
    (
        'after = 1\nevent = "E10"',
        'after = 1\nevent = "E7"',
        "events.E10",
        "no ladder uses it",
    ),
    (
        '[[events]]\nkey = "E16"',
        f'[[events]]\nkey = "E15"  {HERE}\ntitle = "Again"\ntell = ["auditor"]\n\n[[events]]\nkey = "E16"',
        "events.E15.key",
        "already there",
    ),
    (
        'strict_ladder = "action_inadequate"',
        f'strict_ladder = "action_strict"  {HERE}',
        "actions.strict_ladder",
        'there is no ladder "action_strict"',
    ),
    (
        'dates_agreed_by = ["qa_lead"]',
        f'dates_agreed_by = ["qa_team"]  {HERE}',
        "actions.dates_agreed_by[0]",
        'there is no role "qa_team"',
    ),
    (
        'after = 2\nevent = "E11"',
        f'after = 2\nanchor = "set_on"  {HERE}\nevent = "E11"',
        "ladders.learning_space.steps[4].anchor",
        "only an action has a day it was set",
    ),
    ('title = "Learning space late"\n', f'title = "Late"\nurgent = true  {HERE}\n', "events.E10.urgent", "red route"),
]

MODERATION: list[Mistake] = [
    (
        'moderators = ["qa_officer", "qa_lead"]',
        f'moderators = ["qa_oficer", "qa_lead"]  {HERE}',
        "moderation.moderators[0]",
        'there is no role "qa_oficer"',
    ),
    (
        'settles = ["qa_lead", "auditor.head_of_service"]',
        f'settles = ["qa_lead", "line.head_of_service"]  {HERE}',
        "moderation.settles[1]",
        "is not a recipient",
    ),
    ('key = "moderation_booking"', 'key = "booking_form"', "forms", 'needs a form "moderation_booking"'),
]

GRADES: list[Mistake] = [
    ("triggers_loop = true", "triggers_loop = false", "grades", "no grade opens closing the loop"),
    (
        "recognised = true",
        "triggers_loop = true",
        "grades.inadequate.triggers_loop",
        'only one grade may open closing the loop; "outstanding" does.',
    ),
    (
        "triggers_loop = true",
        f"triggers_loop = true\nrecognised = true  {HERE}",
        "grades.inadequate.recognised",
        "not for praise",
    ),
    ('key = "planning"', f'key = "assessment"  {HERE}', "themes.assessment.key", "already there"),
]


@pytest.mark.parametrize("mistake", COUNCIL_AND_CALENDAR)
def test_a_council_or_calendar_that_cannot_be_is_refused(tmp_path: Path, mistake: Mistake) -> None:
    check(tmp_path, mistake)


@pytest.mark.parametrize("mistake", ROLES_AND_FUNCTIONS)
def test_an_unknown_or_repeated_role_or_function_is_refused(tmp_path: Path, mistake: Mistake) -> None:
    check(tmp_path, mistake)


@pytest.mark.parametrize("mistake", NUMBERS)
def test_a_quota_window_or_stream_nobody_can_meet_is_refused(tmp_path: Path, mistake: Mistake) -> None:
    check(tmp_path, mistake)


@pytest.mark.parametrize("mistake", LADDERS_AND_EVENTS)
def test_a_ladder_or_event_that_reaches_nobody_or_is_out_of_order_is_refused(tmp_path: Path, mistake: Mistake) -> None:
    check(tmp_path, mistake)


@pytest.mark.parametrize("mistake", MODERATION)
def test_a_moderation_nobody_could_do_or_settle_is_refused(tmp_path: Path, mistake: Mistake) -> None:
    check(tmp_path, mistake)


@pytest.mark.parametrize("mistake", GRADES)
def test_exactly_one_grade_opens_closing_the_loop(tmp_path: Path, mistake: Mistake) -> None:
    check(tmp_path, mistake)


def test_the_framework_we_ship_is_sound(framework: Framework) -> None:
    assert problems(framework) == []


@pytest.mark.parametrize("key", ["practitioner", "qa_lead"])
def test_the_roles_the_bot_relies_on_cannot_be_left_out(framework: Framework, key: str) -> None:
    without = framework.model_copy(update={"roles": tuple(role for role in framework.roles if role.key != key)})
    assert f'the bot needs a role "{key}".' in {problem.reason for problem in problems(without)}


@pytest.mark.parametrize("part", ["ladders", "forms", "activities"])
def test_the_learning_space_itself_cannot_be_left_out(framework: Framework, part: str) -> None:
    kept = tuple(entry for entry in getattr(framework, part) if entry.key != "learning_space")
    without = framework.model_copy(update={part: kept})
    assert any(problem.path == (part,) and '"learning_space"' in problem.reason for problem in problems(without))


@pytest.mark.parametrize("key", ["E1", "E2", "E3", "E15", "E16", "E17", "E18", "E20", "E65", "E68"])
def test_an_event_the_bot_speaks_cannot_be_left_out(framework: Framework, key: str) -> None:
    without = framework.model_copy(update={"events": tuple(event for event in framework.events if event.key != key)})
    assert any(f'"{key}"' in problem.reason for problem in problems(without))


def test_what_is_missing_from_a_list_is_refused_on_the_line_the_list_begins(tmp_path: Path) -> None:
    path = copy_with(tmp_path, '[[grades]]\nkey = "outstanding"', f'[[grades]]  {HERE}\nkey = "outstanding"')
    text = path.read_text(encoding="utf-8").replace("triggers_loop = true", "triggers_loop = false")
    path.write_text(text, encoding="utf-8")
    assert refusal(path).where == "grades"


def test_every_event_the_file_may_name_has_words_and_no_other() -> None:
    assert set(notices._EVENTS) == {*SPOKEN_EVENTS, *LADDER_EVENTS}


def test_a_council_may_rename_its_roles_and_lengthen_its_ladder(tmp_path: Path) -> None:
    path = copy_with(tmp_path, 'title = "Senior Manager"', 'title = "Service Manager"')
    text = path.read_text(encoding="utf-8").replace("after = 14", "after = 21")
    path.write_text(text, encoding="utf-8")
    assert load_framework(path).ladder("learning_space").steps[-1].name == "+21"


def test_a_role_that_may_open_a_form_again_must_exist(tmp_path: Path) -> None:
    old = 'reopened_by = ["qa_lead", "qa_officer"]'
    found = refusal(copy_with(tmp_path, old, 'reopened_by = ["qa_leader"]  # HERE'))
    assert 'no role "qa_leader"' in str(found)
