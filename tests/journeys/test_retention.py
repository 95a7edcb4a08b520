"""What has been kept long enough goes once a month, and what counts stays; a changed framework file is said."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from assurance.channels.read_back import remember_read_back
from assurance.channels.receive_mail import finish_reading, keep_mail
from assurance.channels.write_letter import write_letter
from assurance.records.note_framework import note_framework
from assurance.self_check.verify import verify
from policy.check.loader import load_framework
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.casework.learning_spaces import Draft, LearningSpace
from storage.contact import inbox
from storage.council import history
from storage.engine.session import Session
from storage.schema import tables
from tests.councils import QA_LEAD, small_council
from tests.journeys.living_council import LivingCouncil, Said, london
from tests.journeys.moderating import moderated, returned
from tests.policy.framework_files import copy_with

ALLOCATED = date(2026, 1, 5)


@pytest.fixture
def sent_in(council: LivingCouncil) -> LearningSpace:
    council.now = london("2026-01-20 10:00")
    council.sweep()
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    moderated(council, item, "inadequate")
    council.when_the_service_looks()
    return item


def purged(council: LivingCouncil) -> list[Said]:
    """What the QA lead heard of purges so far."""
    return [one for one in council.digests if one.event == "E67"]


def rows(council: LivingCouncil, table: sa.Table) -> list[dict[str, object]]:
    found = council.database.read_now(lambda session: session.execute(sa.select(table)).mappings().all())
    return [dict(row) for row in found]


def end_everything(council: LivingCouncil) -> None:
    """Every loop and action has come to its end, so nothing holds the forms back."""

    def write(session: Session) -> None:
        session.execute(sa.update(tables.loops).values(state="closed", next_step_at=None))
        session.execute(sa.update(tables.actions).values(state="not_needed", next_step_at=None))

    council.database.write_now(write)


def test_forms_are_blanked_after_their_years_and_grades_and_history_stay(
    council: LivingCouncil, sent_in: LearningSpace
) -> None:
    end_everything(council)
    trail = len(council.database.read_now(history.read))
    council.now = london("2032-01-20 10:00")
    council.sweep(confirm=True)
    assert council.database.read_now(learning_spaces.load_answers, sent_in.reference) != {}
    council.now = london("2032-02-02 10:00")
    council.sweep(confirm=True)
    assert council.database.read_now(learning_spaces.load_answers, sent_in.reference) == {}
    assert {(row["what"], row["note"]) for row in rows(council, tables.actions)} == {("", "")}
    assert [row["form"] for row in rows(council, tables.moderations)] == [{}]
    now = council.item(sent_in.reference)
    assert (now.grade, now.submitted_at) == ("inadequate", sent_in.submitted_at)
    assert len(council.database.read_now(history.read)) > trail
    assert council.database.read_now(history.verify) == []


def test_what_is_still_open_is_never_blanked(council: LivingCouncil, sent_in: LearningSpace) -> None:
    council.now = london("2036-02-02 10:00")
    council.sweep(confirm=True)
    answers = council.database.read_now(learning_spaces.load_answers, sent_in.reference)
    assert answers and answers["worked_well"]


def test_messages_lose_what_they_said_and_keep_that_they_were_sent(
    council: LivingCouncil, sent_in: LearningSpace
) -> None:
    before = [one for one in rows(council, tables.notices) if one["state"] == "sent"]
    assert before
    council.now = london("2027-03-01 10:00")
    council.sweep(confirm=True)
    after = {one["id"]: one for one in rows(council, tables.notices)}
    for one in before:
        kept = after[one["id"]]
        assert kept["facts"] == {"purged": True}
        assert (kept["sent_at"], kept["recipient"], kept["state"]) == (one["sent_at"], one["recipient"], "sent")
    council.dispatch()
    [told] = purged(council)
    assert told.person == QA_LEAD
    assert f"Contents of messages sent: {len(after_purge(council))}" in told.message.text


def after_purge(council: LivingCouncil) -> list[dict[str, object]]:
    return [one for one in rows(council, tables.notices) if one["facts"] == {"purged": True}]


def test_what_came_in_and_drafts_of_work_that_is_over_go_and_a_draft_somebody_works_on_stays(
    council: LivingCouncil, sent_in: LearningSpace
) -> None:
    open_one = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 20), case="NM-000010")

    def write(session: Session) -> None:
        inbox.remember(session, "teams", "activity-1", at=council.now, person=QA_LEAD)
        for item in (sent_in, open_one):
            learning_spaces.save_draft(
                session, Draft(item.reference, item.person, {"in_person": "yes"}, "meeting", 1, council.now)
            )

    council.database.write_now(write)
    council.now = london("2026-06-01 10:00")
    council.sweep(confirm=True)
    assert rows(council, tables.inbox) == []
    assert [row["reference"] for row in rows(council, tables.drafts)] == [open_one.reference]


def test_which_letters_went_where_is_kept_as_long_as_somebody_may_answer_one(council: LivingCouncil) -> None:
    person = small_council().people[QA_LEAD]

    def written(at: datetime) -> None:
        council.database.write_now(
            write_letter, person=person, subject="x", event="E1", notice=None, domain="northmoor.example", now=at
        )

    for at in (london("2026-01-20 10:00"), london("2026-12-20 10:00")):
        written(at)
    council.now = london("2027-03-01 10:00")
    council.sweep(confirm=True)
    assert [row["composed_at"] for row in rows(council, tables.letters)] == [london("2026-12-20 10:00")]


def test_an_email_is_emptied_when_its_days_are_over_and_what_nobody_said_yes_to_is_forgotten(
    council: LivingCouncil,
) -> None:
    kinds = {"plain": ("answer", False), "details": ("answer", True), "unclear": ("give_up", False)}
    at = london("2026-01-20 10:00")
    for number, (name, (event, details)) in enumerate(kinds.items(), 1):
        council.database.write_now(keep_mail, external_id=name, raw=b"words", from_exchange=False, now=at)
        council.database.write_now(
            finish_reading, number=number, event=event, person=QA_LEAD, with_details=details, now=at
        )
    council.database.write_now(keep_mail, external_id="unread", raw=b"words", from_exchange=False, now=at)
    council.database.write_now(remember_read_back, person=QA_LEAD, subject="x", what="form", facts={"a": "b"}, now=at)

    def kept(days: int) -> set[str]:
        council.now = at + timedelta(days=days, minutes=1)
        council.sweep(confirm=True)
        return {str(row["external_id"]) for row in rows(council, tables.received_mail) if row["raw"]}

    assert kept(0) == {"plain", "details", "unclear", "unread"}
    assert kept(1) == {"plain", "unclear", "unread"}
    assert rows(council, tables.read_backs)
    assert kept(14) == {"plain", "unclear", "unread"}
    assert rows(council, tables.read_backs) == []
    assert kept(30) == {"unclear", "unread"}
    assert kept(90) == {"unread"}, "what nobody has read yet is never emptied"
    assert len(rows(council, tables.received_mail)) == 4, "the rows stay, so that none is taken in again"


def test_it_is_done_once_a_month_and_leaves_verify_nothing_to_say(
    council: LivingCouncil, sent_in: LearningSpace
) -> None:
    council.when_days_pass(date(2026, 1, 21), date(2026, 3, 3))
    before = {one.about for one in council.database.read_now(verify, council.framework, now=council.now)}
    council.now = london("2027-06-01 10:00")
    council.sweep(confirm=True)
    council.dispatch()
    said = len(purged(council))
    council.now += timedelta(days=10)
    council.sweep(confirm=True)
    council.dispatch()
    assert len(purged(council)) == said
    after = council.database.read_now(verify, council.framework, now=council.now)
    assert [one for one in after if one.kind == "told_of_own_lateness"] == []
    assert "E1" in before  # these journeys tell nobody of the allocation


# -- the framework file -----------------------------------------------------------------------------------------------


def noted(council: LivingCouncil, framework: Framework) -> tuple[str, ...]:
    """The service starts with a file."""
    return council.database.write_now(note_framework, framework, by="bot", now=council.now)


def test_another_file_is_said_once_with_what_differs_and_who_started_it(council: LivingCouncil, tmp_path: Path) -> None:
    assert noted(council, council.framework) == ()
    assert noted(council, council.framework) == ()
    other = load_framework(copy_with(tmp_path, "due_days = 28", "due_days = 35"))
    changed = replace_version(other)
    assert noted(council, changed) == ("learning_space",)
    assert noted(council, changed) == ()
    [told] = [one for one in council.dispatch() if one.event == "E66"]
    assert told.person == QA_LEAD
    for words in ("northmoor-2026.2", "Before: northmoor-2026.1", "learning space", "account: bot"):
        assert words in told.message.text
    [entry] = [one for one in council.history_of("framework") if one.verb == "framework_changed"]
    assert entry.detail["parts"] == ["learning_space"]


def replace_version(framework: Framework) -> Framework:
    return framework.model_copy(update={"version": "northmoor-2026.2"})
