"""Letters in a real browser: nothing runs off a phone, and axe finds no barrier."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.dialogs.letters.test_letters import letters
from tests.e2e.conftest import browser  # noqa: F401

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
SEEN = ("e1_allocated", "e8_asked", "e13_executive", "e16_attention", "e64_month", "e69_many", "e75_out_of_reach")

pytestmark = pytest.mark.skipif(not (CHROMIUM.exists() and AXE.exists()), reason="no Chromium or no node_modules here")


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:  # noqa: F811
    """One window for all of them: a letter keeps nothing in it."""
    opened = browser.new_page()
    yield opened
    opened.close()


@pytest.mark.parametrize("width", [320, 360, 700])
def test_a_letter_fits_the_screen_it_is_read_on(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    for name in SEEN:
        page.set_content(letters()[name].html)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_axe_finds_no_barrier_in_a_letter(page: Page) -> None:
    page.set_viewport_size({"width": 700, "height": 640})
    found = {}
    for name in SEEN:
        page.set_content(letters()[name].html)
        page.add_script_tag(path=str(AXE))
        tags = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']}"
        result = page.evaluate(f"async () => (await axe.run(document, {tags})).violations.map(one => one.id)")
        if result:
            found[name] = result
    assert found == {}


def test_a_letter_asks_the_network_for_nothing(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    frames = "".join(f'<iframe srcdoc="{escape(letters()[name].html)}"></iframe>' for name in SEEN)
    page.set_content(frames, wait_until="networkidle")
    assert all(frame.locator("body").inner_text() for frame in page.frames[1:])
    assert len(page.frames) == 1 + len(SEEN)
    assert asked == []
    page.set_content('<iframe srcdoc="<img src=http://127.0.0.1:9/seen.png>"></iframe>')
    assert asked == ["http://127.0.0.1:9/seen.png"], "a letter that did would be seen to"
