"""What a person may not know yet cannot be told apart from what does not exist, whatever they type, press or write.

Nothing here is listed by hand that a feature could add to: the commands are all that a typed line can mean, the buttons
all that a conversation knows, the exports all there are, the replies by email all that a reply can mean. A new one
fails here until it is named, and then has to keep the secret.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from assurance.common.refusals import Refused
from assurance.records.export import record_export
from bot.clock import Clock
from bot.conversation import Conversation
from bot.mail.incoming import Incoming
from bot.mail.turn import Turn
from bot.mail.understanding import take
from dialogs.kit.rungs import LEVEL_BY_LEVEL
from dialogs.understand.reply_decisions import Intent as Reply
from dialogs.understand.understanding import Kind, understand
from policy.council.actor import Actor
from policy.council.establishment import Person
from storage.council import establishment as establishments
from storage.reads.exports import EXPORTS
from tests.councils import (
    EXECUTIVE,
    IN_CARE_HEAD,
    IN_CARE_MANAGER,
    PDM,
    PRACTITIONER,
    QA_OFFICER,
    TEAM_MANAGER,
    WORKERS,
)
from tests.databases import SqliteTemplate, fast_disk
from tests.journeys.lived_grades import NOT_YET, Life, lived, none_such

TYPED: dict[str, str] = {
    "greeting": "hello",
    "home": "list",
    "help": "help",
    "allocate": "allocate February 2026",
    "open": "open",
    "actions": "actions",
    "moderations": "moderations",
    "thanks": "thanks",
    "reflect": "reflect",
    "result": "result",
    "release": "release",
    "reassign": "reassign",
    "everything": "everything of Worker Aexample to Gethin Gorsedale",
    "export": "export loops",
    "held": "held",
    "set_action": "action",
    "take_back": "take back",
    "undo": "undo",
    "emails": "emails",
    "reopen": "reopen",
    "moderate": "moderate",
    "reachability": "reachability",
    "findings": "findings",
    "search": "find",
    "more": "more",
    "loops": "loops",
    "more_time": "extension",
    "type": "type",
    "preview": "preview",
    "hold": "hold",
    "decide": "agree",
    "acknowledge": "acknowledge",
    "freeze": "freeze",
    "unfreeze": "unfreeze",
    "unknown": "please tell me",
}
"""How each thing a typed line can mean begins; each is said alone and with every reference behind it."""
BEHIND = {"reassign": " to Oren Willowgarth", "reopen": " because an answer is wrong", "moderate": " because learning"}
MAILED: dict[str, str] = {
    "nothing": "",
    "thanks": "Thank you",
    "yes": "YES",
    "no": "NO",
    "answers": "1. 20 January 2026",
    "list": "list",
    "held": "held",
    "help": "help",
    "open": "open",
    "stop_emails": "stop emails",
    "start_emails": "start emails",
    "agree": "AGREE",
    "decline": "DECLINE because it is too late",
    "extend": "extend to 12 February because I am away",
    "done": "DONE, supervision, 20 January 2026",
    "not_done": "not done",
    "not_needed": "no longer needed",
    "spoken": "SPOKEN",
    "unclear": "I do not know what this is",
}
"""A reply by email for each thing one can mean."""
BY_GRADE = ("CL-", "MO-")
"""What is there for one grade and not for another; everything is tried with its reference as well as its token."""
STRANGERS = (WORKERS[1], PDM, IN_CARE_HEAD, EXECUTIVE)
"""A colleague in the practitioner's team; the owner of an action; another function's Head of Service; one who sees
what was escalated to them and no more. None of them may know how it was graded."""


@pytest.fixture(scope="module")
def lives(sqlite_template: SqliteTemplate) -> Iterator[dict[str, Life]]:
    """The lives, each lived once."""
    folder = Path(tempfile.mkdtemp(prefix="lives-", dir=fast_disk()))
    found = {which: lived(sqlite_template, folder, which) for which in ("good", "outstanding", "inadequate")}
    for which in ("marked", "inadequate"):
        found[f"{which}, one part weak"] = lived(sqlite_template, folder, which, assessment="inadequate")
    yield found
    for life in found.values():
        life.council.database.close()
    shutil.rmtree(folder, ignore_errors=True)


class Asking:
    """One person in one life, trying everything."""

    def __init__(self, life: Life, person: str) -> None:
        self.life = life
        self.talk = Conversation(life.council.database, life.council.framework, Clock.standing(NOT_YET))
        self.person: Person = life.council.database.read_now(establishments.current).people[person]
        self.answers: dict[str, str] = {}

    def everything(self, references: tuple[str, ...]) -> dict[str, str]:
        """What is said to every question about each of some references, and to those about none."""
        asyncio.run(self._ask(references))
        return self.answers

    async def _ask(self, references: tuple[str, ...]) -> None:
        shown = self.life.shown
        for phrase in TYPED.values():
            self.answers[f"typed: {phrase}"] = shown(*await self.talk.text(self.person, phrase))
        for reference in references:
            for number, part in enumerate((reference[:9], reference[3:].lower(), reference[:-1], reference[7:])):
                found = shown(*await self.talk.text(self.person, f"find {part}"))
                self.answers[f"typed: find, part {number} of {reference}"] = found
            self.answers[f"typed: {reference}"] = shown(*await self.talk.text(self.person, reference))
            for kind, phrase in TYPED.items():
                line = f"{phrase} {reference}{BEHIND.get(kind, '')}"
                self.answers[f"typed: {line}"] = shown(*await self.talk.text(self.person, line))
            for verb in sorted(self.talk.verbs):
                for ref in (self.life.token(reference), *((reference,) if reference[:3] in BY_GRADE else ())):
                    data = {"ref": ref, "v": 1, "step": "meeting", "hold_item": ref, "because": "A word."}
                    said = await self.talk.press(self.person, verb, data)
                    self.answers[f"pressed with {self.life.plain(ref)}: {verb} {reference}"] = shown(said)
            for intent, words in MAILED.items() if reference[:3] != "AC-" else ():
                incoming = Incoming(kind="reply", new_text=words, authenticity="dmarc")
                outcome = await take(Turn(self.talk, self.person, incoming, reference, None, None, None))
                self.answers[f"written: {intent} {reference}"] = outcome.event + outcome.reason + shown(outcome.message)
        for what in EXPORTS:
            self.answers[f"taken out: {what}"] = self._taken_out(what)

    def _taken_out(self, what: str) -> str:
        council, actor = self.life.council, Actor.person(self.person.id)
        try:
            council.database.write_now(
                record_export, council.framework, what, actor=actor, reason="To look at it.", now=NOT_YET
            )
        except Refused as refused:
            return f"{type(refused).__name__} {refused}"
        return "here it is"


def differences(one: dict[str, str], other: dict[str, str]) -> dict[str, tuple[str, str]]:
    """The questions that two people were answered differently."""
    assert one.keys() == other.keys()
    return {asked: (said, other[asked]) for asked, said in one.items() if said != other[asked]}


def compared(lives: dict[str, Life], person: str, these: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """What somebody is told, shown or leaves behind that is not the same in every one of these lives."""
    chosen = [lives[one] for one in these]
    references = tuple(sorted({reference for life in chosen for reference in life.tokens}))
    assert any(reference.startswith("CL-") for reference in references), "one of them opens a loop"
    answered = [Asking(life, person).everything(references) for life in chosen]
    for life, answers in zip(chosen, answered, strict=True):
        answers["heard"] = str(life.heard_by(person))
        answers["left in the history"] = str(life.traces_of(person))
    return {asked: pair for other in answered[1:] for asked, pair in differences(answered[0], other).items()}


def test_every_command_and_every_reply_is_asked_here() -> None:
    assert set(TYPED) == set(get_args(Kind)), "a new command is asked here as well: say how it begins"
    assert set(MAILED) == set(get_args(Reply)), "a new reply by email is tried here as well: say how it goes"
    reference = "LS-2026Q3-014"
    for kind, phrase in TYPED.items():
        lines = (phrase, f"{phrase} {reference}", f"{phrase} CL-2026Q3-001")
        meant = {understand(line, NOT_YET.date()).kind for line in lines}
        assert kind in meant, f"'{phrase}' does not mean {kind}"


def test_before_the_release_the_practitioner_cannot_find_out_that_something_follows_from_the_grade(
    lives: dict[str, Life],
) -> None:
    """Lives that differ in the grade alone: the loop, its strict actions and the second look give nothing away."""
    assert compared(lives, PRACTITIONER, ("good", "inadequate", "outstanding")) == {}


@pytest.mark.parametrize("person", STRANGERS)
def test_nor_can_anybody_else_who_may_not_know_of_it(lives: dict[str, Life], person: str) -> None:
    assert compared(lives, person, ("good", "inadequate")) == {}


def test_a_moderator_who_grades_blind_cannot_find_out_why_it_was_chosen(lives: dict[str, Life]) -> None:
    """The one was marked by a question back in the form, the other is inadequate; the QA lead was told of its loop."""
    for which in ("marked, one part weak", "inadequate, one part weak"):
        assert lives[which].moderator == QA_OFFICER, "whoever was told of the loop comes last in the draw"
    assert compared(lives, QA_OFFICER, ("marked, one part weak", "inadequate, one part weak")) == {}


@pytest.mark.parametrize("person", [WORKERS[1], IN_CARE_MANAGER])
def test_what_is_not_theirs_to_know_of_is_answered_like_what_is_not_there(lives: dict[str, Life], person: str) -> None:
    life = lives["inadequate"]
    nowhere = {reference: f"{reference[:-3]}9{reference[-2:]}" for reference in life.tokens}
    unreal = Asking(life, person).everything(tuple(nowhere.values()))
    real = {}
    for asked, said in Asking(life, person).everything(tuple(nowhere)).items():
        for reference, none in nowhere.items():
            for here, there in ((reference, none), (none_such(reference), none_such(none))):
                asked, said = asked.replace(here, there), said.replace(here, there)
        real[asked] = said
    assert differences(real, unreal) == {}


def test_whoever_may_know_finds_it_by_the_same_questions(lives: dict[str, Life]) -> None:
    """So that the tests above would notice."""
    found = compared(lives, TEAM_MANAGER, ("good", "inadequate"))
    for asked in ("typed: result LS-", "typed: open CL-", "typed: find CL-", "pressed with CL-", "heard"):
        assert any(one.startswith(asked) for one in found), asked


def test_the_owner_of_an_action_hears_that_managers_are_told_and_not_on_which_strict_days(
    lives: dict[str, Life],
) -> None:
    """After an inadequate grade the days are others: they alone would tell it."""
    life = lives["inadequate"]
    own = next(one for one in life.tokens if one.startswith("AC-"))
    answers = Asking(life, PRACTITIONER).everything((own,))
    assert LEVEL_BY_LEVEL in answers[f"typed: open {own}"]
