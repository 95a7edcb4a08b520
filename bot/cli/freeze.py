"""`freeze` and `unfreeze`: stop the clock of every learning space for an inspection, and start it again."""

from __future__ import annotations

from bot.cli.say import count, say


def freeze() -> None:
    """Stop the clock for an inspection: no reminder and no escalation of a learning space until unfreeze."""
    from assurance.escalation.freeze import freeze as stop
    from bot.cli.opened import opened, operator

    with opened() as bot:
        state = bot.db.write_now(stop, bot.framework, actor=operator(), now=bot.clock.now())
    say(f"The clock of {count(state.open_items, 'open learning space')} stands still from {state.since}.")
    say("To start it again: python -m bot unfreeze")


def unfreeze() -> None:
    """Start the clock again: due dates that were in time move by the days it stood."""
    from assurance.escalation.freeze import unfreeze as start
    from bot.cli.opened import opened, operator

    with opened() as bot:
        state = bot.db.write_now(start, bot.framework, actor=operator(), now=bot.clock.now())
    say(f"The clock runs again. It stood for {count(state.days, 'day')}.")
    if state.practice_week is not None:
        say("A practice week still stops it, until that is over.")
