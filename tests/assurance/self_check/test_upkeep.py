"""A round of verify on a database damaged on purpose: each damage is found, put right where that is safe, and said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from assurance.self_check import upkeep
from assurance.self_check.mend import VERIFY
from assurance.self_check.upkeep import Noted
from assurance.self_check.verify import Place, look, verify
from storage.casework import findings, learning_spaces, loops, moderations, red_flags
from storage.casework.findings import GONE, MENDED, WRONG
from storage.casework.learning_spaces import LearningSpace
from storage.council import heartbeats, history
from storage.engine.database import Database, Session
from storage.schema import tables
from tests.assurance.forms_filled import save
from tests.councils import HEAD, QA_LEAD, SENIOR_MANAGER, TEAM_MANAGER
from tests.journeys.living_council import LivingCouncil, london, nine
from tests.journeys.moderating import moderation_of, returned

ALLOCATED = date(2026, 1, 5)  # due Monday 2 February


@pytest.fixture
def council(database: Database) -> LivingCouncil:
    """The small council, on SQLite and on PostgreSQL: damage is done to real rows of both."""
    return LivingCouncil(database, now=london("2026-01-05 10:00"))


def a_round(council: LivingCouncil) -> Noted:
    """What the service's second timer does, every five minutes."""
    began, place, total = council.now, Place(), Noted()
    while True:
        found = council.database.read_now(look, council.framework, place, most=3, now=council.now)
        noted = council.database.write_now(
            upkeep.note, council.framework, found.findings, part=upkeep.WORK, now=council.now
        )
        total = Noted(total.mended + noted.mended, total.wrong + noted.wrong)
        if found.place is None:
            council.database.write_now(upkeep.end_round, council.framework, began=began, total=total, now=council.now)
            return total
        place = found.place


def told(council: LivingCouncil) -> LearningSpace:
    """A learning space its auditor was told of, as approving an allocation does."""
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)

    def announced(session: Session) -> None:
        from assurance.notify.tell import announce
        from storage.council import establishment
        from storage.outbox import notices

        current = establishment.current(session)
        notices.add(session, announce(council.framework, current, "E1", item, now=council.now), at=council.now)

    council.database.write_now(announced)
    council.dispatch()
    return item


def later(council: LivingCouncil, minutes: int = 6) -> None:
    """Some minutes on, the sweep having looked."""
    council.now += timedelta(minutes=minutes)
    council.when_the_service_looks()


def damage(council: LivingCouncil, statement: sa.Executable) -> None:
    council.database.write_now(lambda session: session.execute(statement))


def wrong(council: LivingCouncil) -> list[tuple[str, str]]:
    return [(row.kind, row.subject) for row in council.database.read_now(findings.wrong)]


def state(council: LivingCouncil, kind: str, subject: str, about: str) -> str:
    row = council.database.read_now(findings.find, kind, subject, about)
    assert row is not None
    return row.state


def all_is_well(council: LivingCouncil) -> bool:
    return council.database.read_now(verify, council.framework, now=council.now) == []


# -- what is put back -------------------------------------------------------------------------------------------------


def test_nothing_is_mended_and_nobody_hears_where_nothing_is_wrong(council: LivingCouncil) -> None:
    told(council)
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 4))
    council.now += timedelta(minutes=1)
    council.when_the_service_looks()
    assert a_round(council) == Noted()
    assert council.told(event="E77") == {}
    assert wrong(council) == []


def test_a_lost_next_step_is_set_again_and_the_sweep_judges_what_was_missed(council: LivingCouncil) -> None:
    item = told(council)
    council.database.write_now(learning_spaces.update, item.reference, next_step_at=None)
    council.when_the_service_looks(nine(date(2026, 1, 26)) + timedelta(minutes=6))
    assert council.told(step="-7") == {}
    assert a_round(council).mended == 1
    council.when_the_service_looks()
    assert council.told(step="-7") == {TEAM_MANAGER: "auditor"}
    later(council)
    assert a_round(council) == Noted()
    assert all_is_well(council)


def test_a_lost_escalation_is_said_to_the_one_who_was_left_out_and_to_nobody_twice(council: LivingCouncil) -> None:
    item = told(council)
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 4))
    row = tables.notices.c
    damage(
        council,
        sa.delete(tables.notices).where(row.subject == item.reference, row.step == "+2", row.recipient == HEAD),
    )
    before = len([one for one in council.said if one.step == "+2"])
    council.now = london("2026-02-05 10:00")
    council.when_the_service_looks()
    assert a_round(council).mended == 1
    again = [one for one in council.dispatch() if one.step == "+2"]
    assert [(one.person, one.roles) for one in again] == [(HEAD, "head_of_service")]
    assert again[0].facts["days_late"] == 3
    assert len([one for one in council.said if one.step == "+2"]) == before + 1
    assert all_is_well(council)


def test_a_step_that_left_no_trace_at_all_is_judged_again(council: LivingCouncil) -> None:
    item = told(council)
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 4))
    row = tables.notices.c
    damage(council, sa.delete(tables.notices).where(row.subject == item.reference, row.step == "+2"))
    council.when_the_service_looks(london("2026-02-05 10:00"))
    council.said.clear()
    assert a_round(council).mended == 1
    council.when_the_service_looks()
    assert set(council.told(step="+2")) == {TEAM_MANAGER, SENIOR_MANAGER, HEAD}
    assert all_is_well(council)


def test_a_lost_step_a_later_one_has_spoken_for_is_kept_and_not_sent(council: LivingCouncil) -> None:
    item = told(council)
    council.when_days_pass(date(2026, 2, 2), date(2026, 2, 9))
    row = tables.notices.c
    damage(council, sa.delete(tables.notices).where(row.subject == item.reference, row.step == "+2"))
    later(council)
    council.said.clear()
    assert a_round(council).mended == 1
    later(council)
    assert council.told(step="+2") == {}
    kept = {one.recipient: one.state for one in council.notices_about(item.reference) if one.step == "+2"}
    assert kept == {TEAM_MANAGER: "recorded", SENIOR_MANAGER: "recorded", HEAD: "recorded"}
    assert all_is_well(council)


def test_somebody_never_told_of_their_learning_space_is_told(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=ALLOCATED)
    council.sweep()
    assert a_round(council).mended == 1
    assert [one.person for one in council.dispatch() if one.event == "E1"] == [TEAM_MANAGER]
    assert [(one.actor, one.verb) for one in council.history_of(item.reference)] == [("system:verify", "mended")]
    assert all_is_well(council)


def inadequate(council: LivingCouncil) -> LearningSpace:
    council.now = london("2026-01-20 10:00")
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    council.when_the_service_looks()
    a_round(council)  # the fixture tells nobody of the allocation
    council.when_the_service_looks()
    return item


def test_a_lost_loop_is_opened_and_those_concerned_are_asked(council: LivingCouncil) -> None:
    item = inadequate(council)
    known = council.database.read_now(loops.of_subject, item.reference)
    assert known
    damage(council, sa.delete(tables.notices).where(tables.notices.c.subject == known.reference))
    damage(council, sa.delete(tables.loops))
    later(council)
    council.said.clear()
    assert a_round(council).mended == 1
    later(council)
    loop = council.database.read_now(loops.of_subject, item.reference)
    assert loop
    assert loop.state == "open"
    assert set(council.told(event="E17")) >= {SENIOR_MANAGER, HEAD}
    assert all_is_well(council)


def test_a_lost_moderation_of_an_inadequate_is_selected_again(council: LivingCouncil) -> None:
    item = inadequate(council)
    first = moderation_of(council, item)
    damage(council, sa.delete(tables.moderations))
    later(council)
    assert a_round(council).mended == 1
    again = moderation_of(council, item)
    assert (again.why, again.state) == (first.why, "selected")
    later(council)
    assert all_is_well(council)


def test_a_draw_that_was_lost_is_drawn_again_as_it_was(council: LivingCouncil) -> None:
    council.now = london("2026-01-29 15:10")
    for n in range(1, 8):
        returned(council, allocated=ALLOCATED, case=f"NM-{n:06}")
    council.when_the_service_looks(london("2026-02-01 00:05"))
    a_round(council)
    drawn = {one.subject: one.draw for one in council.database.read_now(moderations.in_states, ("selected",))}
    assert len(drawn) == 2
    damage(council, sa.delete(tables.moderations))
    council.now += timedelta(minutes=10)
    council.when_the_service_looks()
    assert a_round(council).mended == 1
    again = {one.subject: one.draw for one in council.database.read_now(moderations.in_states, ("selected",))}
    assert again == drawn


def test_a_loop_that_lost_its_next_step_goes_on(council: LivingCouncil) -> None:
    item = inadequate(council)
    loop = council.database.read_now(loops.of_subject, item.reference)
    assert loop
    council.database.write_now(loops.update, loop.reference, next_step_at=None)
    later(council)
    assert a_round(council).mended == 1
    found = council.database.read_now(loops.by_reference, loop.reference)
    assert found
    assert found.next_step_at == loop.next_step_at


def test_a_red_flag_that_is_not_asked_about_any_more_is_asked_about_again(council: LivingCouncil) -> None:
    item = told(council)
    council.now = london("2026-01-20 10:00")
    save(council.database, council.framework, item, "meeting", {"immediate_risk": "yes"}, now=council.now)
    council.when_the_service_looks()
    damage(council, sa.update(tables.red_flags).values(next_chase_at=None))
    council.now = london("2026-01-20 15:00")
    council.when_the_service_looks()
    council.said.clear()
    assert a_round(council).mended == 1
    council.when_the_service_looks()
    assert {SENIOR_MANAGER, HEAD, QA_LEAD} <= set(council.told(event="E16"))
    flag = council.database.read_now(red_flags.of, item.reference)
    assert flag
    assert flag.next_chase_at


def test_a_message_about_immediate_risk_that_was_lost_is_sent_at_any_hour(council: LivingCouncil) -> None:
    item = told(council)
    council.now = london("2026-01-20 22:00")
    save(council.database, council.framework, item, "meeting", {"immediate_risk": "yes"}, now=council.now)
    damage(council, sa.delete(tables.notices).where(tables.notices.c.event == "E16"))
    council.sweep()
    assert a_round(council).mended == 1
    assert {one.person for one in council.dispatch() if one.event == "E16"} == {SENIOR_MANAGER, HEAD, QA_LEAD}


# -- what is only said ------------------------------------------------------------------------------------------------


def _too_early(item: LearningSpace) -> sa.Update:
    row = tables.notices.c
    early = london("2026-01-23 09:00")
    return sa.update(tables.notices).where(row.subject == item.reference, row.step == "-7").values(sent_at=early)


def _submitted_without_answers(item: LearningSpace) -> sa.Update:
    return (
        sa.update(tables.allocations)
        .where(tables.allocations.c.reference == item.reference)
        .values(state="submitted", grade="good", submitted_at=london("2026-01-26 10:00"), next_step_at=None)
    )


@pytest.mark.parametrize(
    ("spoil", "kind"), [(_too_early, "unexpected_notice"), (_submitted_without_answers, "missing_answers")]
)
def test_what_nobody_can_put_back_is_only_said(
    council: LivingCouncil, spoil: Callable[[LearningSpace], sa.Update], kind: str
) -> None:
    item = told(council)
    council.when_days_pass(date(2026, 1, 26), date(2026, 1, 26))
    damage(council, spoil(item))
    council.now = london("2026-01-27 10:00")
    council.when_the_service_looks()
    assert a_round(council) == Noted(mended=0, wrong=1)
    assert wrong(council) == [(kind, item.reference)]
    assert [one.message.summary for one in council.dispatch() if one.event == "E77"] == [
        "Something is wrong in what the bot keeps."
    ]
    later(council)
    assert a_round(council) == Noted()
    assert [one for one in council.dispatch() if one.event == "E77"] == []


def test_what_is_not_found_again_has_gone(council: LivingCouncil) -> None:
    item = told(council)
    council.when_days_pass(date(2026, 1, 26), date(2026, 1, 26))
    damage(council, _too_early(item))
    council.now = london("2026-01-27 10:00")
    council.when_the_service_looks()
    a_round(council)
    [row] = council.database.read_now(findings.wrong)
    right = sa.update(tables.notices).where(tables.notices.c.step == "-7").values(sent_at=nine(date(2026, 1, 26)))
    damage(council, right)
    later(council)
    a_round(council)
    assert wrong(council) == []
    assert state(council, row.kind, row.subject, row.about) == GONE


def test_what_comes_back_after_it_was_mended_twice_is_left_to_a_person(council: LivingCouncil) -> None:
    item = told(council)
    states = []
    for _ in range(3):
        council.database.write_now(learning_spaces.update, item.reference, next_step_at=None)
        council.now += timedelta(minutes=5)
        council.sweep()
        a_round(council)
        states.append(state(council, "wrong_next_step", item.reference, "next"))
    assert states == [MENDED, MENDED, WRONG]
    assert council.item(item.reference).next_step_at is None
    assert [one.verb for one in council.history_of(item.reference)].count("mended") == 2


# -- the history itself -----------------------------------------------------------------------------------------------


def check(council: LivingCouncil) -> upkeep.ChainChecked:
    """One look at the history."""
    state = council.database.read_now(upkeep.chain_state)
    checked = council.database.read_now(upkeep.check_chain, state, now=council.now)
    council.database.write_now(upkeep.note_chain, council.framework, checked, now=council.now)
    return checked


def remembered(council: LivingCouncil, rows: int) -> None:
    def write(session: Session) -> None:
        for number in range(rows):
            history.append(session, at=council.now, actor=VERIFY, verb="counted", subject=f"row {number}")

    council.database.write_now(write)


def test_the_history_is_checked_whole_once_a_day_and_in_between_only_what_was_added(council: LivingCouncil) -> None:
    remembered(council, 8)
    assert check(council).ended
    damage(council, sa.update(tables.history).where(tables.history.c.seq == 2).values(verb="edited"))
    remembered(council, 2)
    assert check(council).problems == ()
    assert str(council.database.read_now(upkeep.chain_state).fresh).startswith("10:")
    council.now += timedelta(days=1)
    assert check(council).problems == ("History row 2 (edited row 1) was edited.",)
    assert wrong(council) == [("chain_broken", "history")]
    damage(council, sa.update(tables.history).where(tables.history.c.seq == 2).values(verb="counted"))
    council.now += timedelta(days=1)
    assert check(council).ended
    assert wrong(council) == []


def test_a_row_taken_off_the_end_or_added_unsealed_is_seen_at_the_next_look(council: LivingCouncil) -> None:
    remembered(council, 5)
    check(council)
    remembered(council, 3)
    damage(council, sa.delete(tables.history).where(tables.history.c.seq >= 7))
    assert "History rows 7 to 8 were removed from the end." in check(council).problems
    assert check(council).problems


def test_a_long_history_is_checked_in_portions(council: LivingCouncil, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "CHAIN_STEPS", 4)
    remembered(council, 10)
    looks = [check(council) for _ in range(3)]
    assert [(one.state.fresh.seq, one.behind) for one in looks] == [(4, True), (8, True), (10, False)]
    assert [one.ended for one in looks] == [False, False, True]


# -- when it looks ----------------------------------------------------------------------------------------------------


def test_it_looks_only_when_the_sweep_has_caught_up(council: LivingCouncil) -> None:
    def may(now: datetime) -> bool:
        return council.database.read_now(upkeep.may_look, now=now, within=timedelta(minutes=1))

    assert not may(council.now)
    told(council)
    council.sweep()
    assert may(council.now)
    assert not may(council.now + timedelta(days=30))
    council.database.write_now(heartbeats.beat, "sweep", council.now, {"held": "The clock has moved."})
    assert not may(council.now)
