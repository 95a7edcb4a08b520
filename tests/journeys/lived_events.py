"""Situations that make every event of the catalogue happen, lived through the real use-cases and the real sweep.

Each is a function that lives one stretch of a small council's life; `BRINGS` says which events it is the example of.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from assurance.actions.transfer_actions import inherit_actions
from assurance.actions.update_action import update_action
from assurance.after_restore.decide import decide_held
from assurance.common.courier import CourierResult
from assurance.escalation.hold_steps import hold_steps
from assurance.learning_space.reassign import reassign
from assurance.learning_space.release import release
from assurance.learning_space.reply_to_result import reply_to_result
from assurance.loop.loop_close import record_result
from assurance.loop.loop_decide import send_loop_back
from assurance.loop.loop_meeting import book_meeting, call_meeting_off
from assurance.records.export import record_export
from assurance.records.note_framework import note_framework
from assurance.red_route.acknowledge import acknowledge
from assurance.self_check.seal_history import seal_history
from policy.council.actor import Actor
from policy.council.establishment import Cover
from storage.casework import moderations
from storage.contact import inbox
from storage.council import put_back
from storage.council.put_back import PutBack
from tests.assurance.deciding import decide_request
from tests.assurance.forms_filled import save
from tests.councils import (
    HEAD,
    QA_LEAD,
    QA_OFFICER,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    TEAM_MANAGER_SOUTH,
    WORKERS,
    with_cover,
    with_post,
)
from tests.councils import small_council as everyone
from tests.journeys.actions_given import DUE, given_an_action
from tests.journeys.living_council import london
from tests.journeys.living_loops import an_inadequate_one, authorised, loop_of, sent, with_qa
from tests.journeys.moderating import booked, closed, graded, moderation_of, returned, talked
from tests.journeys.watched_council import (
    ALLOCATED,
    WatchedCouncil,
    allocated_in_january,
    asked,
    imported,
    sent_in,
)

# -- a learning space -------------------------------------------------------------------------------------------------


def given_out(council: WatchedCouncil) -> None:
    """The QA lead proposes January and approves it before nine."""
    allocated_in_january(council, at_most=4)
    council.live("2026-01-05", "2026-01-06")


def nobody_to_give_it_to(council: WatchedCouncil) -> None:
    """A post has nobody in it on the day the month is allocated."""
    council.given_the_council_is(with_post(everyone(), "tm-north-1", holder=""))
    allocated_in_january(council)
    council.live("2026-01-05", "2026-01-05")


def left_untouched(council: WatchedCouncil) -> None:
    """Nobody ever opens it. Given on Wednesday 7 January, it is due on Wednesday 4 February."""
    council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 7), case="NM-000010")
    council.live("2026-01-07", "2026-02-19")


def several_left_untouched(council: WatchedCouncil) -> None:
    """Three of one Head of Service's line, all due on Wednesday 4 February; one comes in between two rungs."""
    posts = {"tm-north-1": "NM-000010", "tm-north-2": "NM-000001", "tm-south-1": "NM-000020"}
    items = [
        council.given_a_learning_space(post, allocated_on=date(2026, 1, 7), case=case) for post, case in posts.items()
    ]
    council.live("2026-02-06", "2026-02-09")
    sent_in(council, items[0], "2026-02-09 16:30")
    council.live("2026-02-10", "2026-02-18")


def more_time(council: WatchedCouncil) -> None:
    """One asks for more time and gets it, one does not get it, one asks to be taken off, one hears nothing."""
    posts = {"tm-north-1": True, "tm-north-2": False, "tm-south-1": None}
    items = [
        council.given_a_learning_space(post, allocated_on=ALLOCATED, case=case)
        for post, case in zip(posts, ("NM-000010", "NM-000001", "NM-000020"), strict=True)
    ]
    off = council.given_a_learning_space("sm-north", allocated_on=ALLOCATED, case="NM-000022")
    council.at("2026-01-28 10:30")
    answers = {"reason": "practitioner_away", "new_date": "2026-02-10"}
    made = [asked(council, item, "extension", answers) for item in items]
    made.append(asked(council, off, "exclusion", {"reason": "conflict_of_interest"}))
    council.at("2026-01-29 11:00")
    for one, agree in zip(made, (True, False, None, True), strict=True):
        if agree is not None:
            council.does(HEAD, decide_request, one.request.token, agree=agree)
    council.live("2026-01-30", "2026-02-03")


def held(council: WatchedCouncil) -> None:
    """The QA lead holds the first escalation for two days."""
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.at("2026-02-03 15:10")
    council.does(QA_LEAD, hold_steps, item.token, raw={"reason": "nearly_done", "working_days": "2"})


def sent_in_and_talked_about(council: WatchedCouncil) -> None:
    """Sent in, read of the next morning, released after the talk."""
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    sent_in(council, item, "2026-01-29 15:10")
    council.live("2026-01-30", "2026-01-30")
    council.at("2026-02-02 10:00")
    council.does(item.person, release, item.token)
    council.does(item.practitioner, reply_to_result, item.reference, raw={"reflection": "Thank you. I see it so too."})


def outstanding(council: WatchedCouncil) -> None:
    """Recognised, and released after the talk."""
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    sent_in(council, item, "2026-01-29 15:10", grade="outstanding")
    council.live("2026-01-30", "2026-01-30")
    council.at("2026-02-02 10:00")
    council.does(item.person, release, item.token)


def immediate_risk(council: WatchedCouncil) -> None:
    """Answered yes on a Friday evening; nobody takes it up until the Director has heard."""
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.now = london("2026-01-16 19:20")
    save(council.database, council.framework, item, "meeting", {"immediate_risk": "yes"}, now=council.now)
    council.dispatch()
    for hour in range(8, 14):
        council.at(f"2026-01-19 {hour:02}:59")
        council.at(f"2026-01-19 {hour + 1:02}:00")
    council.does(HEAD, acknowledge, item.reference)
    council.live("2026-01-19", "2026-01-20")


def inadequate(council: WatchedCouncil) -> None:
    """Graded inadequate: closing the loop opens, and a moderator is asked."""
    an_inadequate_one(council)
    council.when_it_stands()


def other_hands(council: WatchedCouncil) -> None:
    """One is given to somebody else, one is inherited, and one is left with nobody."""
    given = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    council.given_a_learning_space("tm-south-1", allocated_on=ALLOCATED, case="NM-000020")
    council.at("2026-01-09 10:00")
    council.does(QA_LEAD, reassign, given.reference, to=TEAM_MANAGER_SOUTH, reason="left")
    after = with_post(with_post(everyone(), "tm-north-1", holder=WORKERS[8]), "tm-south-1", holder="")
    council.at("2026-01-12 11:00")
    imported(council, after)


# -- moderation -------------------------------------------------------------------------------------------------------


def looked_at_again(council: WatchedCouncil) -> None:
    """Inadequate at once, others by chance; a talk nobody books, one that is booked; agreed, changed, not agreed."""
    council.now = london("2026-01-26 10:00")
    at_once = returned(council, allocated=ALLOCATED, case="NM-000010", grade="inadequate")
    council.when_it_stands()
    for number in range(1, 8):
        returned(council, allocated=ALLOCATED, case=f"NM-{number:06}")
    council.live("2026-01-27", "2026-02-02")
    raised = moderation_of(council, at_once)
    drawn = [
        one
        for one in council.database.read_now(moderations.in_states, ["selected"])
        if one.reference != raised.reference
    ]
    council.at("2026-02-03 11:00")
    graded(council, raised, "requires_improvement")
    council.dispatch()
    council.at("2026-02-04 11:00")
    booked(council, raised, date(2026, 2, 6))
    council.dispatch()
    council.at("2026-02-06 15:00")
    talked(council, raised)
    closed(council, raised)
    council.dispatch()
    agreed, disputed = drawn
    for one, second, accepted in ((agreed, "good", "yes"), (disputed, "requires_improvement", "no")):
        graded(council, one, second)
        talked(council, one, accepted=accepted)
        closed(council, one)
        council.dispatch()


def looked_at_too_little(council: WatchedCouncil) -> None:
    """Seven are sent in and nobody looks at any of them again; no talk is ever booked."""
    council.now = london("2026-01-26 10:00")
    for number in range(1, 8):
        returned(council, allocated=ALLOCATED, case=f"NM-{number:06}")
    council.live("2026-02-01", "2026-02-10")
    council.live("2026-02-26", "2026-02-26")
    council.live("2026-03-31", "2026-04-01")


# -- closing the loop -------------------------------------------------------------------------------------------------


def loop_left_alone(council: WatchedCouncil) -> None:
    """Nobody meets, and the form never comes back."""
    _, loop = an_inadequate_one(council)
    council.when_it_stands()
    council.live("2026-01-30", "2026-02-28")
    for weeks in (4, 6, 12):
        day = loop.return_by + timedelta(weeks=weeks)
        council.live(day.isoformat(), (day + timedelta(days=3)).isoformat())


def loop_met(council: WatchedCouncil) -> None:
    """The meeting is booked, moved and called off; the practitioner hears once they may see the result."""
    item, loop = an_inadequate_one(council)
    council.when_it_stands()
    council.at("2026-01-30 10:00")
    council.does(SENIOR_MANAGER, book_meeting, loop.token, raw={"meeting_on": "2026-02-09", "meeting_from": "14:30"})
    council.dispatch()
    council.does(item.person, release, item.token)
    council.live("2026-01-30", "2026-01-31")
    council.at("2026-02-03 11:00")
    council.does(SENIOR_MANAGER, book_meeting, loop.token, raw={"meeting_on": "2026-02-10", "meeting_from": "09:15"})
    council.dispatch()
    council.at("2026-02-05 11:00")
    council.does(SENIOR_MANAGER, call_meeting_off, loop.token)
    council.dispatch()


def loop_decided_slowly(council: WatchedCouncil) -> None:
    """The form waits for its authorisation, is sent back, comes again, and is authorised."""
    _, loop = an_inadequate_one(council)
    loop = sent(council, loop, at=london("2026-02-04 16:00"))
    council.dispatch()
    council.live("2026-02-05", "2026-02-12")
    council.at("2026-02-13 10:00")
    council.does(HEAD, send_loop_back, loop.token, reason="Please say what the team took from it.")
    loop = sent(council, loop_of(council, loop.reference), at=london("2026-02-16 10:00"))
    council.dispatch()
    council.at("2026-02-17 09:30")
    authorised(council, loop, at=council.now)
    council.dispatch()


def proof_after_three_months(council: WatchedCouncil) -> None:
    """Three months later another learning space for the same practitioner, and what it showed."""
    loop = with_qa(council)
    council.dispatch()
    council.live("2026-04-19", "2026-04-21")
    council.live("2026-05-10", "2026-05-12")
    loop = loop_of(council, loop.reference)
    newer = council.item(loop.reaudit_reference)
    sent_in(council, newer, "2026-05-20 14:00", date_held="2026-05-18", action_1_by="2026-06-15")
    council.at("2026-05-21 10:00")
    council.does(QA_LEAD, record_result, loop.token, result="embedded")
    council.live("2026-05-27", "2026-05-29")


# -- actions ----------------------------------------------------------------------------------------------------------


def action_left_alone(council: WatchedCouncil) -> None:
    """Set on Wednesday 4 March, due on 1 April, never done."""
    given_an_action(council)
    council.dispatch()
    for after in (-7, 0, 7, 14, 28, 42, 84):
        day = DUE + timedelta(days=after)
        council.live(day.isoformat(), (day + timedelta(days=4 if after == 14 else 0)).isoformat())


def several_actions_left_alone(council: WatchedCouncil) -> None:
    """Four actions of one owner, due on the same day."""
    for _ in range(4):
        given_an_action(council)
    council.dispatch()
    for after in (0, 7):
        day = (DUE + timedelta(days=after)).isoformat()
        council.live(day, day)


def action_done_without_evidence(council: WatchedCouncil) -> None:
    """Its owner says that it is done, and not where that can be seen."""
    action = given_an_action(council)
    council.dispatch()
    council.at("2026-03-24 15:00")
    council.does(action.owner, update_action, action.token, raw={"update": "done"})
    council.at("2026-03-24 15:09")
    council.at("2026-03-24 15:10")


def action_changes_hands(council: WatchedCouncil) -> None:
    """Its owner leaves, and somebody comes after them."""
    given_an_action(council, owner=TEAM_MANAGER)
    council.dispatch()
    before = everyone()
    after = with_post(before, "tm-north-1", holder=WORKERS[5])
    council.at("2026-03-20 11:00")
    council.given_the_council_is(after)
    importer = Actor.system("import")
    council.database.write_now(inherit_actions, council.framework, before, after, actor=importer, now=council.now)
    council.dispatch()


# -- put together, and what goes wrong --------------------------------------------------------------------------------


def weeks_and_months(council: WatchedCouncil) -> None:
    """One is late, one is sent in, a loop is open, an action is overdue: a Monday, and the first of a month."""
    given_an_action(council, due_on=date(2026, 3, 18))
    council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 2, 2), case="NM-000010")
    council.given_a_learning_space("tm-south-1", allocated_on=date(2026, 2, 2), case="NM-000020")
    an_inadequate_one(council, post="tm-north-2", case="NM-000001", at=london("2026-03-05 15:10"))
    council.at("2026-03-06 10:00")
    council.live("2026-03-06", "2026-03-15")
    council.heard.clear()
    council.live("2026-03-16", "2026-04-01")


def out_of_reach(council: WatchedCouncil) -> None:
    """Teams will not take what is for one manager, and there is no other way."""
    council.given_everyone_talks_to_the_bot()
    blocked = CourierResult("never", reason="blocked", channel_state="blocked")
    council.courier.answers[TEAM_MANAGER] = [blocked] * 9
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    council.live("2026-01-26", "2026-01-28")


def another_file(council: WatchedCouncil) -> None:
    """The service is started with the file it knows, and a week later with another."""
    rules = council.framework.learning_space.model_copy(update={"due_days": 35})
    other = council.framework.model_copy(update={"version": "northmoor-2026.2", "learning_space": rules})
    for at, file in (("2026-01-05 08:00", council.framework), ("2026-01-12 20:15", other)):
        council.at(at)
        council.database.write_now(note_framework, file, by="northmoor-admin", now=council.now)
    council.live("2026-01-12", "2026-01-13")


def taken_out(council: WatchedCouncil) -> None:
    """An officer takes the actions out on a Friday, somebody at the server the history; the lead is away on Tuesday."""
    council.at("2026-01-09 10:00")
    officer, operator = Actor.person(QA_OFFICER), Actor.operator("anna")
    for what, actor in (("actions", officer), ("history", operator)):
        council.database.write_now(
            record_export, council.framework, what, actor=actor, reason="the yearly return", now=council.now
        )
    council.live("2026-01-10", "2026-01-12")
    away = Cover("qa-lead", QA_OFFICER, date(2026, 1, 13), date(2026, 1, 14))
    council.given_the_council_is(with_cover(everyone(), away))
    council.at("2026-01-13 11:00")
    council.database.write_now(
        record_export, council.framework, "loops", actor=operator, reason="the yearly return", now=council.now
    )
    council.live("2026-01-13", "2026-01-14")


def not_given_out(council: WatchedCouncil) -> None:
    """Nobody gives January out."""
    council.given_nobody_gives_the_months_out()
    council.live("2026-01-05", "2026-01-14")


def records_put_back(council: WatchedCouncil) -> None:
    """The records are put back while three messages wait; an hour later the QA lead sends them all the same."""
    council.given_everyone_talks_to_the_bot()
    council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED, case="NM-000010")
    council.now = london("2026-02-04 09:00")
    council.sweep()
    council.database.write_now(put_back.note, PutBack(put_back.RESTORED, council.now))
    council.at("2026-02-04 10:00")
    council.now = london("2026-02-04 11:00")
    council.does(QA_LEAD, decide_held, "all", what="send")


def history_sealed(council: WatchedCouncil) -> None:
    """The history is checked whole every evening; on Tuesday morning an officer reads for the lead, who is away."""
    for day in ("2026-01-09", "2026-01-10", "2026-01-11"):
        council.at(f"{day} 18:00")
        council.database.write_now(seal_history, council.framework, "a key nobody here has", now=council.now)
    council.live("2026-01-12", "2026-01-12")
    away = Cover("qa-lead", QA_OFFICER, date(2026, 1, 13), date(2026, 1, 14))
    council.given_the_council_is(with_cover(everyone(), away))
    council.at("2026-01-13 08:30")
    council.database.write_now(seal_history, council.framework, "a key nobody here has", now=council.now)
    council.live("2026-01-13", "2026-01-13")


def kept_long_enough(council: WatchedCouncil) -> None:
    """What came in in January has been kept long enough when June begins."""
    sent_in(council, council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED), "2026-01-29 15:10")
    council.database.write_now(inbox.remember, "teams", "activity-1", at=council.now, person=QA_LEAD)
    council.now = london("2026-06-01 09:00")
    council.sweep(confirm=True)
    council.dispatch()


Situation = Callable[[WatchedCouncil], None]

BRINGS: dict[Situation, tuple[str, ...]] = {
    given_out: ("E1", "E2", "E3"),
    nobody_to_give_it_to: ("E20",),
    left_untouched: ("E4", "E5", "E6", "E7", "E10", "E11", "E12", "E13"),
    several_left_untouched: ("E87",),
    more_time: ("E8", "E9"),
    held: ("E14",),
    sent_in_and_talked_about: ("E15", "E95", "E96"),
    immediate_risk: ("E16",),
    inadequate: ("E17",),
    outstanding: ("E18",),
    other_hands: ("E19",),
    looked_at_again: ("E21", "E23", "E24"),
    looked_at_too_little: ("E22", "E25"),
    loop_left_alone: ("E26", "E27"),
    loop_met: ("E98",),
    loop_decided_slowly: ("E28", "E29", "E30"),
    proof_after_three_months: ("E31", "E32"),
    several_actions_left_alone: ("E88",),
    action_left_alone: ("E34", "E35", "E36", "E37", "E38", "E39"),
    action_done_without_evidence: ("E40",),
    action_changes_hands: ("E41",),
    weeks_and_months: ("E33", "E63", "E64"),
    out_of_reach: ("E65",),
    another_file: ("E66",),
    taken_out: ("E86",),
    records_put_back: ("E89",),
    history_sealed: ("E90",),
    not_given_out: ("E93", "E94"),
    kept_long_enough: ("E67",),
}
"""Which events each situation is the example of."""
