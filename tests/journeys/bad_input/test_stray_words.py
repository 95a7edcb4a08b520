"""Words that match nothing, pictures, voices and other people's references: a kind answer, and nothing is changed."""

from __future__ import annotations

import pytest

from tests.councils import DIRECTOR, PRACTITIONER, QA_LEAD, SENIOR_MANAGER, TEAM_MANAGER
from tests.journeys.bad_input.room import Room, letter_text
from tests.journeys.bad_input.ways import BY_NAME, KINDS, Kind, ask_by_typing, on_a_card, said

pytestmark = pytest.mark.asyncio(loop_scope="module")

PICTURE = [{"contentType": "image/png", "contentUrl": "https://smba.example/1.png", "name": "1.png"}]
VOICE = [{"contentType": "audio/mp4", "contentUrl": "https://smba.example/1.m4a", "name": "voice.m4a"}]
FILE = [{"contentType": "application/vnd.microsoft.teams.file.download.info", "name": "form.docx"}]

NO_WORDS = "I can only read words"
FEW_WORDS = "Type list to see what is waiting for you, or help to see what I can do"
NOT_ASKING = "I am not asking anything just now"
STRAY = (
    ("13/3", FEW_WORDS),
    ("next Friday", FEW_WORDS),
    ("two", FEW_WORDS),
    ("what is the weather like", FEW_WORDS),
    ("<b>hello</b><script>alert(1)</script>", FEW_WORDS),
    ("**bold** [a link](https://evil.example)", FEW_WORDS),
    ("\u202edoog\u202c", FEW_WORDS),
    ("yes please", NOT_ASKING),
    ("YES", NOT_ASKING),
    ("12", NOT_ASKING),
    ("\U0001f44d\U0001f3fd", NO_WORDS),
    ("   ", NO_WORDS),
    ("\u200b\u200d\ufeff", NO_WORDS),
    ("\n" * 500, NO_WORDS),
    ("x" * 10_000, "That looks like an answer. I did not keep it"),
    ("who\tgrade\nA\tgood\nB\tgood\n" * 20, "That looks like an answer. I did not keep it"),
    ("Call 07700 900123", "Please delete your message"),
    ("LS-2026Q", "A reference looks like LS-2026Q3-014"),
    ("lsit", "Did you mean list?"),
    ("December", "put allocate in front"),
)
CANNOT = "I cannot open that one"


@pytest.mark.parametrize("person", [DIRECTOR, PRACTITIONER, QA_LEAD])
async def test_a_line_that_matches_nothing_is_answered_by_what_it_looks_like_and_never_said_again(
    room: Room, person: str
) -> None:
    before = room.state()
    for words, wanted in STRAY:
        reply = said(await room.type(person, words))
        assert wanted in reply.text, (words[:40], reply.text)
        assert reply.summary == "I did not follow that.", words[:40]
        for part in ("evil", "script", "xxx", "07700", "grade\n"):
            assert part not in reply.text, words[:40]
    assert room.state() == before


async def test_a_mention_of_the_bot_stands_in_the_way_of_no_command(room: Room) -> None:
    mentioned = said(await room.type(DIRECTOR, "<at>Learning space</at> help"))
    assert mentioned == said(await room.type(DIRECTOR, "help"))


@pytest.mark.parametrize("sent", [PICTURE, VOICE, FILE], ids=["a picture", "a voice message", "a file"])
async def test_what_holds_no_words_is_said_to_hold_none_and_a_question_stays_where_it_is(
    room: Room, sent: list[dict[str, str]]
) -> None:
    before = room.state()
    assert NO_WORDS in said(await room.type(DIRECTOR, "", attachments=sent)).text
    for kind in (one for one in KINDS if "typed" in one.ways):
        for question in kind.asks.values():
            await ask_by_typing(room, kind, question)
            reply = said(await room.type(kind.person, "", attachments=sent))
            assert "a symbol or a picture tells me nothing here" in reply.text
            assert question.label in reply.text
            assert room.asked(kind.person) == question.key
        await room.type(kind.person, "later")
    assert room.state() == before


# -- somebody else's reference -----------------------------------------------------------------------------------------


async def test_somebody_elses_reference_and_none_at_all_are_answered_alike_by_typing(room: Room) -> None:
    before = room.state()
    theirs = room.forms.theirs.reference
    missing = "LS-2025Q4-999"
    for line in ("{}", "open {}", "type {}", "extension {}", "result {}"):
        found = said(await room.type(SENIOR_MANAGER, line.format(theirs)))
        nothing = said(await room.type(SENIOR_MANAGER, line.format(missing)))
        assert found == nothing, line
        assert CANNOT in found.text and room.forms.theirs.case_ref not in found.text
    assert room.state() == before


async def test_somebody_elses_reference_in_the_middle_of_a_form_is_refused_and_the_question_stays(room: Room) -> None:
    before = room.state()
    theirs = room.forms.theirs
    for kind in (one for one in KINDS if "typed" in one.ways):
        for question in kind.asks.values():
            await ask_by_typing(room, kind, question)
            # The QA team may look at every learning space; what does not exist nobody may.
            other = "LS-2025Q4-999" if kind.name.startswith("moderation") else theirs.reference
            reply = said(await room.type(kind.person, f"open {other}"))
            assert CANNOT in reply.text and theirs.case_ref not in reply.text
            assert "You were at question" in reply.text and question.label in reply.text
            assert room.asked(kind.person) == question.key
        await room.type(kind.person, "later")
    assert room.state() == before


async def test_nobody_writes_into_somebody_elses_form_by_email(room: Room) -> None:
    before = room.state()
    theirs = room.forms.theirs
    for text in ("1. yesterday", "GOOD", f"open {theirs.reference}", "extend to 20 February because of leave", "YES"):
        letter = await room.write(TEAM_MANAGER, theirs.reference, text)
        assert theirs.case_ref not in letter_text(letter)
        assert not any(word in letter_text(letter) for word in ("Date of the meeting", "Worker"))
    assert room.state() == before


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_a_card_or_window_of_somebody_else_shows_nothing_and_keeps_nothing(room: Room, kind: Kind) -> None:
    before = room.state()
    token = kind.token(room.forms)
    stranger = "p-care-manager-2"
    for question in kind.asks.values():
        data = {"ref": token, "step": question.page, "v": 1, question.key: "2026-02-10"}
        for verb in (kind.opens, kind.saves):
            answer = await room.press(stranger, {**data, "verb": verb})
            assert CANNOT in str(answer.body), verb
            window = await room.press(stranger, {**data, "verb": verb}, window=True)
            assert CANNOT in str(window.body), verb
    assert room.state() == before


# -- a form that has no such way of answering --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [one for one in KINDS if "email" not in one.ways], ids=lambda kind: kind.name)
async def test_an_email_about_what_is_filled_in_in_teams_says_where_and_keeps_nothing(room: Room, kind: Kind) -> None:
    before = room.state()
    for text in ("1. yesterday", "GOOD", "\U0001f44d", "x" * 10_000):
        said_back = letter_text(await room.write(kind.person, kind.reference(room.forms), text))
        assert "Teams" in said_back, text[:20]
        assert "xxxxx" not in said_back
    assert room.state() == before


@pytest.mark.parametrize("kind", [BY_NAME["action update"], BY_NAME["more time"]], ids=lambda kind: kind.name)
async def test_a_line_typed_beside_an_open_card_of_a_small_form_changes_nothing_and_says_what_would(
    room: Room, kind: Kind
) -> None:
    before = room.state()
    question = next(iter(kind.asks.values()))
    await on_a_card(room, kind, question, "17")
    for words in ("17", "next Friday", "\U0001f44d", "blocked, the worker is away"):
        reply = said(await room.type(kind.person, words))
        assert "I did not follow that" in reply.text, words
    assert room.state() == before
