"""What is due to one person on one morning comes in one message: a leader's list, and somebody's own actions.

Given a council with email, in which many things are at a rung of their ladder on the same morning.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from assurance.cards.living_cards import anything_stale, claim_refreshes, finish_refresh
from assurance.common.courier import NO_WORDS, CourierResult, Delivery
from assurance.delivery.claim_notices import LEASE, Claimer, claim_notices
from assurance.delivery.finish_delivery import finish_delivery
from assurance.notify.tell import PUT_TOGETHER
from bot.clock import Clock
from bot.conversation import Conversation
from dialogs.kit.card_lint import lint
from dialogs.notices.living import present_message
from policy.lifecycle.reference import find_references
from storage.casework import learning_spaces
from storage.council import establishment as establishments
from storage.engine.database import Database
from storage.engine.session import Session
from storage.outbox import held, notices
from storage.outbox.notices import NewNotice
from tests.assurance.forms_filled import fill_in
from tests.assurance.forms_filled import send_in as send
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    IN_CARE_HEAD,
    IN_CARE_MANAGER,
    IN_CARE_SENIOR,
    MASH_HEAD,
    MASH_MANAGER,
    MASH_SENIOR,
    SENIOR_MANAGER,
    TEAM_MANAGER,
)
from tests.journeys.actions_given import given_an_action
from tests.journeys.living_council import LivingCouncil, london, nine

ALLOCATED = date(2026, 1, 5)
"""Due on Monday 2 February 2026."""
SECOND, FOURTEENTH = nine(date(2026, 2, 4)), nine(date(2026, 2, 16))
TEAMS = ("tm-north-1", "tm-care-1", "tm-mash-1")
LEADERS = {
    EXECUTIVE: 39,
    DIRECTOR: 39,
    **dict.fromkeys((HEAD, IN_CARE_HEAD, MASH_HEAD, SENIOR_MANAGER, IN_CARE_SENIOR, MASH_SENIOR), 13),
}
MANAGERS = (TEAM_MANAGER, IN_CARE_MANAGER, MASH_MANAGER)


class Council(LivingCouncil):
    """The small council with both couriers at work, and many learning spaces of one day."""

    def claim(self, owner: str = "tests") -> list[Delivery]:
        return self.database.write_now(
            claim_notices, self.framework, Claimer(owner, ("teams", "mail")), now=self.now, limit=200
        )

    def given_late(self, many: int, *, done: tuple[str, ...] = (), by_team: tuple[str, ...] = TEAMS) -> list[str]:
        """So many learning spaces that fell due on one day, with these steps behind them."""
        found = []
        for number in range(many):
            case = f"NM-{self._serial + 1:06}"
            item = self.given_a_learning_space(by_team[number % len(by_team)], allocated_on=ALLOCATED, case=case)
            found.append(item.reference)
        self.database.write_now(_with_steps_behind, found, done)
        return found

    def went(self, person: str, channel: str = "teams") -> list[Delivery]:
        """The messages that reached somebody on a channel, but for digests."""
        news = (one for one, _ in self.courier.taken if one.notice.event not in PUT_TOGETHER)
        return [one for one in news if (one.person.id, one.notice.channel) == (person, channel)]

    def text(self, delivery: Delivery) -> str:
        return next(message.text for one, message in self.courier.taken if one is delivery)

    def states(self, references: list[str], person: str, channel: str = "teams") -> Counter[str]:
        every = [row for reference in references for row in self.notices_about(reference)]
        return Counter(row.state for row in every if (row.recipient, row.channel) == (person, channel))

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Everything asked of the database by whoever writes."""
        said: list[str] = []

        def heard(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            said.append(statement)

        sa.event.listen(self.database._backend.writer, "before_cursor_execute", heard)
        try:
            yield said
        finally:
            sa.event.remove(self.database._backend.writer, "before_cursor_execute", heard)


def _with_steps_behind(session: Session, references: list[str], done: tuple[str, ...]) -> None:
    for reference in references:
        learning_spaces.update(session, reference, steps_done=done)


@pytest.fixture
def council(database: Database) -> Council:
    found = Council(database, now=london("2026-01-05 10:00"))
    found.given_everyone_talks_to_the_bot()
    return found


BY_FOURTEEN = ("-7", "-2", "0", "+1", "+2", "+7")


def test_thirty_nine_at_one_rung_are_one_card_and_one_letter_for_each_leader(council: Council) -> None:
    late = council.given_late(39, done=BY_FOURTEEN)
    council.now = FOURTEENTH
    council.sweep(confirm=True)

    # The service dies in the act of posting the first of it: nobody knows what arrived.
    dying = next(one for one in council.claim() if one.person.id == EXECUTIVE)
    council.begin([dying])
    assert len(dying.notices) == 39
    council.now = FOURTEENTH + LEASE + timedelta(seconds=1)
    council.dispatch()

    for person, many in LEADERS.items():
        for channel in ("teams", "mail"):
            (message,) = council.went(person, channel)
            repeat = (person, channel) == (EXECUTIVE, "teams")
            assert message.notice.repeat is repeat
            assert council.text(message).startswith("Repeat: ") is repeat
            assert len(find_references(council.text(message).partition("[")[0])) == many
            assert council.states(late, person, channel) == {"sent": many}, "one notice a step and person"
    repeated = council.went(EXECUTIVE)[0]
    assert {one.key for one in repeated.notices} == {one.key for one in dying.notices}
    assert (repeated.subject, repeated.notice.bundle) == (dying.subject, dying.notice.bundle)
    ids = {one.remote_id for reference in late for one in council.notices_about(reference) if one.recipient == DIRECTOR}
    assert len(ids) == 2, "one activity for all in the card, one for all in the letter"
    assert council.claim() == [], "nothing is left to say"

    # Each of those who must act keeps a message and buttons of its own.
    assert all(len(council.went(person)) == 13 for person in MANAGERS)


def test_a_repeat_leaves_out_what_has_come_in_and_takes_nothing_new_in(council: Council) -> None:
    late = council.given_late(4)
    council.now = SECOND
    council.sweep(confirm=True)
    dying = next(one for one in council.claim() if one.person.id == HEAD)
    council.begin([dying])
    first = dying.notice.subject
    council.database.write_now(learning_spaces.update, first, state="submitted", next_step_at=None)
    council.now += LEASE + timedelta(seconds=1)
    fresh = NewNotice("E11", "+2", late[1], IN_CARE_HEAD, "head_of_service", "teams", False, SECOND, SECOND, {})
    again = [NewNotice("E12", f"+7{n}", late[1], HEAD, "director", "teams", False, SECOND, SECOND, {}) for n in (1, 2)]
    council.database.write_now(notices.add, [fresh, *again], at=council.now)
    council.dispatch()

    repeat, other = sorted(council.went(HEAD), key=lambda one: not one.notice.repeat)
    assert {one.subject for one in repeat.notices} == {one.subject for one in dying.notices} - {first}
    assert repeat.subject == dying.subject, "under the name it may have gone by"
    assert not other.notice.repeat and {one.event for one in other.notices} == {"E12"}
    assert council.states([first], HEAD) == {"cancelled": 1}


def test_what_was_surely_not_sent_is_put_together_anew(council: Council) -> None:
    council.given_late(2, by_team=("tm-north-1",))
    council.now = SECOND
    council.sweep(confirm=True)
    council.claim("one that dies before it posts")
    council.now += LEASE + timedelta(seconds=1)
    council.given_late(1, by_team=("tm-north-1",))
    council.sweep(confirm=True)
    council.dispatch()
    (message,) = council.went(HEAD)
    assert len(message.notices) == 3 and not message.notice.repeat


def test_one_alone_comes_as_before_and_the_red_route_by_itself(council: Council) -> None:
    (late,) = council.given_late(1, by_team=("tm-north-1",))
    council.now = SECOND
    council.sweep(confirm=True)
    council.dispatch()
    (message,) = council.went(HEAD)
    assert message.told_in == "" and message.subject == late

    more = council.given_late(2, by_team=("tm-north-1",), done=("-7", "-2", "0", "+1"))
    urgent = NewNotice("E16", "", more[0], HEAD, "head_of_service", "teams", True, council.now, council.now, {})
    council.database.write_now(notices.add, [urgent], at=council.now)
    council.sweep(confirm=True)
    council.dispatch()
    _, red, rest = council.went(HEAD)
    assert [one.event for one in red.notices] == ["E16"], "first, and with nothing beside it"
    assert {one.subject for one in rest.notices} == set(more)


def test_for_information_and_to_act_stand_apart_and_the_longest_late_first(council: Council) -> None:
    council.given_late(3, by_team=("tm-north-1",))
    old = council.given_late(2, by_team=("tm-care-1",), done=("-7", "-2", "0", "+1", "+2"))
    council.now = nine(date(2026, 2, 9))
    council.sweep(confirm=True)
    council.dispatch()
    (message,) = council.went(DIRECTOR)
    said = council.text(message)
    assert said.startswith("Five learning spaces are late")
    (head,) = council.went(IN_CARE_HEAD)
    assert "For information (2)" in council.text(head) and "went to the Director" in council.text(head)
    assert {one.subject for one in head.notices} == set(old)


def test_a_list_names_nobody_where_a_locked_screen_shows_it(council: Council) -> None:
    council.given_late(14)
    council.now = SECOND
    council.sweep(confirm=True)
    council.dispatch()
    names = [person.name for person in council.database.read_now(establishments.current).people.values()]
    for delivery, message in council.courier.taken:
        assert lint(message.card or {}) == []
        if delivery.told_in:
            shown = message.summary + message.text.partition("\n")[0]
            assert not any(name in shown for name in names) and not find_references(shown)
    (message,) = [message for one, message in council.courier.taken if one.person.id == HEAD]
    assert message.summary == "Five learning spaces are late: what needs you today."


def test_a_list_is_kept_true_as_each_thing_on_it_comes_in(council: Council) -> None:
    refreshed(council)
    late = council.given_late(3, by_team=("tm-north-1",))
    council.now = SECOND
    council.sweep(confirm=True)
    council.dispatch()
    (sent,) = council.went(HEAD)
    for number, reference in enumerate(late, start=1):
        item = council.item(reference)
        council.now += timedelta(minutes=5)
        send_in(council, item.reference)
        said = refreshed(council)[HEAD, sent.subject]
        left = 3 - number
        assert said.startswith(f"{left} of 3 " if left else "Nothing on this list is open any more")
        assert f"sent in. Family Safeguarding, {reference}" in said.replace("\u2011", "-")


async def test_one_of_a_list_is_shown_to_whoever_was_sent_it_and_to_nobody_else(council: Council) -> None:
    late = council.given_late(3, by_team=("tm-north-1",))
    council.now = SECOND
    await asyncio.to_thread(lambda: (council.sweep(confirm=True), council.dispatch()))
    (sent,) = council.went(HEAD)
    talk = Conversation(council.database, council.framework, Clock.standing(council.now))
    people = council.database.read_now(establishments.current).people
    pressed = {"verb": "listed", "ref": sent.subject, "which": late[1]}
    shown = await talk.press(people[HEAD], "listed", pressed)
    assert late[1] in shown.text.replace("\u2011", "-") and "Priya Fernhollow" in shown.text
    back = await talk.press(people[HEAD], "list_again", {"verb": "list_again", "ref": sent.subject})
    assert back.text.startswith("Three learning spaces are late")
    unsaid = await talk.press(people[HEAD], "listed", {"verb": "listed", "ref": sent.subject})
    assert "Please choose one first." in unsaid.text
    for person, data in (
        (MASH_HEAD, pressed),
        (HEAD, {**pressed, "ref": "list-999999"}),
        (HEAD, {**pressed, "ref": "list-" + "9" * 60}),
    ):
        said = await talk.press(people[person], "listed", data)
        assert "Priya" not in said.text and late[1] not in said.text.replace("\u2011", "-")


@pytest.mark.parametrize("many", [2, 5])
def test_somebody_s_own_actions_of_one_morning_come_in_one_message_with_a_way_to_open_each(
    council: Council, many: int
) -> None:
    mine = [given_an_action(council, owner=TEAM_MANAGER) for _ in range(many)]
    council.when_the_service_looks(nine(date(2026, 3, 25)))
    (message,) = [one for one in council.went(TEAM_MANAGER) if one.notice.event == "E35"]
    assert message.event == "E88" and {one.subject for one in message.notices} == {one.reference for one in mine}
    card = str(next(said.card for one, said in council.courier.taken if one is message))
    assert all(one.reference in card.replace("\u2011", "-") for one in mine)
    assert all(one.token in card for one in mine) is (many == 2), "a button each, or one list to choose from"


def test_what_older_records_do_not_know_of_comes_together_as_a_repeat(council: Council) -> None:
    late = council.given_late(3, by_team=("tm-north-1",))
    council.now = SECOND
    council.sweep(confirm=True)
    council.database.write_now(held.hold_before, council.now + timedelta(days=1))
    waiting = [one.id for one in council.database.read_now(held.all_held) if one.recipient == HEAD]
    council.database.write_now(held.send, waiting, at=council.now)
    council.dispatch()
    (message,) = council.went(HEAD)
    assert message.notice.repeat and {one.subject for one in message.notices} == set(late)
    assert council.text(message).startswith("Repeat: Three learning spaces are late")


def test_one_that_cannot_be_put_into_words_does_not_take_the_others_with_it(council: Council) -> None:
    late = council.given_late(3, by_team=("tm-north-1",))
    council.now = SECOND
    council.sweep(confirm=True)
    list_of = next(one for one in council.claim() if one.person.id == HEAD)
    wordless = CourierResult("never", reason=f"{NO_WORDS} (ValueError)")
    council.database.write_now(finish_delivery, council.framework, list_of, wordless, now=council.now)
    assert council.states(late, HEAD) == {"pending": 3}
    council.dispatch()
    assert [len(one.notices) for one in council.went(HEAD)] == [1, 1, 1]


def test_what_a_list_asks_of_the_database_does_not_grow_with_what_is_on_it(council: Council) -> None:
    def asked(many: int) -> tuple[int, int]:
        council.given_late(many, by_team=("tm-north-1",), done=("-7", "-2", "0", "+1", "+2"))
        council.sweep(confirm=True)
        only = Claimer("tests", ("teams", "mail"), only=frozenset([HEAD]))
        with council.statements() as claiming:
            claimed = council.database.write_now(claim_notices, council.framework, only, now=council.now)
        (message,) = [one for one in claimed if one.told_in]
        assert len(message.notices) == many
        sent = CourierResult("sent", remote_id=f"activity-{many}")
        with council.statements() as finishing:
            council.database.write_now(finish_delivery, council.framework, message, sent, now=council.now)
        return len(claiming), len(finishing)

    council.now = nine(date(2026, 2, 9))  # for information, which asks of each whether a card could say it quietly
    asked(5)  # the first look of all asks for more
    assert asked(10) == asked(30)


def refreshed(council: Council) -> dict[tuple[str, str], str]:
    """One round of the card keeper: by person and subject, what their card says now."""
    found = {}
    today = council.calendar.local_date(council.now)
    while council.database.read_now(anything_stale, council.now):
        batch = council.database.write_now(claim_refreshes, council.framework, now=council.now)
        for one in batch:
            said = present_message(one.present, council.framework, today)
            found[one.card.person, one.card.subject] = said.text
            council.database.write_now(finish_refresh, one, CourierResult("sent"), now=council.now)
        if not batch:
            break
    return found


def send_in(council: Council, reference: str) -> None:
    item = council.item(reference)
    view = fill_in(council.database, council.framework, item, now=council.now)
    send(council.database, council.framework, item, version=view.version, now=council.now)
