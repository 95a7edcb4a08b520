"""The words a letter offers do what its buttons do in Teams, in the ways people really write them."""

from __future__ import annotations

from datetime import date, timedelta
from email.message import EmailMessage

import pytest

from assurance.actions.assign_action import assign_action
from assurance.actions.update_action import update_action
from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from assurance.learning_space.reflect import open_reflection
from bot.service import Service
from desk.mailbox import Post
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.casework import actions
from storage.casework.actions import Action
from storage.casework.learning_spaces import LearningSpace
from storage.contact import channels
from storage.council import establishment, history
from storage.engine.database import Database, Session
from storage.outbox import letters
from tests.bot.conftest import FRIDAY
from tests.bot.mail.by_email.correspondent import Correspondent, answers, body, letter_to_somebody, now


def given_an_action(db: Database, framework: Framework, item: LearningSpace, owner: str = DEMO_TEAM_MANAGER) -> Action:
    found = db.write_now(
        assign_action,
        framework,
        subject=item.reference,
        owner=owner,
        what="Arrange reflective supervision every month",
        kind="supervision",
        due_on=date(2026, 12, 18),
        set_by=DEMO_TEAM_MANAGER,
        profile="action",
        now=FRIDAY - timedelta(days=4),
    )
    assert isinstance(found, Action)
    return found


async def test_labelled_paragraphs_answer_the_questions_they_name(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    back = await manager.ask(
        first,
        "Good\n\nStrengths: planning; What worked well: Direct work that changed the plan.\n"
        "Learning: supervision\nWhat could be even better: Reflective supervision,\nmore often, and noted.\n"
        "Overall impact and outcomes for the child: requires improvement\n\nKind regards\nLeila",
    )
    kept = answers(db, item)
    assert kept["grade"] == "good" and kept["impact"] == "requires_improvement", body(back)
    assert kept["worked_well"] == "Direct work that changed the plan."
    assert kept["even_better"] == "Reflective supervision,\nmore often, and noted."
    assert kept["strength_themes"] == ["planning"] and kept["learning_themes"] == ["supervision"]
    assert now(db, item).grade == "", "nothing counts until YES"


async def test_the_letter_about_an_action_offers_words_that_ask_for_its_questions(
    manager: Correspondent, item: LearningSpace, db: Database, framework: Framework, service: Service
) -> None:
    await manager.letter()
    action = given_an_action(db, framework, item)
    service.dispatcher.wake()
    letter = await manager.letter()
    assert f"reply with the words open {action.reference}" in body(letter)
    asked = await manager.ask(letter, f"Open {action.reference}.")
    assert "  1. " in body(asked) and "did not understand" not in body(asked)
    back = await manager.ask(asked, "1. In progress")
    assert "In progress" in body(back)


async def test_open_alone_opens_what_the_letter_is_about_and_lists_where_nothing_can_be_opened(
    manager: Correspondent, item: LearningSpace, db: Database, framework: Framework, service: Service
) -> None:
    first = await manager.letter()
    questions = await manager.ask(first, "open")
    assert questions["Subject"] == f"About your email: {item.reference}"
    assert "  1. Date of the meeting: (please answer)" in body(questions)
    action = given_an_action(db, framework, item)
    service.dispatcher.wake()
    asked = await manager.ask(await manager.letter(), "Open.")
    assert asked["Subject"] == f"About your email: {action.reference}" and "  1. " in body(asked)
    await manager.send("open")
    listed = await manager.letter()
    assert listed["Subject"] == "About your email" and item.reference in body(listed)


async def test_a_question_copied_with_its_answer_behind_it_is_answered(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    questions = await manager.ask(await manager.letter(), "open")
    back = await manager.ask(
        questions,
        "Date of the meeting: 20 November 2026\nWas it held in person? yes\n\nDid the practitioner take part? yes",
    )
    expected = {"date_held": "2026-11-20", "in_person": "yes", "practitioner_took_part": "yes"}
    assert answers(db, item) == expected, body(back)


@pytest.mark.parametrize(("said", "due_on"), [("Agreed, thanks", date(2027, 1, 8)), ("Decline", date(2026, 12, 18))])
async def test_another_date_for_an_action_is_agreed_or_declined_by_email(
    manager: Correspondent,
    item: LearningSpace,
    db: Database,
    framework: Framework,
    service: Service,
    post: tuple[Post, int],
    said: str,
    due_on: date,
) -> None:
    action = given_an_action(db, framework, item)
    db.write_now(
        update_action,
        framework,
        action.token,
        actor=Actor.person(DEMO_TEAM_MANAGER),
        raw={"update": "new_date", "new_date": "2027-01-08"},
        now=FRIDAY,
    )
    service.dispatcher.wake()
    decider = await letter_to_somebody(post[0], "A new date is asked for", db, manager)
    back = await decider.ask(await decider.letter(), said)
    assert "Friday 8 January" in body(back)
    assert db.read_now(actions.by_reference, action.reference).due_on == date(2026, 12, 18), "not before YES"
    await decider.ask(back, "Yes please, go ahead")
    found = db.read_now(actions.by_reference, action.reference)
    assert (found.due_on, found.asked_due_on) == (due_on, None)


async def test_a_practitioner_is_asked_for_their_own_words_and_a_button_s_words_are_not_taken_for_them(
    manager: Correspondent, item: LearningSpace, db: Database, framework: Framework, post: tuple[Post, int]
) -> None:
    address = db.read_now(establishment.current).people[item.practitioner].email
    practitioner = Correspondent(post[0], address, manager.port)
    practitioner.skip()
    for words in (f"reflect {item.reference}", f"open {item.reference}"):
        await practitioner.send(words)
        asked = await practitioner.letter()
        assert "only your YES adds it" in body(asked), body(asked)
    await practitioner.send(f"result {item.reference}")
    assert "Please open this one in Teams" in body(await practitioner.letter())
    back = await practitioner.ask(asked, "I would book the next review sooner.")
    assert "I would book the next review sooner." in body(back)
    await practitioner.ask(back, "YES")
    actor = Actor.person(item.practitioner)
    kept = db.read_now(open_reflection, framework, item.reference, actor=actor, now=FRIDAY + timedelta(hours=1))
    assert kept.text == "I would book the next review sooner."


def as_if_about_something_late(db: Database, letter: EmailMessage) -> EmailMessage:
    """The letter, had it said that something is late."""

    def write(session: Session) -> None:
        late = {"event": "E10", "message_id": str(letter["Message-ID"])}
        session.connection.exec_driver_sql("UPDATE letters SET event = :event WHERE message_id = :message_id", late)

    db.write_now(write)
    return letter


async def test_emails_are_stopped_once_teams_reaches_them_and_never_those_about_what_is_late(
    manager: Correspondent, item: LearningSpace, db: Database, service: Service
) -> None:
    first = await manager.letter()
    assert "Email is the only way to reach you" in body(await manager.ask(first, "Unsubscribe"))
    db.write_now(channels.set_state, DEMO_TEAM_MANAGER, "teams", "reachable", "", FRIDAY)
    assert "stop emails: messages in Teams only" in body(await manager.ask(first, "help"))
    answer = await manager.ask(first, "Please stop emails. Thanks")
    assert "You get your messages in Teams now" in body(answer)
    assert db.read_now(letters.wants, DEMO_TEAM_MANAGER) == "escalations"
    helped = body(await manager.ask(first, "help"))
    assert "start emails: emails again" in helped and "stop emails" not in helped
    late = await manager.ask(as_if_about_something_late(db, first), "stop emails")
    assert "What is late still comes by email" in body(late)
    assert "You get emails again" in body(await manager.ask(first, "start emails"))
    verbs = [entry.verb for entry in db.read_now(history.read, subject=DEMO_TEAM_MANAGER)]
    assert [verb for verb in verbs if verb in ("email_escalations", "email_all")] == ["email_escalations", "email_all"]
