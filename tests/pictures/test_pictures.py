"""The desk's pictures, taken from the running product by `make pictures`, so that they cannot go stale."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import browser, desk_sitting, open_desk, windows  # noqa: F401
from tests.e2e.desk_page import Desk
from tests.e2e.desk_record import Record
from tests.e2e.desk_sitting import DeskSitting

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not os.environ.get("PICTURES"), reason="PICTURES names no folder; `make pictures` does"),
]

COLOURS = 128
"""Of a picture that is kept in the repository."""
LAPTOP, PHONE = (1280, 800), (360, 740)


def settled(page: Page) -> None:
    """Until everything has arrived and stands still."""
    expect(page.locator("[data-busy], [aria-busy=true]")).to_have_count(0)
    page.wait_for_timeout(600)


def take(desk: Desk, name: str) -> None:
    """A picture of a page that stands still."""
    settled(desk.page)
    desk.picture(name)
    file = Path(os.environ["PICTURES"]) / f"{name}.png"
    with Image.open(file) as full:
        full.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


def a_window(desk: Desk) -> None:
    """The learning space in a dialog window of Teams."""
    auditor = desk.pick(desk.cast("auditor"))
    auditor.press("Open in a window", "A learning space for you")
    expect(desk.dialog().place).to_contain_text("Was it held in person?")


def places(desk: Desk, suffix: str) -> None:
    """The parts of the page that hold more than a chat."""
    auditor = desk.pick(desk.cast("auditor"))
    auditor.tab("Lock screen")
    take(desk, f"desk-lock-{suffix}")
    auditor.tab("Chat")
    desk.go("Timeline")
    take(desk, f"desk-timeline-{suffix}")
    desk.go("Faults")
    take(desk, f"desk-faults-{suffix}")
    if desk.narrow:
        desk.go("People")
        take(desk, f"desk-people-{suffix}")
    desk.go("Timeline")
    desk.go("Chat")


def test_take_them_all(open_desk: Callable[..., Desk], desk_sitting: DeskSitting) -> None:  # noqa: F811
    tour = open_desk(*LAPTOP, tour=True)
    name = tour.cast("auditor")
    tour.pick(name).card("A learning space for you")
    tour.page.locator("[data-tour=show]").click()
    take(tour, "desk-tour")

    phone_tour = open_desk(*PHONE, tour=True)
    settled(phone_tour.page)
    take(phone_tour, "desk-tour-phone")

    phone = open_desk(*PHONE)
    phone.pick(name).card("A learning space for you")
    take(phone, "desk-phone")
    places(phone, "phone")
    a_window(phone)
    take(phone, "desk-window-phone")

    desk = open_desk(*LAPTOP)
    places(desk, "laptop")
    a_window(desk)
    take(desk, "desk-window-laptop")
    desk.page.keyboard.press("Escape")
    desk.no_dialog()
    auditor = desk.pick(name)
    auditor.press("Open", "A learning space for you")
    auditor.card("The meeting")
    desk.fill("Was it held in person?", "Yes")
    desk.fill("Did the practitioner take part?", "Yes")
    take(desk, "desk-laptop")

    dark = open_desk(*LAPTOP, dark=True)
    dark.pick(desk.cast("auditor_head_of_service")).say("list")
    take(dark, "desk-dark")

    for window, suffix in ((LAPTOP, ""), (PHONE, "-phone")):
        leader = open_desk(*window)
        director = leader.pick(leader.cast("director"))
        director.say("list")
        director.card("Open learning spaces in your area").place.evaluate("card => card.scrollIntoView()")
        take(leader, f"desk-leader{suffix}")

    writer = Record(desk_sitting.database).unopened()["name"]
    desk.pick(writer)
    desk.switch("Has taken the app out", True, person=writer)
    desk.go("Timeline")
    desk.move_clock(to="2026-12-29T10:00")
    desk.page.get_by_role("button", name="Close", exact=True).first.click()
    director = desk.pick(desk.cast("director"))
    director.hears("late")
    rung = desk.page.locator(".rungs > li").filter(has_text="first escalation").first
    rung.evaluate("rung => { rung.closest('[role=tabpanel]').scrollTop = rung.offsetTop - 60; }")
    take(desk, "desk-ladder")

    for window, suffix in ((LAPTOP, "laptop"), (PHONE, "phone")):
        reader = open_desk(*window)
        letters = reader.pick(writer)
        letters.tab("Mailbox")
        letters.place.locator("[data-letter]").first.click()
        expect(letters.place.get_by_role("button", name="Send the reply")).to_be_visible()
        take(reader, f"desk-mailbox-{suffix}")
