"""Which way a message goes to a person: Teams, email, or both, and when one follows the other (R98-R105, 4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from policy.calendar.calendar import Calendar
from policy.framework.framework import Event, Framework

TEAMS, MAIL = "teams", "mail"


@dataclass(frozen=True, slots=True)
class Ways:
    """What may be tried for one person now."""

    teams: bool
    """They have not blocked the bot, and there is an account or a conversation to write to."""
    mail: bool
    """Email is switched on and they have an address that has not failed."""
    no_mail_wanted: bool = False
    """They asked for no email but escalations. It holds as long as Teams can reach them."""


def first_way(rule: Event, ways: Ways, *, escalation: bool) -> str:
    """The way to try first: teams, mail, or empty when neither leads to them."""
    if rule.channel == MAIL and ways.mail and not (ways.no_mail_wanted and ways.teams and not escalation):
        return MAIL
    if ways.teams:
        return TEAMS
    return MAIL if ways.mail else ""


def followed_at(rule: Event, ways: Ways, calendar: Calendar, *, escalation: bool, sent_at: datetime) -> datetime | None:
    """When the email comes that goes beside or after a Teams message, or None when none does.

    'both' is at once. 'teams_then_mail' is the same time on the next working day, and then only if the person has not
    been heard from in Teams by then.
    """
    if not ways.mail or (ways.no_mail_wanted and not escalation):
        return None
    if rule.channel == "both":
        return sent_at
    if rule.channel == "teams_then_mail":
        return calendar.next_send(one_working_day_after(calendar, sent_at))
    return None


def one_working_day_after(calendar: Calendar, at: datetime) -> datetime:
    """The same time of day, one working day on: from a Friday, the Monday."""
    today = calendar.local_date(at)
    into_the_day = at - calendar.starts(today)
    return calendar.starts(calendar.add_working_days(today, 1)) + into_the_day


def is_escalation(framework: Framework, event: str) -> bool:
    """Whether a ladder, or a list of what it says, says it once a date has passed. Nobody can switch that off."""
    named = {event, *(one.key for one in framework.events if event in (one.together, one.together_own))}
    return any(step.event in named and step.days > 0 for ladder in framework.ladders for step in ladder.steps)
