from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from desk import faults
from desk.connector import PUBLISHED_LIMITS, TeamsDesk
from desk.members import Member
from desk.serving import serving

TENANT = "c0ffee00-0000-4000-8000-00000000000a"


class Hands:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def people() -> list[Member]:
    return [Member(f"0000000{number}-0000-4000-8000-000000000000", f"Person {number}") for number in range(3)]


@pytest.fixture
async def desk(people: list[Member]) -> AsyncIterator[TeamsDesk]:
    desk = TeamsDesk("bot", TENANT, people, enforce_limits=True, monotonic=Hands())
    async with serving(desk.application()) as url:
        desk.service_url = url
        yield desk


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def call(
    client: aiohttp.ClientSession, desk: TeamsDesk, method: str, path: str, body: Any = None
) -> tuple[int, Any]:
    async with client.request(method, desk.service_url + path, json=body) as response:
        return response.status, await response.json() if response.content_type == "application/json" else None


def opening(member: Member, **changed: Any) -> dict[str, Any]:
    return {"members": [{"id": member.entra_object_id}], "tenantId": TENANT, "isGroup": False} | changed


async def test_everyone_has_a_chat_of_their_own_and_it_is_the_same_each_time(
    client: aiohttp.ClientSession, desk: TeamsDesk, people: list[Member]
) -> None:
    found = set()
    for member in people:
        for _ in range(2):
            status, body = await call(client, desk, "POST", "/v3/conversations", opening(member))
            assert status == 201
            found.add(body["id"])
    assert found == {member.conversation_id for member in people}


async def test_a_chat_can_be_opened_by_the_channels_own_id_as_well(
    client: aiohttp.ClientSession, desk: TeamsDesk, people: list[Member]
) -> None:
    body = opening(people[0]) | {"members": [{"id": people[0].id}]}
    assert (await call(client, desk, "POST", "/v3/conversations", body))[0] == 201


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"members": [{"id": "nobody"}]}, 400, "BadSyntax"),
    ({"members": []}, 400, "BadSyntax"),
    ({"isGroup": True}, 400, "BadSyntax"),
    ({"tenantId": "another"}, 403, "NotEnoughPermissions"),
]


@pytest.mark.parametrize(("change", "status", "code"), REFUSED)
async def test_a_chat_teams_would_not_open_is_not_opened(
    client: aiohttp.ClientSession, desk: TeamsDesk, people: list[Member], change: dict[str, Any], status: int, code: str
) -> None:
    got, body = await call(client, desk, "POST", "/v3/conversations", opening(people[0]) | change)
    assert (got, body["error"]["code"]) == (status, code)
    assert desk.accepted == []


async def test_the_app_must_be_installed_first(
    client: aiohttp.ClientSession, desk: TeamsDesk, people: list[Member]
) -> None:
    people[0].installed = False
    status, body = await call(client, desk, "POST", "/v3/conversations", opening(people[0]))
    assert (status, body["error"]["code"]) == (403, "ForbiddenOperationException")


async def test_a_message_lives_from_post_to_delete(
    client: aiohttp.ClientSession, desk: TeamsDesk, people: list[Member]
) -> None:
    path = f"/v3/conversations/{people[0].conversation_id}/activities"
    _, posted = await call(client, desk, "POST", path, {"type": "message", "text": "one"})
    await call(client, desk, "PUT", f"{path}/{posted['id']}", {"type": "message", "text": "two"})
    assert desk.chat_of(people[0]).last["text"] == "two"
    assert (await call(client, desk, "DELETE", f"{path}/{posted['id']}"))[0] == 200
    assert desk.chat_of(people[0]).messages == {}
    assert [taken.kind for taken in desk.accepted] == ["post", "update", "delete"]
    assert (await call(client, desk, "DELETE", f"{path}/{posted['id']}"))[0] == 404


async def test_a_message_over_100_kb_as_utf16_is_too_big(
    client: aiohttp.ClientSession, desk: TeamsDesk, people: list[Member]
) -> None:
    path = f"/v3/conversations/{people[0].conversation_id}/activities"
    assert (await call(client, desk, "POST", path, {"text": "x" * 50_000}))[0] == 201
    status, body = await call(client, desk, "POST", path, {"text": "x" * 52_000})
    assert (status, body["error"]["code"]) == (413, "MessageSizeTooBig")


async def test_the_published_limits_hold_in_each_conversation(
    client: aiohttp.ClientSession, desk: TeamsDesk, people: list[Member]
) -> None:
    first, second = (f"/v3/conversations/{member.conversation_id}/activities" for member in people[:2])
    taken = [(await call(client, desk, "POST", first, {"text": str(number)}))[0] for number in range(9)]
    assert taken == [201] * PUBLISHED_LIMITS[0][0] + [429] * 2
    assert (await call(client, desk, "POST", second, {"text": "other"}))[0] == 201
    desk._monotonic.now = 2.1  # type: ignore[attr-defined]
    assert (await call(client, desk, "POST", first, {"text": "later"}))[0] == 201


async def test_the_roster_knows_who_is_in_the_chat(
    client: aiohttp.ClientSession, desk: TeamsDesk, people: list[Member]
) -> None:
    path = f"/v3/conversations/{people[0].conversation_id}"
    _, one = await call(client, desk, "GET", f"{path}/members/{people[0].id}")
    _, everyone = await call(client, desk, "GET", f"{path}/members")
    _, page = await call(client, desk, "GET", f"{path}/pagedmembers")
    assert one["aadObjectId"] == people[0].entra_object_id
    assert everyone == page["members"] == [one]
    assert (await call(client, desk, "GET", f"{path}/members/{people[1].id}"))[0] == 404


async def test_a_script_of_faults_plays_in_order_and_then_all_is_well(
    client: aiohttp.ClientSession, desk: TeamsDesk, people: list[Member]
) -> None:
    path = f"/v3/conversations/{people[0].conversation_id}/activities"
    desk.faults.add(faults.throttled("1"), method="POST")
    desk.faults.add(faults.failing(502, accepted=True), path="activities")
    statuses = [(await call(client, desk, "POST", path, {"text": str(number)}))[0] for number in range(3)]
    assert statuses == [429, 502, 201]
    assert [taken.activity["text"] for taken in desk.accepted] == ["1", "2"]


async def test_a_token_is_asked_for_where_one_is_expected(client: aiohttp.ClientSession, people: list[Member]) -> None:
    desk = TeamsDesk("bot", TENANT, people, good_token=lambda token: token == "good")
    async with serving(desk.application()) as url:
        path = f"{url}/v3/conversations/{people[0].conversation_id}/activities"
        for token, status in (("", 401), ("bad", 401), ("good", 201)):
            async with client.post(path, json={}, headers={"Authorization": f"Bearer {token}"}) as response:
                assert response.status == status
