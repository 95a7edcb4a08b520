from __future__ import annotations

import json
from datetime import UTC, datetime

import aiohttp
import pytest

from bot.retry_after import LONGEST_WAIT_SECONDS
from bot.teams.errors import Failure, Remedy, read_exception, read_response
from desk import faults

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def read(fault: faults.Fault, *, repeatable: bool = False) -> Failure:
    return read_response(fault.status, fault.headers, fault.body, now=NOW, repeatable=repeatable)


# Microsoft's table of statuses and codes, as a sender must act on it.
TABLE: list[tuple[str, faults.Fault, str, Remedy, str | None]] = [
    ("400", faults.Fault(400, b'{"error":{"code":"BadSyntax","message":"x"}}'), "never", Remedy.NONE, None),
    ("401", faults.unauthorized(), "later", Remedy.STOP_ALL, None),
    ("401 with another code", faults.unauthorized("Unauthorized"), "later", Remedy.STOP_ALL, None),
    ("401 without a body", faults.Fault(401), "later", Remedy.STOP_ALL, None),
    ("403 disabled by the administrator", faults.forbidden("BotDisabledByAdmin"), "never", Remedy.NONE, "disabled"),
    ("403 taken out", faults.forbidden("BotNotInConversationRoster"), "never", Remedy.NONE, "uninstalled"),
    (
        "404 taken out",
        faults.not_found("BotNotInConversationRoster"),
        "never",
        Remedy.NONE,
        "uninstalled",
    ),
    ("403 blocked", faults.forbidden("ConversationBlockedByUser"), "never", Remedy.NONE, "blocked"),
    (
        "403 never installed",
        faults.forbidden("ForbiddenOperationException"),
        "never",
        Remedy.INSTALL,
        "uninstalled",
    ),
    ("403 writes blocked", faults.forbidden("MessageWritesBlocked"), "never", Remedy.NONE, "blocked"),
    ("403 writes blocked, sub code", faults.forbidden("MessageWritesBlocked", "sub"), "never", Remedy.NONE, "blocked"),
    (
        "403 writes blocked, JSON in JSON",
        faults.forbidden("MessageWritesBlocked", "double"),
        "never",
        Remedy.NONE,
        "blocked",
    ),
    ("403 permissions", faults.forbidden("NotEnoughPermissions"), "never", Remedy.NONE, None),
    ("403 without a code", faults.forbidden("", "none"), "never", Remedy.NONE, "blocked"),
    ("403 a page", faults.forbidden("", "text"), "never", Remedy.NONE, "blocked"),
    ("404 conversation", faults.not_found(), "never", Remedy.NEW_CONVERSATION, None),
    ("404 without a code", faults.Fault(404), "never", Remedy.NEW_CONVERSATION, None),
    ("404 activity", faults.not_found("ActivityNotFoundInConversation"), "never", Remedy.NEW_MESSAGE, None),
    ("412", faults.concurrent(), "later", Remedy.NONE, None),
    ("413", faults.too_big(), "never", Remedy.SHORTER, None),
    ("413 from a proxy", faults.Fault(413, b"<html>"), "never", Remedy.SHORTER, None),
    ("429", faults.throttled("7"), "later", Remedy.NONE, None),
    ("405", faults.Fault(405), "never", Remedy.NONE, None),
    ("307", faults.redirect("https://evil.example/"), "later", Remedy.NONE, None),
]
LOST_ANSWERS = [408, 499, 500, 502, 503, 504, 520]


@pytest.mark.parametrize(
    ("fault", "outcome", "remedy", "state"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_a_refusal_is_read_as_the_table_says(
    fault: faults.Fault, outcome: str, remedy: Remedy, state: str | None
) -> None:
    failure = read(fault)
    assert (failure.outcome, failure.remedy, failure.channel_state) == (outcome, remedy, state)


@pytest.mark.parametrize("status", LOST_ANSWERS)
def test_after_a_5xx_nobody_knows_whether_the_message_arrived(status: int) -> None:
    assert read(faults.failing(status)).outcome == "unknown"
    assert read(faults.failing(status), repeatable=True).outcome == "later"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("0", 5.0),
        ("3600", 3600.0),
        ("99999999", LONGEST_WAIT_SECONDS),
        ("Tue, 01 Dec 2026 09:01:30 GMT", 90.0),
        ("Tue, 01 Dec 2026 08:00:00 GMT", 5.0),
        (None, 5.0),
        ("soon", 5.0),
        ("-3", 5.0),
        ("1e309", 5.0),
        ("²", 5.0),
    ],
)
def test_a_throttled_sender_waits_as_long_as_it_is_told(said: str | None, seconds: float) -> None:
    assert read(faults.throttled(said)).wait_seconds == seconds


def test_words_in_an_error_never_become_a_code() -> None:
    body = json.dumps({"error": {"code": "Ben Osei's grade was inadequate", "message": "x"}}).encode()
    assert read(faults.Fault(400, body)).code == "unreadable code"


BODIES = [
    b"",
    b"null",
    b"[]",
    b"7",
    b'"x"',
    b"{",
    b"[" * 5000,
    b'{"error":null}',
    b'{"error":{"code":7}}',
    b'{"errorCode":209,"message":"{"}',
    b'{"errorCode":209}',
    b"\xff\xfe",
]


@pytest.mark.parametrize("body", BODIES)
def test_no_body_whatever_breaks_the_reader(body: bytes) -> None:
    assert read(faults.Fault(400, body)).outcome == "never"


def test_a_connection_that_never_opened_may_be_tried_again() -> None:
    key = aiohttp.client_reqrep.ConnectionKey("h", 443, True, True, None, None, None)
    refused = aiohttp.ClientConnectorError(key, ConnectionRefusedError())
    assert read_exception(refused, left_us=True).outcome == "later"
    assert read_exception(aiohttp.ConnectionTimeoutError(), left_us=False).outcome == "later"


def test_once_the_request_has_left_us_nobody_knows() -> None:
    for error in (TimeoutError(), aiohttp.ServerDisconnectedError(), ConnectionResetError()):
        assert read_exception(error, left_us=True).outcome == "unknown"
        assert read_exception(error, left_us=True, repeatable=True).outcome == "later"
        assert read_exception(error, left_us=False).outcome == "later"
