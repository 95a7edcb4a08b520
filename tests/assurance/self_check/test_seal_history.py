"""The QA lead keeps the code of the history: it reaches them in the morning message, and proves what it says."""

from __future__ import annotations

import re

import sqlalchemy as sa

from assurance.self_check.seal_history import seal_history
from policy.council.actor import Actor
from storage.council import anchor, history
from storage.engine.session import Session
from tests.councils import QA_LEAD
from tests.journeys.living_council import LivingCouncil, london

KEY = "a long random text that is not in the database"


def sealed_on(council: LivingCouncil, *evenings: str, key: str = KEY) -> None:
    """Something happens and the whole history is checked, on each of these evenings."""
    for evening in evenings:
        council.now = london(f"{evening} 18:00")
        council.database.write_now(_happens, council)
        council.database.write_now(seal_history, council.framework, key, now=council.now)


def _happens(session: Session, council: LivingCouncil) -> None:
    history.append(session, at=council.now, actor=Actor.system("tests"), verb="noted", subject="something")


def codes_read(council: LivingCouncil) -> list[str]:
    """Every code the QA lead has read, in the morning message."""
    read = [one.message.text for one in council.digests if one.person == QA_LEAD and one.event == "E74"]
    return [code for text in read for code in re.findall(r"\b\d+:[0-9a-f]{20}\b", text)]


def test_the_code_in_the_morning_message_shows_later_whether_the_history_was_written_anew(
    council: LivingCouncil,
) -> None:
    sealed_on(council, "2026-01-08")
    council.when_the_service_looks(london("2026-01-09 09:00"))
    [code] = codes_read(council)
    assert council.database.read_now(anchor.differs, KEY, code) == ""
    council.database.write_now(lambda session: session.execute(sa.text("UPDATE history SET hash = 'another'")))
    assert "is not the one" in council.database.read_now(anchor.differs, KEY, code)


def test_after_a_weekend_the_newest_code_stands_for_the_others_and_is_said_once(council: LivingCouncil) -> None:
    sealed_on(council, "2026-01-09", "2026-01-10", "2026-01-11")
    council.when_the_service_looks(london("2026-01-12 09:00"))
    council.when_the_service_looks(london("2026-01-13 09:00"))
    [code] = codes_read(council)
    assert council.database.read_now(anchor.differs, KEY, code) == ""
    assert int(code.partition(":")[0]) == council.database.read_now(history.newest)


def test_a_second_check_on_one_day_tells_nobody_again(council: LivingCouncil) -> None:
    sealed_on(council, "2026-01-08", "2026-01-08")
    council.when_the_service_looks(london("2026-01-09 09:00"))
    assert len(codes_read(council)) == 1


def test_a_council_without_a_key_gets_no_code(council: LivingCouncil) -> None:
    sealed_on(council, "2026-01-08", key="")
    council.when_the_service_looks(london("2026-01-09 09:00"))
    assert not council.said and not council.digests
