"""The guided tour: from allocated to loop closed and looked at again, by pressing the product's own buttons."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.desk_page import FAR, Desk, Pane
from tests.e2e.desk_record import Record
from tests.e2e.desk_sitting import DeskSitting

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1200)]

MOST_PRESSES = 40
SECOND_STEP = """async () => (await import('/static/js/tour_steps.js')).STEPS[1].tasks[0].say({
  name: () => "somebody", now: "2026-11-20T10:00:00Z", item: {due_on: "2026-12-18"},
})"""
LOOKED = "#tour:not([data-looking])"
TURNS_A_PAGE = re.compile("^(next|review|check)", re.IGNORECASE)


def _goes_on(desk: Desk) -> int:
    """Do what the tour says next, as somebody would: with the mouse, and with the keyboard where one goes on and on."""
    page = desk.page
    be, filling, pointed = (page.locator(one) for one in ("[data-tour=be]", "[data-tour=fill]", "[data-pointed]"))
    if be.count():
        be.click()
        return 1
    pointed.wait_for(state="attached")
    words = pointed.inner_text()
    if filling.count() and TURNS_A_PAGE.match(words):
        before = page.locator(".card").filter(has=pointed).inner_text()
        filling.focus()
        page.keyboard.press("Enter")
        page.locator("[data-busy]").first.wait_for(state="detached")
        page.locator(LOOKED).wait_for(state="attached", timeout=FAR)
        assert page.locator(".card").filter(has=page.locator("[data-pointed]")).inner_text() != before, "turned"
        assert filling.count() == 0 or filling.evaluate("one => one === document.activeElement"), "the focus stays"
        return 1
    filled = 0
    if filling.count() and not words.startswith("Send"):
        filling.click()
        filled = 1
    if pointed.evaluate("one => one.matches('textarea')"):
        pointed.fill("list")
        pointed.press("Enter")
    else:
        pointed.click()
    if page.get_by_role("dialog", name="To a day").count():
        page.get_by_role("button", name="Move the clock there").click()
        filled += 1
    return filled + 1


def test_a_first_visit_offers_the_tour_and_a_second_remembers(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(tour=True)
    band = desk.page.get_by_role("region", name="Guided tour")
    expect(band).to_contain_text("1 of 5")
    expect(desk.page.get_by_text("This page stands in for Microsoft Teams and Outlook.")).to_be_in_viewport()
    assert desk.accessible() == []
    desk.page.get_by_role("button", name="Leave the tour").click()
    expect(band).to_have_count(0)
    desk.open()
    expect(band).to_have_count(0)
    desk.page.get_by_role("button", name="Take the tour").click()
    expect(band).to_contain_text("1 of 5")


@pytest.mark.parametrize(("width", "height"), [(360, 740), (390, 844), (768, 1024), (1280, 800), (1366, 768)])
def test_the_first_thing_to_press_is_in_sight_and_the_words_fit_the_window(
    open_desk: Callable[..., Desk], width: int, height: int
) -> None:
    desk = open_desk(width, height, tour=True)
    page = desk.page
    band = page.get_by_role("region", name="Guided tour")
    expect(band.get_by_role("button").first).to_be_in_viewport(ratio=1)
    if width < 1024:
        expect(page.get_by_text("This page stands in for Microsoft Teams and Outlook.")).to_be_in_viewport(ratio=1)
        band.get_by_role("button", name="Be ").click()
    card = Pane(page, desk.cast("auditor")).card("A learning space for you")
    expect(card.place.get_by_role("heading").first).to_be_in_viewport(ratio=1)
    if width >= 768:
        expect(card.place.get_by_role("button", name="Open", exact=True)).to_be_in_viewport(ratio=1)
    assert not desk.scrolls_sideways()
    says = page.evaluate(SECOND_STEP)
    assert ("on the right" in says) is (width >= 1024)


def test_the_tour_walks_from_allocated_to_the_closed_loop_with_the_real_buttons(
    open_desk: Callable[..., Desk], desk_sitting: DeskSitting
) -> None:
    desk = open_desk(tour=True)
    page, record = desk.page, Record(desk_sitting.database)
    told_of = desk.asked("story")["reference"]
    band = page.get_by_role("region", name="Guided tour")
    steps: list[str] = []
    then_and_now = ""
    presses = 0
    while presses < MOST_PRESSES:
        page.locator(LOOKED).wait_for(state="attached", timeout=FAR)
        title = band.get_by_role("heading").inner_text()
        if title not in steps:
            steps.append(title)
        if "whole circle" in title:
            break
        if title.startswith("4"):
            # Everybody's month of messages is in the chats by now; the three months to come are walked for this story.
            record.set_aside_all_but(told_of)
        side_by_side = page.locator(".card").filter(has_text="Then and now").filter(has=page.get_by_role("radio"))
        if not then_and_now and side_by_side.count():
            then_and_now = side_by_side.last.inner_text()
            assert desk.accessible() == []
        presses += _goes_on(desk)
    assert presses <= MOST_PRESSES, steps
    assert [title.split(" of ")[0] for title in steps] == ["1", "2", "3", "4", "5", "That is the whole circle"]

    assert "Practice: Inadequate" in then_and_now
    assert "Practice: Good" in then_and_now

    assert desk.asked("story")["reference"] == told_of, "however far the clock has gone"
    states = {kind: (desk.item(kind) or {}).get("state") for kind in ("learning_space", "loop", "re_audit")}
    assert states == {"learning_space": "submitted", "loop": "closed", "re_audit": "submitted"}
    first, loop = record.space(told_of), record.loop_of(told_of)
    again = record.space(loop["reaudit_reference"])
    assert again["practitioner"] == first["practitioner"]
    assert again["case_ref"] != first["case_ref"], "another child"
    assert again["person"] != first["person"], "another auditor"
    assert loop["authorised_by"] != loop["filled_by"]
    assert (loop["state"], loop["result"]) == ("closed", "embedded")
    assert loop["closed_at"]
    for part in ("senior_manager", "head_of_service"):
        desk.pick(desk.cast(part)).hears(f"How it came out: {loop['reference']}")
