"""What a failed call to Graph's mail means: what has to wait, what has to be mended, and by whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bot.network.failures import not_connected
from bot.retry_after import retry_after
from bot.teams.tokens import NoToken

Kind = Literal[
    "throttled",  # too much at once: wait and try again
    "busy",  # surely not done, or harmless to do again: try again
    "credential",  # Entra or Graph no longer accepts who we say we are
    "permission",  # it knows us, and we may not
    "no_mailbox",  # our mailbox is not there
    "mailbox_full",  # our mailbox is full
    "send_quota",  # our mailbox has sent all it may for now
    "recipient",  # this recipient is refused for good
    "not_found",  # the message is not there
    "gone",  # the delta link has expired
    "unknown",  # the answer was lost: it may have been done
    "refused",  # no, for good, for this message
]

THROTTLED_SECONDS = 10.0

_BY_CODE: dict[str, Kind] = {
    "invalidauthenticationtoken": "credential",
    "erroraccessdenied": "permission",
    "accessdenied": "permission",
    "authorization_requestdenied": "permission",
    "errorsendasdenied": "permission",
    "erroraccountsuspend": "permission",
    "errorinvaliduser": "no_mailbox",
    "mailboxnotenabledforrestapi": "no_mailbox",
    "errormailboxnotenabledforrestapi": "no_mailbox",
    "errornonexistentmailbox": "no_mailbox",
    "request_resourcenotfound": "no_mailbox",
    "errorquotaexceeded": "mailbox_full",
    "errorsubmissionquotaexceeded": "send_quota",
    "errorexceededmessagelimit": "send_quota",
    "errormessagelimitexceeded": "send_quota",
    "errorinvalidrecipients": "recipient",
    "erroritemnotfound": "not_found",
    "syncstatenotfound": "gone",
    "resyncrequired": "gone",
    "syncstateinvalid": "gone",
    "errormailboxstoreunavailable": "busy",
    "mailboxconcurrency": "throttled",
    "applicationthrottled": "throttled",
}


@dataclass(frozen=True, slots=True)
class GraphFailure:
    """Why a call failed."""

    kind: Kind
    code: str
    """Graph's or Entra's own code, or the status: safe to keep."""
    wait_seconds: float | None = None


class GraphFailed(Exception):
    """A call to Graph failed; `failure` says what that means."""

    def __init__(self, failure: GraphFailure) -> None:
        super().__init__(failure.code)
        self.failure = failure


def no_token(refusal: NoToken) -> GraphFailure:
    """No token: the credential has to be mended, or Entra cannot be reached just now."""
    return GraphFailure("credential" if refusal.permanent else "busy", refusal.code)


def read_answer(status: int, headers: Mapping[str, str], body: bytes, *, now: datetime, safe: bool) -> GraphFailure:
    """What a status of 300 or more means. `safe` marks calls that do no harm if they are made twice."""
    code = _code_of(body)
    wait = retry_after(headers.get("Retry-After", ""), now)
    kind = _BY_CODE.get(code.lower())
    said = code or f"HTTP {status}"
    if kind is not None and status >= 400:
        return GraphFailure(kind, said, wait or (THROTTLED_SECONDS if kind == "throttled" else None))
    if status == 401:
        return GraphFailure("credential", said)
    if status == 403:
        return GraphFailure("permission", said)
    if status == 404:
        return GraphFailure("not_found", said)
    if status == 410:
        return GraphFailure("gone", said)
    if status == 429:
        return GraphFailure("throttled", said, wait or THROTTLED_SECONDS)
    if status == 507:
        return GraphFailure("mailbox_full", said)
    if status >= 500 or status in (408, 412, 423):
        return GraphFailure("busy" if safe or status in (412, 423) else "unknown", said, wait)
    if status < 400:
        return GraphFailure("busy", said)  # no redirect is followed with a token
    return GraphFailure("refused", said)


def read_lost_answer(error: BaseException, *, safe: bool) -> GraphFailure:
    """A connection that broke: before it was made nothing was done, after that nobody knows."""
    code = type(error).__name__
    return GraphFailure("busy" if not_connected(error) or safe else "unknown", code)


def in_words(failure: GraphFailure, mailbox: str) -> str:
    """What an administrator has to do; empty for what passes by itself."""
    code = failure.code
    match failure.kind:
        case "credential":
            return (
                f"Entra no longer accepts the bot's credential ({code}): the secret or certificate has ended or was "
                "removed. Make a new one and set BOT_APP_SECRET or BOT_APP_CERTIFICATE (docs/deployment.md, Email)."
            )
        case "permission":
            return (
                f"The bot may not use the mailbox {mailbox} ({code}). Give it the roles Application Mail.Send and "
                "Application Mail.ReadWrite for that mailbox (docs/deployment.md, Email)."
            )
        case "no_mailbox":
            return (
                f"There is no mailbox {mailbox}, or it has no licence ({code}). Check BOT_MAILBOX and the Exchange "
                "admin centre."
            )
        case "mailbox_full":
            return (
                f"The mailbox {mailbox} is full ({code}), so nothing can be sent from it. Empty its Sent Items and "
                "Deleted Items, or raise its limit."
            )
        case "send_quota":
            return f"The mailbox {mailbox} has sent as much as Exchange allows for now ({code}). It goes on by itself."
        case _:
            return ""


def _code_of(body: bytes) -> str:
    """The error's code, if it looks like one."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    error = found.get("error") if isinstance(found, dict) else None
    code = error.get("code") if isinstance(error, dict) else error
    if not isinstance(code, str) or not code.isascii() or not code.replace("_", "").replace(".", "").isalnum():
        return ""
    return code[:60]
