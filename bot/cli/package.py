"""`manifest`: the Teams app package an administrator uploads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.refusals import Refusal
from bot.cli.say import say

EXAMPLE_SITE = "https://council.example/learning-space-bot"
NO_BOT = "00000000-0000-0000-0000-000000000000"


def manifest(
    out: Annotated[Path, typer.Option("--out", help="the zip to write")],
    schema: Annotated[str, typer.Option(help="the manifest schema; an older one for a tenant that lags")] = "",
    developer: Annotated[str, typer.Option(help="who Teams says made it; the council's name if not given")] = "",
    website: Annotated[str, typer.Option(help="https address of the council's page about the bot")] = "",
    privacy: Annotated[str, typer.Option(help="https address of its privacy notice")] = "",
    terms: Annotated[str, typer.Option(help="https address of its terms of use")] = "",
    version: Annotated[str, typer.Option(help="raise it with every upload")] = "1.0.0",
) -> None:
    """Build the Teams app package for this council's bot (BOT_APP_ID)."""
    from bot.settings import Settings
    from manifest.package import NEWEST_SCHEMA, AppFacts, ManifestError, build
    from policy.check.loader import load_framework

    settings = Settings.load()
    framework = load_framework(settings.framework)
    if not settings.app_id and not settings.local:
        raise Refusal("BOT_APP_ID is not set: the package must name the bot's application id, a GUID from Entra.")
    facts = AppFacts(
        bot_id=settings.app_id or NO_BOT,
        developer=(developer or framework.council.name)[:32],
        website=website or EXAMPLE_SITE,
        privacy=privacy or f"{EXAMPLE_SITE}/privacy",
        terms=terms or f"{EXAMPLE_SITE}/terms",
        version=version,
    )
    try:
        package = build(facts, schema or NEWEST_SCHEMA)
    except ManifestError as error:
        raise Refusal(str(error)) from None
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(package)
    say(f"{out}: the Teams app package, schema {schema or NEWEST_SCHEMA}, for bot {facts.bot_id}.")
    if not settings.app_id:
        say("There is no BOT_APP_ID yet, so this package names no bot; build it again once there is one.")
    if not (website and privacy and terms):
        say("The web addresses not given are examples: give --website, --privacy and --terms before you upload it.")
    else:
        say("Upload it in the Teams admin centre under Manage apps, then allow it for the people who need it.")
