"""`timetable` and `next`: what the framework asks for, read aloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.refusals import Refusal
from bot.cli.say import count, say, table

if TYPE_CHECKING:
    from assurance.allocation.next_for_post import Told


def timetable() -> None:
    """Print the annual timetable computed from the framework file."""
    from bot.settings import Settings
    from policy.calendar import timetable as rules
    from policy.check.loader import load_framework

    settings = Settings.load()
    framework = load_framework(settings.framework)
    year = rules.timetable(framework)
    columns = [framework.role(role).title for role in year.roles]
    rows: list[list[object]] = [["", *("Q1 Q2 Q3 Q4" for _ in columns)]]
    rows += [[row.title, *(_quarters(row.by_role[role]) for role in year.roles)] for row in year.rows]
    rows.append(["Per quarter", *(_quarters(year.per_quarter[role]) for role in year.roles)])
    rows.append(["Annual", *(f"{year.annual[role]:>11}" for role in year.roles)])
    table(f"{framework.council.name}: what each post does in a year", ["Activity", *columns], rows)
    say("  A dash is an activity without a set number; it is in no total.")
    say()
    say(f"Annual: {'/'.join(str(year.annual[role]) for role in year.roles)}")


def _quarters(numbers: Sequence[int] | None) -> str:
    return " ".join(f"{number:>2}" for number in numbers) if numbers else " -  -  -  -"


def next_(post: Annotated[str, typer.Argument(metavar="POST", help="the post's id, as in the posts file")]) -> None:
    """Say what a post has to do next, by when, and who is told on which day if nothing happens."""
    from assurance.allocation.next_for_post import next_for_post
    from bot.cli.opened import opened

    with opened() as bot:
        if post not in bot.council().posts:
            raise Refusal(f"There is no post '{post}'. The ids are those of the posts file you imported.")
        found = bot.db.read_now(next_for_post, bot.framework, post, now=bot.clock.now())
        titles = {role.key: role.title for role in bot.framework.roles}
    who = found.holder.name if found.holder else "vacant"
    deputy = f", covered by {found.deputy.name}" if found.deputy else ""
    say(f"{found.post.id}: {found.post.title} ({who}{deputy})")
    say(f"{found.quarter}: {found.wanted} asked for, {found.given} given, {found.done} done.")
    for entry in found.items:
        item = entry.item
        say()
        say(f"{item.reference}: {item.state}, due {_day(item.due_on)} ({_left(entry.days_left)})")
        if item.paused_on is not None:
            say(f"Its clock stands still since {_day(item.paused_on)}: nobody is told of it until it runs again.")
            continue
        rows = [(_day(step.on), step.step, step.title, _told(step.told, titles)) for step in entry.coming]
        table("If nothing happens", ("Sent on", "Step", "What", "Who is told"), rows)
    if not found.items:
        say("Nothing is owed now.")
    if found.next_allocation:
        say(f"The next learning space can be allocated on {_day(found.next_allocation)}.")
    elif not found.post.learning_space:
        say("This post does no learning spaces.")


def _day(day: date) -> str:
    return f"{day:%a %-d %b %Y}"


def _left(days: int) -> str:
    if days < 0:
        return f"{count(-days, 'day')} late"
    return f"{count(days, 'day')} left" if days else "today"


def _told(told: Sequence[Told], titles: Mapping[str, str]) -> str:
    names = []
    for one in told:
        roles = " and ".join(titles.get(role, role.replace("_", " ")) for role in one.roles)
        names.append(f"{one.person.name} ({roles}{', ' + one.instead if one.instead else ''})")
    return "; ".join(names) or "nobody"
