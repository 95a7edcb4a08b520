"""Behind an egress proxy everything goes through it, and what stops there is said in words with the host's name."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from bot.clock import Clock
from bot.doctor import line
from bot.edge import Addresses, Outbound
from bot.mail.courier_smtp import SmtpRoad
from bot.network.client import HttpClient
from bot.network.proxy import BadProxy, Proxies, Proxy
from bot.service import Service
from bot.settings import Settings, SettingsError
from bot.teams.connector import Connector
from bot.teams.errors import SendFailed
from bot.teams.hosts import Hosts
from bot.teams.tokens import NoTokens
from desk.graph_mailbox import GraphMailboxDesk
from desk.mailbox import Post, smtp_server
from desk.person import Person as DeskPerson
from desk.serving import serving
from policy.framework.framework import Framework
from storage.engine.database import Database
from tests.bot.conftest import FRIDAY
from tests.bot.network.conftest import GRAPH, HOSTS, KEYS, LOGIN, TEAMS, Beyond, today
from tests.patience import PATIENCE

PASSWORD = "bot:only-the-proxy-knows"


async def found_by_the_doctor(settings: Settings) -> dict[str, tuple[str, str]]:
    return {check.what: (check.state, check.said) for check in await line(settings)}


async def test_behind_an_egress_proxy_the_bot_writes_first_and_answers_and_no_call_goes_past_it(
    beyond: Beyond, db: Database, framework: Framework
) -> None:
    beyond.proxy.password = PASSWORD
    beyond.manager.installed = False
    settings = beyond.settings(https_proxy=f"http://{PASSWORD}@{beyond.proxy.address}")
    service = Service(settings, framework, Clock.starting(FRIDAY), db)
    await service.start()
    try:
        async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as teams:
            while not beyond.teams.chat_of(beyond.manager).messages:
                await asyncio.sleep(0.02)
            door = f"http://127.0.0.1:{service.port}/api/messages"
            me = DeskPerson(beyond.manager, beyond.teams, door, teams, lambda: FRIDAY, beyond.entra)
            beyond.entra._now = lambda: FRIDAY  # its tokens are for the council's clock, its certificate for ours
            assert (await me.say("help")).status == 200
    finally:
        await service.stop()
    assert {f"{host}:443" for host in HOSTS} == set(beyond.proxy.asked)


async def test_with_every_way_out_closed_health_says_by_the_sixteenth_minute_what_waits_and_which_host_is_silent(
    beyond: Beyond, db: Database, framework: Framework
) -> None:
    beyond.proxy.refused |= {f"{host}:443" for host in HOSTS}
    clock = Clock.starting(FRIDAY)
    service = Service(beyond.settings(), framework, clock, db)
    await service.start()
    try:
        async with asyncio.timeout(PATIENCE):
            while f"{LOGIN}:443" not in beyond.proxy.asked or f"{KEYS}:443" not in beyond.proxy.asked:
                await asyncio.sleep(0.02)
            clock.move_to(FRIDAY + timedelta(minutes=16, seconds=5))
            while not (said := [each for each in await service.problems() if "Nothing has gone out" in each]):
                await asyncio.sleep(0.05)
        assert await service.not_ready() == (
            "Microsoft's signing keys have not been had yet, so no message can be checked."
        )
        keys = [each for each in await service.problems() if "signing keys" in each]
    finally:
        await service.stop()
    assert "by Teams yet; messages wait for" in said[0]
    assert f"does not let the bot through to {LOGIN} (403)" in said[0] or f"through to {TEAMS} (403)" in said[0]
    assert f"does not let the bot through to {KEYS} (403)" in keys[0]


async def test_the_doctor_tries_every_host_through_the_proxy(beyond: Beyond) -> None:
    found = await found_by_the_doctor(beyond.settings())
    assert {what for what, (state, _) in found.items() if state == "ok"} == {*HOSTS, "Proxy", "Entra", "Clock"}
    assert set(beyond.proxy.asked) == {f"{host}:443" for host in HOSTS}


@pytest.mark.parametrize("host", HOSTS)
async def test_a_proxy_that_does_not_let_one_host_through_is_said_with_its_name(beyond: Beyond, host: str) -> None:
    beyond.proxy.refused.add(f"{host}:443")
    found = await found_by_the_doctor(beyond.settings(mail="graph", mailbox="qa-bot@council.example"))
    state, said = found[host]
    assert state == "problem"
    assert f"The proxy {beyond.proxy.address} does not let the bot through to {host} (403)" in said
    others = {name: found[name][0] for name in HOSTS if name != host}
    assert set(others.values()) == {"ok"}


async def test_without_email_by_graph_a_blocked_graph_is_worth_a_note(beyond: Beyond) -> None:
    beyond.proxy.refused.add(f"{GRAPH}:443")
    state, said = (await found_by_the_doctor(beyond.settings()))[GRAPH]
    assert state == "note"
    assert said.endswith("Without it the app cannot be installed for anybody.")


async def test_a_proxy_that_asks_for_a_password_is_said_in_words_and_the_password_never_is(beyond: Beyond) -> None:
    beyond.proxy.password = PASSWORD
    nothing = await found_by_the_doctor(beyond.settings())
    assert "asks for a name and a password (407). Put them into HTTPS_PROXY" in nothing[TEAMS][1]
    wrong = beyond.settings(https_proxy=f"http://bot:guessed-wrong@{beyond.proxy.address}")
    refused = await found_by_the_doctor(wrong)
    assert "does not accept the name and password in HTTPS_PROXY (407)" in refused[KEYS][1]
    assert "guessed-wrong" not in str(refused) + repr(wrong)
    right = await found_by_the_doctor(beyond.settings(https_proxy=f"http://{PASSWORD}@{beyond.proxy.address}"))
    assert {right[host][0] for host in HOSTS} == {"ok"}
    assert PASSWORD.partition(":")[2] not in str(right)


async def test_an_authority_nobody_named_and_a_proxy_that_is_not_there_are_said_in_words(beyond: Beyond) -> None:
    unknown = await found_by_the_doctor(beyond.settings(ca_bundle=None))
    assert "shows a certificate that is not trusted here" in unknown[LOGIN][1]
    assert "BOT_CA_BUNDLE" in unknown[LOGIN][1]
    nobody = await found_by_the_doctor(beyond.settings(https_proxy="http://127.0.0.1:9"))
    assert "The proxy 127.0.0.1:9 cannot be reached" in nobody[TEAMS][1]


async def test_a_post_the_proxy_refused_has_surely_not_been_taken(beyond: Beyond) -> None:
    """Otherwise it would count as perhaps sent, and be parked after its one repeat."""
    beyond.proxy.refused |= {f"{host}:443" for host in HOSTS}
    settings = beyond.settings(mail="graph", mailbox="qa-bot@council.example")
    async with HttpClient(proxies=settings.proxies(), context=settings.trust()) as http:
        connector = Connector(http, NoTokens(), Hosts(), today)
        with pytest.raises(SendFailed) as failed:
            await connector.post(f"https://{TEAMS}/teams/", "19:chat", {"type": "message"})
    assert failed.value.failure.outcome == "later"


async def test_the_mailbox_is_asked_under_its_own_address_at_graph(
    beyond: Beyond, db: Database, framework: Framework, certificate: tuple[object, object]
) -> None:
    post = Post()
    mailbox = GraphMailboxDesk("qa-bot@council.example", post)
    settings = beyond.settings(mail="graph", mailbox="qa-bot@council.example")
    async with serving(mailbox.application(), tls=certificate[0]) as graph:  # type: ignore[arg-type]
        beyond.proxy.ways = {**beyond.proxy.ways, f"{GRAPH}:443": URL(graph).port or 0}
        outbound = await Outbound.open(settings, Clock.real())
        mail = outbound.open_mail(settings, db, framework, Clock.real())
        assert mail.graph
        assert (await mail.graph.arrivals(page_size=1)).messages == ()
        await mail.close()
        await outbound.close()


async def test_a_relay_with_the_councils_own_certificate_is_trusted_by_the_same_bundle(
    db: Database, framework: Framework, certificate: tuple[ssl.SSLContext, Path]
) -> None:
    served, trusted = certificate
    async with smtp_server(Post(), tls=served) as port:
        for bundle, fine in ((trusted, True), (None, False)):
            settings = Settings.load(
                mode="local",
                mail="smtp",
                mailbox="qa-bot@council.example",
                smtp_url=f"smtps://127.0.0.1:{port}",
                ca_bundle=bundle,
            )
            outbound = await Outbound.open(settings, Clock.real())
            mail = outbound.open_mail(settings, db, framework, Clock.real())
            assert isinstance(mail.road, SmtpRoad)
            assert (await mail.road.check() == "") == fine
            await mail.close()
            await outbound.close()


def test_the_firewall_table_names_every_host_the_bot_asks() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "deployment.md").read_text(encoding="utf-8")
    where = Addresses()
    asked = {URL(address).host for address in (where.openid_metadata, where.authority, where.graph, where.service_url)}
    assert asked == set(HOSTS)
    assert [host for host in sorted(asked) if f"| the bot | `{host}` | 443 |" not in guide] == []


NOT_THROUGH_IT = [
    ("", "http://127.0.0.1:3978/", True),
    ("", "https://localhost/", True),
    ("", "http://169.254.169.254/metadata/identity/oauth2/token", True),
    ("", "https://graph.microsoft.com/", False),
    ("microsoft.com", "https://graph.microsoft.com/", True),
    (".microsoft.com", "https://graph.microsoft.com/", True),
    ("*.microsoft.com", "https://graph.microsoft.com/", True),
    ("graph.microsoft.com:443", "https://graph.microsoft.com/", True),
    ("other.example, *", "https://graph.microsoft.com/", True),
    ("soft.com,other.example", "https://graph.microsoft.com/", False),
]


@pytest.mark.parametrize(("no_proxy", "address", "direct"), NOT_THROUGH_IT)
def test_what_no_proxy_names_and_this_machine_are_reached_directly(no_proxy: str, address: str, direct: bool) -> None:
    found = Proxies(Proxy.parse("proxy.council.example:8080"), no_proxy).for_(URL(address))
    assert (found is None) == direct


@pytest.mark.parametrize("wrong", ["socks5://p:1080", "http://", "http://user:s3cret@", "proxy", "http://h:99999"])
def test_an_address_that_is_no_proxy_is_refused_at_the_start_without_saying_it(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadProxy, match="HTTPS_PROXY must be"):
        Proxy.parse(wrong)
    monkeypatch.setenv("HTTPS_PROXY", wrong)
    with pytest.raises(SettingsError, match="HTTPS_PROXY must be") as refused:
        Settings.load()
    assert "s3cret" not in str(refused.value)


def test_the_proxy_is_read_from_the_standard_variables_and_from_env_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://a:b@proxy.council.example:8080")
    monkeypatch.setenv("NO_PROXY", "council.example")
    found = Settings.load().proxies()
    assert found.proxy is not None
    assert (found.proxy.shown, found.no_proxy) == ("proxy.council.example:8080", "council.example")
    assert "Basic" not in repr(found)
    monkeypatch.delenv("HTTPS_PROXY")
    with open(".env", "w") as file:  # the test's own folder
        file.write("HTTPS_PROXY=http://other.council.example:3128\n")
    found = Settings.load().proxies()
    assert found.proxy is not None
    assert found.proxy.shown == "other.council.example:3128"
    assert replace(found, proxy=None).for_(URL("https://graph.microsoft.com")) is None


def test_a_bundle_that_holds_no_certificate_is_refused_by_its_name(tmp_path: object) -> None:
    with open("none.pem", "w") as file:
        file.write("nothing")
    with pytest.raises(SettingsError, match=r"BOT_CA_BUNDLE: none\.pem is not a file of certificates"):
        Settings.load(ca_bundle="none.pem")
