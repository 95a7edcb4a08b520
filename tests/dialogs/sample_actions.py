"""Every message about actions, with invented people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from assurance.actions.action_ladder import anchors_of
from assurance.actions.action_view import ActionView
from assurance.actions.decide_action_date import DateDecision
from assurance.actions.tracker import Tracked, Tracker
from assurance.actions.update_action import UpdateOutcome
from assurance.follow_up.set_action import ActionForm, ActionSet
from dialogs.actions import actions, set_action
from dialogs.kit.message import Message
from dialogs.notices.notices import render
from policy.calendar.calendar import Calendar
from policy.forms.forms import FormContext, check_step
from policy.framework.framework import Choice
from policy.lifecycle.ladder import what_happens
from storage.casework.actions import Action
from tests.dialogs.sample_facts import AUDITOR, FRAMEWORK, REFERENCE, TODAY, delivery, item

ACTION = "AC-2026Q3-031"
TOKEN = "7e1d2c3b4a5948678695a4b3c2d1e0f0"
DUE = date(2026, 12, 31)
OWNER = "Gethin Gorsedale"
LOOP = "CL-2026Q3-003"


def action(**changes: Any) -> Action:
    """An action set on 3 December 2026."""
    row = Action(
        reference=ACTION,
        subject=REFERENCE,
        owner="p-manager",
        what="Arrange reflective supervision every month and record who leads it",
        kind="supervision",
        due_on=DUE,
        state="open",
        created_at=datetime(2026, 12, 3, 10, tzinfo=UTC),
        token=TOKEN,
        set_by="p-other",
        ladder_key="action",
    )
    return replace(row, **changes)


def view(row: Action | None = None, raw: dict[str, Any] | None = None, **changes: Any) -> ActionView:
    """An action opened by its owner; `raw` is what was just pressed Save with."""
    row = row or action()
    calendar = Calendar.of(FRAMEWORK)
    form = FRAMEWORK.form("action_update")
    context = FormContext.of(FRAMEWORK, allocated_on=date(2026, 12, 3), today=TODAY)
    found: dict[str, Any] = {}
    if raw is not None:
        check = check_step(form, "update", raw, context, FRAMEWORK)
        found = {
            "answers": check.draft,
            "problems": check.problems,
            "warnings": check.warnings,
            "entered": check.entered,
            "newly_asked": check.newly_asked,
        }
    ladder = FRAMEWORK.ladder("action")
    rungs = what_happens(ladder, anchors_of(calendar, row), calendar, FRAMEWORK, "team_manager")
    given: dict[str, Any] = {
        "action": row,
        "owner": OWNER,
        "set_by": AUDITOR,
        "form": form,
        "context": context,
        "rungs": rungs,
        "may_update": row.is_open,
        "may_decide": False,
        "who_decides": AUDITOR,
        **found,
        **changes,
    }
    return ActionView(**given)


def _say(event: str, role: str, days: int, *, step: str = "", **more: Any) -> Message:
    on = DUE + timedelta(days=days)
    calendar = Calendar.of(FRAMEWORK)
    ahead = what_happens(
        FRAMEWORK.ladder("action"), anchors_of(calendar, action()), calendar, FRAMEWORK, "practitioner"
    )
    facts = {
        "reference": ACTION,
        "owner": OWNER,
        "due_on": DUE.isoformat(),
        "set_on": "2026-12-03",
        "token": TOKEN,
        ("days_late" if days > 0 else "days_left"): abs(days),
        "rungs": [{"on": r.on.isoformat(), "step": r.step.name, "roles": list(r.roles)} for r in ahead if r.on > on],
        **more,
    }
    return render(delivery(event, role, facts, on=on, step=step), FRAMEWORK)


def notices() -> dict[str, Message]:
    """Everything the dispatcher sends about actions."""
    vacant = "The post of Senior Manager, Harbour, is vacant and has no deputy."
    asked = {"asked_due_on": "2027-01-14"}
    return {
        "e34_assigned": _say("E34", "owner", -28, rungs=[]),
        "e35_week": _say("E35", "owner", -7, step="-7"),
        "e35_today": _say("E35", "owner", 0, step="0"),
        "e35_after_a_holiday": _say("E35", "owner", 4, step="0"),
        "e36_owner": _say("E36", "owner", 7, step="+7", told=["owner", "team_manager"]),
        "e36_team_manager": _say("E36", "team_manager", 7, step="+7", told=["owner", "team_manager"]),
        "e37_managers": _say("E37", "senior_manager+head_of_service", 28, step="+4w"),
        "e37_strict": _say("E37", "head_of_service", 0, step="+4w", strict=True),
        "e37_vacant": _say("E37", "qa_lead", 28, step="+4w", via="qa_for_vacancy", because=vacant),
        "e37_deputy": _say("E37", "head_of_service", 28, step="+4w", via="deputy"),
        "e38_director": _say("E38", "director", 42, step="+6w", earlier_steps=["+4w"]),
        "e39_executive": _say("E39", "executive_director", 84, step="+12w"),
        "e40_evidence": _say("E40", "owner", -3, rungs=[]),
        "e41_owner": _say("E41", "owner", -10, rungs=[]),
        "e41_setter": _say("E41", "setter", -10, rungs=[]),
        "e41_no_owner": _say("E41", "setter", -10, rungs=[], ownerless=True),
        "e72_asked": _say("E72", "setter", -10, rungs=[], **asked),
        "e73_agreed": _say("E73", "owner", -10, rungs=[], agreed=True, **asked),
        "e73_declined": _say("E73", "owner", -10, rungs=[], agreed=False, **asked),
    }


def _tracked(days_left: int, number: int = 31, **changes: Any) -> Tracked:
    row = action(
        reference=f"AC-2026Q3-{number:03}",
        token=f"{number:032x}",
        due_on=TODAY + timedelta(days=days_left),
        **changes,
    )
    return Tracked(row, OWNER, days_left)


def _to_set(raw: dict[str, Any]) -> ActionForm:
    """The questions of an action that is set out of a loop, as the Senior Manager answered them."""
    owners = (Choice(key="practitioner", title="Nia Brackwater (Practitioner)"), Choice(key="setter", title="You"))
    form, context = (
        FRAMEWORK.form("action_set"),
        FormContext.of(FRAMEWORK, allocated_on=TODAY, today=TODAY, owners=owners),
    )
    people = {"practitioner": "p-worker", "setter": "p-senior"}
    shown = ActionForm(LOOP, TOKEN, item(), form, context, people)
    check = check_step(form, "action", raw, context, FRAMEWORK)
    found = {"answers": check.entered, "problems": check.problems, "warnings": check.warnings}
    return replace(shown, **found) if raw else shown


@cache
def cards() -> dict[str, Message]:
    """What is said back in the chat."""
    asked = action(asked_due_on=date(2027, 1, 14))
    done = action(state="done", evidence_kind="case_note", evidence_on=TODAY)
    blocked = action(state="blocked", note="The post is being advertised.")
    many = Tracker(tuple(_tracked(n - 3, n) for n in range(1, 12)), (), (), 0)
    line = tuple(_tracked(-n, 40 + n) for n in range(1, 11))
    decision = DateDecision(action(due_on=date(2027, 1, 14)), agreed=True, already=False)
    longest = action(what=("arrange and review this with care, " * 6)[:199] + ".")
    return {
        "action_open": actions.action_message(view(), FRAMEWORK),
        "form_action_longest": actions.action_message(
            view(longest, {"update": "blocked", "note": "x" * 201}), FRAMEWORK
        ),
        "action_blocked": actions.action_message(view(blocked), FRAMEWORK),
        "action_in_dialog": actions.action_message(view(), FRAMEWORK, in_dialog=True),
        "action_evidence": actions.updated_message(
            UpdateOutcome("incomplete", view(raw={"update": "done"})), FRAMEWORK
        ),
        "form_action_refused": actions.updated_message(
            UpdateOutcome("incomplete", view(raw={"update": "blocked", "note": "Call 07700 900123"})), FRAMEWORK
        ),
        "action_new_date": actions.updated_message(
            UpdateOutcome("incomplete", view(raw={"update": "new_date"})), FRAMEWORK
        ),
        "action_done": actions.updated_message(UpdateOutcome("kept", view(done)), FRAMEWORK),
        "action_kept": actions.updated_message(UpdateOutcome("kept", view(blocked)), FRAMEWORK),
        "action_already": actions.updated_message(UpdateOutcome("already", view(done)), FRAMEWORK),
        "action_date_asked": actions.updated_message(UpdateOutcome("asked", view(asked)), FRAMEWORK),
        "action_read": actions.action_message(view(may_update=False), FRAMEWORK),
        "action_closed": actions.action_message(view(done), FRAMEWORK),
        "action_to_agree": actions.action_message(view(asked, may_update=False, may_decide=True), FRAMEWORK),
        "date_agreed": actions.date_decided_message(decision, TODAY),
        "date_declined": actions.date_decided_message(replace(decision, agreed=False), TODAY),
        "date_nothing": actions.date_decided_message(replace(decision, already=True), TODAY),
        "action_given": actions.given_message(ACTION, OWNER),
        "action_nobody": actions.nobody_message(),
        "form_action_set": set_action.action_form_message(_to_set({})),
        "form_action_set_refused": set_action.action_form_message(
            _to_set({"what": "Call 07700 900123", "owner": "practitioner"})
        ),
        "action_set": set_action.action_set_message(ActionSet(action(), LOOP, OWNER, already=False), TODAY),
        "action_set_already": set_action.action_set_message(ActionSet(action(), LOOP, OWNER, already=True), TODAY),
        "action_not_yet": set_action.cannot_set_message("MO-2026Q3-004"),
        "action_no_more": set_action.cannot_set_message(LOOP),
        "tracker": actions.tracker_message(Tracker((_tracked(-3), _tracked(5, 32)), (), (), 0), TODAY),
        "tracker_empty": actions.tracker_message(Tracker((), (), (), 0), TODAY),
        "tracker_many": actions.tracker_message(many, TODAY),
        "tracker_manager": actions.tracker_message(Tracker((), (Tracked(asked, OWNER, 28),), line, 14), TODAY),
    }
