"""`playground`: the bot and Microsoft's Agents Playground together, opened on somebody with something to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.say import say

if TYPE_CHECKING:
    from pathlib import Path

    from bot.cli.opened import Opened
    from bot.playground.cast import Cast


def playground() -> None:
    """Try the bot in Microsoft's Agents Playground: the fictional council, the service and the playground."""
    from bot.cli.council import allocate_this_month, is_demo, load_demo
    from bot.cli.invented import refuse_a_council
    from bot.cli.opened import Opened, open_database
    from bot.local.sitting import begins_at
    from bot.playground.cast import choose, first_morning
    from bot.playground.tool import missing
    from bot.settings import Settings
    from policy.check.loader import load_framework
    from storage.council import establishment

    settings = Settings.load(mode="local")
    framework = load_framework(settings.framework)
    if settings.clock_start is None:
        # Messages go out in working hours only; at any other hour the last working day stands in for today.
        settings = settings.model_copy(update={"clock_start": first_morning(framework, settings.clock().now())})
    with open_database(settings, service=True) as db:
        refuse_a_council(db, settings, framework, "playground")
        db.migrate()
        start, _ = begins_at(db, framework, settings.clock().now(), settings.clock_start)
        settings = settings.model_copy(update={"clock_start": start})
        bot = Opened(settings, framework, settings.clock(), db)
        if not db.read_now(establishment.current).people:
            say("Loading the fictional council...")
            load_demo(bot, brief=True)
        elif is_demo(db.read_now(establishment.current)):
            allocate_this_month(bot, brief=True)
        cast = db.read_now(choose)
        without = missing()
        if without:
            offer_the_terminal(bot, f"The Teams playground cannot be started: {without}", cast)
            return
        _run(bot, cast)


def _run(bot: Opened, cast: Cast) -> None:
    import asyncio

    from bot.logs import set_up_logs
    from bot.playground.session import play
    from bot.service import fast_loop

    set_up_logs("json", to=_log_file())
    sitting = play(bot.settings, bot.framework, bot.clock, bot.db, cast, tell=lambda address: _tell(bot, cast, address))
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(sitting)


def offer_the_terminal(bot: Opened, sorry: str, cast: Cast) -> None:
    """Say why there is nothing to look at, and how to talk to the bot all the same."""
    say()
    say(sorry)
    say("Everything else works. To be somebody in this terminal instead:")
    say()
    say(f"  {_command(bot, 'chat --as ' + cast.me.id)}    {cast.me.name}, {cast.post.title}")
    say(f"  {_command(bot, 'chat --as ' + cast.qa_lead.id)}    {cast.qa_lead.name}, QA lead")


def _tell(bot: Opened, cast: Cast, address: str) -> None:
    """Who you are, what to press, how to see the ladder, how to stop."""
    from bot.instants import london

    council = bot.framework.council.name
    say()
    say(f"You are {cast.me.name}, {cast.post.title} at {council}. Everybody here is invented.")
    say(f"It is {london(bot.clock.now()):%A %-d %B %Y, %H:%M}. Your chat: {address}")
    say()
    if cast.item:
        say(f"{cast.item.reference} is waiting for you, due {cast.item.due_on:%A %-d %B %Y}. Its card is in the chat.")
        say("Press the button on the card, answer the steps, check, and send. Stop at any step; it is kept.")
        say(f"The day of the meeting can be {london(bot.clock.now()):%-d %B %Y}, which is today here.")
    else:
        say("Nothing is waiting for you now.")
    say("Or type: list, help, hello. (A page you load again has forgotten the chat; type list.)")
    for line in _ladder_lines(bot, cast):
        say(line)
    say()
    say("To be the QA lead, who allocates a month (in another terminal):")
    say(f"  {_command(bot, 'chat --as ' + cast.qa_lead.id)}    then type: allocate {_next_month(bot)}")
    say()
    say(f"The log is in {_log_file()}. Ctrl+C stops the bot and the playground; what you did stays in var/.")


def _ladder_lines(bot: Opened, cast: Cast) -> list[str]:
    """Commands that show what happens when nothing is sent in, with the real dates of this learning space."""
    if cast.item is None:
        return []
    from policy.calendar.calendar import Calendar
    from policy.lifecycle.ladder import ladder_from_json, step_due_at

    calendar = Calendar.of(bot.framework)
    steps = ladder_from_json(cast.item.ladder).steps
    wanted = [next((step for step in steps if not step.escalation), None), *(step for step in steps if step.escalation)]
    lines = ["", "To see what happens if you do not send it in (in another terminal, in this order):"]
    for step in wanted:
        if step is None:
            continue
        on = calendar.local_date(step_due_at(step, cast.item.due_on, calendar))
        told = " and ".join(_title(bot, expression) for expression in step.tell)
        lines.append(f"  {_command(bot, f'sweep --at {on} --deliver')}    {step.name} days: {told}")
    return lines


def _title(bot: Opened, expression: str) -> str:
    """'auditor.senior_manager' as a person says it."""
    role = expression.rpartition(".")[2]
    return "you" if expression == "auditor" else f"your {bot.framework.role(role).title}"


def _command(bot: Opened, words: str) -> str:
    from bot.cli.invented import shown
    from bot.settings import DEFAULT_DATABASE

    url = bot.settings.database
    database = "" if url == DEFAULT_DATABASE else f"BOT_DATABASE_URL={url} "
    if shown(url) != url:
        # A password is not printed: the other terminal has it from the same place as this one.
        database = 'BOT_DATABASE_URL="$BOT_DATABASE_URL" '
    # A chat must live on the same day as the service; a sweep is given its instant.
    start = bot.settings.clock_start
    clock = f"BOT_CLOCK_START={start:%Y-%m-%dT%H:%MZ} " if start and words.startswith("chat") else ""
    return f"BOT_MODE=local {clock}{database}.venv/bin/python -m bot {words}"


def _next_month(bot: Opened) -> str:
    from policy.calendar.calendar import Calendar

    calendar = Calendar.of(bot.framework)
    return f"{calendar.add_months(calendar.local_date(bot.clock.now()), 1):%B %Y}"


def _log_file() -> Path:
    from bot.playground.session import FOLDER

    return FOLDER / "bot.log"
