"""Builds a message once and gets both forms of it: the card, and the plain text that says and asks the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from microsoft_teams.cards import Action, CardElement

from dialogs.kit import cards
from dialogs.kit.cards import Bold
from dialogs.kit.inert import one_line, without_controls
from dialogs.kit.message import Json, Message
from dialogs.kit.speaking import say_day
from policy.lifecycle.reference import find_reference

AS_ON = "How it stands on"
"""Before the day that a list was put together."""


class Page:
    """A message in the making. Every call adds to the card and to the text alike, in reading order."""

    def __init__(self, heading: str, *, summary: str, in_dialog: bool = False, first_is_main: bool = False) -> None:
        """`heading` and `summary` may reach a locked screen, so they name nobody and say no grade.

        With `first_is_main` the first button beside what it acts on is the main one and no other is, whoever puts it
        there: for a page made of parts that do not know what stands above them.
        """
        self._summary = summary
        self._in_dialog = in_dialog
        self._first_is_main = first_is_main
        self._has_main = False
        self._body: list[CardElement | Json] = [cards.heading(heading)]
        self._text: list[str] = [heading]
        self._buttons: list[Action] = []
        self._presses: list[str] = []
        self._asks = ""
        self._folds: tuple[list[CardElement | Json], str] = ([], "")
        self._boxes: list[tuple[list[CardElement | Json], cards.Tone, cards.Gap]] = []

    def add(self, element: CardElement | Json, text: str) -> Page:
        """An element the page has no word for, with the text that says the same."""
        self._body.append(element)
        if text:
            self._text.append(without_controls(text))
        return self

    def para(self, text: str, *, gap: cards.Gap = "Default") -> Page:
        """Our own words."""
        return self.add(cards.para(text, gap=gap), text) if text else self

    def small(self, text: str, *, gap: cards.Gap = "Small") -> Page:
        """Our own words, quieter."""
        return self.add(cards.small(text, gap=gap), text) if text else self

    def as_on(self, today: date) -> Page:
        """The day that what follows was true on: a card stays in the chat, and days and counts on it grow old."""
        return self.small(f"{AS_ON} {say_day(today)}.")

    def ask_qa(self, text: str, *, quiet: bool = False) -> Page:
        """Our own words that send somebody to the QA team; who that is and how to reach them is put behind them."""
        self._asks = text
        return self.small(text) if quiet else self.para(text)

    def subheading(self, text: str, *, gap: cards.Gap = "Medium", line: bool = False) -> Page:
        """A heading inside the page."""
        return self.add(cards.subheading(text, gap=gap, line=line), text)

    def spoken(self, *parts: str | Bold, gap: cards.Gap = "Default", quiet: bool = False) -> Page:
        """A sentence with a name, a title or an answer in it."""
        text = "".join(part.text if isinstance(part, Bold) else part for part in parts)
        return self.add(cards.spoken(*parts, gap=gap, quiet=quiet), text) if text else self

    def lines(self, lines: Sequence[str], *, gap: cards.Gap = "Default") -> Page:
        """Lines that stay one below the other, such as a numbered list: its numbers are kept as they are written."""
        if not lines:
            return self
        spoken = [cards.spoken(line, gap="Small" if number else "None") for number, line in enumerate(lines)]
        return self.add(cards.group(*spoken, gap=gap), "\n".join(lines))

    def facts(self, rows: Iterable[tuple[str, str]]) -> Page:
        """'Due: Tuesday 29 December', one to a line; rows without a value are left out."""
        kept = [(title, one_line(value)) for title, value in rows if value]
        if not kept:
            return self
        return self.add(cards.facts(kept), "\n".join(f"{title}: {value}" for title, value in kept))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Page:
        """Numbers in columns; as text each row is a line of its own that names every number."""
        lines = [
            f"{row[0]}: {', '.join(f'{title} {cell}' for title, cell in zip(header[1:], row[1:], strict=True))}"
            for row in rows
        ]
        return self.add(cards.table(header, rows), "\n".join([f"By {header[0]}", *lines]))

    def begin_box(self, tone: cards.Tone = "emphasis", *, gap: cards.Gap = "Medium") -> Page:
        """What follows stands in a box of its own, until `end_box`."""
        self._boxes.append((self._body, tone, gap))
        self._body = []
        return self

    def end_box(self) -> Page:
        """Close the box."""
        items = self._body
        self._body, tone, gap = self._boxes.pop()
        if items:
            self._body.append(cards.box(*items, tone=tone, gap=gap))
        return self

    def begin_fold(self, title: str, name: str) -> Page:
        """What follows opens when its title is pressed, until `end_fold`; `name` is its own on the card.

        As text it stands there whole. Nothing that has to be answered may be in it.
        """
        self.add(cards.fold_title(title, name), title)
        self._folds = (self._body, name)
        self._body = []
        return self

    def end_fold(self) -> Page:
        """Close the fold."""
        items = self._body
        self._body, name = self._folds
        self._body.append(cards.folded(*items, name=name))
        return self

    def button(
        self,
        title: str,
        verb: str,
        token: str = "",
        *,
        typed: str = "",
        main: bool = False,
        keep_answers: bool = True,
        **data: str | int,
    ) -> Page:
        """A button at the foot of the card; `typed` is the command that does the same."""
        self._buttons.append(
            cards.button(
                title, verb, token, main=main, keep_answers=keep_answers, in_dialog=self._in_dialog, about="", **data
            )
        )
        self._presses.append(f"[{title}] or type: {typed}" if typed else f"[{title}]")
        return self

    def window_button(self, title: str, verb: str, token: str, *, typed: str) -> Page:
        """A button at the foot that opens the item in a window; none inside a window, which is one already."""
        if not self._in_dialog:
            self._buttons.append(cards.window_button(title, verb, token))
            self._presses.append(f"[{title}] or type: {typed}")
        return self

    def call_button(self, title: str, address: str) -> Page:
        """A button at the foot that calls somebody in Teams; the text says whom to call, and holds no link."""
        self._buttons.append(cards.call_button(title, address))
        return self

    def button_here(self, title: str, verb: str, token: str, *, typed: str = "", main: bool = False) -> Page:
        """A button right below what it acts on, for a card with several of a kind."""
        about = find_reference(typed) or ""
        pressed = cards.button(
            title, verb, token, main=self._main(main), keep_answers=False, in_dialog=self._in_dialog, about=about
        )
        return self.add(cards.actions(pressed), f"[{title}] or type: {typed}" if typed else f"[{title}]")

    def choice_here(self, token: str, about: str, *offered: tuple[str, str], **data: str | int) -> Page:
        """Buttons side by side right below what they decide on, each a title and a verb; the first is the main one.

        `about` is the reference they decide on.
        """
        pressed = [
            cards.button(
                title,
                verb,
                token,
                main=self._main(not number),
                keep_answers=False,
                in_dialog=self._in_dialog,
                about=about,
                **data,
            )
            for number, (title, verb) in enumerate(offered)
        ]
        return self.add(cards.actions(*pressed), "\n".join(f"[{title}]" for title, _ in offered))

    def _main(self, wanted: bool) -> bool:
        """Whether the next button beside what it acts on is the main one."""
        if not self._first_is_main:
            return wanted
        first, self._has_main = not self._has_main, True
        return first

    def message(self, *, closes: str = "") -> Message:
        """The finished message; in a dialog window `closes` is said instead, and the window closes."""
        lines = [*self._text, "\n".join(self._presses)]
        text = "\n\n".join(line for line in lines if line)
        card = cards.card(self._body, self._buttons, summary=self._summary)
        return Message(text, self._summary, card, closes, asks=self._asks)


def with_a_line(message: Message, line: str, element: CardElement | None = None) -> Message:
    """The message with one more line right below its heading; `element` is how a card shows it, if not as plain."""
    first, _, rest = message.text.partition("\n\n")
    text = f"{first}\n\n{line}" + (f"\n\n{rest}" if rest else "")
    card = message.card
    if card is not None:
        added = cards.as_json(element or cards.para(line))
        card = {**card, "body": [card["body"][0], added, *card["body"][1:]]}
    return Message(text, message.summary, card, asks=message.asks)
