"""The SDK's adapter, ours: runs a turn, hands invoke answers back as they are, and sends through our connector."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from botbuilder.core import BotAdapter, TurnContext
from botbuilder.schema import (
    Activity,
    ActivityTypes,
    ConversationParameters,
    ConversationReference,
    DeliveryModes,
    InvokeResponse,
    ResourceResponse,
)

from bot.teams.activities import to_wire
from bot.teams.connector import Connector
from bot.teams.limits import Limits

ANSWER_PATIENCE_SECONDS = 10.0
LONGEST_DELAY_SECONDS = 3.0

Logic = Callable[[TurnContext], Awaitable[Any]]
CLAIMS = "claims"
"""Where a turn finds the verified token's claims."""

log = structlog.get_logger("bot.teams.adapter")


class TeamsAdapter(BotAdapter):  # type: ignore[misc]  # the SDK carries no types
    """Between the SDK's turn and Teams. Keeps nothing from one turn to the next."""

    def __init__(self, connector: Connector, limits: Limits) -> None:
        super().__init__()
        self.connector = connector
        self.limits = limits

    async def process(self, activity: Activity, claims: dict[str, Any], logic: Logic) -> InvokeResponse | None:
        """Run one turn. Returns what an invoke answers, or the replies when the caller asked to have them returned."""
        context = TurnContext(self, activity)
        context.turn_state[CLAIMS] = claims
        await self.run_pipeline(context, logic)
        if activity.delivery_mode == DeliveryModes.expect_replies:
            replies = [to_wire(reply) for reply in context.buffered_reply_activities]
            return InvokeResponse(status=200, body={"activities": replies})
        if activity.type == ActivityTypes.invoke:
            return invoke_answer_of(context)
        return None

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        """Post each activity to the conversation it names, in order. SendFailed when Teams does not take one."""
        return [ResourceResponse(id=await self._send_one(context, activity)) for activity in activities]

    async def update_activity(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        """Replace an activity of this conversation in place."""
        async with self._turn(activity.conversation.id):
            await self.connector.update(activity.service_url, activity.conversation.id, activity.id, to_wire(activity))
        return ResourceResponse(id=activity.id)

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        """Take an activity back."""
        async with self._turn(reference.conversation.id):
            await self.connector.delete(reference.service_url, reference.conversation.id, reference.activity_id)

    async def create_conversation(self, service_url: str, parameters: ConversationParameters | dict[str, Any]) -> str:
        """Open a conversation and return its id."""
        return await self.connector.create_conversation(service_url, to_wire(parameters))

    async def _send_one(self, context: TurnContext, activity: Activity) -> str:
        if activity.type == ActivityTypes.invoke_response:
            context.turn_state[BotAdapter._INVOKE_RESPONSE_KEY] = activity
            return ""
        if activity.type == ActivityTypes.trace:
            return ""
        if activity.type == "delay":
            await asyncio.sleep(min(float(activity.value or 0) / 1000, LONGEST_DELAY_SECONDS))
            return ""
        async with self._turn(activity.conversation.id):
            return await self.connector.post(activity.service_url, activity.conversation.id, to_wire(activity))

    def _turn(self, conversation_id: str) -> Any:
        return self.limits.turn(conversation_id, patience=ANSWER_PATIENCE_SECONDS, answering=True)


def answer_invoke(context: TurnContext, body: dict[str, Any], status: int = 200) -> InvokeResponse:
    """Set the answer of this invoke turn: kept as it is, where the SDK would copy it deeply."""
    answer = InvokeResponse(status=status, body=body)
    context.turn_state[BotAdapter._INVOKE_RESPONSE_KEY] = Activity(type=ActivityTypes.invoke_response, value=answer)
    return answer


def invoke_answer_of(context: TurnContext) -> InvokeResponse | None:
    """The answer set in this turn, if any."""
    kept = context.turn_state.get(BotAdapter._INVOKE_RESPONSE_KEY)
    return kept.value if kept is not None else None
