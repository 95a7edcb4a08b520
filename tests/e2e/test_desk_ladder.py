"""The ladder on the desk: it is there before it climbs, lights up rung by rung, and a switch shows what goes wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.desk_page import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]


def test_the_ladder_is_seen_before_it_climbs_and_lights_rung_by_rung(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    auditor, director = desk.pick(desk.cast("auditor")), desk.cast("director")
    ahead = desk.ladder(desk.asked("story")["reference"])
    assert any("first escalation" in rung and desk.cast("auditor_senior_manager") in rung for rung in ahead)
    assert any("second escalation" in rung and director in rung for rung in ahead)
    assert any("third escalation" in rung and desk.cast("executive_director") in rung for rung in ahead)
    assert not [rung for rung in desk.lit() if "late" in rung.lower()]

    happened = desk.move_clock(to="2026-12-21T10:00")
    assert any("first escalation" in line for line in happened)
    first = [rung for rung in desk.lit() if "first escalation" in rung]
    assert desk.cast("auditor_senior_manager") in first[0]
    assert desk.cast("auditor_head_of_service") in first[0]
    assert not [rung for rung in desk.lit() if director in rung]
    assert auditor.name

    desk.move_clock(to="2026-12-29T10:00")
    assert [rung for rung in desk.lit() if "second escalation" in rung and director in rung]
    assert any(director in row for row in desk.heard())
    chief = desk.pick(director)
    chief.hears("late")

    desk.move_clock(to="2027-01-04T10:00")
    assert [rung for rung in desk.lit() if "third escalation" in rung and desk.cast("executive_director") in rung]


def test_whoever_has_news_is_marked_and_the_clock_says_where_it_is(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    desk.pick(desk.cast("executive_director"))
    before = desk.now()
    desk.move_clock(to_next=True)
    assert desk.now() != before
    expect(desk.page.locator("#people .dot").first).to_be_visible()


def test_a_switch_says_what_it_does_and_a_person_who_blocked_the_bot_is_marked(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    moderator = desk.pick(desk.cast("executive_director"))
    desk.switch("Has blocked the bot", True, person=moderator.name)
    expect(moderator.place).to_contain_text("has blocked the bot")
    switch = desk.page.get_by_role("switch", name="Has blocked the bot")
    expect(switch).to_be_checked()
    expect(desk.page.locator(f"[id='{switch.get_attribute('aria-describedby')}']")).not_to_be_empty()
    desk.switch("Has blocked the bot", False, person=moderator.name)
    expect(moderator.place).not_to_contain_text("has blocked the bot")
