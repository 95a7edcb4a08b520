"""Held messages by email: all of them or one sent or dropped, read back and done by YES alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assurance.after_restore.decide import ALL, HeldDecision, HeldNotice, decide_held, list_held
from assurance.channels.read_back import HELD
from assurance.common.refusals import NotYours
from dialogs.learning_space import people
from dialogs.qa_team import held
from dialogs.understand.understanding import Intent

if TYPE_CHECKING:
    from bot.mail.turn import Outcome, Turn

NO_REFERENCE = ""
"""What is read back about held messages belongs to no one learning space."""


async def take(turn: Turn, intent: Intent) -> Outcome:
    """'held' lists them; 'send all held' or 'drop held 12' is read back first. Only the QA team may do either."""
    turn = replace(turn, subject=NO_REFERENCE)
    if not intent.wanted:
        return turn.answer(await turn.talk.command(turn.person, intent))
    asking = {"actor": turn.actor, "now": turn.talk.clock.now()}
    try:
        found: list[HeldNotice] = await turn.read(list_held, turn.talk.framework, **asking)
    except NotYours:
        return turn.answer(people.for_qa_lead_message())
    meant = [one for one in found if intent.reference in (ALL, str(one.number))]
    if not meant:
        return turn.answer(held.decided_message(intent.wanted, 0, len(found)))
    facts = {"what": intent.wanted, "which": intent.reference}
    return await turn.read_back(HELD, facts, held.read_back_message(intent.wanted, len(meant)))


async def decide(turn: Turn, facts: Mapping[str, Any]) -> Outcome:
    """YES: it is done."""
    made: HeldDecision = await turn.talk.write(
        decide_held, str(facts.get("which", "")), turn.person, what=str(facts.get("what", ""))
    )
    turn.talk.wake()
    await turn.forget()
    return turn.answer(held.decided_message(made.what, made.count, made.left))
