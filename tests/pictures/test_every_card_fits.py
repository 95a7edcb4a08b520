"""Every card the product can say fits a telephone 320 pixels wide, drawn by Microsoft's renderer in Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.dialogs.samples import cards
from tests.e2e.conftest import browser  # noqa: F401
from tests.pictures.cards import RENDERER, heights, too_wide

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
STEPS = ("form_fresh", "form_meeting", "form_domains", "form_judgement", "form_learning", "form_action_1")
TWO_SCREENS = 2 * 640


def test_nothing_on_any_card_is_cut_off_or_sticks_out_on_a_narrow_telephone(browser: Browser) -> None:  # noqa: F811
    if not RENDERER.exists():
        pytest.skip("Microsoft's card renderer is not installed; run `make test` with Node")
    every = cards()
    one = next(iter(every.values()))
    wide = {**one, "body": [{"type": "TextBlock", "text": "x" * 200, "wrap": False}, *one["body"]]}
    (found,) = too_wide(browser, {"on purpose": wide, **every})
    assert found.startswith("on purpose: "), "the check sees what sticks out, and nothing else does"


def test_the_longest_step_of_the_form_is_under_two_screens_of_a_telephone(browser: Browser) -> None:  # noqa: F811
    if not RENDERER.exists():
        pytest.skip("Microsoft's card renderer is not installed; run `make test` with Node")
    steps = {name: card for name, card in cards().items() if name in STEPS}
    assert len(steps) == len(STEPS)
    found = heights(browser, steps, width=360)
    assert {name: round(tall) for name, tall in found.items() if tall > TWO_SCREENS} == {}
