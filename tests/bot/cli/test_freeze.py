"""`freeze` and `unfreeze` on the command line: the clock stands, and runs again."""

from __future__ import annotations

from tests.bot.conftest import Command


def test_the_clock_is_stopped_and_started_from_the_command_line(command: Command) -> None:
    nothing = command("unfreeze")
    assert nothing.exit_code == 2
    stopped = command("freeze")
    assert stopped.exit_code == 0, stopped.output
    assert "stands still from 2026-11-20" in stopped.output
    again = command("freeze")
    assert again.exit_code == 2
    started = command("unfreeze")
    assert started.exit_code == 0, started.output
    assert "The clock runs again. It stood for 0 days." in started.output
