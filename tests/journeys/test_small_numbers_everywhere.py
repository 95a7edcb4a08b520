"""Every place that shows a leader numbers, held against the one rule: home, the week, the month and the list of loops.

Councils are invented at random. Whose a thing is to know of is asked of the ladder and of who was told, not of the code
that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import pytest

from assurance.digests.gather import monthly_summaries, weekly_summaries
from assurance.home.waiting import waiting
from assurance.loop.loop_lists import outstanding_loops
from assurance.notify.tell import function_title
from dialogs.home.home import home_message
from dialogs.kit.small_numbers import say_in_table, say_number
from dialogs.kit.speaking import sentence
from dialogs.loop.loop_list import AGES, loops_message
from dialogs.notices.digests import COUNTED
from policy.council.recipients import Subject, resolve
from policy.council.small_numbers import Count, Said, say
from storage.casework import actions, learning_spaces, loops
from storage.casework.actions import Action
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.council import establishment as establishments
from storage.engine.session import Session
from storage.outbox import notices
from storage.outbox.notices import NewNotice
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    IN_CARE_HEAD,
    IN_CARE_SENIOR,
    MASH_HEAD,
    SENIOR_MANAGER,
    SENIOR_MANAGER_SOUTH,
)
from tests.journeys.living_council import LivingCouncil, nine
from tests.journeys.living_council import Said as Heard

TODAY = date(2026, 2, 2)
"""A Monday, and the first working day of its month: the week and the month are told at once."""
IN_LINE = (SENIOR_MANAGER, SENIOR_MANAGER_SOUTH, HEAD, IN_CARE_HEAD, IN_CARE_SENIOR, MASH_HEAD)
READERS = (*IN_LINE, DIRECTOR, EXECUTIVE)
BELOW = 5


@dataclass
class Thing:
    """Something counted, and everybody who may know of it by name."""

    function: str
    kinds: tuple[str, ...]
    in_line: frozenset[str]
    known_to: frozenset[str]


class Invented:
    """A council with so much open in it, drawn from a seed."""

    def __init__(self, council: LivingCouncil, seed: int) -> None:
        self.council = council
        self.chance = Random(seed)
        self.people = council.database.read_now(establishments.current)
        self.things: list[Thing] = []
        posts = [post for post in self.people.posts.values() if post.learning_space and post.id != "director"]
        cases = self.chance.sample(sorted(self.people.cases), 30)
        for number, case in enumerate(cases):
            # A few posts have many and the others one or two, so that there are large numbers as well as small ones.
            post = self.chance.choice(posts if number % 2 else posts[:4])
            item = council.given_a_learning_space(post.id, allocated_on=date(2026, 1, 5), case=case)
            self._stands(item)
            if number < 9:
                self._with_a_loop(item, number)
            if number % 2:
                self._with_an_action(item, number)

    def _stands(self, item: LearningSpace) -> None:
        due_on = TODAY + timedelta(days=self.chance.randrange(-30, 12))
        paused_on = TODAY if self.chance.random() < 0.25 else None
        self._write(learning_spaces.update, item.reference, due_on=due_on, paused_on=paused_on, next_step_at=None)
        week = ("due",) if due_on < TODAY + timedelta(days=7) else ()
        kinds = ("paused",) if paused_on else ("late",) if due_on < TODAY else ("on_time", *week)
        above = ("auditor", "auditor.senior_manager", "auditor.head_of_service", "director")
        about = Subject(item.post, item.person, item.practitioner, item.case_function)
        self._thing(item.reference, item.function, kinds, above, about)

    def _with_a_loop(self, item: LearningSpace, number: int) -> None:
        opened = nine(TODAY) - timedelta(days=self.chance.choice((3, 40, 100)))
        loop = Loop(
            f"CL-2025Q4-{number + 1:03}",
            f"{number:032x}",
            item.reference,
            item.practitioner,
            "open",
            opened,
            TODAY,
            TODAY + timedelta(days=30),
        )
        self._write(loops.insert, loop)
        about = Subject(item.post, item.person, item.practitioner, item.case_function)
        above = ("practitioner.senior_manager", "case.head_of_service")
        self._thing(loop.reference, item.case_function, ("loops",), above, about)

    def _with_an_action(self, item: LearningSpace, number: int) -> None:
        post = self.chance.choice([post for post in self.people.posts.values() if post.role == "team_manager"])
        due_on = TODAY - timedelta(days=9)
        action = Action(
            f"AC-2025Q4-{number:03}",
            item.reference,
            post.holder,
            "Agree it.",
            "supervision",
            due_on,
            "open",
            nine(date(2026, 1, 5)),
        )
        self._write(actions.insert_many, [action])
        about = Subject(post.id, post.holder, "", post.function)
        above = ("owner", "owner.senior_manager", "owner.head_of_service")
        self._thing(action.reference, item.function, ("actions",), above, about)

    def _thing(
        self, reference: str, function: str, kinds: tuple[str, ...], above: Iterable[str], about: Subject
    ) -> None:
        """Count it, and tell one of the readers of it now and then."""
        found = resolve(
            tuple(above), (), about, self.people, self.council.framework, on=TODAY, escalation=False
        ).recipients
        told = {one for one in READERS if self.chance.random() < 0.1}
        for person in told:
            at = nine(TODAY)
            notice = NewNotice("E12", "+7", reference, person, "director", "teams", False, at, at, state="sent")
            self._write(_tell, notice)
        in_line = {one.person for one in found if one.via != "qa_for_vacancy"}
        self.things.append(Thing(function, kinds, frozenset(in_line), frozenset(in_line | told)))

    def _write(self, how: Callable[..., object], *what: object, **more: object) -> None:
        self.council.database.write_now(how, *what, **more)

    def count(self, function: str, kind: str, person: str) -> Count:
        """The truth."""
        all_of_them = [thing for thing in self.things if thing.function == function and kind in thing.kinds]
        return Count(len(all_of_them), sum(person in thing.known_to for thing in all_of_them))

    def in_line(self, function: str, kind: str, person: str) -> int:
        """How many are of people below them."""
        return sum(
            person in thing.in_line for thing in self.things if thing.function == function and kind in thing.kinds
        )

    def functions(self) -> list[str]:
        return sorted({thing.function for thing in self.things})


def _tell(session: Session, notice: NewNotice) -> None:
    notices.add(session, [notice], at=notice.due_at)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_number_is_hidden_in_one_place_and_read_in_another(council: LivingCouncil, seed: int) -> None:
    council.now = nine(TODAY)
    invented = Invented(council, seed)
    council.database.write_now(weekly_summaries, council.framework, council.now)
    council.database.write_now(monthly_summaries, council.framework, council.now)
    council.dispatch()
    hidden = sum(_held(invented, person) for person in READERS)
    assert hidden > 10, "so that there was something to hide"


def _held(invented: Invented, person: str) -> int:
    """Look at every place this person is shown numbers; how many of them were hidden."""
    hidden = _home(invented, person)
    for heard in invented.council.digests:
        if heard.person == person and heard.event in ("E63", "E64"):
            hidden += _digest(invented, heard)
    return hidden + (_loops(invented) if person == DIRECTOR else 0)


def _expected(invented: Invented, function: str, kind: str, person: str) -> Said:
    return say(invented.count(function, kind, person), BELOW)


def _home(invented: Invented, person: str) -> int:
    """Somebody in a line reads what is theirs; the others read all functions."""
    council = invented.council
    found = council.database.read_now(waiting, council.framework, person, now=council.now)
    assert found.state is not None
    rows = {row.function: (row.on_time, row.late, row.paused) for row in found.state.rows}
    text = home_message(found, council.framework, TODAY).text
    hidden = 0
    for function in invented.functions():
        title = function_title(council.framework, function)
        said = tuple(_expected(invented, function, kind, person) for kind in ("on_time", "late", "paused"))
        if person in IN_LINE:
            said = tuple(Said(invented.in_line(function, kind, person)) for kind in ("on_time", "late", "paused"))
        assert rows.get(title, (Said(0),) * 3) == said
        hidden += sum(bool(one.hidden) for one in said)
        if any(said):
            cells = [say_in_table(one, BELOW) for one in said]
            assert f"{title}: On time {cells[0]}, Late {cells[1]}, Paused {cells[2]}" in text
    return hidden


def _digest(invented: Invented, heard: Heard) -> int:
    hidden = 0
    for row in heard.facts["rows"]:  # type: ignore[attr-defined]
        function = next(one.key for one in invented.council.framework.functions if one.title == row["function"])
        part = heard.message.text.split(f"{row['function']}\n\n", 1)[1]
        for kind in row.keys() & {"due", "late", "paused", "actions", "loops"}:
            said = Said.of_fact(row[kind])
            expected = _expected(invented, function, kind, heard.person)
            if said.hidden == "rest":
                assert not expected.hidden, "left out beside, so that the ages do not give it away"
            else:
                assert said == expected, (heard.event, heard.person, function, kind)
            assert f"{sentence(COUNTED[kind])}: {say_number(said, BELOW)}" in part
            hidden += bool(said.hidden)
    return hidden


def _loops(invented: Invented) -> int:
    """The Director's list and the week's say the same ages, and neither says of how many in all."""
    council = invented.council
    found = council.database.read_now(outstanding_loops, council.framework, DIRECTOR, now=council.now)
    assert found is not None and found.counts_only
    (week,) = [one for one in council.digests if (one.person, one.event) == (DIRECTOR, "E33")]
    kept: dict[str, object] = week.facts["ages"]  # type: ignore[assignment]
    assert {age: Said.of_fact(one) for age, one in kept.items()} == found.by_age
    text = loops_message(found, TODAY, BELOW).text
    assert text.startswith("Open loops\n\n")
    for age, said in found.by_age.items():
        assert not said or f"{AGES[age]}: {say_number(said, BELOW)}" in text
        assert f"{AGES[age]}: {say_number(said, BELOW)}" in week.message.text
    return sum(bool(one.hidden) for one in found.by_age.values())
