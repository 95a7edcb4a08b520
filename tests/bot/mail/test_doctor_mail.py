"""The doctor's look at email: what is set, who cannot be written to, what ends when, and a message there and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from assurance.channels.channel_choice import offer
from bot.clock import Clock
from bot.doctor import reachable
from bot.edge import Addresses, Outbound
from bot.mail import doctor
from bot.mail.outgoing import MailOut
from bot.settings import Settings, SettingsError
from desk.faults import Fault, hang
from desk.graph_mailbox import GraphMailboxDesk
from desk.mailbox import Post, SmtpFault, smtp_server
from desk.serving import serving
from policy.check.loader import load_framework
from storage.contact import channels
from storage.contact.channels import ChannelState
from storage.council import establishment
from storage.engine.database import Database
from storage.engine.session import Session
from tests.bot.mail.conftest import AT, MAILBOX
from tests.councils import HEAD, small_council


def settings(**more: Any) -> Settings:
    return Settings.load(**({"mode": "local", "mail": "graph", "mailbox": MAILBOX} | more))


@pytest.fixture
async def desk(post: Post) -> AsyncIterator[tuple[GraphMailboxDesk, str]]:
    found = GraphMailboxDesk(MAILBOX, post)
    async with serving(found.application()) as url:
        yield found, url


@pytest.fixture
async def by_graph(desk: tuple[GraphMailboxDesk, str], mail_database: Database) -> AsyncIterator[MailOut]:
    clock = Clock.standing(AT)
    outbound = await Outbound.open(settings(), clock, addresses=Addresses(graph=desk[1]))
    yield outbound.open_mail(settings(), mail_database, load_framework(), clock)
    await outbound.close()


async def by_smtp(port: int, db: Database) -> tuple[MailOut, Outbound, Settings]:
    chosen = settings(mail="smtp", smtp_url=f"smtp://127.0.0.1:{port}")
    clock = Clock.standing(AT)
    outbound = await Outbound.open(chosen, clock)
    return outbound.open_mail(chosen, db, load_framework(), clock), outbound, chosen


async def test_a_message_goes_there_and_back_and_leaves_nothing_behind(
    by_graph: MailOut, desk: tuple[GraphMailboxDesk, str]
) -> None:
    old = desk[0].arrive(b"Message-ID: <old@example.org>\r\nSubject: old\r\n\r\nold\r\n")
    check = await doctor.there_and_back(by_graph, settings(), now=AT)
    assert (check.state, check.what) == ("ok", "There and back")
    assert desk[0].in_folder("inbox") == [old], "only its own message is taken away"
    assert desk[0].in_folder("sentitems") == []


async def test_a_message_that_never_comes_back_is_a_problem(
    by_graph: MailOut, desk: tuple[GraphMailboxDesk, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "ARRIVES_SECONDS", 0.3)
    monkeypatch.setattr(doctor, "LOOK_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(desk[0], "arrive", lambda raw: None)
    check = await doctor.there_and_back(by_graph, settings(), now=AT)
    assert check.state == "problem" and "did not arrive" in check.said


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "ErrorAccessDenied", "Application Mail.Send"),
        (404, "ErrorInvalidUser", "no mailbox"),
        (507, "ErrorQuotaExceeded", "is full"),
    ],
)
async def test_what_is_wrong_with_the_mailbox_is_said_so_that_somebody_can_mend_it(
    by_graph: MailOut, desk: tuple[GraphMailboxDesk, str], status: int, code: str, words: str
) -> None:
    body = f'{{"error": {{"code": "{code}"}}}}'.encode()
    desk[0].faults.add(Fault(status, body), times=-1)
    for check in (await doctor.way_out(by_graph), await doctor.there_and_back(by_graph, settings(), now=AT)):
        assert check.state == "problem"
        assert words in check.said


async def test_a_mailbox_that_can_be_read_is_fine_and_one_that_hangs_is_not(
    by_graph: MailOut, desk: tuple[GraphMailboxDesk, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await doctor.way_out(by_graph)).state == "ok"
    assert by_graph.graph is not None
    monkeypatch.setattr(by_graph.graph, "_timeout", aiohttp.ClientTimeout(total=0.2))
    desk[0].faults.add(hang(), times=1)
    assert (await doctor.way_out(by_graph)).state == "problem"


async def test_by_smtp_the_doctor_says_what_it_could_and_could_not_check(post: Post, mail_database: Database) -> None:
    async with smtp_server(post) as port:
        mail, outbound, chosen = await by_smtp(port, mail_database)
        assert (await doctor.way_out(mail)).state == "ok"
        assert post.taken == []
        check = await doctor.there_and_back(mail, chosen, now=AT)
        assert check.state == "note" and "cannot look" in check.said
        assert len(post.to(MAILBOX)) == 1
        post.faults.append(SmtpFault("mail", "550 5.7.60 No"))
        assert (await doctor.there_and_back(mail, chosen, now=AT)).state == "problem"
        await outbound.close()


async def test_a_relay_that_is_not_there_is_a_problem(mail_database: Database) -> None:
    mail, outbound, _ = await by_smtp(1, mail_database)
    assert (await doctor.way_out(mail)).state == "problem"
    await outbound.close()


@pytest.mark.parametrize(
    ("days", "state", "said"),
    [
        (61, "ok", "Good until"),
        (59, "note", "Plan to renew"),
        (29, "problem", "this month"),
        (6, "problem", "Renew it now"),
        (-1, "problem", "It ended"),
    ],
)
def test_an_end_is_announced_sixty_thirty_and_seven_days_ahead(days: int, state: str, said: str) -> None:
    check = doctor.ends("Secret", AT + timedelta(days=days, hours=1), now=AT)
    assert (check.state, said in check.said) == (state, True)


async def test_when_the_secret_ends_comes_from_graph_or_from_the_setting_or_is_asked_for(
    by_graph: MailOut, desk: tuple[GraphMailboxDesk, str]
) -> None:
    told = settings(app_secret="s", app_secret_expires="2026-12-01", app_id="app")
    check = await doctor.secret_ends(told, by_graph.graph, now=AT)
    assert check is not None and "2026-12-01" in check.said, "Graph may not look, so the setting says"
    desk[0].secret_ends = "2027-06-01T00:00:00Z"
    check = await doctor.secret_ends(told, by_graph.graph, now=AT)
    assert check is not None and "2027-06-01" in check.said
    untold = await doctor.secret_ends(settings(app_secret="s"), None, now=AT)
    assert untold is not None and "BOT_APP_SECRET_EXPIRES" in untold.said
    assert await doctor.secret_ends(settings(), None, now=AT) is None, "a certificate or an identity has no secret"


def test_who_has_no_address_and_whose_comes_back_is_named(mail_database: Database) -> None:
    people = small_council()
    people.people[HEAD] = replace(people.people[HEAD], email="")
    mail_database.write_now(establishment.replace, people)
    mail_database.write_now(
        channels.save,
        ChannelState(
            "p-director", "mail", "disabled", AT, channel_user_id=people.people["p-director"].email, reason="5.1.1"
        ),
    )
    said = mail_database.read_now(lambda session: [(check.state, check.said) for check in doctor.addresses(session)])
    assert [state for state, _ in said] == ["note", "problem"]
    assert "Leila Coldharrow" in said[0][1] and "Kwame Brackenfold" in said[1][1]


def test_someone_without_teams_is_no_problem_where_there_is_email(mail_database: Database) -> None:
    people = small_council()
    people.people[HEAD] = replace(people.people[HEAD], entra_object_id="")
    mail_database.write_now(establishment.replace, people)

    def entra(session: Session) -> str:
        found = {check.what: check.state for check in reachable(session, load_framework(), now=AT)}
        return found["Entra ids"]

    assert mail_database.read_now(entra) == "problem"
    mail_database.write_now(offer, ("teams", "mail"))
    assert mail_database.read_now(entra) == "ok"


def test_the_doctor_says_which_way_letters_go_and_what_is_missing_for_replies() -> None:
    off = [(check.what, check.state) for check in doctor.settings_of(settings(mail="none"))]
    assert off == [("Email", "note")]
    relay = settings(mail="smtp", smtp_url="smtps://relay.example")
    assert [check.what for check in doctor.settings_of(relay)] == ["Email", "Replies"]
    heard = settings(mail="smtp", smtp_url="smtps://relay.example", mail_listen="127.0.0.1:2525", mail_authserv="gw")
    assert [check.state for check in doctor.settings_of(heard)] == ["ok"]


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"mail": "graph"}, "BOT_MAILBOX"),
        ({"mail": "graph", "mailbox": "qa bot@northmoor.example"}, "BOT_MAILBOX"),
        ({"mail": "smtp", "mailbox": MAILBOX}, "BOT_SMTP_URL"),
        ({"mail": "smtp", "mailbox": MAILBOX, "smtp_url": "smtp://relay.example"}, "BOT_SMTP_URL"),
        ({"mail": "graph", "mailbox": MAILBOX, "mail_listen": "here"}, "BOT_MAIL_LISTEN"),
        ({"mail": "graph", "mailbox": MAILBOX, "mail_listen": "0.0.0.0:2525", "mode": "local"}, "BOT_MAIL_LISTEN"),
        ({"mail": "graph", "mailbox": MAILBOX, "app_secret_expires": "soon"}, "BOT_APP_SECRET_EXPIRES"),
    ],
)
def test_a_mail_setting_that_cannot_work_names_its_key(given: dict[str, str], key: str) -> None:
    with pytest.raises(SettingsError, match=key):
        Settings.load(**given)


def test_a_password_in_the_relay_s_address_is_never_shown() -> None:
    found = settings(mail="smtp", smtp_url="smtps://bot:hunter2@relay.example")
    assert "hunter2" not in repr(found) and "hunter2" not in str(found.model_dump())
