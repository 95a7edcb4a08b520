"""Checks of the forms in the framework file: every question can be asked, answered and used."""

from __future__ import annotations

from collections.abc import Iterator

from policy.check.problem import Path, Problem, repeated, unknown
from policy.framework.framework import Condition, Form, FormField, Framework

MOST_FIELDS = 8
"""Questions on one page at most (domain.md section 3)."""
LONGEST_TEXT = 600
"""Characters of free text at most (domain.md section 3)."""
NOT_APPLICABLE = "not_applicable"
"""The extra answer of a field with choices_from = "grades_or_na"."""
NEEDED_FORM = "learning_space"


def form_problems(framework: Framework) -> Iterator[Problem]:
    """Everything wrong with the forms of a framework."""
    if NEEDED_FORM not in {form.key for form in framework.forms}:
        yield Problem(("forms",), f'the bot needs a form "{NEEDED_FORM}".')
    for index, form in enumerate(framework.forms):
        path: Path = ("forms", index)
        yield from _steps(form, path)
        yield from _conditions(form, framework, path)
        yield from _roles_of_fields(form, path)
        yield from _soft_checks(form, path)


def _steps(form: Form, path: Path) -> Iterator[Problem]:
    if not form.steps:
        yield Problem(path, "a form needs at least one step.")
    yield from repeated([step.key for step in form.steps], (*path, "steps"), "key")
    seen: set[str] = set()
    for place, step in enumerate(form.steps):
        where: Path = (*path, "steps", place)
        if not step.fields and not step.notice:
            yield Problem(where, "the step asks nothing.")
        if len(step.fields) > MOST_FIELDS:
            yield Problem((*where, "fields", MOST_FIELDS), f"more than {MOST_FIELDS} questions on one page.")
        for number, field in enumerate(step.fields):
            at: Path = (*where, "fields", number)
            if field.key in seen:
                yield Problem((*at, "key"), f'"{field.key}" is already asked above.')
            seen.add(field.key)
            yield from _field(field, at)


def _field(field: FormField, path: Path) -> Iterator[Problem]:
    if not field.source:
        yield Problem(path, "no report and no rule uses this question: name in source the requirement it serves.")
    chooses = field.kind in ("choice", "choices")
    if chooses and not field.choices and not field.choices_from:
        yield Problem((*path, "kind"), "there is nothing to choose from: give choices or choices_from.")
    if field.choices and field.choices_from:
        yield Problem((*path, "choices_from"), "give either choices or choices_from, not both.")
    if not chooses and (field.choices or field.choices_from):
        yield Problem((*path, "kind"), f'a field of kind "{field.kind}" has no choices.')
    yield from repeated([choice.key for choice in field.choices], (*path, "choices"), "key")
    if field.max_choices is not None and (field.kind != "choices" or field.max_choices < 1):
        yield Problem((*path, "max_choices"), 'belongs to kind "choices" only and must be 1 or more.')
    for place, key in enumerate(field.must_include):
        yield from unknown(key, [choice.key for choice in field.choices], (*path, "must_include", place), "choice")
    if field.kind == "text" and field.max_length is None:
        yield Problem(path, "a text needs max_length, the most characters it may have.")
    if field.max_length is not None and not (field.kind == "text" and 1 <= field.max_length <= LONGEST_TEXT):
        yield Problem((*path, "max_length"), f'belongs to kind "text" only and must be 1 to {LONGEST_TEXT}.')
    if field.min_length and not (field.kind == "text" and 1 <= field.min_length <= (field.max_length or 0)):
        yield Problem((*path, "min_length"), 'belongs to kind "text" only and must be 1 to its max_length.')
    if field.text_rule and field.kind != "text":
        yield Problem((*path, "text_rule"), 'belongs to kind "text" only.')
    if field.required_if and field.required_unless:
        yield Problem((*path, "required_if"), "give either required_if or required_unless, not both.")
    if field.date_rule and field.kind != "date":
        yield Problem((*path, "date_rule"), 'belongs to kind "date" only.')
    for key in ("default_days", "max_days"):
        days = getattr(field, key)
        if days is not None and (field.kind != "date" or days < 1):
            yield Problem((*path, key), 'belongs to kind "date" only and must be 1 or more.')
    if field.default_days and field.max_days and field.default_days > field.max_days:
        yield Problem((*path, "default_days"), "is further ahead than max_days allows.")


def _conditions(form: Form, framework: Framework, path: Path) -> Iterator[Problem]:
    """A condition must rest on an answer that has been asked for by then, and that can be given."""
    asked: dict[str, FormField] = {}
    every = {field.key for step in form.steps for field in step.fields}
    for place, step in enumerate(form.steps):
        where: Path = (*path, "steps", place)
        if step.visible_if:
            yield from _condition(step.visible_if, asked, every, framework, (*where, "visible_if"))
        for number, field in enumerate(step.fields):
            at: Path = (*where, "fields", number)
            for key in ("visible_if", "required_if", "required_unless"):
                if condition := getattr(field, key):
                    yield from _condition(condition, asked, every, framework, (*at, key))
            if field.visible_if_check is not None:
                checks = [check.key for check in form.soft_checks]
                yield from unknown(field.visible_if_check, checks, (*at, "visible_if_check"), "soft check")
            asked.setdefault(field.key, field)


def _condition(
    condition: Condition, asked: dict[str, FormField], every: set[str], framework: Framework, path: Path
) -> Iterator[Problem]:
    if condition.field not in every:
        yield Problem((*path, "field"), f'there is no field "{condition.field}" in this form.')
        return
    if condition.field not in asked:
        yield Problem((*path, "field"), f'"{condition.field}" is asked later, so its answer is not known here.')
        return
    answers = _answers(asked[condition.field], framework)
    if answers is None:
        return
    for place, value in enumerate(condition.is_any_of):
        yield from unknown(value, answers, (*path, "is_any_of", place), f'answer of "{condition.field}"')


def _answers(field: FormField, framework: Framework) -> list[str] | None:
    """The answers a field can have, None if they cannot be listed."""
    grades = [grade.key for grade in framework.grades]
    match field.choices_from:
        case "grades":
            return grades
        case "grades_or_na":
            return [*grades, NOT_APPLICABLE]
        case "themes":
            return [theme.key for theme in framework.themes]
    if field.choices:
        return [choice.key for choice in field.choices]
    return ["yes", "no"] if field.kind == "yes_no" else None


def _roles_of_fields(form: Form, path: Path) -> Iterator[Problem]:
    """The fields reports and rules rely on must be there and be of the right kind."""
    fields = {field.key: field for step in form.steps for field in step.fields}
    if form.key == "learning_space":
        for name in ("grade_field", "impact_field", "risk_field"):
            if not getattr(form, name):
                yield Problem((*path, name), f"The learning space form must name its {name}.")
    for name in ("grade_field", "impact_field"):
        key = getattr(form, name)
        if not key:
            continue
        yield from unknown(key, fields, (*path, name), "field")
        if key in fields and not (fields[key].choices_from == "grades" and fields[key].kind == "choice"):
            yield Problem((*path, name), f'"{key}" must be one choice with choices_from = "grades".')
        elif key in fields and not fields[key].required:
            yield Problem((*path, name), f'"{key}" must be required: rules and reports rest on it.')
    if form.risk_field:
        yield from unknown(form.risk_field, fields, (*path, "risk_field"), "field")
    if form.risk_field in fields:
        risk = fields[form.risk_field]
        keys = {choice.key for choice in risk.choices}
        if risk.kind != "yes_no" and not (risk.kind == "choice" and {"yes", "no"} <= keys):
            yield Problem((*path, "risk_field"), f'"{risk.key}" must be answered with yes or no.')
        elif not risk.required or risk.visible_if:
            yield Problem((*path, "risk_field"), f'"{risk.key}" must be required and always asked.')


def _soft_checks(form: Form, path: Path) -> Iterator[Problem]:
    fields = {field.key: field for step in form.steps for field in step.fields}
    yield from repeated([check.key for check in form.soft_checks], (*path, "soft_checks"), "key")
    for place, check in enumerate(form.soft_checks):
        where: Path = (*path, "soft_checks", place)
        graded = {key for key, field in fields.items() if field.choices_from in ("grades", "grades_or_na")}
        yield from unknown(check.overall, graded, (*where, "overall"), "graded field")
        if not check.domains:
            yield Problem((*where, "domains"), "a soft check compares with at least one field.")
        for number, key in enumerate(check.domains):
            yield from unknown(key, graded, (*where, "domains", number), "graded field")
        if check.asks is not None:
            yield from unknown(check.asks, fields, (*where, "asks"), "field")
            if check.asks in fields and fields[check.asks].kind != "text":
                yield Problem((*where, "asks"), f'"{check.asks}" must be a text.')
        elif not check.flags_moderation:
            yield Problem(where, "the check does nothing: give asks or flags_moderation.")
