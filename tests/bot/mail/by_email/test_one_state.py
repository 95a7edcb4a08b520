"""Email and Teams are two ways to one state: what is done on one shows on the other, and nothing is done twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import aiohttp
import pytest

from assurance.actions.assign_action import assign_action
from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.mail import postman
from bot.service import Service
from desk.connector import TeamsDesk
from desk.mailbox import Post, SmtpFault
from desk.person import Answer, Person
from policy.framework.framework import Framework
from storage.casework import actions, learning_spaces, more_time
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment
from storage.engine.database import Database
from storage.outbox import replies
from tests.bot.conftest import FRIDAY
from tests.bot.mail.by_email.correspondent import (
    LAST,
    WHOLE,
    Correspondent,
    body,
    letter_to_somebody,
    now,
    until_read,
)
from tests.patience import PATIENCE

FORM = WHOLE.partition("Kind")[0] + LAST

Press = Callable[..., Awaitable[str]]
"""Presses a button in Teams as somebody, over HTTP; what the card then says."""


@pytest.fixture
def with_the_app() -> set[str]:
    return {DEMO_TEAM_MANAGER}


@pytest.fixture
async def press(service: Service, teams: TeamsDesk, db: Database) -> AsyncIterator[Press]:
    async with aiohttp.ClientSession() as http:

        async def by(person: str, verb: str, **data: Any) -> str:
            member = teams.members[db.read_now(establishment.current).people[person].entra_object_id]
            url = f"http://127.0.0.1:{service.port}/api/messages"
            one = Person(member, teams, url, http, lambda: FRIDAY)
            done: Answer = await one.press({"type": "Action.Execute", "verb": verb, "data": {"verb": verb, **data}})
            assert done.status == 200
            return json.dumps(done.body)

        yield by


async def card_says(teams: TeamsDesk, member: str, words: str) -> None:
    """Until a card that was already posted says something new."""
    chat = teams.chat_of(teams.members[member]).id
    async with asyncio.timeout(PATIENCE):
        while not any(
            words in json.dumps(one.activity)
            for one in teams.accepted
            if one.kind == "update" and one.conversation_id == chat
        ):
            await asyncio.sleep(0.02)


async def test_a_grade_sent_in_by_email_changes_the_card_its_author_has_in_teams(
    manager: Correspondent, item: LearningSpace, db: Database, teams: TeamsDesk
) -> None:
    member = db.read_now(establishment.current).people[DEMO_TEAM_MANAGER].entra_object_id
    async with asyncio.timeout(PATIENCE):
        while item.reference not in json.dumps(list(teams.chat_of(teams.members[member]).messages.values())):
            await asyncio.sleep(0.02)
    await manager.send(f"open {item.reference}")
    whole = await manager.ask(await manager.letter(), FORM)
    assert "Everything is answered." in body(whole), body(whole)
    posted = sum(one.kind == "post" for one in teams.accepted)
    await manager.ask(whole, "YES")
    await card_says(teams, member, "sent in")
    assert sum(one.kind == "post" for one in teams.accepted) == posted, "in place, without a new message"


async def test_a_yes_after_the_form_went_in_from_teams_says_so_and_changes_nothing(
    manager: Correspondent, item: LearningSpace, db: Database, press: Press
) -> None:
    await manager.send(f"open {item.reference}")
    whole = await manager.ask(await manager.letter(), FORM)
    draft = db.read_now(learning_spaces.load_draft, item.reference, item.person)
    assert draft is not None
    await press(DEMO_TEAM_MANAGER, "submit", ref=item.token, v=draft.version)
    sent_in = now(db, item)
    assert sent_in.state == "submitted"
    for _ in range(2):
        assert f"Already sent in: {item.reference}" in body(await manager.ask(whole, "YES"))
    assert now(db, item) == sent_in
    assert f"Already sent in: {item.reference}" in body(await manager.ask(whole, "15. outstanding"))
    assert now(db, item) == sent_in


async def test_a_request_decided_in_teams_is_not_decided_again_by_a_late_yes(
    manager: Correspondent, item: LearningSpace, db: Database, post: tuple[Post, int], press: Press
) -> None:
    await manager.send(f"{item.reference} extend to 29 December because the practitioner is away")
    await manager.ask(await manager.letter(), "yes")
    decider = await letter_to_somebody(post[0], "A request for you to decide", db, manager)
    back = await decider.ask(await decider.letter(), "Agree")
    people = db.read_now(establishment.current).people.values()
    (who,) = [one.id for one in people if one.email == decider.address]
    (request,) = db.read_now(more_time.undecided)
    assert "Declined" in await press(who, "decline_request", ref=request.token, because="Not this time.")
    said = body(await decider.ask(back, "YES"))
    assert "You declined this on" in said and "This changed nothing." in said
    assert now(db, item).due_on == item.due_on


async def test_an_action_closed_in_teams_is_not_changed_by_a_late_yes(
    manager: Correspondent, item: LearningSpace, db: Database, framework: Framework, press: Press
) -> None:
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
    await manager.send(f"{action.reference} done, supervision note 19 November")
    back = await manager.letter()
    given = {"update": "done", "evidence_kind": "supervision", "evidence_on": "2026-11-18"}
    await press(DEMO_TEAM_MANAGER, "update_action", ref=action.token, **given)
    done = db.read_now(actions.by_reference, action.reference)
    assert done.state == "done"
    await manager.ask(back, "YES")
    assert db.read_now(actions.by_reference, action.reference).evidence_on == done.evidence_on == date(2026, 11, 18)


async def test_a_yes_whose_answer_cannot_be_sent_is_done_once_and_answered_when_letters_go_out_again(
    manager: Correspondent,
    item: LearningSpace,
    db: Database,
    post: tuple[Post, int],
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postman, "AGAIN_SECONDS", 0.1)
    await manager.send(f"open {item.reference}")
    whole = await manager.ask(await manager.letter(), FORM)
    fault = SmtpFault("data", "451 4.3.0 Try later", times=-1, recipient=manager.address)
    post[0].faults.append(fault)
    await manager.reply(whole, "YES")
    async with asyncio.timeout(PATIENCE):
        while now(db, item).state != "submitted" or fault.times > -2:
            await asyncio.sleep(0.02)
    await manager.no_letter()
    assert fault.times == -2, "it is left for as long as a notice would be"
    post[0].faults.clear()
    service._clock.move_to(service._clock.now() + timedelta(minutes=5))
    receipt = await manager.letter()
    while "About your email" not in str(receipt["Subject"]):
        receipt = await manager.letter()
    assert "Nothing waits" not in body(receipt) and "Already" not in body(receipt), body(receipt)
    await until_read(db)
    await manager.no_letter()


async def test_an_answer_to_a_full_mailbox_waits_four_hours_whatever_comes_in_meanwhile(
    manager: Correspondent,
    item: LearningSpace,
    db: Database,
    post: tuple[Post, int],
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postman, "AGAIN_SECONDS", 0.05)
    fault = SmtpFault("rcpt", "550 5.2.2 Mailbox full", times=-1, recipient=manager.address)
    post[0].faults.append(fault)
    await manager.send(f"open {item.reference}")
    async with asyncio.timeout(PATIENCE):
        while fault.times > -2:
            await asyncio.sleep(0.02)
    for _ in range(3):
        await manager.send("hello", sender="stranger@elsewhere.example", found="")
    async with asyncio.timeout(PATIENCE):
        while db.read_now(replies.get, 4) is None or db.read_now(replies.get, 4).state == replies.RECEIVED:
            await asyncio.sleep(0.02)
    service._clock.move_to(service._clock.now() + timedelta(hours=3, minutes=59))
    await manager.no_letter()
    assert fault.times == -2
    post[0].faults.clear()
    service._clock.move_to(service._clock.now() + timedelta(minutes=2))
    while "About your email" not in str((answer := await manager.letter())["Subject"]):
        pass
    assert "  1. " in body(answer)


async def test_a_message_half_answered_when_the_service_stops_is_answered_once(
    manager: Correspondent, item: LearningSpace, db: Database, post: tuple[Post, int], service: Service
) -> None:
    """It was done and answered, and the crash came before that was written down: it is read again after the restart."""
    await manager.send(f"open {item.reference}")
    whole = await manager.ask(await manager.letter(), FORM)
    await manager.ask(whole, "YES")
    await until_read(db)
    manager.skip()
    db.write_now(replies.save, 3, state=replies.RECEIVED)
    assert service.postman
    await service.postman.quiet()
    assert db.read_now(replies.get, 3).state == replies.ANSWERED
    assert now(db, item).state == "submitted"
    await manager.no_letter()
