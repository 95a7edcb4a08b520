"""`desk`: the bot and a stand-in for Teams and email on this machine, with a page to be anybody of the council."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.say import say

if TYPE_CHECKING:
    from pathlib import Path

    from bot.cli.opened import Opened
    from bot.playground.cast import Cast


def desk(
    port: Annotated[int, typer.Option(help="where the page is served; another is taken if it is not free")] = 56160,
    browser: Annotated[bool, typer.Option(help="open the page where there is a screen")] = True,
) -> None:
    """Try everything on this machine: the fictional council, the service and the desk (`make run`)."""
    from bot.cli.council import load_demo
    from bot.cli.invented import refuse_a_council
    from bot.cli.opened import Opened, open_database
    from bot.cli.playground import offer_the_terminal
    from bot.desk_process import missing
    from bot.local.sitting import begins_at
    from bot.playground.cast import choose
    from bot.settings import Settings
    from policy.check.loader import load_framework
    from storage.council import establishment

    settings = Settings.load(mode="local")
    framework = load_framework(settings.framework)
    with open_database(settings, service=True) as db:
        refuse_a_council(db, settings, framework, "desk")
        db.migrate()
        start, resumed = begins_at(db, framework, settings.clock().now(), settings.clock_start)
        settings = settings.model_copy(update={"clock_start": start})
        bot = Opened(settings, framework, settings.clock(), db)
        if not db.read_now(establishment.current).people:
            say("Loading the fictional council...")
            load_demo(bot, brief=True)
        _allocate_once(bot)
        cast = db.read_now(choose)
        without = missing()
        if without:
            offer_the_terminal(bot, f"The desk cannot be shown: {without}", cast)
            return
        _run(bot, cast, port=port, browser=browser, resumed=resumed)


def _allocate_once(bot: Opened) -> None:
    """The fictional council's first month. Later ones are the QA lead's to allocate, as in life."""
    from bot.cli.council import allocate_this_month, is_demo
    from bot.local.story import find_story
    from storage.council import establishment

    if is_demo(bot.db.read_now(establishment.current)) and bot.db.read_now(find_story) is None:
        allocate_this_month(bot, brief=True)


def _run(bot: Opened, cast: Cast, *, port: int, browser: bool, resumed: bool) -> None:
    import asyncio

    from bot.local.sitting import sit
    from bot.logs import set_up_logs
    from bot.service import fast_loop

    set_up_logs("json", to=_log_file())

    def tell(address: str) -> None:
        _tell(bot, cast, address, port=port, resumed=resumed)

    sitting = sit(bot.settings, bot.framework, bot.clock, bot.db, desk_port=port, open_browser=browser, tell=tell)
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(sitting)


def _tell(bot: Opened, cast: Cast, address: str, *, port: int, resumed: bool) -> None:
    """Where to look, what day it is, three things to try, how to stop."""
    from bot.local.spoken import says

    say()
    say(f"{bot.framework.council.name} is at {address}")
    if port and not address.endswith(f":{port}"):
        say(f"(Something else on this machine uses port {port}, so the desk took another.)")
    since = ", where you left it" if resumed else ""
    say(f"It is {says(bot.clock.now())} there{since}. Everybody is invented; nothing leaves this machine.")
    say()
    say("Three things to try:")
    say("  1. Take the tour on the page: from a learning space allocated to a loop closed, in five steps.")
    if cast.item:
        item = f"{cast.item.reference}, due {cast.item.due_on:%A %-d %B %Y}"
        say(f"  2. Be {cast.me.name}, {cast.post.title}: {item}, is waiting in the chat.")
    else:
        say(f"  2. Be {cast.qa_lead.name}, the QA lead, and type: list")
    say("  3. Move the clock to the next thing that happens, again and again, and see who hears what.")
    say()
    say(f"The log is in {_log_file()}. Ctrl+C ends it; what you did stays in var/.")


def _log_file() -> Path:
    from bot.local.sitting import FOLDER

    return FOLDER / "bot.log"
