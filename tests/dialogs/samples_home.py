"""Home cards of each role, living cards in every state, and what a search finds; all invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from assurance.cards.how_it_stands import Begun, Present
from assurance.common.decision import Decision
from assurance.home.console import KINDS, Waits
from assurance.home.home_own_work import OwnWork
from assurance.home.home_state import AreaState, FunctionState
from assurance.home.search import Hit, SearchResult
from assurance.home.waiting import Waiting
from assurance.more_time.decide_more_time import RequestView
from dialogs.home import home, search
from dialogs.kit.message import Message
from dialogs.notices import living
from policy.calendar.calendar import Calendar
from policy.council.small_numbers import Said
from policy.lifecycle.ladder import what_happens
from storage.casework.more_time import Request
from tests.dialogs.sample_facts import AUDITOR, DUE, FRAMEWORK, REFERENCE, TODAY, TOKEN, item, waiting, waiting_item

AT = datetime(2026, 12, 3, 14, 5, tzinfo=UTC)
HEAD = "Leila Coldharrow"
LOOP, ACTION, SECOND = "CL-2026Q3-003", "AC-2026Q3-031", "MO-2026Q3-004"

MORE_TIME = Decision(
    "decide_more_time",
    REFERENCE,
    by_when=DUE,
    token="b" * 32,
    who=AUDITOR,
    until=date(2027, 1, 7),
    because="meeting_moved",
    asks="extension",
)
TAKEN_OFF = replace(
    MORE_TIME, reference="LS-2026Q3-018", token="c" * 32, until=None, because="conflict_of_interest", asks="exclusion"
)
NEW_DATE = Decision(
    "agree_action_date",
    ACTION,
    by_when=date(2027, 1, 14),
    token="e" * 32,
    who="Gethin Gorsedale",
    until=date(2027, 1, 14),
)
FEW = Said(0, "few")


def _functions(*rows: tuple[str, int | None, int | None, int | None]) -> tuple[FunctionState, ...]:
    """One row a function; None is a few of others."""
    return tuple(
        FunctionState(function, *(FEW if number is None else Said(number) for number in numbers))
        for function, *numbers in rows
    )


FUNCTIONS = _functions(
    ("MASH", 7, 2, 0),
    ("Duty and Assessment", 12, 1, 0),
    ("Contextual Safeguarding", 3, 0, 0),
    ("Family Safeguarding", 21, 6, 0),
    ("Children in our Care", 9, 0, 4),
    ("Leaving Care", 5, 2, 0),
    ("Children with Disabilities", 3, 1, 0),
    ("Safeguarding and Review", 14, 0, 0),
)
SMALL = (
    *_functions(("Family Safeguarding", 21, 6, 0), ("Contextual Safeguarding", None, 0, 0)),
    FunctionState("Children in our Care", Said(9), Said(1, "few"), FEW),
)
QUIET_DAY = tuple(Waits(kind, 0) for kind in KINDS)
DAY = tuple(Waits(kind, count) for kind, count in zip(KINDS, (1, 3, 4, 35, 6, 2, 1), strict=False))
WHOLE_DAY = (*DAY, Waits("unclear_emails", 2), Waits("findings", 1))


def homes() -> dict[str, Message]:
    """The home card for each role."""
    own = (
        OwnWork("LS-2026Q3-033", AUDITOR, DUE, opened=False),
        OwnWork("LS-2026Q3-007", "Gethin Gorsedale", date(2026, 10, 30), opened=True),
    )
    nobody = waiting()
    authorise = Decision("authorise_loop", LOOP, token="d" * 32)
    many = tuple(replace(MORE_TIME, reference=f"LS-2026Q3-{n:03}", token=f"{n:032x}") for n in range(2, 11))
    function = AreaState(_functions(("Family Safeguarding", 18, 3, 1)))
    say: dict[str, Waiting] = {
        "home_head_one": waiting(decisions=(replace(MORE_TIME, has_note=True),)),
        "home_head": replace(waiting(waiting_item(12), decisions=(MORE_TIME, TAKEN_OFF, authorise)), state=function),
        "home_head_many": replace(waiting(decisions=many), state=function),
        "home_action_date": waiting(decisions=(NEW_DATE, replace(NEW_DATE, who=""))),
        "home_head_flag": waiting(decisions=(Decision("acknowledge_red_flag", "LS-2026Q3-031"), MORE_TIME)),
        "home_late_all_told": waiting(waiting_item(-94)),
        "home_senior_manager": replace(waiting(waiting_item(9)), state=function),
        "home_senior_manager_late": replace(nobody, state=function),
        "home_owner": replace(nobody, later=(Decision("actions_later", ACTION, by_when=date(2027, 1, 14), count=1),)),
        "home_to_talk": replace(
            waiting(decisions=(Decision("actions_due", ACTION, by_when=TODAY, count=2),)),
            later=(
                Decision("talk_through", REFERENCE, by_when=date(2026, 12, 8), token=TOKEN),
                Decision("actions_later", ACTION, by_when=date(2027, 1, 14), count=3),
            ),
        ),
        "home_senior_manager_none_open": replace(waiting(recent=1), state=AreaState(())),
        "home_director": replace(nobody, state=AreaState(FUNCTIONS, FRAMEWORK.digests.hide_below)),
        "home_executive": replace(nobody, state=AreaState(SMALL, FRAMEWORK.digests.hide_below)),
        "home_qa_lead": replace(
            waiting(decisions=(Decision("approve_allocation", "a" * 32, month=date(2026, 12, 1)),)), console=WHOLE_DAY
        ),
        "home_qa_lead_day": replace(nobody, console=DAY),
        "home_qa_lead_quiet": replace(nobody, console=QUIET_DAY),
        "home_qa_lead_late": replace(
            nobody, console=tuple(replace(one, count=35 * (one.kind == "late_all_told")) for one in QUIET_DAY)
        ),
        "home_practitioner": replace(nobody, own_work=own),
        "home_practitioner_many": replace(
            nobody, own_work=(*own, *(replace(own[0], reference=f"LS-2026Q3-{n:03}") for n in range(51, 55)))
        ),
    }
    return {name: home.home_message(each, FRAMEWORK, TODAY) for name, each in say.items()}


def lives() -> dict[str, Message]:
    """Living cards, in every state they can stand in."""
    calendar = Calendar.of(FRAMEWORK)
    rungs = tuple(what_happens(FRAMEWORK.ladder("learning_space"), DUE, calendar, FRAMEWORK, "team_manager"))
    request = Request("b" * 32, REFERENCE, "extension", "meeting_moved", "", date(2027, 1, 7), "p-manager", AT)
    to_do = Present(
        "to_do",
        REFERENCE,
        "allocated",
        TOKEN,
        function="Family Safeguarding",
        due_on=DUE,
        rungs=rungs,
        finished=False,
    )
    header = Present("header", REFERENCE, "allocated", who=AUDITOR, function="Family Safeguarding", due_on=DUE)
    sent = Present("sent_in", REFERENCE, "submitted", at=AT, yours=True)
    settled = Present("settled", REFERENCE, "agreed", by=HEAD, at=AT)
    found: dict[str, Present] = {
        "to_do": to_do,
        "to_do_begun": replace(to_do, state="opened", begun=Begun(AT, 3, 8)),
        "to_do_late": replace(to_do, late=True, rungs=rungs[1:]),
        "to_do_paused": replace(to_do, paused=True),
        "to_do_asked": replace(to_do, asked=True),
        "to_correct": Present("to_correct", REFERENCE, "submitted", TOKEN, due_on=DUE, begun=Begun(AT, 2, 8)),
        "sent_in": sent,
        "sent_in_to_release": replace(sent, token=TOKEN),
        "sent_in_by_another": replace(sent, yours=False, by="Gethin Gorsedale"),
        "withdrawn": Present("withdrawn", REFERENCE, "withdrawn"),
        "with_someone_else": Present("with_someone_else", REFERENCE),
        "own_chosen": Present("own_work", REFERENCE, "allocated", who=AUDITOR),
        "own_between": Present("own_work", REFERENCE, "submitted", who=AUDITOR),
        "own_opened": Present("own_work", REFERENCE, "opened", who=AUDITOR),
        "own_withdrawn": Present("own_work", REFERENCE, "withdrawn", who=AUDITOR),
        "taken_up": Present("taken_up", REFERENCE, by=HEAD, at=AT),
        "taken_up_by_you": Present("taken_up", REFERENCE, yours=True, at=AT),
        "to_decide": Present(
            "to_decide", REFERENCE, "asked", "b" * 32, request=RequestView(item(), request, AUDITOR), finished=False
        ),
        "to_decide_note": Present(
            "to_decide",
            REFERENCE,
            "asked",
            "b" * 32,
            request=RequestView(item(), replace(request, note="The room is not free before then."), AUDITOR),
            finished=False,
        ),
        "settled": settled,
        "settled_by_you": replace(settled, by="", yours=True, state="declined"),
        "settled_by_time": replace(settled, by="", state="expired"),
        "settled_by_the_form": replace(settled, by="", state="form_is_in"),
        "settled_by_its_end": replace(settled, by="", state="ended", at=None),
        "with_another_decider": Present("with_another_decider", REFERENCE, "asked"),
        "header": header,
        "header_late": replace(header, late=True),
        "header_paused": replace(header, late=True, paused=True),
        "header_sent_in": replace(header, state="submitted", at=AT),
        "header_withdrawn": replace(header, state="withdrawn"),
        "action_open": Present("action", ACTION, "blocked", "e" * 32, who=AUDITOR, due_on=DUE),
        "action_late": Present("action", ACTION, "open", "e" * 32, yours=True, due_on=DUE, late=True),
        "action_done": Present("action", ACTION, "done", "e" * 32, yours=True, due_on=DUE, at=AT),
        "older": Present("older", REFERENCE, finished=False),
    }
    for state in living.LOOPS:
        waits = DUE if state in ("open", "met", "returned_for_change") else None
        by = HEAD if state in ("authorised", "with_qa", "re_audit_due") else ""
        token = "" if state == "closed" else "d" * 32
        at = None if waits else AT
        found[f"loop_{state}"] = Present("loop", LOOP, state, token, due_on=waits, by=by, at=at)
    found["loop_by_you"] = Present("loop", LOOP, "submitted", "d" * 32, yours=True, at=AT)
    for state in living.SECOND_LOOKS:
        at = AT if state == "closed" else None
        found[f"second_{state}"] = Present("second_look", SECOND, state, "" if at else "f" * 32, who=HEAD, at=at)
    return {f"living_{name}": living.present_message(each, FRAMEWORK, TODAY) for name, each in found.items()}


def searches() -> dict[str, Message]:
    """What a search finds."""
    hit = Hit(
        REFERENCE,
        "opened",
        AUDITOR,
        "Team Manager, Harbour Team",
        "Family Safeguarding",
        DUE,
        26,
    )
    late = replace(hit, reference="LS-2026Q3-019", due_on=TODAY - timedelta(days=3), days_left=-3)
    sent = replace(hit, reference="LS-2026Q3-011", state="submitted", due_on=TODAY, days_left=0)
    others = (
        Hit(ACTION, "in_progress", AUDITOR, due_on=DUE, days_left=26, token="e" * 32),
        Hit(LOOP, "submitted", "", token="d" * 32),
        Hit(LOOP, "met", "", due_on=DUE, days_left=26, token="d" * 32),
        Hit(SECOND, "graded", HEAD, token="f" * 32),
        replace(hit, token=TOKEN),
    )
    titles = ("Team Manager, Harbour Team", "Team Manager, Duty Team 2", "Senior Manager North", "IRO 2")
    many = tuple(replace(hit, reference=f"LS-2026Q3-{n:03}") for n in range(21, 29))
    found = {
        "posts": SearchResult((late, hit, sent), matched=titles[:1]),
        "many": SearchResult(many, more=23, matched=titles, said="harbour team"),
        "many_last": SearchResult(many[:3], before=8, matched=titles),
        "nothing": SearchResult(()),
        "nothing_by_reference": SearchResult((), by_reference=True),
    }
    for number, one in enumerate(others):
        found[f"reference_{number}"] = SearchResult((one,), by_reference=True)
    said = {f"search_{name}": search.search_message(each, TODAY) for name, each in found.items()}
    return {**said, "search_for_what": search.search_message(SearchResult(()), TODAY, asked=False)}
