"""From the outbox to a mailbox over real SMTP: threads, tokens, dates for calendars, letters that are tried again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage

import icalendar
import pytest

from assurance.channels.record_bounce import record_bounce
from assurance.channels.record_contact import record_contact
from assurance.channels.write_letter import letter_answered
from assurance.common.courier import CourierResult
from assurance.delivery.claim_notices import Claimer, claim_notices
from assurance.delivery.finish_delivery import finish_delivery
from assurance.loop.loop_meeting import book_meeting, call_meeting_off
from bot.clock import Clock
from bot.mail.courier import MailCourier
from bot.mail.courier_smtp import SmtpRoad
from bot.mail.relay import Relay
from desk.flowed import plain_text
from desk.mailbox import Mail, Post, SmtpFault, smtp_server
from dialogs.kit.message import Message
from dialogs.notices.notices import render
from policy.council.actor import Actor
from policy.lifecycle.reply_token import holds, sign, token_line, tokens_in
from storage.casework import learning_spaces, moderations
from storage.contact import channels
from storage.council import establishment as establishments
from storage.engine.database import Database
from storage.engine.session import Session
from storage.outbox import letters, notices
from storage.outbox.letters import Letter
from storage.outbox.notices import NewNotice
from tests.assurance.forms_filled import fill_in, send_in
from tests.bot.mail.conftest import MAILBOX
from tests.bot.mail.well_made import well_made
from tests.councils import HEAD, SENIOR_MANAGER, TEAM_MANAGER, entra_id, small_council
from tests.journeys.living_council import LivingCouncil, london
from tests.journeys.living_loops import an_inadequate_one
from tests.journeys.moderating import booked, graded, moderation_of

PRIYA, LEILA = "priya.fernhollow@northmoor.example", "leila.coldharrow@northmoor.example"


class Office:
    """The small council, where nobody has Teams and everybody has a mailbox."""

    def __init__(self, council: LivingCouncil, post: Post, port: int) -> None:
        self.council = council
        self.post = post
        self._road = SmtpRoad(Relay.parse(f"smtp://127.0.0.1:{port}"), sender=MAILBOX)
        self.courier = self._courier()

    def _courier(self) -> MailCourier:
        now = Clock.standing(self.council.now).now
        return MailCourier(self.council.database, self.council.framework, self._road, now, mailbox=MAILBOX)

    async def looks(self, *, at: str = "", sweep: bool = True) -> list[CourierResult]:
        """One look of the service: what is due goes out by email."""
        council, answers = self.council, []
        if at:
            council.now = london(at)
        courier = self._courier()
        if sweep:
            council.sweep()
        db, framework = council.database, council.framework
        for delivery in db.write_now(claim_notices, framework, Claimer("t", ("teams", "mail")), now=council.now):
            if delivery.notice.channel == "mail":
                answers.append(await courier.deliver(delivery, render(delivery, framework)))
                db.write_now(finish_delivery, framework, delivery, answers[-1], now=council.now)
        return answers

    def mail_of(self, address: str) -> list[EmailMessage]:
        return [mail.message() for mail in self.post.to(address)]


@pytest.fixture
async def office(mail_database: Database, post: Post) -> AsyncIterator[Office]:
    people = small_council()
    for person in people.people.values():
        people.people[person.id] = replace(person, entra_object_id="")
    council = LivingCouncil(mail_database, now=london("2026-01-05 10:00"), establishment=people)
    async with smtp_server(post) as port:
        yield Office(council, post, port)
    for mail in post.taken:
        well_made(mail)


def tell(office: Office, event: str, reference: str, person: str = TEAM_MANAGER, step: str = "") -> None:
    """Something to say to a person now."""
    item = office.council.item(reference)
    facts = {"reference": reference, "auditor": "Priya Fernhollow", "due_on": item.due_on.isoformat()}
    role = "auditor" if person == TEAM_MANAGER else "head_of_service"
    now = office.council.now
    fresh = NewNotice(event, step, reference, person, role, "teams", False, now, now, facts)
    office.council.database.write_now(notices.add, [fresh], at=now)


def given_a_space(office: Office) -> str:
    item = office.council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case="NM-000010")
    return item.reference


def calendars(mail: EmailMessage) -> list[icalendar.Calendar]:
    return [
        icalendar.Calendar.from_ical(part.get_payload(decode=True))
        for part in mail.walk()
        if part.get_content_type() == "text/calendar"
    ]


async def test_a_manager_without_teams_gets_a_letter_she_can_answer(office: Office) -> None:
    reference = given_a_space(office)
    tell(office, "E1", reference)
    (answer,) = await office.looks(sweep=False)
    assert answer.outcome == "sent"
    (mail,) = office.mail_of(PRIYA)
    assert mail["Subject"] == f"A learning space for you: {reference}"
    assert mail["From"].addresses[0].display_name == f"{office.council.framework.council.name} QA bot"
    assert mail["To"].addresses[0].display_name == "Priya Fernhollow"
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar"]
    assert "open " + reference in plain_text(mail)


async def test_a_reply_finds_its_letter_by_the_thread_and_else_by_the_signed_word(office: Office) -> None:
    reference = given_a_space(office)
    tell(office, "E1", reference)
    await office.looks()
    (mail,) = office.mail_of(PRIYA)
    tokens = tokens_in(plain_text(mail))

    def found(session: Session, ids: list[str], words: tuple[str, ...]) -> Letter | None:
        return letter_answered(session, message_ids=ids, tokens=words)

    read = office.council.database.write_now
    by_thread = read(found, [str(mail["Message-ID"])], ())
    by_word = read(found, ["<unknown@example.org>"], tokens)
    assert by_thread is not None and by_thread == by_word
    assert (by_thread.person, by_thread.subject, by_thread.event) == (TEAM_MANAGER, reference, "E1")
    assert read(found, [], ("aaaaaaaaaaaaaaaa",)) is None


async def test_letters_to_one_person_about_one_thing_are_one_thread(office: Office) -> None:
    reference = given_a_space(office)
    for event in ("E1", "E6", "E10"):
        tell(office, event, reference)
        await office.looks(sweep=False)
    tell(office, "E11", reference, HEAD)
    await office.looks(sweep=False)
    first, second, third = office.mail_of(PRIYA)
    assert (first["References"], first["In-Reply-To"]) == (None, None)
    assert second["References"] == first["Message-ID"] == second["In-Reply-To"]
    assert third["References"].split() == [first["Message-ID"], second["Message-ID"]]
    assert third["In-Reply-To"] == second["Message-ID"]
    (other,) = office.mail_of(LEILA)
    assert other["References"] is None, "nobody is put on somebody else's thread"


async def test_a_letter_whose_answer_was_lost_goes_again_marked_and_with_the_same_message_id(office: Office) -> None:
    reference = given_a_space(office)
    tell(office, "E1", reference)
    office.post.faults.append(SmtpFault("after"))
    (lost,) = await office.looks(sweep=False)
    assert lost.outcome == "unknown"
    office.council.now += timedelta(minutes=5)
    (again,) = await office.looks(sweep=False)
    assert again.outcome == "sent"
    first, repeat = office.mail_of(PRIYA)
    assert first["Message-ID"] == repeat["Message-ID"], "a mailbox that has it may drop the second"
    assert repeat["Subject"].startswith("Repeat: ")
    assert calendars(first)[0].to_ical() == calendars(repeat)[0].to_ical()


async def test_a_refused_address_is_marked_and_the_letter_written_off(office: Office) -> None:
    reference = given_a_space(office)
    tell(office, "E1", reference)
    office.post.faults.append(SmtpFault("rcpt", "550 5.1.1 Nobody", recipient=PRIYA))
    (answer,) = await office.looks(sweep=False)
    assert (answer.outcome, answer.channel_state) == ("never", "disabled")
    state = office.council.database.read_now(channels.get, TEAM_MANAGER, "mail")
    assert state is not None and (state.state, state.channel_user_id) == ("disabled", PRIYA)
    assert office.council.database.read_now(letters.counts) == {"refused": 1}


async def test_an_answer_goes_out_on_the_thread_of_what_was_answered(office: Office) -> None:
    person = small_council().people[TEAM_MANAGER]
    posted = await office.courier.answer(
        person,
        Message("This is what I understood\n\nGrade: Good", "x"),
        subject_line="Re: A learning space for you: LS-2025Q4-001",
        reference="LS-2025Q4-001",
        in_reply_to="<from-priya@northmoor.example>",
        references=["<first@northmoor.example>"],
    )
    assert posted.outcome == "sent"
    (mail,) = office.mail_of(PRIYA)
    assert mail["In-Reply-To"] == "<from-priya@northmoor.example>"
    assert mail["References"].split() == ["<first@northmoor.example>", "<from-priya@northmoor.example>"]


# -- dates for the calendar -------------------------------------------------------------------------------------------


async def test_the_due_date_comes_once_as_a_whole_day_that_tells_nothing_about_anybody(office: Office) -> None:
    reference = given_a_space(office)
    tell(office, "E1", reference)
    await office.looks(sweep=False)
    tell(office, "E6", reference)
    await office.looks(sweep=False)
    first, second = office.mail_of(PRIYA)
    assert calendars(second) == [], "she has it already"
    (calendar,) = calendars(first)
    (event,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "PUBLISH"
    assert event["DTSTART"].dt == office.council.item(reference).due_on
    assert event["DTEND"].dt == event["DTSTART"].dt + timedelta(days=1)
    assert (event["SEQUENCE"], event["CLASS"], event["TRANSP"]) == (0, "PRIVATE", "TRANSPARENT")
    said = calendar.to_ical().decode()
    assert event["SUMMARY"] == f"Learning space due: {reference}"
    for private in ("Priya", "NM-000010", "Worker", TEAM_MANAGER, entra_id(TEAM_MANAGER)):
        assert private not in said
    assert "ATTENDEE" not in said and "RRULE" not in said
    assert all(len(line) <= 75 for line in calendar.to_ical().split(b"\r\n")), "RFC 5545 folds at 75 bytes"


async def test_a_new_due_date_moves_the_same_entry_and_sending_it_in_takes_it_away(office: Office) -> None:
    reference = given_a_space(office)
    tell(office, "E1", reference)
    await office.looks(sweep=False)
    write = office.council.database.write_now
    write(learning_spaces.update, reference, due_on=date(2026, 2, 16))
    await office.looks(at="2026-01-06 10:00")
    write(learning_spaces.update, reference, state="submitted", next_step_at=None)
    await office.looks(at="2026-01-07 10:00")
    entries = [calendar for mail in office.mail_of(PRIYA) for calendar in calendars(mail)]
    assert [str(one["METHOD"]) for one in entries] == ["PUBLISH", "PUBLISH", "CANCEL"]
    events = [one.walk("VEVENT")[0] for one in entries]
    assert len({str(event["UID"]) for event in events}) == 1
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
    assert events[1]["DTSTART"].dt == date(2026, 2, 16)
    assert str(events[2]["STATUS"]) == "CANCELLED"
    subjects = [mail["Subject"] for mail in office.mail_of(PRIYA)]
    assert subjects[1:] == [f"A date in your calendar: {reference}"] * 2


async def test_whoever_hands_it_over_is_told_to_take_the_date_out_and_nobody_without_it_is(office: Office) -> None:
    reference = given_a_space(office)
    tell(office, "E1", reference)
    await office.looks(sweep=False)
    office.council.database.write_now(learning_spaces.update, reference, person="p-manager-2")
    await office.looks(at="2026-01-06 10:00")
    assert str(calendars(office.mail_of(PRIYA)[-1])[0]["METHOD"]) == "CANCEL"
    before = len(office.post.taken)
    await office.looks(at="2026-01-06 11:00")
    assert len(office.post.taken) == before, "once is enough"


async def test_the_day_of_a_talk_comes_moves_and_falls_away_under_one_id(office: Office) -> None:
    council = office.council
    item = council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case="NM-000010")
    council.now = london("2026-01-20 10:00")
    view = fill_in(council.database, council.framework, item, now=council.now, grade="inadequate")
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    moderation = moderation_of(council, item)
    graded(council, moderation, "inadequate")
    for day in (27, 28):
        booked(council, moderation, date(2026, 1, day))
        await office.looks()
    council.database.write_now(moderations.update, moderation.reference, booked_on=None)
    await office.looks(at="2026-01-21 10:00")
    await office.looks(at="2026-01-21 11:00")
    entries = [calendar for mail in office.mail_of(PRIYA) for calendar in calendars(mail)]
    events = [one.walk("VEVENT")[0] for one in entries if "moderation" in str(one.walk("VEVENT")[0]["SUMMARY"])]
    assert [event["DTSTART"].dt.day for event in events] == [27, 28, 28]
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
    assert [str(event["STATUS"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert len({str(event["UID"]) for event in events}) == 1
    assert "no longer booked" in plain_text(office.mail_of(PRIYA)[-1])


async def test_the_meeting_of_a_loop_comes_at_its_hour_moves_and_is_called_off_under_one_id(office: Office) -> None:
    council, actor = office.council, Actor.person(SENIOR_MANAGER)
    _, loop = an_inadequate_one(council)
    council.now = london("2026-03-24 10:00")
    write = council.database.write_now
    for day in ("2026-03-27", "2026-03-30"):  # summer time begins between them
        raw = {"meeting_on": day, "meeting_from": "14:30"}
        write(book_meeting, council.framework, loop.token, actor=actor, raw=raw, now=council.now)
        await office.looks()
    write(call_meeting_off, council.framework, loop.token, actor=actor, now=council.now)
    await office.looks()
    address = council.database.read_now(establishments.current).people[SENIOR_MANAGER].email
    entries = [one for mail in office.mail_of(address) for one in calendars(mail)]
    events = [one.walk("VEVENT")[0] for one in entries]
    assert [str(one["METHOD"]) for one in entries] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
    assert len({str(event["UID"]) for event in events}) == 1
    assert [event["DTSTART"].dt.isoformat() for event in events] == [
        "2026-03-27T14:30:00+00:00",
        "2026-03-30T13:30:00+00:00",
        "2026-03-30T13:30:00+00:00",
    ]
    assert {str(event["SUMMARY"]) for event in events} == {f"A meeting: {loop.reference}"}
    assert all((event["DTEND"].dt - event["DTSTART"].dt) == timedelta(hours=1) for event in events)
    subjects = [str(mail["Subject"]) for mail in office.mail_of(address)]
    assert subjects.count(f"A meeting: {loop.reference}") == 3


async def test_managers_who_only_hear_of_it_get_no_date(office: Office) -> None:
    reference = given_a_space(office)
    tell(office, "E11", reference, HEAD, step="+2")
    await office.looks(sweep=False)
    assert calendars(office.mail_of(LEILA)[0]) == []


# -- the signed word --------------------------------------------------------------------------------------------------


def test_a_word_holds_for_its_own_letter_and_installation_only() -> None:
    about = {"person": "p-1", "subject": "LS-2026Q3-014", "message_id": "<a@b>"}
    word = sign("secret", **about)
    assert len(word) == 16
    assert holds("secret", word.upper(), **about)
    assert not holds("another", word, **about)
    for changed in ({"person": "p-2"}, {"subject": "LS-2026Q3-015"}, {"message_id": "<c@d>"}):
        assert not holds("secret", word, **(about | changed))
    assert not holds("secret", "", **about)
    assert not holds("secret", "\ud800", **about)


def test_a_word_is_found_in_what_a_mail_program_makes_of_it() -> None:
    line = token_line("LS-2026Q3-014", "k7f3abcd2345wxyz")
    assert tokens_in(f"> > Please leave this line in your reply: {line}\n> {line}") == ("k7f3abcd2345wxyz",)
    assert tokens_in(line.upper()) == ("k7f3abcd2345wxyz",)
    assert tokens_in("[Ref LS-2026Q3-014/\n> k7f3abcd2345wxyz]") == ()
    assert tokens_in("[Ref k7f3abcd2345wxyz]") == ("k7f3abcd2345wxyz",)
    assert tokens_in("[Ref short]") == ()


def test_what_arrived_is_kept_exactly(post: Post) -> None:
    post.keep(Mail("a@b.example", "c@d.example", b"Subject: x\r\n\r\nBody\r\n"))
    assert post.to("C@D.example")[0].raw == b"Subject: x\r\n\r\nBody\r\n"


async def test_a_letter_says_how_to_stop_emails_only_to_whom_teams_reaches_as_well(office: Office) -> None:
    reference = given_a_space(office)
    tell(office, "E1", reference)
    await office.looks(sweep=False)
    office.council.database.write_now(record_contact, TEAM_MANAGER, conversation_id="a chat", now=office.council.now)
    tell(office, "E1", reference, step="again")
    await office.looks(sweep=False)
    await office.looks(at="2026-01-06 10:05", sweep=False)  # it follows the one in Teams
    said = [plain_text(mail) for mail in office.mail_of(PRIYA)]
    assert ["stop emails" in one for one in said] == [False, True]


async def test_a_leaders_letter_of_many_is_one_and_its_repeat_has_the_same_message_id_and_the_same_ones(
    office: Office,
) -> None:
    late = [
        office.council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case=f"NM-{number:06}")
        for number in range(10, 14)
    ]
    office.post.faults.append(SmtpFault("after", recipient=LEILA))
    await office.looks(at="2026-02-04 09:00")
    office.council.database.write_now(learning_spaces.update, late[0].reference, state="submitted", next_step_at=None)
    await office.looks(at="2026-02-04 09:05", sweep=False)
    first, repeat = office.mail_of(LEILA)
    assert first["Subject"] == "Four learning spaces are late: what needs you today"
    assert repeat["Subject"] == "Repeat: Three learning spaces are late: what needs you today"
    assert first["Message-ID"] == repeat["Message-ID"]
    said, again = plain_text(first), plain_text(repeat)
    assert [one.reference in said for one in late] == [True] * 4
    assert [one.reference in again for one in late] == [False, True, True, True]
    assert late[0].reference not in str(first["Subject"]) and "Priya" not in str(first["Subject"])


async def test_a_list_that_comes_back_goes_the_other_way_whole(office: Office) -> None:
    people = small_council()
    office.council.given_the_council_is(people)  # now they have Teams as well
    for number in (10, 11):
        office.council.given_a_learning_space("tm-north-1", allocated_on=date(2026, 1, 5), case=f"NM-{number:06}")
    office.council.database.write_now(channels.set_state, HEAD, "teams", "blocked", "", office.council.now)
    await office.looks(at="2026-02-04 09:00")
    (mail,) = office.mail_of(LEILA)
    office.council.database.write_now(channels.set_state, HEAD, "teams", "reachable", "", office.council.now)
    report = {"original_message_id": str(mail["Message-ID"]), "recipient": LEILA, "status": "5.1.1"}
    office.council.database.write_now(record_bounce, office.council.framework, **report, now=office.council.now)
    (message,) = [one for one in office.council.claim() if one.person.id == HEAD]
    assert len(message.notices) == 2
