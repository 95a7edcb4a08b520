"""The door for email on a council's own machines: SMTP and LMTP, for one mailbox, within bounds whatever is sent."""

from __future__ import annotations

import asyncio
import re
import smtplib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiosmtplib
import pytest

from bot.mail import listener as door
from bot.mail.listener import MailListener
from tests.bot.mail.conftest import MAILBOX
from tests.patience import PATIENCE

RAW = b"From: a@northmoor.example\r\nTo: qa-bot@northmoor.example\r\nSubject: x\r\n\r\nlist\r\n"


@dataclass
class Kept:
    """What was put on disk; `works` says whether it can be."""

    messages: list[bytes] = field(default_factory=list)
    works: bool = True

    async def keep(self, raw: bytes) -> bool:
        if self.works:
            self.messages.append(raw)
        return self.works


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
async def port(kept: Kept) -> AsyncIterator[int]:
    listener = MailListener(MAILBOX, kept.keep)
    await listener.start("127.0.0.1", 0)
    yield listener.port
    await listener.stop()


async def send(port: int, raw: bytes, *recipients: str) -> None:
    await aiosmtplib.send(
        raw, sender="a@x.example", recipients=list(recipients or [MAILBOX]), hostname="127.0.0.1", port=port,
        start_tls=False,
    )  # fmt: skip


async def test_a_message_is_on_disk_before_the_relay_hears_that_we_have_it(port: int, kept: Kept) -> None:
    await send(port, RAW)
    assert kept.messages == [RAW]
    kept.works = False
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await send(port, RAW)
    assert refused.value.code == 451, "the relay keeps it and comes again"


async def test_a_relay_that_speaks_lmtp_is_answered_for_each_recipient(port: int, kept: Kept) -> None:
    def by_lmtp() -> dict[str, tuple[int, bytes]]:
        with smtplib.LMTP("127.0.0.1", port) as client:
            client.ehlo_or_helo_if_needed()
            client.mail("a@x.example")
            two = [MAILBOX, MAILBOX.replace("@", "+reply@")]
            assert [client.rcpt(one)[0] for one in (*two, "else@northmoor.example")] == [250, 250, 550]
            client.putcmd("data")
            assert client.getreply()[0] == 354
            client.send(RAW + b".\r\n")
            return {one: client.getreply() for one in two}

    answers = await asyncio.to_thread(by_lmtp)
    assert [code for code, _ in answers.values()] == [250, 250]
    assert kept.messages == [RAW]


async def test_commands_may_come_all_at_once_and_every_answer_has_its_enhanced_status(port: int, kept: Kept) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert (await reader.readline()).startswith(b"220 ")
    writer.write(b"LHLO relay.northmoor.example\r\n")
    offered = [await reader.readline()]
    while offered[-1][3:4] == b"-":
        offered.append(await reader.readline())
    assert {b"PIPELINING", b"ENHANCEDSTATUSCODES", b"SMTPUTF8", b"8BITMIME"} <= {line[4:].strip() for line in offered}
    said = (
        b"RCPT TO:<x@y.example>\r\nMAIL FROM:<a@x.example>\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<else@y.example>\r\n"
        b"RCPT TO:<%s>\r\nNONSENSE\r\nDATA\r\n%s.\r\nRSET\r\nMAIL FROM:<\xff@x.example>\r\nNOOP\r\nVRFY a\r\nQUIT\r\n"
    )
    writer.write(said % (MAILBOX.encode(), RAW))
    answers = (await reader.read()).decode().splitlines()
    writer.close()
    assert [line[:3] for line in answers][:8] == ["503", "250", "503", "550", "250", "500", "354", "250"], answers
    assert answers[-1].startswith("221"), "nothing that was sent with the rest is lost"
    for line in answers:
        assert line.startswith("354 ") or re.match(r"([245])\d\d[ -]\1\.\d+\.\d+ ", line), line
    assert kept.messages == [RAW]


async def test_a_message_with_letters_of_any_alphabet_in_its_head_and_its_addresses_is_taken(
    port: int, kept: Kept
) -> None:
    raw = "From: Zoë <zoë@northmoor.example>\r\nTo: x\r\nSubject: Größe\r\n\r\nlist\r\n".encode()

    def by_smtp() -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("zoë@northmoor.example", [MAILBOX], raw, mail_options=["SMTPUTF8", "BODY=8BITMIME"])

    await asyncio.to_thread(by_smtp)
    assert kept.messages == [raw]


async def test_a_message_with_25_megabytes_attached_is_taken_and_a_larger_one_refused_as_too_large(
    port: int, kept: Kept
) -> None:
    line = b"QUFB" * 18 + b"\r\n"
    await send(port, RAW + line * (34_000_000 // len(line)))
    assert len(kept.messages) == 1
    with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
        await send(port, RAW + line * (door.LARGEST // len(line) + 1))
    assert refused.value.code == 552
    assert len(kept.messages) == 1


async def test_a_line_that_never_ends_is_cut_off_instead_of_collected(port: int, kept: Kept) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    for said in (b"EHLO x\r\n", b"MAIL FROM:<a@x.example>\r\n", f"RCPT TO:<{MAILBOX}>\r\n".encode(), b"DATA\r\n"):
        writer.write(said)

    async def without_end() -> None:
        for _ in range(2 * door.TOO_MUCH // 1_000_000):
            writer.write(b"x" * 1_000_000)
            await writer.drain()

    with pytest.raises(ConnectionError):
        await without_end()
    writer.close()
    assert kept.messages == []


async def test_a_long_line_of_html_is_taken(port: int, kept: Kept) -> None:
    raw = RAW + b"<p>" + b"x" * 20_000 + b"</p>\r\n"
    await send(port, raw)
    assert kept.messages == [raw]


async def test_many_at_once_wait_outside_and_are_let_in_again(
    port: int, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_CONNECTIONS", 2)
    inside = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    for reader, _ in inside:
        assert (await reader.readline()).startswith(b"220")
    late, writer = await asyncio.open_connection("127.0.0.1", port)
    said = await late.read()
    assert b"421 4.3.2" in said and not said.endswith(b"220"), "told to come again, and cut off"
    writer.close()
    for _, one in inside:
        one.close()
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await send(port, RAW)
                break
            except aiosmtplib.SMTPException:
                await asyncio.sleep(0.05)
    assert kept.messages == [RAW]


@pytest.mark.parametrize("address", ["someone.else@northmoor.example", "qa-bot@elsewhere.example", "qa-bot"])
async def test_nothing_is_taken_for_anybody_else(port: int, kept: Kept, address: str) -> None:
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await send(port, RAW, address)
    assert kept.messages == []
