from __future__ import annotations

import contextlib
import copy
import json
import random
from typing import Any

import pytest
from botbuilder.schema import Activity, Attachment, ConversationAccount
from hypothesis import given
from hypothesis import strategies as st

from bot.teams.activities import BadActivity, message_activity, read_activity, to_bytes, to_wire
from bot.teams.invokes import for_dialog
from tests.bot.teams.conftest import AMIRA, Stack, card_saying

WHOLE: dict[str, Any] = {
    "type": "message",
    "id": "1",
    "name": "adaptiveCard/action",
    "action": "add",
    "serviceUrl": "http://127.0.0.1/",
    "channelId": "msteams",
    "replyToId": "0",
    "locale": "en-GB",
    "deliveryMode": "normal",
    "text": "hello",
    "textFormat": "plain",
    "from": {"id": "29:a", "aadObjectId": "b", "role": "user"},
    "recipient": {"id": "28:c"},
    "conversation": {"id": "a:d", "conversationType": "personal", "tenantId": "t", "isGroup": False},
    "channelData": {"tenant": {"id": "t"}},
    "membersAdded": [{"id": "29:a"}],
    "membersRemoved": [],
    "value": {"any": ["thing"]},
    "entities": [{"type": "clientInfo"}],
}
junk = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.lists(st.none() | st.text(max_size=3), max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "aadObjectId", "x"]), st.none() | st.integers() | st.text(max_size=3), max_size=2
    )
)


def test_everything_we_rely_on_is_read() -> None:
    activity = read_activity(WHOLE)
    assert activity.from_property.aad_object_id == "b"
    assert activity.conversation.tenant_id == "t"
    assert activity.recipient.id == "28:c"
    assert activity.value == {"any": ["thing"]}
    assert [member.id for member in activity.members_added] == ["29:a"]


@given(st.dictionaries(st.sampled_from(list(WHOLE)), junk, max_size=4))
def test_an_activity_of_any_shape_is_read_or_refused(changes: dict[str, Any]) -> None:
    with contextlib.suppress(BadActivity):
        activity = read_activity(WHOLE | changes)
        assert isinstance(activity.type, str)
        assert isinstance(activity.conversation.id, str)


def test_what_is_sent_is_plain_json_without_empty_fields() -> None:
    card = card_saying("hello")
    activity = Activity(
        type="message",
        text="O’Brien",
        conversation=ConversationAccount(id="a:1"),
        attachments=[Attachment(content_type="x", content=card)],
    )
    sent = json.loads(to_bytes(to_wire(activity)))
    assert sent == {
        "type": "message",
        "text": "O’Brien",
        "conversation": {"id": "a:1"},
        "attachments": [{"contentType": "x", "content": card}],
    }


def test_nothing_that_is_not_json_can_be_sent() -> None:
    with pytest.raises(TypeError):
        to_wire({"x": object()})
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_bytes({"x": float("nan")})


def test_a_card_speaks_for_itself_and_words_are_plain() -> None:
    assert "text" not in message_activity("whole", "short", {"type": "AdaptiveCard"})
    assert message_activity("whole *text*", "short")["textFormat"] == "plain"


def test_a_card_for_a_dialog_is_the_same_card_with_other_buttons() -> None:
    card = card_saying("hello", {"type": "Action.Submit", "title": "x", "data": {"verb": "home"}})
    before = copy.deepcopy(card)
    changed = for_dialog(card)
    assert card == before, "the card itself is left as it was"
    assert "Action.Execute" not in json.dumps(changed)
    assert [action["data"]["verb"] for action in changed["actions"]] == ["next", "home"]
    assert changed["body"] == card["body"]


def _mutate(value: Any, dice: random.Random) -> Any:
    """One node of a JSON value replaced by something that does not belong there."""
    nodes: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        for key in node if isinstance(node, dict) else range(len(node)):
            nodes.append((node, key))
            if isinstance(node[key], dict | list):
                walk(node[key])

    changed = copy.deepcopy(value)
    walk(changed)
    for _ in range(dice.randint(1, 3)):
        holder, key = dice.choice(nodes)
        holder[key] = dice.choice(
            [None, 7, -1, 1e300, True, "", "x" * 3000, "\x00", "\u202e", [], [[]], {}, {"id": {}}]
        )
    return changed


@pytest.mark.parametrize("stack", ["local"], indirect=True)
async def test_two_hundred_mangled_activities_are_answered_and_never_with_a_5xx(stack: Stack) -> None:
    dice = random.Random(20261201)
    amira = stack.person(AMIRA)
    execute = {"action": {"type": "Action.Execute", "verb": "next", "data": {"ref": "a" * 32}}, "trigger": "manual"}
    shapes = [
        amira.activity("message", text="list", value={"verb": "next"}),
        amira.activity("invoke", name="adaptiveCard/action", value=execute),
        amira.activity("invoke", name="task/submit", value={"data": {"verb": "next", "ref": "a" * 32}}),
        amira.activity("conversationUpdate", membersAdded=[AMIRA.account()]),
        amira.activity("installationUpdate", action="remove"),
    ]
    seen = set()
    for number in range(200):
        mangled = _mutate(dice.choice(shapes), dice)
        if isinstance(mangled.get("id"), str):
            mangled["id"] = f"{mangled['id']}{number}"
        seen.add((await amira.send(mangled)).status)
    assert seen <= {200, 400, 403}
    assert 200 in seen
    assert 400 in seen
