"""No grade leaves in a letter but to whoever gave it, in answer to their own message, and not after their YES."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

from bot.service import Service
from desk.mailbox import Post
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment
from storage.engine.database import Database, Session
from tests.assurance.forms_filled import fill_in, send_in
from tests.bot.conftest import FRIDAY
from tests.bot.mail.by_email.correspondent import LAST, WHOLE, Correspondent, body, letter_to_somebody, now
from tests.patience import PATIENCE

LEADERS = ("qa_lead", "head_of_service", "director", "executive_director", "senior_manager")


def grades_in(said: str, framework: Framework) -> list[str]:
    """Every word for a grade, also as part of a count."""
    titles = [grade.title for grade in framework.grades] + [grade.key.replace("_", " ") for grade in framework.grades]
    words = "|".join(rf"\b{re.escape(word)}\b" for word in (*titles, "Requires improvement"))
    return re.findall(words, re.sub(r"Good (?:news|morning)|a good day", "", said), re.IGNORECASE)


def given_to_others(session: Session, but: str) -> list[LearningSpace]:
    people = establishment.current(session).people
    return [item for one in people for item in learning_spaces.waiting_for(session, one) if one != but]


def a_colleague(session: Session, but: str) -> str:
    """The address of somebody else of the council."""
    people = establishment.current(session).people
    return next(one.email for one in people.values() if one.id != but and "@" in one.email)


async def test_the_read_back_repeats_an_authors_own_answers_and_nothing_else_and_the_receipt_none(
    manager: Correspondent, item: LearningSpace, db: Database, framework: Framework, post: tuple[Post, int]
) -> None:
    first = await manager.letter()
    assert not grades_in(body(first), framework)
    back = await manager.ask(await manager.ask(first, "open"), WHOLE.partition("Kind")[0] + LAST)
    assert "Overall practice grade: Good" in body(back)
    council = db.read_now(establishment.current)
    private = [item.case_ref, council.people[item.practitioner].name, council.cases[item.case_ref].team]
    for mail in post[0].taken:
        whole = mail.raw.decode() + body(mail.message())
        assert not [one for one in private if one in whole]
    assert back["In-Reply-To"] and back["To"].addresses[0].addr_spec == manager.address
    receipt = await manager.ask(back, "YES")
    assert now(db, item).state == "submitted"
    for words in ("YES", "open", f"open {item.reference}", "list", "help", f"result {item.reference}"):
        after = await manager.ask(receipt, words)
        assert not grades_in(body(after) + str(after["Subject"]), framework), words
    assert not grades_in(body(receipt) + str(receipt["Subject"]), framework)
    assert "supervision" not in body(receipt)
    stranger = Correspondent(post[0], db.read_now(a_colleague, item.person), manager.port)
    stranger.skip()
    await stranger.reply(back, "open")
    assert not grades_in(body(await stranger.letter()).partition("--------")[0], framework), "a letter passed on"


async def test_whoever_else_is_told_or_asks_reads_no_grade_and_no_count_of_grades(
    manager: Correspondent,
    item: LearningSpace,
    db: Database,
    framework: Framework,
    service: Service,
    post: tuple[Post, int],
) -> None:
    given = db.read_now(given_to_others, item.person)[:2]
    for one, grade in zip(given, ("inadequate", "outstanding"), strict=True):
        domains = {f"grade_{key}": grade for key in ("voice", "assessment", "plan", "family", "agencies", "oversight")}
        at = FRIDAY - timedelta(minutes=2)  # it can no longer be taken back
        view = fill_in(
            db, framework, one, now=at, grade=grade, impact=grade, date_held="2026-11-20",
            action_1_by="2026-12-18", grade_recording=grade, **domains,
        )  # fmt: skip
        send_in(db, framework, one, version=view.version, now=at)
    service.dispatcher.wake()
    await letter_to_somebody(post[0], "Closing the loop: please read", db, manager)
    council = db.read_now(establishment.current)
    asked = 0
    for role in LEADERS:
        holder = next(one.holder for one in council.posts_of_role(role) if one.holder)
        leader = Correspondent(post[0], council.people[holder].email, manager.port)
        for words in ("list", "help", f"open {given[0].reference}"):
            leader.skip()
            await leader.send(words)
            async with asyncio.timeout(PATIENCE):
                while not str((answer := await leader.letter())["Subject"]).startswith("About your email"):
                    pass
            assert body(answer)
            asked += 1
    assert asked == 15
    assert len(post[0].taken) > asked
    for mail in post[0].taken:
        message = mail.message()
        said = f"{message['Subject']}\n{body(message)}\n{mail.raw.decode()}"
        assert not grades_in(said, framework), message["Subject"]
