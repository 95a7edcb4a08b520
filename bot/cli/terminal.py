"""A conversation in the terminal: prints the words of every card, reads answers line by line, presses buttons."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from assurance.common.courier import Delivery
from bot.cli.say import say, when
from bot.cli.terminal_card import Button, Input, Json, NotUnderstood, buttons_of, inputs_of, reading_order
from bot.conversation import Conversation
from dialogs.kit.message import Message
from dialogs.notices.notices import NoWords, render
from policy.calendar.calendar import Calendar
from storage.casework import learning_spaces
from storage.outbox import notice_lists

if TYPE_CHECKING:
    from bot.clock import Clock
    from policy.council.establishment import Person
    from policy.framework.framework import Framework
    from storage.engine.database import Database, Session
    from storage.outbox.notices import Notice

RULE = "-" * 72
QUIT = ("quit", "exit", "bye", "q")
A_MOMENT = timedelta(minutes=1)
"""With BOT_CLOCK_START every command's clock begins anew, so what one has just written lies ahead of the next."""
LATEST = 5
"""Messages `inbox` shows again."""


class Terminal:
    """One person at a keyboard. What lies in the outbox for them is shown here too, and stays in the outbox."""

    def __init__(
        self, conversation: Conversation, db: Database, framework: Framework, clock: Clock, person: Person
    ) -> None:
        self._conversation = conversation
        self._db = db
        self._framework = framework
        self._clock = clock
        self._person = person
        self._card: Json | None = None
        self._buttons: list[Button] = []
        self._seen = 0

    async def run(self) -> None:
        """Until the person leaves or the input ends."""
        await self._show_new()
        while (line := read_line("> ")) is not None:
            said = line.strip()
            if said.casefold() in QUIT:
                return
            if not said:
                continue
            if said.casefold() == "inbox":
                await self._show_inbox()
            elif button := self._numbered(said):
                await self._press(button)
            else:
                for message in await self._conversation.text(self._person, said):
                    await self._show(message)
            await self._show_new()

    # -- cards --------------------------------------------------------------------------------------------------------

    async def _show(self, message: Message) -> None:
        """Print a message. A page of a form is gone through question by question until the person leaves it."""
        current: Message | None = message
        while current is not None:
            self._card, self._buttons = current.card, buttons_of(current.card)
            if any(button.verb == "next" for button in self._buttons):
                current = await self._fill_page()
            else:
                _print_message(current)
                current = None
        self._print_buttons()

    async def _fill_page(self) -> Message | None:
        """Read a page of a form aloud and take the answers; None when the person leaves it."""
        say(RULE)
        answers = {question.id: question.value for question in inputs_of(self._card)}
        for part in reading_order(self._card):
            if isinstance(part, str):
                say(part)
                continue
            answer = self._ask(part)
            if answer is None:
                return None
            if isinstance(answer, Button):
                return await self._send(answer, answers)
            answers[part.id] = answer
        say(RULE)
        chosen = self._choose()
        return await self._send(chosen, answers) if chosen else None

    async def _press(self, button: Button) -> None:
        """Press a button; what it needs to know is asked now."""
        answers: dict[str, str] = {}
        for question in inputs_of(self._card) if button.sends_inputs else ():
            answer = self._ask(question)
            if not isinstance(answer, str):
                return
            answers[question.id] = answer
        await self._show(await self._send(button, answers))

    def _ask(self, question: Input) -> str | Button | None:
        """The answer; or a button, if the person pressed one instead; or None to leave."""
        say()
        for printed in question.prompt():
            say(printed)
        today = Calendar.of(self._framework).local_date(self._clock.now())
        while (line := read_line("  : ")) is not None:
            if line.startswith("/"):
                pressed = _named(self._buttons, line[1:])
                if pressed or line == "/leave":
                    return pressed
            try:
                return question.read(line, today)
            except NotUnderstood as unclear:
                say(f"  {unclear}.")
        return None

    def _choose(self) -> Button | None:
        """The button to press at the end of a page; None to leave it."""
        self._print_buttons()
        while (line := read_line("Press (Enter is 1, /leave goes away): ")) is not None:
            said = line.strip() or "1"
            if said == "/leave":
                return None
            found = self._numbered(said) or _named(self._buttons, said.removeprefix("/"))
            if found:
                return found
        return None

    def _numbered(self, said: str) -> Button | None:
        return self._buttons[int(said) - 1] if said.isdigit() and 1 <= int(said) <= len(self._buttons) else None

    async def _send(self, button: Button, answers: dict[str, str]) -> Message:
        given = answers if button.sends_inputs else {}
        return await self._conversation.press(self._person, button.verb, {**given, **button.data})

    def _print_buttons(self) -> None:
        if self._buttons:
            say("   ".join(f"[{number}] {button.title}" for number, button in enumerate(self._buttons, 1)))

    # -- what was sent to them ----------------------------------------------------------------------------------------

    async def _show_new(self) -> None:
        """Print what has come since we last looked."""
        fresh = await self._db.read(notice_lists.to_person, self._person.id, after=self._seen)
        now = self._clock.now() + A_MOMENT
        due = [notice for notice in fresh if notice.not_before <= now]
        if due:
            self._seen = max(notice.id for notice in due)
            await self._show_notices(due)

    async def _show_inbox(self) -> None:
        now = self._clock.now() + A_MOMENT
        every = await self._db.read(notice_lists.to_person, self._person.id)
        came = [notice for notice in every if notice.not_before <= now]
        if not came:
            say("Nothing has been sent to you.")
        await self._show_notices(came[-LATEST:])
        later = [notice for notice in every if notice.not_before > now and notice.state == "pending"]
        for notice in later:
            say(f"(on {when(notice.not_before)}: {_title(self._framework, notice.event)}, {notice.subject})")

    async def _show_notices(self, found: list[Notice]) -> None:
        for notice in found:
            message = await self._rendered(notice)
            if message is None:
                continue
            say()
            say(f"[{when(notice.not_before)}] {message.summary}")
            _print_message(message)
            self._card, self._buttons = message.card, buttons_of(message.card)
        self._print_buttons()

    async def _rendered(self, notice: Notice) -> Message | None:
        item = await self._db.read(_item_of, notice.subject)
        delivery = Delivery(notice=notice, person=self._person, channel_state=None, item=item)
        try:
            return render(delivery, self._framework)
        except NoWords:
            return None


def _item_of(session: Session, subject: str) -> learning_spaces.LearningSpace | None:
    return learning_spaces.by_reference(session, subject)


def _title(framework: Framework, event: str) -> str:
    return next((entry.title for entry in framework.events if entry.key == event), event)


def _named(buttons: list[Button], said: str) -> Button | None:
    """The button whose verb or title begins with what was said."""
    wanted = said.strip().casefold()
    if not wanted:
        return None
    return next((b for b in buttons if b.verb == wanted or b.title.casefold().startswith(wanted)), None)


def _print_message(message: Message) -> None:
    say(RULE)
    say(message.text)
    if message.file:
        say("There is no OneDrive in a terminal: python -m bot export writes the same rows to a file.")
    say(RULE)


def read_line(prompt: str) -> str | None:
    """A line from standard input without its end, or None at its end; the prompt only where somebody can see it.

    It blocks the loop on purpose: while one person thinks, a terminal for one person has nothing else to do.
    """
    if sys.stdin.isatty():
        try:
            return input(prompt)
        except EOFError:
            return None
    line = sys.stdin.readline()
    return line.rstrip("\r\n") if line else None
