"""What the QA lead reads of a month of learning spaces: the proposal, its exceptions, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page, with_a_line
from dialogs.kit.questions import Question
from dialogs.kit.speaking import say_count, say_date, say_list, say_month, sentence
from policy.forms.forms import FormContext, Problem
from policy.framework.framework import FormField, Framework

if TYPE_CHECKING:
    from assurance.allocation.approve_allocation import AllocationOutcome
    from assurance.allocation.propose_allocation import Proposal
    from policy.allocation.allocation_plan import Unserved

MOST_POSTS = 6
"""Posts listed under one reason; the rest are counted, and the command line lists them all."""

LATE_BECAUSE = "late_because"
"""The box for why a month is allocated late."""
OBVIOUS = "the post is vacant"
"""A detail that says no more than its reason."""

REASONS = {
    "vacant": "Post is vacant",
    "deferred": "Away now, later this quarter instead",
    "on_leave": "Away for the rest of the quarter",
    "no_case": "No case in the function",
    "self": "Only their own work",
    "own_team": "Only cases of their own team",
    "iro": "Only cases they review",
    "line_manager": "Only work of people they manage",
    "decision_maker": "Only cases they decide on",
    "conflict_of_interest": "No case they are independent of",
    "all_drawn": "Every practitioner drawn in the last year",
    "practitioners_away": "Every practitioner is on leave",
    "none_free": "No practitioner free",
    "outnumbered": "Fewer practitioners than posts",
    "over_the_limit": "More than one month's share",
}


def proposal_message(proposal: Proposal, framework: Framework) -> Message:
    """A month's proposal with its totals, the exceptions and their reasons, and the seed that repeats it.

    A preview, which is kept nowhere, has no buttons.
    """
    month = say_month(proposal.month)
    picks = len(proposal.picks)
    if proposal.given_out:
        page = Page(f"{month} has been allocated", summary=f"{month} has been allocated.")
        page.para("It has what it is to have, so there is nothing to approve.")
    else:
        total = f"{picks} more" if proposal.given_before else say_count(picks, "learning space")
        page = Page(
            f"A proposal for {month}: {total}",
            summary=f"A proposal for {month} is ready to look at: {total}.",
        )
        lacking = "This is what the month still lacks. " if proposal.given_before else ""
        page.para(f"{lacking}Nothing is sent until you approve it.")
    page.facts(
        [
            ("Allocated", "" if proposal.given_out else say_date(proposal.allocated_on, proposal.allocated_on)),
            ("Due", "" if proposal.given_out else say_date(proposal.due_on, proposal.allocated_on)),
            ("This month", _month_total(picks, proposal.counts, framework)),
            ("Late, because", proposal.late_because),
            ("This quarter", _quarter_total(proposal.counts, picks)),
        ]
    )
    if proposal.picks:
        page.subheading("By function")
        page.facts(_by_function(proposal, framework))
    across = Counter(pick.cross_function_reason for pick in proposal.picks if pick.cross_function_reason)
    if across:
        reasons = framework.allocation.cross_function_reasons
        page.subheading("Cases from another function")
        page.facts([(reasons.get(code, code), str(count)) for code, count in across.most_common()])
    _exceptions(page, proposal)
    if not proposal.given_out:
        page.small(f"Seed {proposal.seed}: the same seed gives the same proposal.", gap="Medium")
    elif over := min(_over_the_limit(proposal), int(proposal.counts["target"])):
        most = proposal.given_before + over
        page.button(f"Propose {over} more", "propose_more", step=f"{proposal.month:%Y-%m}/{most}")
    if proposal.run_id:
        page.button(wording.APPROVE, "approve_run", proposal.run_id, main=True)
        page.button(wording.NOT_NOW, "withdraw_run", proposal.run_id)
    return page.message()


def approved_message(outcome: AllocationOutcome, today: date) -> Message:
    """Approved: everyone is told on the day. A second press finds the same."""
    count = sentence(say_count(len(outcome.references), "learning space"))
    page = Page(f"Approved: {count.lower()}", summary=f"{count} approved.")
    allocated = say_date(outcome.allocated_on, today)
    if outcome.already:
        page.para("This was approved before, so nothing was sent a second time.")
    else:
        when = f"on {allocated}, in send hours" if outcome.allocated_on == today else f"on {allocated}"
        page.para(f"Thank you. The managers and practitioners are told {when}.")
    page.facts(
        [
            ("References", _first_and_last(outcome.references)),
            ("Allocated", allocated),
            ("Due", say_date(outcome.due_on, today)),
        ]
    )
    if outcome.different:
        posts = sentence(say_count(outcome.different, "post"))
        have = "has" if outcome.different == 1 else "have"
        page.para(f"{posts} {have} changed since the proposal, because people, posts or cases did.")
    return page.message()


def overtaken_message(proposal: Proposal, framework: Framework) -> Message:
    """The month was given learning spaces after this proposal was made: what there is, and what is missing."""
    given = sentence(say_count(proposal.given_before, "learning space"))
    were = "was" if proposal.given_before == 1 else "were"
    line = f"{given} of {say_month(proposal.month)} {were} allocated since, so the proposal you pressed was put aside."
    return with_a_line(proposal_message(proposal, framework), line)


def not_now_message(month: date | None = None) -> Message:
    """Put aside: nothing was sent, and a new proposal can be asked for at any time."""
    page = Page("Put aside", summary="The proposal was put aside.")
    page.para("Nothing was allocated and nobody was told.")
    typed = f"allocate {say_month(month)}" if month else "allocate and the month"
    return page.para(f"For a new proposal, type: {typed}").message()


def not_the_qa_lead_message() -> Message:
    """Someone without that job asked to allocate."""
    page = Page("Only the QA lead can do that", summary="Only the QA lead can do that.")
    page.ask_qa("Learning spaces are allocated by the QA team. If you think one is missing, please ask them.")
    return page.button(wording.SHOW_LIST, "home", typed="list").message()


def settled_message() -> Message:
    """A proposal that can no longer be approved or put aside."""
    page = Page("That proposal is settled", summary="That proposal is settled.")
    page.para("It was approved or put aside before, so this press changed nothing.")
    return page.para("For a new proposal, type allocate and the month.").message()


def month_past_message(
    month: date | None, framework: Framework, today: date, *, said: str = "", wrong: bool = False
) -> Message:
    """That month is over: it can be allocated late, if somebody says why; one further back cannot.

    `said` is what stood in the box; `wrong` when that was no reason.
    """
    page = Page("That month is over", summary="That month is over.")
    page.para("No working hours are left in it, so nobody could be told in time.")
    if month is None:
        page.para("Only this quarter and the one before it can still be allocated late.")
        return page.para("Type allocate and a month that is still to come.").message()
    page.para(f"{say_month(month)} can still be allocated late: four weeks from the day people are told.")
    field = FormField(key=LATE_BECAUSE, label="Why it comes late", kind="text", required=True, max_length=200)
    context = FormContext.of(framework, allocated_on=today, today=today)
    problem = Problem("required") if wrong else None
    hint = "A few words, without details of anybody."
    Question(field, context, {}, value=said, problem=problem, text_hint=hint).put_on(page)
    page.button("Propose it late", "propose_late", step=f"{month:%Y-%m}", main=True)
    return page.button(wording.NOT_NOW, "home", keep_answers=False, typed="list").message()


def month_far_message() -> Message:
    """Too early: posts and cases will have changed by then."""
    page = Page("That month is too far ahead", summary="That month is too far ahead.")
    page.para("People, posts and cases change, so I go no further than the end of next quarter.")
    return page.para("Type allocate and a nearer month.").message()


def _month_total(picks: int, counts: Mapping[str, Any], framework: Framework) -> str:
    expected = counts.get("framework_per_month", framework.learning_space.per_month)
    target = counts.get("target", picks)
    streams = counts.get("streams") or {}
    named = {stream.key: stream.title for stream in framework.learning_space.streams}
    parts = [f"{number} {named.get(key, key)}" for key, number in streams.items() if number]
    within = f", {say_list(parts)} among them" if parts else ""
    before = int(counts.get("given_before", 0))
    there = f"{before} given, {picks or 'none'} more, of {target}" if before else f"{picks} of {target}"
    return f"{there} wanted{within} (the framework expects {expected})"


def _quarter_total(counts: Mapping[str, Any], picks: int) -> str:
    eligible = counts.get("eligible")
    if eligible is None:
        return ""
    done = int(counts.get("done_before", 0)) + picks
    later = int(counts.get("left_for_later", 0))
    to_come = f", {later} to come in a later month" if later else ""
    return f"{done} of {eligible} posts{to_come}"


def _over_the_limit(proposal: Proposal) -> int:
    return sum(1 for one in proposal.unserved if one.reason == "over_the_limit")


def _by_function(proposal: Proposal, framework: Framework) -> list[tuple[str, str]]:
    counted = Counter(pick.function for pick in proposal.picks)
    titles = {function.key: function.title for function in framework.functions}
    in_order = [function.key for function in framework.functions if function.key in counted]
    rest = sorted(set(counted) - set(in_order))
    return [(titles.get(key, key), str(counted[key])) for key in (*in_order, *rest)]


def _exceptions(page: Page, proposal: Proposal) -> None:
    if not proposal.unserved:
        page.para("Every post that should have one has one.")
        return
    page.begin_box("warning")
    count = sentence(say_count(len(proposal.unserved), "post"))
    page.subheading(f"{count} without one, and why", gap="None")
    for reason, posts in _grouped(proposal.unserved):
        page.spoken(Bold(f"{REASONS.get(reason, reason)} ({len(posts)}): "), _posts(posts), gap="Small")
    page.end_box()


def _posts(posts: list[Unserved]) -> str:
    """The first few posts of a reason; what is true of them all is said once."""
    details = {one.detail for one in posts}
    same = len(details) == 1 and len(posts) > 1
    shown = [_post(one) if same else _said(one) for one in posts[:MOST_POSTS]]
    if len(posts) > MOST_POSTS:
        shown.append(f"and {len(posts) - MOST_POSTS} more")
    once = f": {posts[0].detail}" if same and posts[0].detail not in ("", OBVIOUS) else ""
    return f"{'; '.join(shown)}{once}"


def _said(one: Unserved) -> str:
    return _post(one) if one.detail in ("", OBVIOUS) else f"{_post(one)} ({one.detail})"


def _post(one: Unserved) -> str:
    return one.title or "a post without a title"


def _grouped(unserved: Iterable[Unserved]) -> list[tuple[str, list[Unserved]]]:
    groups: dict[str, list[Unserved]] = {}
    for one in unserved:
        groups.setdefault(one.reason, []).append(one)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


def _first_and_last(references: Iterable[str]) -> str:
    in_order = sorted(references)
    return in_order[0] if len(in_order) == 1 else f"{in_order[0]} to {in_order[-1]}" if in_order else ""
