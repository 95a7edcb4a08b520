"""The guided tour: from allocated to loop closed and looked at again, by pressing the product's own buttons."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.desk_page import FAR, Desk
from tests.e2e.desk_record import Record
from tests.e2e.desk_sitting import DeskSitting

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1200)]

MOST_PRESSES = 60


def test_a_first_visit_offers_the_tour_and_a_second_remembers(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(tour=True)
    band = desk.page.get_by_role("region", name="Guided tour")
    expect(band).to_contain_text("1 of 5")
    assert desk.accessible() == []
    desk.page.get_by_role("button", name="Leave the tour").click()
    expect(band).to_have_count(0)
    desk.open()
    expect(band).to_have_count(0)
    desk.page.get_by_role("button", name="Take the tour").click()
    expect(band).to_contain_text("1 of 5")


def test_the_tour_walks_from_allocated_to_the_closed_loop_with_the_real_buttons(
    open_desk: Callable[..., Desk], desk_sitting: DeskSitting
) -> None:
    desk = open_desk(tour=True)
    page, record = desk.page, Record(desk_sitting.database)
    told_of = desk.asked("story")["reference"]
    band = page.get_by_role("region", name="Guided tour")
    steps: list[str] = []
    then_and_now = ""
    for _ in range(MOST_PRESSES):
        expect(page.locator("#tour:not([data-looking])")).to_be_attached(timeout=FAR)
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
        filling = page.locator("[data-tour=fill]")
        if filling.count():
            filling.click()
        page.locator("[data-tour=show]").click()
        pointed = page.locator("[data-pointed]")
        if pointed.evaluate("one => one.matches('textarea')"):
            expect(band).to_contain_text("First type list, and send it")
            pointed.fill("list")
            pointed.press("Enter")
        else:
            pointed.click()
        if page.get_by_role("dialog", name="To a day").count():
            page.get_by_role("button", name="Move the clock there").click()
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
