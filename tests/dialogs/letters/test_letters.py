"""Every message as a letter: the same words twice, nothing private, plain, and readable without seeing it."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from html.parser import HTMLParser

import pytest

from dialogs.kit.message import Message
from dialogs.letters.letter_subjects import ANY, LATE, SUBJECTS, subject_of
from dialogs.letters.letters import HOW_TO_ANSWER, IN_ITS_LETTER, IN_TEAMS, Letter, Letterhead, chat_link, letter
from dialogs.understand.reply_reading import read_reply
from dialogs.understand.understanding import understand
from tests.dialogs import samples
from tests.dialogs.hostile import HOSTILE
from tests.dialogs.sample_facts import AUDITOR, CASE, FRAMEWORK, GOOD_ANSWERS, PRACTITIONER, REFERENCE

CHAT = "https://teams.microsoft.com/l/chat/0/0?users=28:00000000-0000-4000-8000-000000000000"
HEAD = Letterhead("Northmoor Council", CHAT)
TOKEN_LINE = "[Ref LS-2026Q3-014/k7f3abcd2345wxyz]"
GRADES = [grade.title.casefold() for grade in FRAMEWORK.grades] + ["grade", "graded", "inadequate", "outstanding"]


ALLOWED_TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "body",
    "table",
    "tr",
    "td",
    "th",
    "h1",
    "h2",
    "p",
    "br",
    "ol",
    "ul",
    "li",
}
ALLOWED_TAGS |= {"span", "strong", "a"}


class _Reader(HTMLParser):
    """Reads HTML as a screen reader does: the words in order, and what the structure says of them."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("title", "style", "script"):
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "style", "script"):
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    return reader


def flat(text: str) -> str:
    return re.sub(r"\W+", " ", re.sub(r"^\s*(\d{1,2}\.|-) ", "", text, flags=re.MULTILINE)).strip()


@cache
def letters() -> dict[str, Letter]:
    """Every notice as a letter, by the sample's name."""
    return {name: as_letter(name, message) for name, message in samples.notices().items()}


def as_letter(name: str, message: Message) -> Letter:
    event = name.split("_")[0].upper()
    return letter(message, subject=subject_of(event, REFERENCE), head=HEAD, token_line=TOKEN_LINE, may_stop=True)


def test_the_html_and_the_text_say_the_same_words_in_the_same_order() -> None:
    different = [
        name
        for name, message in samples.messages().items()
        if flat(" ".join(read(as_letter(name, message).html).words))
        != flat(as_letter(name, message).text.replace(CHAT, ""))
    ]
    assert different == []


def test_a_letter_leaves_out_nothing_the_message_says() -> None:
    lost = {}
    for name, message in samples.messages().items():
        said = flat(as_letter(name, message).text)
        for line in message.text.splitlines():
            wanted = re.sub(r"^\[(.+?)\](?: or type: (.+))?$", r"\1", line.strip())
            if flat(wanted) not in said and "[Open in a window]" not in line:
                lost[name] = line
    assert not lost


def test_what_a_window_is_opened_for_is_offered_once_because_a_letter_has_no_windows() -> None:
    for name in ("e1_allocated", "e1_allocated_head"):
        message = samples.messages()[name]
        assert "[Open in a window] or type: open LS-2026Q3-014" in message.text
        said = as_letter(name, message).text
        assert said.count("open LS-2026Q3-014") == 1
        assert "in a window" not in said


def test_no_letter_holds_a_grade_a_case_a_practitioner_or_an_answer() -> None:
    answers = [str(value) for value in GOOD_ANSWERS.values() if isinstance(value, str) and " " in value]
    forbidden = re.compile(
        "|".join(rf"\b{re.escape(word)}\b" for word in (*GRADES, *answers, CASE, PRACTITIONER)), re.I
    )
    telling = {}
    for name, each in letters().items():
        said = re.sub(r"Good news|a good day", "", f"{each.subject}\n{each.text}\n{each.html}")
        if found := forbidden.findall(said):
            telling[name] = found
    assert not telling


def test_a_subject_is_a_phrase_from_the_list_and_a_reference_and_nothing_else() -> None:
    for event, phrase in SUBJECTS.items():
        said = subject_of(event, REFERENCE)
        assert said == f"{phrase}: {REFERENCE}"
        assert len(said) <= 70
        assert not [word for word in (*GRADES, AUDITOR, PRACTITIONER, "risk", "child") if word in said.casefold()]
    assert subject_of("E1", "Jordan Ashmole, PR1 2AB") == SUBJECTS["E1"], "what is no reference is left out"
    assert subject_of("E999", REFERENCE) == f"{ANY}: {REFERENCE}"
    assert subject_of("E13", REFERENCE, repeat=True).startswith("Repeat: ")


def test_what_is_late_says_by_how_many_days_and_never_which_step_of_a_ladder() -> None:
    for event in LATE:
        assert subject_of(event, REFERENCE, days_late=14) == f"14 days late: {REFERENCE}"
        assert subject_of(event, REFERENCE, days_late=1, repeat=True) == f"Repeat: 1 day late: {REFERENCE}"
    assert subject_of("E6", REFERENCE, days_late=0) == f"{SUBJECTS['E6']}: {REFERENCE}"
    assert not [phrase for phrase in SUBJECTS.values() if "step" in phrase and phrase != SUBJECTS["E14"]]


def test_every_event_of_the_catalogue_has_a_neutral_subject() -> None:
    assert {event.key for event in FRAMEWORK.events} ^ set(SUBJECTS) == set()


def test_a_letter_fetches_nothing_follows_nobody_and_runs_nothing() -> None:
    for name, message in samples.messages().items():
        html = as_letter(name, message).html
        links = [attributes["href"] for tag, attributes in read(html).tags if tag == "a"]
        assert links == [CHAT], "its one link opens the chat: the same for everybody, whatever the letter is about"
        html = html.replace(f'href="{CHAT}"', "")
        tags = {tag for tag, _ in read(html).tags}
        assert not tags & {"img", "link", "script", "iframe", "object", "form", "input", "video", "base"}, name
        assert not re.search(r"url\(|@import|https?:|javascript:|\bsrc=|\bhref=|\bon\w+=", html, re.IGNORECASE), name


def test_every_letter_opens_the_chat_in_teams_where_there_is_one() -> None:
    assert chat_link(CHAT.rpartition(":")[2]) == CHAT
    for name, each in letters().items():
        assert f"\n\nOpen the chat in Teams: {CHAT}\n" in each.text, name
        assert f'<a href="{CHAT}"' in each.html and ">Open the chat in Teams</a>" in each.html, name
    without = letter(samples.notices()["e1_allocated"], subject="x", head=Letterhead("Northmoor", chat_link("")))
    assert "Open the chat" not in without.text + without.html


def test_a_screen_reader_finds_a_language_one_main_heading_and_tables_only_where_there_are_facts() -> None:
    for name, each in letters().items():
        tags = read(each.html).tags
        assert ("html", {"lang": "en-GB"}) in tags
        headings = [tag for tag, _ in tags if re.fullmatch(r"h\d", tag)]
        assert headings[0] == "h1" and headings.count("h1") == 1, name
        assert set(headings) <= {"h1", "h2"}
        for number, (tag, attributes) in enumerate(tags):
            if tag == "table" and attributes.get("role") != "presentation":
                following = [one for one, _ in tags[number + 1 : number + 3]]
                assert following == ["tr", "th"], "a table of facts has its names as headings"
        assert all(attributes.get("scope") == "row" for tag, attributes in tags if tag == "th")


def test_a_letter_says_what_happens_if_nothing_happens_where_a_ladder_goes_on() -> None:
    said = letters()["e1_allocated"]
    assert "If nothing happens: on Thursday 31 December" in said.text
    assert "If nothing happens: on Thursday 31 December" in said.html


def test_what_an_email_cannot_do_is_offered_in_teams() -> None:
    for name in ("e95_practitioner", "e18_practitioner"):
        assert f"Open the result: {IN_TEAMS}" in letters()[name].text


def test_a_letter_says_how_to_answer_and_asks_for_its_line_to_be_left() -> None:
    said = letters()["e1_allocated"].text
    assert HOW_TO_ANSWER in said
    assert "Open: reply with the words open LS-2026Q3-014" in said
    assert f"Please leave this line in your reply: {TOKEN_LINE}" in said
    assert "stop emails" in said
    assert "\n-- \n" not in said, "programs cut what follows that line out of a reply, and the token with it"


def test_a_letter_asks_only_for_words_that_a_reply_is_understood_by() -> None:
    today, wrong = date(2026, 12, 1), {}
    for name, message in samples.messages().items():
        for words in re.findall(r": reply with the words? (.+)", as_letter(name, message).text):
            heard = read_reply(words, today=today).intent
            known = (
                "open",
                "extend",
                "list",
                "help",
                "held",
                "agree",
                "decline",
                "spoken",
            )
            if heard not in known and understand(words, today).kind != "undo":
                wrong[name] = words
    assert wrong == {}
    said = letters()
    assert "Add a reflection: reply with your own words." in said["e2_chosen"].text


def test_an_answer_that_lists_several_things_offers_no_word_that_names_none_of_them() -> None:
    listed = samples.messages()["home_decisions"]
    said = letter(listed, subject="x", head=HEAD, token_line=TOKEN_LINE, of_many=True).text
    assert f"I have spoken to them: {IN_ITS_LETTER}" in said
    practitioner = samples.messages()["home_practitioner"]
    said = letter(practitioner, subject="x", head=HEAD, token_line=TOKEN_LINE, of_many=True).text
    assert "Add a reflection: reply with the words reflect LS-" in said


def test_what_wants_a_phone_call_asks_for_no_reply() -> None:
    message = samples.notices()["e16_attention"]
    said = letter(message, subject=subject_of("E16", REFERENCE), head=HEAD, token_line=TOKEN_LINE, can_reply=False)
    assert f"I have spoken to them: {IN_TEAMS}" in said.text
    assert "reply" not in said.text.casefold()


def test_an_escalation_does_not_offer_to_stop() -> None:
    said = letter(samples.notices()["e12_director"], subject="x", head=HEAD, token_line=TOKEN_LINE)
    assert "stop emails" not in said.text


@pytest.mark.parametrize("evil", HOSTILE)
def test_whatever_a_name_holds_it_stays_text(evil: str) -> None:
    said = letter(Message(f"A heading\n\nManager: {evil}\n\n{evil}", "x"), subject=f"A {evil}", head=Letterhead(evil))
    tags = {tag for tag, _ in read(said.html).tags}
    assert tags <= ALLOWED_TAGS
    assert "\n" not in said.subject and "\r" not in said.subject


def test_our_own_lines_are_plain() -> None:
    said = letters()["e1_allocated"].text.split("--------")[1]
    for sentence in re.split(r"[.\n]+", said):
        assert len(sentence.split()) <= 22, sentence
