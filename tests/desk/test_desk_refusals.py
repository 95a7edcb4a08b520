"""What the desk does not do: for other sites, for nobody, for a bot that is away, for what is no message. In words."""

from __future__ import annotations

from typing import Any

from yarl import URL

from tests.bot.conftest import FRIDAY
from tests.desk.conftest import Page


async def test_a_bot_that_is_away_is_said_in_words_and_is_found_again(quiet: Page) -> None:
    me = (await quiet.story())["auditor"]
    there = quiet.desk.bot.url
    quiet.desk.bot.url = "http://127.0.0.1:9"
    for status, said in (
        await quiet.get("council"),
        await quiet.get("clock"),
        await quiet.post("clock", {"days": 1}),
        await quiet.post(f"people/{me}/say", {"text": "list"}),
        await quiet.post(f"people/{me}/dialog", {"fetch": True, "data": {}}),
    ):
        assert (status, said["kind"]) == (502, "error")
        assert "does not answer" in said["text"]
    quiet.desk.bot.url = there
    assert (await quiet.get("clock"))[0] == 200


async def test_nobody_has_a_chat_that_can_be_read(quiet: Page) -> None:
    for path in ("chat", "notifications", "mail"):
        status, said = await quiet.get(f"people/nobody/{path}")
        assert (status, said["kind"]) == (404, "error")


NOT_SENT: list[tuple[str, Any, int]] = [
    ("say", {"text": ""}, 400),
    ("say", {"text": 7}, 400),
    ("say", [], 400),
    ("say", {"text": "x" * 30_000}, 413),
    ("say", {"text": "x" * 300_000}, 413),
    ("press", {"message": "1", "inputs": {}}, 400),
    ("press", {"action": {"type": "Action.OpenUrl", "url": "http://evil.example"}}, 400),
    ("press", {"action": {"type": "Action.Execute", "verb": 7}}, 400),
    ("dialog", {"data": {}}, 400),
    ("search", {"text": 7}, 400),
    ("dialog", {"fetch": True, "submit": True, "data": {}}, 400),
    ("mail", {"text": ""}, 400),
    ("mail", {"text": "Hello"}, 409),
    ("mail", {"text": "Hello", "in_reply_to": "gone"}, 404),
]


async def test_what_cannot_be_sent_is_refused_in_words(quiet: Page) -> None:
    me = (await quiet.story())["auditor"]
    for what, body, status in NOT_SENT:
        got, said = await quiet.post(f"people/{me}/{what}", body)
        assert (got, said["kind"]) == (status, "error"), what
        assert said["text"].endswith(".")
    assert await quiet.messages(me) == []


async def test_a_button_nobody_knows_is_answered_by_the_bot_and_not_by_a_traceback(quiet: Page) -> None:
    me = (await quiet.story())["auditor"]
    action = {"type": "Action.Execute", "verb": "fly", "data": {"ref": "x" * 40}}
    status, said = await quiet.post(f"people/{me}/press", {"message": "1", "action": action, "inputs": {}})
    assert status == 200
    assert said["kind"] in ("card", "message", "error")


OTHER_SITES = (
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example:56160"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
)


async def test_another_site_cannot_speak_to_the_desk(quiet: Page) -> None:
    for headers in OTHER_SITES:
        assert (await quiet.get("council", **headers))[0] == 403, headers
        assert (await quiet.post("clock", {"days": 1}, **headers))[0] == 403, headers
    assert (await quiet.get("clock"))[1]["now"].startswith(f"{FRIDAY:%Y-%m-%d}")


async def test_no_other_site_is_told_that_it_may_read(quiet: Page) -> None:
    async with quiet.http.get(f"{quiet.url}/api/clock", headers={"Origin": quiet.url}) as answer:
        assert answer.status == 200
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_a_form_of_another_kind_than_json_changes_nothing(quiet: Page) -> None:
    async with quiet.http.post(f"{quiet.url}/api/clock", data='{"days": 1}') as answer:
        assert answer.status == 415


async def test_no_file_outside_the_page_is_served(quiet: Page) -> None:
    for path in ("static/../app.py", "static/%2e%2e/app.py", "vendor/other.js", "api/nothing"):
        async with quiet.http.get(URL(f"{quiet.url}/{path}", encoded=True)) as answer:
            assert answer.status == 404, path
