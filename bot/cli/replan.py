"""`replan`: what a changed framework file would change for the work that runs, and on request doing so."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.say import count, say, table


def replan(
    apply: Annotated[bool, typer.Option("--apply", help="give the work that runs the ladder of the file")] = False,
) -> None:
    """Show open learning spaces that were promised another ladder than the file has now; due dates never move."""
    from assurance.escalation.replan import replan as do
    from assurance.escalation.replan import see_replan
    from bot.cli.opened import opened, operator

    with opened() as bot:
        if apply:
            found = bot.db.write_now(do, bot.framework, actor=operator(), now=bot.clock.now())
        else:
            found = bot.db.read_now(see_replan, bot.framework, now=bot.clock.now())
    if not found:
        say("Everything that runs was promised what the file says.")
        return
    rows = [(one.reference, one.promised_by, ", ".join(one.goes), ", ".join(one.comes)) for one in found]
    table(f"{count(len(rows), 'learning space')}", ("Reference", "Promised by", "Goes", "Comes"), rows)
    if apply:
        say("They climb the ladder of the file from here on. The next sweep says what has fallen due by it.")
    else:
        say("Nothing has been changed. To give them the ladder of the file: python -m bot replan --apply")
