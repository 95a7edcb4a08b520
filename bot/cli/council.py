"""`demo`: the fictional council, and its first month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.establishment import load, report
from bot.cli.invented import shown
from bot.cli.refusals import Refusal
from bot.cli.say import say

if TYPE_CHECKING:
    from bot.cli.opened import Opened
    from policy.council.establishment import Establishment


def demo() -> None:
    """Load the fictional council of Northmoor and allocate this month's learning spaces to it."""
    from bot.cli.opened import opened
    from storage.council import establishment

    with opened(invented_only="demo") as bot:
        there = bot.db.read_now(establishment.current)
        if there.people and not is_demo(there):
            raise Refusal(
                f"There are other invented people in {shown(bot.settings.database)}, and the demo would replace them.\n"
                "Name another database in BOT_DATABASE_URL to try the demo."
            )
        load_demo(bot)
        say(f"The council of {bot.framework.council.name} is in {shown(bot.settings.database)}. Everybody is invented.")


def load_demo(bot: Opened, *, brief: bool = False) -> None:
    """Import the fictional council, allocate this month once, and say what came of both."""
    from assurance.establishment.demo_council import demo_council
    from assurance.establishment.import_establishment import Import

    report(load(bot, Import(demo_council(bot.framework, on=bot.clock.now().date()), fictional=True)))
    allocate_this_month(bot, brief=brief)


def allocate_this_month(bot: Opened, *, brief: bool = False) -> None:
    """Allocate the month the clock stands in, or the next when its send hours are over; once, however often asked.

    `brief` leaves out who got what.
    """
    from assurance.allocation.propose_allocation import MonthIsPast, Terms
    from assurance.establishment.demo_seed import demo_allocation_seed
    from bot.cli.allocate import allocate_month
    from policy.calendar.calendar import Calendar
    from storage.casework import allocation_runs

    calendar = Calendar.of(bot.framework)
    month = calendar.local_date(bot.clock.now()).replace(day=1)
    for candidate in (month, calendar.add_months(month, 1)):
        if bot.db.read_now(allocation_runs.first_draw_of, candidate):
            if not brief:
                say(f"{candidate:%B %Y} has been allocated before.")
            return
        try:
            seed = bot.db.read_now(demo_allocation_seed, bot.framework, month=candidate, now=bot.clock.now())
            allocate_month(bot, candidate, Terms(seed), brief=brief)
            return
        except MonthIsPast:
            continue


def is_demo(council: Establishment) -> bool:
    """Whether this is the fictional council, which may be allocated to unasked."""
    from assurance.establishment.demo_council import DEMO_TEAM_MANAGER

    person = council.people.get(DEMO_TEAM_MANAGER)
    return person is not None and person.email.endswith(".example")
