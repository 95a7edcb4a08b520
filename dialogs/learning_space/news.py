"""The shorter news of a learning space: chosen, sent in, immediate attention, a loop opened, thanks due, not served."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.speaking import say_count, say_date, say_month, sentence
from dialogs.learning_space.allocation import REASONS
from dialogs.learning_space.learning_space import About, begin
from policy.framework.framework import Framework


def chosen_message(about: About, roles: Collection[str], framework: Framework) -> Message:
    """To the practitioner whose work was chosen, and to their team manager (R13). No case, in no place."""
    if "practitioner" in roles:
        page = begin(
            "Your work has been chosen for a learning space",
            "A piece of your work has been chosen for a learning space.",
            about,
        )
        page.spoken("One of your pieces of work has been chosen for a learning space with ", Bold(about.auditor), ".")
        page.para(
            "It is a conversation about your practice: what went well, what the child gained, and what could be even "
            "better. You take part in it, and your own reflection counts."
        )
        page.spoken(about.auditor, " will be in touch to agree a time. There is nothing you need to fill in.")
        page.para("You may add a reflection in your own words until the form is sent in.")
        days = say_count(framework.two_voices.release_after_working_days, "working day")
        page.para(f"You see the result when the two of you have talked about it, or {days} after it is sent in.")
        page.button(wording.REFLECT, "reflect", about.reference, typed=f"reflect {about.reference}")
    else:
        page = begin(
            "A learning space in your team", "A piece of work in your team has been chosen for a learning space.", about
        )
        page.spoken(
            "For information: a piece of work in your team has been chosen for a learning space with ",
            Bold(about.auditor),
            ". The practitioner has been told.",
        )
        page.para("Please help them find the time for it.")
    page.spoken(wording.via_line(about.via, about.because), quiet=True)
    return page.message()


def sent_in_message(about: About, submitted_on: date | None) -> Message:
    """To the QA team: a learning space has come in. No grade."""
    page = begin(f"Sent in: {about.reference}", f"Learning space {about.reference} has been sent in.", about)
    page.facts(
        [
            ("Manager", about.auditor),
            ("Function", about.function),
            ("Sent in", say_date(submitted_on, about.today) if submitted_on else ""),
        ]
    )
    return page.message()


def immediate_attention_message(about: About, *, chases: int = 0, address: str = "") -> Message:
    """The red route: whom to call, now. Nothing about why (3.1). `chases` counts how often it has been asked again.

    `address` is where Teams can call them, or empty.
    """
    page = begin(
        f"Immediate attention: {about.reference}",
        f"Immediate attention needed: {about.reference}. Please open it now.",
        about,
    )
    page.begin_box("attention")
    page.spoken(Bold(f"Call {about.auditor} now."))
    page.para("Please do not answer here: speak to them by phone.")
    page.end_box()
    if chases:
        page.spoken("Nobody has said yet that they have spoken to ", about.auditor, f". This is reminder {chases}.")
    page.para(wording.NOT_A_REFERRAL)
    page.spoken(wording.via_line(about.via, about.because), quiet=True)
    if address:
        page.call_button(wording.CALL, address)
    return page.button(wording.ACKNOWLEDGE, "acknowledge", about.reference, main=not address).message()


def acknowledged_message(reference: str, by_name: str, *, yours: bool) -> Message:
    """Someone has taken an immediate-attention message up; the first one stands."""
    page = Page(f"Taken up: {reference}", summary=f"Immediate attention for {reference} has been taken up.")
    if yours:
        page.para("Thank you. It is noted that you have spoken to them.")
    else:
        page.spoken(Bold(by_name), " has already spoken to them. Call them if you are in any doubt.")
    return page.para(wording.NOT_A_REFERRAL).message()


def loop_opened_message(
    about: About,
    roles: Collection[str],
    *,
    learning_space: str,
    meet_by: date,
    return_by: date,
    asked: bool = True,
    token: str = "",
) -> Message:
    """Closing the loop has opened: the Senior Manager is asked to meet, the others are told (R90-R92).

    `asked` False: there is nobody in the Senior Manager's place, so the QA lead is asked to find someone.
    """
    page = begin(
        f"Closing the loop has opened: {about.reference}", f"Closing the loop has opened: {about.reference}.", about
    )
    meet, give_back = say_date(meet_by, about.today), say_date(return_by, about.today)
    if "senior_manager" in roles:
        page.para("Please meet the practitioner and their manager, to be sure that what the child needs is being done.")
    elif asked:
        page.para("A Senior Manager has been asked to meet the practitioner and their manager.")
    else:
        page.para("No Senior Manager could be asked to meet the practitioner and their manager.")
        page.para("Please find someone who can." if about.because else "The QA lead is asked to find someone who can.")
    page.facts(
        [
            ("Learning space", learning_space),
            ("Done by", about.auditor),
            ("Meet by", meet),
            ("Form back to the QA team by", give_back),
        ]
    )
    if "senior_manager" in roles:
        page.spoken("Speak to ", Bold(about.auditor), " first: they can tell you whose work it is and what they saw.")
    page.spoken(wording.via_line(about.via, about.because), quiet=True)
    if "senior_manager" in roles and token:
        page.button(wording.OPEN, "loop", token, typed=f"open {about.reference}", main=True)
    return page.small(wording.BETWEEN_YOU).message()


def recognition_message(about: About) -> Message:
    """Good work was seen: the one who can say thank you hears of it (R16, R89). No grade word."""
    page = begin(f"Time to say thank you: {about.reference}", f"Good news about {about.reference}.", about)
    page.para("Good news: the work in this learning space has been recognised.")
    page.facts([("Function", about.function), ("Done by", about.auditor)])
    page.spoken("Ask ", Bold(about.auditor), " whose work it was and what stood out, then tell them yourself.")
    page.para("A word of thanks from you goes a long way.")
    return page.message()


def unserved_message(about: About, facts: Mapping[str, Any], framework: Framework) -> Message:
    """To the QA lead: posts that could not be given a learning space, counted by reason."""
    reasons: Mapping[str, int] = facts.get("reasons") or {}
    posts = int(facts.get("posts") or sum(reasons.values()))
    month = date.fromisoformat(str(facts["month"])) if facts.get("month") else None
    count = sentence(say_count(posts, "post"))
    when = f" in {say_month(month)}" if month else ""
    page = begin(f"{count} without a learning space{when}", f"{count} without a learning space{when}.", about)
    page.para("Nobody is skipped in silence, so here is why:")
    page.facts([(REASONS.get(reason, reason), say_count(number, "post")) for reason, number in reasons.items()])
    if month:
        page.small(f"To see which they are, type: allocate {say_month(month)}")
    return page.message()


def undelivered_message(about: About, facts: Mapping[str, Any]) -> Message:
    """To the QA lead: somebody could not be reached. Nobody higher up is told in their place."""
    page = begin(
        f"A message did not arrive: {about.reference}", f"A message about {about.reference} did not arrive.", about
    )
    page.facts(
        [
            ("To", str(facts.get("person", ""))),
            ("About", about.reference),
            ("Why", _why_not(str(facts.get("why", "")))),
        ]
    )
    page.para("Please let them know another way, and ask them to open this app in Teams once.")
    page.para("Nobody higher up has been told instead.")
    return page.message()


def _why_not(reason: str) -> str:
    """What stood in the way, in words where we have them; else the channel's own short reason."""
    return next((words for sign, words in _WHY_NOT.items() if sign in reason.casefold()), reason)


_WHY_NOT = {
    "address does not work": "Email to their address comes back.",
    "no address to write to": "We have no email address for them.",
    "no email address": "We have no email address for them.",
    "mailbox is full": "Their mailbox is full.",
    "no entra id": "They have no Microsoft account known to us, and have never written here.",
    "blocked": "They have blocked this app in Teams.",
    "uninstalled": "This app is not installed for them in Teams.",
    "notinconversationroster": "This app is not installed for them in Teams.",
    "disabled": "An administrator has switched this app off for them.",
    "left the council": "They have left the council.",
    "nobody knows": "The answer was lost twice, so nobody knows whether it arrived.",
}


def held_message(about: About, why: str) -> Message:
    """To the QA lead: so much would be escalated at once that a person should say whether it is right."""
    page = begin("Escalations are waiting for you", "Escalations are waiting for you to confirm.", about)
    page.spoken(why)
    page.para("The clock may be wrong, so nothing has been sent. Nothing is lost either.")
    page.para("If it is right, ask your administrator to let them go out.")
    return page.message()
