"""The desk as a newcomer meets it: find somebody, read their chat, answer a card, type, look at their phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.desk_page import Desk
from tests.e2e.desk_record import Record
from tests.e2e.desk_sitting import DeskSitting

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

RISK = "Is any child at immediate risk, or is there a safety matter not already being dealt with?"


def test_somebody_is_found_by_name_by_role_and_by_service(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    name = desk.cast("auditor")
    assert desk.pick(name).name == name
    assert "Head of" in desk.pick("head of service").place.inner_text()
    assert "MASH" in desk.pick("team manager mash").place.inner_text()
    desk.page.get_by_role("searchbox", name="Search the council").fill("nobody of that name")
    expect(desk.page.get_by_role("heading", name="Nobody found")).to_be_visible()


def test_those_worth_starting_with_come_first_with_the_reason(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    assert desk.featured()[0] == desk.cast("auditor")
    expect(desk.page.locator("#people .why").first).to_contain_text("has learning space")


def test_a_card_is_opened_and_answered_and_what_was_typed_is_kept(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    auditor = desk.pick(desk.cast("auditor"))
    auditor.press("Open", "A learning space for you")
    desk.fill("Was it held in person?", "Yes")
    desk.fill("Did you hear from the child or the family?", "Yes, the child")
    desk.press("Next", "The meeting")
    form = auditor.card("The rest is saved")
    expect(form.question("Was it held in person?").get_by_role("radio", name="Yes")).to_be_checked()
    form.fill_all({"Date of the meeting": "2026-11-20", "Did the practitioner take part?": "Yes", RISK: "No"})
    form.press("Next")
    auditor.card("What you saw")

    desk.open()
    again = desk.pick(auditor.name)
    again.card("What you saw")


def test_what_is_being_typed_on_a_card_stays_when_its_card_or_its_chat_changes_meanwhile(
    open_desk: Callable[..., Desk], desk_sitting: DeskSitting
) -> None:
    item = Record(desk_sitting.database).unopened()
    desk = open_desk()
    manager = desk.pick(item["name"])
    manager.press("Open", "A learning space for you")
    manager.fill("Date of the meeting", "2026-11-19")
    elsewhere = open_desk(1600, 900).pick(item["name"])
    elsewhere.press("Next", "The meeting")
    form = manager.card("The rest is saved")
    expect(form.question("Date of the meeting")).to_have_value("2026-11-19")
    elsewhere.say("help")
    manager.hears("What you can do here")
    expect(form.question("Date of the meeting")).to_have_value("2026-11-19")


def test_a_window_takes_the_focus_keeps_it_and_gives_it_back(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    lead = desk.pick(desk.cast("qa_lead"))
    desk.page.locator("[data-clock=to]").click()
    window = desk.dialog("To a day")
    for _ in range(12):
        desk.page.keyboard.press("Tab")
        inside = desk.page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
        assert inside, "the focus left the window"
    assert "Day" in window.text
    desk.page.keyboard.press("Escape")
    desk.no_dialog()
    expect(desk.page.locator("[data-clock=to]")).to_be_focused()
    assert lead.name


def test_the_clock_never_goes_back(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    desk.page.locator("[data-clock=to]").click()
    window = desk.dialog("To a day")
    window.place.get_by_label("Time").fill("00:01")
    window.place.get_by_role("button", name="Move the clock there").click()
    expect(window.place.get_by_text("The clock only goes forward")).to_be_visible()


def test_the_lock_screen_shows_a_line_and_never_a_grade_or_a_name_of_a_child(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    shown = desk.pick(desk.cast("practitioner")).lock_screen()
    assert shown
    for line in shown:
        for word in ("inadequate", "outstanding", "requires improvement", "NM-"):
            assert word.lower() not in line.lower()


def test_every_card_can_be_read_as_text(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    auditor = desk.pick(desk.cast("auditor_senior_manager"))
    auditor.say("help")
    words = auditor.text_twin("What you can do here")
    assert "list:" in words
    assert "Buttons:" in words


def test_two_people_stand_side_by_side_and_each_answers_for_themselves(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(1600, 900)
    first = desk.pick(desk.cast("auditor"))
    expect(first.messages.first).to_be_visible()
    before = first.texts()
    second = desk.pick(desk.cast("director"), beside=True)
    second.say("help")
    expect(first.place).to_be_visible()
    second.card("What you can do here")
    assert first.texts() == before


def test_shift_and_enter_makes_a_line_and_enter_sends(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    director = desk.pick(desk.cast("director"))
    box = director.place.get_by_role("textbox", name="Message as")
    box.click()
    desk.page.keyboard.type("one")
    desk.page.keyboard.press("Shift+Enter")
    desk.page.keyboard.type("two")
    expect(box).to_have_value("one\ntwo")
    desk.page.keyboard.press("Enter")
    expect(box).to_have_value("")
    director.hears("one\ntwo")


def test_while_the_bot_is_slow_it_is_seen_to_type(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    director = desk.pick(desk.cast("director"))
    desk.switch("Teams is slow", True)
    box = director.place.get_by_role("textbox", name="Message as")
    box.fill("help")
    box.press("Enter")
    director.hears("help")
    expect(director.place.get_by_text("The bot is typing")).to_be_visible()
    desk.switch("Teams is slow", False)
    director.card("What you can do here")
    expect(director.place.get_by_text("The bot is typing")).to_be_hidden()


def test_what_a_person_types_is_text_and_never_becomes_part_of_the_page(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    director = desk.pick(desk.cast("director"))
    director.say("<img src=x onerror=alert(1)> **bold** [a](http://example.org)")
    mine = director.messages.filter(has_text="onerror").first
    assert mine.locator("img, a, strong").count() == 0


def test_on_a_phone_one_part_is_seen_at_a_time(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(360, 740)
    auditor = desk.pick(desk.cast("auditor"))
    expect(desk.page.locator("#people")).to_be_hidden()
    auditor.say("help")
    auditor.card("What you can do here")
    assert "28 days before" in " ".join(desk.ladder())


def test_nothing_is_loaded_from_anywhere_else(open_desk: Callable[..., Desk], desk_sitting: DeskSitting) -> None:
    desk = open_desk()
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.open()
    desk.pick(desk.cast("auditor"))
    assert asked
    assert [url for url in asked if not url.startswith(desk_sitting.address)] == []


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


def test_on_a_phone_a_chat_opens_where_the_newest_card_that_waits_begins_and_stays_there(
    open_desk: Callable[..., Desk], desk_sitting: DeskSitting
) -> None:
    item = Record(desk_sitting.database).unopened()
    laptop = open_desk()
    there = laptop.pick(item["name"])
    for words in ("help", "who are you", "help"):
        there.say(words)
    phone = open_desk(390, 844)
    here = phone.pick(item["name"])
    waits = here.card("A learning space for you").place
    top = here.place.locator(".scroller").bounding_box()
    assert top

    def from_the_top() -> float:
        box = waits.bounding_box()
        assert box
        return box["y"] - top["y"]

    expect(waits.get_by_role("heading").first).to_be_in_viewport(ratio=1)
    landed = from_the_top()
    assert 0 <= landed < 60, "where it begins, with the hour above it"
    there.say("help")
    expect(here.messages.filter(has_text="What you can do here")).to_have_count(4)
    assert from_the_top() == landed, "what comes below it leaves it where it is"
    here.tab("Lock screen")
    here.tab("Chat")
    assert from_the_top() == landed
    # What one asks for oneself is shown from where it begins.
    here.say("help")
    answer = here.messages.filter(has_text="What you can do here").last
    expect(answer.get_by_role("heading").first).to_be_in_viewport(ratio=1)
    expect(waits.get_by_role("heading").first).not_to_be_in_viewport()
    # A card above what one reads is brought up to date, and what one reads stays where it is.
    before = answer.bounding_box()
    there.press("Open", "A learning space for you")
    there.press("Save for later", "The meeting")
    here.hears("Saved for later")
    after = answer.bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 1
