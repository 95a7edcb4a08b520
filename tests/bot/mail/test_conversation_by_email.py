"""Somebody who never opens Teams: letters by real SMTP out, replies by real SMTP in, and nothing counts until YES."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import pytest

from assurance.assign_action import assign_action
from assurance.demo_council import DEMO_TEAM_MANAGER
from assurance.receive_mail import finish_reading, forget_mail, keep_mail, mail_by_number
from bot.clock import Clock
from bot.service import Service
from bot.settings import Settings
from desk.connector import TeamsDesk
from desk.mailbox import Mail, Post, smtp_server
from desk.members import Member
from desk.serving import serving
from policy.forms import SOFT_CHECKS
from policy.framework import Framework
from policy.loader import load_framework
from storage import actions, establishment, history, learning_spaces, more_time, red_flags, replies
from storage.database import Database, Session
from storage.learning_spaces import LearningSpace
from tests.assurance.forms_filled import MEETING, PAGES, save
from tests.bot.conftest import FRIDAY

MAILBOX = "qa-bot@northmoor.example"
GATEWAY = "gateway.northmoor.example"

WHOLE = """\
Hi,

1. 20 November 2026
2. yes
3. yes
5. 1
6. no
7. 2
8. good
9. 2
10. 2
11. 3
12. 2
13. 2
15. good
16. 2
17. The plan was followed and the visits were made.
18. planning
19. Direct work that changed the plan.
20. supervision

Kind regards,
Leila
"""


class Correspondent:
    """One person of the council with an ordinary mail client."""

    def __init__(self, post: Post, address: str, port: int) -> None:
        self._post = post
        self.port = port
        self.address = address
        self._read = 0
        self._number = 0

    async def letter(self) -> EmailMessage:
        """The next letter that comes."""
        async with asyncio.timeout(20):
            while len(self._post.to(self.address)) <= self._read:
                await asyncio.sleep(0.02)
        self._read += 1
        return self._post.to(self.address)[self._read - 1].message()

    def skip(self, until: Mail | None = None) -> None:
        """What has come so far is read, or what has come before one letter."""
        mine = self._post.to(self.address)
        self._read = mine.index(until) if until else len(mine)

    async def no_letter(self) -> None:
        """Nothing comes that was not there before."""
        await asyncio.sleep(0.3)
        assert len(self._post.to(self.address)) == self._read

    async def reply(self, to: EmailMessage, text: str, **headers: str) -> None:
        """Answer a letter above its quoted text, as Outlook does."""
        quoted = body(to)
        said = f"{text}\n\n________________________________\nFrom: QA bot <{MAILBOX}>\nSent: 20 November 2026 10:00\n"
        said += f"To: Somebody\nSubject: {to['Subject']}\n\n{quoted}"
        await self.send(said, subject=f"RE: {to['Subject']}", in_reply_to=str(to["Message-ID"]), **headers)

    async def send(self, text: str, *, subject: str = "", in_reply_to: str = "", **headers: str) -> None:
        """Send a message; by default the gateway has found it to be really from this person."""
        self._number += 1
        message = EmailMessage()
        message["From"] = headers.pop("sender", self.address)
        message["To"] = MAILBOX
        message["Subject"] = subject
        message["Message-ID"] = f"<{self._number}.{self.address}>"
        domain = self.address.rpartition("@")[2]
        found = headers.pop("found", f"{GATEWAY}; dmarc=pass header.from={domain}")
        if found:
            message["Authentication-Results"] = found
        if in_reply_to:
            message["In-Reply-To"] = message["References"] = in_reply_to
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        await aiosmtplib.send(message, hostname="127.0.0.1", port=self.port, start_tls=False)

    async def ask(self, to: EmailMessage, text: str) -> EmailMessage:
        """Answer, and read the letter that answers."""
        await self.reply(to, text)
        while not str((letter := await self.letter())["Subject"]).startswith("About your email"):
            pass  # a date for the calendar, say
        return letter


def body(letter: EmailMessage) -> str:
    """The plain text of a letter."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def now(db: Database, item: LearningSpace) -> LearningSpace:
    """A learning space as it stands."""
    found = db.read_now(learning_spaces.by_reference, item.reference)
    assert found is not None
    return found


def answers(db: Database, item: LearningSpace) -> dict[str, Any]:
    """What is saved of the form."""
    draft = db.read_now(learning_spaces.load_draft, item.reference, item.person)
    return {key: value for key, value in draft.answers.items() if key != SOFT_CHECKS} if draft else {}


async def until_read(db: Database) -> None:
    """Until every message that came in has been taken."""
    async with asyncio.timeout(20):
        await asyncio.sleep(0.1)
        while await db.read(replies.waiting):
            await asyncio.sleep(0.02)


async def letter_to_somebody(post: Post, subject: str, db: Database, like: Correspondent) -> Correspondent:
    """Whoever is sent a letter with this subject, about to read it."""
    async with asyncio.timeout(20):
        while not (found := [mail for mail in post.taken if str(mail.message()["Subject"]).startswith(subject)]):
            await asyncio.sleep(0.02)
    reader = Correspondent(post, found[0].recipient, like.port)
    reader.skip(found[0])
    return reader


@pytest.fixture
async def post() -> AsyncIterator[tuple[Post, int]]:
    post = Post()
    async with smtp_server(post) as port:
        yield post, port


@pytest.fixture
async def teams(db: Database) -> AsyncIterator[TeamsDesk]:
    """A Teams in which nobody has the app."""
    people = db.read_now(establishment.current).people.values()
    members = [Member(one.entra_object_id, one.name, one.email, installed=False) for one in people]
    desk = TeamsDesk("", "", members)
    async with serving(desk.application()) as url:
        desk.service_url = f"{url}/"
        yield desk


def _only_for(session: Session, person: str) -> None:
    session.connection.exec_driver_sql("UPDATE notices SET state = 'cancelled' WHERE recipient <> ?", (person,))


@pytest.fixture
async def service(
    db: Database, framework: Framework, post: tuple[Post, int], teams: TeamsDesk
) -> AsyncIterator[Service]:
    # Forty others have been told something as well; here only one of them reads their post.
    db.write_now(_only_for, DEMO_TEAM_MANAGER)
    settings = Settings.load(
        mode="local",
        port=0,
        service_url=teams.service_url,
        mail="smtp",
        mailbox=MAILBOX,
        smtp_url=f"smtp://127.0.0.1:{post[1]}",
        mail_listen="127.0.0.1:0",
        mail_authserv=GATEWAY,
    )
    service = Service(settings, framework, Clock.starting(FRIDAY), db)
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


@pytest.fixture
def item(db: Database) -> LearningSpace:
    return db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]


@pytest.fixture
def manager(db: Database, service: Service, post: tuple[Post, int]) -> Correspondent:
    address = db.read_now(establishment.current).people[DEMO_TEAM_MANAGER].email
    assert service.postman and service.postman.listener
    return Correspondent(post[0], address, service.postman.listener.port)


LAST = """\
21. Reflective supervision, more often
24. Arrange reflective supervision every month
25. 2
26. 18 December
27. 4
"""


# -- a whole learning space ------------------------------------------------------------------------------------------


async def test_a_manager_who_never_opens_teams_completes_a_learning_space_by_email(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    assert first["Subject"] == f"A learning space for you: {item.reference}"
    questions = await manager.ask(first, f"open {item.reference}")
    assert "  1. Date of the meeting: (please answer)" in body(questions)
    back = await manager.ask(questions, WHOLE)
    assert "  15. Overall practice grade: Good" in body(back)
    assert "Two answers are still wanted." in body(back)
    assert (await manager.ask(back, "YES"))["Subject"] == f"About your email: {item.reference}"
    assert now(db, item).state == "opened", "an early YES sends nothing"
    whole = await manager.ask(back, LAST)
    assert "Everything is answered. Reply with YES alone to send it in." in body(whole)
    assert now(db, item).state == "opened", "nothing counts until YES"
    receipt = await manager.ask(whole, "Yes, thank you.\n\nKind regards\nLeila")
    sent_in = now(db, item)
    assert (sent_in.state, sent_in.grade, sent_in.impact) == ("submitted", "good", "good")
    said = body(receipt)
    assert not any(word in said for word in ("Good", "supervision", item.case_ref)), "the receipt holds no answers"
    again = await manager.ask(receipt, "YES")
    assert "Nothing waits for a YES" in body(again)


async def test_no_letter_names_the_case_or_the_practitioner(
    manager: Correspondent, item: LearningSpace, db: Database, post: tuple[Post, int]
) -> None:
    first = await manager.letter()
    questions = await manager.ask(first, f"open {item.reference}")
    await manager.ask(questions, WHOLE)
    practitioner = db.read_now(establishment.current).people[item.practitioner].name
    for mail in post[0].to(manager.address):
        said = mail.raw.decode() + body(mail.message())
        assert item.case_ref not in said and practitioner not in said


async def test_a_grade_alone_with_words_below_is_the_overall_grade_and_its_reasons(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    back = await manager.ask(first, "GOOD\n\nThe plan was followed and the child knows it.")
    assert "  15. Overall practice grade: Good" in body(back)
    assert "  17. Why this overall grade: The plan was followed and the child knows it." in body(back)
    assert answers(db, item)["grade"] == "good"


async def test_a_correction_changes_only_what_it_names(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    back = await manager.ask(await manager.ask(first, f"open {item.reference}"), WHOLE)
    before = answers(db, item)
    back = await manager.ask(back, "change 15 to requires improvement")
    assert "  15. Overall practice grade: Requires improvement to be good" in body(back)
    assert answers(db, item) == before | {"grade": "requires_improvement"}


async def test_answers_typed_between_our_lines_count_also_where_the_program_marks_no_quotes(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    questions = await manager.ask(first, f"open {item.reference}")
    lines = []
    for line in body(questions).splitlines():
        lines.append(line)
        lines += ["yes"] if line.startswith(("  2. ", "  3. ")) else ["Good"] if line.startswith("  15. ") else []
    outlook = f"{'_' * 32}\nFrom: QA bot <{MAILBOX}>\nSent: 20 November 2026 10:00\nTo: Somebody\n"
    outlook += f"Subject: {questions['Subject']}\n\n" + "\n".join(lines)
    await manager.send(outlook, subject=f"RE: {questions['Subject']}", in_reply_to=str(questions["Message-ID"]))
    back = await manager.letter()
    assert "  15. Overall practice grade: Good" in body(back), body(back)
    assert answers(db, item) == {"in_person": "yes", "practitioner_took_part": "yes", "grade": "good"}


async def test_an_answer_that_cannot_be_read_is_named_and_the_others_are_kept(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    questions = await manager.ask(first, f"open {item.reference}")
    back = await manager.ask(questions, "1. 3/20/2026\n2. yes\n15. 9\n77. good")
    said = body(back)
    assert "Question 1, Date of the meeting" in said and "Question 15, Overall practice grade" in said
    assert "There is no question with that number." in said
    assert answers(db, item) == {"in_person": "yes"}


async def test_words_that_look_like_a_childs_details_are_neither_kept_nor_repeated(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    questions = await manager.ask(first, f"open {item.reference}")
    back = await manager.ask(questions, "2. yes\n17. He lives at PR1 2AB and his number is 943 476 5919.")
    said = body(back)
    assert "PR1" not in said and "943" not in said
    assert "what looks like a person's details" in said
    assert answers(db, item) == {"in_person": "yes"}
    row = db.read_now(mail_by_number, 2)
    assert row.with_details and row.raw
    tomorrow = FRIDAY + timedelta(days=2)
    db.write_now(forget_mail, load_framework(), tomorrow)
    assert db.read_now(mail_by_number, 2).raw is None, "kept for one day only"
    assert db.read_now(mail_by_number, 1).raw is not None, "the others for thirty"


async def test_an_answer_that_a_child_is_at_immediate_risk_is_acted_on_before_any_yes(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    questions = await manager.ask(first, f"open {item.reference}")
    back = await manager.ask(questions, "6. yes")
    assert "You said that a child is at immediate risk." in body(back)
    assert db.read_now(red_flags.of, item.reference) is not None


async def test_what_is_begun_in_teams_is_finished_by_email(
    manager: Correspondent, item: LearningSpace, db: Database, framework: Framework, service: Service
) -> None:
    first = await manager.letter()
    pages = {**PAGES, "meeting": {**MEETING, "date_held": "2026-11-20"}}
    for step in ("meeting", "domains", "judgement"):
        save(db, framework, item, step, pages[step], now=FRIDAY + timedelta(minutes=5))
    back = await manager.ask(first, f"open {item.reference}")
    assert "  15. Overall practice grade: Good" in body(back)
    whole = await manager.ask(back, "18. planning\n19. Direct work.\n20. supervision\n" + LAST)
    assert "Everything is answered." in body(whole), body(whole)
    await manager.ask(whole, "YES")
    assert now(db, item).state == "submitted"


async def test_a_draft_that_has_changed_since_the_letter_is_read_back_anew_instead_of_sent(
    manager: Correspondent, item: LearningSpace, db: Database, framework: Framework
) -> None:
    first = await manager.letter()
    whole = await manager.ask(await manager.ask(first, f"open {item.reference}"), WHOLE.partition("Kind")[0] + LAST)
    assert "Everything is answered." in body(whole)
    changed = {**PAGES["judgement"], "grade": "requires_improvement"}
    save(db, framework, item, "judgement", changed, now=FRIDAY + timedelta(minutes=9))
    back = await manager.ask(whole, "YES")
    assert "Not sent in yet" in body(back) and "Requires improvement" in body(back)
    assert now(db, item).state == "opened"
    await manager.ask(back, "YES")
    assert now(db, item).grade == "requires_improvement"


# -- more time, actions ----------------------------------------------------------------------------------------------


async def test_more_time_is_asked_and_agreed_by_email(
    manager: Correspondent, item: LearningSpace, db: Database, framework: Framework, post: tuple[Post, int]
) -> None:
    first = await manager.letter()
    back = await manager.ask(first, "Please extend to 29 December because the practitioner is away")
    assert "Tuesday 29 December" in body(back) and "The practitioner is away" in body(back)
    assert not db.read_now(more_time.undecided), "nothing is asked before YES"
    asked = await manager.ask(back, "yes")
    (request,) = db.read_now(more_time.undecided)
    assert (request.reason, request.new_due_on) == ("practitioner_away", date(2026, 12, 29))
    assert "Head of Service" in body(asked)
    decider = await letter_to_somebody(post[0], "A request for you to decide", db, manager)
    letter = await decider.letter()
    back = await decider.ask(letter, "Agree")
    assert body(back).startswith(f"You agree: {item.reference}")
    await decider.ask(back, "Yes")
    assert now(db, item).due_on == date(2026, 12, 29)


async def test_a_date_that_is_not_possible_is_said_before_the_yes(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    back = await manager.ask(first, "extend to 1 December because I am away")
    assert "Please choose a day after Friday 18 December" in body(back)
    better = await manager.ask(back, "extend to 29 December")
    assert "Reply with YES alone to ask for more time." in body(better)
    await manager.ask(better, "NO")
    assert not db.read_now(more_time.undecided)


async def test_an_action_is_closed_by_email_with_where_it_can_be_seen(
    manager: Correspondent, item: LearningSpace, db: Database, framework: Framework, service: Service
) -> None:
    await manager.letter()
    action = db.write_now(
        assign_action,
        framework,
        subject=item.reference,
        owner=DEMO_TEAM_MANAGER,
        what="Arrange reflective supervision every month",
        kind="supervision",
        due_on=date(2026, 12, 18),
        set_by=DEMO_TEAM_MANAGER,
        profile="action",
        now=FRIDAY - timedelta(days=4),
    )
    service.dispatcher.wake()
    letter = await manager.letter()
    assert letter["Subject"] == f"An action for you: {action.reference}"
    back = await manager.ask(letter, "done, supervision note 19 November")
    assert "Where can it be seen? Supervision" in body(back) and "Thursday 19 November" in body(back)
    assert db.read_now(actions.by_reference, action.reference).state == "open"
    await manager.ask(back, "YES")
    done = db.read_now(actions.by_reference, action.reference)
    assert (done.state, done.evidence_kind, done.evidence_on) == ("done", "supervision", date(2026, 11, 19))


# -- who may, and what is never answered -----------------------------------------------------------------------------


async def test_a_letter_passed_on_does_nothing_in_other_hands(
    manager: Correspondent, item: LearningSpace, db: Database, post: tuple[Post, int]
) -> None:
    first = await manager.letter()
    people = db.read_now(establishment.current).people
    other = next(one for one in people.values() if one.id not in (DEMO_TEAM_MANAGER, item.practitioner))
    stranger = Correspondent(post[0], other.email, manager.port)
    stranger.skip()
    await stranger.reply(first, "GOOD\n\nAll fine.")
    answer = await stranger.letter()
    assert "That letter was written to somebody else" in body(answer)
    assert answers(db, item) == {} and now(db, item).state == "allocated"
    await until_read(db)
    assert [row.reason for row in db.read_now(replies.unclear)] == ["not_the_person_asked"]


@pytest.mark.parametrize(
    "found",
    [
        "",
        "mx.elsewhere.example; dmarc=pass header.from=northmoor.example",
        "gateway.northmoor.example; dmarc=fail header.from=northmoor.example",
        "gateway.northmoor.example; dmarc=pass header.from=n0rthmoor.example",
    ],
)
async def test_a_sender_nobody_vouches_for_changes_nothing_and_is_not_written_to(
    manager: Correspondent, item: LearningSpace, db: Database, found: str
) -> None:
    first = await manager.letter()
    await manager.reply(first, "GOOD\n\nAll fine.", found=found)
    await until_read(db)
    await manager.no_letter()
    assert answers(db, item) == {}
    assert [row.reason for row in db.read_now(replies.unclear)] == ["not_authenticated"]


async def test_someone_who_is_not_of_this_council_is_not_answered(
    manager: Correspondent, db: Database, post: tuple[Post, int]
) -> None:
    outside = Correspondent(post[0], "someone@elsewhere.example", manager.port)
    await outside.send("list", subject="hello")
    await until_read(db)
    await outside.no_letter()
    assert [row.reason for row in db.read_now(replies.unclear)] == ["unknown_sender"]


async def test_an_absence_note_and_our_own_letters_are_never_answered_so_two_bots_fall_silent(
    manager: Correspondent, db: Database, item: LearningSpace
) -> None:
    first = await manager.letter()
    await manager.reply(first, "I am away until Monday.", Auto_Submitted="auto-replied")
    raw = first.as_bytes()
    await aiosmtplib.send(raw, sender=MAILBOX, recipients=[MAILBOX], hostname="127.0.0.1", port=manager.port)
    await until_read(db)
    await manager.no_letter()
    assert db.read_now(replies.unclear) == []


async def test_a_machine_that_answers_every_answer_is_soon_left_alone(
    manager: Correspondent, db: Database, framework: Framework
) -> None:
    letter = await manager.letter()
    for number in range(framework.mail.answers_a_day - 1):
        db.write_now(keep_mail, external_id=f"earlier {number}", raw=b"list", from_exchange=False, now=FRIDAY)
    for number in db.read_now(replies.waiting, 100):
        db.write_now(finish_reading, number=number, event="answer", person=DEMO_TEAM_MANAGER, now=FRIDAY)
    await manager.ask(letter, "blah blah")
    await manager.reply(letter, "blah blah")
    await until_read(db)
    await manager.no_letter()


async def test_words_that_mean_nothing_to_us_go_to_the_qa_team_with_the_reason(
    manager: Correspondent, db: Database, item: LearningSpace
) -> None:
    first = await manager.letter()
    answer = await manager.ask(first, "Could somebody ring me about the car park?")
    assert "The QA team can see that you wrote" in body(answer)
    await until_read(db)
    (row,) = db.read_now(replies.unclear)
    assert (row.reason, row.person, row.subject) == ("not_understood", DEMO_TEAM_MANAGER, item.reference)


async def test_no_emails_any_more_is_refused_to_whom_teams_cannot_reach(manager: Correspondent) -> None:
    first = await manager.letter()
    assert "Email is the only way to reach you" in body(await manager.ask(first, "stop emails"))


async def test_list_and_help_are_answered_whatever_letter_they_answer(manager: Correspondent) -> None:
    first = await manager.letter()
    assert "is waiting for you" in body(await manager.ask(first, "list"))
    assert "What you can write to me" in body(await manager.ask(first, "help"))


async def test_the_same_message_twice_is_read_once(manager: Correspondent, db: Database) -> None:
    await manager.letter()
    for _ in range(2):
        message = EmailMessage()
        message["From"], message["To"], message["Message-ID"] = manager.address, MAILBOX, "<twice@x.example>"
        message["Authentication-Results"] = f"{GATEWAY}; dmarc=pass header.from={manager.address.rpartition('@')[2]}"
        message.set_content("list")
        await aiosmtplib.send(message, hostname="127.0.0.1", port=manager.port, start_tls=False)
    await manager.letter()
    await until_read(db)
    await manager.no_letter()


async def test_mail_for_another_mailbox_is_not_taken(manager: Correspondent) -> None:
    message = EmailMessage()
    message["From"], message["To"] = manager.address, "someone.else@northmoor.example"
    message.set_content("list")
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await aiosmtplib.send(message, hostname="127.0.0.1", port=manager.port, start_tls=False)


async def test_the_history_says_that_an_email_was_answered_and_nothing_of_what_it_said(
    manager: Correspondent, db: Database, item: LearningSpace
) -> None:
    first = await manager.letter()
    await manager.ask(first, "GOOD\n\nThe plan was followed.")
    await until_read(db)
    entries = db.read_now(history.read, subject=item.reference)
    assert entries[-1].verb == "email_answered"
    assert not any("plan was followed" in str(entry.detail) for entry in entries)
