"""chat: the same conversation as in Teams, by keyboard."""

from __future__ import annotations

from datetime import date

import pytest

from assurance.establishment.demo_council import DEMO_QA_LEAD, DEMO_TEAM_MANAGER
from bot.cli import terminal
from bot.cli.terminal_card import Input, NotUnderstood, buttons_of, inputs_of, reading_order
from storage.casework import learning_spaces
from storage.council import establishment
from storage.engine.database import Database
from tests.bot.conftest import Command
from tests.bot.filling import answer_to

TODAY = date(2026, 11, 20)


def test_somebody_may_be_named_by_id_name_email_or_post(command: Command, db: Database) -> None:
    council = db.read_now(establishment.current)
    person = council.people[DEMO_TEAM_MANAGER]
    post = council.posts_held_by(person.id)[0].id
    for who in (person.id, person.name, person.email.upper(), post):
        assert f"You are {person.name}" in command("chat", "--as", who, typed="quit\n").output


def test_a_name_of_several_is_asked_about_and_one_of_nobody_refused(command: Command) -> None:
    several = command("chat", "--as", "a")
    nobody = command("chat", "--as", "Zebedee Nobody")
    assert (several.exit_code, nobody.exit_code) == (2, 2)
    assert "and" in several.output
    assert DEMO_QA_LEAD in nobody.output


def test_a_vacant_post_is_nobody(command: Command) -> None:
    refused = command("chat", "--as", "care-sm-3")
    assert refused.exit_code == 2
    assert "vacant" in refused.output


def test_what_was_sent_is_shown_on_coming_in(command: Command) -> None:
    shown = command("chat", "--as", DEMO_TEAM_MANAGER, typed="").output
    assert "A learning space for you" in shown
    assert "Traceback" not in shown


def test_a_manager_fills_in_the_whole_form_at_the_keyboard(
    command: Command, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = db.read_now(learning_spaces.waiting_for, DEMO_TEAM_MANAGER)[0]
    lines = iter([f"open {item.reference}", "1", "quit"])

    def type_line(prompt: str) -> str:
        """The conversation by the lines above; every question and every page's first button by Enter."""
        return next(lines) if prompt == "> " else ""

    read = Input.read
    monkeypatch.setattr(terminal, "read_line", type_line)
    monkeypatch.setattr(Input, "read", lambda question, line, today: read(question, answer_to(question), today))
    done = command("chat", "--as", DEMO_TEAM_MANAGER)
    stored = db.read_now(learning_spaces.by_reference, item.reference)
    assert stored
    assert stored.state == "submitted", done.output
    assert "Thank you" in done.output


def test_the_qa_lead_allocates_a_month_at_the_keyboard(command: Command, db: Database) -> None:
    done = command("chat", "--as", DEMO_QA_LEAD, typed="allocate December 2026\n1\nquit\n")
    assert "Approved" in done.output
    assert db.read_now(learning_spaces.count_open) == 80


CARD = {
    "type": "AdaptiveCard",
    "body": [
        {"type": "TextBlock", "text": "First"},
        {
            "type": "Container",
            "items": [
                {
                    "type": "Input.ChoiceSet",
                    "id": "c",
                    "label": "Which?",
                    "choices": [{"title": "Good", "value": "good"}, {"title": "Good enough", "value": "enough"}],
                },
                {"type": "TextBlock", "text": "A hint"},
            ],
        },
        {"type": "Input.Text", "id": "hidden", "isVisible": False},
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "Last"}, " words"]},
    ],
    "actions": [{"type": "Action.Submit", "title": "Go", "data": {"verb": "next"}}, {"type": "Action.OpenUrl"}],
}


def test_a_card_is_read_in_order_with_the_hint_before_the_question() -> None:
    order = [part if isinstance(part, str) else part.id for part in reading_order(CARD)]
    assert order == ["First", "A hint", "c", "Last words"]
    assert [button.verb for button in buttons_of(CARD)] == ["next"]
    assert [question.id for question in inputs_of(CARD)] == ["c"]


@pytest.mark.parametrize(("typed", "meant"), [("1", "good"), ("good", "good"), ("Good", "good"), ("enough", "enough")])
def test_a_choice_is_a_number_or_its_words(typed: str, meant: str) -> None:
    assert inputs_of(CARD)[0].read(typed, TODAY) == meant


@pytest.mark.parametrize(
    ("kind", "typed", "meant"),
    [
        ("date", "today", "2026-11-20"),
        ("date", "yesterday", "2026-11-19"),
        ("date", "2026-12-01", "2026-12-01"),
        ("toggle", "Yes", "true"),
        ("toggle", "n", "false"),
        ("text", " as it is ", "as it is"),
        ("text", "", "before"),
        ("text", "-", ""),
    ],
)
def test_each_kind_of_answer_is_read_as_people_type_it(kind: str, typed: str, meant: str) -> None:
    assert Input("x", "X", kind, "before").read(typed, TODAY) == meant


@pytest.mark.parametrize(("kind", "typed"), [("date", "soon"), ("toggle", "perhaps"), ("choice", "3")])
def test_an_answer_that_is_none_is_asked_for_again(kind: str, typed: str) -> None:
    question = Input("x", "X", kind, "", (("a", "A"), ("b", "B")))
    with pytest.raises(NotUnderstood):
        question.read(typed, TODAY)
