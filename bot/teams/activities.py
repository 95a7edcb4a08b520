"""Turns JSON into the SDK's Activity and back: by hand, because msrest takes milliseconds where this takes none."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from enum import Enum
from typing import Any

from botbuilder.schema import (
    Activity,
    Attachment,
    ChannelAccount,
    ConversationAccount,
    Entity,
)
from msrest.serialization import Model

CARD = "application/vnd.microsoft.card.adaptive"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MAX_ID = 500
_MAX_MEMBERS = 1000


class BadActivity(ValueError):
    """The JSON is sound but is not an activity: a field is missing or of the wrong kind. `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def read_activity(body: dict[str, Any]) -> Activity:
    """The activity in `body`. BadActivity when a field we rely on is missing or of the wrong type.

    Unknown fields are left out: nothing we have not read can surprise anyone later. `value` and `channelData` stay
    plain JSON.
    """
    conversation = _object(body, "conversation")
    kind = _line(body, "type", required=True)
    return Activity(
        type=kind,
        id=_line(body, "id"),
        name=_line(body, "name"),
        action=_line(body, "action"),
        channel_id=_line(body, "channelId"),
        service_url=_line(body, "serviceUrl", required=True),
        reply_to_id=_line(body, "replyToId"),
        locale=_line(body, "locale"),
        delivery_mode=_line(body, "deliveryMode"),
        from_property=_account(body.get("from"), "from"),
        recipient=_account(body.get("recipient"), "recipient"),
        conversation=ConversationAccount(
            id=_line(conversation, "id", required=True),
            conversation_type=_line(conversation, "conversationType"),
            tenant_id=_line(conversation, "tenantId"),
            is_group=conversation.get("isGroup") is True,
            name=None,
        ),
        text=_text(body, "text"),
        text_format=_line(body, "textFormat"),
        value=body.get("value"),
        channel_data=body.get("channelData") if isinstance(body.get("channelData"), dict) else None,
        members_added=_accounts(body, "membersAdded"),
        members_removed=_accounts(body, "membersRemoved"),
    )


def to_wire(value: Any) -> Any:
    """Any SDK model as plain JSON values, without its empty fields."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, dict):
        return {key: to_wire(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_wire(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Model):
        found = {key: to_wire(item) for key, item in (value.additional_properties or {}).items()}
        for attribute, facts in value._attribute_map.items():
            item = getattr(value, attribute, None)
            if item is not None:
                found[facts["key"].replace("\\.", ".")] = to_wire(item)
        return found
    raise TypeError(f"{type(value).__name__} cannot be sent")


def to_bytes(value: Any) -> bytes:
    """JSON as we send it: compact and plain ASCII, so no proxy can mistake the encoding."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")


def card_attachment(card: dict[str, Any]) -> Attachment:
    """An Adaptive Card as an attachment."""
    return Attachment(content_type=CARD, content=card)


def message_activity(text: str = "", summary: str = "", card: dict[str, Any] | None = None) -> dict[str, Any]:
    """A message as the connector takes it. With a card the text stays out: the card says it all."""
    activity: dict[str, Any] = {"type": "message", "summary": summary or None}
    if card is None:
        activity |= {"text": text, "textFormat": "plain"}
    else:
        activity["attachments"] = [{"contentType": CARD, "content": card}]
    return {key: value for key, value in activity.items() if value is not None}


def _object(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    if not isinstance(value, dict):
        raise BadActivity(name)
    return value


def _line(body: dict[str, Any], name: str, *, required: bool = False) -> str | None:
    """A short text without control characters: an id, a name, an address."""
    value = body.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or len(value) > _MAX_ID or _CONTROL.search(value) or (required and not value):
        raise BadActivity(name)
    return value


def _text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise BadActivity(name)
    return value


def _account(value: Any, name: str) -> ChannelAccount | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise BadActivity(name)
    return ChannelAccount(
        id=_line(value, "id"),
        aad_object_id=_line(value, "aadObjectId"),
        role=_line(value, "role"),
    )


def _accounts(body: dict[str, Any], name: str) -> list[ChannelAccount] | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or len(value) > _MAX_MEMBERS:
        raise BadActivity(name)
    return [account for entry in value if (account := _account(entry, name)) is not None]


__all__ = [
    "CARD",
    "Activity",
    "BadActivity",
    "Entity",
    "card_attachment",
    "message_activity",
    "read_activity",
    "to_bytes",
    "to_wire",
]
