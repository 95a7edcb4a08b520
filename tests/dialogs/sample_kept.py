"""Sample messages about what is kept right: mendings, corrections, second looks, the file, the purge; all invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from assurance.learning_space.reopen import Reopened
from dialogs.kit.message import Message
from dialogs.learning_space import corrections
from dialogs.notices.notices import render
from dialogs.qa_team import held
from storage.casework.moderations import Moderation
from tests.dialogs.sample_facts import AUDITOR, FRAMEWORK, REFERENCE, TODAY, TOKEN, delivery, header
from tests.dialogs.sample_facts import item as an_item

EXPORT = {"what": "actions", "rows": 12, "by": "", "login": "", "on": "2026-12-03"}
MONTH = {"month": "2026-12-01", "begins_on": "2026-12-01"}
CORRECT_BY = date(2026, 12, 10)


def _say(event: str, role: str, facts: dict[str, Any]) -> Message:
    return render(delivery(event, role, facts), FRAMEWORK)


def notices() -> dict[str, Message]:
    """What the dispatcher sends."""
    changed = {
        "version": "northmoor-2026.2",
        "before": "northmoor-2026.1",
        "parts": ["learning_space", "two_voices"],
        "by": "whoever started the bot",
    }
    counts = {"drafts": 3, "inbox": 1204, "digests": 88, "notice_facts": 410, "findings": 2, "letters": 9, "forms": 0}
    again = {**header(TODAY), "reason": "grade_and_reasons", "correct_by": CORRECT_BY.isoformat()}
    return {
        "e66_file_changed": _say("E66", "qa_lead", changed),
        "e67_purged": _say("E67", "qa_lead", {"counts": counts}),
        "e77_mended": _say("E77", "qa_lead", {"mended": 1, "wrong": 0}),
        "e77_wrong": _say("E77", "qa_lead", {"mended": 2, "wrong": 3}),
        "e89_restored": _say("E89", "qa_lead", {"held": 12, "why": "restored", "as_of": "2026-12-01T18:00+00:00"}),
        "e89_older": _say("E89", "qa_lead", {"held": 1, "why": "older", "as_of": ""}),
        "e89_nothing": _say("E89", "qa_lead", {"held": 0, "why": "another", "as_of": ""}),
        "e89_more": _say("E89", "qa_lead", {"held": 14, "why": "more", "as_of": ""}),
        "e79_reopened": _say("E79", "auditor", again),
        "e80_corrected": _say("E80", "qa_lead", header(TODAY)),
        "e80_stale": _say("E80", "moderator", {**header(TODAY), "moderation": "MO-2026Q3-004"}),
        "e93_not_given_out": _say("E93", "qa_lead", {**MONTH, "next_on": "2026-12-10", "next_told": ["director"]}),
        "e93_officer": _say("E93", "qa_officer", MONTH),
        "e94_director": _say("E94", "director", MONTH),
        "e94_lead": _say("E94", "qa_lead", MONTH),
        "e86_exported": _say("E86", "qa_lead", {**EXPORT, "by": "Oren Willowgarth"}),
        "e86_exported_at_the_server": _say("E86", "qa_lead", {**EXPORT, "what": "history", "login": "anna"}),
        "e90_sealed": _say("E90", "qa_lead", {"code": "1204:0f3a9c51b27de8846a10", "on": "2026-12-01"}),
        "e80_lapsed": _say("E80", "qa_lead", {**header(TODAY), "lapsed": True}),
    }


def cards() -> dict[str, Message]:
    """What the QA team is asked and answered."""
    item = an_item(state="submitted")
    found = Moderation(
        reference="MO-2026Q3-004",
        token=TOKEN,
        subject=REFERENCE,
        why="requested",
        draw={},
        moderator="p-qa-officer",
        state="selected",
        selected_at=datetime(2026, 12, 3, 9, tzinfo=UTC),
        original_grade="good",
        original_impact="good",
    )
    rows = [
        held.Row(41, "A learning space is late: second step", REFERENCE, "Leila Coldharrow", date(2026, 11, 30)),
        held.Row(42, "Closing the loop: the form is due", "CL-2026Q3-003", "", date(2026, 11, 30)),
        held.Row(43, "The week in numbers", "week-2026-11-30", "Kwame Brackenfold", date(2026, 11, 30)),
    ]
    many = [replace(row, number=row.number + 3 * time) for time in range(4) for row in rows]
    return {
        "held": held.held_message(rows, TODAY),
        "held_many": held.held_message(many, TODAY),
        "held_some": held.some_held_message(rows, TODAY),
        "held_some_none_chosen": held.some_held_message(many, TODAY, none_chosen=True),
        "held_none": held.held_message([], TODAY),
        "held_really_drop": held.really_drop_message(12),
        "held_sent": held.decided_message("send", 12, 0),
        "held_dropped_one": held.decided_message("drop", 1, 11),
        "held_decided_before": held.decided_message("send", 0, 0),
        "held_read_back": held.read_back_message("drop", 12),
        "held_read_back_one": held.read_back_message("send", 1),
        "reopen": corrections.reopen_message(item, AUDITOR, FRAMEWORK, TODAY),
        "form_reopen_missing": corrections.reopen_message(item, AUDITOR, FRAMEWORK, TODAY, missing=True),
        "reopened": corrections.reopened_message(Reopened(item, CORRECT_BY), TODAY),
        "reopened_already": corrections.reopened_message(Reopened(item, CORRECT_BY, already=True), TODAY),
        "not_sent_in": corrections.not_sent_in_message(),
        "auditor_gone": corrections.auditor_gone_message(),
        "ask_second_look": corrections.ask_second_look_message(item, AUDITOR, FRAMEWORK, TODAY),
        "second_look": corrections.second_look_message(found, "Oren Willowgarth", already=False),
        "second_look_already": corrections.second_look_message(found, "", already=True),
    }
