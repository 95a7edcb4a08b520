"""Every message the product can say, with invented people: linted, rendered, read for privacy and looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from assurance.allocation.approve_allocation import AllocationOutcome
from assurance.common.courier import Delivery
from assurance.forms.form_view import REVIEW
from assurance.home.waiting import Decision
from dialogs.forms import form_card
from dialogs.front_door import front_door
from dialogs.front_door.elsewhere import private_only_message
from dialogs.home import home
from dialogs.kit.asking import with_helper
from dialogs.kit.message import Message
from dialogs.learning_space import allocation, learning_space, news
from dialogs.notices.notices import render
from dialogs.understand.understanding import understand
from policy.allocation.allocation_plan import Unserved
from policy.council.who_helps import Helper
from tests.dialogs import (
    people_samples,
    sample_actions,
    sample_exports,
    sample_kept,
    sample_leavers,
    sample_moderations,
    sample_together,
    samples_home,
    samples_loop,
    samples_mail,
    samples_typed,
)
from tests.dialogs.more_time_samples import more_time_cards, more_time_notices
from tests.dialogs.sample_facts import (
    ALLOCATED,
    AUDITOR,
    DUE,
    FRAMEWORK,
    GOOD_ANSWERS,
    POST,
    RED,
    REFERENCE,
    TODAY,
    UNSERVED,
    delivery,
    given_out,
    header,
    item,
    longest_answers,
    proposal,
    refused,
    view,
    waiting,
    waiting_item,
)

HELPER = Helper("Ngozi Elmscar", "QA Lead", "ngozi.elmscar@northmoor.example", "quality@northmoor.example")


def _say(event: str, role: str, facts: dict[str, Any], on: date = TODAY) -> Message:
    return render(delivery(event, role, facts, on=on), FRAMEWORK)


def _ladder(
    event: str, role: str, days: int, *, repeat: bool = False, auditor: str = "team_manager", **more: Any
) -> Message:
    on = DUE + timedelta(days=days)
    step = f"{'+' if days > 0 else ''}{days}"
    return render(delivery(event, role, header(on, auditor, **more), on=on, step=step, repeat=repeat), FRAMEWORK)


def notices() -> dict[str, Message]:
    """Everything the dispatcher sends."""
    told = ["senior_manager", "head_of_service"]
    loop = {
        "reference": "CL-2026Q3-003",
        "learning_space": REFERENCE,
        "auditor": AUDITOR,
        "meet_by": "2026-12-17",
        "return_by": "2026-12-31",
    }
    plain = {"reference": REFERENCE, "auditor": AUDITOR, "function": "Family Safeguarding", "due_on": "2026-12-29"}
    allocated = header(ALLOCATED, post=POST.title)
    head = header(ALLOCATED, "head_of_service")
    sent_in = {**plain, "submitted_on": "2026-12-31"}
    unserved = {"month": "2026-12-01", "posts": 3, "reasons": {"vacant": 2, "all_drawn": 1}}
    lost = {"reference": REFERENCE, "person": "Gethin Gorsedale", "channel": "teams", "why": "teams: blocked"}
    held = "The clock has moved 12 days since the last look, and 31 of 40 open learning spaces would be escalated."
    vacant = "The post of Senior Manager, Harbour, is vacant and has no deputy."
    return {
        "e1_allocated": _say("E1", "auditor", allocated, ALLOCATED),
        "e1_allocated_head": _say("E1", "auditor", head, ALLOCATED),
        "e2_chosen": _say("E2", "practitioner", plain),
        "e2_chosen_team": _say("E2", "team_manager", plain),
        "e3_mash": render(_mash(delivery("E3", "auditor", allocated, on=ALLOCATED)), FRAMEWORK),
        "e6_week": _ladder("E6", "auditor", -7),
        "e6_week_begun": _ladder("E6", "auditor", -7, state="opened"),
        "e6_two_days": _ladder("E6", "auditor", -2),
        "e6_two_days_head": _ladder("E6", "auditor", -2, auditor="head_of_service"),
        "e7_today": _ladder("E7", "auditor", 0),
        "e10_late": _ladder("E10", "auditor", 1),
        "e11_managers": _ladder("E11", "senior_manager+head_of_service", 2, told=told),
        "e11_auditor": _ladder("E11", "auditor", 2, told=told),
        "e11_deputy": _ladder("E11", "head_of_service", 2, via="deputy"),
        "e11_vacant": _ladder("E11", "qa_lead", 2, via="qa_for_vacancy", because=vacant),
        "e12_director": _ladder("E12", "director", 7, told=["director"]),
        "e12_copy": _ladder("E12", "senior_manager", 7, told=["director"]),
        "e12_auditor": _ladder("E12", "auditor", 7, told=["director"], earlier_steps=["+1", "+2"]),
        "e13_executive": _ladder("E13", "executive_director", 14, told=["executive_director"]),
        "e13_auditor": _ladder("E13", "auditor", 14, told=["executive_director"]),
        "e13_repeat": _ladder("E13", "executive_director", 14, repeat=True),
        "e15_qa": _say("E15", "qa_lead", sent_in, date(2026, 12, 31)),
        "e16_attention": _say("E16", "head_of_service", {"reference": REFERENCE, "auditor": AUDITOR}),
        "e16_attention_call": _say(
            "E16",
            "head_of_service",
            {"reference": REFERENCE, "auditor": AUDITOR, "call": "priya.fernhollow@northmoor.example"},
        ),
        "e17_senior": _say("E17", "senior_manager", loop),
        "e17_others": _say("E17", "team_manager", loop),
        "e17_nobody": _say("E17", "head_of_service", {**loop, "asked": False}),
        "e17_nobody_qa": _say("E17", "qa_lead", {**loop, "asked": False, "via": "holder", "because": vacant}),
        "e18_thanks": _say("E18", "head_of_service", plain),
        "e20_unserved": _say("E20", "qa_lead", {"reference": "run", **unserved}),
        "e65_undelivered": _say("E65", "qa_lead", lost),
        "e85_moved": _say(
            "E85", "auditor", {"reference": REFERENCE, "was_on": "2026-12-29", "moved_to": "2027-01-12", "uid": "u"}
        ),
        "e85_talk": _say(
            "E85", "auditor", {"reference": REFERENCE, "was_on": "2026-12-29", "uid": "u", "kind": "discussion"}
        ),
        "e85_gone": _say("E85", "auditor", {"reference": REFERENCE, "was_on": "2026-12-29", "uid": "u"}),
        "e68_held": _say("E68", "qa_lead", {"reference": "sweep", "why": held}),
        **samples_loop.loop_notices(),
        **sample_actions.notices(),
        **people_samples.notices(),
        **sample_kept.notices(),
        **sample_moderations.notices(),
        **more_time_notices(),
    }


def _mash(about: Delivery) -> Delivery:
    assert about.item
    return replace(about, item=replace(about.item, stream="mash"))


SOFT = {**GOOD_ANSWERS, "grade": "outstanding", "grade_assessment": "inadequate", "sure_why": "The risk was historic."}
WORDS = {
    **GOOD_ANSWERS,
    "worked_well": "Jordan Ashmole felt heard, and the DOB was checked with School Lane Primary before the visit.",
}


def forms() -> dict[str, Message]:
    """The form at every step and in every mood. Shown to its author alone."""
    step, review = form_card.step_message, form_card.review_message
    meeting = {
        key: GOOD_ANSWERS[key] for key in ("date_held", "practitioner_took_part", "family_feedback", "immediate_risk")
    }
    learning = {key: GOOD_ANSWERS[key] for key in ("strength_themes", "worked_well", "learning_themes", "even_better")}
    every = {
        f"form_{name}": step(view(name, GOOD_ANSWERS), FRAMEWORK)
        for name in ("meeting", "domains", "judgement", "learning", "action_1")
    }
    return {
        "form_fresh": step(view("meeting"), FRAMEWORK),
        **every,
        "form_domains_fresh": step(view("domains", meeting), FRAMEWORK),
        "form_red_route": step(view("red_route", RED), FRAMEWORK),
        "form_newly_asked": step(view("meeting", {}, {**meeting, "in_person": "part"}), FRAMEWORK),
        "form_problems": step(view("meeting", {}, {"date_held": "2027-01-04", "in_person": "perhaps"}), FRAMEWORK),
        "form_identifier": step(
            view(
                "learning",
                GOOD_ANSWERS,
                {**learning, "worked_well": "She moved to PR1 2AB, and Jordan Ashmole helped."},
            ),
            FRAMEWORK,
        ),
        "form_not_kept": step(
            view("domains", GOOD_ANSWERS, not_kept=refused("learning", worked_well="Call 07700 900123")),
            FRAMEWORK,
        ),
        "form_sure_why": step(view("judgement", {key: SOFT[key] for key in SOFT if key != "sure_why"}), FRAMEWORK),
        "form_action_2": step(view("action_2", {**GOOD_ANSWERS, "action_2_wanted": "yes"}), FRAMEWORK),
        "form_in_dialog": step(view("meeting"), FRAMEWORK, in_dialog=True),
        "review": review(view(REVIEW, GOOD_ANSWERS), FRAMEWORK),
        "review_missing": review(view(REVIEW, learning), FRAMEWORK),
        "review_soft": review(view(REVIEW, SOFT), FRAMEWORK),
        "review_words": review(view(REVIEW, WORDS), FRAMEWORK),
        "review_longest": review(view(REVIEW, longest_answers()), FRAMEWORK),
        "review_changed": review(view(REVIEW, GOOD_ANSWERS), FRAMEWORK, note=form_card.CHANGED_ELSEWHERE),
    }


def homes() -> dict[str, Message]:
    """The home card."""
    second = waiting_item(
        12, reference="LS-2026Q3-027", token="f" * 32, post="TM-19", post_title="Team Manager, Duty Team 2 (acting)"
    )
    many = [waiting_item(3 + n, reference=f"LS-2026Q3-{n:03}", token=f"{n:032x}") for n in range(1, 12)]
    decisions = (
        Decision("acknowledge_red_flag", "LS-2026Q3-031", who_to_call="p-worker"),
        Decision("approve_allocation", "a" * 32, month=date(2026, 12, 1)),
        Decision(
            "correct_form", "LS-2026Q3-012", by_when=date(2026, 12, 10), token="f" * 32, because="An answer is wrong"
        ),
        Decision("meet_for_loop", "CL-2026Q3-003", by_when=date(2026, 12, 17)),
        Decision("agree_action_date", "AC-2026Q3-031", by_when=date(2027, 1, 14), token="e" * 32),
        Decision("actions_due", "AC-2026Q3-032", by_when=date(2026, 12, 1), count=2),
    )
    say = {
        "home_one": waiting(waiting_item(26, begun=True), recent=1),
        "home_two_posts": waiting(waiting_item(5), second),
        "home_late": waiting(waiting_item(-3)),
        "home_empty": waiting(recent=2),
        "home_paused": waiting(waiting_item(5, paused_on=TODAY)),
        "home_paused_late": waiting(waiting_item(-3, paused_on=TODAY)),
        "home_more_time": waiting(decisions=(samples_home.MORE_TIME,)),
        "home_decisions": waiting(waiting_item(0), decisions=decisions),
        "home_many": waiting(*many),
    }
    return {
        **{name: home.home_message(each, FRAMEWORK, TODAY) for name, each in say.items()},
        "home_greeting": home.home_message(waiting(waiting_item(26)), FRAMEWORK, TODAY, greeting=True),
        **samples_home.homes(),
    }


def receipts() -> dict[str, Message]:
    """What takes the place of a form, and what stale or strange presses get."""
    at = datetime(2026, 12, 3, 14, 5, tzinfo=UTC)
    return {
        "receipt": learning_space.receipt_message(learning_space.Receipt(REFERENCE, at), FRAMEWORK),
        "receipt_typed": learning_space.receipt_message(
            learning_space.Receipt(REFERENCE, at, answered="typed"), FRAMEWORK
        ),
        "receipt_by_email": learning_space.receipt_message(
            learning_space.Receipt(REFERENCE, at, answered="by_email", take_back=True), FRAMEWORK
        ),
        "receipt_red_route": learning_space.receipt_message(
            learning_space.Receipt(REFERENCE, at, red_route=True), FRAMEWORK
        ),
        "already": learning_space.already_message(REFERENCE, at, FRAMEWORK),
        "already_other": learning_space.already_message(
            REFERENCE, at, FRAMEWORK, by_name="Gethin Gorsedale", yours=False
        ),
        "saved": learning_space.saved_message(item(), TODAY),
        "saved_paused": learning_space.saved_message(item(paused_on=TODAY), TODAY),
        "saved_paused_late": learning_space.saved_message(
            item(due_on=TODAY - timedelta(days=3), paused_on=TODAY), TODAY
        ),
        "withdrawn": learning_space.withdrawn_message(REFERENCE),
        "not_yours": learning_space.not_yours_message(),
        "not_yours_named": with_helper(learning_space.not_yours_message(), HELPER),
        "not_yours_mailbox": with_helper(learning_space.not_yours_message(), Helper(mailbox=HELPER.mailbox)),
        "help_named": with_helper(front_door.help_message(["team_manager"]), HELPER),
        "acknowledged": news.acknowledged_message(REFERENCE, AUDITOR, yours=True),
        "acknowledged_other": news.acknowledged_message(REFERENCE, "Leila Coldharrow", yours=False),
    }


def doors() -> dict[str, Message]:
    """Answers to plain words."""
    typed = {
        "words": "tell me a joke",
        "nothing": "👍",
        "which_month": "allocate",
        "month_alone": "december",
        "half_reference": "LS-2026",
        "no_such_quarter": "open LS-9999Q9-999",
        "answer": "the visits were regular and the plan was clear " * 6,
        "details": "his mum lives at PR1 2AB",
        "choice": "yes",
        "command": "lsit",
    }
    return {
        "welcome": front_door.welcome_message(["team_manager"]),
        "welcome_practitioner": front_door.welcome_message(["practitioner"]),
        "help": front_door.help_message(["team_manager"]),
        "help_qa_lead": front_door.help_message(["qa_lead"]),
        "help_qa_officer": front_door.help_message(["qa_officer"]),
        "help_senior_manager": front_door.help_message(["senior_manager"]),
        "help_practitioner": front_door.help_message(["practitioner"]),
        "thanks": front_door.thanks_message(),
        "unknown_person": front_door.unknown_person_message(),
        "unknown_person_mailbox": front_door.unknown_person_message(HELPER.mailbox),
        "sorry": front_door.sorry_message(),
        "private_only": private_only_message(),
        **{f"confused_{name}": front_door.confused_message(understand(text, TODAY)) for name, text in typed.items()},
        **sample_together.notices(),
    }


@cache
def messages() -> dict[str, Message]:
    """Every message, by name."""
    return {
        **notices(),
        **samples_loop.loop_forms(),
        **samples_loop.loop_receipts(),
        **forms(),
        **homes(),
        **samples_home.lives(),
        **samples_home.searches(),
        **receipts(),
        **doors(),
        **allocations(),
        **more_time_cards(),
        **sample_moderations.cards(),
        **samples_typed.typed_messages(),
        **sample_actions.cards(),
        **people_samples.cards(),
        **sample_kept.cards(),
        **sample_leavers.cards(),
        **sample_exports.cards(),
        **sample_together.cards(),
        **samples_mail.messages(),
    }


def cards() -> dict[str, dict[str, Any]]:
    """Every card the product can produce, by name."""
    return {name: message.card for name, message in messages().items() if message.card}


def allocations() -> dict[str, Message]:
    """The QA lead's month."""
    references = tuple(f"LS-2026Q3-{n:03}" for n in range(41, 79))
    reasons = sorted(allocation.REASONS)
    crowd = tuple(
        Unserved(f"TM-{n:03}", reasons[n % len(reasons)], UNSERVED[2].detail, f"Team Manager, Team {n}")
        for n in range(160)
    )
    approved = AllocationOutcome("a" * 32, references, ALLOCATED, DUE, False)
    return {
        "proposal": allocation.proposal_message(proposal(), FRAMEWORK),
        "proposal_all_served": allocation.proposal_message(proposal(()), FRAMEWORK),
        "proposal_preview": allocation.proposal_message(proposal(run_id=""), FRAMEWORK),
        "proposal_many_exceptions": allocation.proposal_message(proposal(crowd), FRAMEWORK),
        "approved": allocation.approved_message(approved, ALLOCATED),
        "approved_ahead": allocation.approved_message(replace(approved, different=2), date(2026, 11, 26)),
        "approved_again": allocation.approved_message(replace(approved, already=True), ALLOCATED),
        "not_now": allocation.not_now_message(date(2026, 12, 1)),
        "not_the_qa_lead": allocation.not_the_qa_lead_message(),
        "overtaken": allocation.overtaken_message(given_out(), FRAMEWORK),
        "settled_proposal": allocation.settled_message(),
        "given_out": allocation.proposal_message(given_out(), FRAMEWORK),
        "month_past": allocation.month_past_message(None, FRAMEWORK, ALLOCATED),
        "month_past_late": allocation.month_past_message(date(2026, 11, 1), FRAMEWORK, ALLOCATED),
        "form_month_past_no_reason": allocation.month_past_message(
            date(2026, 11, 1), FRAMEWORK, ALLOCATED, said="x", wrong=True
        ),
        "month_far": allocation.month_far_message(),
    }
