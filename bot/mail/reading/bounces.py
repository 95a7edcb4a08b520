"""Reads reports that a letter could not be delivered: RFC 3464, and what Exchange, Exim, Postfix and qmail write."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.mail.reading.headers import Headers, split_head
from bot.mail.reading.parts import Part

MAX_REPORT = 64 * 1024
"""Bytes of a report, and of the letter that came back with it, that are looked at."""

_BOUNCE_SUBJECT = re.compile(
    r"(?:undeliverable|undelivered|delivery (?:status notification|failure|has failed|report)|mail delivery (?:failed"
    r"|failure"
    r"|subsystem|system)|returned mail|failure notice|message delivery failure|unzustellbar|non remis"
    r"|delivery delayed|warning: (?:message|could not send))",
    re.IGNORECASE,
)
_BOUNCE_SENDER = re.compile(
    r"(?:mailer-daemon|postmaster|microsoftexchange[0-9a-f]{20,}|mail-daemon)(?:@|$)", re.IGNORECASE
)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY_CODE = re.compile(r"(?<![\d.])([45]\d\d)[ -]")
_ADDRESS = re.compile(r"<?\b([\w.+'=-]{1,64}@[\w-]+(?:\.[\w-]+)+)>?")
_MESSAGE_ID = re.compile(r"^message-id:[ \t]*(<[!-;=?-~]{1,250}>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report on one letter. It counts only if `original_message_id` is a letter of ours (reliability.md fault 53)."""

    final_recipient: str = ""
    status: str = ""
    """Like "5.1.1": the first digit 5 is for good, 4 for now, 2 delivered."""
    action: str = ""
    """failed, delayed, delivered, relayed or expanded; failed when the report does not say."""
    original_message_id: str = ""
    """In its angle brackets; empty when the report does not bring the letter back."""


def is_bounce(headers: Headers, top: Part, sender: str) -> bool:
    """Whether a message is a delivery report."""
    if top.kind == "multipart/report" and top.parameters.get("report-type", "").lower() in ("delivery-status", ""):
        return True
    if any(part.kind == "message/delivery-status" for part in top.walk()):
        return True
    if headers.has("x-failed-recipients"):
        return True
    nobody = headers.first("return-path").strip() == "<>"
    by_machine = bool(_BOUNCE_SENDER.match(sender)) or nobody
    return by_machine and bool(_BOUNCE_SUBJECT.match(headers.said("subject")))


def read_bounce(headers: Headers, top: Part, text: str) -> Bounce:
    """What the report says. Of several recipients the first one that failed; unknown things stay empty."""
    recipients = [fields for part in top.walk() if part.kind == "message/delivery-status" for fields in _groups(part)]
    told = [fields for fields in recipients if fields.has("final-recipient") or fields.has("original-recipient")]
    original = _original_id(headers, top, text)
    if told:
        chosen = next((fields for fields in told if _action(fields) == "failed"), told[0])
        diagnosis = chosen.first("diagnostic-code")
        status = _first(_STATUS, chosen.first("status")) or _first(_STATUS, diagnosis)
        return Bounce(_recipient(chosen), status, _action(chosen), original)
    said = text[:MAX_REPORT]
    failed = headers.first("x-failed-recipients")
    status = _first(_STATUS, said)
    if not status and (code := _first(_REPLY_CODE, said)):
        status = f"{code[0]}.0.0"
    delayed = "delay" in headers.said("subject").lower() or status.startswith("4.")
    recipient = _first(_ADDRESS, failed) or _first(_ADDRESS, said)
    return Bounce(recipient.lower(), status, "delayed" if delayed else "failed", original)


def _groups(part: Part) -> list[Headers]:
    """The groups of fields of a delivery status, one for the message and one for each recipient."""
    content, _ = part.body(MAX_REPORT)
    groups: list[Headers] = []
    for block in re.split(rb"(?:\r?\n){2,}", content.strip())[:50]:
        fields, _ = split_head(block + b"\r\n\r\n", 0, len(block) + 4)
        groups.append(fields)
    return groups


def _action(fields: Headers) -> str:
    said = fields.first("action").strip().lower().split(" ")[0]
    return said if said in ("failed", "delayed", "delivered", "relayed", "expanded") else "failed"


def _recipient(fields: Headers) -> str:
    for name in ("final-recipient", "original-recipient"):
        if found := _ADDRESS.search(fields.first(name).partition(";")[2] or fields.first(name)):
            return found[1].lower()
    return ""


def _original_id(headers: Headers, top: Part, text: str) -> str:
    """The Message-ID of the letter that came back; else the one the report answers."""
    for part in top.walk():
        if part.kind in ("message/rfc822", "text/rfc822-headers", "message/global", "text/rfc822"):
            content, _ = part.body(MAX_REPORT)
            original, _ = split_head(content, 0, len(content))
            if found := original.message_ids("message-id"):
                return found[0]
    if found_in_text := _MESSAGE_ID.search(text[:MAX_REPORT]):
        return found_in_text[1]
    answered = headers.message_ids("in-reply-to") or headers.message_ids("references")
    return answered[-1] if answered else ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""
