"""What the desk says comes next: a digest that is foreseen goes out then, one with nothing in it is not."""

from __future__ import annotations

from datetime import date, datetime

from assurance.digests.gather import digests_ahead
from assurance.escalation.freeze import freeze
from assurance.learning_space.remind_unbegun import reminders_ahead
from assurance.notify.tell import announce
from policy.council.actor import Actor
from storage.council import establishment as establishments
from storage.engine.database import Session
from storage.outbox import notices
from tests.assurance.forms_filled import fill_in, send_in
from tests.councils import QA_LEAD
from tests.journeys.living_council import LivingCouncil, london, nine


def foreseen(council: LivingCouncil, at: datetime) -> dict[str, datetime]:
    """Kind of digest -> when it is foreseen for, asked at a moment."""
    return {one.kind: one.at for one in council.database.read_now(digests_ahead, council.framework, at)}


def sent_on(council: LivingCouncil, event: str) -> set[date]:
    return {said.on for said in council.digests if said.event == event}


def test_the_morning_message_is_foreseen_for_the_morning_it_goes_out(council: LivingCouncil) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 9))
    council.now = london("2026-01-09 10:30")  # a Friday

    def tell(session: Session) -> None:
        said = announce(council.framework, establishments.current(session), "E2", item, now=council.now)
        notices.add(session, said, at=council.now)

    assert "morning" not in foreseen(council, council.now)
    council.database.write_now(tell)
    council.when_the_service_looks()
    assert foreseen(council, council.now)["morning"] == nine(date(2026, 1, 12))
    council.when_days_pass(date(2026, 1, 10), date(2026, 1, 12))
    assert sent_on(council, "E74") == {date(2026, 1, 12)}
    assert "morning" not in foreseen(council, council.now)


def test_a_reminder_of_what_has_not_begun_is_foreseen_and_none_while_the_clock_stands(council: LivingCouncil) -> None:
    council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))
    council.when_days_pass(date(2026, 1, 5), date(2026, 1, 8))

    def ahead() -> list[tuple[datetime, int]]:
        return [
            (one.at, one.count) for one in council.database.read_now(reminders_ahead, council.framework, council.now)
        ]

    assert ahead() == [(nine(date(2026, 1, 12)), 1)], "not opened"
    council.when_days_pass(date(2026, 1, 9), date(2026, 1, 12))
    assert ahead() == [(nine(date(2026, 1, 19)), 1)], "no meeting date"
    lead = Actor.person(QA_LEAD)
    council.database.write_now(freeze, council.framework, actor=lead, now=council.now)
    assert ahead() == []


def test_numbers_are_foreseen_for_the_first_working_morning_of_the_week_or_month_that_has_any(
    council: LivingCouncil,
) -> None:
    item = council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))  # due on Monday 2 February
    council.when_days_pass(date(2026, 1, 5), date(2026, 1, 20))
    assert foreseen(council, council.now) == {}, "nothing is due in the week of the twenty-sixth"
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 6), case="NM-000010")  # due 3 February
    council.when_days_pass(date(2026, 1, 21), date(2026, 1, 30))
    # The first of February is a Sunday.
    assert foreseen(council, council.now) == {"weekly": nine(date(2026, 2, 2)), "monthly": nine(date(2026, 2, 2))}
    council.when_days_pass(date(2026, 1, 31), date(2026, 2, 2))
    assert sent_on(council, "E63") == sent_on(council, "E64") == {date(2026, 2, 2)}
