"""Every button that decides, pressed by two people at the same moment and pressed again: one winner, one explanation.

Two bots share one database, so that the two presses race each other as they would in two replicas.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from assurance.actions.update_action import update_action
from assurance.allocation.propose_allocation import propose_allocation
from assurance.cards.last_word import SETTLED_BY
from assurance.more_time.ask_more_time import ask
from bot.clock import Clock
from bot.conversation import Conversation
from bot.features import FEATURES
from dialogs.kit.message import Message
from dialogs.more_time.discretion import ITEM
from policy.council.actor import Actor
from policy.council.establishment import Cover
from storage.casework import more_time
from storage.council import establishment as establishments
from storage.council import history
from storage.engine.database import Database
from tests.assurance.loops_filled import fill_in_loop
from tests.councils import HEAD, PSW, QA_LEAD, QA_OFFICER, SENIOR_MANAGER, TEAM_MANAGER_2, small_council, with_cover
from tests.dialogs.reading import text_of
from tests.journeys.actions_given import given_an_action
from tests.journeys.living_council import LivingCouncil, london
from tests.journeys.living_loops import an_inadequate_one, sent, with_qa
from tests.journeys.moderating import graded, moderation_of, returned, talked

NOW = london("2026-01-20 10:00")
ALLOCATED = date(2026, 1, 5)


@dataclass(frozen=True)
class Press:
    """A button two people may press: who, which verb, and what the card carries."""

    people: tuple[str, str]
    verb: str
    data: dict[str, Any]
    other_verb: str = ""
    """What the second one presses instead, where the two may want different things."""


Given = Callable[[LivingCouncil], Press]


def _stands_in(council: LivingCouncil, post: str, person: str) -> None:
    """Somebody covers a post from now on: where its holder may still decide, that makes two."""
    everyone = council.database.read_now(establishments.current)
    council.given_the_council_is(with_cover(everyone, Cover(post, person, date(2026, 1, 1), date(2026, 12, 31))))


def _request(council: LivingCouncil) -> str:
    _stands_in(council, "hos-family", PSW)
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    wanted = item.due_on + timedelta(days=3)
    raw = {"reason": "meeting_moved", "new_date": wanted.isoformat(), "note": ""}
    council.database.write_now(
        ask,
        council.framework,
        item.token,
        actor=Actor.person(TEAM_MANAGER_2),
        kind="extension",
        raw=raw,
        now=council.now,
    )
    return council.database.read_now(more_time.of, item.reference)[0].token


def _agree(council: LivingCouncil) -> Press:
    data = {"ref": _request(council), "because": "Not this time."}
    return Press((HEAD, PSW), "agree_request", data, other_verb="decline_request")


def _decline(council: LivingCouncil) -> Press:
    data = {"ref": _request(council), "because": "Not this time."}
    return Press((HEAD, PSW), "decline_request", data, other_verb="agree_request")


def _new_date(council: LivingCouncil) -> tuple[str, str]:
    """An action whose setter has left: the QA team agrees its dates."""
    council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    action = given_an_action(council, owner=TEAM_MANAGER_2, set_by="p-gone")
    wanted = (action.due_on + timedelta(days=14)).isoformat()
    raw = {"update": "new_date", "new_date": wanted}
    done = council.database.write_now(
        update_action, council.framework, action.token, actor=Actor.person(TEAM_MANAGER_2), raw=raw, now=council.now
    )
    assert done.state == "asked", done.view.problems
    return action.token, wanted


def _agree_date(council: LivingCouncil) -> Press:
    token, wanted = _new_date(council)
    return Press((QA_LEAD, QA_OFFICER), "agree_date", {"ref": token, "step": wanted}, other_verb="decline_date")


def _decline_date(council: LivingCouncil) -> Press:
    token, wanted = _new_date(council)
    return Press((QA_LEAD, QA_OFFICER), "decline_date", {"ref": token, "step": wanted}, other_verb="agree_date")


def _sent_loop(council: LivingCouncil) -> dict[str, Any]:
    _, loop = an_inadequate_one(council)
    loop = sent(council, loop, at=london("2026-02-04 16:00"))
    return {"ref": loop.token, "v": loop.submissions}


def _authorise(council: LivingCouncil) -> Press:
    return Press((HEAD, HEAD), "loop_authorise", _sent_loop(council))


def _send_back(council: LivingCouncil) -> Press:
    data = {**_sent_loop(council), "because": "Please say what the family thought of it."}
    return Press((HEAD, HEAD), "loop_return", data)


def _send_loop(council: LivingCouncil) -> Press:
    _, loop = an_inadequate_one(council)
    council.now = london("2026-02-04 16:00")
    met = council.calendar.local_date(council.now)
    view = fill_in_loop(council.database, council.framework, loop, person=SENIOR_MANAGER, now=council.now, met_on=met)
    return Press((SENIOR_MANAGER, SENIOR_MANAGER), "loop_send", {"ref": loop.token, "v": view.version})


def _stand_down(council: LivingCouncil) -> Press:
    loop = with_qa(council)
    data = {"ref": loop.token, "stand_down_because": "The grade was raised when it was looked at again."}
    return Press((QA_LEAD, QA_OFFICER), "loop_stand_down", data)


def _not_testable(council: LivingCouncil) -> Press:
    loop = with_qa(council)
    data = {"ref": loop.token, "not_testable_because": "no_suitable_case"}
    return Press((QA_LEAD, QA_OFFICER), "loop_not_testable", data)


def _own_reaudit(council: LivingCouncil) -> Press:
    return Press((QA_LEAD, QA_OFFICER), "loop_own_reaudit", {"ref": with_qa(council).token})


def _red_route(council: LivingCouncil) -> Press:
    returned(council, allocated=ALLOCATED, immediate_risk="yes", grade="good")
    council.when_the_service_looks()
    return Press((HEAD, SENIOR_MANAGER), "acknowledge", {"ref": "LS-2025Q4-001"})


def _release(council: LivingCouncil) -> Press:
    item = returned(council, allocated=ALLOCATED)
    return Press((TEAM_MANAGER_2, TEAM_MANAGER_2), "release", {"ref": item.token})


def _approve(council: LivingCouncil) -> Press:
    proposed = council.database.write_now(
        propose_allocation, council.framework, month=date(2026, 1, 1), actor=Actor.person(QA_LEAD), now=council.now
    )
    return Press((QA_LEAD, QA_OFFICER), "approve_run", {"ref": proposed.run_id})


def _put_aside(council: LivingCouncil) -> Press:
    approve = _approve(council)
    return Press(approve.people, "withdraw_run", approve.data)


def _hold(council: LivingCouncil) -> Press:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.now = london("2026-02-03 15:30")
    return Press((QA_LEAD, QA_OFFICER), "hold", {ITEM: item.token, "reason": "auditor_away", "working_days": "2"})


def _settle(council: LivingCouncil) -> Press:
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    moderation = moderation_of(council, item)
    graded(council, moderation, "good")
    talked(council, moderation, accepted="no")
    _close_it(council, moderation.token, moderation.moderator)
    _stands_in(council, "hos-family", PSW)
    return Press((PSW, PSW), "moderation_settle", {"ref": moderation.token, "step": "moderated"})


def _close(council: LivingCouncil) -> Press:
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    moderation = moderation_of(council, item)
    graded(council, moderation, "inadequate")
    talked(council, moderation)
    return Press((moderation.moderator, moderation.moderator), "moderation_close", {"ref": moderation.token})


def _close_it(council: LivingCouncil, token: str, moderator: str) -> None:
    from assurance.moderation.moderation_outcome import close

    council.database.write_now(close, council.framework, token, actor=Actor.person(moderator), now=council.now)


def _update(council: LivingCouncil) -> Press:
    council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    action = given_an_action(council, owner=TEAM_MANAGER_2)
    data = {"ref": action.token, "update": "not_needed", "note": "The team was merged with another."}
    return Press((TEAM_MANAGER_2, TEAM_MANAGER_2), "update_action", data)


def _take_back(council: LivingCouncil) -> Press:
    item = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    reason = next(iter(council.framework.taking_back.reasons))
    return Press((QA_LEAD, QA_OFFICER), "take_back", {"ref": item.reference, "reason": reason})


def _freeze(council: LivingCouncil) -> Press:
    return Press((QA_LEAD, QA_OFFICER), "freeze", {})


GIVEN: dict[str, Given] = {
    "more time agreed": _agree,
    "more time declined": _decline,
    "another date agreed": _agree_date,
    "another date declined": _decline_date,
    "an action updated": _update,
    "a loop sent in": _send_loop,
    "a loop authorised": _authorise,
    "a loop sent back": _send_back,
    "a loop stood down": _stand_down,
    "a loop that cannot be tested": _not_testable,
    "a re-audit of its own": _own_reaudit,
    "immediate attention taken up": _red_route,
    "a result released": _release,
    "a month approved": _approve,
    "a month put aside": _put_aside,
    "a message held back": _hold,
    "a dispute settled": _settle,
    "a second look closed": _close,
    "a learning space taken back": _take_back,
    "the clock stopped": _freeze,
}
"""By what is decided. The verbs that are not here are walked by `test_every_verb_that_decides_is_walked`."""
NOT_TWO_AT_ONCE = {
    "take_release_back": "its auditor's alone, and walked in test_people_talk",
    "take_send_back": "its auditor's alone, and walked in journeys/test_the_minute",
    "take_decision_back": "for whoever decided alone, and walked in journeys/test_a_no_with_a_reason",
    "loop_authorise_sure": "the same use-case as loop_authorise, walked in test_closing_the_loop_cards",
    "loop_result": "pressed after a re-audit; the same words and the same use-case as the other ends of a loop",
    "reassign": "a second press finds the new holder's, and is walked in test_people_talk",
    "unfreeze": "the other half of freeze",
}


@dataclass
class Race:
    """A council and two bots on one database."""

    council: LivingCouncil
    other: Database
    """The same database, opened by the second bot."""

    def bot(self, number: int) -> Conversation:
        """One of the two."""
        database = (self.council.database, self.other)[number]
        return Conversation(database, self.council.framework, Clock.standing(self.council.now))

    def name(self, person: str) -> str:
        return small_council().people[person].name

    async def both(self, press: Press) -> tuple[Message, Message]:
        """Both press at once, each on a bot of their own."""
        first = self._press(0, press.people[0], press.verb, press.data)
        second = self._press(1, press.people[1], press.other_verb or press.verb, press.data)
        return tuple(await asyncio.gather(first, second))  # type: ignore[return-value]

    async def _press(self, bot: int, person: str, verb: str, data: dict[str, Any]) -> Message:
        return await self.bot(bot).press(small_council().people[person], verb, {"verb": verb, **data})

    async def again(self, press: Press, person: str, bot: int) -> Message:
        """One of them presses once more."""
        return await self._press(bot, person, press.verb, press.data)

    def settled(self, press: Press) -> int:
        """How often the history says that it was settled by a press."""
        ways = SETTLED_BY[press.verb] - {"loop_received"}
        return sum(entry.verb in ways for entry in self.council.database.read_now(history.read))


@pytest.fixture
def race(database_url: str) -> Iterator[Race]:
    with Database.open(database_url) as one, Database.open(database_url) as other:
        council = LivingCouncil(one, now=NOW)
        _stands_in(council, "qa-lead", QA_OFFICER)
        yield Race(council, other)


@pytest.mark.parametrize("what", GIVEN)
def test_two_at_once_have_one_winner_and_whoever_is_late_reads_who_and_when(race: Race, what: str) -> None:
    press = GIVEN[what](race.council)
    before = race.settled(press)
    answers = asyncio.run(race.both(press))
    assert race.settled(press) == before + 1
    # One of the two did it; the other reads a name, or "You" where both are one person, and a spoken date.
    told = [answer for answer in answers if _says_who(race, press, answer)]
    assert len(told) == 1, [answer.text for answer in answers]
    # Whoever presses once more, a minute or a month later, changes nothing and reads the same.
    for bot, person in enumerate(press.people):
        again = asyncio.run(race.again(press, person, bot))
        assert _says_who(race, press, again), again.text
        assert again.card is None or _day(race) in text_of(again.card)
    assert race.settled(press) == before + 1


def test_every_verb_that_decides_is_walked(race: Race) -> None:
    walked: set[str] = set()
    for given in GIVEN.values():
        walked |= set(given.__code__.co_consts) & set(SETTLED_BY)
    assert walked | {"withdraw_run", "approve_run"} | NOT_TWO_AT_ONCE.keys() >= SETTLED_BY.keys()
    known: set[str] = set()
    for feature in FEATURES:
        known |= feature.presses(None).keys()  # type: ignore[arg-type]
    own = {"approve_run", "withdraw_run", "acknowledge"}
    assert SETTLED_BY.keys() <= known | own


def _says_who(race: Race, press: Press, answer: Message) -> bool:
    """Whether an answer says who was first, by name or as "You", and on which day."""
    names = {race.name(person) for person in press.people}
    named = any(name in answer.text for name in names)
    yours = "You " in answer.text and ("changed nothing" in answer.text or "already" in answer.text)
    return (named or yours) and _day(race) in answer.text


def _day(race: Race) -> str:
    """The day as it is spoken: '20 January'."""
    day = race.council.calendar.local_date(race.council.now)
    return f"{day.day} {day:%B}"
