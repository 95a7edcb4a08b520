"""`allocate`: a month of learning spaces from the command line, or a dry run of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.refusals import Refusal
from bot.cli.say import count, say, table
from bot.instants import parse_month

if TYPE_CHECKING:
    from datetime import date, datetime

    from assurance.allocation.approve_allocation import AllocationOutcome
    from assurance.allocation.propose_allocation import Proposal, Terms
    from bot.cli.opened import Opened
    from policy.framework.framework import Framework
    from storage.engine.database import Session


def allocate(
    month: Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="the month, for example 2026-12")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be allocated, and change nothing")] = False,
    seed: Annotated[int | None, typer.Option("--seed", help="repeat a proposal that had this seed")] = None,
    at_most: Annotated[int | None, typer.Option("--at-most", min=0, help="the most this month may have in all")] = None,
    reason: Annotated[str, typer.Option("--reason", help="why a month that is past is allocated now")] = "",
    why: Annotated[bool, typer.Option("--why", help="print the reasons for every pick")] = False,
) -> None:
    """Allocate a month: who looks at whose work, why, and which posts could not be served and why not."""
    from assurance.allocation.propose_allocation import Terms, preview_allocation
    from bot.cli.opened import opened

    try:
        first = parse_month(month)
    except ValueError as error:
        raise Refusal(f"--month: {error}") from None
    terms = Terms(seed, at_most, reason)
    with opened() as bot:
        bot.council()
        if dry_run:
            preview = bot.db.read_now(preview_allocation, bot.framework, month=first, now=bot.clock.now(), terms=terms)
            if preview.given_before:
                had = count(preview.given_before, "learning space")
                say(f"{preview.month:%B %Y} has {had} already; this is what it still lacks.")
            _show(bot, preview, ())
            _exceptions(bot, preview)
            if why:
                _reasons(bot, preview)
            say("A dry run: nothing was allocated and nobody is told.")
        else:
            proposal = allocate_month(bot, first, terms)
            if why:
                _reasons(bot, proposal)


def allocate_month(bot: Opened, month: date, terms: Terms, *, brief: bool = False) -> Proposal:
    """Propose and approve a month as the command line, and say what came of it; `brief` says the count alone."""
    proposal, outcome = bot.db.write_now(_propose_and_approve, bot.framework, month, now=bot.clock.now(), terms=terms)
    if outcome is None:
        had = count(proposal.given_before, "learning space")
        say(f"{month:%B %Y} has been allocated: {had}. It lacks none, so nothing was allocated.")
        if not brief:
            _exceptions(bot, proposal)
        return proposal
    if not brief:
        _show(bot, proposal, outcome.references)
        _exceptions(bot, proposal)
    say(f"Allocated: {count(len(outcome.references), 'learning space')}, due {outcome.due_on:%A %-d %B %Y}.")
    if proposal.picks and not brief:
        say("Everyone concerned hears of it through the running service, in send hours.")
    return proposal


def _propose_and_approve(
    session: Session, framework: Framework, month: date, *, now: datetime, terms: Terms
) -> tuple[Proposal, AllocationOutcome | None]:
    """Both in one transaction: either the month is allocated or nothing has happened, as where it lacks nothing."""
    from assurance.allocation.approve_allocation import approve_allocation
    from assurance.allocation.propose_allocation import propose_allocation
    from bot.cli.opened import operator

    actor = operator()
    proposal = propose_allocation(session, framework, month=month, actor=actor, now=now, terms=terms)
    if not proposal.run_id:
        return proposal, None
    return proposal, approve_allocation(session, framework, proposal.run_id, actor=actor, now=now)


def _show(bot: Opened, proposal: Proposal, references: Sequence[str]) -> None:
    council = bot.council()
    titles = {function.key: function.title for function in bot.framework.functions}
    streams = {stream.key: stream.title for stream in bot.framework.learning_space.streams}
    reasons = bot.framework.allocation.cross_function_reasons
    rows = []
    for number, pick in enumerate(proposal.picks):
        person = council.people.get(pick.person)
        note = [streams.get(pick.stream, pick.stream)] if pick.stream else []
        if pick.cross_function_reason:
            note.append(f"another function: {reasons.get(pick.cross_function_reason, pick.cross_function_reason)}")
        rows.append(
            (
                references[number] if number < len(references) else "-",
                pick.post,
                person.name if person else pick.person,
                titles.get(pick.function, pick.function),
                pick.case_ref,
                ", ".join(note),
            )
        )
    columns = ("Reference", "Post", "Person", "Function", "Case", "Note")
    table(f"{proposal.month:%B %Y} ({proposal.quarter}), seed {proposal.seed}", columns, rows)
    by_function = Counter(titles.get(pick.function, pick.function) for pick in proposal.picks)
    for title, number in sorted(by_function.items()):
        say(f"  {number:>4}  {title}")
    say(f"  {len(proposal.picks):>4}  in all; allocated on {proposal.allocated_on:%A %-d %B %Y}")
    say()


def _exceptions(bot: Opened, proposal: Proposal) -> None:
    if not proposal.unserved:
        say("Every post that should have one has one.")
        return
    rows = [(one.post, one.reason.replace("_", " "), one.detail) for one in proposal.unserved]
    table(f"{count(len(rows), 'post')} without one, and why", ("Post", "Reason", "Detail"), rows)


def _reasons(bot: Opened, proposal: Proposal) -> None:
    from dialogs.learning_space.why import why_in_words

    rules = bot.framework.allocation
    months = {"worker_months": rules.worker_months, "child_months": rules.child_months}
    rows = [(pick.post, pick.case_ref, why_in_words(pick.why, **months)) for pick in proposal.picks]
    if rows:
        table("Why each", ("Post", "Case", "Why"), rows)
