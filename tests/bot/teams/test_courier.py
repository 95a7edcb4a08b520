from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assurance.common.courier import CourierResult, Delivery, LeaseLost
from bot.network.client import HttpClient
from bot.teams.connector import Connector
from bot.teams.courier import STOP_SECONDS, TeamsCourier
from bot.teams.hosts import Hosts
from bot.teams.install import Installer
from bot.teams.limits import Limits
from bot.teams.tokens import NoTokens
from desk import faults
from desk.connector import TeamsDesk
from desk.graph import Graph
from desk.members import Member
from desk.serving import serving
from dialogs.kit.message import Message
from policy.council.establishment import Person
from storage.contact.channels import Card, ChannelState
from storage.outbox.notices import Notice
from tests.bot.teams.conftest import APP_ID, TENANT_ID, card_saying

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
MANIFEST_ID = "5a5a5a5a-0000-4000-8000-000000000005"
MESSAGE = Message("The whole text.", "A learning space is waiting for you.", card_saying("The card."))


class Hands:
    """A monotonic clock turned by hand; sleeping turns it."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Bench:
    teams: TeamsDesk
    courier: TeamsCourier
    member: Member
    hands: Hands
    graph: Graph | None = None

    def delivery(
        self, *, heard_from: bool = True, card: str = "", state: str = "reachable", **changed: Any
    ) -> Delivery:
        known = ChannelState("p-1", "teams", state, NOW, self.teams.service_url, self.member.conversation_id)
        return Delivery(
            notice=a_notice(),
            person=Person("p-1", self.member.name, self.member.email, self.member.entra_object_id),
            channel_state=replace(known, **changed) if heard_from else None,
            card=Card("p-1", "LS-2026Q3-014", self.member.conversation_id, card, NOW) if card else None,
        )

    async def deliver(self, delivery: Delivery | None = None) -> CourierResult:
        return await self.courier.deliver(delivery or self.delivery(), MESSAGE)

    @property
    def chat(self) -> list[dict[str, Any]]:
        return list(self.teams.chat_of(self.member).messages.values())


def a_notice(attempts: int = 1) -> Notice:
    return Notice(
        id=1,
        key="E1|LS-2026Q3-014||p-1",
        event="E1",
        step="",
        subject="LS-2026Q3-014",
        recipient="p-1",
        recipient_role="team_manager",
        channel="teams",
        urgent=False,
        due_at=NOW,
        not_before=NOW,
        created_at=NOW,
        state="leased",
        facts={},
        lease_owner="test",
        lease_until=NOW + timedelta(minutes=1),
        fence=1,
        attempts=attempts,
        unknown_outcomes=0,
        repeat=False,
        sent_at=None,
        remote_id="",
        reason="",
    )


@pytest.fixture(params=["without installing"])
async def bench(way_out: HttpClient, deadline: float, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    member = Member("eeeeeeee-0000-4000-8000-000000000009", "Em Lowe", "em.lowe@council.example")
    teams, hands = TeamsDesk(APP_ID, TENANT_ID, [member]), Hands()
    graph = Graph(teams, MANIFEST_ID)
    async with serving(teams.application()) as url, serving(graph.application()) as graph_url:
        teams.service_url = url
        installer = Installer(way_out, NoTokens(), MANIFEST_ID, lambda: NOW, graph_url=f"{graph_url}/v1.0")
        courier = TeamsCourier(
            Connector(way_out, NoTokens(), Hosts(loopback=True), lambda: NOW, deadline=deadline),
            Limits(monotonic=hands.monotonic, sleep=hands.sleep),
            lambda: NOW,
            app_id=APP_ID,
            tenant_id=TENANT_ID,
            service_url=url,
            installer=installer if request.param == "installing" else None,
            monotonic=hands.monotonic,
        )
        yield Bench(teams, courier, member, hands, graph)


installing = pytest.mark.parametrize("bench", ["installing"], indirect=True)


async def test_a_notice_arrives_as_a_card_with_a_safe_line_for_the_lock_screen(bench: Bench) -> None:
    result = await bench.deliver()
    assert (result.outcome, result.channel_state) == ("sent", "reachable")
    [message] = bench.chat
    assert message["id"] == result.remote_id
    assert message["summary"] == MESSAGE.summary
    assert message["attachments"][0]["content"] == MESSAGE.card
    assert "text" not in message


async def test_words_without_a_card_arrive_as_plain_text(bench: Bench) -> None:
    await bench.courier.deliver(bench.delivery(), Message("Just *words*.", "Words."))
    assert bench.chat[0]["text"] == "Just *words*."
    assert bench.chat[0]["textFormat"] == "plain"


async def test_the_first_message_opens_the_conversation(bench: Bench) -> None:
    result = await bench.deliver(bench.delivery(heard_from=False))
    assert result.outcome == "sent"
    assert result.conversation_id == bench.member.conversation_id
    opened = bench.teams.accepted[0]
    assert opened.kind == "create"
    assert opened.activity["members"] == [{"id": bench.member.entra_object_id}]
    assert opened.activity["tenantId"] == TENANT_ID


async def test_the_living_card_is_changed_in_place(bench: Bench) -> None:
    first = await bench.deliver()
    second = await bench.deliver(bench.delivery(card=first.remote_id))
    assert second.remote_id == first.remote_id
    assert len(bench.chat) == 1
    assert [taken.kind for taken in bench.teams.accepted] == ["post", "update"]


async def test_a_living_card_that_is_gone_is_posted_anew(bench: Bench) -> None:
    result = await bench.deliver(bench.delivery(card="1:gone"))
    assert result.outcome == "sent"
    assert bench.chat[0]["id"] == result.remote_id != "1:gone"


async def test_a_conversation_that_is_gone_is_opened_again_once(bench: Bench) -> None:
    result = await bench.deliver(bench.delivery(conversation_id="a:gone"))
    assert result.outcome == "sent"
    assert result.conversation_id == bench.member.conversation_id


async def test_a_conversation_that_stays_gone_is_given_up(bench: Bench) -> None:
    bench.teams.faults.add(faults.not_found(), path="activities", times=-1)
    result = await bench.deliver()
    assert (result.outcome, result.reason) == ("never", "ConversationNotFound")
    assert [taken.kind for taken in bench.teams.accepted] == ["create"]


STATES = [
    (faults.forbidden("ConversationBlockedByUser"), "blocked"),
    (faults.forbidden("MessageWritesBlocked", "double"), "blocked"),
    (faults.forbidden("", "none"), "blocked"),
    (faults.forbidden("BotNotInConversationRoster"), "uninstalled"),
    (faults.not_found("BotNotInConversationRoster"), "uninstalled"),
    (faults.forbidden("BotDisabledByAdmin"), "disabled"),
    (faults.forbidden("ForbiddenOperationException"), "uninstalled"),
]


@pytest.mark.parametrize(("fault", "state"), STATES)
async def test_a_closed_door_is_never_tried_twice_and_is_remembered(
    bench: Bench, fault: faults.Fault, state: str
) -> None:
    bench.teams.faults.add(fault, times=-1)
    result = await bench.deliver()
    assert (result.outcome, result.channel_state) == ("never", state)
    assert len(bench.teams.refused) == 1
    again = await bench.deliver(bench.delivery(state=state, reason=result.reason))
    assert again.outcome == "never"
    assert len(bench.teams.refused) == 1


@installing
async def test_someone_without_the_app_gets_it_and_then_the_notice(bench: Bench) -> None:
    bench.member.installed = False
    result = await bench.deliver(bench.delivery(heard_from=False))
    assert result.outcome == "sent"
    assert bench.member.installed
    assert len(bench.chat) == 1


@installing
async def test_someone_who_never_had_the_app_is_tried_again_once_it_can_be_installed(bench: Bench) -> None:
    bench.member.installed = False
    known = bench.delivery(state="uninstalled", reason="ForbiddenOperationException", conversation_id="")
    assert (await bench.deliver(known)).outcome == "sent"


@installing
async def test_someone_who_took_the_app_out_does_not_get_it_put_back(bench: Bench) -> None:
    bench.member.installed = False
    result = await bench.deliver(bench.delivery(state="uninstalled", reason="the app was removed"))
    assert result.outcome == "never"
    assert bench.graph and bench.graph.calls == []


@installing
async def test_an_installation_that_is_refused_is_said_so(bench: Bench) -> None:
    bench.member.installed = False
    assert bench.graph
    bench.graph.faults.add(faults.forbidden("Forbidden"), times=-1)
    result = await bench.deliver(bench.delivery(heard_from=False))
    assert (result.outcome, result.reason) == ("never", "install: Forbidden")


@installing
async def test_graph_being_busy_is_a_reason_to_try_later(bench: Bench) -> None:
    bench.member.installed = False
    assert bench.graph
    bench.graph.faults.add(faults.throttled("30"))
    result = await bench.deliver(bench.delivery(heard_from=False))
    assert (result.outcome, result.retry_at) == ("later", NOW + timedelta(seconds=30))


async def test_someone_without_an_entra_id_who_never_wrote_cannot_be_reached(bench: Bench) -> None:
    delivery = replace(bench.delivery(heard_from=False), person=Person("p-1", "Em Lowe", "em@council.example"))
    assert (await bench.deliver(delivery)).outcome == "never"
    assert bench.teams.accepted == bench.teams.refused == []


async def test_a_message_that_is_too_big_goes_out_in_short(bench: Bench) -> None:
    huge = Message("x" * 200_000, "You have 500 learning spaces to look at.", card_saying("x" * 200_000))
    result = await bench.courier.deliver(bench.delivery(), huge)
    assert (result.outcome, result.reason) == ("sent", "short version")
    assert bench.chat[0]["text"] == huge.summary


async def test_when_even_the_short_one_is_too_big_it_is_given_up(bench: Bench) -> None:
    bench.teams.faults.add(faults.too_big(), times=-1)
    result = await bench.deliver()
    assert result.outcome == "never"
    assert len(bench.teams.refused) == 2


async def test_a_throttled_conversation_waits_as_long_as_it_was_told_and_others_do_not(bench: Bench) -> None:
    other = Member("ffffffff-0000-4000-8000-00000000000f", "Fo Nwosu", "fo@council.example")
    bench.teams.add(other)
    bench.teams.faults.add(faults.throttled("3600"), path=bench.member.conversation_id)
    first = await bench.deliver()
    assert (first.outcome, first.retry_at) == ("later", NOW + timedelta(hours=1))
    second = await bench.deliver()
    assert second.outcome == "later"
    assert second.retry_at and second.retry_at > NOW + timedelta(minutes=59)
    assert len(bench.teams.refused) == 1
    assert (await bench.deliver(bench.delivery(conversation_id=other.conversation_id))).outcome == "sent"


LATER = [faults.concurrent(), faults.throttled(None)]


@pytest.mark.parametrize("fault", LATER)
async def test_what_was_surely_not_taken_is_tried_later(bench: Bench, fault: faults.Fault) -> None:
    bench.teams.faults.add(fault)
    result = await bench.deliver()
    assert result.outcome == "later"
    assert result.retry_at and NOW < result.retry_at < NOW + timedelta(seconds=10)


UNKNOWN = [
    faults.failing(502, accepted=True),
    faults.reset(accepted=True),
    faults.hang(accepted=True),
    faults.failing(500),
]


@pytest.mark.parametrize("fault", UNKNOWN)
async def test_what_may_have_been_taken_is_said_so_and_not_repeated_here(bench: Bench, fault: faults.Fault) -> None:
    bench.teams.faults.add(fault)
    result = await bench.deliver()
    assert result.outcome == "unknown"
    assert len(bench.teams.posts()) == (1 if fault.accepted else 0)


@pytest.mark.parametrize("fault", UNKNOWN)
async def test_changing_a_living_card_may_always_be_repeated(bench: Bench, fault: faults.Fault) -> None:
    first = await bench.deliver()
    bench.teams.faults.add(fault, method="PUT", times=2)
    assert (await bench.deliver(bench.delivery(card=first.remote_id))).outcome == "later"


async def test_refused_credentials_stop_everything_and_raise_the_alarm(bench: Bench) -> None:
    bench.teams.faults.add(faults.unauthorized(), times=-1)
    first = await bench.deliver()
    assert first.outcome == "later"
    assert "BotNotRegistered" in bench.courier.problem()
    asked = len(bench.teams.refused)
    results = await asyncio.gather(*(bench.deliver() for _ in range(20)))
    assert {result.outcome for result in results} == {"later"}
    assert len(bench.teams.refused) == asked
    bench.hands.now += STOP_SECONDS + 1
    bench.teams.faults.clear()
    assert (await bench.deliver()).outcome == "sent"
    assert bench.courier.problem() == ""


async def test_the_wait_grows_with_every_attempt(bench: Bench) -> None:
    waits = []
    for attempts in range(1, 12):
        bench.teams.faults.add(faults.concurrent())
        bench.hands.now += 60
        result = await bench.deliver(replace(bench.delivery(), notice=a_notice(attempts)))
        assert result.retry_at
        waits.append((result.retry_at - NOW).total_seconds())
    assert waits[0] < 3
    assert 400 < waits[-1] < 800


async def test_a_service_url_that_is_no_longer_teams_gets_nothing(bench: Bench) -> None:
    result = await bench.deliver(bench.delivery(service_url="https://evil.example/"))
    assert result.outcome == "never"
    assert bench.teams.accepted == []


async def test_that_it_is_posted_now_is_said_once_just_before_the_post_and_not_for_a_change_in_place(
    bench: Bench,
) -> None:
    seen: list[int] = []

    async def begin() -> None:
        seen.append(len(bench.chat))

    await bench.courier.deliver(bench.delivery(), MESSAGE, begin)
    assert (seen, len(bench.chat)) == ([0], 1)
    card = next(iter(bench.teams.chat_of(bench.member).messages))
    await bench.courier.deliver(bench.delivery(card=card), MESSAGE, begin)
    assert (seen, len(bench.chat)) == ([0], 1)


async def test_what_somebody_else_has_taken_over_is_not_posted(bench: Bench) -> None:
    async def begin() -> None:
        raise LeaseLost

    with pytest.raises(LeaseLost):
        await bench.courier.deliver(bench.delivery(), MESSAGE, begin)
    assert bench.chat == []
