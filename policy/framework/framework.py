"""The shape of the framework file: roles, functions, quotas, ladders, forms and recipients, each validated.

The file itself is `policy/framework.toml`; `policy/check/loader.py` reads it and names the line of an error.
Checks across sections (an unknown role in a ladder, a step that can reach nobody) live in `policy/check/coherence.py`.
"""

from __future__ import annotations

from datetime import time
from functools import cached_property
from typing import Annotated, Literal, TypeVar

from pydantic import Field, StringConstraints

from policy.framework.rules_actions import ActionRules
from policy.framework.rules_help import HelpRules
from policy.framework.rules_identifiers import IdentifierRules
from policy.framework.rules_kept import CorrectionRules, RetentionRules
from policy.framework.rules_loop import ClosingTheLoopRules
from policy.framework.rules_mail import MailRules
from policy.framework.rules_moderation import ModerationRules
from policy.framework.rules_more_time import DiscretionRules, MoreTimeRules, PracticeWeek
from policy.framework.rules_people import DigestRules, PeopleChangeRules, RedRouteRules, TwoVoicesRules
from policy.framework.rules_taking_back import TakingBackRules
from policy.framework.rules_visibility import Sees
from policy.framework.section import Key, Section, Weekday


class Council(Section):
    """Who the framework belongs to, and how its own references look."""

    name: str
    time_zone: str = "Europe/London"
    bank_holidays: Literal["England"] = "England"
    case_ref_pattern: str
    """Regular expression a case reference must match in full."""


class Role(Section):
    """A role a post can have. `level` orders the line of management; None stands outside the line."""

    key: Key
    title: str
    plural: str
    short: str = ""
    """What people say for it in a sentence ('Director'); empty means the title."""
    level: int | None = None
    """0 practitioner, 1 first-line auditor, 2 senior manager, 3 head of service, 4 director, 5 executive director."""


class CouncilFunction(Section):
    """A function of children's services: where posts and cases belong."""

    key: Key
    title: str
    allocates: bool = True
    """False: reporting only, its posts get no learning spaces from us (R110-R121, A1)."""
    case_functions: tuple[Key, ...] = ()
    """Functions whose cases count as its own; empty means only itself (IROs review children of other functions)."""
    home_only: bool = False
    """True: a home for posts that belong to no function, like the Director's or the QA team's; never reported on."""


class WorkingCalendar(Section):
    """Working days, the hours we may send in, and when a deadline ends (A27, design section 10)."""

    quarter_start_month: int = Field(ge=1, le=12)
    working_days: tuple[Weekday, ...]
    send_from: time
    send_to: time
    deadline_time: time


class Stream(Section):
    """Part of the learning spaces counted on its own, like MASH (R43, R44, A9)."""

    key: Key
    title: str
    function: Key
    roles: tuple[Key, ...]
    count: int = Field(ge=1)
    per: Literal["month"] = "month"
    counts_to_quota: bool = True


class LearningSpaceRules(Section):
    """Windows and words of a learning space (R37-R46, A8)."""

    due_days: int = Field(ge=1, le=366)
    roll: Literal["forward"] = "forward"
    per_month: int = Field(ge=1)
    """The cohort the framework names (R45), for comparison on the proposal; the real cohort follows the posts."""
    streams: tuple[Stream, ...] = ()


class AllocationRules(Section):
    """Who may be given which case (A7, A40, G8)."""

    worker_months: int = Field(ge=0)
    child_months: int = Field(ge=0)
    cross_function: Literal["with_reason", "never"]
    cross_function_reasons: dict[Key, str]
    decision_maker_roles: tuple[Key, ...]
    """Posts of these roles in the practitioner's line decide on the case, so never audit it."""
    any_function_roles: tuple[Key, ...] = ("director",)
    """Roles that answer for every function, so that any case counts as their own function's (A6, A34)."""
    min_days_present: int = Field(default=14, ge=0)
    """Days of the window a holder must not be on leave for the post to be served this month (G3), nor a practitioner
    to be drawn (R8)."""


class LadderStep(Section):
    """One row `anchor + after -> tell these -> say this`."""

    after: int
    """How far from the anchor date; negative is before."""
    unit: Literal["days", "weeks"] = "days"
    """Calendar days or weeks (A27)."""
    anchor: Literal["", "due_on", "set_on"] = ""
    """The date this step counts from; empty means its ladder's own."""
    event: str
    """The event of the catalogue whose wording is used."""
    tell: tuple[str, ...]
    """Recipient expressions, see `policy/council/recipients.py`."""
    copy_to: tuple[str, ...] = ()
    """Told as well, for information; never a reason to send the step by themselves."""
    escalation: bool = False
    """True: a rung of management, so the late person's own level and those below are left out (A29)."""

    @property
    def name(self) -> str:
        """The step as notices and exports write it: '-7', '0', '+2'; weeks as '+4w'."""
        sign = "+" if self.after > 0 else ""
        return f"{sign}{self.after}{'w' if self.unit == 'weeks' else ''}"

    @property
    def days(self) -> int:
        """Calendar days from the anchor."""
        return self.after * (7 if self.unit == "weeks" else 1)


class Ladder(Section):
    """A named list of steps around one anchor date, in order of `days`."""

    key: Key
    anchor: Literal["due_on", "set_on", "return_by", "month_begins"] = "due_on"
    steps: tuple[LadderStep, ...]


class Event(Section):
    """One entry of the event catalogue: who hears of it and how urgently."""

    key: str
    """The catalogue number, 'E1'."""
    title: str
    tell: tuple[str, ...] = ()
    """Recipient expressions for an event that is not a ladder step; a ladder step names its own."""
    urgent: bool = False
    """True only on the red route: sent at any hour (3.1)."""
    channel: Literal["teams", "mail", "both", "teams_then_mail"] = "teams"
    """Which way it goes where both ways are open (`policy/council/ways.py`)."""
    digest_for: tuple[Key, ...] = ()
    """Roles that read of it in their morning message, with everything else that is not urgent."""
    together: str = ""
    """The event in whose words several of them, due together, go to one person as one message: to those above."""
    together_own: str = ""
    """The same for whoever the work is with."""


class Grade(Section):
    """A judgement word, best first (A31)."""

    key: Key
    title: str
    help: str
    triggers_loop: bool = False
    recognised: bool = False


class Theme(Section):
    """A theme strengths and learning are tagged with."""

    key: Key
    title: str


class Choice(Section):
    """One answer of a choice field. Its key may be a person's id, so it is freer than the file's other keys."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    title: str


class Condition(Section):
    """Holds if another answer is (or contains) one of these values; without values, if it is answered at all."""

    field: Key
    is_any_of: tuple[str, ...] = ()


class FormField(Section):
    """One question of a form."""

    key: Key
    label: str
    kind: Literal["choice", "choices", "text", "date", "time", "yes_no", "confirm"]
    help: str = ""
    required: bool = False
    required_unless: Condition | None = None
    """Required, except when the condition holds."""
    required_if: Condition | None = None
    """Required only when the condition holds."""
    visible_if: Condition | None = None
    visible_if_check: Key | None = None
    """Asked only when this soft check of the form hits: the question back (3.1)."""
    choices: tuple[Choice, ...] = ()
    choices_from: Literal["", "grades", "grades_or_na", "themes", "owners"] = ""
    max_choices: int | None = None
    must_include: tuple[str, ...] = ()
    """Of several choices, those that cannot be left out."""
    max_length: int | None = None
    """Characters, for text."""
    min_length: int = 0
    """Characters a text has at least, where there is one: "ok" says nothing anybody could learn from."""
    text_rule: Literal["", "action"] = ""
    """action: a hint is shown when the text names nothing to do (3.1, SMART)."""
    date_rule: Literal["", "held", "action"] = ""
    """held: not in the future, not before allocation. action: after today, at most `max_days` ahead."""
    default_days: int | None = None
    max_days: int | None = None


class FormStep(Section):
    """A page of a form: at most 8 questions at once (domain.md section 3)."""

    key: Key
    title: str
    intro: str = ""
    visible_if: Condition | None = None
    notice: bool = False
    """True: the intro is a safety notice and is shown as one (the red route)."""
    fields: tuple[FormField, ...]


class SoftCheck(Section):
    """A question back, not a limit: asked when the overall grade stands far from the domains it rests on (3.1)."""

    key: Key
    overall: Key
    domains: tuple[Key, ...]
    rule: Literal["two_above_lowest", "two_below_lowest", "inadequate_domain_good_overall"]
    """two_above_lowest: two or more above one of them. two_below_lowest: two or more below every one of them.
    inadequate_domain_good_overall: one of them has the grade that opens a loop, two or more below."""
    asks: Key | None = None
    """The text field that must say why, if any."""
    flags_moderation: bool = False


class Form(Section):
    """A form as data: steps, fields and soft checks. Every channel renders the same one."""

    key: Key
    title: str
    text_hint: str
    """The line under every text box."""
    steps: tuple[FormStep, ...]
    soft_checks: tuple[SoftCheck, ...] = ()
    grade_field: Key | Literal[""] = ""
    """Which question is the overall grade, the overall impact, the question about immediate risk; a form may have none
    of them."""
    impact_field: Key | Literal[""] = ""
    risk_field: Key | Literal[""] = ""

    def field(self, key: str) -> FormField:
        """The field of that key. KeyError if the form has none."""
        for step in self.steps:
            for field in step.fields:
                if field.key == key:
                    return field
        raise KeyError(key)

    def step(self, key: str) -> FormStep:
        """The step of that key. KeyError if the form has none."""
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)


class Quota(Section):
    """How often a role does an activity, quarter by quarter from the quarter start month (R63-R66)."""

    activity: Key
    role: Key
    quarters: tuple[int, int, int, int]


class Activity(Section):
    """A row of the annual timetable."""

    key: Key
    title: str
    counted: bool = True
    """False: blank in the framework's table, never in a total (R68, A15)."""


_Keyed = TypeVar("_Keyed", Role, CouncilFunction, Ladder, Event, Form, Grade)


class Framework(Section):
    """The whole file."""

    version: Annotated[str, StringConstraints(max_length=40)]
    """What every learning space is stamped with on the day it is allocated."""
    council: Council
    calendar: WorkingCalendar
    roles: tuple[Role, ...]
    functions: tuple[CouncilFunction, ...]
    activities: tuple[Activity, ...]
    quotas: tuple[Quota, ...]
    fallback_roles: tuple[Key, ...] = ("qa_lead", "qa_officer")
    """Who hears in the place of a vacant post without a deputy: the first of these roles that has anyone (A29)."""
    timetable_roles: tuple[Key, ...]
    """The columns of the framework's own annual table (R63-R70); other roles have quotas without a column."""
    learning_space: LearningSpaceRules
    allocation: AllocationRules
    closing_the_loop: ClosingTheLoopRules
    more_time: MoreTimeRules
    discretion: DiscretionRules
    practice_weeks: tuple[PracticeWeek, ...] = ()
    """Dated once they are known; before that the file has none (R67, A14)."""
    red_route: RedRouteRules
    two_voices: TwoVoicesRules
    people_change: PeopleChangeRules
    taking_back: TakingBackRules
    mail: MailRules = MailRules()
    help: HelpRules = HelpRules()
    digests: DigestRules
    actions: ActionRules = ActionRules()
    moderation: ModerationRules = ModerationRules()
    corrections: CorrectionRules
    retention: RetentionRules = RetentionRules()
    identifiers: IdentifierRules
    sees: tuple[Sees, ...]
    """Who sees what; whoever no row names sees nothing."""
    ladders: tuple[Ladder, ...]
    events: tuple[Event, ...]
    grades: tuple[Grade, ...]
    themes: tuple[Theme, ...]
    forms: tuple[Form, ...]

    @cached_property
    def levels(self) -> dict[str, int | None]:
        """Every role and how far up the line it stands; None for one that stands beside it."""
        return {role.key: role.level for role in self.roles}

    def role(self, key: str) -> Role:
        """The role of that key. KeyError if the file has none."""
        return _find(self.roles, key)

    def function(self, key: str) -> CouncilFunction:
        """The function of that key. KeyError if the file has none."""
        return _find(self.functions, key)

    def ladder(self, key: str) -> Ladder:
        """The ladder of that key. KeyError if the file has none."""
        return _find(self.ladders, key)

    def event(self, key: str) -> Event:
        """The event of that catalogue number. KeyError if the file has none."""
        return self._events[key]

    @cached_property
    def _events(self) -> dict[str, Event]:
        return {event.key: event for event in self.events}

    def form(self, key: str) -> Form:
        """The form of that key. KeyError if the file has none."""
        return _find(self.forms, key)

    def grade(self, key: str) -> Grade:
        """The grade of that key. KeyError if the file has none."""
        return _find(self.grades, key)

    def level(self, role: str) -> int | None:
        """The level of a role in the line of management, None outside it."""
        return self.role(role).level

    def quota(self, activity: str, role: str) -> tuple[int, int, int, int]:
        """How many of `activity` a post of `role` does in each quarter; zeros if the file says nothing."""
        found = (row.quarters for row in self.quotas if (row.activity, row.role) == (activity, role))
        return next(found, (0, 0, 0, 0))


def _find(rows: tuple[_Keyed, ...], key: str) -> _Keyed:
    for row in rows:
        if row.key == key:
            return row
    raise KeyError(key)
