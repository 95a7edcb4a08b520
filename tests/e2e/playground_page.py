"""The playground's chat as a person works it: cards, their inputs by label, their buttons by name."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Locator, Page


class Chat:
    """The chat with the bot on Microsoft's page."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.goto(address)
        page.get_by_role("button", name="Hide log panel").click()

    def picture(self, name: str) -> None:
        """Take a picture for the README when `make pictures` asks for it (PICTURES names the folder)."""
        folder = os.environ.get("PICTURES")
        if folder:
            self.page.locator(".ac-adaptiveCard").last.scroll_into_view_if_needed()
            self.page.screenshot(path=Path(folder) / f"{name}.png")

    def card(self, heading: str) -> Locator:
        """The newest card that shows this text, waited for."""
        card = self.page.locator(".ac-adaptiveCard").filter(has_text=heading).last
        card.wait_for()  # an `expect` that waits has the names of the whole page worked out at every look
        return card

    def press(self, card: Locator, button: str) -> None:
        """Press a button of a card by its name."""
        card.get_by_role("button", name=button, exact=True).click()

    def say(self, text: str) -> None:
        """Type a message and send it."""
        box = self.page.get_by_role("textbox").last
        box.click()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def choose(self, card: Locator, label: str, *answers: str) -> None:
        """Answer a question by the words of its choices, whichever way the card offers them."""
        for answer in answers:
            one_of = card.get_by_role("radiogroup", name=re.compile(f"^{re.escape(label)}( \\(optional\\))?$"))
            if one_of.count():
                one_of.get_by_role("radio", name=answer, exact=True).check()
                continue
            several = card.get_by_role("checkbox", name=re.compile(f"^{re.escape(label)}.* {re.escape(answer)}$"))
            if several.count():
                several.check()
                continue
            card.get_by_role("combobox", name=label).first.click()
            self.page.get_by_role("option", name=answer, exact=True).click()

    def offered(self, card: Locator, label: str) -> list[str]:
        """The choices that a list opens with, which is then closed as it was."""
        box = card.get_by_role("combobox", name=label).first
        box.click()
        options = self.page.get_by_role("option")
        options.first.wait_for()
        found = options.all_inner_texts()
        box.press("Escape")
        options.first.wait_for(state="detached")
        return found

    def pick_today(self, card: Locator, label: str) -> None:
        """Pick today from the calendar that a date input opens."""
        card.get_by_role("combobox", name=label).click()
        self.page.locator("[role=gridcell] button[aria-current=date], [role=gridcell][aria-current=date]").first.click()

    def write(self, card: Locator, label: str, text: str) -> None:
        """Fill a text box by its label."""
        card.get_by_label(label).first.fill(text)
