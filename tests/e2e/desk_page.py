"""The desk as a person works it: pick somebody, read, press, fill, type, read their letters, and move the clock.

What is waited for here is waited for with `wait_for`: an `expect` that does not hold yet has the names and roles of the
whole page worked out at every look, for the words it would fail with.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, expect

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FAR = 300_000
"""Milliseconds the clock may take to walk through months of everybody's business."""


def as_shown(words: str) -> re.Pattern[str]:
    """These words on a card, where a reference has hyphens that no line breaks at."""
    return re.compile(re.escape(words).replace(r"\-", "[-\u2011]"), re.IGNORECASE)


def plainly(shown: str) -> str:
    """What is shown, with ordinary hyphens."""
    return shown.replace("\u2011", "-")


class Form:
    """Questions and buttons, in a card of the chat or in a window: found by the words people see."""

    def __init__(self, page: Page, place: Locator) -> None:
        self.page = page
        self.place = place

    @property
    def text(self) -> str:
        """Everything it shows."""
        return plainly(self.place.inner_text())

    def question(self, label: str) -> Locator:
        """The input, or the group of choices, that this question is asked with. An error message may follow it."""
        asked = self.place.locator("[data-input]")
        exact = asked.and_(self.place.get_by_label(label, exact=True))
        if exact.count():
            return exact.first
        return asked.and_(self.place.get_by_label(re.compile(rf"^\s*{re.escape(label)}(\W|$)"))).first

    def fill(self, label: str, value: str | Iterable[str]) -> None:
        """Answer a question: words, an ISO date, '14:30', or the title of a choice (several for tick boxes)."""
        control = self.question(label)
        control.wait_for()
        kind = control.evaluate("control => control.getAttribute('role') ?? control.tagName")
        wanted = [value] if isinstance(value, str) else list(value)
        if kind == "radiogroup":
            control.get_by_role("radio", name=wanted[0], exact=True).check()
        elif kind == "group":
            for choice in wanted:
                control.get_by_role("checkbox", name=choice, exact=True).check()
        elif kind == "SELECT":
            control.select_option(label=wanted[0])
        else:
            control.fill(wanted[0])

    def fill_all(self, answers: dict[str, str | list[str]]) -> None:
        """Answer several questions by their labels."""
        for label, value in answers.items():
            self.fill(label, value)

    def press(self, button: str) -> None:
        """Press a button by its title, and wait until the answer is there."""
        self.place.get_by_role("button", name=button, exact=True).last.click()
        self.page.locator("[data-busy]").first.wait_for(state="detached")

    @property
    def errors(self) -> str:
        """What it complains about, below the card."""
        return "\n".join(self.place.locator(".failure").all_inner_texts())


class Pane:
    """One person's part of the desk."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        # That it is a region of this name is held where somebody is picked: roles of a whole page are slow to work out.
        whose = page.locator(".who h2").filter(has_text=re.compile(rf"^{re.escape(name)}$"))
        self.place = page.locator("[data-pane]").filter(has=whose)

    def tab(self, name: str) -> None:
        """Go to 'Chat', 'Lock screen' or 'Mailbox'."""
        self.place.get_by_role("tab", name=re.compile(f"^{name}")).click()

    @property
    def messages(self) -> Locator:
        """Every message of the chat, oldest first."""
        return self.place.locator(".message")

    def texts(self) -> list[str]:
        """What the chat shows, message by message."""
        return [plainly(shown) for shown in self.messages.all_inner_texts()]

    def card(self, containing: str) -> Form:
        """The newest card that shows this, waited for."""
        found = self.place.locator(".card").filter(has_text=as_shown(containing)).last
        found.wait_for()
        return Form(self.page, found)

    def newest(self) -> Form:
        """The newest card."""
        found = self.place.locator(".card").last
        found.wait_for()
        return Form(self.page, found)

    def say(self, text: str) -> None:
        """Type a message and send it with Enter; back when the bot has answered, or has taken it."""
        before = self.messages.count()
        box = self.place.get_by_role("textbox", name=re.compile("^Message as "))
        box.fill(text)
        box.press("Enter")
        send = self.place.locator("form").get_by_role("button", name="Send", exact=True)
        send.and_(self.page.locator(":enabled")).wait_for()
        self.messages.nth(before).wait_for()

    def hears(self, words: str) -> None:
        """Wait until something in the chat says this."""
        self.messages.filter(has_text=as_shown(words)).last.wait_for()

    def press(self, button: str, card: str) -> None:
        """Press a button of the newest card that shows `card`."""
        self.card(card).press(button)

    def fill(self, label: str, value: str | Iterable[str]) -> None:
        """Answer a question of the newest card that asks it."""
        card = self.place.locator(".card").filter(has_text=label).last
        Form(self.page, card).fill(label, value)

    def text_twin(self, card: str) -> str:
        """The card as plain text."""
        message = self.messages.filter(has_text=as_shown(card)).last
        twin = message.locator("details.twin")
        if not twin.get_attribute("open"):
            twin.locator("summary").click()
        words = twin.locator("pre")
        expect(words).not_to_be_empty()
        return plainly(words.inner_text())

    def lock_screen(self) -> list[str]:
        """What the locked phone shows, newest first."""
        self.tab("Lock screen")
        shown = self.place.get_by_role("list", name=re.compile("^Notifications on")).get_by_role("listitem")
        shown.first.wait_for()
        return [plainly(line) for line in shown.all_inner_texts()]

    def letters(self) -> list[str]:
        """Subjects, senders and times of the letters, newest first."""
        self.tab("Mailbox")
        back = self.place.get_by_role("button", name="All letters")
        if back.count():
            back.click()
        return self.place.locator("[data-letter]").all_inner_texts()

    def letter(self, subject: str) -> str:
        """Open the newest letter with this in its subject: its plain text."""
        self.letters()
        self.place.locator("[data-letter]").filter(has_text=subject).first.click()
        plain = self.place.get_by_role("tab", name="Plain text")
        if plain.count():
            plain.click()
        return self.place.locator(".letter pre:visible").last.inner_text()

    def reply(self, text: str) -> None:
        """Answer the letter that is open."""
        self.place.get_by_role("textbox", name=re.compile("^Reply as ")).fill(text)
        self.place.get_by_role("button", name="Send the reply").click()
        self.place.get_by_text("Sent. The bot's answer will come as a new letter.").wait_for()


class Desk:
    """The whole page. What belongs to one person is done for the one picked last."""

    def __init__(self, page: Page, address: str, *, stands: bool = False) -> None:
        """Loads the page, unless it `stands` in that window already."""
        self.page = page
        self.address = address
        self.current: Pane | None = None
        self.problems: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", self._broke)
        if not stands:
            self.open()

    def _said(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.problems.append(said.text)

    def _broke(self, error: Error) -> None:
        self.problems.append(str(error))

    def leave(self) -> list[str]:
        """Listen no more; what the console complained of."""
        self.page.remove_listener("console", self._said)
        self.page.remove_listener("pageerror", self._broke)
        return self.problems

    def open(self) -> None:
        """Load the page and wait until it is drawn."""
        self.page.goto(self.address)
        self.page.locator("body[data-ready=true]").wait_for(state="attached")

    @property
    def narrow(self) -> bool:
        """Whether one part is shown at a time."""
        return self.page.viewport_size is not None and self.page.viewport_size["width"] < 1024

    def go(self, part: str) -> None:
        """On a narrow window go to 'People', 'Chat', 'Timeline' or 'Faults'; on a wide one everything is there."""
        if self.narrow:
            self.page.locator("#views").get_by_role("button", name=part).click()
        elif part in ("Timeline", "Faults"):
            self.page.locator("#side").get_by_role("tab", name=re.compile(f"^{part}")).click()

    def pick(self, person: str, *, beside: bool = False) -> Pane:
        """Be somebody: found by name, or by the words of a post."""
        self.go("People")
        search = self.page.get_by_role("searchbox", name="Search the council")
        search.fill(person)
        entry = self.page.locator("#people [data-person]").first
        entry.wait_for()
        name = entry.locator(".name").inner_text()
        if beside:
            self.page.get_by_role("button", name=f"Open {name} beside").click()
        else:
            entry.click()
        self.go("Chat")
        self.current = Pane(self.page, name)
        self.current.place.and_(self.page.get_by_role("region", name=name, exact=True)).wait_for()
        return self.current

    def cast(self, part: str) -> str:
        """The name of who plays a part in the featured story: 'auditor', 'senior_manager', 'head_of_service', ..."""
        people = {one["id"]: one["name"] for one in self.asked("council")["people"]}
        return str(people[self.asked("story")[part]])

    def item(self, kind: str) -> dict[str, Any] | None:
        """The featured story's 'learning_space', 'action', 'loop', 'moderation' or 're_audit' as it stands."""
        return next((one for one in self.asked("items")["items"] if one["kind"] == kind), None)

    def asked(self, path: str) -> Any:
        """What the desk's server answers."""
        return self.page.request.get(f"{self.address}/api/{path}").json()

    def featured(self) -> list[str]:
        """The names offered to begin with."""
        self.go("People")
        return self.page.get_by_role("list", name="Good to begin with").locator(".name").all_inner_texts()

    @property
    def pane(self) -> Pane:
        """The person picked last."""
        assert self.current is not None, "pick somebody first"
        return self.current

    def say(self, text: str) -> None:
        """Type a message as the person picked last."""
        self.pane.say(text)

    def press(self, button: str, card: str) -> None:
        """Press a button of the newest card of the person picked last that shows `card`."""
        self.pane.press(button, card)

    def fill(self, label: str, value: str | Iterable[str]) -> None:
        """Answer a question in the open window, or else of the person picked last."""
        if self.page.locator("dialog[open]").count():
            self.dialog().fill(label, value)
        else:
            self.pane.fill(label, value)

    def texts(self) -> list[str]:
        """What the chat of the person picked last shows."""
        return self.pane.texts()

    def dialog(self, title: str | None = None) -> Form:
        """The window that is open, waited for."""
        window = self.page.get_by_role("dialog", name=title) if title else self.page.locator("dialog[open]")
        window.wait_for()
        return Form(self.page, window)

    def no_dialog(self) -> None:
        """Wait until no window is open."""
        self.page.locator("dialog[open]").first.wait_for(state="detached")

    def now(self) -> str:
        """What the clock says: 'Friday 20 November 2026, 10:00'."""
        return self.page.locator("#clock .long").text_content() or ""

    def move_clock(
        self, *, hours: int = 0, days: int = 0, working_days: int = 0, to_next: bool = False, to: str = ""
    ) -> list[str]:
        """Move the clock with the buttons (`to` as '2026-12-21T09:30'); gives what happened on the way."""
        if self.narrow and not self.page.locator("#clock.unfolded").count():
            self.page.get_by_role("button", name="Move the clock", exact=True).click()
        for how, times in (("hours", hours), ("days", days), ("working_days", working_days), ("next", int(to_next))):
            for _ in range(times):
                self.page.locator(f"[data-clock={how}]").click()
                self._arrived()
        if to:
            day, _, time = to.partition("T")
            self.page.locator("[data-clock=to]").click()
            window = self.page.get_by_role("dialog", name="To a day")
            window.get_by_label("Day").fill(day)
            window.get_by_label("Time").fill(time or "10:00")
            window.get_by_role("button", name="Move the clock there").click()
            self._arrived()
        return self.page.locator(".happened li").all_text_contents()

    def _arrived(self) -> None:
        self.page.locator("#clock:not([aria-busy=true])").wait_for(state="attached", timeout=FAR)
        self.page.locator(".happened").wait_for(timeout=FAR)

    def heard(self, name: str = "") -> list[str]:
        """The list of who heard what, newest first; once it names somebody, where they are waited for."""
        self.go("Timeline")
        rows = self.page.locator(".heard tbody tr")
        if name:
            rows.filter(has_text=name).first.wait_for()
        return rows.all_inner_texts()

    def ladder(self, reference: str = "", *waited_for: str) -> list[str]:
        """The rungs of a ladder, oldest first; of the one shown, or of this reference. See `lit` for what it awaits."""
        self.go("Timeline")
        if reference:
            self.page.get_by_label("Which one to look at").select_option(reference)
        return self._rungs(self.page.locator(".rungs > li"), waited_for)

    def lit(self, *waited_for: str) -> list[str]:
        """Those rungs of the ladder shown on which somebody was told, once one of them holds all of what is waited for.

        The page draws what happened a moment after the clock has arrived.
        """
        self.go("Timeline")
        return self._rungs(self.page.locator(".rungs > .lit"), waited_for)

    def _rungs(self, rungs: Locator, waited_for: Sequence[str]) -> list[str]:
        awaited = rungs
        for words in waited_for:
            awaited = awaited.filter(has_text=words)
        if waited_for:
            awaited.first.wait_for()
        return rungs.all_inner_texts()

    def switch(self, fault: str, on: bool, person: str | None = None) -> None:
        """Switch a fault, found by its title."""
        self.go("Faults")
        if person:
            self.page.get_by_label("For whom").select_option(label=person)
        self.page.get_by_role("switch", name=re.compile(f"^{re.escape(fault)}")).set_checked(on)

    def accessible(self) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA and good practice, one line for each place."""
        return self._axe("['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']")

    def contrast(self, *, dark: bool) -> list[str]:
        """What axe-core finds too faint in the dark or the light, whichever the window was opened in."""
        before = self.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        found = self._axe("{type: 'rule', values: ['color-contrast']}")
        self.page.emulate_media(color_scheme="dark" if before else "light")
        return found

    def _axe(self, rules: str) -> list[str]:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate(
            f"() => axe.run(document, {{resultTypes: ['violations'], runOnly: {rules}}})"
        )
        return [
            f"{rule['id']}: {rule['help']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def scrolls_sideways(self) -> bool:
        """Whether the page is wider than its window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))

    def picture(self, name: str) -> None:
        """Take a picture for the README when `make pictures` asks for it (PICTURES names the folder)."""
        folder = os.environ.get("PICTURES")
        if folder:
            self.page.mouse.move(0, 0)
            self.page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")
