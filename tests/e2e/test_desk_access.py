"""The desk for everybody: axe-core finds nothing, the keyboard is enough, and no window scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.desk_page import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

WINDOWS = [
    pytest.param(1280, 800, False, id="laptop, light"),
    pytest.param(1280, 800, True, id="laptop, dark"),
    pytest.param(360, 740, False, id="phone, light"),
    pytest.param(360, 740, True, id="phone, dark"),
]
SMALLEST_TARGET = 24
"""CSS pixels, WCAG 2.2 success criterion 2.5.8."""
TOO_SMALL = """() => [...document.querySelectorAll('button, input, select, textarea, summary, a[href], [role=tab]')]
  .filter((one) => one.checkVisibility() && !one.closest('.skip'))
  .map((one) => ({ one, box: (one.labels?.[0]?.contains(one) ? one.labels[0] : one).getBoundingClientRect() }))
  .filter(({ one, box }) => box.height < 24 && !(one.matches('[type=radio], [type=checkbox]') && one.labels.length))
  .map(({ one }) => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize(("width", "height", "dark"), WINDOWS)
def test_axe_finds_nothing_in_any_part_of_the_page(
    open_desk: Callable[..., Desk], width: int, height: int, dark: bool
) -> None:
    desk = open_desk(width, height, dark=dark)
    found: dict[str, list[str]] = {}

    def look(part: str) -> None:
        found[part] = desk.accessible()
        if desk.scrolls_sideways():
            found[part].append("scrolls sideways")
        found[part] += desk.page.evaluate(TOO_SMALL)

    look("first sight")
    auditor = desk.pick(desk.cast("auditor"))
    auditor.card("A learning space for you")
    look("a chat with a card")
    auditor.say("help")
    auditor.card("What you can do here")
    look("an answer")
    auditor.text_twin("What you can do here")
    look("a card as text")
    auditor.tab("Lock screen")
    look("the lock screen")
    auditor.tab("Mailbox")
    look("the mailbox")
    auditor.tab("Chat")
    desk.go("Timeline")
    look("the timeline")
    desk.go("Faults")
    look("the faults")
    desk.move_clock(hours=1)
    look("after the clock was moved")
    desk.page.locator("[data-clock=to]").click()
    look("a window")
    desk.page.keyboard.press("Escape")
    desk.page.locator("#tour-start").click()
    look("the tour")
    desk.page.locator("#tour-start").click()
    assert {part: places for part, places in found.items() if places} == {}


def test_an_open_form_and_what_it_complains_about_are_accessible(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    auditor = desk.pick(desk.cast("auditor"))
    auditor.press("Open", "A learning space for you")
    form = auditor.card("The meeting")
    assert desk.accessible() == []
    form.press("Next")
    auditor.card("The rest is saved")
    assert desk.accessible() == []


@pytest.mark.parametrize("width", [320, 360, 768, 1024, 1600])
def test_no_window_scrolls_sideways(open_desk: Callable[..., Desk], width: int) -> None:
    desk = open_desk(width, 700)
    auditor = desk.pick(desk.cast("auditor"))
    auditor.say("list")
    for part in ("People", "Chat", "Timeline", "Faults"):
        desk.go(part)
        assert not desk.scrolls_sideways(), part


def test_the_keyboard_is_enough(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    page, keys = desk.page, desk.page.keyboard
    name = desk.cast("auditor_head_of_service")

    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to the chat")).to_be_focused()
    _tab_to(desk, "#people-search")
    keys.type(name)
    keys.press("Enter")
    expect(page.get_by_role("heading", name=name)).to_be_focused()

    _tab_to(desk, "[data-pane] textarea")
    keys.type("help")
    keys.press("Shift+Enter")
    keys.press("Backspace")
    keys.press("Enter")
    expect(page.locator(".card").filter(has_text="What you can do here")).to_be_visible()

    _tab_to(desk, ".card button", backwards=True)
    keys.press("Enter")
    expect(page.locator("[data-busy]")).to_have_count(0)
    expect(page.locator(":focus")).not_to_have_js_property("tagName", "BODY")

    before = desk.now()
    _tab_to(desk, "[data-clock=hours]", backwards=True)
    keys.press("Enter")
    expect(page.locator("#clock .long")).not_to_have_text(before)

    _tab_to(desk, "[data-clock=to]")
    keys.press("Enter")
    window = page.get_by_role("dialog", name="To a day")
    expect(window.get_by_label("Day")).to_be_focused()
    keys.press("Escape")
    expect(page.locator("[data-clock=to]")).to_be_focused()


def test_a_form_is_answered_step_by_step_with_the_keyboard(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    keys = desk.page.keyboard
    auditor = desk.pick(desk.cast("auditor"))
    auditor.say(f"open {desk.asked('story')['reference']}")
    form = auditor.card("The meeting")
    form.question("Was it held in person?").get_by_role("radio", name="Yes").focus()
    keys.press("Space")
    keys.press("ArrowDown")
    expect(form.question("Was it held in person?").get_by_role("radio", name="Partly")).to_be_checked()
    keys.press("ArrowUp")
    expect(form.question("Was it held in person?").get_by_role("radio", name="Yes")).to_be_checked()


def test_tabs_of_a_person_move_with_the_arrows(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    auditor = desk.pick(desk.cast("auditor"))
    auditor.tab("Chat")
    desk.page.keyboard.press("ArrowRight")
    expect(auditor.place.get_by_role("tab", name="Lock screen")).to_be_focused()
    expect(auditor.place.get_by_role("list", name=f"Notifications on {auditor.name}'s phone")).to_be_visible()


def test_what_happens_is_spoken(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    auditor = desk.pick(desk.cast("auditor"))
    auditor.say("help")
    expect(desk.page.locator("#polite")).to_contain_text(f"New message for {auditor.name}")
    desk.move_clock(hours=1)
    expect(desk.page.locator("#polite")).to_contain_text("It is now")


def _tab_to(desk: Desk, selector: str, *, backwards: bool = False) -> None:
    """Press Tab until that has the focus; it must be there within a reasonable number."""
    for _ in range(90):
        desk.page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if desk.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"90 presses of Tab never reached {selector}")
