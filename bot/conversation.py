"""The front desk whatever the channel: a typed line or a pressed button in, what we say back out."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import structlog

from assurance.allocation.approve_allocation import approve_allocation, withdraw_allocation
from assurance.allocation.propose_allocation import MonthIsFar, MonthIsPast, Terms, propose_allocation
from assurance.common.refusals import AlreadyDone, NotFound, NotYours, Refused, UnknownStep, Withdrawn
from assurance.follow_up.submit import SubmitOutcome, submit
from assurance.forms.form_view import FormView
from assurance.forms.open_form import open_form, open_form_with
from assurance.forms.save_step import BACK, NEXT, STAY, save_step
from assurance.home.waiting import waiting
from assurance.red_route.acknowledge import acknowledge
from bot.features import FEATURES, exports, typing, voices
from bot.features.exports import Taken
from bot.helping import named
from bot.last_word import say_who_was_first, watched
from bot.open_boxes import OpenBoxes
from bot.pressed import version_in, word
from dialogs.forms.form_card import CHANGED_ELSEWHERE, answers_in, asks_all, form_message
from dialogs.forms.last_word import already_done_message
from dialogs.front_door import front_door
from dialogs.home import home
from dialogs.kit.message import Message
from dialogs.learning_space import allocation, learning_space, news
from dialogs.understand.understanding import Intent, understand, without_mentions
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.lifecycle.reference import LEARNING_SPACE
from storage.council import establishment
from storage.engine.errors import StorageError

if TYPE_CHECKING:
    from bot.clock import Clock
    from policy.council.establishment import Person
    from policy.framework.framework import Framework
    from storage.engine.database import Database, Session

log = structlog.get_logger("bot.conversation")

Data = Mapping[str, Any]
_A_VERB = re.compile(r"[a-z_]{1,40}")


class Conversation:
    """Answers people. Who they are is the caller's finding; what they may do is decided afresh at every call."""

    def __init__(
        self,
        db: Database,
        framework: Framework,
        clock: Clock,
        *,
        wake: Callable[[], None] = lambda: None,
        unknown_button: Callable[[], None] = lambda: None,
    ) -> None:
        """`wake` is called after anything that may have left notices in the outbox, `unknown_button` for each press of
        one that nobody here answers to."""
        self.db = db
        self.framework = framework
        self.clock = clock
        self._calendar = Calendar.of(framework)
        self.wake = wake
        self._unknown_button = unknown_button
        self.boxes = OpenBoxes(db)
        self._presses: dict[str, Callable[[Person, Data, bool], Any]] = {
            "open": self._open,
            "review": self._open,
            "next": self._next,
            "back": self._back,
            "later": self._later,
            "edit": self._edit,
            "submit": self._submit,
            "home": self._show_home,
            "approve_run": self._approve,
            "withdraw_run": self._withdraw,
            "acknowledge": self._acknowledge,
        }
        for feature in FEATURES:
            self._presses.update(feature.presses(self))

    @property
    def verbs(self) -> frozenset[str]:
        """Every verb a button can carry that is answered with something of its own."""
        return frozenset(self._presses)

    # -- what comes in -------------------------------------------------------------------------------------------------

    async def text(self, person: Person, text: str) -> list[Message]:
        """Answer a typed line. Nothing of what was typed is kept."""
        text = without_mentions(text)
        intent = understand(text, self.today())
        try:
            heard = await typing.hear(self, person, text, intent)
        except (Refused, StorageError) as error:
            return [await self._named(self.said_no(error, person), person)]
        if heard is None:
            return [await self.command(person, intent)]
        return [await self._named(message, person) for message in heard]

    async def command(self, person: Person, intent: Intent) -> Message:
        """Answer what somebody wants, in words of its own also when it cannot be."""
        message = await self._guarded(self._answer(person, intent), person)
        return self._show(person, await self._named(message, person))

    async def press(self, person: Person, verb: str, data: Data) -> Message:
        """Answer a button with what takes the card's place. Whatever is in `data` came from the client."""
        return await self._pressed(person, verb, data, in_dialog=False)

    async def dialog(self, person: Person, verb: str, data: Data) -> Message:
        """The same for a dialog window, whose cards have buttons of its own kind."""
        return await self._pressed(person, verb, data, in_dialog=True)

    async def take_file(self, person: Person, token: str) -> Taken | Message:
        """They allowed a file that was offered: the file, or why there is none."""
        try:
            return await exports.take(self, person, token)
        except (Refused, StorageError) as error:
            return self.said_no(error, person)

    async def decline_file(self, person: Person, token: str) -> Message:
        """They did not want it."""
        return await self._guarded(exports.decline(self, person, token), person)

    async def _pressed(self, person: Person, verb: str, data: Data, *, in_dialog: bool) -> Message:
        handle = self._presses.get(verb)
        if handle is None:
            # Whatever is in it came from the client: of a name that none of ours could be, not a letter is logged.
            log.warning("unknown button", verb=verb if _A_VERB.fullmatch(verb) else "unreadable", person=person.id)
            self._unknown_button()
            return self._show(person, front_door.unknown_button_message())
        answer = say_who_was_first(self, person, verb, data, handle(person, data, in_dialog))
        return self._show(person, await self._named(await self._guarded(answer, person), person))

    async def _named(self, message: Message, person: Person) -> Message:
        return await named(self.db, self.framework, message, person.id, self.clock.now())

    def _show(self, person: Person, message: Message) -> Message:
        self.boxes.shown(person.id, message, self.clock.now())
        return message

    async def _guarded(self, answer: Awaitable[Message], person: Person) -> Message:
        """Turn every refusal into a kind answer. A database that fails is said to the person and to the log."""
        try:
            return await answer
        except (Refused, StorageError) as error:
            return self.said_no(error, person)

    def said_no(self, error: Refused | StorageError, person: Person) -> Message:
        """Why something cannot be, in words."""
        if isinstance(error, Refused):
            log.info("refused", kind=type(error).__name__, person=person.id)
            return self._no(error, person)
        log.error("not saved", error=type(error).__name__, person=person.id)
        return front_door.sorry_message()

    async def _answer(self, person: Person, intent: Intent) -> Message:
        match intent.kind:
            case "greeting" | "home":
                return await self._home(person, greeting=intent.kind == "greeting")
            case "help":
                return front_door.help_message(await self.db.read(roles_of, person.id))
            case "thanks":
                return front_door.thanks_message()
            case "open" if intent.reference.startswith(f"{LEARNING_SPACE}-"):
                return await voices.open_learning_space(self, person, intent.reference)
            case "acknowledge":
                return await self._acknowledge(person, {"ref": intent.reference}, False)
            case "allocate" if intent.month:
                return await self.propose(person, intent.month)
            case _:
                for feature in FEATURES:
                    answer = feature.answer(self, person, intent)
                    if answer is not None:
                        return await answer
                if intent.kind == "open":
                    raise NotFound(intent.reference)
                return front_door.confused_message(intent)

    # -- the learning space --------------------------------------------------------------------------------------------

    async def _open(self, person: Person, data: Data, in_dialog: bool) -> Message:
        view = await self.write(open_form, word(data, "ref"), person)
        return form_message(view, self.framework, in_dialog=in_dialog)

    async def _next(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._save(person, data, NEXT, in_dialog)

    async def _back(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._save(person, data, BACK, in_dialog)

    async def _save(self, person: Person, data: Data, move: str, in_dialog: bool) -> Message:
        view = await self.save_page(person, data, move)
        return form_message(view, self.framework, in_dialog=in_dialog)

    async def save_page(self, person: Person, data: Data, move: str) -> FormView:
        """Keep the boxes of a page of a learning space, also of a card whose form has changed since."""
        step, raw = word(data, "step"), answers_in(data)
        try:
            view: FormView = await self.write(
                save_step, word(data, "ref"), person, step=step, raw=raw, move=move, version=version_in(data)
            )
        except UnknownStep:
            view = await self.write(open_form_with, word(data, "ref"), person, raw=raw)
        if view.red_route:
            self.wake()
        return view if asks_all(view.form, raw) else replace(view, form_changed=True)

    async def _later(self, person: Person, data: Data, in_dialog: bool) -> Message:
        """Put aside. From the review there is nothing to save; from a page even half-filled boxes are kept."""
        if word(data, "step"):
            view = await self.save_page(person, data, STAY)
            if view.problems or view.overtaken or view.form_changed:
                return form_message(view, self.framework, in_dialog=in_dialog)
        else:
            view = await self.write(open_form, word(data, "ref"), person)
        return learning_space.saved_message(view.item, self.today())

    async def _edit(self, person: Person, data: Data, in_dialog: bool) -> Message:
        try:
            view = await self.write(open_form, word(data, "ref"), person, step=word(data, "step") or None)
        except UnknownStep:
            view = await self.write(open_form_with, word(data, "ref"), person, raw={})
        return form_message(view, self.framework, in_dialog=in_dialog)

    async def _submit(self, person: Person, data: Data, in_dialog: bool) -> Message:
        outcome: SubmitOutcome = await self.write(
            submit, word(data, "ref"), person, version=version_in(data, otherwise=-1)
        )
        self.wake()
        if outcome.view is not None:
            note = CHANGED_ELSEWHERE if outcome.state == "changed" else ""
            return form_message(outcome.view, self.framework, note=note, in_dialog=in_dialog)
        reference, at = outcome.item.reference, outcome.at or self.clock.now()
        if outcome.state == "already":
            return learning_space.already_message(reference, at, self.framework)
        token, take_back = outcome.item.token, outcome.take_back
        receipt = learning_space.Receipt(reference, at, outcome.red_route, token=token, take_back=take_back)
        return learning_space.receipt_message(receipt, self.framework)

    # -- home, allocation, the red route -------------------------------------------------------------------------------

    async def _show_home(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._home(person)

    async def _home(self, person: Person, *, greeting: bool = False) -> Message:
        found = await self.db.read(waiting, self.framework, person.id, now=self.clock.now())
        return home.home_message(found, self.framework, self.today(), greeting=greeting)

    async def propose(self, person: Person, month: date, **wanted: Any) -> Message:
        """A proposal for a month; `wanted` is its ceiling, or why it comes late, where one is given."""
        try:
            proposal = await self.db.write(
                propose_allocation,
                self.framework,
                month=month,
                actor=Actor.person(person.id),
                now=self.clock.now(),
                terms=Terms(**wanted),
            )
        except NotYours:
            return allocation.not_the_qa_lead_message()
        return allocation.proposal_message(proposal, self.framework)

    async def _approve(self, person: Person, data: Data, in_dialog: bool) -> Message:
        try:
            outcome = await self.write(approve_allocation, word(data, "ref"), person)
        except NotYours:
            return allocation.not_the_qa_lead_message()
        except (Withdrawn, NotFound):
            return allocation.settled_message()
        if outcome.instead is not None:
            return allocation.overtaken_message(outcome.instead, self.framework)
        self.wake()
        return allocation.approved_message(outcome, self.today())

    async def _withdraw(self, person: Person, data: Data, in_dialog: bool) -> Message:
        """Put a proposal aside; one that has been approved shows what came of it instead."""
        try:
            aside = await self.write(withdraw_allocation, word(data, "ref"), person)
        except NotYours:
            return allocation.not_the_qa_lead_message()
        except NotFound:
            return allocation.settled_message()
        except AlreadyDone:
            return await self._approve(person, data, in_dialog)
        return allocation.not_now_message(aside.month)

    async def _acknowledge(self, person: Person, data: Data, in_dialog: bool) -> Message:
        taken = await self.write(acknowledge, word(data, "ref"), person)
        return news.acknowledged_message(taken.reference, taken.by_name, yours=taken.by == person.id)

    # -- how -----------------------------------------------------------------------------------------------------------

    async def write(self, use_case: Callable[..., Any], subject: str, person: Person, **facts: Any) -> Any:
        """One use-case in one transaction, by this person, now."""
        return await self.db.write(
            watched(use_case, person),
            self.framework,
            subject,
            actor=Actor.person(person.id),
            now=self.clock.now(),
            **facts,
        )

    def _no(self, refused: Refused, person: Person) -> Message:
        match refused:
            case AlreadyDone():
                by = "" if refused.by == person.id else refused.by_name
                if not refused.subject.startswith(f"{LEARNING_SPACE}-"):
                    return already_done_message(refused.subject, refused.at, self.framework, by_name=by)
                return learning_space.already_message(
                    refused.subject, refused.at, self.framework, by_name=by, yours=not by
                )
            case Withdrawn():
                return learning_space.withdrawn_message(refused.subject)
            case MonthIsPast():
                return allocation.month_past_message(refused.month, self.framework, self.today())
            case MonthIsFar():
                return allocation.month_far_message()
            case _:
                for feature in FEATURES:
                    said = feature.refused(self, refused, person)
                    if said is not None:
                        return said
                return learning_space.not_yours_message()

    def refusal(self, refused: Refused, person: Person) -> Message:
        """What somebody is told who may not, or cannot, do something; for channels that have no cards."""
        return self._no(refused, person)

    def today(self) -> date:
        """Today's date in the council's time zone."""
        return self._calendar.local_date(self.clock.now())


def roles_of(session: Session, person: str) -> frozenset[str]:
    """The roles of the posts a person holds."""
    return frozenset(post.role for post in establishment.current(session).posts_held_by(person))
