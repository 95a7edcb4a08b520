"""Whom a message names where it says that the QA team can help."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from policy.check.loader import load_framework
from policy.council.establishment import Cover, Leave
from policy.council.who_helps import Helper, who_helps
from tests.councils import QA_LEAD, QA_OFFICER, TEAM_MANAGER, small_council, with_cover, with_leave, with_post

FRAMEWORK = load_framework()
COUNCIL = small_council()
TODAY = date(2026, 12, 3)


def helper(council=COUNCIL, *, asks: str = TEAM_MANAGER, mailbox: str = "", on: date = TODAY) -> Helper:  # type: ignore[no-untyped-def]
    rules = FRAMEWORK.help.model_copy(update={"mailbox": mailbox})
    return who_helps(council, FRAMEWORK.model_copy(update={"help": rules}), on=on, asks=asks)


def test_the_qa_lead_is_named_with_their_post_and_address() -> None:
    lead = COUNCIL.people[QA_LEAD]
    assert helper() == Helper(lead.name, "QA Lead", lead.email)


def test_while_the_lead_is_away_their_deputy_is_and_without_one_an_officer() -> None:
    away = with_leave(COUNCIL, Leave(QA_LEAD, TODAY, TODAY))
    assert helper(away).name == COUNCIL.people[QA_OFFICER].name
    covered = with_cover(away, Cover("qa-lead", TEAM_MANAGER, TODAY, TODAY))
    assert helper(covered, asks="p-head").name == COUNCIL.people[TEAM_MANAGER].name
    assert helper(away, on=date(2026, 12, 4)).name == COUNCIL.people[QA_LEAD].name, "and the day after it is the lead"


def test_when_the_lead_changes_so_does_the_name() -> None:
    council = with_post(COUNCIL, "qa-lead", holder=TEAM_MANAGER)
    assert helper(council, asks="p-head").name == COUNCIL.people[TEAM_MANAGER].name


def test_nobody_is_sent_to_themselves_and_without_an_address_to_the_mailbox() -> None:
    assert helper(asks=QA_LEAD).name == COUNCIL.people[QA_OFFICER].name
    silent = replace(COUNCIL, people={key: replace(one, email="") for key, one in COUNCIL.people.items()})
    assert helper(silent, mailbox="qa@northmoor.example") == Helper(mailbox="qa@northmoor.example")
    assert helper(silent).is_nobody
