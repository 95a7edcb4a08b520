"""What a failed call to Teams means for the sender: Microsoft's table of statuses and codes, read one way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Literal

from bot.network.failures import not_connected
from bot.retry_after import retry_after

RATE_WAIT_SECONDS = 5.0
"""A 429 without Retry-After: wait at least this long (the channel counts over 1, 2 and 30 seconds)."""


class Remedy(Enum):
    """What may still help, once, before the failure stands."""

    NONE = "none"
    INSTALL = "install"
    """Not installed for this person: install through Graph, then send again."""
    NEW_CONVERSATION = "new_conversation"
    """The stored id is stale: open the conversation again, then send again."""
    NEW_MESSAGE = "new_message"
    """The card to update is gone: post a new one."""
    SHORTER = "shorter"
    """Too big: send the short text."""
    STOP_ALL = "stop_all"
    """Our own registration or credentials are refused: nothing at all will go out until someone mends it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call failed, in the outbox's words: later (surely not taken), never, or unknown (perhaps taken)."""

    outcome: Literal["later", "never", "unknown"]
    code: str
    remedy: Remedy = Remedy.NONE
    wait_seconds: float | None = None
    """How long the channel asked us to wait."""
    channel_state: Literal["blocked", "uninstalled", "disabled"] | None = None


class SendFailed(Exception):
    """A call to Teams failed; `failure` says what that means."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code)
        self.failure = failure


_BY_CODE: dict[str, Failure] = {
    "botnotregistered": Failure("later", "BotNotRegistered", Remedy.STOP_ALL),
    "botdisabledbyadmin": Failure("never", "BotDisabledByAdmin", channel_state="disabled"),
    # Taken out by the person or an administrator: we do not put ourselves back, we wait to be installed again.
    "botnotinconversationroster": Failure("never", "BotNotInConversationRoster", channel_state="uninstalled"),
    "conversationblockedbyuser": Failure("never", "ConversationBlockedByUser", channel_state="blocked"),
    "forbiddenoperationexception": Failure(
        "never", "ForbiddenOperationException", Remedy.INSTALL, channel_state="uninstalled"
    ),
    "messagewritesblocked": Failure("never", "MessageWritesBlocked", channel_state="blocked"),
    "notenoughpermissions": Failure("never", "NotEnoughPermissions"),
    "conversationnotfound": Failure("never", "ConversationNotFound", Remedy.NEW_CONVERSATION),
    "activitynotfoundinconversation": Failure("never", "ActivityNotFoundInConversation", Remedy.NEW_MESSAGE),
    "messagesizetoobig": Failure("never", "MessageSizeTooBig", Remedy.SHORTER),
}
"""Codes speak before statuses: the same code comes with different statuses, and 403 often has no code at all."""

_SAYS_NOTHING = {"", "forbidden", "accessdenied", "unreadable code"}

# Not taken for certain: the request never got past the rate or the concurrency check.
_SAFE_TO_REPEAT = {412, 425, 429}
# The answer came from something in front of Teams, or after the work: it may have been taken.
_PERHAPS_TAKEN = {408, 499, 500, 502, 503, 504}


def read_response(status: int, headers: Any, body: bytes, *, now: datetime, repeatable: bool = False) -> Failure:
    """What a status of 300 or more means. `repeatable` marks calls that may be repeated without harm (PUT, create)."""
    wait = retry_after(headers.get("Retry-After", ""), now)
    said = _code_of(body)
    known = _BY_CODE.get(said.lower())
    if known is not None and status >= 400:
        return known
    code = said or f"HTTP {status}"
    if status == 401:
        return Failure("later", code, Remedy.STOP_ALL)
    if status == 403 and said.lower() in _SAYS_NOTHING:
        # Real 403s often carry no code. We may not write there, so we stop until the person writes to us.
        return Failure("never", code, channel_state="blocked")
    if status == 404:
        return Failure("never", code, Remedy.NEW_CONVERSATION)
    if status == 413:
        return Failure("never", code, Remedy.SHORTER)
    if status in _SAFE_TO_REPEAT:
        return Failure("later", code, wait_seconds=wait or (RATE_WAIT_SECONDS if status == 429 else None))
    if status in _PERHAPS_TAKEN or status >= 500:
        return Failure("later" if repeatable else "unknown", code, wait_seconds=wait)
    if 300 <= status < 400:
        return Failure("later", code)  # we follow no redirect with a token; whoever redirected did not take it
    return Failure("never", code)


def read_exception(error: BaseException, *, left_us: bool, repeatable: bool = False) -> Failure:
    """What a broken connection means: before the request left us it is safe to repeat, after that nobody knows."""
    code = type(error).__name__
    if not_connected(error) or not left_us or repeatable:
        return Failure("later", code)
    return Failure("unknown", code)


def no_id() -> Failure:
    """A success without an id did not come from Teams (a proxy's page, say): it may or may not have passed it on."""
    return Failure("unknown", "no id in the answer")


def _code_of(body: bytes) -> str:
    """The error code in either envelope, or empty.

    Usual: {"error": {"code": ..., "innerHttpError"/"message": ...}}. The other: {"errorCode": 209, "message": "<JSON>"}
    whose message is JSON once more, with `subCode` or `code` inside.
    """
    found = _json(body)
    error = found.get("error")
    inner = _json(found.get("message")) if found.get("errorCode") is not None else {}
    for envelope in (error if isinstance(error, dict) else {}, inner, _json_dict(inner.get("error")), found):
        for name in ("subCode", "code"):
            value = envelope.get(name)
            if isinstance(value, str) and value:
                return _known_spelling(value)
    if isinstance(error, str) and error:
        return _known_spelling(error)
    return ""


def _known_spelling(code: str) -> str:
    """Codes go into logs and reasons, so only something that looks like one is kept."""
    return code[:60] if code.isascii() and code.replace("_", "").replace(".", "").isalnum() else "unreadable code"


def _json(value: Any) -> dict[str, Any]:
    if not isinstance(value, str | bytes):
        return _json_dict(value)
    try:
        return _json_dict(json.loads(value))
    except (ValueError, RecursionError):
        return {}


def _json_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
