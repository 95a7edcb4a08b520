"""The front desk: who is this, have we had this before, and which door; what is said behind it is not its business."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from datetime import timedelta
from typing import Any, Protocol

import structlog
from botbuilder.core import ActivityHandler, TurnContext
from botbuilder.schema import Activity, ActivityTypes, InvokeResponse

from assurance.channels import receive
from assurance.channels.record_contact import record_installation
from bot.answering import Press
from bot.clock import Clock
from bot.metrics import Metrics
from bot.out_of_memory import end_if_out_of_memory
from bot.teams import files, invokes
from bot.teams.adapter import answer_invoke, invoke_answer_of
from bot.teams.covering import Covering
from bot.teams.errors import SendFailed
from bot.teams.handing import File, Handing
from bot.teams.late import LateReplies
from bot.teams.limits import TooLong
from bot.teams.presses import READERS, submitted
from bot.teams.reception import CHANNEL, Reception, Visitor
from bot.teams.showing import Showing, reply_of, shown_by
from dialogs.front_door.elsewhere import private_only_message
from dialogs.front_door.front_door import sorry_message, unknown_person_message, welcome_message
from dialogs.kit.message import Message
from policy.council.establishment import Person
from storage.engine.database import Database

KEPT = "kept"
"""Where a turn notes that its answer goes through the outbox."""
TURN_SECONDS = 12.0
"""Teams gives up after 10 to 15 seconds; before that we say that it is taking too long."""

SAME_INSTALLATION = timedelta(minutes=1)
"""Two words of an installation within this are one installation."""

# Pressing these twice must not act twice, so a repeated delivery shows the item as it stands instead.
_FORM_VERBS = frozenset(("open", "next", "back", "later", "review", "submit", "edit"))

log = structlog.get_logger("bot.teams.front_desk")


class Speaks(Protocol):
    """What lies behind the front desk: the same for Teams and for a terminal."""

    async def text(self, person: Person, text: str) -> list[Message]:
        """Answer something typed."""
        ...

    async def press(self, person: Person, verb: str, data: dict[str, Any]) -> Message:
        """Answer a button, with what takes the card's place."""
        ...

    async def dialog(self, person: Person, verb: str, data: dict[str, Any]) -> Message:
        """Answer a button of a dialog window, with its next page."""
        ...

    async def take_file(self, person: Person, token: str) -> File | Message:
        """The file somebody allowed, or why there is none."""
        ...

    async def decline_file(self, person: Person, token: str) -> Message:
        """Answer somebody who did not want it."""
        ...


class FrontDesk(ActivityHandler):  # type: ignore[misc]  # the SDK carries no types
    """Takes every kind of activity Teams sends. Nothing that goes wrong in here leaves as an error."""

    def __init__(
        self, db: Database, conversation: Speaks, clock: Clock, metrics: Metrics, *, mailbox: str = ""
    ) -> None:
        """`mailbox` is the QA team's own: all that somebody we do not know is told of whom to ask."""
        self._mailbox = mailbox
        self._db = db
        self._conversation = conversation
        self._clock = clock
        self._metrics = metrics
        self._reception = Reception(db, clock)
        self._covering = Covering(db, clock)
        self._showing = Showing(db, clock)
        self._late = LateReplies(db, clock)
        self._hand = Handing()
        self._under_way: dict[str, asyncio.Future[InvokeResponse | None]] = {}
        self._notes: dict[str, asyncio.Task[None]] = {}

    async def close(self) -> None:
        """Wait for what is still being written down."""
        if self._notes:
            await asyncio.wait(self._notes.values(), timeout=5.0)
        await self._showing.close()
        await self._hand.close()

    async def on_turn(self, turn_context: TurnContext) -> None:
        """One turn. A delivery that is still being answered is answered once, for both callers."""
        kind = _kind_of(turn_context.activity)
        began = time.monotonic()
        outcome = await self._once(turn_context)
        self._metrics.turns.labels(kind, outcome).inc()
        self._metrics.turn_seconds.labels(kind).observe(time.monotonic() - began)

    async def _once(self, context: TurnContext) -> str:
        key = _delivery_of(context.activity)
        under_way = self._under_way.get(key) if key else None
        if under_way is not None:
            answer = await asyncio.shield(under_way)
            if answer is not None:
                answer_invoke(context, answer.body, answer.status)
            return "repeated"
        mine: asyncio.Future[InvokeResponse | None] = asyncio.get_running_loop().create_future()
        if key:
            self._under_way[key] = mine
        try:
            return await self._guarded(context)
        finally:
            mine.set_result(invoke_answer_of(context))
            if key not in self._notes:  # else it goes when the note is on disk
                self._under_way.pop(key, None)

    async def _guarded(self, context: TurnContext) -> str:
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await super().on_turn(context)
            return "answered"
        except (SendFailed, TooLong) as error:
            log.warning("answer_not_sent", reason=str(error))
            return "not sent"
        except TimeoutError:
            log.error("turn_too_slow", turn=uuid.uuid4().hex[:8])
        except Exception as error:  # noqa: BLE001 - whoever wrote to us gets an answer, whatever broke
            end_if_out_of_memory(error)
            log.error("turn_failed", turn=uuid.uuid4().hex[:8], error=type(error).__name__, at=_where(error))
        await self._apologise(context)
        return "failed"

    async def _apologise(self, context: TurnContext) -> None:
        """Say that it did not work, in the way this kind of activity is answered."""
        if KEPT in context.turn_state:
            return
        if context.activity.type == ActivityTypes.invoke:
            answer_invoke(context, _body_for(context.activity, sorry_message()))
        elif context.activity.type == ActivityTypes.message and _is_private(context.activity):
            with contextlib.suppress(SendFailed, TooLong):
                await _send(context, sorry_message())

    # -- what comes in ------------------------------------------------------------------------------------------------

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Something typed, or a button of a client too old for Action.Execute."""
        activity = turn_context.activity
        if not _is_private(activity):
            await _send(turn_context, private_only_message())
            return
        visitor = await self._reception.receive(turn_context, _delivery_of(activity))
        if visitor is None:
            await _send(turn_context, unknown_person_message(self._mailbox))
            return
        if visitor.arrival.seen:
            return  # it was answered; saying it again would only confuse
        pressed = submitted(activity.value)
        if pressed is not None:
            verb, data = pressed
            async with self._showing.press(turn_context, visitor.arrival) as press:
                message = await self._press(turn_context, visitor, verb, data)
            await self._replace_or_send(turn_context, press, message)
        else:
            verb = "text"
            behind = await self._late.wait_for(visitor.person.id)
            async with self._showing.line(visitor.arrival) as line:
                messages = await self._conversation.text(visitor.person, activity.text or "")
            await self._say(turn_context, line, messages, behind=behind)
        self._remember(visitor, verb, pressed[1] if pressed else {})

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        """A button, a dialog or a look-up. The answer goes back in the response."""
        activity = turn_context.activity
        if activity.name == "application/search":
            return answer_invoke(turn_context, invokes.nothing_found())
        if activity.name == files.INVOKE:
            await self._file_answered(turn_context)
            return answer_invoke(turn_context, {})
        read = READERS.get(activity.name or "")
        if read is None:
            return answer_invoke(
                turn_context, invokes.not_understood("NotSupported", "I do not know this kind of button.")
            )
        pressed = read(activity.value)
        if pressed is None:
            return answer_invoke(turn_context, invokes.not_understood("BadRequest", "I cannot read this button."))
        message = await self._answer_press(turn_context, *pressed)
        return answer_invoke(turn_context, _body_for(activity, message))

    async def _answer_press(self, context: TurnContext, verb: str, data: dict[str, Any]) -> Message:
        if not _is_private(context.activity):
            return private_only_message()
        visitor = await self._reception.receive(context, _delivery_of(context.activity))
        if visitor is None:
            return unknown_person_message(self._mailbox)
        if _in_dialog(context.activity):
            message = await self._press(context, visitor, verb, data, dialog=True)
        else:
            async with self._showing.press(context, visitor.arrival) as press:
                message = await self._press(context, visitor, verb, data)
            self._showing.answered(context, press, message)
        if visitor.arrival.answers_listed:
            await self._covering.pressed(context, visitor.person.id, verb, message)
        self._remember(visitor, verb, data)
        return message

    async def _file_answered(self, context: TurnContext) -> None:
        """They allowed a file, or did not. Putting it into their OneDrive takes longer than Teams waits."""
        consent = files.read_consent(context.activity.value)
        if consent is None or not _is_private(context.activity):
            return
        visitor = await self._reception.receive(context, _delivery_of(context.activity))
        if visitor is None or visitor.arrival.seen:
            return
        self._remember(visitor, "file", {"ref": consent.token})
        if not consent.accepted:
            await self._hand.over(context, await self._conversation.decline_file(visitor.person, consent.token))
            return
        self._hand.begin(context, self._conversation.take_file(visitor.person, consent.token), consent)

    async def on_installation_update_add(self, turn_context: TurnContext) -> None:
        """The app was added: for a person a welcome, in a team where to find us.

        Added once more for somebody we knew, their chat may be empty: they are shown what waits for them.
        """
        if _is_private(turn_context.activity):
            visitor = await self._welcome(turn_context)
            if visitor is not None and not self._just_met(visitor):
                for message in await self._conversation.text(visitor.person, "home"):
                    await _send(turn_context, message)
        else:
            await _send(turn_context, private_only_message())

    async def on_installation_update_remove(self, turn_context: TurnContext) -> None:
        """The app was taken out."""
        await self._removed(turn_context)

    async def on_members_added_activity(self, members_added: list[Any], turn_context: TurnContext) -> None:
        """Teams tells of an installation twice; whichever comes first is the welcome."""
        if _is_private(turn_context.activity):
            await self._welcome(turn_context)

    async def on_members_removed_activity(self, members_removed: list[Any], turn_context: TurnContext) -> None:
        """We are told when we are taken out of a conversation; others leaving is not our business."""
        bot = turn_context.activity.recipient
        if bot is not None and any(member.id == bot.id for member in members_removed):
            await self._removed(turn_context)

    # -- how it is answered -------------------------------------------------------------------------------------------

    async def _press(
        self, context: TurnContext, visitor: Visitor, verb: str, data: dict[str, Any], *, dialog: bool = False
    ) -> Message:
        """The same press delivered again has no second effect: it shows how things stand."""
        if visitor.arrival.seen and verb in _FORM_VERBS:
            verb, data = "open", {"verb": "open", "ref": data.get("ref")}
        press = self._conversation.dialog if dialog else self._conversation.press
        message = await press(visitor.person, verb, data)
        if message.file and not await self._hand.offer(context, message.file):
            return sorry_message()
        return message

    async def _welcome(self, context: TurnContext) -> Visitor | None:
        visitor = await self._reception.receive(context, "")
        if visitor is not None and visitor.first_contact:
            roles = await self._db.read(receive.roles_of, visitor.person.id)
            await _send(context, welcome_message(roles))
        return visitor

    def _just_met(self, visitor: Visitor) -> bool:
        """Whether this is the other half of the same installation: Teams tells of it twice."""
        contact = visitor.arrival.contact
        return visitor.first_contact or contact is None or self._clock.now() - contact.updated_at < SAME_INSTALLATION

    async def _removed(self, context: TurnContext) -> None:
        if not _is_private(context.activity):
            return
        person = await self._reception.known(context)
        if person is not None:
            await self._db.write(
                record_installation, person.id, installed=False, channel=CHANNEL, now=self._clock.now()
            )

    async def _replace_or_send(self, context: TurnContext, press: Press, message: Message) -> None:
        """Put the answer where the pressed card is; if it cannot be replaced, below it."""
        reply = reply_of(message)
        if context.activity.reply_to_id:
            reply.id = context.activity.reply_to_id
            with contextlib.suppress(SendFailed):
                await context.update_activity(reply)
                self._showing.answered(context, press, message, copied=True)
                return
        self._showing.sent(context, press, message, await _send(context, message))
        self._showing.done_with(press)

    async def _say(self, context: TurnContext, line: Press, messages: list[Message], *, behind: bool) -> None:
        """Post the answers to a line, or hand them to the outbox: all of them when they stand `behind` earlier ones."""
        error: Exception | None = None
        for number, message in enumerate(messages):
            if not behind:
                try:
                    sent = await _send(context, message)
                except (SendFailed, TooLong) as failed:
                    error = failed
                except asyncio.CancelledError:  # the turn's time is up: what is on its way may arrive
                    context.turn_state[KEPT] = True
                    self._showing.begin(self._keep(context, line.person, messages[number:], TimeoutError()))
                    raise
                else:
                    await self._covering.after(context, line.person, message, sent)
                    self._showing.sent(context, line, message, sent)
                    continue
            if not await self._keep(context, line.person, messages[number:], error) and error is not None:
                raise error
            return

    async def _keep(self, context: TurnContext, person: str, messages: list[Message], error: Exception | None) -> bool:
        return await self._late.keep(person, [(one, shown_by(one, context, "")) for one in messages], error)

    def _remember(self, visitor: Visitor, verb: str, data: dict[str, Any]) -> None:
        """Write down, behind the answer's back, that this delivery was answered. Until that is done we remember it."""
        key = visitor.delivery
        if not key or visitor.arrival.seen:
            return
        token = data.get("ref")
        outcome = {"verb": verb[:40], "ref": token[:64] if isinstance(token, str) else ""}
        self._notes[key] = asyncio.create_task(self._write_down(key, visitor.person.id, outcome))

    async def _write_down(self, key: str, person: str, outcome: dict[str, str]) -> None:
        try:
            await self._db.write(
                receive.remember,
                channel=CHANNEL,
                external_id=key,
                person=person,
                outcome=outcome,
                now=self._clock.now(),
            )
        except Exception as error:  # noqa: BLE001 - the answer stands; use-cases bear a second delivery as well
            log.warning("delivery_not_noted", error=type(error).__name__)
        finally:
            self._notes.pop(key, None)
            self._under_way.pop(key, None)


def _body_for(activity: Activity, message: Message) -> dict[str, Any]:
    return invokes.dialog_answer(message) if _in_dialog(activity) else invokes.card_answer(message)


# -- small facts of an activity ---------------------------------------------------------------------------------------


def _in_dialog(activity: Activity) -> bool:
    return (activity.name or "").startswith("task/")


def _is_private(activity: Activity) -> bool:
    kind = activity.conversation.conversation_type
    return kind == "personal" if kind else not activity.conversation.is_group


def _delivery_of(activity: Activity) -> str:
    """The id the same delivery has each time it comes; empty when the channel gave it none."""
    if not activity.id or activity.type not in (ActivityTypes.message, ActivityTypes.invoke):
        return ""
    sender = activity.from_property.id if activity.from_property else ""
    return receive.delivery_id(activity.type, activity.conversation.id, activity.id, sender or "")


def _kind_of(activity: Activity) -> str:
    if activity.type == ActivityTypes.invoke:
        return activity.name if activity.name in READERS or activity.name == "application/search" else "other invoke"
    known = (ActivityTypes.message, ActivityTypes.conversation_update, ActivityTypes.installation_update)
    return str(getattr(activity.type, "value", activity.type)) if activity.type in known else "other"


async def _send(context: TurnContext, message: Message) -> str:
    """The id of the message sent; empty when the channel gave none."""
    sent = await context.send_activity(reply_of(message))
    return str(sent.id or "") if sent is not None else ""


def _where(error: BaseException) -> str:
    """File and line, and nothing else: an exception's own words may hold what somebody typed."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{frame.tb_lineno}" if frame else ""
