from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from prometheus_client import generate_latest

from bot.network.client import HttpClient
from bot.teams.gate import Gate, TurnedAway
from bot.teams.hosts import Hosts
from bot.teams.jwks import SigningKeys
from desk.entra import Entra, unsigned
from tests.bot.teams.conftest import AMIRA, APP_ID, CLOCK, TENANT_ID, Stack

OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_TENANT = "d00dfeed-0000-4000-8000-00000000000b"


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _key_confusion(entra: Entra, url: str) -> str:
    """HS256, with the public key as the shared secret."""
    pem = entra.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': entra.kid})}.{_part(entra.claims(url))}"
    mac = hmac.new(pem, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _tampered(entra: Entra, url: str) -> str:
    head, _, signature = entra.token_for(url).split(".")
    return f"{head}.{_part(entra.claims(url, exp=_now() + 7200))}.{signature}"


def _now() -> int:
    return int(CLOCK.now().timestamp())


Forge = Callable[[Entra, str], str]
FORGED: dict[str, tuple[Forge, str]] = {
    "garbage": (lambda e, u: "garbage", "not_a_token"),
    "three parts of garbage": (lambda e, u: "a.b.c", "not_a_token"),
    "three empty parts": (lambda e, u: "..", "not_a_token"),
    "five kilobytes": (lambda e, u: "a" * 3000 + "." + "b" * 2000 + ".c", "not_a_token"),
    "JSON 100,000 levels deep as claims": (
        lambda e, u: f"{_part({'alg': 'RS256', 'kid': e.kid})}.{base64.urlsafe_b64encode(b'[' * 5000).decode()}.c",
        "not_a_token",
    ),
    "algorithm none": (lambda e, u: unsigned({"alg": "none", "kid": e.kid}, e.claims(u)), "algorithm"),
    "algorithm NoNe": (lambda e, u: unsigned({"alg": "NoNe", "kid": e.kid}, e.claims(u)), "algorithm"),
    "HS256 key confusion": (_key_confusion, "algorithm"),
    "RS256 said, not signed": (lambda e, u: unsigned({"alg": "RS256", "kid": e.kid}, e.claims(u)), "signature"),
    "another key": (lambda e, u: e.sign(e.claims(u), key=OTHER_KEY), "signature"),
    "claims changed after signing": (_tampered, "signature"),
    "unknown key id": (lambda e, u: e.sign(e.claims(u), headers={"kid": "nobody"}), "unknown_key"),
    "no key id": (lambda e, u: e.sign(e.claims(u), headers={"kid": None}), "no_key_id"),
    "empty key id": (lambda e, u: e.sign(e.claims(u), headers={"kid": ""}), "no_key_id"),
    "key id a path": (lambda e, u: e.sign(e.claims(u), headers={"kid": "../../etc/passwd"}), "unknown_key"),
    "key carried in the header": (
        lambda e, u: e.sign(e.claims(u), key=OTHER_KEY, headers={"jwk": {"kty": "RSA"}}),
        "signature",
    ),
    "critical header": (lambda e, u: e.sign(e.claims(u), headers={"crit": ["exp"]}), "not_a_token"),
    "expired an hour ago": (lambda e, u: e.sign(e.claims(u, exp=_now() - 3600)), "expired"),
    "expired four minutes ago": (lambda e, u: e.sign(e.claims(u, exp=_now() - 240)), "expired"),
    "not valid for ten minutes": (lambda e, u: e.sign(e.claims(u, nbf=_now() + 600)), "not_yet"),
    "no expiry": (lambda e, u: e.sign(e.claims(u, exp=None)), "no_exp"),
    "expiry a word": (lambda e, u: e.sign(e.claims(u) | {"exp": "never"}), "no_exp"),
    "expiry beyond reckoning": (lambda e, u: e.sign(e.claims(u) | {"exp": 1e300}), "no_exp"),
    "no beginning": (lambda e, u: e.sign(e.claims(u, nbf=None)), "no_nbf"),
    "no issuer": (lambda e, u: e.sign(e.claims(u, iss=None)), "issuer"),
    "wrong issuer": (lambda e, u: e.sign(e.claims(u, iss="https://evil.example")), "issuer"),
    "issuer with a slash": (lambda e, u: e.sign(e.claims(u, iss="https://api.botframework.com/")), "issuer"),
    "emulator issuer, app id ours": (
        lambda e, u: e.sign(
            e.claims(u, iss="https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/") | {"appid": APP_ID}
        ),
        "issuer",
    ),
    "our own outbound token": (
        lambda e, u: e.sign(
            e.claims(u, iss=f"https://login.microsoftonline.com/{TENANT_ID}/v2.0", aud="https://api.botframework.com")
        ),
        "issuer",
    ),
    "no audience": (lambda e, u: e.sign(e.claims(u, aud=None)), "audience"),
    "wrong audience": (lambda e, u: e.sign(e.claims(u, aud=OTHER_TENANT)), "audience"),
    "a list of audiences": (lambda e, u: e.sign(e.claims(u) | {"aud": [APP_ID]}), "audience"),
    "no serviceurl claim": (lambda e, u: e.sign(e.claims(u, serviceurl=None)), "no_service_url_claim"),
    "serviceurl claim a list": (lambda e, u: e.sign(e.claims(u) | {"serviceurl": [u]}), "no_service_url_claim"),
}


@pytest.mark.parametrize(("forge", "code"), FORGED.values(), ids=FORGED.keys())
async def test_a_forged_token_is_a_401_and_one_line_in_the_log(stack: Stack, forge: Forge, code: str) -> None:
    amira = stack.person(AMIRA)
    token = forge(stack.entra, stack.teams.service_url)
    with structlog.testing.capture_logs() as lines:
        answer = await amira.send(amira.activity("message", text="list"), token=token)
    assert answer.status == 401
    assert [(line["event"], line["code"]) for line in lines if line["event"] == "turned_away"] == [
        ("turned_away", code)
    ]
    assert f'bot_turned_away_total{{code="{code}"}} 1.0' in generate_latest(stack.metrics.registry).decode()
    assert token not in json.dumps(lines, default=str)
    assert stack.parrot.heard == []
    assert stack.teams.accepted == []


NO_TOKEN = {
    "none": None,
    "empty": "",
    "basic": "Basic Zm9vOmJhcg==",
    "bearer alone": "Bearer",
    "bearer blank": "Bearer  ",
}


@pytest.mark.parametrize("header", NO_TOKEN.values(), ids=NO_TOKEN.keys())
async def test_no_token_is_a_401(stack: Stack, header: str | None) -> None:
    body = stack.person(AMIRA).activity("message", text="list")
    headers = {} if header is None else {"Authorization": header}
    async with stack.http.post(stack.url, json=body, headers=headers) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"


def _without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda activity: {key: value for key, value in activity.items() if key != name}


Change = Callable[[dict[str, Any]], dict[str, Any]]
NOT_WHAT_WAS_SIGNED: dict[str, tuple[Change, str]] = {
    "service URL differs": (
        lambda a: a | {"serviceUrl": "https://smba.trafficmanager.net/amer/"},
        "service_url_differs",
    ),
    "service URL evil": (lambda a: a | {"serviceUrl": "https://evil.example/"}, "service_url_differs"),
    "no service URL": (_without("serviceUrl"), "service_url_differs"),
    "service URL null": (lambda a: a | {"serviceUrl": None}, "service_url_differs"),
    "service URL a list": (lambda a: a | {"serviceUrl": [a["serviceUrl"]]}, "service_url_differs"),
    "no channel": (_without("channelId"), "channel_not_endorsed"),
    "channel not endorsed": (lambda a: a | {"channelId": "webchat"}, "channel_not_endorsed"),
    "channel endorsed but not ours": (lambda a: a | {"channelId": "skype"}, "channel_not_endorsed"),
    "other tenant in the conversation": (
        lambda a: a | {"conversation": a["conversation"] | {"tenantId": OTHER_TENANT}},
        "other_tenant",
    ),
    "other tenant in the channel data": (
        lambda a: a | {"channelData": {"tenant": {"id": OTHER_TENANT}}},
        "other_tenant",
    ),
    "tenant a number": (lambda a: a | {"channelData": {"tenant": {"id": 7}}}, "other_tenant"),
    "tenant not an object": (lambda a: a | {"channelData": {"tenant": OTHER_TENANT}}, "other_tenant"),
    "no tenant at all": (
        lambda a: _without("channelData")(a) | {"conversation": {"id": AMIRA.conversation_id}},
        "other_tenant",
    ),
}


@pytest.mark.parametrize(("change", "code"), NOT_WHAT_WAS_SIGNED.values(), ids=NOT_WHAT_WAS_SIGNED.keys())
@pytest.mark.parametrize("known", [False, True], ids=["new token", "token seen before"])
async def test_a_good_token_with_another_body_is_a_403(stack: Stack, change: Change, code: str, known: bool) -> None:
    amira = stack.person(AMIRA)
    token = stack.entra.token_for(stack.teams.service_url)
    if known:
        assert (await amira.send(amira.activity("typing"), token=token)).status == 200
    with structlog.testing.capture_logs() as lines:
        answer = await amira.send(change(amira.activity("message", text="list")), token=token)
    assert answer.status == 403
    assert [line["code"] for line in lines if line["event"] == "turned_away"] == [code]
    assert stack.parrot.heard == []


async def test_a_signed_service_url_that_is_not_teams_is_a_403(
    entra: Entra, http: aiohttp.ClientSession, stack: Stack
) -> None:
    stack.gate.hosts = Hosts()
    answer = await stack.person(AMIRA).say("list")
    assert answer.status == 403


async def test_a_good_token_is_let_in(stack: Stack) -> None:
    assert (await stack.person(AMIRA).say("list")).status == 200
    assert stack.parrot.heard == [("p-amira", "text", "list")]


async def test_a_tenant_in_capitals_is_the_same_tenant(stack: Stack) -> None:
    amira = stack.person(AMIRA)
    answer = await amira.say("list", channelData={"tenant": {"id": TENANT_ID.upper()}})
    assert answer.status == 200


async def test_a_key_that_is_not_endorsed_for_teams_lets_nobody_in(stack: Stack) -> None:
    stack.entra.rotate(endorsements=("directline",))
    assert (await stack.person(AMIRA).say("list")).status == 403
    stack.entra.rotate()


async def test_the_signature_of_a_token_is_checked_once(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []
    from bot.teams import gate as module

    real = module._check_signature
    monkeypatch.setattr(module, "_check_signature", lambda token, key: checked.append(1) or real(token, key))
    amira, token = stack.person(AMIRA), stack.entra.token_for(stack.teams.service_url)
    for _ in range(3):
        assert (await amira.send(amira.activity("typing"), token=token)).status == 200
    assert len(checked) == 1


async def test_a_known_token_ends_when_it_ends(stack: Stack) -> None:
    amira = stack.person(AMIRA)
    token = stack.entra.sign(stack.entra.claims(stack.teams.service_url, exp=_now() - 30))
    assert (await amira.send(amira.activity("typing"), token=token)).status == 200
    stack.gate.now = lambda: CLOCK.now().replace(year=CLOCK.now().year + 1)
    assert (await amira.send(amira.activity("typing"), token=token)).status == 401


BODIES: dict[str, tuple[bytes, dict[str, str], int]] = {
    "empty": (b"", {}, 400),
    "null": (b"null", {}, 400),
    "a list": (b"[]", {}, 400),
    "not JSON": (b"hello", {}, 400),
    "the same key twice": (b'{"type":"message","type":"invoke"}', {}, 400),
    "NaN": (b'{"type":NaN}', {}, 400),
    "100,000 levels": (b'{"a":' * 40_000, {}, 400),
    "2 MiB": (b'{"text":"' + b"a" * 2_097_152 + b'"}', {}, 413),
    "plain text": (b"{}", {"Content-Type": "text/plain"}, 415),
    "no content type": (b"{}", {"Content-Type": ""}, 415),
    "a form": (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "compressed": (b"\x1f\x8b\x08", {"Content-Encoding": "gzip"}, 415),
}


@pytest.mark.parametrize(("body", "headers", "status"), BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("stack", ["", "local"], indirect=True, ids=["signed", "local"])
async def test_a_bad_body_is_a_4xx_that_says_which(
    stack: Stack, body: bytes, headers: dict[str, str], status: int
) -> None:
    token = stack.entra.token_for(stack.teams.service_url)
    sent = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"} | headers
    async with stack.http.post(stack.url, data=body, headers=sent) as response:
        assert response.status == status


async def test_a_body_that_hides_its_size_is_still_measured(stack: Stack) -> None:
    async def chunks() -> Any:
        for _ in range(40):
            yield b"a" * 10_000

    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {stack.entra.token_for('x')}"}
    async with stack.http.post(stack.url, data=chunks(), headers=headers) as response:
        assert response.status == 413


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_a_405(stack: Stack, method: str) -> None:
    async with stack.http.request(method, stack.url) as response:
        assert response.status == 405


WRONG_FIELDS: dict[str, dict[str, Any]] = {
    "no type": {"type": None},
    "type a number": {"type": 7},
    "type empty": {"type": ""},
    "id an object": {"id": {}},
    "id with a newline": {"id": "a\nb"},
    "id of 600 characters": {"id": "a" * 600},
    "text a number": {"text": 7},
    "sender a word": {"from": "me"},
    "sender's id a list": {"from": {"id": ["a"]}},
    "Entra id a number": {"from": {"id": "a", "aadObjectId": 7}},
    "members a word": {"membersAdded": "everyone"},
    "2,000 members": {"membersAdded": [{"id": "a"}] * 2000},
    "no conversation id": {"conversation": {"tenantId": TENANT_ID}},
    "conversation a list": {"conversation": [], "channelData": {"tenant": {"id": TENANT_ID}}},
}


@pytest.mark.parametrize("change", WRONG_FIELDS.values(), ids=WRONG_FIELDS.keys())
async def test_an_activity_of_the_wrong_shape_is_a_400(stack: Stack, change: dict[str, Any]) -> None:
    amira = stack.person(AMIRA)
    answer = await amira.send(amira.activity("message", text="list") | change)
    assert answer.status == 400
    assert stack.parrot.heard == []


@pytest.mark.parametrize("stack", ["local"], indirect=True)
async def test_in_local_mode_nothing_need_be_signed(stack: Stack) -> None:
    assert (await stack.person(AMIRA).say("list")).status == 200
    amira = stack.person(AMIRA)
    assert (await amira.send(amira.activity("message", text="again"), token="not.a.token")).status == 200


@pytest.mark.parametrize("stack", ["local"], indirect=True)
async def test_in_local_mode_the_answer_goes_nowhere_but_this_machine(stack: Stack) -> None:
    amira = stack.person(AMIRA)
    elsewhere = amira.activity("message", text="list") | {"serviceUrl": "https://smba.trafficmanager.net.evil.example/"}
    assert (await amira.send(elsewhere)).status == 403
    assert (await amira.send(elsewhere | {"serviceUrl": None})).status == 403


async def test_in_local_mode_other_machines_are_turned_away() -> None:
    gate = Gate("", "", Hosts(loopback=True), CLOCK.now, local=True)
    for peer in ("10.0.0.7", "192.168.1.5", "2001:db8::1", ""):
        with pytest.raises(TurnedAway) as refused:
            await gate.check({"Content-Type": "application/json"}, b"{}", peer)
        assert refused.value.status == 403


def test_outside_local_mode_there_is_no_gate_without_an_app_id(way_out: HttpClient) -> None:
    keys = SigningKeys(way_out, "https://login.botframework.com/x")
    for app_id, tenant_id, found in (("", TENANT_ID, keys), (APP_ID, "", keys), (APP_ID, TENANT_ID, None)):
        with pytest.raises(ValueError, match="outside local mode"):
            Gate(app_id, tenant_id, Hosts(), CLOCK.now, found)


async def test_a_client_that_stops_in_the_middle_of_its_body_is_let_go(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.teams.routes.BODY_SECONDS", 0.2)
    host, port = stack.url.split("/")[2].split(":")
    token = stack.entra.token_for(stack.teams.service_url)
    import asyncio

    reader, writer = await asyncio.open_connection(host, int(port), family=socket.AF_INET)
    writer.write(
        f"POST /api/messages HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"
        f"Authorization: Bearer {token}\r\n\r\n{{".encode()
    )
    assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()
