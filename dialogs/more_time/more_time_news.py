"""News of more time and of the discretion: asked, decided, held, and what will be escalated next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.speaking import say_count, say_date, sentence
from dialogs.learning_space.learning_space import About, begin
from dialogs.more_time.deciding import ask_to_decide
from dialogs.more_time.discretion import Holding, hold_questions, listed
from dialogs.more_time.more_time import (
    EXTENSION,
    READ_NOTE,
    READ_WHY,
    asks_page,
    decision_facts,
    fact_date,
    reason_title,
    say_step,
)
from policy.framework.framework import Framework

Roles = tuple[str, ...]
Facts = Mapping[str, Any]
VACANT = "qa_for_vacancy"
MOST_HELD = 20
"""Escalations a message about several holds lists."""


def asks(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    """E8: a request, to who decides it. In the place of nobody, to the QA lead, who cannot decide it."""
    kind = str(facts.get("kind", EXTENSION))
    page = begin(*asks_page(kind, about.reference), about)
    decision_facts(
        page,
        framework,
        about.auditor,
        kind,
        str(facts.get("reason", "")),
        about.due_on,
        fact_date(facts, "new_due_on"),
        asked_for=fact_date(facts, "asked_for"),
        today=about.today,
    )
    page.spoken(wording.via_line(about.via, about.because), quiet=True)
    if about.via == VACANT:
        return page.para("Only a Head of Service can agree. Please ask for a deputy to be named.").message()
    token = str(facts.get("request", ""))
    ask_to_decide(page, token, framework, about.today)
    if facts.get("has_note"):
        page.button(READ_NOTE, "see_request", token, keep_answers=False)
    return page.message()


def decided(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    """E9: what came of a request, to its auditor and to the QA team."""
    outcome, kind = str(facts.get("outcome", "")), str(facts.get("kind", EXTENSION))
    own = "auditor" in roles
    what = "More time" if kind == EXTENSION else "Being taken off"
    word = {"agreed": "agreed", "declined": "not agreed", "expired": "not decided in time"}.get(outcome, outcome)
    page = begin(f"{what}: {word}, {about.reference}", f"{what} was {word}: {about.reference}.", about)
    due = say_date(about.due_on, about.today)
    by = str(facts.get("by", ""))
    if by:
        page.spoken("Decided by ", Bold(by), ".")
    if outcome == "agreed" and kind == EXTENSION:
        page.para(f"{'Your learning space' if own else 'It'} is now due on {due}. The reminders move with it.")
    elif outcome == "agreed":
        page.para("It has been taken off your list. There is nothing more to do." if own else "It is taken off.")
    elif outcome == "expired":
        page.para(f"Nobody decided in time, so it was due on {due} as before.")
    else:
        page.para(f"It stays due on {due}.")
    if own and outcome != "agreed":
        page.para("If something is in the way, speak to your manager. Sending it in stops the reminders.")
    if not own:
        page.facts(
            [("Manager", about.auditor), ("Reason", reason_title(framework, kind, str(facts.get("reason", ""))))]
        )
    page.spoken(wording.via_line(about.via, about.because), quiet=True)
    if own and about.token and not (outcome == "agreed" and kind != EXTENSION):
        page.button(wording.OPEN, "open", about.token, typed=f"open {about.reference}", main=True)
    if own and outcome == "declined" and facts.get("request"):
        page.button(READ_WHY, "read_decision", str(facts["request"]))
    return page.message()


def held(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    """E14: an escalation is held, to the Head of Service and the QA team."""
    if facts.get("held"):
        return _several_held(about, facts, framework)
    page = begin(f"An escalation is held: {about.reference}", f"An escalation is held: {about.reference}.", about)
    until = fact_date(facts, "until") or about.today
    page.facts(
        [
            ("Manager", about.auditor),
            ("Step", say_step(str(facts.get("step", "")))),
            ("Held until", say_date(until, about.today)),
            ("Reason", reason_title(framework, "hold", str(facts.get("reason", "")))),
            ("Held by", str(facts.get("by", ""))),
        ]
    )
    page.para("The due date does not move, and it counts as late all the same.")
    page.para("The message goes out on that day, unless the learning space is sent in before.")
    page.spoken(wording.via_line(about.via, about.because), quiet=True)
    return page.message()


def _several_held(about: About, facts: Facts, framework: Framework) -> Message:
    """What one press held, in one message."""
    rows = list(facts["held"])
    many = f"{sentence(say_count(len(rows), 'escalation is', 'escalations are'))} held"
    page = begin(many, f"{many}.", about)
    reason = reason_title(framework, "hold", str(facts.get("reason", "")))
    page.facts([("Reason", reason), ("Held by", str(facts.get("by", "")))])
    page.begin_box("emphasis")
    for row in rows[:MOST_HELD]:
        until = fact_date(row, "until") or about.today
        said = f", {row['auditor']}: {say_step(str(row['step']))}, held until {say_date(until, about.today)}"
        page.spoken(Bold(str(row["reference"])), said, gap="Small")
    page.end_box()
    if len(rows) > MOST_HELD:
        page.small(f"And {len(rows) - MOST_HELD} more.")
    page.para("The due dates do not move, and they count as late all the same.")
    page.para("Each message goes out on its day, unless the learning space is sent in before.")
    page.spoken(wording.via_line(about.via, about.because), quiet=True)
    return page.message()


def coming(about: About, roles: Roles, facts: Facts, framework: Framework) -> Message:
    """E69: what will be escalated next, with Hold; or on the morning itself what goes out on that day."""
    day = fact_date(facts, "day") or about.today
    count, rows = int(facts.get("count", 0)), list(facts.get("coming", ()))
    many = sentence(say_count(count, "escalation"))
    if facts.get("part") == "morning":
        page = begin(f"{many} of {say_date(day, about.today)}", f"{many} of {say_date(day, about.today)}.", about)
        page.para("These go out that morning. There is nothing to do: what was not held before is said.")
        return listed(page, rows, count, framework).message()
    page = begin(f"{many} on {say_date(day, about.today)}", f"{many} on {say_date(day, about.today)}.", about)
    return hold_questions(page, Holding(rows, count), framework, about.today).message()


EVENTS: dict[str, Callable[[About, Roles, Facts, Framework], Message]] = {
    "E8": asks,
    "E9": decided,
    "E14": held,
    "E69": coming,
}
