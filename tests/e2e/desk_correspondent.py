"""Somebody at the desk who lives in their mailbox: reads a letter, replies above it, reads what the bot answers."""

from __future__ import annotations

from playwright.sync_api import Locator

from tests.e2e.desk_page import Pane

ANSWER = "About your email"
"""How the subject of everything begins that answers a reply."""


class Correspondent:
    """One person's mailbox, and how many answers have come into it so far."""

    def __init__(self, pane: Pane) -> None:
        self.pane = pane
        self._answers = 0

    def letter(self, subject: str) -> str:
        """Open the newest letter received with this in its subject, waited for: its plain text."""
        self._received(subject).first.click()
        self.pane.place.get_by_role("tab", name="Plain text").click()
        return self.pane.place.locator(".letter pre:visible").last.inner_text()

    def ask(self, text: str) -> str:
        """Answer the letter that is open, and open the letter that answers: its plain text."""
        self.pane.reply(text)
        self._answers += 1
        answers = self._received(ANSWER)
        answers.nth(self._answers - 1).wait_for()
        assert answers.count() == self._answers
        return self.letter(ANSWER)

    def _received(self, subject: str) -> Locator:
        self.pane.letters()
        return self.pane.place.locator("[data-letter]").filter(has_text=subject, has_not_text="Sent to")
