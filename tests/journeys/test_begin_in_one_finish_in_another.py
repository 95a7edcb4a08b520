"""One form, one draft: begun on a card, gone on with by typing, finished in a window, and any other way round."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from bot.clock import Clock
from bot.conversation import Conversation
from dialogs.kit.message import Message
from policy.council.establishment import Person
from storage.casework import conversations, form_drafts, learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment
from tests.bot.filling import answers_on
from tests.councils import MASH_MANAGER, SENIOR_MANAGER
from tests.dialogs.reading import walk
from tests.journeys.living_council import LivingCouncil, london
from tests.journeys.living_loops import an_inadequate_one, loop_of
from tests.journeys.moderating import QUALITY, moderation_of, returned

ALLOCATED = date(2026, 1, 5)
TYPED = {
    "date_held": "12 January",
    "in_person": "yes",
    "family_feedback": "both",
    "immediate_risk": "no",
    "grade": "good",
    "impact": "good",
    "grade_reasons": "Direct work is planned and the plan moves on.",
    "strength_themes": "planning",
    "worked_well": "The worker listened, and the plan changed because of it.",
    "learning_themes": "supervision",
    "even_better": "Record the reasons for decisions.",
    "action_1_what": "Arrange reflective supervision every month.",
    "action_1_owner": "1",
    "action_1_by": "ok",
    "action_1_kind": "supervision",
    "action_2_wanted": "no",
    "met_on": "today",
    "present": "1, 2 and 3",
    "safe_now": "yes",
    "taken_from_it": "Plans are looked at in every supervision now.",
    "confirmed": "yes",
}
OTHERWISE = {"others_present": "skip", "practitioner_reflection": "skip", "wider_learning": "no", "support": "skip"}


@dataclass
class Manager:
    """Somebody with a card, a keyboard and a window."""

    council: LivingCouncil
    person: Person
    page: Message = field(default_factory=lambda: Message("", ""))
    """What they look at."""

    @property
    def talk(self) -> Conversation:
        return Conversation(self.council.database, self.council.framework, Clock.standing(self.council.now))

    async def type(self, text: str) -> str:
        said = await self.talk.text(self.person, text)
        self.page = said[-1]
        return self.page.text

    async def on_the_card(self, title: str, **answers: str) -> str:
        data = self._button(title)
        self.page = await self.talk.press(self.person, data["verb"], {**answers, **data})
        return self.page.text

    async def in_the_window(self, title: str, **answers: str) -> str:
        data = self._button(title)
        self.page = await self.talk.dialog(self.person, data["verb"], {**answers, **data})
        return self.page.text

    def _button(self, title: str) -> dict[str, Any]:
        assert self.page.card
        found = {one["title"]: one["data"] for one in walk(self.page.card) if one["type"].startswith("Action.")}
        return dict(found[title])

    def answers(self, **different: str) -> dict[str, str]:
        """An answer to everything the page asks."""
        today = self.council.calendar.local_date(self.council.now)
        good = answers_on(self.page.card)
        due = (today + timedelta(days=28)).isoformat()
        usual = {"date_held": "2026-01-12", "action_1_by": due, "action_2_wanted": "no"}
        return {**good, **{key: value for key, value in {**usual, **different}.items() if key in good}}

    def asked(self) -> str:
        place = self.council.database.read_now(conversations.load, self.person.id)
        return place.question if place else ""

    async def type_until(self, question: str) -> str:
        """Answer by typing until this question (of an action, its last part) is asked; '*' is the end."""
        for _ in range(60):
            asked = self.asked()
            if asked == question or asked.endswith(f"_{question}"):
                return self.page.text
            part = next((key for key in TYPED if asked == key or asked.endswith(f"_{key}")), "")
            how = {**TYPED, **OTHERWISE}.get(part or asked) or ("good" if asked.startswith("grade_") else "yes")
            await self.type(how)
        raise AssertionError(f"{question} is never asked:\n{self.page.text}")


@pytest.fixture
def item(council: LivingCouncil) -> LearningSpace:
    given = council.given_a_learning_space("tm-north-2", allocated_on=ALLOCATED)
    council.now = london("2026-01-19 10:00")
    return given


@pytest.fixture
def manager(council: LivingCouncil, item: LearningSpace) -> Manager:
    return Manager(council, council.database.read_now(establishment.current).people[item.person])


def _draft(council: LivingCouncil, item: LearningSpace) -> dict[str, Any]:
    found = council.database.read_now(learning_spaces.load_draft, item.reference, item.person)
    return found.answers if found else {}


async def test_begun_on_a_card_gone_on_by_typing_finished_in_a_window(
    council: LivingCouncil, manager: Manager, item: LearningSpace
) -> None:
    await manager.type(f"open {item.reference}")
    await manager.on_the_card("Next", **manager.answers())
    await manager.on_the_card("Save for later", grade_voice="outstanding")
    said = await manager.on_the_card("Answer by typing")
    assert "Assessment and understanding of risk" in said
    await manager.type_until("grade_reasons")
    await manager.type("later")
    await manager.in_the_window("Carry on")
    assert "Overall judgement" in manager.page.text
    for _ in range(8):
        if "[Send]" in manager.page.text:
            break
        forward = "Next" if "[Next]" in manager.page.text else "Review"
        await manager.in_the_window(forward, **manager.answers(grade="good", grade_voice="outstanding"))
    said = await manager.in_the_window("Send")
    assert "Sent in" in said
    assert manager.page.closes
    stored = council.database.read_now(learning_spaces.load_answers, item.reference)
    assert stored
    assert stored["grade_voice"] == "outstanding"
    assert council.item(item.reference).state == "submitted"


async def test_begun_by_typing_gone_on_in_a_window_finished_on_a_card(
    council: LivingCouncil, manager: Manager, item: LearningSpace
) -> None:
    await manager.type("type")
    await manager.type_until("grade_plan")
    manager.page = await manager.talk.dialog(manager.person, "open", {"ref": item.token})
    shown = {one["id"]: one.get("value") for one in walk(manager.page.card or {}) if "id" in one}
    assert shown["grade_voice"] == "good"
    await manager.in_the_window("Next", **manager.answers())
    await manager.type(f"open {item.reference}")
    for _ in range(8):
        if "[Send]" in manager.page.text:
            break
        forward = "Next" if "[Next]" in manager.page.text else "Review"
        await manager.on_the_card(forward, **manager.answers())
    assert "Sent in" in await manager.on_the_card("Send")
    assert council.item(item.reference).submitted_by == item.person


async def test_a_learning_space_begun_in_a_window_is_finished_by_typing_days_later(
    council: LivingCouncil, manager: Manager, item: LearningSpace
) -> None:
    manager.page = await manager.talk.dialog(manager.person, "open", {"ref": item.token})
    await manager.in_the_window("Next", **manager.answers())
    council.now += timedelta(days=3)
    await manager.type("type")
    await manager.type_until("*")
    assert "Sent in" in await manager.type("send")
    answers = council.database.read_now(learning_spaces.load_answers, item.reference)
    assert answers
    assert answers["date_held"] == "2026-01-12"


async def test_what_was_typed_is_not_overwritten_by_a_card_that_was_drawn_before(
    council: LivingCouncil, manager: Manager, item: LearningSpace
) -> None:
    await manager.type(f"open {item.reference}")
    await manager.on_the_card("Next", **manager.answers())
    await manager.on_the_card("Back")
    old = manager.page
    await manager.type(f"type {item.reference}")
    await manager.type("change 1 to 13 January")
    assert _draft(council, item)["date_held"] == "2026-01-13"
    manager.page = old
    said = await manager.on_the_card("Next", **manager.answers())
    assert "changed elsewhere" in said
    assert _draft(council, item)["date_held"] == "2026-01-13"
    await manager.on_the_card("Next", **manager.answers())  # pressed once more, they mean it
    assert _draft(council, item)["date_held"] == "2026-01-12"


async def test_word_of_an_immediate_risk_on_an_old_card_is_never_held_back(
    council: LivingCouncil, manager: Manager, item: LearningSpace
) -> None:
    await manager.type(f"open {item.reference}")
    old = manager.page
    await manager.type("type")
    await manager.type("13 January")
    manager.page = old
    said = await manager.on_the_card("Next", **manager.answers(immediate_risk="yes"))
    assert "Use your safeguarding procedure now" in said
    assert _draft(council, item)["immediate_risk"] == "yes"


async def test_a_press_whose_answer_was_lost_changes_nothing_when_it_comes_again(
    council: LivingCouncil, manager: Manager, item: LearningSpace
) -> None:
    await manager.type(f"open {item.reference}")
    dropped, answers = manager.page, manager.answers()
    first = await manager.on_the_card("Next", **answers)
    manager.page = dropped
    assert await manager.on_the_card("Next", **answers) == first


# -- closing the loop is the same form engine --------------------------------------------------------------------------


async def test_a_closing_the_loop_form_is_answered_by_typing_begun_on_its_card(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    council.now = london("2026-02-04 16:00")
    senior = Manager(council, council.database.read_now(establishment.current).people[SENIOR_MANAGER])
    await senior.type(f"open {loop.reference}")
    await senior.on_the_card("Next", met_on="2026-02-04", present="practitioner,team_manager,auditor", safe_now="yes")
    said = await senior.type(f"type {loop.reference}")
    assert "How far is it?" in said
    await senior.type("not done")
    assert "Why is it not done yet?" in senior.page.text
    await senior.type("The supervision had to move.")
    await senior.type("ok")
    await senior.type_until("*")
    assert "Check and send" in senior.page.text
    said = await senior.type("send")
    assert loop.reference in said
    assert loop_of(council, loop.reference).state == "submitted"


async def test_what_was_typed_into_a_loop_is_not_overwritten_by_an_older_card(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    council.now = london("2026-02-04 16:00")
    senior = Manager(council, council.database.read_now(establishment.current).people[SENIOR_MANAGER])
    on_card = {"met_on": "2026-02-04", "present": "practitioner,team_manager", "safe_now": "yes"}
    await senior.type(f"open {loop.reference}")
    old = senior.page
    await senior.on_the_card("Next", **on_card)
    await senior.type(f"type {loop.reference}")
    await senior.type("change 1 to 3 February")
    senior.page = old
    assert "changed elsewhere" in await senior.on_the_card("Next", **on_card)
    draft = council.database.read_now(form_drafts.latest, loop.reference, "closing_the_loop")
    assert draft
    assert draft.answers["met_on"] == "2026-02-03"
    said = await senior.on_the_card("Next", **{**on_card, "safe_now": "no"})
    assert "Use your safeguarding procedure now" in said


async def test_a_whole_closing_the_loop_form_is_answered_by_typing(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    council.now = london("2026-02-04 16:00")
    senior = Manager(council, council.database.read_now(establishment.current).people[SENIOR_MANAGER])
    said = await senior.type(f"type {loop.reference}")
    assert "Question 1 of" in said
    await senior.type("today")
    said = await senior.type("1 and 3")
    assert "Practitioner and Team Manager" in said or "as well" in said
    await senior.type("1, 2 and 3")
    await senior.type_until("action_state")
    draft = council.database.read_now(form_drafts.latest, loop.reference, "closing_the_loop")
    assert draft
    assert draft.answers["present"] == ["practitioner", "team_manager", "auditor"]
    assert loop_of(council, loop.reference).state == "met"


async def test_who_has_no_part_in_a_loop_cannot_tell_by_typing_whether_it_exists(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    stranger = Manager(council, council.database.read_now(establishment.current).people[MASH_MANAGER])
    assert await stranger.type(f"type {loop.reference}") == await stranger.type("type CL-2025Q4-999")
    assert not stranger.asked()


async def test_a_text_typed_while_a_loop_asks_for_one_is_put_into_its_box(council: LivingCouncil) -> None:
    _, loop = an_inadequate_one(council)
    council.now = london("2026-02-04 16:00")
    senior = Manager(council, council.database.read_now(establishment.current).people[SENIOR_MANAGER])
    await senior.type(f"type {loop.reference}")
    await senior.type_until("action_state")
    for line in ("not done", "The supervision had to move.", "ok", "later"):
        await senior.type(line)
    said = await senior.type("Plans are looked at in every supervision now.")
    assert "first free text box" in said
    assert "Now: Plans are looked at in every supervision now." in said
    draft = council.database.read_now(form_drafts.latest, loop.reference, "closing_the_loop")
    assert draft
    assert "taken_from_it" not in draft.answers
    await senior.on_the_card("Next", taken_from_it="Plans are looked at in every supervision now.")
    kept = council.database.read_now(form_drafts.latest, loop.reference, "closing_the_loop")
    assert kept
    assert kept.answers["taken_from_it"] == "Plans are looked at in every supervision now."


# -- a second look ---------------------------------------------------------------------------------------------------


async def test_a_second_look_begun_on_its_card_is_given_by_typing_and_its_talk_the_other_way_round(
    council: LivingCouncil,
) -> None:
    council.now = london("2026-01-28 10:00")
    item = returned(council, allocated=ALLOCATED, grade="inadequate")
    moderation = moderation_of(council, item)
    moderator = Manager(council, council.database.read_now(establishment.current).people[moderation.moderator])
    await moderator.type(f"open {moderation.reference}")
    await moderator.on_the_card("Next", grade="good", impact="good")
    await moderator.on_the_card("Save for later", grade_voice="inadequate")
    await moderator.on_the_card("Answer by typing")
    await moderator.type_until("*")
    assert "3. Child's voice and lived experience: Inadequate" in moderator.page.text
    said = await moderator.type("send")
    assert "first Inadequate, second Good" in said
    given = moderation_of(council, item).form["grading"]
    assert given == {"grade": "good", "impact": "good", "grade_voice": "inadequate"} | dict.fromkeys(QUALITY, "yes")

    await moderator.on_the_card("Write down the talk")
    assert "Day of the talk" in await moderator.type(f"type {moderation.reference}")
    for line in ("today", "phone", "They would have waited for the plan.", "no"):
        await moderator.type(line)
    await moderator.type("later")
    await moderator.in_the_window("Carry on")
    shown = {one["id"]: str(one.get("value", "")) for one in walk(moderator.page.card or {}) if "id" in one}
    assert shown["managers_view"] == "They would have waited for the plan."
    whole = {"discussed_on": shown["discussed_on"], "way": "phone", "accepted": "no"}
    said = await moderator.in_the_window("Save", **whole, managers_view=shown["managers_view"])
    assert "The outcome will be: not agreed." in said
    assert moderation_of(council, item).form["talk"]["accepted"] == "no"
