"""More time and actions by email: asked, decided, done, each read back and kept by YES alone."""

from __future__ import annotations

from datetime import date, timedelta

from assurance.actions.assign_action import assign_action
from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.service import Service
from desk.mailbox import Post
from policy.framework.framework import Framework
from storage.casework import actions, more_time
from storage.casework.learning_spaces import LearningSpace
from storage.engine.database import Database
from storage.engine.session import Session
from storage.outbox import notices as outbox
from storage.outbox.notices import NewNotice
from tests.bot.conftest import FRIDAY
from tests.bot.mail.by_email.correspondent import (
    Correspondent,
    body,
    letter_to_somebody,
    now,
)


async def test_more_time_is_asked_and_agreed_by_email(
    manager: Correspondent, item: LearningSpace, db: Database, framework: Framework, post: tuple[Post, int]
) -> None:
    first = await manager.letter()
    back = await manager.ask(first, "Please extend to 26 December because the practitioner is away")
    moved = "Saturday 26 December is a bank holiday, so the new date is Tuesday 29 December."
    assert moved in body(back) and "The practitioner is away" in body(back)
    assert not db.read_now(more_time.undecided), "nothing is asked before YES"
    asked = await manager.ask(back, "yes")
    (request,) = db.read_now(more_time.undecided)
    assert (request.reason, request.new_due_on) == ("practitioner_away", date(2026, 12, 29))
    assert "Head of Service" in body(asked)
    decider = await letter_to_somebody(post[0], "A request for you to decide", db, manager)
    letter = await decider.letter()
    back = await decider.ask(letter, "Agree")
    assert body(back).startswith(f"You agree: {item.reference}")
    assert moved in body(back), "whoever decides is told as well"
    await decider.ask(back, "Yes")
    assert now(db, item).due_on == date(2026, 12, 29)


async def test_more_time_is_declined_by_email_with_a_reason_and_taken_back_within_its_minute(
    manager: Correspondent, item: LearningSpace, db: Database, post: tuple[Post, int]
) -> None:
    await manager.send(f"{item.reference} extend to 29 December because the practitioner is away")
    await manager.ask(await manager.letter(), "yes")
    decider = await letter_to_somebody(post[0], "A request for you to decide", db, manager)
    letter = await decider.letter()
    why = await decider.ask(letter, "Decline")
    assert "Nothing has been decided yet." in body(why)
    assert "Please say why" in body(await decider.ask(why, "YES")) and db.read_now(more_time.undecided)
    back = await decider.ask(letter, "decline because the quarter has to be complete")
    assert "Your reason: the quarter has to be complete" in body(back)
    done = await decider.ask(back, "YES")
    (request,) = db.read_now(more_time.of, item.reference)
    assert (request.state, request.because) == ("declined", "the quarter has to be complete")
    assert "the quarter" not in body(done) and "You can take it back" in body(done)
    assert "It is taken back" in body(await decider.ask(done, f"undo {item.reference}"))
    assert [one.token for one in db.read_now(more_time.undecided)] == [request.token]


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
    assert f"Open: reply with the words open {action.reference}" in body(letter)
    questions = body(await manager.ask(letter, f"open {action.reference}"))
    assert "  1. How is it going? (please answer: 1 Done;" in questions and "Please choose" not in questions
    back = await manager.ask(letter, "done, supervision note 19 November")
    assert "Where can it be seen? Supervision" in body(back) and "Thursday 19 November" in body(back)
    assert db.read_now(actions.by_reference, action.reference).state == "open"
    await manager.ask(back, "YES")
    done = db.read_now(actions.by_reference, action.reference)
    assert (done.state, done.evidence_kind, done.evidence_on) == ("done", "supervision", date(2026, 11, 19))


async def test_a_reply_to_a_letter_of_several_actions_says_which_or_is_asked(
    manager: Correspondent, item: LearningSpace, db: Database, framework: Framework, service: Service
) -> None:
    await manager.letter()
    set_on = FRIDAY - timedelta(days=4)

    def two_due(session: Session) -> list[str]:
        found = []
        for _ in range(2):
            made = assign_action(
                session,
                framework,
                subject=item.reference,
                owner=DEMO_TEAM_MANAGER,
                what="Arrange reflective supervision every month",
                kind="supervision",
                due_on=date(2026, 12, 18),
                set_by=DEMO_TEAM_MANAGER,
                profile="action",
                now=set_on,
            )
            actions.update(session, made.reference, steps_done=())
            outbox.cancel_for(session, made.reference, at=set_on, reason="so that only its reminder comes")
            facts = {"reference": made.reference, "owner": "A Manager", "due_on": "2026-12-18", "days_left": 28}
            due = NewNotice(
                "E35", "-7", made.reference, DEMO_TEAM_MANAGER, "owner", "teams", False, FRIDAY, FRIDAY, facts
            )
            outbox.add(session, [due], at=FRIDAY)
            found.append(made.reference)
        return found

    first, second = db.write_now(two_due)
    service.dispatcher.wake()
    letter = await manager.letter()
    assert letter["Subject"] == "Two of your actions are due"
    asked = body(await manager.ask(letter, "done, supervision note 19 November"))
    assert "My letter named several" in asked
    back = body(await manager.ask(letter, f"{second}: done, supervision note 19 November"))
    assert f"{second}" in back and "Where can it be seen?" in back
    assert "My letter named several" in body(await manager.ask(letter, f"{first} and {second} are done"))
