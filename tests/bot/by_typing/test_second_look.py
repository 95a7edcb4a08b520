"""A second look answered by typing: blind as on its cards, one draft with them, read back before it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from assurance.moderation.moderation_outcome import mark_stale
from bot.conversation import Conversation
from policy.council.actor import Actor
from policy.council.establishment import Person
from storage.casework import conversations, form_drafts, moderations
from storage.casework.moderations import Moderation
from storage.council import establishment, history
from storage.engine.database import Database, Session
from storage.outbox import notices
from tests.bot.by_typing.typist import Typist, inputs_on
from tests.bot.filling import press
from tests.bot.second_looks import moderator_of, selected, sent_in

QUALITY = {"quality_evidence": "yes", "quality_actions": "partly", "quality_child": "no"}
VIEW = ["requires improvement", "good", "skip", "inadequate", *["skip"] * 6, "yes", "partly", "yes"]
TALK = ["today", "video", "They see the visits as the strength, and agree on the plan.", "yes", "coaching", "2 and 12"]


@dataclass
class SecondLook:
    """A learning space graded 'outstanding' by its manager, its moderation, and its moderator at a keyboard."""

    talk: Conversation
    moderation: Moderation
    moderator: Typist

    @property
    def reference(self) -> str:
        return self.moderation.reference

    @property
    def stored(self) -> Moderation:
        found = self.talk.db.read_now(moderations.by_reference, self.reference)
        assert found
        return found

    @property
    def place(self) -> conversations.TypedConversation | None:
        return self.talk.db.read_now(conversations.load, self.moderator.person.id)

    def draft(self, form: str = "moderation") -> dict[str, Any]:
        found = self.talk.db.read_now(form_drafts.load, self.reference, form, self.moderator.person.id)
        return found.answers if found else {}

    @property
    def colleagues(self) -> list[Person]:
        """The others in the QA team."""
        council = self.talk.db.read_now(establishment.current)
        held = [post.holder for role in ("qa_lead", "qa_officer") for post in council.posts_of_role(role)]
        return [council.people[one] for one in dict.fromkeys(held) if one and one != self.moderation.moderator]

    async def type_all(self, lines: list[str]) -> str:
        """Every line typed; the last thing said."""
        said = await self.moderator(f"type {self.reference}")
        for line in lines:
            said = await self.moderator(line)
        return said

    async def give_own_view(self) -> str:
        await self.type_all(VIEW)
        return await self.moderator("send")

    def change(self, **columns: Any) -> None:
        def change(session: Session) -> None:
            moderations.update(session, self.reference, **columns)

        self.talk.db.write_now(change)

    def form_changes(self) -> None:
        """The learning space was corrected, so what is looked at is another form now."""
        by, now = Actor.system("sweep"), self.talk.clock.now()
        self.talk.db.write_now(mark_stale, self.moderation.subject, actor=by, now=now)


@pytest.fixture
async def look(talk: Conversation, manager: Person) -> SecondLook:
    moderation = selected(talk, await sent_in(talk, manager, "outstanding"))
    return SecondLook(talk, moderation, Typist(talk, moderator_of(talk, moderation)))


async def test_the_whole_of_it_is_typed_from_the_own_view_to_the_outcome(look: SecondLook, woken: list[bool]) -> None:
    moderator = look.moderator
    first = await moderator(f"type {look.reference}")
    assert "Question 1 of 13: Your own view" in first
    assert "What the manager wrote" in first
    review = await look.type_all(VIEW)
    assert "1. Overall practice grade: Requires improvement to be good" in review
    assert "11. Does what is written support the grade one would give? Yes" in review
    assert look.stored.state == "selected"
    assert moderator.last[0].holds_answers
    both = await moderator("send")
    assert moderator.last[0].covers_answers
    assert "Your own view is kept." in both
    assert "first Outstanding, second Requires improvement to be good" in both
    assert (look.stored.state, look.stored.moderated_grade) == ("graded", "requires_improvement")

    assert "Question 1 of 1: Book the talk" in await moderator(f"type {look.reference}")
    assert "Please choose a day after" in await moderator("yesterday")
    assert "The manager hears of the day once you type send." in await moderator("tomorrow")
    assert look.stored.booked_on is None
    woken.clear()
    assert "Talk: Thursday 26 November" in await moderator("send")
    assert woken
    told = look.talk.db.read_now(notices.about, look.reference)
    assert [one.event for one in told].count("E23") == 1

    read_back = await look.type_all(TALK)
    assert "3. The manager's view: They see the visits as the strength" in read_back
    assert look.stored.state == "graded"
    assert "The outcome will be: lowered." in await moderator("send")
    assert look.stored.form["talk"]["themes"] == ["assessment", "timeliness"]
    assert look.place is None
    verbs = [entry.verb for entry in look.talk.db.read_now(history.read, subject=look.reference)]
    assert verbs == ["moderation_selected", "moderation_graded", "moderation_talk_booked", "moderation_discussed"]


async def test_until_the_own_view_is_sent_nothing_typed_or_asked_gives_the_first_grade_away(look: SecondLook) -> None:
    lines = [f"type {look.reference}", "grade", *VIEW[:3], "where am I", "change 1", "next", "review", "back", "later"]
    for line in lines:
        await look.moderator(line)
        for message in look.moderator.last:
            kept = message.text.replace("Outstanding: Practice that makes", "").replace("1. Outstanding", "")
            assert "outstanding" not in f"{kept} {message.summary}".casefold()


async def test_the_first_line_names_neither_the_case_nor_the_practitioner(look: SecondLook) -> None:
    item = look.talk.db.read_now(moderations.by_reference, look.reference)
    assert item
    await look.moderator(f"type {look.reference}")
    for line in [*VIEW, "send"]:
        shown = f"{look.moderator.last[0].text.splitlines()[0]} {look.moderator.last[0].summary}"
        assert shown.startswith(f"Moderation {look.reference}")
        assert "NM-" not in shown
        await look.moderator(line)


# -- one draft with the card and the window ---------------------------------------------------------------------------


async def test_begun_on_the_card_it_goes_on_by_typing_with_what_stands_in_the_boxes(look: SecondLook) -> None:
    talk, person = look.talk, look.moderator.person
    card = (await talk.text(person, f"open {look.reference}"))[0]
    asked = await press(talk, person, card, "moderation_type", grade="good", impact="good")
    assert "Question 11 of 13" in asked.text  # what must be answered comes first, as everywhere
    assert look.draft() == {"grade": "good", "impact": "good"}
    await look.moderator("yes")
    page = await talk.dialog(person, "moderate", {"ref": look.moderation.token})
    assert {one["id"]: one.get("value") for one in inputs_on(page)}["quality_evidence"] == "yes"
    both = await press(talk, person, page, "moderation_next", **QUALITY)
    assert "Both views" in both.text
    assert both.covers_answers
    assert "Nothing to answer" in await look.moderator("no")  # typed late, for a form that is stored


async def test_put_aside_on_the_card_it_can_be_gone_on_with_in_three_ways(look: SecondLook) -> None:
    talk, person = look.talk, look.moderator.person
    card = (await talk.text(person, f"open {look.reference}"))[0]
    saved = await press(talk, person, card, "moderation_later", grade="good")
    assert look.draft() == {"grade": "good"}
    for way in ("[Carry on]", "[Open in a window]", "[Answer by typing]"):
        assert way in saved.text
    asked = await press(talk, person, saved, "type")
    assert "Question 2 of 13" in asked.text


async def test_what_was_typed_is_not_overwritten_by_a_card_drawn_before(look: SecondLook) -> None:
    talk, person = look.talk, look.moderator.person
    old = (await talk.text(person, f"open {look.reference}"))[0]
    await look.type_all(VIEW[:2])
    said = await press(talk, person, old, "moderation_next", grade="good", impact="good")
    assert "changed elsewhere" in said.text
    assert look.draft()["grade"] == "requires_improvement"
    await press(talk, person, said, "moderation_next", grade="good", impact="good")  # pressed once more, they mean it
    assert look.draft()["grade"] == "good"


async def test_a_list_of_answers_that_has_changed_on_a_card_is_read_again_before_it_counts(look: SecondLook) -> None:
    talk, person = look.talk, look.moderator.person
    await look.type_all(VIEW)
    read_back = look.moderator.last[0]
    card = (await talk.text(person, f"open {look.reference}"))[0]
    await press(talk, person, card, "moderation_later", **QUALITY)
    await look.moderator(f"type {look.reference}")
    again = await press(talk, person, read_back, "moderation_send")
    assert "have changed since" in again.text
    assert not again.covers_answers
    assert look.stored.state == "selected"
    both = await press(talk, person, look.moderator.last[0], "moderation_send")
    assert "Both views" in both.text
    assert look.stored.form["grading"]["quality_child"] == "no"
    assert "Both views" in (await press(talk, person, read_back, "moderation_send")).text  # once more changes nothing


async def test_a_talk_begun_in_a_window_is_finished_by_typing_and_a_refused_one_loses_nothing(look: SecondLook) -> None:
    talk, person = look.talk, look.moderator.person
    await look.give_own_view()
    token = look.moderation.token
    page = await talk.dialog(person, "moderation_talk", {"ref": token})
    half = {"discussed_on": "2026-11-24", "way": "phone", "managers_view": "Ring 07700 900123"}
    refused = await press(talk, person, page, "moderation_talked", **half)
    assert "phone number" in refused.text
    assert look.draft("moderation_talk") == {"discussed_on": "2026-11-24", "way": "phone"}
    said = await look.moderator(f"type {look.reference}")
    assert "The manager's view" in said
    await look.moderator("They see it the same way.")
    assert "Help offered" in await look.moderator("yes")
    page = await talk.dialog(person, "moderation_talk", {"ref": token})
    assert {one["id"]: one.get("value") for one in inputs_on(page)}["managers_view"] == "They see it the same way."
    assert "[Book the talk]" in (await press(talk, person, page, "moderation_back", way="video")).text
    assert look.draft("moderation_talk")["way"] == "video"


# -- whom it belongs to, and what changes under one's feet -------------------------------------------------------------


async def test_nobody_else_is_asked_about_it_and_all_of_them_hear_the_same(
    look: SecondLook, db: Database, say: Typist
) -> None:
    team = [Typist(look.talk, person) for person in look.colleagues]
    assert team
    for stranger in (say, *team):
        assert await stranger(f"type {look.reference}") == await stranger("type MO-2026Q3-999")
        assert db.read_now(conversations.load, stranger.person.id) is None


async def test_given_to_another_moderator_meanwhile_the_line_is_not_kept_and_they_begin_afresh(
    look: SecondLook,
) -> None:
    await look.type_all(VIEW[:1])
    other = look.colleagues[0]
    look.change(moderator=other.id)
    said = await look.moderator("good")
    assert f"No longer with you: {look.reference}" in said
    assert look.draft() == {"grade": "requires_improvement"}
    now_theirs = Typist(look.talk, other)
    assert "Question 1 of 13" in await now_theirs(f"type {look.reference}")


async def test_a_form_that_changed_before_the_own_view_is_said_where_it_is_begun(look: SecondLook) -> None:
    look.form_changes()
    said = await look.moderator(f"type {look.reference}")
    assert "has changed since" in said
    assert "Question 1 of 13" in said
    await look.type_all(VIEW)
    assert "Both views" in await look.moderator("send")
    assert not look.stored.stale


async def test_a_form_that_changes_in_the_middle_of_the_talk_stops_it_typed_and_pressed(look: SecondLook) -> None:
    talk, person = look.talk, look.moderator.person
    await look.give_own_view()
    look.change(booked_on=talk.today())
    page = await talk.press(person, "moderation_talk", {"ref": look.moderation.token})
    await look.type_all(TALK[:2])
    look.form_changes()
    said = await look.moderator("They see it the same way.")
    assert "has changed since" in said
    assert "did not keep your last message" in said
    assert "has changed since" in await look.moderator(f"type {look.reference}")
    whole = {"discussed_on": "2026-11-24", "way": "phone", "managers_view": "They agree.", "accepted": "yes"}
    assert "[Look again]" in (await press(talk, person, page, "moderation_talked", **whole)).text
    assert (look.stored.state, look.stored.discussed_on) == ("graded", None)
    again = await talk.press(person, "moderation_again", {"ref": look.moderation.token})
    assert "Your own view" in again.text
    assert look.draft("moderation_talk") == {}


async def test_a_finished_one_asks_nothing_more_and_says_how_to_look_at_it(look: SecondLook) -> None:
    await look.give_own_view()
    look.change(state="closed", outcome="agreed")
    said = await look.moderator(f"type {look.reference}")
    assert "Nothing is asked on it just now." in said
    assert f"open {look.reference}" in said
    assert look.place is None


async def test_what_waits_to_be_typed_is_offered_and_a_talk_still_to_come_is_not(look: SecondLook) -> None:
    moderator = look.moderator
    assert look.reference in await moderator("type")
    await look.type_all(VIEW)
    await moderator("send")
    assert "Question 1 of 1: Book the talk" in await moderator("type")
    await moderator("later")
    look.change(booked_on=look.talk.today() + timedelta(days=3))
    assert "Nothing to answer" in await moderator("type")
    look.change(booked_on=look.talk.today())
    assert "Question 1 of 6: What was said" in await moderator("type")


# -- a text typed while its box is open -------------------------------------------------------------------------------


async def test_a_text_typed_while_the_talk_is_open_is_put_into_its_box_and_kept_when_that_is_saved(
    look: SecondLook,
) -> None:
    talk, person, moderator = look.talk, look.moderator.person, look.moderator
    await look.give_own_view()
    text = "They see the visits as the strength, and agree that the plan came late."
    assert "I did not follow that" in await moderator(text)
    page = await talk.press(person, "moderation_talk", {"ref": look.moderation.token})
    assert "What was said" in page.text
    assert "first free text box" in await moderator(text)
    offered = moderator.last[0]
    assert {one["id"]: one.get("value") for one in inputs_on(offered)}["managers_view"] == text
    assert "managers_view" not in look.draft("moderation_talk")
    refused = await moderator("Call 07700 900123 about the plan")
    assert "delete your message" in refused
    assert "07700" not in refused
    rest = {"discussed_on": "2026-11-24", "way": "phone", "accepted": "yes", "managers_view": text}
    assert "The outcome will be" in (await press(talk, person, offered, "moderation_talked", **rest)).text
    assert "I did not follow that" in await moderator(text)


async def test_a_text_typed_beside_an_action_that_is_being_set_is_put_into_its_box(look: SecondLook) -> None:
    moderator = look.moderator
    await look.give_own_view()
    await moderator(f"action {look.reference}")
    await moderator("Look at two plans together every month.")
    assert {one["id"]: one.get("value") for one in inputs_on(moderator.last[0])}["what"] == (
        "Look at two plans together every month."
    )
    given = {"owner": "setter", "by": "2026-12-18", "kind": "supervision"}
    done = await press(
        look.talk, moderator.person, moderator.last[0], "action_set", **given, what="Look at two plans together."
    )
    assert "Action set" in done.text
