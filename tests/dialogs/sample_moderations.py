"""Every message of a moderation, with invented people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from assurance.common.decision import Decision
from assurance.moderation.moderation_list import Listed, ModerationList
from assurance.moderation.moderation_view import COMPARE, OUTCOME, STATUS, ModerationView
from dialogs.home import home
from dialogs.kit.message import Message
from dialogs.moderation import moderation
from dialogs.notices.notices import render
from policy.forms.forms import FormContext, Problem, check_step
from storage.casework.moderations import Moderation
from tests.dialogs.sample_facts import (
    ALLOCATED,
    AUDITOR,
    FRAMEWORK,
    GOOD_ANSWERS,
    PRACTITIONER,
    REFERENCE,
    TODAY,
    TOKEN,
    delivery,
    item,
    waiting,
)

MODERATION = "MO-2026Q3-004"
OWN = {
    "grade": "inadequate",
    "impact": "good",
    "grade_assessment": "inadequate",
    "grade_plan": "requires_improvement",
    "quality_evidence": "partly",
    "quality_actions": "yes",
    "quality_child": "yes",
}
TALK = {
    "discussed_on": "2026-12-02",
    "way": "video",
    "managers_view": "They see the visits as the strength, and agree that the plan came late.",
    "accepted": "yes",
    "development": "coaching",
    "themes": ["assessment", "timeliness"],
}
WRITTEN = (
    ("What worked well", str(GOOD_ANSWERS["worked_well"])),
    ("What could be even better", str(GOOD_ANSWERS["even_better"])),
)


def row(**changes: Any) -> Moderation:
    """A moderation as storage keeps it."""
    at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    return Moderation(
        **{
            "reference": MODERATION,
            "token": TOKEN,
            "subject": REFERENCE,
            "why": "random",
            "draw": {},
            "moderator": "p-qa-officer",
            "state": "selected",
            "selected_at": at,
            "original_grade": "good",
            "original_impact": "good",
            **changes,
        }
    )


def view(page: str, *, raw: dict[str, Any] | None = None, **more: Any) -> ModerationView:
    """A page of it for its moderator; `raw` is what was just pressed with on that step."""
    stored = more.pop("row", row())
    forms = {step.key: form for form in FRAMEWORK.forms if form.key.startswith("moderation") for step in form.steps}
    form = forms.get(page)
    context = FormContext.of(FRAMEWORK, allocated_on=ALLOCATED, today=TODAY)
    found: dict[str, Any] = {}
    if raw is not None and form is not None:
        check = check_step(form, page, raw, context, FRAMEWORK, {})
        found = {"problems": check.problems, "warnings": check.warnings, "entered": check.entered}
    if stored.state != "selected":
        found = {**found, "original": GOOD_ANSWERS, "moderated": OWN}
    return ModerationView(
        **{
            "moderation": stored,
            "item": item(state="submitted"),
            "person": "p-qa-officer",
            "auditor": AUDITOR,
            "practitioner": PRACTITIONER,
            "function": "Family Safeguarding",
            "page": page,
            "context": context,
            "form": form,
            "written": WRITTEN if stored.state == "selected" else (),
            "is_moderator": True,
            **found,
            **more,
        }
    )


def notices() -> dict[str, Message]:
    """What the dispatcher sends."""
    plain = {
        "reference": MODERATION,
        "learning_space": REFERENCE,
        "auditor": AUDITOR,
        "function": "Family Safeguarding",
        "token": TOKEN,
    }
    vacant = "There is no moderator to tell."

    def say(event: str, role: str, **facts: Any) -> Message:
        return render(delivery(event, role, {**plain, **facts}), FRAMEWORK)

    rate = {"reference": "2026-27Q3", "returned": 38, "wanted": 6, "done": 2, "rate": 5, "target": 15}
    return {
        "e21_certain": say("E21", "moderator", why="certain", book_by="2026-12-10"),
        "e21_random": say("E21", "moderator", why="random", book_by="2026-12-10"),
        "e21_requested": say("E21", "moderator", why="requested", book_by="2026-12-10"),
        "e21_nobody": say("E21", "qa_lead", why="random", via="qa_for_vacancy", because=vacant),
        "e22_no_date": say("E22", "moderator"),
        "e23_booked": say("E23", "auditor", booked_on="2026-12-10", moderator="Oren Willowgarth", token=""),
        "e24_agreed": say("E24", "auditor", outcome="agreed"),
        "e24_raised_qa": say("E24", "qa_lead", outcome="raised", stand_down="CL-2026Q3-003"),
        "e24_lowered_head": say("E24", "head_of_service", outcome="lowered", loop="CL-2026Q3-003", token=""),
        "e24_not_agreed": say("E24", "auditor", outcome="not_agreed"),
        "e24_decides": say("E24", "head_of_service", outcome="not_agreed", decides=True),
        "e25_rate": render(delivery("E25", "qa_lead", rate), FRAMEWORK),
    }


def cards() -> dict[str, Message]:
    """What is opened and pressed. The pages with questions are called forms, like the learning space's."""
    say = moderation.moderation_message
    graded = row(state="graded", moderated_grade="inadequate", moderated_impact="good")
    discussed = row(
        state="discussed", moderated_grade="inadequate", form={"talk": TALK}, discussed_on=date(2026, 12, 2)
    )
    disputed = row(state="disputed", moderated_grade="inadequate", form={"talk": TALK}, discussed_on=date(2026, 12, 2))
    finished = row(state="closed", moderated_grade="inadequate", form={"talk": TALK}, discussed_on=date(2026, 12, 2))
    seats: dict[str, Any] = {"seats": ("auditor.head_of_service",), "is_moderator": False}
    said: dict[str, Any] = {"opinions": {"auditor.head_of_service": {"by": "p-head", "stands": "original"}}}
    lines = (
        Listed(row(booked_on=date(2026, 12, 10), state="graded"), "Oren Willowgarth", True),
        Listed(row(reference="MO-2026Q3-005", token="e" * 32, stale=True), "Jaspreet Vetchley", False),
    )
    many = tuple(Listed(row(reference=f"MO-2026Q3-{n:03}"), "Oren Willowgarth", n < 6) for n in range(1, 15))
    pages = {
        "form_moderation_judgement": view("judgement"),
        "form_moderation_problems": view("judgement", raw={"grade": "splendid"}),
        "form_moderation_domains": view("domains"),
        "form_moderation_quality": view("quality"),
        "form_moderation_both": view(COMPARE, row=graded),
        "form_moderation_booked": view(COMPARE, row=row(state="graded", booked_on=date(2026, 12, 10))),
        "form_moderation_talk": view("talk", row=graded),
        "form_moderation_talk_guarded": view("talk", row=graded, raw={**TALK, "managers_view": "Ring 07700 900123"}),
        "form_moderation_outcome": view(OUTCOME, row=discussed, outcome="lowered"),
        "form_moderation_not_agreed": view(OUTCOME, row=discussed, outcome="not_agreed"),
        "form_moderation_settle": view(OUTCOME, row=disputed, outcome="not_agreed", **seats),
        "form_moderation_settle_said": view(OUTCOME, row=disputed, outcome="not_agreed", **seats, **said),
        "form_moderation_closed": view(OUTCOME, row=finished, outcome="lowered", loop="CL-2026Q3-003"),
        "form_moderation_unsettled": view(OUTCOME, row=finished, outcome="not_agreed"),
        "form_moderation_stand_down": view(
            OUTCOME, row=finished, outcome="raised", loop="CL-2026Q3-003", may_stand_down=True
        ),
        "form_moderation_stale": view(COMPARE, row=row(state="graded", stale=True)),
        "moderation_status": view(STATUS, is_moderator=False),
    }
    decisions = (
        Decision("moderate", MODERATION, by_when=date(2026, 12, 10), token=TOKEN),
        Decision("settle_moderation", "MO-2026Q3-002", token="d" * 32),
        Decision("moderations_open", "", count=5),
        Decision("moderate", "MO-2026Q3-009", token="c" * 32),
    )
    return {
        **{name: say(page, FRAMEWORK) for name, page in pages.items()},
        "form_moderation_in_dialog": say(view("judgement"), FRAMEWORK, in_dialog=True),
        "form_moderation_overtaken": say(view("judgement", entered={"grade": "good"}, overtaken=True), FRAMEWORK),
        "form_moderation_not_kept": say(
            view("talk", row=graded, not_kept={"managers_view": Problem("identifier:nhs_number")}), FRAMEWORK
        ),
        "form_moderation_stored": say(
            view(COMPARE, row=graded), FRAMEWORK, note=moderation.stored_note("moderation", MODERATION)
        ),
        "moderation_saved": moderation.saved_message(view("judgement")),
        "moderation_saved_talk": moderation.saved_message(view("talk", row=graded)),
        "moderation_list": moderation.list_message(ModerationList(lines, 38, 6, 2), TODAY),
        "moderation_list_long": moderation.list_message(ModerationList(many, 38, 6, 2), TODAY),
        "moderation_list_empty": moderation.list_message(ModerationList((), 0, 0, 0), TODAY),
        "moderation_not_for_you": moderation.not_for_you_message(),
        "moderation_not_yet": moderation.not_yet_message(),
        "home_moderation": home.home_message(waiting(decisions=decisions), FRAMEWORK, TODAY),
    }
