"""Sample messages about people: two voices, changes of hands, digests, who cannot be reached; all invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from assurance.learning_space.hand_over import HandedOver
from assurance.learning_space.press_release import Pressed
from assurance.learning_space.read_result import HeaderOnly, NotReleased, Result
from assurance.learning_space.reassign import Reassignment
from assurance.learning_space.reflect import ReflectionView
from assurance.learning_space.reply_to_result import Reply
from assurance.learning_space.take_back import TakenBack
from assurance.learning_space.what_comes_next import WhatComesNext
from dialogs.forms.form_card import review_message
from dialogs.kit.message import Message
from dialogs.learning_space import learning_space, people, people_news, taking_back, two_voices
from dialogs.notices.notices import render
from policy.forms.forms import FormContext, Problem
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
    header,
    view,
)

SENT_IN = datetime(2026, 12, 3, 14, 5, tzinfo=UTC)
WORDS = "I would book the next review before we leave the room."


def _say(event: str, role: str, facts: dict[str, Any], on: date = TODAY) -> Message:
    return render(delivery(event, role, facts, on=on), FRAMEWORK)


def notices() -> dict[str, Message]:
    """What the dispatcher sends."""
    plain = {"reference": REFERENCE, "auditor": AUDITOR, "function": "Family Safeguarding"}
    hands = {**header(TODAY), "from": "Gethin Gorsedale", "to": AUDITOR}
    row = {"function": "Family Safeguarding", "due": 3, "late": 1, "paused": 2, "loops": 1, "actions": 0}
    few = {"function": "MASH", "sent_in": 12, "late": None, "paused": 0, "loops": None, "actions": 7}
    lost = [
        {"who": "Gethin Gorsedale", "why": "blocked", "items": 2},
        {"who": "Senior Manager, Harbour", "why": "vacant", "items": 1},
        {"who": "Leila Coldharrow", "why": "no_account", "items": 1, "actions": 2, "loops": 1},
    ]
    morning = [
        {"event": "E2", "count": 2, "references": [REFERENCE, "LS-2026Q3-015"]},
        {"event": "E15", "count": 1, "references": [REFERENCE]},
        {"event": "E10", "count": 2, "references": [REFERENCE, "LS-2026Q3-015"]},
    ]
    ages = {"new": 2, "older": 1, "oldest": 0}
    own_and_few = {"own": 2, "hidden": "few"}
    return {
        "e2_instead": _say("E2", "practitioner", {**plain, "instead": True}),
        "e4_not_opened": _say("E4", "auditor", header(date(2026, 12, 8)), date(2026, 12, 8)),
        "e5_halfway": _say("E5", "auditor", header(date(2026, 12, 15)), date(2026, 12, 15)),
        "e95_practitioner": _say("E95", "practitioner", plain),
        "e96_auditor": _say("E96", "auditor", plain),
        "e16_again": _say("E16", "head_of_service", {"reference": REFERENCE, "auditor": AUDITOR, "chases": 2}),
        "e18_practitioner": _say("E18", "practitioner", plain),
        "e19_new_holder": _say("E19", "auditor", {**hands, "why": "reassigned", "moved_from": "2026-12-10"}),
        "e19_qa": _say("E19", "qa_lead", {**hands, "why": "inherited"}),
        "e19_vacant": _say("E19", "qa_lead", {**hands, "why": "vacant", "to": ""}),
        "e76_auditor": _say("E76", "auditor", header(TODAY)),
        "e76_practitioner": _say("E76", "practitioner", header(TODAY)),
        "e76_head_of_service": _say("E76", "head_of_service", header(TODAY)),
        "e33_loops": _say("E33", "head_of_service", {"ages": ages, "references": ["CL-2026Q3-003"]}),
        "e33_numbers": _say("E33", "director", {"ages": {"new": None, "older": 0, "oldest": 6}}),
        "e63_week": _say("E63", "senior_manager", {"week": "2026-11-30", "rows": [{**row, "late": own_and_few}]}),
        "e63_with_loops": _say(
            "E63",
            "head_of_service",
            {"week": "2026-11-30", "rows": [row], "loops": {"ages": ages, "references": ["CL-2026Q3-003"]}},
        ),
        "e10_for_the_lead": _say("E10", "qa_lead", {**header(date(2026, 12, 31)), "via": "deputy"}),
        "e64_month": _say("E64", "executive_director", {"month": "2026-11-01", "rows": [few]}),
        "e74_morning": _say("E74", "team_manager", {"lines": morning}),
        "e75_out_of_reach": _say("E75", "qa_lead", {"rows": lost, "more": 0}),
    }


def _reflection(**changes: Any) -> ReflectionView:
    context = FormContext.of(FRAMEWORK, allocated_on=ALLOCATED, today=TODAY)
    shown = ReflectionView(view("meeting").item, AUDITOR, FRAMEWORK.form("reflection"), context, "", kept=False)
    return replace(shown, **changes)


def cards() -> dict[str, Message]:
    """What a press or a typed line is answered with."""
    item = replace(view("meeting").item, grade="good", impact="good", submitted_at=SENT_IN)
    context = FormContext.of(FRAMEWORK, allocated_on=ALLOCATED, today=TODAY)
    result = Result(item, AUDITOR, FRAMEWORK.form("learning_space"), GOOD_ANSWERS, context, WORDS, True, PRACTITIONER)
    low = replace(result, item=replace(item, grade="inadequate", impact="requires_improvement"), reply=WORDS)
    helpers = (("team_manager", "Priya Fernhollow"), ("pdm", "Rosa Ivythwaite"))
    plain_next = WhatComesNext(own=(("AC-2026Q3-031", date(2027, 1, 11)),), others=1, helpers=helpers)
    loop_next = replace(plain_next, loop="CL-2026Q3-003", meets="Tomasz Dunmere", meet_by=date(2026, 12, 24))
    asked = Reassignment(item, "p-other", AUDITOR, "Gethin Gorsedale", "Team Manager, Harbour Team")
    early = NotReleased(REFERENCE, auditor=AUDITOR, on=date(2026, 12, 10))
    header = {"auditor": AUDITOR, "function": "Family Safeguarding", "due_on": "2026-12-29"}
    director = ("opens_a_loop", "recognised", "escalated_to_them", "authorising")
    owed = HeaderOnly(REFERENCE, facts={**header, "days_left": 20}, sent_in=False, opens_when=director)
    late = HeaderOnly(REFERENCE, facts={**header, "days_late": 14}, sent_in=False, opens_when=())
    return {
        "reflection_fresh": two_voices.reflection_message(_reflection()),
        "form_reflection_problem": two_voices.reflection_message(
            _reflection(text="He lives at PR1 2AB.", problem=Problem("identifier:postcode", spans=((12, 19),)))
        ),
        "reflection_kept": two_voices.reflected_message(_reflection(text=WORDS, kept=True)),
        "reflection_too_late": two_voices.grade_is_final_message(REFERENCE),
        "review_reflection": review_message(replace(view("", GOOD_ANSWERS), reflection=WORDS), FRAMEWORK),
        "result_own": two_voices.result_message(replace(result, next=plain_next), FRAMEWORK),
        "result_own_loop": two_voices.result_message(replace(low, next=loop_next), FRAMEWORK),
        "form_result_reply_problem": two_voices.result_message(
            replace(result, next=plain_next),
            FRAMEWORK,
            problem=Problem("identifier:phone"),
            entered="Call 07700 900123.",
        ),
        "result_replied": two_voices.replied_message(Reply(REFERENCE, AUDITOR)),
        "result_reader": two_voices.result_message(replace(result, own=False), FRAMEWORK),
        "result_sent_by_reader": two_voices.result_message(
            replace(result, own=False, case_ref=item.case_ref, sent_by_reader=True), FRAMEWORK
        ),
        "result_header": two_voices.header_only_message(owed, FRAMEWORK, TODAY),
        "result_header_late": two_voices.header_only_message(late, FRAMEWORK, TODAY),
        "result_header_sent_in": two_voices.header_only_message(
            HeaderOnly(REFERENCE, facts=owed.facts, sent_in=True, opens_when=director), FRAMEWORK, TODAY
        ),
        "result_blind": two_voices.blind_message(REFERENCE),
        "result_early": two_voices.not_released_message(early, TODAY),
        "result_none_yet": two_voices.not_released_message(NotReleased(REFERENCE, auditor=AUDITOR, on=None), TODAY),
        "result_not_sent_in": two_voices.not_sent_in_message(REFERENCE),
        "released": two_voices.release_message(Pressed(item, "opens"), FRAMEWORK),
        "released_again": two_voices.release_message(Pressed(replace(item, released_at=SENT_IN), "open"), FRAMEWORK),
        "release_taken_back": two_voices.release_message(Pressed(item, "taken_back"), FRAMEWORK),
        "receipt_release": learning_space.receipt_message(
            learning_space.Receipt(REFERENCE, SENT_IN, token=TOKEN, take_back=True), FRAMEWORK
        ),
        "reassign_asked": people.reassign_message(asked, FRAMEWORK, TODAY),
        "form_reassign_missing": people.reassign_message(asked, FRAMEWORK, TODAY, missing=True),
        "reassigned": people.reassigned_message(HandedOver(item, "p-other", None), "Gethin Gorsedale", TODAY),
        "reassigned_moved": people.reassigned_message(
            HandedOver(item, "p-other", date(2026, 12, 10)), "Gethin Gorsedale", TODAY
        ),
        "reassign_how": people.how_to_reassign_message(REFERENCE),
        "reassign_who": people.no_such_person_message(),
        "reassign_no_post": people.no_post_message(),
        "reassign_too_close": people.too_close_message(),
        "reassign_not_open": people.not_open_message(REFERENCE),
        "take_back_asked": taking_back.take_back_message(item, AUDITOR, FRAMEWORK, TODAY),
        "form_take_back_missing": taking_back.take_back_message(item, AUDITOR, FRAMEWORK, TODAY, missing=True),
        "taken_back": taking_back.taken_back_message(TakenBack(item, 3)),
        "take_back_reaudit": taking_back.reaudit_message("CL-2026Q3-003"),
        "for_qa_lead": people.for_qa_lead_message(),
        "all_in_reach": people_news.out_of_reach_message([]),
    }
