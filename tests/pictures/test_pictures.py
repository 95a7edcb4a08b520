"""The desk's pictures, taken from the running product by `make pictures`, so that they cannot go stale."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import browser, desk_sitting, open_desk  # noqa: F401
from tests.e2e.desk_page import Desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not os.environ.get("PICTURES"), reason="PICTURES names no folder; `make pictures` does"),
]


def settled(page: Page) -> None:
    """Until everything has arrived and stands still."""
    expect(page.locator("[data-busy], [aria-busy=true]")).to_have_count(0)
    page.wait_for_timeout(600)


def test_take_them_all(open_desk: Callable[..., Desk]) -> None:  # noqa: F811
    tour = open_desk(1280, 800, tour=True)
    name = tour.cast("auditor")
    tour.pick(name).card("A learning space for you")
    tour.page.locator("[data-tour=show]").click()
    settled(tour.page)
    tour.picture("desk-tour")

    phone = open_desk(360, 740)
    phone.pick(name).card("A learning space for you")
    settled(phone.page)
    phone.picture("desk-phone")

    desk = open_desk(1280, 800)
    auditor = desk.pick(name)
    auditor.press("Open", "A learning space for you")
    auditor.card("The meeting")
    desk.fill("Was it held in person?", "Yes")
    desk.fill("Did the practitioner take part?", "Yes")
    settled(desk.page)
    desk.picture("desk-laptop")

    dark = open_desk(1280, 800, dark=True)
    dark.pick(desk.cast("auditor_head_of_service")).say("list")
    settled(dark.page)
    dark.picture("desk-dark")

    desk.move_clock(to="2026-12-29T10:00")
    desk.page.get_by_role("button", name="Close", exact=True).first.click()
    desk.pick(desk.cast("director")).hears("late")
    rung = desk.page.locator(".rungs > li").filter(has_text="first escalation").first
    rung.evaluate("rung => { rung.closest('[role=tabpanel]').scrollTop = rung.offsetTop - 60; }")
    settled(desk.page)
    desk.picture("desk-ladder")
