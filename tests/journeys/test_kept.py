"""Every column has a rule that ends it or a written reason why nothing does, and the purge does what the rules say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from assurance.allocation.approve_allocation import withdraw_allocation
from assurance.allocation.propose_allocation import propose_allocation
from assurance.more_time.ask_more_time import ask
from assurance.records.purge import purge_every_month
from assurance.self_check.verify import verify
from policy.check.loader import load_framework
from policy.council.actor import Actor
from policy.council.establishment import Cover, Establishment, Leave
from policy.framework.rules_kept import RetentionRules
from policy.framework.rules_mail import MailRules
from storage.casework import learning_spaces, more_time
from storage.contact import channels
from storage.contact.channels import ChannelState
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.database import Database, Session
from storage.schema import tables
from storage.schema.kept import KEPT, Ends, Passes, Stays
from tests.assurance.deciding import decide_request
from tests.councils import HEAD, QA_LEAD, TEAM_MANAGER_2, small_council, with_cover, with_leave
from tests.journeys.living_council import LivingCouncil, london
from tests.journeys.moderating import moderated, returned

ALLOCATED = date(2026, 1, 5)
TO_THE_LAST = london("2046-02-01 10:00")


# -- the list and the schema ------------------------------------------------------------------------------------------


def test_every_column_has_a_rule_or_a_reason_and_no_rule_is_for_a_column_that_is_gone() -> None:
    there = {table.name: {column.name for column in table.columns} for table in tables.metadata.sorted_tables}
    assert {name: set(rules) for name, rules in KEPT.items()} == there


def test_every_key_a_rule_names_is_in_the_framework_file_and_every_key_there_ends_something() -> None:
    named = {rule.key for rules in KEPT.values() for rule in rules.values() if isinstance(rule, Ends)}
    keys = set(RetentionRules.model_fields) - {"source"}
    assert named <= keys | set(MailRules.model_fields)
    assert keys <= named
    assert load_framework().retention.records_years >= load_framework().retention.forms_years


def test_what_stays_says_why_in_a_sentence() -> None:
    rules = {rule for columns in KEPT.values() for rule in columns.values()}
    assert all(len(rule.reason) > 20 for rule in rules if isinstance(rule, Stays))
    assert all(rule.after for rule in rules if isinstance(rule, Passes))


def test_a_record_that_would_go_before_its_form_is_refused() -> None:
    with pytest.raises(ValueError, match="records_years is shorter"):
        RetentionRules(forms_years=6, records_years=5)


# -- the purge --------------------------------------------------------------------------------------------------------


@pytest.fixture
def lived(database: Database) -> LivingCouncil:
    """A learning space with everything that can follow it, all of it over, and a proposal that was put aside."""
    council = LivingCouncil(database, now=london("2026-01-20 10:00"), establishment=_away(small_council()))
    council.sweep()
    asked = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED, case="NM-000019")
    raw = {"reason": "meeting_moved", "new_date": "2026-02-09", "note": "The family could not come before that."}
    who, now = Actor.person(TEAM_MANAGER_2), council.now
    database.write_now(ask, council.framework, asked.token, actor=who, kind="extension", raw=raw, now=now)
    token = database.read_now(more_time.of, asked.reference)[0].token
    database.write_now(decide_request, council.framework, token, actor=Actor.person(HEAD), agree=True, now=council.now)
    item = returned(council, allocated=ALLOCATED, grade="inadequate", immediate_risk="yes")
    moderated(council, item, "inadequate")
    lead = Actor.person(QA_LEAD)
    run = database.write_now(propose_allocation, council.framework, month=date(2026, 2, 1), actor=lead, now=council.now)
    database.write_now(withdraw_allocation, council.framework, run.run_id, actor=lead, now=council.now)
    for person in ("p-gone", QA_LEAD):
        state = ChannelState(person, "teams", "reachable", council.now, "https://smba.example", f"chat-{person}")
        database.write_now(channels.save, state)
    council.when_the_service_looks()
    database.write_now(_end_everything)
    return council


def _away(council: Establishment) -> Establishment:
    first, last = date(2026, 1, 5), date(2026, 1, 9)
    return with_cover(with_leave(council, Leave(HEAD, first, last)), Cover("hos-family", QA_LEAD, first, last))


def _end_everything(session: Session) -> None:
    session.execute(sa.update(tables.loops).values(state="closed", next_step_at=None))
    session.execute(sa.update(tables.moderations).values(state="closed", next_step_at=None))
    session.execute(sa.update(tables.actions).values(state="not_needed", next_step_at=None))
    session.execute(sa.update(tables.allocations).values(next_step_at=None))
    session.execute(
        sa.update(tables.allocations).where(tables.allocations.c.state != "submitted").values(state="withdrawn")
    )


def rows(council: LivingCouncil, name: str) -> list[dict[str, Any]]:
    table = tables.metadata.tables[name]
    order = list(table.primary_key.columns)
    found = council.database.read_now(
        lambda session: session.execute(sa.select(table).order_by(*order)).mappings().all()
    )
    return [dict(row) for row in found]


def purge(council: LivingCouncil, at: str) -> None:
    council.now = london(at)
    council.sweep(confirm=True)


LEFT_EMPTY: dict[str, Callable[[Any], bool]] = {
    "case_ref": lambda left: str(left).startswith("-LS-"),
    "detail": lambda left: not left.get("picks") and not left.get("late_because"),
    "facts": lambda left: left in ({}, {"purged": True}),
}
"""How a column looks that cannot simply be emptied; any other is empty."""
OF_WORK = ("allocations", "allocation_runs", "answers", "loops", "actions", "red_flags", "moderations", "requests")


def test_the_purge_takes_what_the_rules_say_and_leaves_what_they_leave(lived: LivingCouncil) -> None:
    before = {name: rows(lived, name) for name in OF_WORK}
    assert all(before.values()), {name for name, found in before.items() if not found}
    assert any(row["detail"].get("picks") for row in before["allocation_runs"])
    lived.database.write_now(purge_every_month, lived.framework, TO_THE_LAST)
    for name, found in before.items():
        after = rows(lived, name)
        assert len(after) == len(found), name
        for was, left in zip(found, after, strict=True):
            for column, rule in KEPT[name].items():
                if isinstance(rule, Ends):
                    emptied = LEFT_EMPTY.get(column, lambda value: not value)
                    assert emptied(left[column]), (name, column, left[column])
                else:
                    assert left[column] == was[column], (name, column)
    assert rows(lived, "reflections") == rows(lived, "drafts") == rows(lived, "leave") == rows(lived, "cover") == []
    assert [row["person"] for row in rows(lived, "channel_states")] == [QA_LEAD]


def test_each_goes_at_its_own_time(lived: LivingCouncil) -> None:
    reference = next(row["reference"] for row in rows(lived, "answers"))
    withdrawn = next(row["id"] for row in rows(lived, "allocation_runs") if row["state"] == "withdrawn")

    def stands() -> dict[str, bool]:
        item = lived.item(reference)
        run = next(row for row in rows(lived, "allocation_runs") if row["id"] == withdrawn)
        return {
            "proposal": bool(run["detail"]["picks"]),
            "contacts": len(rows(lived, "channel_states")) == 2,
            "leave": bool(rows(lived, "leave")),
            "note": any(row["note"] for row in rows(lived, "requests")),
            "form": bool(lived.database.read_now(learning_spaces.load_answers, reference)),
            "child": item.case_ref.startswith("NM-") and bool(item.practitioner),
        }

    gone: set[str] = set()
    for at, goes in (
        ("2026-04-01 10:00", set()),
        ("2026-05-01 10:00", {"proposal", "contacts"}),
        ("2027-03-01 10:00", {"leave"}),
        ("2032-01-05 10:00", set()),
        ("2032-03-01 10:00", {"note", "form"}),
        ("2036-01-02 10:00", set()),
        ("2036-02-01 10:00", {"child"}),
    ):
        purge(lived, at)
        gone |= goes
        assert {name for name, there in stands().items() if not there} == gone, at
    assert lived.item(reference).grade == "inadequate"


def test_after_everything_has_gone_the_chain_is_whole_and_the_self_check_finds_nothing_new(
    lived: LivingCouncil,
) -> None:
    def found() -> set[tuple[str, str]]:
        return {(one.kind, one.about) for one in lived.database.read_now(verify, lived.framework, now=lived.now)}

    before = found()
    lived.now = TO_THE_LAST
    lived.sweep(confirm=True)
    assert lived.database.read_now(history.verify) == []
    assert {one for one in found() - before if one[0] not in ("missing_month", "late_notice")} == set()


def test_what_is_still_open_keeps_its_child_and_its_practitioner(lived: LivingCouncil) -> None:
    item = lived.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 20), case="NM-000010")
    lived.now = TO_THE_LAST
    lived.sweep(confirm=True)
    assert lived.item(item.reference).case_ref == "NM-000010"


def test_leave_that_was_taken_away_is_gone_from_the_establishment_that_is_loaded(lived: LivingCouncil) -> None:
    assert lived.database.read_now(establishments.current).leave
    lived.now = TO_THE_LAST
    lived.sweep(confirm=True)
    assert lived.database.read_now(establishments.current).leave == ()


def test_no_table_of_the_history_holds_a_case_or_a_name(lived: LivingCouncil) -> None:
    kept = str([(row["subject"], row["actor"], row["detail"]) for row in rows(lived, "history")])
    assert "NM-" not in kept
    assert not [person.name for person in small_council().people.values() if person.name in kept]
