from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import structlog

from desk import faults
from desk.members import Member
from desk.person import Answer
from dialogs.front_door.elsewhere import private_only_message
from dialogs.front_door.front_door import sorry_message, unknown_person_message
from dialogs.kit.message import Message
from storage.contact import channels, inbox
from storage.council import establishment
from storage.engine.database import Session
from tests.bot.teams.conftest import AMIRA, BEN, STRANGER, Stack, card_saying

CARD = "application/vnd.microsoft.card.adaptive"
EXECUTE = {"type": "Action.Execute", "verb": "next", "data": {"verb": "next", "ref": "a" * 32, "v": 3}}
SUBMIT = {"type": "Action.Submit", "data": {"verb": "next", "ref": "a" * 32}}


def said_to(stack: Stack, member: Member) -> list[str]:
    return [saying(message) for message in stack.teams.chat_of(member).messages.values()]


def saying(message: dict[str, Any]) -> str:
    attachments = message.get("attachments") or []
    return attachments[0]["content"]["body"][0]["text"] if attachments else message["text"]


def heading(message: Message) -> str:
    assert message.card
    return str(message.card["body"][0]["text"])


UNKNOWN_PERSON, SORRY = heading(unknown_person_message()), heading(sorry_message())


# -- each kind of activity, over HTTP ---------------------------------------------------------------------------------


async def test_a_typed_line_is_answered_in_the_chat(stack: Stack) -> None:
    answer = await stack.person(AMIRA).say("list")
    assert (answer.status, answer.body) == (200, None)
    assert stack.parrot.heard == [("p-amira", "text", "list")]
    assert said_to(stack, AMIRA) == ["heard 4 characters"]
    assert stack.teams.posts()[0].activity["summary"] == "An answer."


async def test_a_pressed_button_is_answered_with_the_card_that_takes_its_place(stack: Stack) -> None:
    answer = await stack.person(AMIRA).press(EXECUTE, {"grade": "good"})
    assert answer.status == 200
    assert (answer.body["statusCode"], answer.body["type"]) == (200, CARD)
    assert saying({"attachments": [{"content": answer.body["value"]}]}) == "pressed next"
    assert stack.parrot.heard == [("p-amira", "next", EXECUTE["data"] | {"grade": "good"})]
    assert stack.teams.posts() == []


async def test_a_button_answered_in_words_is_a_message(stack: Stack) -> None:
    stack.parrot.answer = Message("Only words.", "Words.")
    answer = await stack.person(AMIRA).press(EXECUTE)
    assert answer.body == {
        "statusCode": 200,
        "type": "application/vnd.microsoft.activity.message",
        "value": "Only words.",
    }


async def test_an_older_clients_button_changes_the_card_it_stood_on(stack: Stack) -> None:
    amira = stack.person(AMIRA)
    await amira.say("list")
    [card_id] = stack.teams.chat_of(AMIRA).messages
    answer = await amira.press(SUBMIT, {"grade": "good"}, replyToId=card_id)
    assert (answer.status, answer.body) == (200, None)
    assert said_to(stack, AMIRA) == ["pressed next"]
    assert stack.parrot.heard[-1] == ("p-amira", "next", SUBMIT["data"] | {"grade": "good"})


async def test_an_older_clients_button_on_a_card_that_is_gone_is_answered_below(stack: Stack) -> None:
    await stack.person(AMIRA).press(SUBMIT, replyToId="1:gone")
    assert said_to(stack, AMIRA) == ["pressed next"]


async def test_a_button_that_speaks_for_the_person_is_what_they_said(stack: Stack) -> None:
    amira = stack.person(AMIRA)
    await amira.send(amira.activity("message", text="list", value={"some": "context"}))
    assert stack.parrot.heard == [("p-amira", "text", "list")]


async def test_a_dialog_opens_on_a_page_whose_buttons_work_in_a_dialog(stack: Stack) -> None:
    answer = await stack.person(AMIRA).open_dialog({"verb": "open", "ref": "a" * 32})
    assert answer.status == 200
    task = answer.body["task"]
    assert task["type"] == "continue"
    assert task["value"]["card"]["contentType"] == CARD
    [button] = answer.card["actions"]
    assert button == {
        "type": "Action.Submit",
        "title": "Next",
        "data": {"verb": "next", "ref": "a" * 32},
    }


async def test_a_dialogs_answer_is_its_next_page(stack: Stack) -> None:
    answer = await stack.person(AMIRA).submit_dialog({"verb": "next", "ref": "a" * 32, "grade": "good"})
    assert answer.body["task"]["type"] == "continue"
    assert stack.parrot.heard == [("p-amira", "dialog next", {"verb": "next", "ref": "a" * 32, "grade": "good"})]


async def test_a_dialog_with_nothing_left_to_ask_ends_in_words(stack: Stack) -> None:
    card = card_saying("Thank you.") | {"actions": []}
    stack.parrot.answer = Message("Thank you.", "Thanks.", card)
    answer = await stack.person(AMIRA).submit_dialog({"verb": "submit", "ref": "a" * 32})
    assert answer.body == {"task": {"type": "message", "value": "Thank you."}}


async def test_looking_something_up_finds_nothing_and_says_so_properly(stack: Stack) -> None:
    answer = await stack.person(AMIRA).search("am")
    assert answer.status == 200
    assert answer.body == {
        "statusCode": 200,
        "type": "application/vnd.microsoft.search.searchResponse",
        "value": {"results": []},
    }


NOT_SERVED = [
    "composeExtension/query",
    "config/fetch",
    "signin/verifyState",
    "message/submitAction",
    "made/up",
    "",
    None,
]


@pytest.mark.parametrize("name", NOT_SERVED)
async def test_an_invoke_we_do_not_serve_is_said_so_in_the_body(stack: Stack, name: str | None) -> None:
    amira = stack.person(AMIRA)
    answer = await amira.send(amira.activity("invoke", name=name, value={"a": 1}))
    assert answer.status == 200
    assert answer.body["statusCode"] == 400
    assert answer.body["type"] == "application/vnd.microsoft.error"
    assert stack.parrot.heard == []


UNREADABLE: list[tuple[str, Any]] = [
    ("adaptiveCard/action", None),
    ("adaptiveCard/action", []),
    ("adaptiveCard/action", "next"),
    ("adaptiveCard/action", {}),
    ("adaptiveCard/action", {"action": []}),
    ("adaptiveCard/action", {"action": {"type": "Action.Execute"}}),
    ("adaptiveCard/action", {"action": {"type": "Action.Execute", "verb": 7}}),
    ("adaptiveCard/action", {"action": {"type": "Action.Execute", "verb": "next", "data": "x"}}),
    ("adaptiveCard/action", {"action": {"type": "Action.Http", "verb": "next"}}),
    ("task/fetch", None),
    ("task/fetch", {"data": 7}),
    ("task/submit", {"data": {"verb": {"a": 1}}}),
    ("task/submit", {"data": {"verb": ""}}),
]


@pytest.mark.parametrize(("name", "value"), UNREADABLE)
async def test_a_button_that_cannot_be_read_does_nothing(stack: Stack, name: str, value: Any) -> None:
    amira = stack.person(AMIRA)
    answer = await amira.send(amira.activity("invoke", name=name, value=value))
    assert (answer.status, answer.body["statusCode"]) == (200, 400)
    assert stack.parrot.heard == []


IGNORED: list[dict[str, Any]] = [
    {"type": "messageReaction", "reactionsAdded": [{"type": "like"}]},
    {"type": "messageUpdate", "text": "list"},
    {"type": "messageDelete"},
    {"type": "typing"},
    {"type": "endOfConversation"},
    {"type": "event", "name": "application/vnd.microsoft.readReceipt", "value": {"lastReadMessageId": "1"}},
    {"type": "somethingNew"},
    {"type": "conversationUpdate", "channelData": {"eventType": "teamRenamed"}},
    {"type": "installationUpdate", "action": "something new"},
    {"type": "invokeResponse", "value": 1},
]


@pytest.mark.parametrize("activity", IGNORED, ids=lambda activity: activity["type"])
async def test_what_asks_nothing_is_taken_and_not_answered(stack: Stack, activity: dict[str, Any]) -> None:
    amira = stack.person(AMIRA)
    whole = amira.activity(activity["type"]) | activity
    whole["channelData"] = activity.get("channelData", {}) | {"tenant": {"id": stack.teams.tenant_id}}
    answer = await amira.send(whole)
    assert (answer.status, answer.body) == (200, None)
    assert stack.parrot.heard == []
    assert stack.teams.accepted == []


# -- who is this ------------------------------------------------------------------------------------------------------


async def test_a_stranger_is_told_what_to_do_and_nothing_else(stack: Stack) -> None:
    stranger = stack.person(STRANGER)
    await stranger.say("list")
    assert said_to(stack, STRANGER) == [UNKNOWN_PERSON]
    pressed = await stranger.press(EXECUTE)
    assert pressed.body["value"]["body"][0]["text"] == UNKNOWN_PERSON
    dialog = await stranger.open_dialog({"verb": "open"})
    assert UNKNOWN_PERSON in json.dumps(dialog.body) or "add you" in dialog.body["task"]["value"]
    assert stack.parrot.heard == []


async def test_a_stranger_is_told_the_mailbox_where_there_is_one(stack: Stack) -> None:
    stack.front_desk._mailbox = "quality@northmoor.example"
    answer = await stack.person(STRANGER).press(EXECUTE)
    said = json.dumps(answer.body)
    assert "You can write to them: quality@northmoor.example" in said
    names = [one.name for one in stack.db.read_now(establishment.current).people.values()]
    assert names and not [name for name in names if name in said]


async def test_a_sender_without_an_entra_id_is_a_stranger(stack: Stack) -> None:
    amira = stack.person(AMIRA)
    await amira.say("list", **{"from": {"id": AMIRA.id, "name": AMIRA.name}})
    assert said_to(stack, AMIRA) == [UNKNOWN_PERSON]


async def test_someone_on_the_list_is_bound_through_the_roster_at_their_first_word(stack: Stack) -> None:
    await stack.person(BEN).say("list")
    assert stack.parrot.heard == [("p-ben", "text", "list")]
    bound = stack.db.read_now(establishment.person_by_entra_id, BEN.entra_object_id)
    assert bound is not None
    assert bound.id == "p-ben"


async def test_a_name_in_the_message_binds_nobody(stack: Stack) -> None:
    stranger = stack.person(STRANGER)
    claimed = {"id": STRANGER.id, "name": BEN.name, "aadObjectId": STRANGER.entra_object_id, "email": BEN.email}
    await stranger.say("list", **{"from": claimed})
    assert stack.parrot.heard == []


async def test_a_guest_with_a_managers_address_stays_a_stranger(stack: Stack) -> None:
    guest = Member("dddddddd-0000-4000-8000-000000000004", "Ben Osei", BEN.email, role="guest")
    stack.teams.add(guest)
    await stack.person(guest).say("list")
    assert said_to(stack, guest) == [UNKNOWN_PERSON]


async def test_a_roster_that_cannot_be_read_leaves_a_stranger_a_stranger_for_now(stack: Stack) -> None:
    stack.teams.faults.add(faults.failing(503), path="members", times=5)
    await stack.person(BEN).say("list")
    assert said_to(stack, BEN) == [UNKNOWN_PERSON]


async def test_a_strangers_chatter_asks_the_roster_once(stack: Stack) -> None:
    asked = []
    stack.teams.faults.add = lambda *args, **kwargs: None  # type: ignore[method-assign]
    original = stack.teams.faults.take
    stack.teams.faults.take = lambda request: asked.append(request.path) or original(request)  # type: ignore[method-assign,func-returns-value]
    for _ in range(3):
        await stack.person(STRANGER).say("hello?")
    assert len([path for path in asked if "members" in path]) == 1


async def test_where_a_person_was_last_heard_from_is_kept(stack: Stack) -> None:
    await stack.person(AMIRA).say("list")
    state = stack.db.read_now(channels.get, "p-amira", "teams")
    assert state is not None
    assert (state.state, state.service_url, state.conversation_id, state.channel_user_id, state.tenant_id) == (
        "reachable",
        stack.teams.service_url,
        AMIRA.conversation_id,
        AMIRA.id,
        stack.teams.tenant_id,
    )
    before = state.updated_at
    await stack.person(AMIRA).say("again")
    same = stack.db.read_now(channels.get, "p-amira", "teams")
    assert same is not None
    assert same.updated_at == before, "nothing is written while nothing has changed"


# -- coming and going -------------------------------------------------------------------------------------------------


async def test_whoever_gets_the_app_is_welcomed_once(stack: Stack) -> None:
    for answer in await stack.person(AMIRA).install():
        assert answer.status == 200
    assert said_to(stack, AMIRA) == ["Hello"]
    await stack.person(AMIRA).install()
    assert len(said_to(stack, AMIRA)) == 1


async def test_a_stranger_who_gets_the_app_is_not_written_to(stack: Stack) -> None:
    await stack.person(STRANGER).install()
    assert said_to(stack, STRANGER) == []


async def test_whoever_takes_the_app_out_is_left_alone_until_it_is_back(stack: Stack) -> None:
    amira = stack.person(AMIRA)
    await amira.install()
    assert (await amira.uninstall()).status == 200
    state = stack.db.read_now(channels.get, "p-amira", "teams")
    assert state is not None
    assert state.state == "uninstalled"
    await amira.install()
    back = stack.db.read_now(channels.get, "p-amira", "teams")
    assert back is not None
    assert back.state == "reachable"
    assert said_to(stack, AMIRA) == ["Hello", "Hello"]


async def test_being_taken_out_of_a_conversation_is_being_taken_out(stack: Stack) -> None:
    amira = stack.person(AMIRA)
    await amira.install()
    await amira.send(amira.activity("conversationUpdate", membersRemoved=[AMIRA.account()]))
    assert stack.db.read_now(channels.get, "p-amira", "teams").state == "reachable"  # type: ignore[union-attr]
    await amira.send(amira.activity("conversationUpdate", membersRemoved=[stack.teams.bot]))
    assert stack.db.read_now(channels.get, "p-amira", "teams").state == "uninstalled"  # type: ignore[union-attr]


# -- rooms with other people in them ----------------------------------------------------------------------------------

ROOMS = [
    {"conversationType": "groupChat", "isGroup": True},
    {"conversationType": "channel", "isGroup": True},
    {"conversationType": "channel"},
    {"isGroup": True},
]


@pytest.mark.parametrize("room", ROOMS)
async def test_in_a_room_with_others_nothing_of_anyones_work_is_said(stack: Stack, room: dict[str, Any]) -> None:
    amira = stack.person(AMIRA)
    conversation = {"id": AMIRA.conversation_id, "tenantId": stack.teams.tenant_id} | room
    await amira.say("<at>Learning space</at> list", conversation=conversation)
    answer = await amira.press(EXECUTE, conversation=conversation)
    assert said_to(stack, AMIRA) == [private_only_message().text]
    assert answer.body["value"] == private_only_message().text
    assert stack.parrot.heard == []
    assert stack.db.read_now(channels.get, "p-amira", "teams") is None


async def test_added_to_a_team_it_says_where_it_works(stack: Stack) -> None:
    amira = stack.person(AMIRA)
    room = {"id": AMIRA.conversation_id, "tenantId": stack.teams.tenant_id, "conversationType": "channel"}
    await amira.send(amira.activity("conversationUpdate", membersAdded=[stack.teams.bot], conversation=room))
    await amira.send(amira.activity("installationUpdate", action="add", conversation=room))
    assert said_to(stack, AMIRA) == [private_only_message().text]


# -- the same thing twice ---------------------------------------------------------------------------------------------


async def test_the_same_line_delivered_twice_is_answered_once(stack: Stack) -> None:
    amira = stack.person(AMIRA)
    line = amira.activity("message", text="list")
    for _ in range(3):
        assert (await amira.send(line)).status == 200
        await stack.front_desk.close()
    assert len(stack.parrot.heard) == 1
    assert len(said_to(stack, AMIRA)) == 1


async def test_the_same_press_delivered_again_shows_how_things_stand(stack: Stack) -> None:
    amira = stack.person(AMIRA)
    value = {"action": EXECUTE | {"data": EXECUTE["data"] | {"grade": "good"}}}  # type: ignore[operator]
    press = amira.activity("invoke", name="adaptiveCard/action", value=value)
    first = await amira.send(press)
    await stack.front_desk.close()
    again = await amira.send(press)
    assert (first.status, again.status) == (200, 200)
    assert again.body["type"] == CARD
    assert [heard[1] for heard in stack.parrot.heard] == ["next", "open"]
    assert stack.parrot.heard[1][2] == {"verb": "open", "ref": "a" * 32}, "nothing that was filled in acts twice"


async def test_fifty_deliveries_of_one_press_at_once_are_one_press(stack: Stack) -> None:
    amira = stack.person(AMIRA)
    press = amira.activity("invoke", name="adaptiveCard/action", value={"action": EXECUTE})
    answers: list[Answer] = await asyncio.gather(*(amira.send(press) for _ in range(50)))
    assert {json.dumps(answer.body) for answer in answers} == {json.dumps(answers[0].body)}
    assert [heard[1] for heard in stack.parrot.heard].count("next") == 1


async def test_the_same_id_from_another_person_is_another_delivery(stack: Stack) -> None:
    amira, ben = stack.person(AMIRA), stack.person(BEN)
    line = amira.activity("message", text="list")
    await amira.send(line)
    await stack.front_desk.close()
    await ben.send(ben.activity("message", text="list") | {"id": line["id"]})
    assert [heard[0] for heard in stack.parrot.heard] == ["p-amira", "p-ben"]


async def test_a_press_that_failed_may_be_delivered_again(stack: Stack) -> None:
    amira = stack.person(AMIRA)
    press = amira.activity("invoke", name="adaptiveCard/action", value={"action": EXECUTE})
    stack.parrot.broken = RuntimeError("no")
    await amira.send(press)
    stack.parrot.broken = None
    await amira.send(press)
    assert [heard[1] for heard in stack.parrot.heard] == ["next", "next"]


async def test_what_is_kept_of_a_delivery_holds_nothing_that_was_typed(stack: Stack) -> None:
    amira = stack.person(AMIRA)
    press = amira.activity(
        "invoke", name="adaptiveCard/action", value={"action": EXECUTE | {"data": {"ref": "a" * 32, "why": "secret"}}}
    )
    await amira.send(press)
    await stack.front_desk.close()

    def everything(session: Session) -> list[str]:
        from sqlalchemy import select

        from storage.schema import tables

        return [str(row) for row in session.execute(select(tables.inbox))]

    [kept] = stack.db.read_now(everything)
    assert "secret" not in kept
    assert stack.db.read_now(inbox.recall, "teams", _delivery(press)) == {"verb": "next", "ref": "a" * 32}


def _delivery(activity: dict[str, Any]) -> str:
    from assurance.channels.receive import delivery_id

    return delivery_id(activity["type"], activity["conversation"]["id"], activity["id"], activity["from"]["id"])


# -- when something breaks --------------------------------------------------------------------------------------------


async def test_whatever_breaks_the_person_is_told_kindly_and_the_log_holds_no_words(stack: Stack) -> None:
    stack.parrot.broken = RuntimeError("Ben Osei graded inadequate")
    amira = stack.person(AMIRA)
    with structlog.testing.capture_logs() as lines:
        said = await amira.say("my secret words")
        pressed = await amira.press(EXECUTE)
        dialog = await amira.submit_dialog({"verb": "next"})
    assert (said.status, pressed.status, dialog.status) == (200, 200, 200)
    assert said_to(stack, AMIRA) == [SORRY]
    assert pressed.card["body"][0]["text"] == SORRY
    assert dialog.body["task"]["type"] == "continue"
    logged = json.dumps(lines, default=str)
    assert "turn_failed" in logged
    assert "secret" not in logged
    assert "Osei" not in logged


async def test_a_database_that_does_not_answer_is_no_reason_to_hang(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.teams.front_desk.TURN_SECONDS", 0.2)

    async def never(*_: Any, **__: Any) -> Any:
        await asyncio.sleep(60)

    monkeypatch.setattr(stack.db, "read", never)
    answer = await stack.person(AMIRA).press(EXECUTE)
    assert answer.card["body"][0]["text"] == SORRY


@pytest.mark.parametrize(
    "fault", [faults.failing(502), faults.forbidden("ConversationBlockedByUser"), faults.throttled("60")]
)
async def test_an_answer_that_cannot_be_sent_is_not_an_error_to_teams(stack: Stack, fault: faults.Fault) -> None:
    stack.teams.faults.add(fault, path="activities", times=-1)
    assert (await stack.person(AMIRA).say("list")).status == 200


async def test_replies_can_be_handed_back_in_the_answer(stack: Stack) -> None:
    answer = await stack.person(AMIRA).say("list", deliveryMode="expectReplies")
    assert answer.status == 200
    assert [reply["text"] for reply in answer.body["activities"]] == ["heard 4 characters"]
    assert stack.teams.accepted == []


async def test_words_in_any_script_reach_the_conversation_as_they_were(stack: Stack) -> None:
    words = "O’Brien 🧒🏽 שלום \u202etest \u200d Null ' OR 1=1 -- =cmd() <at>x</at> {{DATE()}}"
    await stack.person(AMIRA).say(words)
    assert stack.parrot.heard == [("p-amira", "text", words)]
