"""From an event and its recipients to notices: the one place that decides what a message may contain.

The facts of a notice are ids, dates and counts, and the name of a member of staff where the message needs it. Never a
grade, a case reference, a practitioner or anything about a child.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from policy.calendar.calendar import Calendar
from policy.council.establishment import Establishment
from policy.council.recipients import Recipient, Resolution, Subject, resolve
from policy.framework.framework import Event, Framework, Ladder
from policy.lifecycle.ladder import Rung, what_happens
from storage.casework.learning_spaces import LearningSpace
from storage.outbox.digests import FOR_THE_MORNING
from storage.outbox.notices import NewNotice

UNREACHABLE = "E65"
"""Someone could not be reached; its step column tells one person from another (`assurance/notify/unreachable.py`)."""
NO_STEPS = (UNREACHABLE, "E8", "E9", "E14", "E2", "E19", "E85", "E79", "E80", "E95", "E96")
"""Events that use the step column and are no steps of a ladder: a later step does not overtake them."""
OUTLIVES_SUBMISSION = ("E9", "E76", "E85", "E15", "E16", "E17", "E18", "E79", "E80", "E95", "E96", UNREACHABLE)
"""Events still worth sending once their learning space is submitted; every other one has had its day."""

PUT_TOGETHER = ("E67", "E33", "E63", "E64", "E74", "E75")
"""Digests and summaries: one that cannot be delivered is no news, for the weekly look says who is out of reach."""


class Owed(Protocol):
    """As much of a learning space as finding recipients and writing its header takes."""

    @property
    def reference(self) -> str: ...
    @property
    def post(self) -> str: ...
    @property
    def person(self) -> str: ...
    @property
    def function(self) -> str: ...
    @property
    def case_function(self) -> str: ...
    @property
    def practitioner(self) -> str: ...
    @property
    def due_on(self) -> date: ...
    @property
    def counts_from(self) -> date: ...
    @property
    def paused_days(self) -> int: ...


def subject_of(item: Owed) -> Subject:
    """Whose line and whose child a learning space is about, for finding recipients."""
    return Subject(
        auditor_post=item.post,
        auditor_person=item.person,
        practitioner=item.practitioner,
        function=item.case_function,
    )


def announce(
    framework: Framework,
    establishment: Establishment,
    event: str,
    item: LearningSpace,
    *,
    now: datetime,
    extra: Mapping[str, Any] | None = None,
    without: Collection[str] = (),
    step: str = "",
) -> list[NewNotice]:
    """The notices of an event of a learning space that is no ladder step, to the recipients the framework names.

    `without` leaves people out, by id; `step` tells several of one event apart. An urgent event goes at once, any
    other in the next send window. The notices still have to be added; `hearers` says what stood in anyone's way.
    """
    calendar = Calendar.of(framework)
    resolution = hearers(framework, establishment, event, item, now=now)
    rule = framework.event(event)
    not_before = now if rule.urgent else calendar.next_send(now)
    if event == "E16":
        facts: dict[str, Any] = call_the_auditor(establishment, item)
    else:
        facts = header(framework, establishment, item, on=calendar.local_date(not_before))
    facts.update(extra or {})
    return notices(
        framework,
        event,
        [recipient for recipient in resolution.recipients if recipient.person not in without],
        subject=item.reference,
        due_at=now,
        not_before=not_before,
        facts=facts,
        step=step,
    )


def hearers(
    framework: Framework, establishment: Establishment, event: str, item: LearningSpace, *, now: datetime
) -> Resolution:
    """Who hears of an event of a learning space that is no ladder step, with the notes on anyone who cannot."""
    on = Calendar.of(framework).local_date(now)
    return resolve(framework.event(event).tell, (), subject_of(item), establishment, framework, on=on, escalation=False)


def hearers_of_all(framework: Framework, establishment: Establishment, event: str, *, on: date) -> Resolution:
    """Who hears of an event that is about nobody's work in particular: the roles the framework names for it."""
    nobody = Subject("", "", "", "")
    return resolve(framework.event(event).tell, (), nobody, establishment, framework, on=on, escalation=False)


def notices(
    framework: Framework,
    event: str,
    recipients: Iterable[Recipient],
    *,
    subject: str,
    due_at: datetime,
    not_before: datetime,
    facts: Mapping[str, Any],
    step: str = "",
    state: str = "pending",
    reason: str = "",
) -> list[NewNotice]:
    """One notice a recipient. Someone who hears in another's place is told so in the facts."""
    rule = framework.event(event)
    calendar = Calendar.of(framework)
    return [
        NewNotice(
            event=event,
            step=step,
            subject=subject,
            recipient=recipient.person,
            recipient_role="+".join(recipient.roles),
            channel="mail" if rule.channel == "mail" else "teams",
            urgent=rule.urgent,
            due_at=due_at,
            not_before=next_morning(calendar, not_before) if merged else not_before,
            facts=_with_why(facts, recipient),
            state="recorded" if merged else state,
            reason=FOR_THE_MORNING if merged else reason,
        )
        for recipient in recipients
        for merged in (state == "pending" and goes_in_the_morning(rule, recipient),)
    ]


def goes_in_the_morning(rule: Event, recipient: Recipient) -> bool:
    """Whether somebody reads of an event in their morning message: in all the roles they hear in."""
    return not rule.urgent and recipient.via == "holder" and set(recipient.roles) <= set(rule.digest_for)


def next_morning(calendar: Calendar, at: datetime) -> datetime:
    """The next start of the send hours, `at` itself if it is one."""
    today = calendar.send_at(calendar.local_date(at))
    return today if today >= at else calendar.send_at(calendar.local_date(at) + timedelta(days=1))


def _with_why(facts: Mapping[str, Any], recipient: Recipient) -> Mapping[str, Any]:
    """Why they hear, where it is not simply their own post: a QA lead told in their own right may stand in as well."""
    if recipient.via == "holder" and not recipient.reason:
        return facts
    return {**facts, "via": recipient.via, "because": recipient.reason}


# -- what a message may contain ---------------------------------------------------------------------------------------


def header(framework: Framework, establishment: Establishment, item: Owed, *, on: date) -> dict[str, Any]:
    """The header of a learning space as managers above may see it (4.2 'hdr'), counted for the day it is sent."""
    days = (on - item.counts_from).days
    facts: dict[str, Any] = {
        "reference": item.reference,
        "auditor": name_of(establishment, item.person),
        "function": function_title(framework, item.function),
        "due_on": item.due_on.isoformat(),
    }
    post = establishment.posts.get(item.post)
    if post and len(establishment.posts_held_by(item.person)) > 1:
        facts["post"] = post.title
    if item.paused_days:
        facts["paused_days"] = item.paused_days
    if days > 0:
        facts["days_late"] = days
    else:
        facts["days_left"] = -days
    return facts


def call_the_auditor(establishment: Establishment, item: LearningSpace) -> dict[str, Any]:
    """All an immediate-attention message may hold: the reference and whom to call (3.1)."""
    return {"reference": item.reference, "auditor": name_of(establishment, item.person)}


def rungs_ahead(
    framework: Framework, establishment: Establishment, item: Owed, ladder: Ladder, *, after: date
) -> tuple[Rung, ...]:
    """The line 'if nothing happens': the escalations sent after a day, as this auditor will meet them (A29).

    A role that nobody in their line has is left out: who answers to a Head of Service has no Senior Manager.
    """
    post = establishment.posts.get(item.post)
    every = what_happens(ladder, item.counts_from, Calendar.of(framework), framework, post.role if post else "")
    reached = {each.role for each in establishment.line_of(item.post)}
    reached |= {role for role, level in framework.levels.items() if level is None}
    return tuple(
        replace(rung, roles=tuple(role for role in rung.roles if role in reached) or rung.roles)
        for rung in every
        if rung.on > after
    )


def rungs_as_facts(rungs: Iterable[Rung]) -> list[dict[str, Any]]:
    """The rungs as a notice keeps them."""
    return [{"on": rung.on.isoformat(), "step": rung.step.name, "roles": list(rung.roles)} for rung in rungs]


def name_of(establishment: Establishment, person: str) -> str:
    """A person's name; an id means nothing to whoever reads it, so it says that they have left."""
    found = establishment.people.get(person)
    return found.name if found else f"someone who has left ({person})"


def function_title(framework: Framework, function: str) -> str:
    """A function's title, or its key if the framework no longer names it."""
    return next((row.title for row in framework.functions if row.key == function), function)


def roles_told(recipients: Sequence[Recipient]) -> list[str]:
    """The roles of everyone told, each once, for the history."""
    return list(dict.fromkeys(role for recipient in recipients for role in recipient.roles))
