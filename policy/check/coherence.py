"""Checks across the parts of the framework file: unknown names, steps that reach nobody, what contradicts itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from policy.allocation.months import MONTH_ANCHOR, MONTH_LADDER
from policy.check.coherence_forms import form_problems
from policy.check.coherence_loop import loop_problems
from policy.check.coherence_more_time import more_time_problems
from policy.check.coherence_people import people_problems, recipient_problems
from policy.check.coherence_visibility import visibility_problems
from policy.check.problem import Path, Problem, repeated, unknown
from policy.council.recipients import Expression
from policy.framework.framework import Event, Framework, Ladder, LadderStep
from policy.lifecycle.ladder import roles_above

LEARNING_SPACE = "learning_space"
"""The activity, ladder and form every framework must have."""
NEEDED_ROLES = ("practitioner", "qa_lead")
"""Roles the bot itself relies on: whose work is looked at, and who runs the process."""
MODERATION_FORMS = ("moderation", "moderation_booking", "moderation_talk")
"""The moderator's own view, the day of the talk, and what was said in it."""
SPOKEN_EVENTS = (
    "E4",
    "E5",
    "E19",
    "E33",
    "E63",
    "E64",
    "E74",
    "E75",
    "E66",
    "E67",
    "E76",
    "E85",
    "E89",
    "E90",
    "E77",
    "E79",
    "E80",
    "E86",
    "E92",
    "E1",
    "E2",
    "E3",
    "E8",
    "E9",
    "E14",
    "E15",
    "E16",
    "E17",
    "E18",
    "E20",
    "E21",
    "E22",
    "E23",
    "E24",
    "E25",
    "E26",
    "E28",
    "E29",
    "E30",
    "E31",
    "E32",
    "E98",
    "E34",
    "E40",
    "E41",
    "E65",
    "E68",
    "E69",
    "E72",
    "E73",
    "E95",
    "E96",
)
"""Events that are no ladder step: the bot speaks them whatever the ladders say, so the file must say to whom."""
LADDER_EVENTS = (
    "E6",
    "E7",
    "E10",
    "E11",
    "E12",
    "E13",
    "E27",
    "E35",
    "E36",
    "E37",
    "E38",
    "E39",
    "E93",
    "E94",
)
"""Events a ladder step may use. dialogs/ has words for these, the spoken ones and the lists, and for no others."""
LIST_EVENTS = ("E87", "E88")
"""Several notices of other events as one message: no notice is one of them."""
LISTED_EVENTS = ("E11", "E12", "E13", "E35", "E36", "E37", "E38", "E39")
"""Events a list has words for: a learning space or an action that is due or late, and nothing to decide."""


def problems(framework: Framework) -> list[Problem]:
    """Everything that does not fit together; an empty list means that the framework can be used."""
    return [
        *_keys(framework),
        *_council(framework),
        *_calendar(framework),
        *_roles(framework),
        *_functions(framework),
        *_quotas(framework),
        *_learning_space(framework),
        *_actions(framework),
        *_windows(framework),
        *_corrections(framework),
        *_moderation(framework),
        *_grades(framework),
        *_events(framework),
        *_ladders(framework),
        *form_problems(framework),
        *loop_problems(framework),
        *people_problems(framework),
        *more_time_problems(framework),
        *visibility_problems(framework),
    ]


def _keys(framework: Framework) -> Iterator[Problem]:
    """Keys are names: each is used once."""
    for part in ("roles", "functions", "activities", "ladders", "events", "grades", "themes", "forms"):
        entries = getattr(framework, part)
        if not entries:
            yield Problem((part,), "at least one is needed.")
        yield from repeated([entry.key for entry in entries], (part,), "key")
    yield from repeated([(quota.activity, quota.role) for quota in framework.quotas], ("quotas",), "role")
    yield from repeated(framework.timetable_roles, ("timetable_roles",))
    yield from repeated(framework.identifiers.block, ("identifiers", "block"))
    yield from repeated(framework.identifiers.warn, ("identifiers", "warn"))
    for place, kind in enumerate(framework.identifiers.warn):
        if kind in framework.identifiers.block:
            yield Problem(("identifiers", "warn", place), f'"{kind}" is stopped already, so it is not shown back.')
    yield from _case_references(framework)


def _case_references(framework: Framework) -> Iterator[Problem]:
    rules = framework.identifiers
    for place, pattern in enumerate(rules.case_references):
        path: Path = ("identifiers", "case_references", place)
        try:
            if re.compile(pattern).match(""):
                yield Problem(path, "fits a text that holds nothing, so every text would be stopped.")
        except re.error as error:
            yield Problem(path, f"is not a regular expression: {error}.")
    if "case_reference" in (*rules.block, *rules.warn) and not rules.case_references:
        yield Problem(("identifiers", "case_references"), "is empty, so no case reference would ever be found.")


def _council(framework: Framework) -> Iterator[Problem]:
    try:
        ZoneInfo(framework.council.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Problem(("council", "time_zone"), f'there is no time zone "{framework.council.time_zone}".')
    try:
        pattern = re.compile(framework.council.case_ref_pattern)
    except re.error as error:
        yield Problem(("council", "case_ref_pattern"), f"is not a regular expression: {error}.")
    else:
        if pattern.fullmatch(""):
            yield Problem(("council", "case_ref_pattern"), "must not match an empty case reference.")


def _calendar(framework: Framework) -> Iterator[Problem]:
    rules = framework.calendar
    if not rules.working_days:
        yield Problem(("calendar", "working_days"), "at least one working day is needed.")
    yield from repeated(rules.working_days, ("calendar", "working_days"))
    if rules.send_from >= rules.send_to:
        yield Problem(("calendar", "send_from"), f"must be before send_to, {rules.send_to:%H:%M}.")
    if rules.deadline_time <= rules.send_from:
        yield Problem(
            ("calendar", "deadline_time"),
            f'must be after send_from, {rules.send_from:%H:%M}: else "due today" is said after the deadline.',
        )


def _roles(framework: Framework) -> Iterator[Problem]:
    known = [role.key for role in framework.roles]
    for needed in NEEDED_ROLES:
        if needed not in known:
            yield Problem(("roles",), f'the bot needs a role "{needed}".')
    for index, role in enumerate(framework.roles):
        if role.level is not None and role.level < 0:
            yield Problem(("roles", index, "level"), f"must be 0 or more, not {role.level}.")
    for index, key in enumerate(framework.timetable_roles):
        yield from unknown(key, known, ("timetable_roles", index), "role")
    if not framework.fallback_roles:
        yield Problem(("fallback_roles",), "somebody must hear in the place of a vacant post.")
    for index, key in enumerate(framework.fallback_roles):
        path = ("fallback_roles", index)
        yield from unknown(key, known, path, "role")
        if key in known and framework.level(key) is not None:
            yield Problem(path, f'"{key}" is in the line of management: a vacant post would move up early.')


def _functions(framework: Framework) -> Iterator[Problem]:
    known = [function.key for function in framework.functions]
    for index, function in enumerate(framework.functions):
        path: Path = ("functions", index, "case_functions")
        for place, key in enumerate(function.case_functions):
            yield from unknown(key, known, (*path, place), "function")
        yield from repeated(function.case_functions, path)


def _quotas(framework: Framework) -> Iterator[Problem]:
    activities = {activity.key: activity for activity in framework.activities}
    if LEARNING_SPACE not in activities:
        yield Problem(("activities",), f'the bot needs an activity "{LEARNING_SPACE}".')
    for index, quota in enumerate(framework.quotas):
        path: Path = ("quotas", index)
        yield from unknown(quota.activity, activities, (*path, "activity"), "activity")
        yield from unknown(quota.role, (role.key for role in framework.roles), (*path, "role"), "role")
        if quota.activity in activities and not activities[quota.activity].counted and any(quota.quarters):
            yield Problem((*path, "activity"), f'"{quota.activity}" has counted = false, so it cannot have a quota.')
        for quarter, count in enumerate(quota.quarters):
            if count < 0:
                yield Problem((*path, "quarters", quarter), f"must be 0 or more, not {count}.")
            elif count > 1 and quota.activity == LEARNING_SPACE:
                yield Problem((*path, "quarters", quarter), f"a post is given one a quarter at most, not {count}.")


def _learning_space(framework: Framework) -> Iterator[Problem]:
    functions = {function.key: function for function in framework.functions}
    roles = [role.key for role in framework.roles]
    streams: Path = ("learning_space", "streams")
    yield from repeated([stream.key for stream in framework.learning_space.streams], streams, "key")
    for index, stream in enumerate(framework.learning_space.streams):
        path: Path = (*streams, index)
        yield from unknown(stream.function, functions, (*path, "function"), "function")
        if stream.function in functions and not functions[stream.function].allocates:
            yield Problem((*path, "function"), f'"{stream.function}" has allocates = false.')
        if not stream.roles:
            yield Problem((*path, "roles"), "the stream has no roles, so nobody would do it.")
        for place, role in enumerate(stream.roles):
            yield from unknown(role, roles, (*path, "roles", place), "role")
            if role in roles and not any(framework.quota(LEARNING_SPACE, role)):
                yield Problem((*path, "roles", place), f'"{role}" has no quota of learning spaces.')
    for key in ("decision_maker_roles", "any_function_roles"):
        for place, role in enumerate(getattr(framework.allocation, key)):
            yield from unknown(role, roles, ("allocation", key, place), "role")
    if framework.allocation.cross_function == "with_reason" and not framework.allocation.cross_function_reasons:
        yield Problem(("allocation", "cross_function_reasons"), 'cross_function = "with_reason" needs a reason.')


def _actions(framework: Framework) -> Iterator[Problem]:
    ladders = [ladder.key for ladder in framework.ladders]
    for key in ("ladder", "strict_ladder"):
        yield from unknown(getattr(framework.actions, key), ladders, ("actions", key), "ladder")
    own = (framework.actions.ladder, framework.actions.strict_ladder)
    for index, ladder in enumerate(framework.ladders):
        for place, step in enumerate(ladder.steps):
            if (step.anchor or ladder.anchor) == "set_on" and ladder.key not in own:
                where: Path = ("ladders", index, "steps", place, "anchor")
                yield Problem(where, "only an action has a day it was set: name the ladder in [actions].")
    for place, role in enumerate(framework.actions.dates_agreed_by):
        yield from unknown(role, [one.key for one in framework.roles], ("actions", "dates_agreed_by", place), "role")


def _windows(framework: Framework) -> Iterator[Problem]:
    for key in ("meet_within_working_days", "return_within_days", "reaudit_months"):
        value = getattr(framework.closing_the_loop, key)
        if value < 1:
            yield Problem(("closing_the_loop", key), f"must be 1 or more, not {value}.")


def _corrections(framework: Framework) -> Iterator[Problem]:
    known = [role.key for role in framework.roles]
    for number, role in enumerate(framework.corrections.reopened_by):
        yield from unknown(role, known, ("corrections", "reopened_by", number), "role")


def _moderation(framework: Framework) -> Iterator[Problem]:
    roles = [role.key for role in framework.roles]
    for place, role in enumerate(framework.moderation.moderators):
        yield from unknown(role, roles, ("moderation", "moderators", place), "role")
    yield from repeated(framework.moderation.moderators, ("moderation", "moderators"))
    yield from recipient_problems(framework, framework.moderation.settles, ("moderation", "settles"))
    forms = [form.key for form in framework.forms]
    for needed in MODERATION_FORMS:
        if needed not in forms:
            yield Problem(("forms",), f'the bot needs a form "{needed}".')


def _grades(framework: Framework) -> Iterator[Problem]:
    triggers = [index for index, grade in enumerate(framework.grades) if grade.triggers_loop]
    if framework.grades and not triggers:
        yield Problem(("grades",), "one grade must have triggers_loop = true: no grade opens closing the loop.")
    for index in triggers[1:]:
        first = framework.grades[triggers[0]].key
        yield Problem(("grades", index, "triggers_loop"), f'only one grade may open closing the loop; "{first}" does.')
    for index in triggers:
        if framework.grades[index].recognised:
            yield Problem(("grades", index, "recognised"), "a grade that opens closing the loop is not for praise.")


def _events(framework: Framework) -> Iterator[Problem]:
    known = {event.key for event in framework.events}
    for key in SPOKEN_EVENTS:
        if key not in known:
            yield Problem(("events",), f'the bot speaks the event "{key}", and nothing here says who hears it.')
    on_ladders = {step.event for ladder in framework.ladders for step in ladder.steps}
    for index, event in enumerate(framework.events):
        path: Path = ("events", index)
        spoken = (*SPOKEN_EVENTS, *LADDER_EVENTS, *LIST_EVENTS)
        if event.key not in spoken:
            yield Problem((*path, "key"), f'the bot has no words for "{event.key}"; it has for {", ".join(spoken)}.')
        yield from recipient_problems(framework, event.tell, (*path, "tell"))
        yield from _together(event, known, path)
        if not event.tell and event.key not in (*on_ladders, *LIST_EVENTS):
            where: Path = (*path, "tell") if "tell" in event.model_fields_set else path
            yield Problem(where, "this event reaches nobody: it has no tell, and no ladder uses it.")
        if event.urgent and event.key in on_ladders:
            yield Problem((*path, "urgent"), "a ladder step keeps to the send hours; only the red route is urgent.")


def _together(event: Event, known: Collection[str], path: Path) -> Iterator[Problem]:
    """Only what can wait until nine is told with others, and in words there are."""
    for name in ("together", "together_own"):
        named = getattr(event, name)
        if named and (named not in LIST_EVENTS or named not in known):
            lists = ", ".join(LIST_EVENTS)
            yield Problem((*path, name), f'"{named}" is no event here that is a list; the bot has words for {lists}.')
        if named and (event.key not in LISTED_EVENTS or event.urgent):
            could = ", ".join(LISTED_EVENTS)
            yield Problem((*path, name), f"it cannot stand in a list; these can, where they are not urgent: {could}.")


def _ladders(framework: Framework) -> Iterator[Problem]:
    if LEARNING_SPACE not in {ladder.key for ladder in framework.ladders}:
        yield Problem(("ladders",), f'the bot needs a ladder "{LEARNING_SPACE}".')
    for index, ladder in enumerate(framework.ladders):
        if (ladder.key == MONTH_LADDER) != (ladder.anchor == MONTH_ANCHOR):
            where: Path = ("ladders", index, "anchor")
            yield Problem(where, f'only the ladder "{MONTH_LADDER}" counts from "{MONTH_ANCHOR}", and it must.')
    if MONTH_LADDER not in {ladder.key for ladder in framework.ladders}:
        yield Problem(("ladders",), f'a month that is not allocated needs a ladder "{MONTH_LADDER}".')
    for index, ladder in enumerate(framework.ladders):
        path: Path = ("ladders", index, "steps")
        if not ladder.steps:
            yield Problem(("ladders", index), "a ladder needs at least one step.")
        yield from _order(ladder, path)
        for place, step in enumerate(ladder.steps):
            yield from _step(framework, step, (*path, place))


def _order(ladder: Ladder, path: Path) -> Iterator[Problem]:
    for place in range(1, len(ladder.steps)):
        before, step = ladder.steps[place - 1], ladder.steps[place]
        if step.days == before.days:
            yield Problem((*path, place, "after"), f"is on the same day as the step before it ({before.name}).")
        elif step.days < before.days:
            yield Problem(
                (*path, place, "after"), f"comes before the step above it ({before.name}): put them in order."
            )


def _step(framework: Framework, step: LadderStep, path: Path) -> Iterator[Problem]:
    yield from unknown(step.event, (event.key for event in framework.events), (*path, "event"), "event")
    if not step.tell:
        yield Problem((*path, "tell"), "this step reaches nobody.")
    faults = [
        *recipient_problems(framework, step.tell, (*path, "tell")),
        *recipient_problems(framework, step.copy_to, (*path, "copy_to")),
    ]
    yield from faults
    if step.escalation and step.tell and not faults:
        yield from _escalation(framework, step, path)


def _escalation(framework: Framework, step: LadderStep, path: Path) -> Iterator[Problem]:
    if step.days <= 0:
        yield Problem((*path, "after"), "management is told of lateness, so not on or before the due date.")
    roles = [expression.role for expression in map(Expression.parse, step.tell) if expression.role]
    in_line = [role for role in roles if framework.level(role) is not None]
    if not in_line:
        yield Problem((*path, "tell"), "this escalation reaches nobody: it names no role of the line of management.")
        return
    for role in framework.roles:
        does_it = role.level is not None and any(framework.quota(LEARNING_SPACE, role.key))
        if does_it and not roles_above(in_line, role.key, framework):
            yield Problem(
                (*path, "tell"), f"a late {role.title} reaches nobody here: no role of the line stands above them."
            )
