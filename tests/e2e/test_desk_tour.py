"""The guided tour: from allocated to loop closed and looked at again, by pressing the product's own buttons."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.desk_page import FAR, Desk
from tests.e2e.desk_sitting import DeskSitting

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1200)]

MOST_PRESSES = 60


def test_a_first_visit_offers_the_tour_and_a_second_remembers(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(tour=True)
    band = desk.page.get_by_role("region", name="Guided tour")
    expect(band).to_contain_text("1 of 5")
    assert desk.accessible() == []
    desk.page.locator("[data-tour=stop]").click()
    expect(band).to_have_count(0)
    desk.open()
    expect(band).to_have_count(0)
    desk.page.get_by_role("button", name="Take the tour").click()
    expect(band).to_contain_text("1 of 5")


@pytest.mark.parametrize("width", [1280])
def test_the_tour_walks_from_allocated_to_the_re_audit_with_the_real_buttons(
    open_desk: Callable[..., Desk], desk_sitting: DeskSitting, width: int
) -> None:
    desk = open_desk(width, 800, tour=True)
    page = desk.page
    band = page.get_by_role("region", name="Guided tour")
    steps: list[str] = []
    for _ in range(MOST_PRESSES):
        page.wait_for_timeout(800)  # the tour looks at the page twice in this time
        title = band.get_by_role("heading").inner_text()
        if title not in steps:
            steps.append(title)
        if "whole circle" in title:
            break
        filling = page.locator("[data-tour=fill]")
        if filling.count():
            filling.click()
        page.locator("[data-tour=show]").click()
        page.locator("[data-pointed]").click()
        if page.get_by_role("dialog", name="To a day").count():
            page.get_by_role("button", name="Move the clock there").click()
            expect(page.locator("#clock")).not_to_have_attribute("aria-busy", "true", timeout=FAR)
        expect(page.locator("[data-busy]")).to_have_count(0)
    assert [title.split(" of ")[0] for title in steps] == ["1", "2", "3", "4", "5", "That is the whole circle"]

    space, loop, again = desk.item("learning_space"), desk.item("loop"), desk.item("re_audit")
    assert space is not None
    assert space["state"] == "submitted"
    assert loop is not None
    assert loop["state"] in ("re_audit_due", "with_qa")
    assert again is not None
