"""A file handed over in a private chat: Teams asks for consent, names a place in OneDrive, and we put it there.

It is Microsoft's file consent flow. The file goes into the person's own OneDrive, inside the tenant; nothing but its
name, its size and what it is stands in the chat (docs/adr/0026).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import structlog

from bot.teams.hosts import Hosts, is_onedrive

if TYPE_CHECKING:
    from bot.network.client import HttpClient
    from dialogs.kit.message import FileOffer

INVOKE = "fileConsent/invoke"
CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"
UPLOAD_SECONDS = 60.0
LONGEST = 4_000
"""Characters of an address OneDrive signs for us."""

log = structlog.get_logger("bot.teams.files")


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody answered: yes with a place to put the file, or no."""

    token: str
    accepted: bool
    upload_url: str = ""
    content_url: str = ""
    name: str = ""
    unique_id: str = ""
    file_type: str = ""


def consent_activity(offer: FileOffer) -> dict[str, Any]:
    """The question Teams asks, as a message of its own."""
    context = {"ref": offer.token}
    content = {
        "description": offer.description,
        "sizeInBytes": offer.size,
        "acceptContext": context,
        "declineContext": context,
    }
    attachment = {"contentType": CONSENT, "name": offer.name, "content": content}
    return {"type": "message", "summary": "A file is ready for you.", "attachments": [attachment]}


def info_activity(consent: Consent) -> dict[str, Any]:
    """The file where it lies now, to be opened from the chat."""
    content = {"uniqueId": consent.unique_id, "fileType": consent.file_type or "xlsx"}
    attachment = {"contentType": INFO, "contentUrl": consent.content_url, "name": consent.name, "content": content}
    return {"type": "message", "summary": "Your file is in your OneDrive.", "attachments": [attachment]}


def read_consent(value: Any) -> Consent | None:
    """What was answered, out of an activity's value; None for what cannot be read. Nothing is taken on trust."""
    if not isinstance(value, dict) or not isinstance(value.get("context"), dict):
        return None
    token, answer = _text(value["context"], "ref"), value.get("action")
    if answer == "decline":
        return Consent(token, accepted=False)
    place = value.get("uploadInfo")
    if answer != "accept" or not isinstance(place, dict):
        return None
    names = ("uploadUrl", "contentUrl", "name", "uniqueId", "fileType")
    return Consent(token, True, *(_text(place, name) for name in names))


async def upload(http: HttpClient, hosts: Hosts, url: str, content: bytes) -> bool:
    """Put the whole file where OneDrive said. False when it was not taken, or the place is not OneDrive."""
    if not is_onedrive(url, loopback=hosts.loopback):
        log.warning("file_not_sent", reason="not OneDrive")
        return False
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}",
    }
    timeout = aiohttp.ClientTimeout(total=UPLOAD_SECONDS, sock_connect=5.0)
    try:
        # The address itself is the permission: no token of ours goes along.
        async with http.request("PUT", url, data=content, headers=headers, timeout=timeout) as response:
            if response.status in (200, 201):
                return True
            log.warning("file_not_sent", status=response.status)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        log.warning("file_not_sent", error=type(error).__name__)
    return False


def _text(place: dict[str, Any], name: str) -> str:
    value = place.get(name)
    return value if isinstance(value, str) and len(value) <= LONGEST else ""
