"""Over a real SMTP connection: what a relay answers, and what the outbox is told."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace

import pytest

from bot.mail.courier_smtp import SmtpRoad
from bot.mail.pace import Pace
from bot.mail.relay import BadAddress, Relay
from desk.mailbox import Post, SmtpFault, smtp_server
from tests.bot.mail.conftest import MAILBOX, MANAGER, envelope
from tests.patience import PATIENCE

Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


def road_to(port: int, *, scheme: str = "smtp", who: str = "", **options: object) -> SmtpRoad:
    return SmtpRoad(Relay.parse(f"{scheme}://{who}127.0.0.1:{port}"), sender=MAILBOX, **options)  # type: ignore[arg-type]


async def test_a_letter_arrives_with_the_headers_that_keep_machines_from_answering(post: Post) -> None:
    async with smtp_server(post) as port:
        posted = await road_to(port).send(envelope())
    assert posted.outcome == "sent"
    (mail,) = post.to(MANAGER)
    said = mail.message()
    assert mail.sender == MAILBOX
    assert said["Message-ID"] == "<letter-1@northmoor.example>"
    assert (said["Auto-Submitted"], said["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert said["X-Learning-Space-Bot"] == "1"
    assert MAILBOX in said["Reply-To"]
    assert not [name for name in said if name.lower().startswith("list-")]


@pytest.mark.parametrize(
    ("at", "answer", "outcome", "address_fails"),
    [
        ("rcpt", "450 4.2.0 Greylisted, come back", "later", False),
        ("rcpt", "452 4.2.2 Mailbox full", "later", False),
        ("rcpt", "552 5.2.2 Mailbox full", "later", False),
        ("rcpt", "550 5.1.1 No such user", "never", True),
        ("rcpt", "550 No such user here", "never", True),
        ("rcpt", "550 5.2.2 Mailbox full", "later", False),
        ("rcpt", "553 5.7.1 Sender address rejected: not owned by user", "later", False),
        ("rcpt", "554 5.7.1 Relay access denied", "later", False),
        ("rcpt", "553 sorry, that domain is not in my list of allowed rcpthosts (#5.7.1)", "later", False),
        ("rcpt", "504 5.5.2 Helo command rejected: need fully-qualified hostname", "later", False),
        ("rcpt", "550 5.1.8 Sender address rejected: Domain not found", "later", False),
        ("rcpt", "501 5.1.3 Bad recipient address syntax", "never", True),
        ("rcpt", "530 Authentication required", "later", False),
        ("data", "550 5.7.1 Command rejected", "later", False),
        ("data", "530 5.7.0 Must issue a STARTTLS command first", "later", False),
        ("data", "552 5.3.4 Message too big", "never", False),
        ("connect", "554 5.7.1 Client host rejected: Access denied", "later", False),
        ("data", "451 4.3.0 Try again", "later", False),
        ("data", "554 5.6.0 Message refused", "never", False),
        ("mail", "451 4.7.1 Too many messages", "later", False),
        ("mail", "550 5.7.60 Client does not have permissions to send as this sender", "later", False),
        ("connect", "421 4.3.2 Not now", "later", False),
    ],
)
async def test_a_relay_that_says_no_is_understood(
    post: Post, at: str, answer: str, outcome: str, address_fails: bool
) -> None:
    post.faults.append(SmtpFault(at, answer, times=-1))
    async with smtp_server(post) as port:
        posted = await road_to(port).send(envelope())
    assert (posted.outcome, posted.address_fails) == (outcome, address_fails)
    assert post.taken == []
    assert "user" not in posted.reason.lower(), "only codes are kept, never what a server wrote"


async def test_a_connection_cut_before_the_message_is_surely_not_sent(post: Post) -> None:
    for at in ("connect", "mail", "rcpt"):
        post.faults.append(SmtpFault(at))
        async with smtp_server(post) as port:
            posted = await road_to(port).send(envelope())
        assert posted.outcome == "later", at
    assert post.taken == []


async def test_an_answer_lost_after_the_message_is_unknown_because_it_may_have_arrived(post: Post) -> None:
    post.faults.append(SmtpFault("after"))
    async with smtp_server(post) as port:
        posted = await road_to(port).send(envelope())
    assert posted.outcome == "unknown"
    assert len(post.to(MANAGER)) == 1, "it did arrive"


@pytest.mark.parametrize(("at", "begun"), [("mail", False), ("rcpt", False), ("data", True)])
async def test_that_it_leaves_now_is_said_just_before_the_message_itself(post: Post, at: str, begun: bool) -> None:
    said: list[bool] = []

    async def begin() -> None:
        said.append(True)

    post.faults.append(SmtpFault(at))
    async with smtp_server(post) as port:
        await road_to(port).send(replace(envelope(), begin=begin))
    assert bool(said) == begun


async def test_a_relay_that_is_not_there_is_tried_later() -> None:
    posted = await road_to(1).send(envelope())
    assert posted.outcome == "later"


async def test_tls_from_the_first_byte_and_a_password(post: Post, certificate: Contexts) -> None:
    served, trust = certificate
    async with smtp_server(post, tls=served, users={"bot": "right"}) as port:
        posted = await road_to(port, scheme="smtps", who="bot:right@", trust=trust).send(envelope())
        assert posted.outcome == "sent"
        refused = road_to(port, scheme="smtps", who="bot:wrong@", trust=trust)
        assert (await refused.send(envelope(2))).outcome == "later"
    assert "BOT_SMTP_URL" in refused.problem()
    assert len(post.taken) == 1


async def test_a_certificate_nobody_vouches_for_is_not_believed(post: Post, certificate: Contexts) -> None:
    async with smtp_server(post, tls=certificate[0]) as port:
        road = road_to(port, scheme="smtps")
        assert (await road.send(envelope())).outcome == "later"
    assert "certificate" in road.problem()
    assert post.taken == []


async def test_starttls_is_used_and_a_relay_without_it_gets_nothing(post: Post, certificate: Contexts) -> None:
    served, trust = certificate
    async with smtp_server(post, starttls=served) as port:
        assert (await road_to(port, scheme="smtp+starttls", trust=trust).send(envelope())).outcome == "sent"
    async with smtp_server(post) as port:
        road = road_to(port, scheme="smtp+starttls", trust=trust)
        assert (await road.send(envelope(2))).outcome == "later"
    assert "STARTTLS" in road.problem()
    assert len(post.taken) == 1


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        ("connect", "554 5.7.1 Client host rejected"),
        ("mail", "530 5.7.0 Must issue a STARTTLS command first"),
        ("rcpt", "553 5.7.1 Sender address rejected"),
        ("data", "550 5.7.1 Command rejected"),
    ],
)
async def test_what_the_relay_has_against_us_is_said_at_once_and_two_refused_stop_the_rest(
    post: Post, at: str, answer: str
) -> None:
    post.faults.append(SmtpFault(at, answer, times=2))
    clock = [0.0]
    async with smtp_server(post) as port:
        road = road_to(port, monotonic=lambda: clock[0])
        await road.send(envelope(1))
        assert f"refuses letters from {MAILBOX} ({answer[:9]})" in road.problem()
        await road.send(envelope(2, "leila.coldharrow@northmoor.example"))
        waiting = await road.send(envelope(3, "kwame.tarn@northmoor.example"))
        assert (waiting.outcome, waiting.reason) == ("later", "mail is stopped")
        clock[0] = 601.0
        while post.faults[0].times:
            await road.send(envelope(1))
            clock[0] += 301.0
        assert (await road.send(envelope(3))).outcome == "sent", "nothing was lost by it"
    assert road.problem() == ""


async def test_a_mailbox_that_lets_nobody_write_to_it_does_not_keep_the_others_waiting(post: Post) -> None:
    picky, answer = "picky@northmoor.example", "550 5.7.1 Not allowed to write to this person"
    post.faults.append(SmtpFault("rcpt", answer, times=-1, recipient=picky))
    clock = [0.0]
    async with smtp_server(post) as port:
        road = road_to(port, monotonic=lambda: clock[0])
        for number in range(4):
            assert (await road.send(envelope(number, picky))).outcome == "later"
            assert (await road.send(envelope(number))).outcome == "sent"
            clock[0] += 300.0
        assert "takes letters, but none to one person (550 5.7.1)" in road.problem()
        clock[0] = 4 * 3600.0
        posted = await road.send(envelope(9, picky))
        assert (posted.outcome, posted.address_fails) == ("never", False), "it goes another way by now"


async def test_a_relay_that_does_not_answer_is_said_after_three_minutes_and_one_letter_knocks_for_all(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.mail.road.LOOK_SECONDS", 0.02)
    clock = [0.0]
    async with smtp_server(post) as port:
        pass
    road = road_to(port, monotonic=lambda: clock[0])
    await road.send(envelope(1))
    assert (await road.send(envelope(2))).wait_seconds == 15.0
    assert (await road.send(envelope(3))).reason == "mail is stopped"
    clock[0] = 179.0
    assert road.problem() == ""
    assert (await road.send(envelope(1))).wait_seconds == 30.0
    clock[0] = 180.0
    assert road.problem().startswith("The relay 127.0.0.1 has not answered for 3 minutes (SMTPConnectError).")
    clock[0] = 4000.0
    assert "66 minutes" in road.problem()
    async with smtp_server(post, port=port), asyncio.timeout(PATIENCE):
        while road.problem():
            await asyncio.sleep(0.01)
        assert (await road.send(envelope(1))).outcome == "sent"
    await road.close()


async def test_a_refused_sender_stops_everything_until_it_is_mended(post: Post) -> None:
    post.faults.append(SmtpFault("mail", "550 5.7.60 Not permitted"))
    clock = [0.0]
    async with smtp_server(post) as port:
        road = road_to(port, monotonic=lambda: clock[0])
        await road.send(envelope(1))
        assert f"refuses letters from {MAILBOX} (550 5.7.60)" in road.problem()
        waiting = await road.send(envelope(2))
        assert (waiting.outcome, waiting.wait_seconds) == ("later", 300.0)
        clock[0] = 301.0
        assert (await road.send(envelope(2))).outcome == "sent"
    assert road.problem() == ""


async def test_no_more_than_the_pace_allows_and_the_rest_waits(post: Post) -> None:
    clock = [0.0]
    async with smtp_server(post) as port:
        road = road_to(port, pace=Pace(4, 3, monotonic=lambda: clock[0]))
        posted = await asyncio.gather(*(road.send(envelope(n)) for n in range(5)))
        assert sorted(one.outcome for one in posted) == ["later", "later", "sent", "sent", "sent"]
        assert {one.wait_seconds for one in posted if one.outcome == "later"} == {60.0}
        clock[0] = 60.1
        assert (await road.send(envelope(9))).outcome == "sent"


async def test_a_letter_that_finds_no_place_in_time_surely_did_not_go(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.mail.pace.PATIENCE_SECONDS", 0.1)
    pace = Pace(1)
    async with smtp_server(post) as port:
        road = road_to(port, pace=pace)
        async with pace.turn():
            assert (await road.send(envelope())).outcome == "later"
        assert post.taken == []
        assert (await road.send(envelope())).outcome == "sent", "and the place is free again"


async def test_the_check_signs_in_and_sends_nothing(post: Post, certificate: Contexts) -> None:
    served, trust = certificate
    async with smtp_server(post, tls=served, users={"bot": "right"}) as port:
        assert await road_to(port, scheme="smtps", who="bot:right@", trust=trust).check() == ""
        assert await road_to(port, scheme="smtps", who="bot:wrong@", trust=trust).check() != ""
    assert post.taken == []


def test_a_relay_s_address_says_how_it_is_secured() -> None:
    relay = Relay.parse("smtps://bot%40northmoor:p%3Aw@relay.northmoor.example")
    assert (relay.port, relay.tls, relay.user, relay.password) == (465, True, "bot@northmoor", "p:w")
    assert Relay.parse("smtp+starttls://relay.northmoor.example").port == 587
    for wrong in ("smtp://relay.northmoor.example", "http://relay", "relay", "smtps://relay:port", ""):
        with pytest.raises(BadAddress):
            Relay.parse(wrong)
