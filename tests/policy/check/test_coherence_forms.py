"""A form that cannot be asked, answered or used is refused with the line and the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.framework_files import HERE, Mistake, check

WORKED_WELL = '[[forms.steps.fields]]\nkey = "worked_well"'

FORMS: list[Mistake] = [
    (
        'visible_if = { field = "in_person"',
        f'visible_if = {{ field = "in_persom", is_any_of = ["no"] }}  {HERE}\n#',
        "fields.not_in_person_reason.visible_if.field",
        'no field "in_persom"',
    ),
    (
        'visible_if = { field = "in_person"',
        f'visible_if = {{ field = "in_person", is_any_of = ["never"] }}  {HERE}\n#',
        "fields.not_in_person_reason.visible_if.is_any_of[0]",
        'no answer of "in_person" "never"',
    ),
    (
        'visible_if = { field = "in_person"',
        f'visible_if = {{ field = "grade", is_any_of = ["good"] }}  {HERE}\n#',
        "fields.not_in_person_reason.visible_if.field",
        "asked later",
    ),
    (
        'visible_if = { field = "immediate_risk", is_any_of = ["yes"] }',
        f'visible_if = {{ field = "immediate_risk", is_any_of = ["maybe"] }}  {HERE}',
        "forms.learning_space.steps.red_route.visible_if.is_any_of[0]",
        '"maybe"',
    ),
    (
        'required_unless = { field = "grade", is_any_of = ["outstanding"] }',
        f'required_unless = {{ field = "grade", is_any_of = ["superb"] }}  {HERE}',
        "fields.learning_themes.required_unless.is_any_of[0]",
        '"superb"',
    ),
    (
        'visible_if_check = "two_above_lowest"',
        f'visible_if_check = "two_above"  {HERE}',
        "fields.sure_why.visible_if_check",
        'no soft check "two_above"',
    ),
    ('grade_field = "grade"', f'grade_field = "grad"  {HERE}', "forms.learning_space.grade_field", 'no field "grad"'),
    (
        'grade_field = "grade"',
        f'grade_field = "grade_voice"  {HERE}',
        "forms.learning_space.grade_field",
        'choices_from = "grades"',
    ),
    (
        'risk_field = "immediate_risk"',
        f'risk_field = "date_held"  {HERE}',
        "forms.learning_space.risk_field",
        "yes or no",
    ),
    (
        'risk_field = "immediate_risk"',
        f'risk_field = "wider_learning"  {HERE}',
        "forms.learning_space.risk_field",
        "required and always asked",
    ),
    ('key = "others_present"', f'key = "in_person"  {HERE}', "fields.in_person.key", '"in_person" is already asked'),
    (
        'choices_from = "themes"\nmax_choices = 3',
        f'choices_from = "colours"  {HERE}\nmax_choices = 3',
        "fields.strength_themes.choices_from",
        "'themes'",
    ),
    ("max_choices = 3", f"max_choices = 0  {HERE}", "fields.strength_themes.max_choices", "1 or more"),
    ("max_length = 600", f"max_length = 601  {HERE}", "fields.grade_reasons.max_length", "1 to 600"),
    ('date_rule = "held"', f'date_rule = "held"\nmax_length = 5  {HERE}', "fields.date_held.max_length", '"text" only'),
    ('kind = "yes_no"', f'kind = "choice"  {HERE}', "fields.practitioner_took_part.kind", "nothing to choose from"),
    (
        WORKED_WELL,
        f'[[forms.steps.fields]]  {HERE}\nkey = "went_well"\nkind = "text"\nlabel = "?"\nsource = "R1"\n{WORKED_WELL}',
        "fields.went_well",
        "a text needs max_length",
    ),
    (
        WORKED_WELL,
        f'[[forms.steps.fields]]  {HERE}\nkey = "star_sign"\nkind = "yes_no"\nlabel = "?"\n{WORKED_WELL}',
        "fields.star_sign",
        "no report and no rule uses this question",
    ),
    (
        'source = "domain 3.1 D8"',
        f'source = "D8"\n[[forms.steps.fields]]  {HERE}\nkey = "ninth"\nkind = "yes_no"\nlabel = "?"\nsource = "R1"',
        "fields.ninth",
        "more than 8 questions on one page",
    ),
    (
        '[[forms.steps]]\nkey = "judgement"',
        f'[[forms.steps]]  {HERE}\nkey = "pause"\ntitle = "Pause"\nfields = []\n[[forms.steps]]\nkey = "judgement"',
        "steps.pause",
        "asks nothing",
    ),
    ('key = "red_route"', f'key = "meeting"  {HERE}', "steps.meeting.key", "already there"),
    (
        '    { key = "part", title = "Partly" },',
        f'    {{ key = "yes", title = "Partly" }},  {HERE}',
        "fields.in_person.choices.yes.key",
        "already there",
    ),
    (
        'choices_from = "themes"\nmax_choices = 3',
        f'choices_from = "themes"  {HERE}\nchoices = [{{ key = "a", title = "A" }}]',
        "fields.strength_themes.choices_from",
        "not both",
    ),
    (
        'kind = "time"\n',
        f'kind = "time"  {HERE}\nchoices_from = "grades"\n',
        "fields.told_at.kind",
        'kind "time" has no choices',
    ),
    ("default_days = 28", f"default_days = 90  {HERE}", "fields.action_1_by.default_days", "than max_days allows"),
    (
        'required_if = { field = "action_1_what" }',
        f'required_unless = {{ field = "action_1_what" }}\nrequired_if = {{ field = "action_1_what" }}  {HERE}',
        "fields.action_1_owner.required_if",
        "not both",
    ),
    (
        'domains = ["grade_voice", "grade_assessment"',
        f'domains = ["grade_voice", "worked_well"  {HERE}\n',
        "soft_checks.two_above_lowest.domains[1]",
        'no graded field "worked_well"',
    ),
    ('asks = "sure_why"', f'asks = "date_held"  {HERE}', "soft_checks.two_above_lowest.asks", "must be a text"),
    (
        "flags_moderation = true",
        "flags_moderation = false",
        "soft_checks.inadequate_domain_good_overall",
        "does nothing",
    ),
]


@pytest.mark.parametrize("mistake", FORMS)
def test_a_form_that_cannot_be_asked_or_answered_is_refused(tmp_path: Path, mistake: Mistake) -> None:
    check(tmp_path, mistake)
