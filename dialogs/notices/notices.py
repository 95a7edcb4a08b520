"""A notice of the outbox put into words. It draws on the notice's facts and on nothing that a card may not show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from dialogs.actions import action_news
from dialogs.kit.message import Message
from dialogs.kit.rungs import told_of
from dialogs.learning_space import calendar_news, learning_space, month_news, news, people_news, taking_back
from dialogs.learning_space.escalations import escalation_message, late_note
from dialogs.learning_space.learning_space import About
from dialogs.loop import loop_news
from dialogs.moderation import moderation_news
from dialogs.more_time import more_time_news
from dialogs.notices import digests, late_reply, together
from dialogs.qa_team import held, housekeeping_news
from policy.calendar.calendar import Calendar
from policy.framework.framework import Framework

if TYPE_CHECKING:
    from assurance.common.courier import Delivery

LISTS = ("E87", "E88")
"""Events that several notices are told in as one message."""
BEGUN = "opened"
"""The state of a learning space whose form has been begun."""


class NoWords(LookupError):
    """There are no words for this event."""


def render(delivery: Delivery, framework: Framework) -> Message:
    """The message of a delivery. NoWords for an event this edition does not know."""
    if delivery.told_in:
        return _together(delivery, framework)
    speak = _EVENTS.get(delivery.notice.event)
    if speak is None:
        raise NoWords(delivery.notice.event)
    return speak(_about(delivery, framework), delivery.notice.roles, delivery.notice.facts, framework)


def _together(delivery: Delivery, framework: Framework) -> Message:
    if delivery.told_in not in LISTS:
        raise NoWords(delivery.told_in)
    return together.told_together(delivery, framework)


def _about(delivery: Delivery, framework: Framework) -> About:
    """What the message may say, from the notice's facts; of the item itself only its token and how far it is."""
    notice, item, facts = delivery.notice, delivery.item, delivery.notice.facts
    sent_on = Calendar.of(framework).local_date(notice.not_before)
    due_on = _date(facts, "due_on") or (item.due_on if item else sent_on)
    paused_days = int(facts.get("paused_days", 0))
    # The header counts the days for the day it was meant to go out; those words and that count must agree.
    if "days_late" in facts:
        sent_on = due_on + timedelta(days=int(facts["days_late"]) + paused_days)
    elif "days_left" in facts:
        sent_on = due_on - timedelta(days=int(facts["days_left"]) - paused_days)
    told_now = tuple(facts.get("told", ()))
    return About(
        reference=str(facts.get("reference", notice.subject)),
        due_on=due_on,
        today=sent_on,
        function=str(facts.get("function", "")),
        auditor=str(facts.get("auditor", "")),
        token=delivery.token,
        told=told_of(facts.get("rungs", ()), told_now),
        told_now=told_now,
        begun=bool(item and item.state == BEGUN),
        repeat=notice.repeat,
        instead_of=len(facts.get("earlier_steps", ())),
        via=str(facts.get("via", "")),
        because=str(facts.get("because", "")),
        post=str(facts.get("post", "")),
        paused_days=paused_days,
        stream=_stream_title(item.stream if item else "", framework),
    )


def _stream_title(stream: str, framework: Framework) -> str:
    return next((one.title for one in framework.learning_space.streams if one.key == stream), "")


def _date(facts: Mapping[str, Any], key: str) -> date | None:
    return date.fromisoformat(str(facts[key])) if facts.get(key) else None


Roles = tuple[str, ...]
Facts = Mapping[str, Any]
AUDITOR = "auditor"


def _allocated(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    return learning_space.allocation_message(about, framework)


def _chosen(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    return news.chosen_message(about, roles, framework)


def _due_soon(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    if about.days_left < 0:
        return learning_space.late_message(about, framework)
    if about.days_left == 0:
        return learning_space.due_today_message(about, framework)
    return learning_space.due_soon_message(about, framework)


def _late(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    if AUDITOR in roles:
        return learning_space.late_message(about, framework)
    return late_note(about, framework)


def _escalated(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    if AUDITOR in roles:
        return learning_space.escalated_message(about, framework)
    return escalation_message(about, framework, roles)


def _sent_in(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    return news.sent_in_message(about, _date(facts, "submitted_on") or about.today)


def _immediate_attention(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    chases, address = int(facts.get("chases", 0)), str(facts.get("call", ""))
    return news.immediate_attention_message(about, chases=chases, address=address)


def _loop_opened(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    meet_by, return_by = _date(facts, "meet_by"), _date(facts, "return_by")
    return news.loop_opened_message(
        about,
        roles,
        learning_space=str(facts.get("learning_space", "")),
        meet_by=meet_by or about.today,
        return_by=return_by or about.today,
        asked=bool(facts.get("asked", True)),
        token=str(facts.get("token", "")),
    )


def _recognised(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    return news.recognition_message(about)


def _unserved(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    return news.unserved_message(about, facts, framework)


def _undelivered(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    return news.undelivered_message(about, facts)


def _held(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    return news.held_message(replace(about, reference=""), str(facts.get("why", "")))


Speaker = Callable[[About, Roles, Facts, Framework], Message]
"""Puts one event into words from what its notice may say."""

_EVENTS: dict[str, Speaker] = {
    "E1": _allocated,
    "E2": _chosen,
    "E3": _allocated,
    "E6": _due_soon,
    "E7": _due_soon,
    "E10": _late,
    "E11": _escalated,
    "E12": _escalated,
    "E13": _escalated,
    "E15": _sent_in,
    "E16": _immediate_attention,
    "E17": _loop_opened,
    "E18": _recognised,
    "E20": _unserved,
    "E65": _undelivered,
    "E68": _held,
}
_EVENTS.update(moderation_news.EVENTS)
_EVENTS.update(people_news.EVENTS)
_EVENTS.update(taking_back.EVENTS)
_EVENTS.update(housekeeping_news.EVENTS)
_EVENTS.update(held.EVENTS)
_EVENTS.update(calendar_news.EVENTS)
_EVENTS.update(month_news.EVENTS)
_EVENTS.update(digests.EVENTS)
_EVENTS.update(action_news.EVENTS)
_EVENTS.update(loop_news.EVENTS)
_EVENTS.update(more_time_news.EVENTS)
_EVENTS.update(late_reply.EVENTS)
