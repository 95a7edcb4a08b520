"""`reassign`: give one open learning space, or all of a leaver's, to somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.refusals import Refusal
from bot.cli.say import complain, count, say

if TYPE_CHECKING:
    from assurance.learning_space.hand_over import HandedOver
    from bot.cli.opened import Opened


def reassign(
    reference: Annotated[str, typer.Argument(metavar="[REF]", help="an open learning space, like LS-2026Q3-014")] = "",
    leaver: Annotated[str, typer.Option("--leaver", metavar="PERSON", help="all this person owes, actions too")] = "",
    to: Annotated[
        str,
        typer.Option("--to", metavar="PERSON", help="who takes over; with --leaver, empty means the posts' holders"),
    ] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help="a reason of the framework file")] = "",
) -> None:
    """Give one open learning space, or everything of a leaver, to somebody else. People by id or whole name."""
    from assurance.learning_space.reassign import reassign as give
    from bot.cli.opened import opened, operator
    from bot.cli.who import found

    if bool(reference) == bool(leaver):
        raise Refusal("Give either a reference or --leaver PERSON.")
    if reference and not to:
        raise Refusal("Say who takes over: --to PERSON.")
    with opened() as bot:
        reasons = bot.framework.people_change.reasons
        if reason not in reasons:
            raise Refusal(f"Say why with --reason: one of {', '.join(reasons)}.")
        council = bot.council()
        person = found(council, to) if to else ""
        if leaver:
            _leaver(bot, leaver, person, reason)
            return
        done = bot.db.write_now(
            give,
            bot.framework,
            reference.upper(),
            to=person,
            reason=reason,
            actor=operator(),
            now=bot.clock.now(),
        )
        _say(done)


def reopen(
    reference: Annotated[str, typer.Argument(metavar="REF", help="a submitted learning space, like LS-2026Q3-014")],
    because: Annotated[str, typer.Option("--because", metavar="CODE", help="a reason of the framework file")] = "",
) -> None:
    """Open a submitted form again, so that its auditor can correct it. The earlier form stands until then."""
    from assurance.learning_space.reopen import reopen as open_again
    from bot.cli.opened import opened, operator

    with opened() as bot:
        reasons = bot.framework.corrections.reasons
        if because not in reasons:
            raise Refusal(f"Say why with --because: one of {', '.join(reasons)}.")
        done = bot.db.write_now(
            open_again,
            bot.framework,
            reference.upper(),
            reason=because,
            actor=operator(),
            now=bot.clock.now(),
        )
    already = "was open again already" if done.already else "is open again"
    say(f"{done.item.reference} {already}: its auditor can send it in until {done.correct_by:%d %B %Y}.")


def _leaver(bot: Opened, leaver: str, person: str, reason: str) -> None:
    """Somebody who has left is no longer in the establishment, so they are known by their id."""
    from assurance.establishment.leaver import find_leaver, hand_over_everything
    from bot.cli.opened import operator
    from bot.cli.who import found

    council = bot.council()
    who = found(council, leaver, look=lambda: bot.db.read_now(find_leaver, council, leaver))
    given = bot.db.write_now(
        hand_over_everything,
        bot.framework,
        who,
        to=person,
        reason=reason,
        actor=operator(),
        now=bot.clock.now(),
    )
    for done in given.spaces.done:
        _say(done)
    for reference, why in given.spaces.left:
        complain(f"{reference} stays where it is: {why}")
    say(
        f"{count(len(given.spaces.done), 'learning space')} and {count(len(given.actions), 'action')} handed over,"
        f" {len(given.spaces.left)} left."
    )
    if given.spaces.left:
        raise typer.Exit(1)


def _say(done: HandedOver) -> None:
    item = done.item
    moved = f", moved from {done.moved_from:%Y-%m-%d}" if done.moved_from else ""
    say(f"{item.reference}: {done.from_person} -> {item.person} (post {item.post}), due {item.due_on:%Y-%m-%d}{moved}")
