"""Every message about more time, holds and pauses, with invented people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from assurance.common.more_time_refusals import (
    AskedAlready,
    DecidedAlready,
    ExtendedAlready,
    FreezeStands,
    HeldAlready,
    NoLaterDate,
    TooLateToAsk,
)
from assurance.escalation.freeze import Frozen
from assurance.escalation.hold_step import HoldMade
from assurance.escalation.hold_steps import HoldsMade, LeftOut
from assurance.escalation.preview import MOST_COPIED, MOST_LISTED, Coming, Preview
from assurance.escalation.preview import as_facts as preview_facts
from assurance.more_time.ask_more_time import Asked, RequestForm
from assurance.more_time.decide_more_time import DecisionMade, Declining, RequestView
from assurance.more_time.take_decision_back import DecisionTakenBack
from dialogs.kit.message import Message
from dialogs.more_time import deciding, discretion, more_time
from dialogs.notices.notices import render
from policy.calendar.pauses import FREEZE, PRACTICE_WEEK, Pause
from policy.forms.forms import FormContext, Problem
from storage.casework.more_time import AGREED, DECLINED, Hold, Request
from tests.dialogs.sample_facts import ALLOCATED, AUDITOR, DUE, FRAMEWORK, REFERENCE, TODAY, delivery, header, item

HOSTILE = "**Ann** [a link](http://evil.example) www.evil.example {{DATE(2017-02-14T06:08:39Z)}}"
NEW = date(2027, 1, 8)
BANK_HOLIDAY, SATURDAY = date(2027, 1, 1), date(2027, 1, 2)
AT = datetime(2026, 12, 3, 14, 5, tzinfo=UTC)
REQUEST = Request(
    "b" * 32, REFERENCE, "extension", "practitioner_away", "The room is not free before then.", NEW, "p-1", AT
)
EXCLUSION = replace(REQUEST, kind="exclusion", reason="conflict_of_interest", new_due_on=None, note="")


def made(request: Request, state: str, due_on: date) -> DecisionMade:
    """A decision that can still be taken back."""
    return DecisionMade(item(), replace(request, state=state), due_on, take_back=True)


HOLD = Hold(REFERENCE, "+2", date(2027, 1, 5), "nearly_done", "p-qa", AT)


def _form(kind: str, **more: Any) -> RequestForm:
    context = FormContext.of(FRAMEWORK, allocated_on=ALLOCATED, today=TODAY)
    return RequestForm(
        item(), kind, FRAMEWORK.form(kind), context, date(2027, 1, 12), **{"decides": ("head_of_service",), **more}
    )


def coming(count: int = 2, *, can_hold: bool = True) -> tuple[Coming, ...]:
    """Escalations of a day."""
    steps = (("+2", ("senior_manager", "head_of_service")), ("+7", ("director",)))
    return tuple(
        Coming(
            f"LS-2026Q3-{n:03}",
            f"{n:032x}",
            AUDITOR,
            f"Team Manager, Family Safeguarding {n % 3 + 1}",
            "family",
            *steps[n % 2],
            can_hold=can_hold,
        )
        for n in range(count)
    )


def holding(seen: Preview, ticked: discretion.Ticked | None = None) -> discretion.Holding:
    """A page of a preview, with what is ticked on others."""
    ticked = ticked or discretion.Ticked()
    return discretion.Holding(preview_facts(seen, at=ticked.at), len(seen.coming), ticked)


def more_time_notices() -> dict[str, Message]:
    """What the dispatcher sends about it."""

    def say(event: str, role: str, on: date = TODAY, **facts: Any) -> Message:
        return render(delivery(event, role, {**header(on), **facts}, on=on), FRAMEWORK)

    asked = {"kind": "extension", "reason": "practitioner_away", "new_due_on": NEW.isoformat(), "request": "b" * 32}
    off = {"kind": "exclusion", "reason": "case_unsuitable", "new_due_on": "", "request": "b" * 32}
    by = {"by": "Leila Coldharrow"}
    held = {"step": "+2", "until": "2027-01-05", "reason": "nearly_done", "by": "Ngozi Elmscar"}
    several = {
        "reason": "auditor_away",
        "by": "Ngozi Elmscar",
        "held": [
            {"reference": one.reference, "auditor": one.auditor, "step": one.step, "until": "2027-01-05"}
            for one in coming(3)
        ],
    }
    seen = Preview(date(2026, 12, 31), coming())
    many = Preview(date(2026, 12, 31), coming(41))
    vacant = "The post of Head of Service is vacant and has no deputy."

    def ahead(preview: Preview, part: str) -> Message:
        facts = {
            "day": preview.day.isoformat(),
            "part": part,
            "count": len(preview.coming),
            "coming": preview_facts(preview, most=MOST_COPIED if part == "morning" else MOST_LISTED),
        }
        return render(delivery("E69", "qa_lead", {"reference": "preview", **facts}, on=TODAY), FRAMEWORK)

    return {
        "e8_asked": say("E8", "head_of_service", **asked),
        "e8_asked_note": say("E8", "head_of_service", **asked, has_note=True),
        "e8_asked_deputy": say("E8", "head_of_service", **asked, via="deputy"),
        "e8_asked_vacant": say("E8", "qa_lead", **asked, via="qa_for_vacancy", because=vacant),
        "e8_off": say("E8", "head_of_service", **off),
        "e9_agreed": say("E9", "auditor", **asked, **by, outcome="agreed"),
        "e9_agreed_qa": say("E9", "qa_lead", **asked, **by, outcome="agreed"),
        "e9_declined": say("E9", "auditor", **asked, **by, outcome="declined"),
        "e9_expired": say("E9", "auditor", date(2026, 12, 30), **asked, outcome="expired"),
        "e9_expired_qa": say("E9", "qa_lead", date(2026, 12, 30), **asked, outcome="expired"),
        "e9_off": say("E9", "auditor", **off, **by, outcome="agreed"),
        "e9_off_qa": say("E9", "qa_lead", **off, **by, outcome="agreed"),
        "e14_several": render(delivery("E14", "head_of_service", several, on=TODAY), FRAMEWORK),
        "e14_held": say("E14", "head_of_service", **held),
        "e14_held_qa": say("E14", "qa_lead", **held),
        "e69_afternoon": ahead(seen, "afternoon"),
        "e69_many": ahead(many, "afternoon"),
        "e69_all_held": ahead(replace(seen, coming=coming(can_hold=False)), "afternoon"),
        "e69_morning": ahead(seen, "morning"),
        "e69_morning_many": ahead(many, "morning"),
        "e12_after_a_pause": say("E12", "director", date(2027, 1, 19), days_late=7, paused_days=14, told=["director"]),
    }


def more_time_cards() -> dict[str, Message]:
    """What somebody sees who asks, decides, holds or stops the clock."""
    extended, excluded = _form("extension"), _form("exclusion")
    undecided = _form("extension", decides=())
    wrong = _form(
        "extension",
        answers={"reason": "other", "new_date": "2026-12-20", "note": "She moved to PR1 2AB"},
        problems={
            "new_date": Problem("not_after_due", DUE.isoformat()),
            "note": Problem("identifier:postcode", spans=((13, 20),)),
        },
    )
    seen = Preview(date(2026, 12, 31), coming())
    many, nothing = Preview(date(2026, 12, 31), coming(41)), Preview(date(2026, 12, 31), ())
    second = holding(many, discretion.Ticked(12, ("LS-2026Q3-001", "LS-2026Q3-013")))
    paused = Preview(TODAY, (), Pause(FREEZE, TODAY))
    hostile = Preview(seen.day, (replace(seen.coming[0], auditor=HOSTILE, post="1. [Click](http://evil.example)"),))
    say_preview = discretion.preview_message
    settled = [
        DecidedAlready(REFERENCE, state=state, by_name=name, yours=yours, at=AT)
        for state, name, yours in (
            ("agreed", "Leila Coldharrow", False),
            ("declined", "", True),
            ("expired", "", False),
        )
    ]
    moved = replace(REQUEST, new_due_on=date(2027, 1, 4))
    week = Pause(PRACTICE_WEEK, TODAY, TODAY)
    open_items = (item(), item(reference="LS-2026Q3-027", token="f" * 32))
    return {
        "request_extension": more_time.request_message(extended, FRAMEWORK),
        "request_nobody_above": more_time.request_message(undecided, FRAMEWORK),
        "request_exclusion": more_time.request_message(excluded, FRAMEWORK),
        "request_in_dialog": more_time.request_message(extended, FRAMEWORK, in_dialog=True),
        "form_request_wrong": more_time.request_message(wrong, FRAMEWORK),
        "request_asked": more_time.asked_message(Asked(item(), REQUEST, ("head_of_service",)), FRAMEWORK, TODAY),
        "request_asked_moved": more_time.asked_message(
            Asked(item(), moved, ("head_of_service",), BANK_HOLIDAY), FRAMEWORK, TODAY
        ),
        "request_asked_nobody": more_time.asked_message(Asked(item(), EXCLUSION, ()), FRAMEWORK, TODAY),
        "request_seen": deciding.request_view_message(RequestView(item(), REQUEST, AUDITOR), FRAMEWORK, TODAY),
        "request_seen_moved": deciding.request_view_message(
            RequestView(item(), moved, AUDITOR, SATURDAY), FRAMEWORK, TODAY
        ),
        "request_seen_off": deciding.request_view_message(RequestView(item(), EXCLUSION, AUDITOR), FRAMEWORK, TODAY),
        "form_declined_without_a_word": deciding.declining_message(
            Declining(RequestView(item(), REQUEST, AUDITOR), {"because": " "}, {"because": Problem("required")}),
            FRAMEWORK,
            TODAY,
        ),
        "form_declined_with_details": deciding.declining_message(
            Declining(
                RequestView(item(), REQUEST, AUDITOR),
                {"because": "They live at PR1 2AB"},
                {"because": Problem("identifier:postcode", "PR1 2AB")},
            ),
            FRAMEWORK,
            TODAY,
        ),
        "request_taken_back": deciding.taken_back_message(
            DecisionTakenBack(RequestView(item(), REQUEST, AUDITOR)), FRAMEWORK, TODAY
        ),
        "request_agreed": deciding.decided_message(made(REQUEST, AGREED, NEW), FRAMEWORK, TODAY),
        "request_off": deciding.decided_message(made(EXCLUSION, AGREED, DUE), FRAMEWORK, TODAY),
        "request_declined": deciding.decided_message(made(REQUEST, DECLINED, DUE), FRAMEWORK, TODAY),
        "request_declined_why": deciding.reason_message(
            RequestView(item(), replace(REQUEST, state=DECLINED, because="The quarter ends before it."), "A. Head"),
            TODAY,
        ),
        "request_which": more_time.which_message(open_items, TODAY),
        "request_which_many": more_time.which_message(
            [item(reference=f"LS-2026Q3-{n:03}", token=f"{n:032x}") for n in range(1, 7)], TODAY
        ),
        "request_which_none": more_time.which_message((), TODAY),
        "request_too_late": more_time.too_late_message(TooLateToAsk(REFERENCE, due_on=DUE), date(2026, 12, 30)),
        "request_decided_too_late": more_time.too_late_message(
            TooLateToAsk(REFERENCE, due_on=DUE, deciding=True), date(2026, 12, 30)
        ),
        "request_already": more_time.asked_already_message(AskedAlready(REFERENCE, kind="extension", at=AT), FRAMEWORK),
        "request_once": more_time.extended_already_message(
            ExtendedAlready(REFERENCE, due_on=DUE, token="b" * 32), TODAY
        ),
        "request_no_date": more_time.no_later_date_message(NoLaterDate(REFERENCE, due_on=DUE), TODAY),
        **{f"request_settled_{no.state}": more_time.decided_already_message(no, FRAMEWORK) for no in settled},
        "preview": say_preview(seen, holding(seen), FRAMEWORK, TODAY),
        "preview_second_page": say_preview(many, second, FRAMEWORK, TODAY),
        "preview_hostile": say_preview(hostile, holding(hostile), FRAMEWORK, TODAY),
        "form_preview_choose": say_preview(
            seen,
            replace(holding(seen), problems={"reason": Problem("required")}),
            FRAMEWORK,
            TODAY,
            note=discretion.CHOOSE_ONE,
        ),
        "preview_nothing": say_preview(nothing, holding(nothing), FRAMEWORK, TODAY),
        "preview_paused": say_preview(paused, holding(paused), FRAMEWORK, TODAY),
        "preview_week": say_preview(replace(nothing, day=TODAY, pause=week), holding(nothing), FRAMEWORK, TODAY),
        "hold_one": discretion.hold_one_message(seen, preview_facts(seen)[0], FRAMEWORK, TODAY),
        "hold_of_something_else": discretion.not_held_message("CL-2026Q3-003"),
        "hold_many": discretion.holds_made_message(
            HoldsMade(
                (HoldMade(item(), HOLD), HoldMade(item(reference="LS-2026Q3-027"), replace(HOLD, step="+7"))),
                {REFERENCE: AUDITOR, "LS-2026Q3-027": "Ailsa Fernhollow"},
                (LeftOut("LS-2026Q3-031", "sent_in"), LeftOut("LS-2026Q3-032", "held_already")),
            ),
            FRAMEWORK,
            TODAY,
        ),
        "hold_made": discretion.hold_made_message(HoldMade(item(), HOLD), FRAMEWORK, TODAY),
        "hold_again": discretion.held_already_message(
            HeldAlready(REFERENCE, by_name="Ngozi Elmscar", until=HOLD.until), TODAY
        ),
        "hold_nothing": discretion.nothing_to_hold_message(REFERENCE),
        "hold_not_you": discretion.only_qa_lead_message(),
        "freeze_confirm": discretion.freeze_message(Frozen(None, 0, 31), TODAY),
        "freeze_confirm_week": discretion.freeze_message(Frozen(None, 0, 31, week), TODAY),
        "unfreeze_confirm": discretion.freeze_message(Frozen(TODAY, 0, 31), TODAY),
        "frozen": discretion.frozen_message(Frozen(TODAY, 0, 31)),
        "unfrozen": discretion.unfrozen_message(Frozen(None, 12, 31)),
        "unfrozen_same_day": discretion.unfrozen_message(Frozen(None, 0, 31, week)),
        "freeze_twice": discretion.freeze_stands_message(FreezeStands(TODAY), TODAY),
        "unfreeze_nothing": discretion.no_freeze_message(),
    }
