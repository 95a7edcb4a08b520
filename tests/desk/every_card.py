"""Compares every card in the desk's memory with what is so: its buttons, its words and its dates."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from assurance.more_time.ask_more_time import still_in_time
from dialogs.kit.speaking import say_date
from dialogs.notices.living import ACTIONS, LOOPS
from policy.calendar.calendar import Calendar
from policy.lifecycle.reference import find_reference
from storage.casework import (
    actions,
    corrections,
    learning_spaces,
    loops,
    moderations,
    more_time,
    pressed_releases,
    sent_forms,
)
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment
from storage.engine.database import Database
from storage.engine.session import Session
from tests.desk.conftest import Page
from tests.dialogs.reading import ageing, text_of, walk

TO_FILL_IN = frozenset(("open", "next", "back", "later", "edit", "submit", "type"))
LOOP_TO_FILL_IN = frozenset(("loop_next", "loop_back", "loop_later", "loop_edit", "loop_send"))


class Everybody:
    """Everyone's chat at the desk, and the clock of the bot behind it."""

    def __init__(self, page: Page, db: Database) -> None:
        self.page = page
        self.db = db
        self.clock = page.service._clock
        self.framework = page.service._framework

    async def settles(self, after: timedelta = timedelta(minutes=2)) -> None:
        """Time goes by, what waits is sent, and the cards are kept."""
        service = self.page.service
        showing = service._edge._desk._showing
        while showing._tasks:
            await asyncio.wait(showing._tasks)
        self.clock.move_to(self.clock.now() + after)
        await service._look()
        await service.dispatcher.drain()
        await service.cards.drain()

    def cards(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Person, message and card of everything about one thing that anybody sees, here or on another device."""
        people = self.db.read_now(establishment.current).people.values()
        found = []
        for person in people:
            here = [(line.id, line.card) for line in self.page.desk.chats.of(person.entra_object_id).lines]
            for message, card in [*here, *self._on_other_devices(person.entra_object_id)]:
                if card is not None and find_reference(card["body"][0].get("text", "")):
                    found.append((person.id, message, card))
        return found

    def on_other_devices(self, who: str, message: str) -> dict[str, Any] | None:
        """A message as the channel keeps it: what was answered to a press went to the client that pressed alone."""
        return dict(self._on_other_devices(self.page.desk.member(who).entra_object_id)).get(message)

    def _on_other_devices(self, entra_object_id: str) -> list[tuple[str, dict[str, Any] | None]]:
        chat = self.page.desk.teams.chat_of(self.page.desk.teams.members[entra_object_id])
        return [(key, _card_of(message)) for key, message in chat.messages.items()]

    def untrue(self, *, typing: bool = True) -> list[str]:
        """What any card says or offers that is not so. With `typing` forms somebody may be writing on are left out."""
        return self.db.read_now(_untrue, self.cards(), self.clock.now(), self.framework, typing)


def _card_of(message: dict[str, Any]) -> dict[str, Any] | None:
    attached = message.get("attachments") or [{}]
    return attached[0].get("content")


def _untrue(
    session: Session, cards: list[tuple[str, str, dict[str, Any]]], now: datetime, framework: Any, typing: bool
) -> list[str]:
    today = Calendar.of(framework).local_date(now)
    found = []
    for person, message, card in cards:
        look = _Look(session, person, card, now)
        has_boxes = any(part.get("type", "").startswith("Input.") for part in walk(card))
        wrong = [] if has_boxes and typing else [*look.buttons(), *look.words(say=lambda day: say_date(day, today))]
        found += [f"{person} {message} '{card['body'][0]['text']}': {each}" for each in wrong]
    return found


class _Look:
    """One card of one person."""

    def __init__(self, session: Session, person: str, card: dict[str, Any], now: datetime) -> None:
        self.session = session
        self.person = person
        self.card = card
        self.now = now
        self.about = find_reference(card["body"][0]["text"]) or ""
        self.text = text_of(card)

    def buttons(self) -> list[str]:
        """Buttons that can do nothing any more."""
        found = []
        for one in walk(self.card):
            verb, token = one.get("verb", ""), (one.get("data") or {}).get("ref", "")
            if one.get("type") == "Action.Execute" and token and not self._can(verb, token):
                found.append(f"offers '{verb}'")
        return found

    def _can(self, verb: str, token: str) -> bool:
        item = learning_spaces.by_token(self.session, token)
        if item is not None:
            return self._can_do_with(item, verb)
        if request := more_time.by_token(self.session, token):
            if verb == "read_decision":
                return bool(request.because)
            if verb == "take_decision_back":
                at = request.decided_at
                return at is not None and self.now < at + timedelta(minutes=1)
            about = learning_spaces.by_reference(self.session, request.reference)
            return request.state == "asked" and about is not None and about.is_open
        if loop := loops.by_token(self.session, token):
            if verb in LOOP_TO_FILL_IN:
                return loop.state in ("open", "met", "returned_for_change")
            return loop.state == "submitted" if verb in ("loop_authorise", "loop_return") else loop.is_open
        if action := actions.by_token(self.session, token):
            return action.is_open and (verb != "update_action" or action.owner == self.person)
        if moderation := moderations.by_token(self.session, token):
            return moderation.closed_at is None
        item = learning_spaces.by_reference(self.session, token)
        return verb != "reflect" or (item is not None and item.is_open)

    def _can_do_with(self, item: LearningSpace, verb: str) -> bool:
        if item.person != self.person:
            return False
        if verb in TO_FILL_IN:
            return item.is_open or corrections.asked(self.session, item.reference) is not None
        if verb == "more_time":
            return item.is_open and still_in_time(item, self.now)
        if verb == "take_send_back":
            until = sent_forms.final_at(self.session, item.reference)
            return until is not None and self.now < until
        if verb == "take_release_back":
            return pressed_releases.of(self.session, item.reference) is not None
        if verb == "release":
            return item.state == "submitted" and item.released_at is None
        return item.is_open

    def words(self, say: Any) -> list[str]:
        """Sentences that are not so."""
        found = ageing(self.text)
        if item := learning_spaces.by_reference(self.session, self.about):
            found += self._of(item, say)
        if loop := loops.by_reference(self.session, self.about):
            found += [words for state, words in LOOPS.items() if words in self.text and state != loop.state]
        if action := actions.by_reference(self.session, self.about):
            found += [words for state, words in ACTIONS.items() if words in self.text and state != action.state]
        return found

    def _of(self, item: LearningSpace, say: Any) -> list[str]:
        again = corrections.asked(self.session, item.reference) is not None
        draft = learning_spaces.load_draft(self.session, item.reference, item.person)
        facts = [
            ("still to come in", item.is_open),
            ("Sent in:", item.state == "submitted"),
            ("has been sent in", item.state == "submitted"),
            ("No longer needed", item.state in ("withdrawn", "excluded")),
            ("Open again:", again or item.person != self.person),
            ("clock stands still", item.paused_on is not None),
            ("You have begun it", draft is not None and item.person == self.person),
            ("With someone else now", item.person != self.person),
        ]
        wrong = [words for words, true in facts if words in self.text and not true]
        title = self.card["body"][0]["text"]
        if "Due " in self.text and item.is_open and title == f"Learning space {item.reference}":
            wrong += [] if say(item.due_on) in self.text else [f"is due {say(item.due_on)}"]
            wrong += [] if item.paused_on is None or "stands still" in self.text else ["its clock stands still"]
        return wrong
