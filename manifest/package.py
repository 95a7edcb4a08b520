"""Builds the Teams app package: the manifest, the two icons and the zip an administrator uploads."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COLOUR_ICON = HERE / "color.png"
OUTLINE_ICON = HERE / "outline.png"

NEWEST_SCHEMA = "1.30"
LAGGING_SCHEMA = "1.19"
"""The lowest version with everything we use, for a tenant whose Teams does not know the newest schema yet."""
SCHEMAS = (NEWEST_SCHEMA, LAGGING_SCHEMA)

APP_NAMESPACE = uuid.UUID("6f0c2a52-3c8e-5d51-9f6c-2b6f1d4a7e11")
ACCENT = "#1D5C63"

PERSONAL_COMMANDS = (
    ("list", "What is waiting for me, by when, and what happens otherwise"),
    ("actions", "What I agreed to do, and by when"),
    ("extension", "Ask for more time, or to be taken off"),
    ("find", "Find a record: find, and a reference, a post or a team"),
    ("help", "What I can do and whom to ask"),
)
"""Teams offers these to everybody who has the app, so only what anybody may type stands here. What one role alone may
do, like allocating a month, is offered where it fits: on that person's home card and in their help."""
TEAM_COMMANDS = (("help", "How to reach me in a private chat"),)


class ManifestError(ValueError):
    """The package cannot be built from these facts; the message says which one and why."""


@dataclass(frozen=True, slots=True)
class AppFacts:
    """What a council must say of itself before the package can be built."""

    bot_id: str
    """The Entra application (client) id of the bot, a GUID."""
    developer: str
    website: str
    privacy: str
    terms: str
    version: str = "1.0.0"

    @property
    def app_id(self) -> str:
        """The Teams app's own id: derived from the bot's, so building twice gives the same app."""
        return str(uuid.uuid5(APP_NAMESPACE, self.bot_id.lower()))


def manifest(facts: AppFacts, schema: str = NEWEST_SCHEMA) -> dict[str, Any]:
    """The manifest of one schema version. ManifestError names the fact that is missing or wrong."""
    _check(facts, schema)
    return {
        "$schema": f"https://developer.microsoft.com/json-schemas/teams/v{schema}/MicrosoftTeams.schema.json",
        "manifestVersion": schema,
        "version": facts.version,
        "id": facts.app_id,
        "developer": {
            "name": facts.developer,
            "websiteUrl": facts.website,
            "privacyUrl": facts.privacy,
            "termsOfUseUrl": facts.terms,
        },
        "name": {"short": "Learning Space Bot", "full": "Learning Space Bot: practice quality assurance"},
        "description": {
            "short": "Your learning spaces: what is waiting, by when, done in the chat.",
            "full": (
                "Brings managers in children's services their allocated learning spaces, records grades and summaries "
                "in conversation, tells the right people in good time when one is late, and follows an inadequate "
                "grade until the loop is closed. Messages carry references and dates only: never a child's name, "
                "case detail or a grade."
            ),
        },
        "icons": {"color": COLOUR_ICON.name, "outline": OUTLINE_ICON.name},
        "accentColor": ACCENT,
        "bots": [
            {
                "botId": facts.bot_id,
                "scopes": ["personal", "team"],
                "supportsFiles": True,  # a spreadsheet the QA team asks for, by Teams' own consent (docs/adr/0026)
                "isNotificationOnly": False,
                "commandLists": [
                    {"scopes": ["personal"], "commands": _commands(PERSONAL_COMMANDS)},
                    {"scopes": ["team"], "commands": _commands(TEAM_COMMANDS)},
                ],
            }
        ],
        # Lets Graph install the app for a person before they have ever spoken to the bot.
        "webApplicationInfo": {"id": facts.bot_id, "resource": f"api://botid-{facts.bot_id}"},
        "validDomains": [],
    }


def build(facts: AppFacts, schema: str = NEWEST_SCHEMA) -> bytes:
    """The zip, with the three files at its root. The same facts give the same bytes."""
    files = {
        "manifest.json": json.dumps(manifest(facts, schema), indent=2, ensure_ascii=False).encode() + b"\n",
        COLOUR_ICON.name: COLOUR_ICON.read_bytes(),
        OUTLINE_ICON.name: OUTLINE_ICON.read_bytes(),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0)), content)
    return packed.getvalue()


def _commands(commands: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"title": title, "description": description} for title, description in commands]


def _check(facts: AppFacts, schema: str) -> None:
    if schema not in SCHEMAS:
        raise ManifestError(f"There is no manifest for schema {schema}; choose one of {', '.join(SCHEMAS)}.")
    try:
        uuid.UUID(facts.bot_id)
    except ValueError:
        raise ManifestError(
            f"The bot's application id must be a GUID as Entra shows it, not {facts.bot_id!r}. Set BOT_APP_ID."
        ) from None
    if not 1 <= len(facts.developer) <= 32:
        raise ManifestError("The developer's name must have 1 to 32 characters; Teams shows it under the app's name.")
    for name in ("website", "privacy", "terms"):
        address = getattr(facts, name)
        if not address.startswith("https://") or len(address) > 2048:
            raise ManifestError(f"The {name} address must begin with https:// (Teams refuses anything else).")
