"""Everybody's OneDrive, as far as Teams' file consent needs it: a place given out once, and what was put there."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"
PLACE = "/onedrive/"
MOST_BYTES = 60 * 2**20

_RANGE = re.compile(r"bytes 0-(\d+)/(\d+)")


@dataclass(slots=True)
class Put:
    """One file: whose, what it is called, and its content once it has been put."""

    owner: str
    name: str
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Drive:
    """Places by their unguessable id; the id is the permission, as with OneDrive's own upload addresses."""

    def __init__(self) -> None:
        self.files: dict[str, Put] = {}
        self.full = False
        """Whether nothing is taken any more: an account over its quota."""

    def add_routes(self, app: web.Application) -> None:
        """Serve the places."""
        app.router.add_put(PLACE + "{place}", self._put)
        app.router.add_get(PLACE + "{place}/{name}", self._get)

    def place_for(self, owner: str, name: str, service_url: str) -> dict[str, Any]:
        """What Teams tells a bot whose file was allowed: `uploadInfo`."""
        place = uuid.uuid4().hex
        self.files[place] = Put(owner, name)
        upload = f"{service_url.rstrip('/')}{PLACE}{place}"
        return {
            "uploadUrl": upload,
            "contentUrl": f"{upload}/{name}",
            "name": name,
            "uniqueId": str(uuid.uuid4()),
            "fileType": name.rpartition(".")[2],
        }

    async def _put(self, request: web.Request) -> web.Response:
        put = self.files.get(request.match_info["place"])
        if put is None or put.content is not None:
            return web.json_response({"error": {"code": "itemNotFound"}}, status=404)
        content = await request.read()
        whole = _RANGE.fullmatch(request.headers.get("Content-Range", ""))
        if whole is None or (int(whole[1]) + 1, int(whole[2])) != (len(content), len(content)):
            return web.json_response({"error": {"code": "invalidRange"}}, status=416)
        if self.full:
            return web.json_response({"error": {"code": "quotaLimitReached"}}, status=507)
        put.content, put.headers = content, dict(request.headers)
        return web.json_response({"id": request.match_info["place"], "name": put.name}, status=201)

    async def _get(self, request: web.Request) -> web.Response:
        put = self.files.get(request.match_info["place"])
        if put is None or put.content is None or put.name != request.match_info["name"]:
            return web.Response(status=404, text="There is no such file.")
        headers = {"Content-Disposition": f'attachment; filename="{put.name}"'}
        return web.Response(body=put.content, content_type="application/octet-stream", headers=headers)


def file_in(activity: dict[str, Any]) -> dict[str, Any] | None:
    """The file a message offers or shows, as the page draws it; None for a message without one."""
    for one in activity.get("attachments") or ():
        content = one.get("content") if isinstance(one.get("content"), dict) else {}
        if one.get("contentType") == CONSENT:
            return {
                "asks": True,
                "name": str(one.get("name", "")),
                "description": str(content.get("description", "")),
                "size": content.get("sizeInBytes"),
                "accept": content.get("acceptContext"),
                "decline": content.get("declineContext"),
            }
        if one.get("contentType") == INFO:
            return {"asks": False, "name": str(one.get("name", "")), "url": str(one.get("contentUrl", ""))}
    return None


def as_attachment(file: dict[str, Any]) -> dict[str, Any]:
    """An offered file as it came."""
    content = {
        "description": file["description"],
        "sizeInBytes": file["size"],
        "acceptContext": file["accept"],
        "declineContext": file["decline"],
    }
    return {"contentType": CONSENT, "name": file["name"], "content": content}
