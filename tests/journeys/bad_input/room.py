"""A council with one of every form half done, and the service at work: cards, windows, chat and post are real."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa

from assurance.actions.assign_action import assign_action
from assurance.forms.save_step import STAY
from assurance.moderation.moderate import record_talk, save_moderation_step
from bot.clock import Clock
from bot.conversation import Conversation
from bot.service import Service
from bot.settings import Settings
from desk.connector import TeamsDesk
from desk.mailbox import Post, smtp_server
from desk.members import Member
from desk.person import Answer
from desk.person import Person as DeskPerson
from desk.serving import serving
from policy.council.actor import Actor
from policy.forms.forms import SOFT_CHECKS
from policy.framework.framework import FormStep, Framework
from storage.casework import conversations, form_drafts, learning_spaces, moderations
from storage.casework.actions import Action
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.casework.moderations import Moderation
from storage.engine.database import Database, Session
from storage.schema.tables import metadata
from tests.assurance.forms_filled import fill_in
from tests.assurance.loops_filled import fill_in_loop
from tests.bot.mail.by_email.correspondent import GATEWAY, MAILBOX, Correspondent, body
from tests.councils import PRACTITIONER, SENIOR_MANAGER, TEAM_MANAGER_2, entra_id, small_council
from tests.journeys.living_council import LivingCouncil, london, shipped_framework
from tests.journeys.living_loops import an_inadequate_one
from tests.journeys.moderating import graded, moderation_of
from tests.patience import PATIENCE

NOW = london("2026-02-11 10:00")
"""A Wednesday, within send hours."""
MET = date(2026, 2, 4)
GIVEN = london("2026-01-29 15:10")
BESIDE_THE_POINT = frozenset(
    (
        *("inbox", "heartbeats", "typed_conversations", "received_mail", "letters", "read_backs", "cards", "meta"),
        *("open_boxes", "late_replies"),
    )
)
"""What may change by being spoken to: that something came in, what was asked, what was read back."""
STRANGERS_POST = "tm-care-1"


@dataclass(frozen=True)
class Forms:
    """One of every form, each with whoever fills it in."""

    space: LearningSpace
    """TEAM_MANAGER's, every question answered, not sent."""
    spare: LearningSpace
    """TEAM_MANAGER_SOUTH's, not begun: the one more time is asked for."""
    theirs: LearningSpace
    """Of another function; none of the others may open it."""
    loop: Loop
    """SENIOR_MANAGER's, every question answered, not sent."""
    own_view: Moderation
    """Its moderator has begun their own view."""
    talk: Moderation
    """The moderator's view stands; the talk is to be recorded."""
    action: Action
    """PRACTITIONER's, set by TEAM_MANAGER_2."""


@dataclass
class Room:
    """The service, and everybody at it."""

    db: Database
    framework: Framework
    forms: Forms
    teams: TeamsDesk
    post: Post
    service: Service
    http: aiohttp.ClientSession
    members: dict[str, Member]
    readers: dict[str, Correspondent] = field(default_factory=dict)
    written_about: dict[str, str] = field(default_factory=dict)
    """Which question somebody wrote about last."""

    def at(self, person: str) -> DeskPerson:
        """Somebody at their Teams client."""
        url = f"http://127.0.0.1:{self.service.port}/api/messages"
        return DeskPerson(self.members[person], self.teams, url, self.http, lambda: NOW)

    async def type(self, person: str, text: str, **extra: Any) -> list[dict[str, Any]]:
        """The messages that answer a typed line, as Teams got them."""
        me = self.at(person)
        chat = self.teams.chat_of(me.member)
        before = set(chat.messages)
        answer = await me.say(text, **extra)
        assert answer.status == 200
        return [message for key, message in chat.messages.items() if key not in before]

    async def press(self, person: str, data: dict[str, Any], *, window: bool = False) -> Answer:
        """Press a button of a card, or of a window."""
        me = self.at(person)
        if window:
            answer = await me.submit_dialog(data)
            assert answer.status == 200
            return answer
        answer = await me.press({"type": "Action.Execute", "verb": data["verb"], "data": data})
        assert (answer.status, answer.body["statusCode"]) == (200, 200), answer
        return answer

    async def write(self, person: str, about: str, text: str) -> EmailMessage:
        """The letter that answers an email about something."""
        assert self.service.postman and self.service.postman.listener
        address = self.members[person].email
        reader = self.readers.setdefault(person, Correspondent(self.post, address, self.service.postman.listener.port))
        reader.skip()
        await reader.send(text, subject=f"Re: {about}")
        return await reader.letter()

    def asked(self, person: str) -> str:
        """The question somebody is asked in the chat now."""
        place = self.db.read_now(conversations.load, person)
        return place.question if place else ""

    @property
    def conversation(self) -> Conversation:
        """What stands behind every door."""
        found = self.service._edge._desk._conversation
        assert isinstance(found, Conversation)
        return found

    @contextlib.contextmanager
    def form_changed(self, key: str, change: Callable[[FormStep], FormStep | None]) -> Iterator[None]:
        """A form of the framework is another one meanwhile: each page changed, or gone where `change` says None."""
        before = self.framework
        steps = [change(step) for step in before.form(key).steps]
        other = before.form(key).model_copy(update={"steps": tuple(step for step in steps if step is not None)})
        forms = tuple(other if one.key == key else one for one in before.forms)
        self.conversation.framework = before.model_copy(update={"forms": forms})
        try:
            yield
        finally:
            self.conversation.framework = before

    @contextlib.contextmanager
    def put_back(self) -> Iterator[None]:
        """What is answered inside is taken out again: drafts and places stand as they stood."""
        tables = (metadata.tables["drafts"], metadata.tables["form_drafts"], metadata.tables["typed_conversations"])
        kept = self.db.read_now(lambda session: [list(session.execute(sa.select(one)).mappings()) for one in tables])

        def again(session: Session) -> None:
            for table, rows in zip(tables, kept, strict=True):
                session.execute(sa.delete(table))
                if rows:
                    session.execute(sa.insert(table), [dict(row) for row in rows])

        try:
            yield
        finally:
            self.db.write_now(again)

    def answers(self, person: str) -> dict[str, Any]:
        """What somebody has answered of their long form."""
        if person == self.forms.space.person:
            draft: Any = self.db.read_now(learning_spaces.load_draft, self.forms.space.reference, person)
        else:
            draft = self.db.read_now(form_drafts.latest, self.forms.loop.reference, "closing_the_loop")
        return _given(draft.answers)

    def state(self) -> dict[str, list[Any]]:
        """Everything that is kept, but for what speaking to somebody leaves behind."""
        return self.db.read_now(_kept)


def _kept(session: Session) -> dict[str, list[Any]]:
    """Of a draft only its answers: which page it is open at, and how often it was saved, is no answer."""
    found: dict[str, list[Any]] = {}
    for name, table in metadata.tables.items():
        if name in BESIDE_THE_POINT:
            continue
        if "draft" not in name and name != "history":
            # As the file has them: this is asked before and after every attempt, of some forty tables.
            found[name] = session.connection.connection.cursor().execute(f"SELECT * FROM {name}").fetchall()
            continue
        rows = session.execute(sa.select(table)).mappings()
        if "draft" in name:
            found[name] = sorted(json.dumps([row["reference"], _given(row["answers"])], sort_keys=True) for row in rows)
        else:
            found[name] = [row["seq"] for row in rows if not row["verb"].startswith("email_")]
    return found


def _given(answers: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if key != SOFT_CHECKS}


def begun(database: Database) -> Forms:
    """Live up to `NOW`."""
    council = LivingCouncil(database, now=GIVEN)
    given = date(2026, 1, 19)
    theirs = council.given_a_learning_space(STRANGERS_POST, allocated_on=given, case="NM-000028")
    space = council.given_a_learning_space("tm-north-1", allocated_on=given, case="NM-000011")
    spare = council.given_a_learning_space("tm-south-1", allocated_on=given, case="NM-000019")
    first, loop = an_inadequate_one(council)
    second, _ = an_inadequate_one(council, post="tm-mash-1", case="NM-000046")
    council.when_the_service_looks(GIVEN)
    council.now = london("2026-02-04 16:00")
    framework = council.framework
    fill_in_loop(database, framework, loop, person=SENIOR_MANAGER, now=council.now, met_on=MET)
    own_view, talk = moderation_of(council, first), moderation_of(council, second)
    graded(council, talk, "good")
    save: dict[str, Any] = {
        "actor": Actor.person(own_view.moderator),
        "step": "judgement",
        "move_to": STAY,
        "now": council.now,
    }
    raw = {"grade": "good", "impact": "good"}
    database.write_now(save_moderation_step, framework, own_view.token, raw=raw, **save)
    said = {"discussed_on": "2026-02-04", "way": "video", "managers_view": "The plan was followed."}
    who = Actor.person(talk.moderator)
    database.write_now(record_talk, framework, talk.token, actor=who, raw=said, now=council.now)
    given_action = database.write_now(
        assign_action,
        framework,
        subject=second.reference,
        owner=PRACTITIONER,
        what="Arrange reflective supervision every month",
        kind="supervision",
        due_on=date(2026, 3, 18),
        set_by=TEAM_MANAGER_2,
        profile="action",
        now=council.now,
    )
    council.now = NOW
    fill_in(database, framework, space, now=NOW, date_held="2026-02-10", action_1_by="2026-03-11")
    council.when_the_service_looks(NOW)
    kept = database.read_now(moderations.by_reference, talk.reference)
    assert kept is not None
    return Forms(space, spare, theirs, loop, own_view, kept, given_action)


@contextlib.asynccontextmanager
async def open_room(folder: Path, forms: Forms) -> AsyncIterator[Room]:
    """Start the service with both channels on the council of `begun` in `council.db` of a folder."""
    shipped = shipped_framework()
    framework = shipped.model_copy(update={"mail": shipped.mail.model_copy(update={"answers_a_day": 1_000_000})})
    people = small_council().people
    members = {key: Member(entra_id(key), one.name, one.email) for key, one in people.items()}
    teams = TeamsDesk("", "", list(members.values()), enforce_limits=False)
    post = Post()
    async with contextlib.AsyncExitStack() as up:
        db = up.enter_context(Database.open(f"sqlite:///{folder}/council.db"))
        port = await up.enter_async_context(smtp_server(post))
        teams.service_url = f"{await up.enter_async_context(serving(teams.application()))}/"
        http = await up.enter_async_context(aiohttp.ClientSession())
        settings = Settings.load(
            mode="local",
            port=0,
            service_url=teams.service_url,
            mail="smtp",
            mailbox=MAILBOX,
            smtp_url=f"smtp://127.0.0.1:{port}",
            mail_listen="127.0.0.1:0",
            mail_authserv=GATEWAY,
        )
        service = Service(settings, framework, Clock.standing(NOW), db, dispatching=False)
        await service.start()
        up.push_async_callback(service.stop)
        async with asyncio.timeout(PATIENCE):
            while not (service._timer.pokes and service._verifier.pokes):
                await asyncio.sleep(0.02)
        room = Room(db, framework, forms, teams, post, service, http, members)
        for person in members:
            await room.type(person, "help")
        yield room


def letter_text(letter: EmailMessage) -> str:
    """What a letter says."""
    return body(letter)
