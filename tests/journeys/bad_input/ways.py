"""The four ways of answering, each giving one answer to one question: a card, a window, a typed line, an email."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from assurance.typed.typed_view import look
from policy.council.actor import Actor
from storage.casework import conversations
from tests.councils import PRACTITIONER, SENIOR_MANAGER, TEAM_MANAGER, TEAM_MANAGER_SOUTH
from tests.dialogs.reading import inputs_of, plainly, text_of, walk
from tests.journeys.bad_input.room import NOW, Forms, Room, letter_text
from tests.journeys.bad_input.table import Sort

Way = Literal["card", "window", "typed", "email"]


@dataclass(frozen=True)
class Question:
    """One question of a form, and how each way comes to it."""

    key: str
    label: str
    page: str = ""
    """The step it stands on, for forms of several."""
    beside: dict[str, str] = field(default_factory=dict)
    """On a small form, answers that stand beside it."""
    number: int = 0
    """Its number in an email."""
    before: tuple[str, ...] = ()
    """What is written first in an email, so that the question is asked."""


@dataclass(frozen=True)
class Kind:
    """One kind of form."""

    name: str
    person: str
    reference: Callable[[Forms], str]
    token: Callable[[Forms], str]
    opens: str
    """The verb that shows the page of a question."""
    saves: str
    """The verb of the button that saves it."""
    ways: tuple[Way, ...]
    asks: dict[Sort, Question]


@dataclass(frozen=True)
class Reply:
    """What somebody got back."""

    text: str
    summary: str = ""
    box: Any = None
    """What stands in the question's box now; None where there is none."""


# -- on a card and in a window -----------------------------------------------------------------------------------------


async def on_a_card(room: Room, kind: Kind, question: Question, words: str, *, window: bool = False) -> Reply:
    """The page is opened, the box filled, and its button pressed."""
    token = kind.token(room.forms)
    opened = {"verb": kind.opens, "ref": token, **({"step": question.page} if question.page else {})}
    if window:
        page = (await room.at(kind.person).open_dialog(opened)).card
    else:
        page = (await room.press(kind.person, opened)).card
    stands = {key: str(one.get("value") or "") for key, one in inputs_of(page).items()}
    button = next(
        one["data"] for one in walk(page) if one["type"].startswith("Action.") and one["data"].get("verb") == kind.saves
    )
    data = {**stands, **question.beside, question.key: words, **button}
    answer = await room.press(kind.person, data, window=window)
    return _shown(answer, question.key)


def _shown(answer: Any, key: str) -> Reply:
    body = answer.body
    task = body.get("task", {})
    if task.get("type") == "message" or isinstance(body.get("value"), str):
        return Reply(str(task.get("value") or body["value"]))
    box = inputs_of(answer.card).get(key)
    return Reply(text_of(answer.card), str(task.get("value", {}).get("title", "")), box.get("value") if box else None)


# -- typed -------------------------------------------------------------------------------------------------------------


async def typed(room: Room, kind: Kind, question: Question, words: str) -> Reply:
    """The conversation is begun, the question asked for by its number, and one line typed."""
    if room.asked(kind.person) != question.key:
        await ask_by_typing(room, kind, question)
    return said(await room.type(kind.person, words))


async def ask_by_typing(room: Room, kind: Kind, question: Question) -> None:
    """Stand at this question in the chat."""
    await room.type(kind.person, f"type {kind.reference(room.forms)}")
    await room.type(kind.person, f"change {number_of(room, kind, question)}")
    assert room.asked(kind.person) == question.key


def said(messages: list[dict[str, Any]]) -> Reply:
    """Messages of a chat as one reply; their summaries are what a locked screen shows."""
    texts, summaries = [], []
    for message in messages:
        cards = [one["content"] for one in message.get("attachments", ())]
        texts.append("\n".join(map(text_of, cards)) or plainly(str(message.get("text", ""))))
        summaries.append(str(message.get("summary", "")))
    return Reply("\n".join(texts), "\n".join(summaries))


def number_of(room: Room, kind: Kind, question: Question) -> int:
    """The number of a question of a long form as its author sees it in the chat."""
    place = room.db.read_now(conversations.load, kind.person)
    assert place is not None
    page = room.db.read_now(look, room.framework, place, actor=Actor.person(kind.person), now=NOW)
    return [one.field.key for one in page.questions].index(question.key) + 1


# -- by email ----------------------------------------------------------------------------------------------------------


async def by_email(room: Room, kind: Kind, question: Question, words: str) -> Reply:
    """Its number and the words, in a letter of their own."""
    reference = kind.reference(room.forms)
    number = question.number
    if room.written_about.get(kind.person) != question.key:
        room.written_about[kind.person] = question.key
        for text in question.before:
            await room.write(kind.person, reference, text)
    letter = await room.write(kind.person, reference, f"{number}. {words}" if number else words)
    return Reply(letter_text(letter), str(letter["Subject"]))


async def give(room: Room, kind: Kind, way: Way, question: Question, words: str) -> Reply:
    """One answer to one question, in one way."""
    if way == "typed":
        return await typed(room, kind, question, words)
    if way == "email":
        return await by_email(room, kind, question, words)
    return await on_a_card(room, kind, question, words, window=way == "window")


# -- the forms ---------------------------------------------------------------------------------------------------------

KINDS = (
    Kind(
        "learning space",
        TEAM_MANAGER,
        lambda forms: forms.space.reference,
        lambda forms: forms.space.token,
        "edit",
        "next",
        ("card", "window", "typed", "email"),
        {
            "past day": Question("date_held", "Date of the meeting", "meeting", number=1),
            "coming day": Question("action_1_by", "By when", "action_1", number=26),
            "one of": Question("grade", "Overall practice grade", "judgement", number=16),
            "several of": Question("others_present", "Who else was there?", "meeting", number=4),
            "yes or no": Question("practitioner_took_part", "Did the practitioner take part?", "meeting", number=3),
            "words": Question("grade_reasons", "Why this overall grade", "judgement", number=17),
        },
    ),
    Kind(
        "closing the loop",
        SENIOR_MANAGER,
        lambda forms: forms.loop.reference,
        lambda forms: forms.loop.token,
        "loop_edit",
        "loop_next",
        ("card", "window", "typed"),
        {
            "past day": Question("met_on", "Date of the meeting", "meeting"),
            "several of": Question("present", "Who was there?", "meeting"),
            "words": Question("taken_from_it", "What did the practitioner and the team take", "learning"),
        },
    ),
    Kind(
        "moderation",
        "p-qa-officer",
        lambda forms: forms.own_view.reference,
        lambda forms: forms.own_view.token,
        "moderate",
        "moderation_next",
        ("card", "window", "typed"),
        {"one of": Question("grade", "Overall practice grade")},
    ),
    Kind(
        "moderation talk",
        "p-qa-officer",
        lambda forms: forms.talk.reference,
        lambda forms: forms.talk.token,
        "moderation_talk",
        "moderation_talked",
        ("card", "window", "typed"),
        {
            "past day": Question("discussed_on", "Day of the talk"),
            "one of": Question("way", "How did you talk?"),
            "words": Question("managers_view", "The manager's view"),
        },
    ),
    Kind(
        "action update",
        PRACTITIONER,
        lambda forms: forms.action.reference,
        lambda forms: forms.action.token,
        "open_action",
        "update_action",
        ("card", "window", "email"),
        {
            "one of": Question("update", "How is it going?", number=1, before=("NO",)),
            "coming day": Question(
                "new_date",
                "Which date would you like?",
                beside={"update": "new_date"},
                number=2,
                before=("1. I need another date",),
            ),
            "words": Question(
                "note", "In a few words, why?", beside={"update": "blocked"}, number=2, before=("1. blocked",)
            ),
        },
    ),
    Kind(
        "more time",
        TEAM_MANAGER_SOUTH,
        lambda forms: forms.spare.reference,
        lambda forms: forms.spare.token,
        "more_time",
        "ask_extension",
        ("card", "window", "email"),
        {
            "one of": Question(
                "reason", "What is the reason?", beside={"new_date": "2026-02-24"}, number=1, before=("extension",)
            ),
            "coming day": Question(
                "new_date",
                "Which new date would work?",
                beside={"reason": "auditor_away"},
                number=2,
                before=("extension",),
            ),
            "words": Question(
                "note",
                "Anything to add?",
                beside={"reason": "other", "new_date": "2026-02-24"},
                number=3,
                before=("extension",),
            ),
        },
    ),
    Kind(
        "own words",
        "p-worker-4",
        lambda forms: forms.space.reference,
        lambda forms: forms.space.reference,
        "reflect",
        "keep_reflection",
        ("card", "email"),
        {"words": Question("reflection", "")},
    ),
    Kind(
        "set action",
        SENIOR_MANAGER,
        lambda forms: forms.loop.reference,
        lambda forms: forms.loop.token,
        "want_action",
        "action_set",
        ("card", "window"),
        {
            "words": Question("what", "What", beside={"owner": "team_manager", "by": "2026-03-11", "kind": "training"}),
            "one of": Question("owner", "Who", beside={"what": "Review the plan", "by": "2026-03-11"}),
            "coming day": Question("by", "By when", beside={"what": "Review the plan", "owner": "team_manager"}),
        },
    ),
)
BY_NAME = {kind.name: kind for kind in KINDS}
