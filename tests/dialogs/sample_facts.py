"""What sample messages are made of: a learning space, a form, a notice, a list and a proposal, all invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from assurance.allocation.propose_allocation import Proposal
from assurance.common.courier import Delivery
from assurance.forms.form_view import REVIEW, FormView
from assurance.home.waiting import Decision, Waiting, WaitingItem
from policy.allocation.allocation_plan import Pick, Unserved
from policy.calendar.calendar import Calendar
from policy.check.loader import load_framework
from policy.council.establishment import Person, Post
from policy.forms.forms import SOFT_CHECKS, FormContext, Problem, check_all, check_step, soft_checks
from policy.framework.framework import Choice
from policy.lifecycle.ladder import ladder_to_json, what_happens
from storage.casework.learning_spaces import LearningSpace
from storage.outbox.notices import Notice

FRAMEWORK = load_framework()
TODAY = date(2026, 12, 3)
ALLOCATED = date(2026, 12, 1)
DUE = date(2026, 12, 29)
CASE = "NM-204117"
PRACTITIONER = "Orla Quillfeather"
AUDITOR = "Priya Fernhollow"
REFERENCE = "LS-2026Q3-014"
TOKEN = "5f0c6f0e8a4b4c0d9e2a7b1c3d5e7f90"
PERSON = Person("p-manager", AUDITOR, "priya.fernhollow@northmoor.example")
POST = Post(
    "TM-07", "Team Manager, Harbour Team", "team_manager", "family_safeguarding", "Harbour", "", PERSON.id, True, True
)

GOOD_ANSWERS: dict[str, Any] = {
    "date_held": "2026-12-02",
    "in_person": "yes",
    "practitioner_took_part": "yes",
    "others_present": ["team_manager", "iro"],
    "family_feedback": "child",
    "immediate_risk": "no",
    "grade_voice": "good",
    "grade_assessment": "good",
    "grade_plan": "requires_improvement",
    "grade_family": "good",
    "grade_agencies": "outstanding",
    "grade_oversight": "good",
    "grade_recording": "requires_improvement",
    "grade_identity": "not_applicable",
    "grade": "good",
    "impact": "good",
    "grade_reasons": "The young person is seen often and their words shape the plan. Reviews slipped twice in autumn.",
    "strength_themes": ["voice_and_direct_work", "multi_agency"],
    "worked_well": "Direct work was patient and creative. School and health were round the table every month.",
    "learning_themes": ["timeliness"],
    "even_better": "Reviews on time, and the reason written down when one has to move.",
    "practitioner_reflection": "I would book the next review before we leave the room.",
    "wider_learning": "no",
    "action_1_what": "Arrange the next two reviews and record who leads each",
    "action_1_owner": "practitioner",
    "action_1_by": "2026-12-31",
    "action_1_kind": "practice_development",
    "action_2_wanted": "no",
}


RED = {**GOOD_ANSWERS, "immediate_risk": "yes"}


def item(**changes: Any) -> LearningSpace:
    """A learning space as storage keeps it."""
    calendar = Calendar.of(FRAMEWORK)
    due_on = changes.get("due_on", DUE)
    return LearningSpace(
        **{
            "reference": REFERENCE,
            "token": TOKEN,
            "activity": "learning_space",
            "stream": "",
            "post": POST.id,
            "person": PERSON.id,
            "function": "family_safeguarding",
            "case_ref": CASE,
            "case_function": "family_safeguarding",
            "practitioner": "p-worker",
            "month": date(2026, 12, 1),
            "quarter": "2026-27Q3",
            "allocated_on": ALLOCATED,
            "due_on": DUE,
            "deadline_at": calendar.deadline_at(due_on),
            "state": "allocated",
            "why": {},
            "cross_function_reason": "",
            "run": "0" * 32,
            "framework_version": FRAMEWORK.version,
            "ladder": ladder_to_json(FRAMEWORK.ladder("learning_space")),
            **changes,
        }
    )


def view(step: str, answers: dict[str, Any] | None = None, raw: dict[str, Any] | None = None, **more: Any) -> FormView:
    """A form at a step with these answers; `raw` is what was just pressed Next with on that step."""
    form = FRAMEWORK.form("learning_space")
    owners = (
        Choice(key="practitioner", title=f"{PRACTITIONER} (Practitioner)"),
        Choice(key="team_manager", title="Gethin Gorsedale (Team Manager)"),
        Choice(key="auditor", title=f"{AUDITOR} (you)"),
    )
    context = FormContext.of(FRAMEWORK, allocated_on=ALLOCATED, today=TODAY, owners=owners)
    given = dict(answers or {})
    if given:
        given[SOFT_CHECKS] = [hit.check for hit in soft_checks(form, given, FRAMEWORK)]
    found: dict[str, Any] = {}
    if raw is not None:
        check = check_step(form, step, raw, context, FRAMEWORK, given)
        given = check.draft
        found = {
            "problems": check.problems,
            "warnings": check.warnings,
            "entered": check.entered,
            "newly_asked": check.newly_asked,
        }
    return FormView(
        **{
            "item": item(),
            "practitioner": PRACTITIONER,
            "function": "Family Safeguarding",
            "form": form,
            "step": step,
            "answers": given,
            "version": 3,
            "context": context,
            "missing": check_all(form, given, context, FRAMEWORK) if step == REVIEW else {},
            "soft": soft_checks(form, given, FRAMEWORK),
            "red_route": given.get("immediate_risk") == "yes",
            **found,
            **more,
        }
    )


def refused(step: str, **raw: Any) -> dict[str, Problem]:
    """The problems of what was typed and could not be kept."""
    found = view(step, {}, raw).problems
    return {key: problem for key, problem in found.items() if problem.code != "required"}


def delivery(
    event: str, role: str, facts: dict[str, Any], *, on: date = TODAY, step: str = "", repeat: bool = False
) -> Delivery:
    """A notice on its way, as the dispatcher hands it over."""
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    state = facts.pop("state", "allocated")
    subject = facts.get("reference", REFERENCE)
    notice = Notice(
        id=1,
        key=f"{event}|{subject}|{step}|{PERSON.id}",
        event=event,
        step=step,
        subject=subject,
        recipient=PERSON.id if role == "auditor" else "p-other",
        recipient_role=role,
        channel="teams",
        urgent=event == "E16",
        due_at=at,
        not_before=at,
        created_at=at,
        state="leased",
        facts=facts,
        lease_owner="samples",
        lease_until=None,
        fence=1,
        attempts=0,
        unknown_outcomes=0,
        repeat=repeat,
        sent_at=None,
        remote_id="",
        reason="",
    )
    person = PERSON if role == "auditor" else Person("p-other", "Tomasz Dunmere", "tomasz.dunmere@northmoor.example")
    about_item = subject == REFERENCE
    return Delivery(notice, person, None, item=item(state=state) if about_item else None)


def header(on: date, role: str = "team_manager", **more: Any) -> dict[str, Any]:
    """The facts of a ladder notice on a day, as `assurance.notify.tell` writes them."""
    calendar = Calendar.of(FRAMEWORK)
    ahead = what_happens(FRAMEWORK.ladder("learning_space"), DUE, calendar, FRAMEWORK, role)
    days = (on - DUE).days
    return {
        "reference": REFERENCE,
        "auditor": AUDITOR,
        "function": "Family Safeguarding",
        "due_on": DUE.isoformat(),
        **({"days_late": days} if days > 0 else {"days_left": -days}),
        "rungs": [{"on": r.on.isoformat(), "step": r.step.name, "roles": list(r.roles)} for r in ahead if r.on > on],
        **more,
    }


def longest_answers() -> dict[str, Any]:
    """A form filled to every limit, so that the largest card is known."""
    full = {
        **RED,
        "told_whom": ["team_manager", "senior_manager", "head_of_service", "emergency_duty_team"],
        "told_at": "14:30",
        "told_confirmed": True,
        "in_person": "part",
        "not_in_person_reason": "service_pressure",
        "others_present": ["team_manager", "iro", "pdm", "other_professional"],
        "strength_themes": [
            "risk_and_safety_planning",
            "fathers_and_wider_family",
            "exploitation_and_contextual_safeguarding",
        ],
        "learning_themes": ["transitions_and_leaving_care", "recording_and_chronology", "identity_and_diversity"],
        "wider_learning": "yes",
        "wider_theme": "exploitation_and_contextual_safeguarding",
        "action_2_wanted": "yes",
        "action_3_wanted": "yes",
    }
    for number in (2, 3):
        for part in ("what", "owner", "by", "kind"):
            full[f"action_{number}_{part}"] = GOOD_ANSWERS[f"action_1_{part}"]
    words = "arrange and review this with care, "
    for form_step in FRAMEWORK.form("learning_space").steps:
        for field in form_step.fields:
            if field.kind == "text" and field.max_length:
                full[field.key] = (words * 40)[: field.max_length - 1].rstrip() + "."
    return full


def waiting_item(days_left: int, **changes: Any) -> WaitingItem:
    """One entry of the home card."""
    due_on = TODAY + timedelta(days=days_left)
    calendar = Calendar.of(FRAMEWORK)
    rungs = what_happens(FRAMEWORK.ladder("learning_space"), due_on, calendar, FRAMEWORK, "team_manager")
    post_title, function = changes.pop("post_title", POST.title), changes.pop("function", "Family Safeguarding")
    begun = changes.pop("begun", False)
    entry = item(due_on=due_on, **changes)
    return WaitingItem(entry, post_title, function, days_left, begun, tuple(r for r in rungs if r.on > TODAY))


def waiting(*items: WaitingItem, decisions: tuple[Decision, ...] = (), recent: int = 0) -> Waiting:
    """What a person sees on saying list."""
    at = datetime(2026, 11, 30, 15, tzinfo=UTC)
    sent = tuple(
        item(reference=f"LS-2026Q2-{n:03}", state="submitted", submitted_at=at - timedelta(days=n))
        for n in range(recent)
    )
    return Waiting(PERSON, (POST,), items, decisions, sent)


def picks(count: int) -> tuple[Pick, ...]:
    """Picks over the functions that allocate."""
    functions = [one.key for one in FRAMEWORK.functions if one.allocates and not one.home_only]
    return tuple(
        Pick(
            post=f"TM-{n:02}",
            person=f"p-{n}",
            case_ref=f"NM-{200000 + n}",
            practitioner=f"p-w{n}",
            stream="mash" if n in (0, len(functions)) else "",
            function=functions[n % len(functions)],
            case_function=functions[n % len(functions)],
            why={},
            cross_function_reason="no_suitable_case" if n == 7 else "",
        )
        for n in range(count)
    )


UNSERVED = (
    Unserved("TM-31", "vacant", "the post is vacant", "Team Manager, Duty Team 2"),
    Unserved(
        "SM-03",
        "vacant",
        "the post is vacant; Ngozi Elmscar stands in but is not given its learning space",
        "Senior Manager, Harbour",
    ),
    Unserved(
        "TM-08",
        "deferred",
        "on leave until 14 December 2026; its turn comes on 4 January 2027",
        "Team Manager, Quayside",
    ),
    Unserved("IRO-02", "all_drawn", "all 9 practitioners of the function were drawn", "Reviewing Officer"),
)


def proposal(unserved: tuple[Unserved, ...] = UNSERVED, *, run_id: str = "a" * 32) -> Proposal:
    """December 2026 for a council of 119 posts."""
    chosen = picks(38)
    counts = {
        "eligible": 119,
        "done_before": 40,
        "remaining": 79,
        "months_left": 2,
        "given_before": 0,
        "target": 40,
        "framework_per_month": 40,
        "picks": len(chosen),
        "streams": {"mash": 2},
        "cross_function": 1,
        "unserved": {},
        "left_for_later": 37,
    }
    first = date(2026, 12, 1)
    return Proposal(run_id, first, "2026-27Q3", ALLOCATED, DUE, chosen, unserved, counts, 1847302211, "proposed")


def given_out() -> Proposal:
    """The same month once it has its share, while 37 posts have none this quarter."""
    over = tuple(
        Unserved(f"TM-{number:02}", "over_the_limit", "more than one month's share", f"Team Manager, Team {number}")
        for number in range(37)
    )
    before = proposal(over, run_id="")
    return replace(before, picks=(), counts=before.counts | {"given_before": 40, "streams": {"mash": 0}, "picks": 0})
