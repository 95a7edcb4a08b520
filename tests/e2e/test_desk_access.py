"""The desk for everybody: axe-core finds nothing, the keyboard is enough, and no window scrolls sideways."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.desk_page import AXE, Desk
from tests.e2e.desk_record import Record
from tests.e2e.desk_sitting import DeskSitting

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

WINDOWS = [
    pytest.param(1280, 800, False, id="laptop, light"),
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
    """All rules in one theme, and in the other what a theme can change: whether everything stands out enough."""
    desk = open_desk(width, height, dark=dark)
    found: dict[str, list[str]] = {}

    def look(part: str) -> None:
        found[part] = desk.accessible()
        found[part] += [f"in the other theme: {one}" for one in desk.contrast(dark=not dark)]
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


NAMED = """(words) => [...document.querySelectorAll('article.card')].filter((card) => card.textContent.includes(words))
    .map((card) => card.getAttribute('aria-label'))"""
WRONG_BOXES = """() => [...document.querySelectorAll('[aria-invalid=true]')].map((box) =>
    (box.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '')
    .join(' '))"""


def test_an_open_form_and_what_it_complains_about_are_accessible(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    auditor = desk.pick(desk.cast("auditor"))
    auditor.press("Open", "A learning space for you")
    form = auditor.card("The meeting")
    assert desk.accessible() == []
    # It is named as what it shows now, not as the message it came in.
    (name,) = desk.page.evaluate(NAMED, "The meeting")
    assert "The meeting" in name or "Step 1" in name or "step 1" in name, name
    form.press("Next")
    auditor.card("The rest is saved")
    expect(desk.page.locator("#assertive")).to_contain_text("The rest is saved")
    assert desk.accessible() == []
    # What is wrong with an answer is read with its box.
    said = desk.page.evaluate(WRONG_BOXES)
    assert said
    assert all(words.strip() for words in said), said


def test_no_window_scrolls_sideways(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(1600, 700)
    auditor = desk.pick(desk.cast("auditor"))
    auditor.say("list")
    for width in (1600, 1024, 768, 360, 320):
        desk.page.set_viewport_size({"width": width, "height": 700})
        for part in ("People", "Chat", "Timeline", "Faults"):
            desk.go(part)
            assert not desk.scrolls_sideways(), (width, part)


def test_nothing_moves_for_whoever_asked_for_less_motion(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    director = desk.pick(desk.cast("director"))
    director.say("help")
    director.card("What you can do here")
    moving = """() => [...document.querySelectorAll('*')].flatMap((one) => ['', '::before', '::after'].map((part) =>
      getComputedStyle(one, part))).filter((style) => style.animationName !== 'none' ||
      style.transitionDuration.split(', ').some((time) => parseFloat(time) > 0)).length"""
    assert desk.page.evaluate(moving) == 0
    desk.page.emulate_media(reduced_motion="no-preference")
    assert desk.page.evaluate(moving) > 0, "everybody else sees what arrives"


def test_the_keyboard_is_enough(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(fresh=True)
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


def test_a_letter_and_the_box_to_answer_it_are_accessible_on_the_page_and_inside_its_frame(
    open_desk: Callable[..., Desk], desk_sitting: DeskSitting
) -> None:
    """A real letter, as a mail program shows it, on a laptop and on a phone. Last, for it moves the clock by weeks."""
    desk = open_desk()
    Record(desk_sitting.database).set_aside_all_but(desk.asked("story")["reference"])
    name, person = desk.cast("auditor"), desk.asked("story")["auditor"]
    desk.switch("Has taken the app out", True, person=name)
    desk.move_clock(to="2026-12-07T10:00")
    found: dict[str, list[str]] = {}
    for width, height in ((1280, 800), (360, 740)):
        desk = open_desk(width, height)
        pane = desk.pick(name)
        letters = [one for one in desk.asked(f"people/{person}/mail") if one["direction"] == "in"]
        assert pane.letters() and letters, "the bot wrote to whoever has no app"
        pane.place.locator("[data-letter]").filter(has_not_text="Sent to").first.click()
        reply = pane.place.get_by_role("textbox", name=f"Reply as {name}")
        expect(reply).to_be_visible()
        frame = pane.place.locator("iframe.sheet-frame")
        expect(frame).to_have_attribute("title", re.compile(r"\S"))
        inside = desk.page.frames[-1]
        expect(inside.locator("body")).to_contain_text("Please leave this line in your reply")
        found[f"the letter, {width}"] = desk.accessible() + desk.page.evaluate(TOO_SMALL)
        found[f"inside it, {width}"] = _read_alone(desk, letters[-1]["html"])
        if desk.scrolls_sideways():
            found[f"the letter, {width}"].append("scrolls sideways")
        pane.place.get_by_role("tab", name="Plain text").click()
        found[f"as plain text, {width}"] = desk.accessible()
        reply.fill("help")
        pane.place.get_by_role("button", name="Send the reply").press("Enter")
        expect(pane.place.get_by_text("Sent. The bot's answer will come as a new letter.")).to_be_visible()
        found[f"answered, {width}"] = desk.accessible()
    assert {part: places for part, places in found.items() if places} == {}


def _read_alone(desk: Desk, html: str) -> list[str]:
    """What axe-core finds in a letter by itself: in its frame on the page no script may run, not even this one."""
    page = desk.page.context.new_page()
    page.set_content(html)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    rules = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}"
    found = page.evaluate(f"async () => (await axe.run(document, {rules})).violations.map((one) => one.id)")
    page.close()
    return [str(one) for one in found]


def _tab_to(desk: Desk, selector: str, *, backwards: bool = False) -> None:
    """Press Tab until that has the focus; it must be there within a reasonable number."""
    for _ in range(90):
        desk.page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if desk.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"90 presses of Tab never reached {selector}")
