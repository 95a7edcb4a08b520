"""`sweep`: one pass over what is due, at any instant, and who hears what because of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.refusals import Refusal
from bot.cli.say import complain, count, say, table, when
from bot.instants import parse_instant

if TYPE_CHECKING:
    from assurance.common.courier import Courier
    from bot.cli.opened import Opened
    from dialogs.kit.message import Message
    from policy.council.establishment import Establishment
    from policy.framework.framework import Framework
    from storage.outbox.notices import Notice


def sweep(
    at: Annotated[
        str, typer.Option("--at", help="judge at this date or time (London, 09:00 if only a date); now if not given")
    ] = "",
    deliver: Annotated[bool, typer.Option("--deliver", help="send what is due by then as well")] = False,
) -> None:
    """Judge what is due and print who hears what. Works beside a running service; doing it twice does it once.

    Run without --at it also lets a pass go on that the service holds for a person to confirm.
    """
    from assurance.sweep import sweep as sweeping
    from bot.cli.invented import refuse_a_council
    from bot.cli.opened import opened, operator
    from storage.outbox import notice_lists

    try:
        instant = parse_instant(at) if at else None
    except ValueError as error:
        raise Refusal(f"--at: {error}") from None
    with opened() as bot:
        if instant and instant > bot.clock.now():
            refuse_a_council(bot.db, bot.settings, bot.framework, "sweep --at")
        if deliver:
            bot.settings.check_service()
            if bot.settings.local:
                refuse_a_council(bot.db, bot.settings, bot.framework, "sweep --deliver")
        council = bot.council()
        now = instant or bot.clock.now()
        newest = bot.db.read_now(notice_lists.newest)
        outcome = bot.db.write_now(sweeping.sweep, bot.framework, now=now, actor=operator(), confirm=instant is None)
        attempts = asyncio.run(_deliver(bot, max(now, bot.clock.now()))) if deliver else 0
        written = bot.db.read_now(notice_lists.written_after, newest)
    say(f"A pass at {when(now)}: {count(outcome.judged, 'learning space')} judged, {_told(written)}.")
    if written:
        _show(written, council, bot.framework)
    if deliver:
        say(f"{count(attempts, 'delivery', 'deliveries')} attempted.")
    if outcome.next_at:
        say(f"The next step of any open learning space falls due on {when(outcome.next_at)}.")
    if outcome.failed:
        complain(
            f"Could not be judged, and tried again in an hour: {', '.join(outcome.failed)}. Run: python -m bot verify"
        )
        raise typer.Exit(1)


async def _deliver(bot: Opened, now: datetime) -> int:
    """Send everything that may be sent at `now` through the couriers, and return how many attempts that took."""
    from bot.clock import Clock
    from bot.dispatcher import Dispatcher
    from bot.edge import Outbound
    from bot.metrics import Metrics

    clock = Clock.standing(now)
    outbound = await Outbound.open(bot.settings, clock)
    try:
        couriers: dict[str, Courier[Message]] = {"teams": outbound.courier}
        if bot.settings.mail != "none":
            couriers["mail"] = outbound.open_mail(bot.settings, bot.db, bot.framework, clock).courier
        return await Dispatcher(bot.db, bot.framework, clock, couriers, Metrics()).drain()
    finally:
        await outbound.close()


def _told(written: Sequence[Notice]) -> str:
    said = [notice for notice in written if notice.state != "recorded"]
    recorded = len(written) - len(said)
    words = f"{count(len(said), 'message')} to {count(len({notice.recipient for notice in said}), 'person', 'people')}"
    return f"{words}, {recorded} only recorded" if recorded else words


def _show(written: Sequence[Notice], council: Establishment, framework: Framework) -> None:
    rows = []
    for notice in sorted(written, key=lambda row: (row.state == "recorded", row.subject, row.due_at, row.recipient)):
        person = council.people.get(notice.recipient)
        state = f"{notice.channel}, {_state(notice)}"
        rows.append(
            (
                when(notice.not_before if notice.state == "pending" and not notice.attempts else notice.due_at),
                notice.step or notice.event,
                notice.subject,
                _roles(notice.recipient_role, framework),
                person.name if person else notice.recipient,
                state,
            )
        )
    table("Who hears what", ("When", "Step", "Subject", "Role", "Person", "Channel and state"), rows)


def _state(notice: Notice) -> str:
    words = {"pending": "waiting", "leased": "being sent", "parked": "could not be sent"}
    said = words.get(notice.state, notice.state)
    return f"{said} ({notice.reason})" if notice.reason else said


def _roles(joined: str, framework: Framework) -> str:
    titles = {role.key: role.title for role in framework.roles}
    return " and ".join(titles.get(role, role.replace("_", " ").capitalize()) for role in joined.split("+"))
