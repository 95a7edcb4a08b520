"""The whole service with email on, one person of the council who reads their post, and a Teams nobody has."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from assurance.establishment.demo_council import DEMO_TEAM_MANAGER
from bot.clock import Clock
from bot.service import Service
from bot.settings import Settings
from desk.connector import TeamsDesk
from desk.mailbox import Post, smtp_server
from desk.members import Member
from desk.serving import serving
from policy.framework.framework import Framework
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment
from storage.engine.database import Database, Session
from tests.bot.conftest import FRIDAY
from tests.bot.mail.by_email.correspondent import GATEWAY, MAILBOX, Correspondent
from tests.bot.mail.well_made import well_made


@pytest.fixture
async def post() -> AsyncIterator[tuple[Post, int]]:
    post = Post()
    async with smtp_server(post) as port:
        yield post, port
    for mail in post.taken:
        well_made(mail)


@pytest.fixture
def with_the_app() -> set[str]:
    """Who has the app in their Teams: nobody, unless a test says otherwise."""
    return set()


@pytest.fixture
async def teams(db: Database, with_the_app: set[str]) -> AsyncIterator[TeamsDesk]:
    """Everybody's Teams."""
    people = db.read_now(establishment.current).people.values()
    members = [Member(one.entra_object_id, one.name, one.email, installed=one.id in with_the_app) for one in people]
    desk = TeamsDesk("", "", members)
    async with serving(desk.application()) as url:
        desk.service_url = f"{url}/"
        yield desk


@pytest.fixture
def bot_listens() -> int:
    """The port the bot takes mail on: any, unless a gateway in front of it has to know."""
    return 0


def _only_for(session: Session, person: str) -> None:
    session.connection.exec_driver_sql("UPDATE notices SET state = 'cancelled' WHERE recipient <> ?", (person,))


@pytest.fixture
async def service(
    db: Database, framework: Framework, post: tuple[Post, int], teams: TeamsDesk, bot_listens: int
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
        mail_listen=f"127.0.0.1:{bot_listens}",
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
