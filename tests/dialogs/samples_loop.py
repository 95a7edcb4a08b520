"""Every message of closing the loop, with invented people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from assurance.common.decision import Decision
from assurance.loop.loop_lists import Outstanding, OutstandingLoops
from assurance.loop.loop_meeting import MeetingView
from assurance.loop.loop_view import REVIEW, LoopView, ThenAndNow
from dialogs.home import home
from dialogs.kit.message import Message
from dialogs.loop import loop_card, loop_meeting
from dialogs.loop.loop_list import loops_message
from dialogs.notices.notices import render
from policy.council.small_numbers import Said
from policy.follow_up.loop_form import loop_form, page_key, part_key
from policy.forms.forms import FormContext, Problem, check_all, check_step
from storage.casework.actions import Action
from storage.casework.loops import Loop
from tests.dialogs.sample_facts import (
    AUDITOR,
    FRAMEWORK,
    PRACTITIONER,
    REFERENCE,
    TODAY,
    TOKEN,
    delivery,
    item,
    waiting,
)

LOOP = "CL-2026Q3-003"
ACTIONS = ("AC-2026Q3-031", "AC-2026Q3-032")
FACTS = {
    "reference": LOOP,
    "learning_space": REFERENCE,
    "auditor": AUDITOR,
    "meet_by": "2026-12-17",
    "return_by": "2026-12-31",
    "token": TOKEN,
}
ANSWERS: dict[str, Any] = {
    "met_on": "2026-12-02",
    "present": ["practitioner", "team_manager"],
    "safe_now": "yes",
    part_key(ACTIONS[0], "action_state"): "done",
    part_key(ACTIONS[0], "action_evidence"): "supervision",
    part_key(ACTIONS[0], "action_evidence_on"): "2026-12-02",
    part_key(ACTIONS[1], "action_state"): "not_done",
    part_key(ACTIONS[1], "action_reason"): "The first date fell through.",
    part_key(ACTIONS[1], "action_new_date"): "2026-12-31",
    "taken_from_it": "Reviews are booked at once, and the reason is kept.",
    "support": ["coaching", "training"],
    "confirmed": True,
}
FORM_OUT = ("open", "met", "returned_for_change")
"""While the form of a loop may be late; sent in, it waits for somebody else."""
OPENED = datetime(2026, 12, 1, 15, tzinfo=UTC)


def loop(**changes: Any) -> Loop:
    """A loop as storage keeps it."""
    return Loop(
        **{
            "reference": LOOP,
            "token": TOKEN,
            "subject": REFERENCE,
            "practitioner": "p-worker",
            "state": "open",
            "opened_at": OPENED,
            "meet_by": date(2026, 12, 15),
            "return_by": date(2026, 12, 29),
            **changes,
        }
    )


def loop_view(step: str, answers: dict[str, Any], raw: dict[str, Any] | None = None, **more: Any) -> LoopView:
    """A loop's card; `raw` is what was just pressed Next with on that page."""
    form = loop_form(FRAMEWORK, ACTIONS)
    context = FormContext.of(FRAMEWORK, allocated_on=date(2026, 12, 1), today=TODAY)
    found: dict[str, Any] = {}
    if raw is not None:
        check = check_step(form, step, raw, context, FRAMEWORK, answers)
        answers = check.draft
        found = {"problems": check.problems, "warnings": check.warnings, "entered": check.entered}
    about = more.pop("loop", loop())
    return LoopView(
        **{
            "loop": about,
            "item": item(state="submitted", grade="inadequate"),
            "practitioner": PRACTITIONER,
            "filled_by": "",
            "form": form,
            "mode": "fill",
            "step": step,
            "answers": answers,
            "version": 4,
            "context": context,
            "actions": tuple(_action(reference) for reference in ACTIONS),
            "missing": check_all(form, answers, context, FRAMEWORK) if step == REVIEW else {},
            **found,
            **more,
        }
    )


def _action(reference: str) -> Action:
    what = "Arrange the next two reviews and record who leads each"
    return Action(reference, REFERENCE, "p-worker", what, "case_action", date(2026, 12, 29), "open", OPENED)


def _say(event: str, role: str, on: date = TODAY, **more: Any) -> Message:
    return render(delivery(event, role, {**FACTS, **more}, on=on), FRAMEWORK)


def loop_notices() -> dict[str, Message]:
    """Everything the dispatcher sends about a loop."""
    due: dict[str, Any] = {"reaudit_due_on": "2027-03-01"}
    meeting: dict[str, Any] = {
        "meeting_at": "2026-12-10T14:30:00+00:00", "meeting_day": "2026-12-10", "called_by": "Tomasz Dunmere"
    }  # fmt: skip
    vacant = "The post of Head of Service is vacant and has no deputy."
    return {
        "e17_senior_opens": _say("E17", "senior_manager"),
        "e26_meeting": _say("E26", "senior_manager"),
        "e26_meeting_late": _say("E26", "senior_manager", date(2026, 12, 18)),
        "e26_nobody": _say(
            "E26",
            "qa_lead",
            via="qa_for_vacancy",
            because="The post of Senior Manager, Harbour, is vacant and has no deputy.",
        ),
        "e27_today": _say("E27", "senior_manager", date(2026, 12, 31)),
        "e27_late": _say("E27", "senior_manager", date(2027, 1, 4), days_overdue=4),
        "e27_head": _say("E27", "head_of_service", date(2027, 1, 4), days_overdue=4),
        "e27_executive": _say("E27", "executive_director", date(2027, 3, 25), days_overdue=84),
        "e28_head": _say("E28", "head_of_service", submitted_on="2026-12-10"),
        "e28_vacant": _say("E28", "qa_lead", submitted_on="2026-12-10", via="qa_for_vacancy", because=vacant),
        "e29_back": _say("E29", "senior_manager", sent_back_by="Leila Coldharrow"),
        "e30_qa": _say("E30", "qa_lead", **due),
        "e30_practitioner": _say("E30", "practitioner", **due),
        "e30_senior": _say("E30", "senior_manager", **due),
        "e31_comes": _say("E31", "qa_lead", date(2027, 2, 8), **due),
        "e31_opened": _say("E31", "qa_lead", date(2027, 3, 1), **due, reaudit="LS-2026Q4-031"),
        "e31_none": _say("E31", "qa_lead", date(2027, 3, 1), **due, none_because="no_suitable_case"),
        "e98_booked": _say("E98", "senior_manager", **meeting),
        "e98_practitioner": _say("E98", "practitioner", **meeting),
        "e98_moved": _say("E98", "team_manager", moved=True, **meeting),
        "e98_off": _say("E98", "team_manager", called_off=True, **meeting),
        "e32_embedded": _say("E32", "head_of_service", result="embedded", reaudit="LS-2026Q4-031"),
        "e32_not_yet": _say("E32", "practitioner", result="not_yet", reaudit="LS-2026Q4-031"),
        "e32_stood_down": _say("E32", "head_of_service", result="stood_down"),
    }


NOT_SAFE = {
    **ANSWERS,
    "safe_now": "no",
    "told_whom": ["team_manager", "head_of_service"],
    "told_at": "14:05",
    "told_confirmed": True,
}


def loop_forms() -> dict[str, Message]:
    """The form as its author and its authoriser see it; the only place with the case and the practitioner."""
    fill, whole = loop_card.loop_message, loop_card.whole_message
    back = loop(state="returned_for_change", returned_because="Please say what the team took from it.")
    sent = loop(state="submitted", submissions=1, filled_by="p-senior", form=ANSWERS)
    with_qa = loop(state="with_qa", submissions=1, form=ANSWERS, reaudit_due_on=date(2027, 3, 1))
    due = loop(state="re_audit_due", submissions=1, form=ANSWERS, reaudit_reference="LS-2026Q4-031")
    closed = loop(state="closed", submissions=1, form=ANSWERS, result="embedded")
    newer = item(
        reference="LS-2026Q4-031", state="submitted", grade="good", impact="good", submitted_at=OPENED, token="c" * 32
    )
    older = item(state="submitted", grade="inadequate", impact="inadequate", submitted_at=OPENED)
    both = ThenAndNow(older, newer, released=True)
    unsafe = {**ANSWERS, "safe_now": "no"}
    not_safe: dict[str, Any] = {"mode": "authorise", "filled_by": "Tomasz Dunmere", "not_safe": True}
    read: dict[str, Any] = {"mode": "read", "filled_by": "Tomasz Dunmere"}
    booked = loop(meeting_at=datetime(2026, 12, 10, 14, 30, tzinfo=UTC), meeting_number=1)
    context = FormContext.of(FRAMEWORK, allocated_on=date(2026, 12, 1), today=TODAY)
    hour = {"meeting_on": "2026-12-10", "meeting_from": "14:30"}
    wrong = {"meeting_on": Problem("not_after_today", TODAY.isoformat())}
    ask = loop_meeting.booking_message
    return {
        "form_loop_meeting": ask(MeetingView(loop(), context, auditor="Priya Fernhollow"), FRAMEWORK),
        "form_loop_meeting_booked": ask(MeetingView(booked, context, hour, released=True), FRAMEWORK),
        "form_loop_meeting_wrong": ask(
            MeetingView(loop(), context, problems=wrong, entered={"meeting_on": "2026-12-01"}, released=True), FRAMEWORK
        ),
        "done_loop_meeting": loop_meeting.booked_message(
            MeetingView(booked, context, hour, auditor="Priya Fernhollow"), FRAMEWORK
        ),
        "done_loop_meeting_off": loop_meeting.called_off_message(MeetingView(loop(), context)),
        "form_loop_fresh": fill(loop_view("meeting", {}), FRAMEWORK),
        "form_loop_problems": fill(
            loop_view("meeting", {}, {"met_on": "2027-01-04", "present": "practitioner"}), FRAMEWORK
        ),
        "form_loop_red_route": fill(loop_view("red_route", unsafe), FRAMEWORK),
        "form_loop_action": fill(loop_view(page_key(ACTIONS[0]), ANSWERS), FRAMEWORK),
        "form_loop_action_not_done": fill(loop_view(page_key(ACTIONS[1]), ANSWERS), FRAMEWORK),
        "form_loop_learning": fill(loop_view("learning", ANSWERS), FRAMEWORK),
        "form_loop_confirm": fill(loop_view("confirm", ANSWERS), FRAMEWORK),
        "form_loop_sent_back": fill(loop_view("learning", ANSWERS, loop=back), FRAMEWORK),
        "form_loop_in_dialog": fill(loop_view("meeting", {}), FRAMEWORK, in_dialog=True),
        "review_loop": fill(loop_view(REVIEW, ANSWERS), FRAMEWORK),
        "review_loop_missing": fill(loop_view(REVIEW, {"met_on": "2026-12-02"}), FRAMEWORK),
        "form_loop_authorise": whole(loop_view(REVIEW, ANSWERS, loop=sent, **{**read, "mode": "authorise"}), FRAMEWORK),
        "form_loop_authorise_not_safe": whole(loop_view(REVIEW, NOT_SAFE, loop=sent, **not_safe), FRAMEWORK),
        "form_loop_authorise_sure": loop_card.sure_message(loop_view(REVIEW, NOT_SAFE, loop=sent, **not_safe)),
        "form_loop_send_back_problem": whole(
            loop_view(REVIEW, ANSWERS, loop=sent, **{**read, "mode": "authorise"}),
            FRAMEWORK,
            problem=Problem("required"),
            asked="because",
        ),
        "form_loop_qa": whole(
            loop_view(REVIEW, ANSWERS, loop=with_qa, runs_it=True, one_of_several=True, **read), FRAMEWORK
        ),
        "form_loop_record": whole(
            loop_view(REVIEW, ANSWERS, loop=due, then_and_now=both, **{**read, "mode": "record"}), FRAMEWORK
        ),
        "form_loop_then_and_now": whole(
            loop_view(REVIEW, ANSWERS, loop=closed, then_and_now=both, shows_case=False, **read), FRAMEWORK
        ),
    }


def loop_receipts() -> dict[str, Message]:
    """What takes a loop's card's place, the list, and what stands on the home card."""
    lines = [
        Outstanding(
            f"CL-2026Q3-{n:03}",
            f"{n:032x}",
            state,
            TODAY - timedelta(days=105 - 14 * n),
            late=state in FORM_OUT,
        )
        for n, state in enumerate((one for one in loop_card.STATES if one != "closed"), 1)
    ]
    own = {"new": Said(1), "older": Said(5), "oldest": Said(1)}
    numbers = {"new": Said(0, "few"), "older": Said(0, "rest"), "oldest": Said(1, "few")}
    decisions = tuple(
        Decision(kind, f"CL-2026Q3-{n:03}", by_when=date(2026, 12, 17) if n < 3 else None, token=f"{n:032x}")
        for n, kind in enumerate(loop_card.LINES, 1)
    )
    return {
        "loop_saved": loop_card.saved_message(loop_view("meeting", {})),
        "loop_sent": loop_card.sent_message(LOOP, FRAMEWORK, already=False, asked=["head_of_service"]),
        "loop_sent_vacant": loop_card.sent_message(LOOP, FRAMEWORK, already=False, asked=["qa_lead"]),
        "loop_sent_nobody": loop_card.sent_message(LOOP, FRAMEWORK, already=False, asked=[]),
        "loop_sent_again": loop_card.sent_message(LOOP, FRAMEWORK, already=True, asked=[]),
        "loop_decided": loop_card.decided_message(LOOP, "It is authorised and with the QA team."),
        "loop_decided_again": loop_card.decided_message(LOOP, "It is authorised.", already=True),
        "loop_not_yet": loop_card.not_allowed_message(LOOP, "An action is not done and has no new date."),
        "loops": loops_message(OutstandingLoops(tuple(lines), own), TODAY, 5),
        "loops_many": loops_message(OutstandingLoops(tuple(lines * 3), {**own, "new": Said(15)}), TODAY, 5),
        "loops_counts": loops_message(OutstandingLoops((), numbers, counts_only=True), TODAY, 5),
        "loops_none": loops_message(OutstandingLoops((), dict.fromkeys(own, Said(0))), TODAY, 5),
        "loops_not_yours": loops_message(None, TODAY, 5),
        "home_loops": home.home_message(waiting(decisions=decisions), FRAMEWORK, TODAY),
    }
