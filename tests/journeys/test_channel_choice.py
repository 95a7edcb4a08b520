"""Teams first and email after a working day, both at once where it matters, and the other way where one is closed.

Given a council with email switched on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from assurance.channels.mail_preference import EscalationsStay, NoOtherWay, allow_emails, offer_to, stop_emails
from assurance.channels.receive import remember
from assurance.channels.record_bounce import Bounced, addresses_that_fail, record_bounce
from assurance.channels.write_letter import letter_went, write_letter
from assurance.common.courier import CourierResult, Delivery
from assurance.delivery.claim_notices import Claimer, claim_notices
from assurance.digests.reachability import out_of_reach
from policy.council.actor import Actor
from storage.casework import learning_spaces
from storage.contact import channels
from storage.council import history
from storage.engine.database import Database
from storage.engine.session import Session
from storage.outbox import letters, notices
from storage.outbox.notices import NewNotice, Notice
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    QA_LEAD,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    small_council,
)
from tests.journeys.living_council import LivingCouncil, london, nine

SECOND = nine(date(2026, 2, 4))
"""A Wednesday: two days after a learning space of 5 January was due."""
NEXT_DAY = nine(date(2026, 2, 5))
PRIYA = Actor.person(TEAM_MANAGER)


class TwoWays(LivingCouncil):
    """The small council with both couriers at work."""

    couriers: tuple[str, ...] = ("teams", "mail")

    def claim(self, owner: str = "tests") -> list[Delivery]:
        return self.database.write_now(claim_notices, self.framework, Claimer(owner, self.couriers), now=self.now)

    def rows(self, reference: str, person: str, event: str = "") -> list[tuple[str, str]]:
        """Each notice to a person about something: the way it went, and what became of it."""
        return [(row.channel, row.state) for row in self.notices(reference, person, event)]

    def notices(self, reference: str, person: str, event: str = "") -> list[Notice]:
        return [
            row
            for row in self.notices_about(reference)
            if row.recipient == person and (row.event == event if event else row.event != "E65")
        ]

    def presses_something(self, person: str, at: datetime) -> None:
        """Somebody is in Teams at a moment, about anything at all."""
        self.database.write_now(
            remember, channel="teams", external_id=f"{person}{at}", person=person, outcome={"verb": "list"}, now=at
        )


@pytest.fixture
def council(database: Database) -> TwoWays:
    found = TwoWays(database, now=london("2026-01-20 10:00"))
    found.given_everyone_talks_to_the_bot()
    return found


@pytest.fixture
def late(council: TwoWays) -> str:
    """A learning space two days late, its first escalation waiting to be sent."""
    item = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case="NM-000010")
    council.now = SECOND
    council.sweep()
    return item.reference


def test_an_escalation_goes_by_teams_and_by_email_a_working_day_later_if_nobody_was_there(
    council: TwoWays, late: str
) -> None:
    council.dispatch()
    assert council.rows(late, HEAD) == [("teams", "sent"), ("mail", "pending")]
    council.when_the_service_looks(NEXT_DAY - timedelta(minutes=1))
    assert council.rows(late, HEAD) == [("teams", "sent"), ("mail", "pending")]
    council.when_the_service_looks(NEXT_DAY)
    assert council.rows(late, HEAD) == [("teams", "sent"), ("mail", "sent")]


def test_whoever_has_been_in_teams_since_gets_no_email_about_it(council: TwoWays, late: str) -> None:
    council.dispatch()
    council.presses_something(HEAD, SECOND + timedelta(hours=3))
    council.presses_something(SENIOR_MANAGER, SECOND - timedelta(hours=3))
    council.when_the_service_looks(NEXT_DAY)
    assert council.rows(late, HEAD) == [("teams", "sent"), ("mail", "cancelled")]
    assert council.notices(late, HEAD)[1].reason == "they have been in Teams since"
    assert council.rows(late, SENIOR_MANAGER) == [("teams", "sent"), ("mail", "sent")], "before it does not count"


def test_a_friday_s_message_is_followed_on_monday(council: TwoWays) -> None:
    item = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 7), case="NM-000010")
    council.when_the_service_looks(nine(date(2026, 2, 6)))
    (follows,) = [row for row in council.notices(item.reference, HEAD, "E11") if row.channel == "mail"]
    assert follows.not_before == nine(date(2026, 2, 9))


def test_sending_it_in_on_one_way_cancels_what_still_waits_on_the_other(council: TwoWays, late: str) -> None:
    council.dispatch()
    council.database.write_now(learning_spaces.update, late, state="submitted", next_step_at=None)
    council.when_the_service_looks(NEXT_DAY)
    assert council.rows(late, TEAM_MANAGER)[-1] == ("mail", "cancelled")


def test_the_third_escalation_goes_both_ways_at_once(council: TwoWays, late: str) -> None:
    council.database.write_now(learning_spaces.update, late, steps_done=("-7", "-2", "0", "+1", "+2", "+7"))
    council.when_the_service_looks(nine(date(2026, 2, 16)))
    assert council.rows(late, EXECUTIVE) == [("teams", "sent"), ("mail", "sent")]


def test_someone_who_blocks_the_bot_is_written_to_instead_and_the_qa_lead_is_not_troubled(
    council: TwoWays, late: str
) -> None:
    council.courier.answers[HEAD] = [CourierResult("never", channel_state="blocked", reason="blocked")]
    council.dispatch()
    assert council.rows(late, HEAD) == [("teams", "parked"), ("mail", "sent")]
    assert council.told(event="E65") == {}
    assert len([said for said in council.said if said.person == HEAD]) == 1


def test_someone_who_blocked_the_bot_before_is_written_to_at_once(council: TwoWays, late: str) -> None:
    council.database.write_now(channels.set_state, HEAD, "teams", "blocked", "", council.now)
    council.dispatch()
    assert council.rows(late, HEAD) == [("mail", "sent")]


@pytest.mark.usefixtures("peopled")
@pytest.mark.parametrize("peopled", [False], ids=["from nothing"])  # an account once known is kept
def test_someone_without_an_account_in_teams_lives_by_email(database: Database) -> None:
    without = small_council()
    without.people[HEAD] = replace(without.people[HEAD], entra_object_id="")
    council = TwoWays(database, now=london("2026-01-20 10:00"), establishment=without)
    council.given_everyone_talks_to_the_bot(but=[HEAD])
    item = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case="NM-000010")
    council.when_the_service_looks(SECOND)
    assert council.rows(item.reference, HEAD) == [("mail", "sent")]
    council.couriers = ("teams",)
    council.database.write_now(_a_notice, item.reference, HEAD)
    council.courier.answers[HEAD] = [CourierResult("never", reason="no Entra id and never heard from")]
    council.dispatch()
    assert council.told(event="E65") == {QA_LEAD: "qa_lead"}, "and without email the QA lead hears, as before"


def test_only_when_neither_way_works_does_the_qa_lead_hear_and_nobody_higher(council: TwoWays, late: str) -> None:
    refusals = [CourierResult("never", channel_state="blocked"), CourierResult("never", channel_state="disabled")]
    council.courier.answers[HEAD] = list(refusals)
    council.dispatch()
    assert council.rows(late, HEAD) == [("teams", "parked"), ("mail", "parked")]
    assert council.told(event="E65") == {QA_LEAD: "qa_lead"}
    (report,) = [said for said in council.said if said.event == "E65"]
    assert "Why: Email to their address comes back." in report.message.text
    assert DIRECTOR not in council.told()


def test_an_address_that_failed_is_not_tried_again_until_it_changes(council: TwoWays, late: str) -> None:
    council.courier.answers[HEAD] = [
        CourierResult("never", channel_state="blocked"),
        CourierResult("never", channel_state="disabled", reason="550 5.1.1"),
    ]
    council.dispatch()
    council.when_the_service_looks(nine(date(2026, 2, 9)))
    assert ("mail", "sent") not in council.rows(late, HEAD)
    moved = small_council()
    moved.people[HEAD] = replace(moved.people[HEAD], email="leila.new@northmoor.example")
    council.given_the_council_is(moved)
    council.database.write_now(_a_notice, late, HEAD)
    council.dispatch()
    assert council.rows(late, HEAD)[-1] == ("mail", "sent")


def test_a_message_lost_twice_on_teams_goes_by_email(council: TwoWays, late: str) -> None:
    council.courier.answers[HEAD] = [CourierResult("unknown")] * 2
    council.dispatch()
    council.when_the_service_looks(SECOND + timedelta(minutes=5))
    council.when_the_service_looks(SECOND + timedelta(minutes=6))
    assert council.rows(late, HEAD) == [("teams", "parked"), ("mail", "sent")]


def test_teams_being_away_for_a_working_day_brings_the_email(council: TwoWays, late: str) -> None:
    council.courier.answers[HEAD] = [CourierResult("later", retry_at=nine(date(2026, 2, 6)))]
    council.dispatch()
    council.when_the_service_looks(NEXT_DAY)
    assert council.rows(late, HEAD) == [("teams", "pending"), ("mail", "sent")]


def test_nothing_is_ever_written_twice_however_often_it_is_looked_at(council: TwoWays, late: str) -> None:
    for minutes in range(0, 3 * 24 * 60, 360):
        council.when_the_service_looks(SECOND + timedelta(minutes=minutes))
    heard = [(row.channel, row.step) for row in council.notices(late, HEAD) if row.state == "sent"]
    assert len(heard) == len(set(heard))


def test_without_email_everything_is_as_it_was(council: TwoWays, late: str) -> None:
    council.couriers = ("teams",)
    council.dispatch()
    council.when_the_service_looks(NEXT_DAY)
    assert council.rows(late, HEAD) == [("teams", "sent")]


# -- what a person asked for ------------------------------------------------------------------------------------------


def test_whoever_stops_emails_still_gets_escalations_by_email_and_nothing_else(council: TwoWays, late: str) -> None:
    council.dispatch()
    for person in (HEAD, TEAM_MANAGER):
        kept = council.database.write_now(
            stop_emails, council.framework, person, actor=Actor.person(person), now=council.now
        )
        assert kept.changed
    council.database.write_now(_a_notice, late, TEAM_MANAGER, event="E1")
    council.dispatch()
    assert council.rows(late, TEAM_MANAGER, "E1") == [("teams", "sent")]
    council.when_the_service_looks(nine(date(2026, 2, 9)))
    council.when_the_service_looks(nine(date(2026, 2, 10)))
    assert ("mail", "sent") in council.rows(late, HEAD, "E12")


def test_stopping_is_refused_where_email_is_the_only_way_and_for_escalations(council: TwoWays, late: str) -> None:
    council.dispatch()
    stop = {"actor": PRIYA, "now": council.now}
    council.database.write_now(stop_emails, council.framework, TEAM_MANAGER, about_event="E11", **stop)
    with pytest.raises(EscalationsStay):
        council.database.write_now(stop_emails, council.framework, TEAM_MANAGER, about_event="E11", **stop)
    council.database.write_now(channels.set_state, TEAM_MANAGER, "teams", "blocked", "", council.now)
    council.database.write_now(allow_emails, council.framework, TEAM_MANAGER, **stop)
    with pytest.raises(NoOtherWay):
        council.database.write_now(stop_emails, council.framework, TEAM_MANAGER, **stop)
    said = [entry.verb for entry in council.history_of(TEAM_MANAGER)]
    assert said == ["email_escalations", "email_all"]


def test_stopping_is_offered_only_to_whom_it_would_be_granted(council: TwoWays) -> None:
    def offered() -> str:
        return council.database.read_now(offer_to, TEAM_MANAGER)

    assert offered() == "stop"
    for state in ("blocked", "disabled", "uninstalled"):
        council.database.write_now(channels.set_state, TEAM_MANAGER, "teams", state, "", council.now)
        assert offered() == "", state
    council.database.write_now(channels.set_state, TEAM_MANAGER, "teams", "reachable", "", council.now)
    council.database.write_now(stop_emails, council.framework, TEAM_MANAGER, actor=PRIYA, now=council.now)
    assert offered() == "start"


def test_whoever_stopped_emails_and_then_leaves_teams_is_written_to_again(council: TwoWays, late: str) -> None:
    council.dispatch()
    stop = {"actor": PRIYA, "now": council.now}
    council.database.write_now(stop_emails, council.framework, TEAM_MANAGER, **stop)
    council.database.write_now(channels.set_state, TEAM_MANAGER, "teams", "blocked", "", council.now)
    council.database.write_now(_a_notice, late, TEAM_MANAGER, event="E1")
    council.dispatch()
    assert council.rows(late, TEAM_MANAGER, "E1") == [("mail", "sent")]


# -- what comes back --------------------------------------------------------------------------------------------------


def _letter(council: TwoWays, late: str, person: str = HEAD) -> str:
    """A letter to somebody, sent; its Message-ID."""
    (notice,) = council.notices(late, person, "E11")[:1]
    known = small_council().people[person]
    written = council.database.write_now(
        write_letter,
        person=known,
        subject=late,
        event="E11",
        notice=notice.id,
        domain="northmoor.example",
        now=council.now,
    )
    council.database.write_now(letter_went, written.letter.message_id, "sent", now=council.now)
    return written.letter.message_id


def test_a_bounce_marks_the_address_and_shows_in_what_the_qa_team_sees(council: TwoWays, late: str) -> None:
    council.dispatch()
    message_id = _letter(council, late)
    report = {"original_message_id": message_id, "recipient": "leila.coldharrow@northmoor.example", "status": "5.1.1"}
    found = council.database.write_now(record_bounce, council.framework, **report, now=council.now)
    assert found == Bounced("address_marked", HEAD, late)
    assert council.database.read_now(addresses_that_fail) == {HEAD: "the address fails (5.1.1)"}
    assert council.database.write_now(record_bounce, council.framework, **report, now=council.now).effect == "seen"
    assert council.history_of(HEAD)[-1].verb == "channel_disabled"


@pytest.mark.parametrize(
    ("changed", "effect"),
    [
        ({"original_message_id": "<somebody-else@example.org>"}, "not_ours"),
        ({"recipient": "kwame.brackenfold@northmoor.example"}, "not_ours"),
        ({"status": "4.2.0"}, "delayed"),
        ({"status": "rubbish"}, "delayed"),
        ({"status": "5.2.2"}, "mailbox_full"),
    ],
)
def test_a_forged_or_passing_report_marks_nothing(
    council: TwoWays, late: str, changed: dict[str, str], effect: str
) -> None:
    council.dispatch()
    report = {"original_message_id": _letter(council, late), "recipient": "", "status": "5.1.1"} | changed
    found = council.database.write_now(record_bounce, council.framework, **report, now=council.now)
    assert found.effect == effect
    assert council.database.read_now(addresses_that_fail) == {}


def test_a_report_months_late_says_nothing_about_today(council: TwoWays, late: str) -> None:
    council.dispatch()
    message_id = _letter(council, late)
    found = council.database.write_now(
        record_bounce,
        council.framework,
        original_message_id=message_id,
        recipient="",
        status="5.1.1",
        now=council.now + timedelta(days=60),
    )
    assert found.effect == "too_late"
    assert council.database.read_now(addresses_that_fail) == {}


def test_a_bounce_of_the_only_way_tells_the_qa_lead(council: TwoWays, late: str) -> None:
    council.database.write_now(channels.set_state, HEAD, "teams", "blocked", "", council.now)
    council.dispatch()
    message_id = _letter(council, late)
    report = {"original_message_id": message_id, "recipient": "", "status": "5.1.1"}
    council.database.write_now(record_bounce, council.framework, **report, now=council.now)
    council.dispatch()
    assert council.told(event="E65") == {QA_LEAD: "qa_lead"}


def test_whoever_can_be_written_to_is_not_out_of_reach(council: TwoWays, late: str) -> None:
    council.dispatch()
    council.database.write_now(channels.set_state, DIRECTOR, "teams", "blocked", "", council.now)

    def unreached(session: Session) -> set[str]:
        return {row.who for row in out_of_reach(session, council.framework, now=council.now)}

    assert "Kwame Brackenfold" not in council.database.read_now(unreached)
    council.couriers = ("teams",)
    council.claim()
    assert "Kwame Brackenfold" in council.database.read_now(unreached)


def test_history_and_letters_never_hold_an_address_or_a_word(council: TwoWays, late: str) -> None:
    council.dispatch()
    message_id = _letter(council, late)
    report = {"original_message_id": message_id, "recipient": "", "status": "5.1.1"}
    council.database.write_now(record_bounce, council.framework, **report, now=council.now)
    assert "@" not in str([entry.detail for entry in council.database.read_now(history.read)])
    assert council.database.read_now(letters.counts) == {"bounced": 1}


def _a_notice(session: Session, reference: str, person: str, event: str = "E10") -> None:
    """Something else to say to a person, due now."""
    at = SECOND
    facts = {"reference": reference, "auditor": "Priya Fernhollow", "due_on": "2026-02-02"}
    role = "auditor" if person == TEAM_MANAGER else "head_of_service"
    fresh = NewNotice(event, "", reference, person, role, "teams", False, at, at, facts)
    assert notices.add(session, [fresh], at=at) == 1
