"""What else a sweep looks after, beside the ladder of learning spaces: each a function of the session and of now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from assurance.actions.judge_actions import judge_actions
from assurance.allocation.watch_months import watch_months
from assurance.channels.invite import keep_dates
from assurance.channels.receive_mail import forget_mail
from assurance.digests.gather import monthly_summaries, morning_messages, weekly_summaries
from assurance.digests.reachability import look_every_week
from assurance.escalation.preview import afternoon_preview
from assurance.learning_space.press_release import open_what_was_pressed
from assurance.learning_space.release import release_what_is_due
from assurance.learning_space.remind_unbegun import remind_of_the_unbegun
from assurance.learning_space.reopen import lapse_corrections
from assurance.loop.chase_loops import chase_loops
from assurance.moderation.moderation_draw import draw_month_end
from assurance.moderation.moderation_watch import pass_on, remind_of_talks, watch_rate
from assurance.more_time.decide_more_time import expire_requests
from assurance.records.purge import purge_every_month
from assurance.red_route.chase_red_route import chase_red_routes
from policy.framework.framework import Framework
from storage.engine.session import Session

Pass = Callable[[Session, Framework, datetime], int]
"""Looks at what is due by now, writes what comes of it, returns how many notices that was. Harmless when repeated."""

PASSES: tuple[tuple[str, Pass], ...] = (
    ("actions", judge_actions),
    ("months not allocated", watch_months),
    ("requests that expire", expire_requests),
    ("preview", afternoon_preview),
    ("releases pressed", open_what_was_pressed),
    ("release", release_what_is_due),
    ("loops", chase_loops),
    ("red_route", chase_red_routes),
    ("corrections", lapse_corrections),
    ("reminders", remind_of_the_unbegun),
    ("morning", morning_messages),
    ("weekly", weekly_summaries),
    ("monthly", monthly_summaries),
    ("reachability", look_every_week),
    ("calendar dates", keep_dates),
    ("moderation_draw", draw_month_end),
    ("moderation_handover", pass_on),
    ("moderation_talks", remind_of_talks),
    ("moderation_rate", watch_rate),
    ("mail that is over", forget_mail),
    ("retention", purge_every_month),
)
"""By name, in the order they run. One that fails is logged and does not keep the others from their turn."""
