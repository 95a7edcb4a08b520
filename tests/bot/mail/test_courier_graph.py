"""Over real HTTP to a mailbox in Graph's shape: what goes wrong, and what outbox and administrator hear of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.clock import Clock
from bot.mail.courier_graph import GraphRoad
from bot.mail.graph import GraphMailbox
from bot.mail.graph_errors import GraphFailed
from bot.mail.pace import Pace
from bot.network.client import HttpClient
from bot.teams.tokens import GRAPH, NoToken
from desk import faults
from desk.faults import Fault
from desk.graph_mailbox import GraphMailboxDesk
from desk.mailbox import Post
from desk.serving import serving
from tests.bot.mail.conftest import AT, MAILBOX, MANAGER, envelope


class Tokens:
    """A token source one can empty."""

    def __init__(self) -> None:
        self.token = "good"
        self.refusal: NoToken | None = None
        self.asked = 0

    async def get(self, audience: str = GRAPH) -> str:
        self.asked += 1
        if self.refusal:
            raise self.refusal
        return self.token

    def forget(self, token: str, audience: str = GRAPH) -> None:
        self.token = "good"


class Exchange:
    """The desk's mailbox, and our road to it."""

    def __init__(self, desk: GraphMailboxDesk, url: str, http: HttpClient) -> None:
        self.desk = desk
        self.tokens = Tokens()
        self.clock = [0.0]
        self.graph = GraphMailbox(http, self.tokens, MAILBOX, Clock.standing(AT).now, graph_url=url, answer_seconds=2.0)
        self.road = GraphRoad(self.graph, pace=Pace(monotonic=lambda: self.clock[0]), monotonic=lambda: self.clock[0])

    def fails(self, status: int, code: str, *, path: str = "", times: int = 1, method: str = "POST") -> None:
        body = f'{{"error": {{"code": "{code}", "message": "No"}}}}'.encode()
        self.desk.faults.add(Fault(status, body), path=path, times=times, method=method)


@pytest.fixture
async def exchange(post: Post) -> AsyncIterator[Exchange]:
    desk = GraphMailboxDesk(MAILBOX, post, good_token=lambda token: token == "good")
    http = HttpClient()
    async with serving(desk.application()) as url:
        yield Exchange(desk, url, http)
    await http.close()


async def test_a_letter_goes_out_with_our_own_message_id_and_stays_in_sent_items(
    exchange: Exchange, post: Post
) -> None:
    posted = await exchange.road.send(envelope())
    assert posted.outcome == "sent"
    (mail,) = post.to(MANAGER)
    assert mail.message()["Message-ID"] == "<letter-1@northmoor.example>"
    assert [item.message_id for item in exchange.desk.in_folder("sentitems")] == ["<letter-1@northmoor.example>"]


async def test_an_answer_lost_after_sending_is_looked_up_and_not_sent_twice(exchange: Exchange, post: Post) -> None:
    exchange.desk.faults.add(faults.reset(accepted=True), path="/send")
    assert (await exchange.road.send(envelope())).outcome == "unknown"
    again = await exchange.road.send(envelope(tried_before=True))
    assert (again.outcome, again.reason) == ("sent", "found in the mailbox")
    assert len(post.to(MANAGER)) == 1


async def test_an_answer_lost_before_sending_leaves_a_draft_which_is_then_sent_itself(
    exchange: Exchange, post: Post
) -> None:
    exchange.desk.faults.add(faults.failing(502), path="/send")
    assert (await exchange.road.send(envelope())).outcome == "unknown"
    assert (await exchange.road.send(envelope(tried_before=True))).outcome == "sent"
    assert len(post.to(MANAGER)) == 1
    assert exchange.desk.in_folder("drafts") == []


async def test_a_draft_whose_making_got_no_answer_was_surely_not_sent(exchange: Exchange, post: Post) -> None:
    exchange.desk.faults.add(faults.reset(accepted=True), path="/messages")
    assert (await exchange.road.send(envelope())).outcome == "later"
    assert (await exchange.road.send(envelope(tried_before=True))).outcome == "sent"
    assert len(post.to(MANAGER)) == 1


async def test_a_mailbox_that_gives_its_own_message_id_is_remembered_by_it(post: Post) -> None:
    desk = GraphMailboxDesk(MAILBOX, post, own_message_ids=True)
    http = HttpClient()
    async with serving(desk.application()) as url:
        road = Exchange(desk, url, http).road
        posted = await road.send(envelope())
        assert posted.remote_id.endswith("@exchange.example>")
        again = await road.send(envelope(tried_before=True, remote_id=posted.remote_id))
        assert again.reason == "found in the mailbox"
    await http.close()
    assert len(post.to(MANAGER)) == 1


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "ErrorAccessDenied", "may not use the mailbox"),
        (403, "ErrorSendAsDenied", "may not use the mailbox"),
        (403, "", "may not use the mailbox"),
        (401, "InvalidAuthenticationToken", "credential"),
        (404, "ErrorInvalidUser", "no mailbox"),
        (404, "MailboxNotEnabledForRESTAPI", "no mailbox"),
        (507, "ErrorQuotaExceeded", "is full"),
        (403, "ErrorQuotaExceeded", "is full"),
        (429, "ErrorSubmissionQuotaExceeded", "as much as Exchange allows"),
    ],
)
async def test_what_an_administrator_has_to_mend_is_told_apart_and_stops_all_mail(
    exchange: Exchange, post: Post, status: int, code: str, words: str
) -> None:
    exchange.fails(status, code, times=2)
    assert (await exchange.road.send(envelope())).outcome == "later"
    assert words in exchange.road.problem()
    calls = len(exchange.desk.calls)
    assert (await exchange.road.send(envelope(2))).outcome == "later"
    assert len(exchange.desk.calls) == calls, "nothing is tried while it cannot work"
    exchange.desk.faults.clear()
    exchange.clock[0] = 4000.0
    assert (await exchange.road.send(envelope())).outcome == "sent"
    assert exchange.road.problem() == ""


async def test_a_secret_that_has_ended_is_the_credential_and_a_network_fault_is_not(exchange: Exchange) -> None:
    exchange.tokens.refusal = NoToken("ConnectionError", permanent=False)
    assert (await exchange.road.send(envelope())).outcome == "later"
    assert exchange.road.problem() == ""
    exchange.tokens.refusal = NoToken("invalid_client AADSTS7000222", permanent=True)
    assert (await exchange.road.send(envelope())).outcome == "later"
    assert "AADSTS7000222" in exchange.road.problem() and "BOT_APP_SECRET" in exchange.road.problem()


async def test_a_token_that_was_refused_once_is_asked_for_anew(exchange: Exchange, post: Post) -> None:
    exchange.tokens.token = "stale"
    assert (await exchange.road.send(envelope())).outcome == "sent"


async def test_an_unknown_recipient_is_never_and_marks_the_address(exchange: Exchange) -> None:
    exchange.fails(400, "ErrorInvalidRecipients", path="/send")
    posted = await exchange.road.send(envelope())
    assert (posted.outcome, posted.address_fails) == ("never", True)
    assert exchange.road.problem() == ""


@pytest.mark.parametrize("retry_after", ["7", "Fri, 20 Nov 2026 10:00:07 GMT"])
async def test_throttling_closes_the_mailbox_for_as_long_as_it_says(
    exchange: Exchange, post: Post, retry_after: str
) -> None:
    exchange.desk.faults.add(faults.throttled(retry_after), path="/messages")
    posted = await exchange.road.send(envelope())
    assert (posted.outcome, posted.wait_seconds) == ("later", 7.0)
    other = await exchange.road.send(envelope(2))
    assert (other.outcome, other.reason) == ("later", "our own pace")
    exchange.clock[0] = 7.1
    assert (await exchange.road.send(envelope(2))).outcome == "sent"


async def test_four_at_once_and_thirty_a_minute_and_the_mailbox_never_has_to_refuse(
    exchange: Exchange, post: Post
) -> None:
    posted = await asyncio.gather(*(exchange.road.send(envelope(n)) for n in range(40)))
    assert [one.outcome for one in posted].count("sent") == 30
    assert {one.reason for one in posted if one.outcome == "later"} == {"our own pace"}
    assert exchange.desk.most_at_once <= 4
    assert len(post.taken) == 30


async def test_a_page_of_something_in_front_of_graph_is_not_taken_for_an_answer(exchange: Exchange, post: Post) -> None:
    exchange.desk.faults.add(faults.proxy_page(), path="/messages")
    assert (await exchange.road.send(envelope())).outcome == "later"
    exchange.desk.faults.add(faults.redirect("https://elsewhere.example/"), path="/messages")
    assert (await exchange.road.send(envelope())).outcome == "later"
    assert post.taken == []


async def test_what_came_in_is_read_page_by_page_and_the_link_carries_on(exchange: Exchange) -> None:
    for number in range(5):
        exchange.desk.arrive(envelope(number).raw)
    seen, link = [], ""
    while True:
        page = await exchange.graph.arrivals(link, page_size=2)
        seen += [row["id"] for row in page.messages]
        if page.delta_link:
            break
        link = page.next_link
    assert len(seen) == 5
    assert (await exchange.graph.arrivals(page.delta_link)).messages == ()
    raw = envelope(9).raw
    late = exchange.desk.arrive(raw)
    fresh = await exchange.graph.arrivals(page.delta_link)
    assert [row["id"] for row in fresh.messages] == [late.id]
    assert await exchange.graph.mime_of(late.id) == raw


async def test_an_expired_link_says_so_and_a_foreign_one_never_sees_our_token(exchange: Exchange) -> None:
    link = (await exchange.graph.arrivals()).delta_link
    exchange.desk.expired.add("all")
    with pytest.raises(GraphFailed) as failed:
        await exchange.graph.arrivals(link)
    assert failed.value.failure.kind == "gone"
    with pytest.raises(GraphFailed):
        await exchange.graph.arrivals("https://elsewhere.example/v1.0/users/x/messages/delta")
    assert all("elsewhere" not in path for _, path in exchange.desk.calls)
