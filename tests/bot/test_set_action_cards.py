"""Setting an action out of a loop or a moderation: by whom it is theirs to set, on the cards they get."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bot.cli.terminal_card import buttons_of, inputs_of
from bot.conversation import Conversation
from dialogs.kit.message import Message
from policy.council.establishment import Person
from storage.casework import actions, loops, moderations
from storage.casework.actions import Action
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment, history
from storage.engine.database import Database
from tests.assurance.forms_filled import fill_in, send_in
from tests.bot.filling import press
from tests.councils import (
    DIRECTOR,
    HEAD,
    PRACTITIONER,
    QA_LEAD,
    QA_OFFICER,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
)
from tests.journeys.living_council import LivingCouncil, london
from tests.journeys.moderating import graded

WORDS = "Plan a learning circle on how safety plans are reviewed"
ANSWERS = {"what": WORDS, "owner": "team_manager", "by": "2026-02-26", "kind": "supervision"}


class _Lived:
    """A council with one inadequate learning space, its loop and its moderation."""

    def __init__(self, database: Database) -> None:
        self.council = LivingCouncil(database, now=london("2026-01-05 09:00"))
        item = self.council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))
        self.council.now = london("2026-01-29 15:10")
        view = fill_in(database, self.council.framework, item, now=self.council.now, grade="inadequate")
        self.loop = send_in(
            database, self.council.framework, item, version=view.version, now=self.council.now
        ).loop_reference
        self.council.dispatch()
        self.council.said.clear()
        self.item: LearningSpace = self.council.item(item.reference)
        self.talk = Conversation(database, self.council.framework, self)  # type: ignore[arg-type]
        found = database.read_now(moderations.of_subject, item.reference)
        assert found is not None
        self.moderation = found

    def now(self) -> datetime:
        return self.council.now

    def person(self, person: str) -> Person:
        return self.council.database.read_now(establishment.current).people[person]

    def set_now(self) -> list[Action]:
        """The actions that were not set by the form itself."""
        every = self.council.database.read_now(actions.of_subject, self.item.reference)
        return [one for one in every if one.what == WORDS]

    async def typed(self, person: str, text: str) -> Message:
        return (await self.talk.text(self.person(person), text))[0]

    async def pressed(self, person: str, message: Message, verb: str, **answers: str) -> Message:
        return await press(self.talk, self.person(person), message, verb, **answers)


@pytest.fixture
def lived(sqlite_database: Database) -> _Lived:
    return _Lived(sqlite_database)


async def test_the_senior_manager_sets_one_from_the_loops_form_and_its_owner_hears_at_once(lived: _Lived) -> None:
    lived.council.database.write_now(loops.update, lived.loop, meeting_at=lived.council.now)
    page = await lived.typed(SENIOR_MANAGER, f"open {lived.loop}")
    questions = await lived.pressed(SENIOR_MANAGER, page, "want_action", met_on="2026-01-29")
    assert {one.id for one in inputs_of(questions.card)} == {"what", "owner", "by", "kind"}
    done = await lived.pressed(SENIOR_MANAGER, questions, "action_set", **ANSWERS)
    (action,) = lived.set_now()
    assert (action.owner, action.set_by, action.due_on) == (TEAM_MANAGER, SENIOR_MANAGER, date(2026, 2, 26))
    assert action.ladder_key == lived.council.framework.actions.strict_ladder, "it follows an inadequate grade"
    assert action.reference in done.text and WORDS not in done.text
    (told,) = lived.council.notices_about(action.reference)
    assert (told.event, told.recipient, told.not_before) == ("E34", TEAM_MANAGER, lived.council.now)
    assert WORDS not in str(told.facts)
    verbs = [row.verb for row in lived.council.database.read_now(history.read, subject=lived.loop)]
    assert "action_set" in verbs
    again = await lived.pressed(SENIOR_MANAGER, page, "loop_later", met_on="2026-01-29")
    assert "Something" not in again.text
    kept = await lived.typed(SENIOR_MANAGER, f"open {lived.loop}")
    assert {one.id: one.value for one in inputs_of(kept.card)}["met_on"] == "2026-01-29", "what was typed was kept"


async def test_pressing_set_twice_sets_it_once(lived: _Lived) -> None:
    questions = await lived.typed(SENIOR_MANAGER, f"action {lived.loop}")
    await lived.pressed(SENIOR_MANAGER, questions, "action_set", **ANSWERS)
    again = await lived.pressed(SENIOR_MANAGER, questions, "action_set", **ANSWERS)
    assert "already" in again.text
    assert len(lived.set_now()) == 1


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"what": ""}, "what"),
        ({"what": "Call the family on 0161 496 0123 every week"}, "what"),
        ({"owner": "the-director"}, "owner"),
        ({"by": "2026-01-28"}, "by"),
        ({"by": "2026-12-31"}, "by"),
        ({"kind": ""}, "kind"),
    ],
)
async def test_without_an_owner_a_verb_a_date_within_twelve_weeks_and_a_kind_nothing_is_set(
    lived: _Lived, wrong: dict[str, str], key: str
) -> None:
    questions = await lived.typed(SENIOR_MANAGER, f"action {lived.loop}")
    back = await lived.pressed(SENIOR_MANAGER, questions, "action_set", **{**ANSWERS, **wrong})
    assert "Nothing has been set yet." in back.text
    assert "action_set" in [one.verb for one in buttons_of(back.card)]
    assert not lived.set_now()


async def test_the_moderator_sets_one_once_their_own_view_is_stored_and_not_before(lived: _Lived) -> None:
    moderator, reference = lived.moderation.moderator, lived.moderation.reference
    early = await lived.typed(moderator, f"action {reference}")
    assert "give your own view first" in early.text
    graded(lived.council, lived.moderation, "requires_improvement")
    both = await lived.typed(moderator, f"open {reference}")
    questions = await lived.pressed(moderator, both, "want_action")
    titles = str(inputs_of(questions.card))
    assert "(you)" in titles and "who did the learning space" in titles
    await lived.pressed(moderator, questions, "action_set", **{**ANSWERS, "owner": "auditor"})
    (action,) = lived.set_now()
    assert (action.owner, action.set_by) == (TEAM_MANAGER_2, moderator)


@pytest.mark.parametrize("person", [HEAD, DIRECTOR, TEAM_MANAGER, TEAM_MANAGER_2, PRACTITIONER])
async def test_nobody_else_sets_one_whatever_their_rank_and_whatever_card_they_press(
    lived: _Lived, person: str
) -> None:
    graded(lived.council, lived.moderation, "requires_improvement")
    loop = lived.council.database.read_now(loops.by_reference, lived.loop)
    assert loop is not None
    for token, reference in ((loop.token, loop.reference), (lived.moderation.token, lived.moderation.reference)):
        refused = await lived.typed(person, f"action {reference}")
        assert not inputs_of(refused.card)
        data = {"verb": "action_set", "ref": token, **ANSWERS}
        pressed = await lived.talk.press(lived.person(person), "action_set", data)
        assert not inputs_of(pressed.card)
    assert not lived.set_now()


async def test_the_qa_lead_may_and_a_colleague_who_does_not_moderate_it_may_not(lived: _Lived) -> None:
    other = QA_OFFICER if lived.moderation.moderator != QA_OFFICER else ""
    graded(lived.council, lived.moderation, "requires_improvement")
    if other:
        refused = await lived.typed(other, f"action {lived.moderation.reference}")
        assert not inputs_of(refused.card)
    questions = await lived.typed(QA_LEAD, f"action {lived.loop}")
    await lived.pressed(QA_LEAD, questions, "action_set", **ANSWERS)
    assert [one.set_by for one in lived.set_now()] == [QA_LEAD]
