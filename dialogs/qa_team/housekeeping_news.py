"""News about the bot's own order: the framework file has changed, something was mended, old things were taken away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from dialogs.kit import wording
from dialogs.kit.message import Message
from dialogs.kit.speaking import say_count, say_date, sentence
from dialogs.learning_space.learning_space import About, begin
from policy.framework.framework import Framework

Facts = Mapping[str, Any]

PURGED = {
    "drafts": "Drafts never sent in",
    "inbox": "Notes of which messages came in",
    "digests": "Contents of digests",
    "notice_facts": "Contents of messages sent",
    "findings": "Faults that were put right or have gone",
    "letters": "Notes of which letters went to whom",
    "forms": "Contents of forms",
    "proposals": "Proposals that were put aside",
    "leave": "Leave and cover that are long over",
    "contacts": "Ways to reach people who have left",
    "links": "Links from old records to children and practitioners",
}
"""What a purge takes away, as its message counts it."""


TAKEN = {
    "allocations": "the list of learning spaces",
    "actions": "the list of actions",
    "loops": "the list of loops",
    "moderations": "the list of moderations",
    "notices": "the list of messages",
    "history": "the history",
    "establishment": "people, posts and cases",
}
"""What can be taken out, as a sentence names it."""
WHY_IT_LEFT = "The history says why. If you did not expect it, ask them."


def taken_out(facts: Facts) -> str:
    """'On 3 March Oren Willowgarth took out the list of actions, 12 rows.' Never what was in it."""
    what = str(facts.get("what", ""))
    rows = say_count(int(facts.get("rows", 0)), "row", "rows")
    on = date.fromisoformat(str(facts["on"]))
    by = str(facts.get("by") or f"the account {facts.get('login', '')} at the server")
    return sentence(f"{by} took out {TAKEN.get(what, what)} on {on:%A} {on.day} {on:%B}, {rows}") + "."


WHY_A_CODE = "Please keep it: with it an administrator can show later that nothing before that day was changed."


def sealed(facts: Facts) -> str:
    """'The history was checked whole on Friday 9 January. Its code that day: 1204:...'"""
    on = date.fromisoformat(str(facts["on"]))
    return f"The history was checked whole on {on:%A} {on.day} {on:%B}. Its code that day: {facts['code']}."


def _sealed(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    page = begin("The history is whole", "The history was checked and is whole.", about)
    page.para(sealed(facts))
    return page.small(WHY_A_CODE).message()


def _exported(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    page = begin("Rows were taken out", "Rows were taken out of the record.", about)
    page.para(taken_out(facts))
    return page.small(WHY_IT_LEFT).message()


def _kept_true(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    mended, wrong = int(facts.get("mended", 0)), int(facts.get("wrong", 0))
    line = "Something is wrong in what the bot keeps" if wrong else "The bot has put something right"
    page = begin(line, f"{line}.", about)
    if mended:
        page.para(
            sentence(f"{say_count(mended, 'thing was missing and has', 'things were missing and have')} been put back.")
        )
    if wrong:
        page.para(
            sentence(f"{say_count(wrong, 'thing is', 'things are')} not as they should be, and a person has to look.")
        )
        page.para("To see what it is, type: findings")
    return page.small("The history says what was done.").message()


def _file_changed(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    page = begin("The framework file has changed", "The framework file has changed.", about)
    page.para("The bot has been started with another framework file than before.")
    parts = ", ".join(str(part).replace("_", " ") for part in facts.get("parts", ()))
    page.facts(
        [
            ("Version", str(facts.get("version", ""))),
            ("Before", str(facts.get("before", ""))),
            ("Parts that differ", parts),
            ("Started by the account", str(facts.get("by", ""))),
        ]
    )
    page.para("What is running keeps the dates and the people it was promised. New work follows the new file.")
    return page.small("If nobody told you of a change, ask your administrator.").message()


def _purged(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    page = begin("Old records have been cleared", "What was kept long enough has been cleared.", about)
    page.para("Once a month the bot clears what it has kept for as long as the framework file says.")
    counts: Mapping[str, int] = facts.get("counts") or {}
    page.facts([(PURGED[name], str(count)) for name, count in counts.items() if name in PURGED])
    return page.small("Grades, dates, counts and the history stay.").message()


def _reopened(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    reference = about.reference
    page = begin(f"Please look again: {reference}", f"Learning space {reference} is open again for you.", about)
    reason = str(facts.get("reason", ""))
    page.para("The QA team has opened your form again, with the answers you gave.")
    page.facts(
        [
            ("Why", framework.corrections.reasons.get(reason, "")),
            ("Send it in again by", _day(facts, "correct_by", about)),
        ]
    )
    page.para("Until then it stays as it was. If nothing has to change, there is nothing you need to do.")
    if about.token:
        page.button(wording.OPEN, "open", about.token, typed=f"open {reference}", main=True)
    return page.message()


def _corrected(about: About, roles: tuple[str, ...], facts: Facts, framework: Framework) -> Message:
    reference = about.reference
    if facts.get("lapsed"):
        page = begin(f"Not corrected: {reference}", f"Learning space {reference} was not sent in again.", about)
        page.para("The form was open again and its time is over. It stays as it was first sent in.")
        return page.message()
    page = begin(f"Corrected: {reference}", f"Learning space {reference} has been corrected.", about)
    page.para("The form was sent in again. The earlier one is kept beside it.")
    if facts.get("moderation"):
        page.para(f"Its moderation {facts['moderation']} was about the earlier form: it has to be looked at again.")
    return page.message()


def _day(facts: Facts, key: str, about: About) -> str:
    return say_date(date.fromisoformat(str(facts[key])), about.today) if facts.get(key) else ""


Speaker = Callable[[About, tuple[str, ...], Facts, Framework], Message]
EVENTS: dict[str, Speaker] = {
    "E66": _file_changed,
    "E67": _purged,
    "E77": _kept_true,
    "E79": _reopened,
    "E80": _corrected,
    "E86": _exported,
    "E90": _sealed,
}
