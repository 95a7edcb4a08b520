"""What sort of message it is: a person's reply, or one of the many things that come by themselves."""

from __future__ import annotations

import re
from typing import Literal

from bot.mail.reading.bounces import is_bounce
from bot.mail.reading.headers import Headers
from bot.mail.reading.parts import Part

Kind = Literal["reply", "auto_reply", "bounce", "calendar", "encrypted", "ours", "list", "unreadable"]

LOOP_HEADER = "x-learning-space-bot"
"""Our own letters carry it; what comes back with it in its head is one of them, passed on by a machine."""

_AUTO_SUBJECT = re.compile(
    r"(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response|reponse)|auto:|out of (?:the )?office|ooo:|away from"
    r" (?:the )?"
    r"office|on (?:annual )?leave(?: until| from|$)|abwesenheitsnotiz|automatische antwort|r[ée]ponse automatique|ateb"
    r" awtomatig"
    r"|respuesta autom[áa]tica|(?:not )?read: |read receipt|recall: )",
    re.IGNORECASE,
)
_AUTO_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponse",
    "x-mail-autoreply",
    "x-ms-exchange-inbox-rules-loop",
    "x-ms-exchange-generated-message-source",
    "x-loop",
    "x-auto-reply-from",
)
_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe", "mailing-list")
_ENCRYPTED_TYPES = frozenset(
    (
        "multipart/encrypted",
        "application/pkcs7-mime",
        "application/x-pkcs7-mime",
        "application/pgp-encrypted",
        "application/x-microsoft-rpmsg-message",
        "application/x-egress-switch",
    )
)
_ENCRYPTED_FILES = (".rpmsg", ".p7m", ".switch", ".pgp", ".gpg")
_ENCRYPTED_TEXT = re.compile(r"-----BEGIN PGP MESSAGE-----")
_SECURE_SERVICE = re.compile(
    r"(?:egress (?:switch|secure|protect)|this is a secure (?:e-?mail|message)|sent you (?:a|an) (?:secure|protected"
    r"|encrypted)"
    r" (?:e-?mail|message)|protected message from|read the message\b.{0,80}(?:office 365 message encryption"
    r"|encrypted))",
    re.IGNORECASE,
)


def kind_by_head(headers: Headers, top: Part, *, sender: str, our_address: str) -> Kind:
    """What the headers and the parts alone say. A machine's word about itself comes before everything it carries."""
    if is_bounce(headers, top, sender):
        return "bounce"
    if headers.has(LOOP_HEADER) or sender == our_address.strip().lower() != "":
        return "ours"
    if _is_automatic(headers, top):
        return "auto_reply"
    precedence = headers.first("precedence").strip().lower()
    if precedence == "list" or any(headers.has(name) for name in _LIST_HEADERS):
        return "list"
    if precedence in ("bulk", "junk", "auto_reply"):
        return "auto_reply"
    if _is_calendar(headers, top):
        return "calendar"
    return "encrypted" if _is_encrypted(top) else "reply"


def kind_by_words(text: str, *, has_attachments: bool) -> Kind:
    """What the words say where the head is silent: an encrypted body, or the note of a service that keeps the mail."""
    if _ENCRYPTED_TEXT.search(text[:4_000]):
        return "encrypted"
    if has_attachments and _SECURE_SERVICE.search(text[:2_000]):
        return "encrypted"
    return "reply"


def _is_automatic(headers: Headers, top: Part) -> bool:
    """RFC 3834, and what Exchange, Gmail and others write instead."""
    submitted = headers.first("auto-submitted").split(";")[0].split("(")[0].strip().lower()
    if submitted not in ("", "no"):
        return True
    if any(headers.has(name) for name in _AUTO_HEADERS):
        return True
    if top.kind == "multipart/report" or headers.first("return-path").strip() == "<>":
        return True
    if headers.first("x-ms-exchange-messagesentrepresentingtype") == "3":  # an Exchange rule
        return True
    subject = headers.said("subject")
    return bool(_AUTO_SUBJECT.match(subject))


def _is_calendar(headers: Headers, top: Part) -> bool:
    """An answer to an invitation, or an invitation. A reply that carries an .ics file as an attachment is a reply."""
    if headers.first("content-class").strip().lower() == "urn:content-classes:calendarmessage":
        return True
    for part in top.walk():
        method = part.parameters.get("method", "").upper()
        if part.kind == "text/calendar" and not part.is_attached and method not in ("", "PUBLISH"):
            return True
        if part.kind == "text/calendar" and part is top:
            return True
    return False


def _is_encrypted(top: Part) -> bool:
    for part in top.walk():
        if part.kind in _ENCRYPTED_TYPES:
            return True
        if part is not top and part.filename.lower().endswith(_ENCRYPTED_FILES):
            return True
    return False
