"""Sample messages about what is kept right: mendings, corrections, second looks, the file, the purge; all invented."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from assurance.learning_space.reopen import Reopened
from dialogs.kit.message import Message
from dialogs.learning_space import corrections
from dialogs.notices.notices import render
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
        "e79_reopened": _say("E79", "auditor", again),
        "e80_corrected": _say("E80", "qa_lead", header(TODAY)),
        "e80_stale": _say("E80", "moderator", {**header(TODAY), "moderation": "MO-2026Q3-004"}),
        "e93_not_given_out": _say("E93", "qa_lead", {**MONTH, "next_on": "2026-12-10", "next_told": ["director"]}),
        "e93_officer": _say("E93", "qa_officer", MONTH),
        "e94_director": _say("E94", "director", MONTH),
        "e94_lead": _say("E94", "qa_lead", MONTH),
        "e86_exported": _say("E86", "qa_lead", {**EXPORT, "by": "Oren Willowgarth"}),
        "e86_exported_at_the_server": _say("E86", "qa_lead", {**EXPORT, "what": "history", "login": "anna"}),
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
    return {
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
