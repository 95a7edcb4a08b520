"""Mailboxes at the desk: a letter comes by SMTP and is read, an answer goes by SMTP with what a mail client adds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import EmailMessage

import aiosmtplib
import pytest

from desk.bot_line import BotSays
from desk.mailbox import Post, smtp_server
from desk.mailroom import GATEWAY, Mailroom

NOW = "2026-11-20T10:00:00+00:00"
ANNA, BOT = "anna.alder@northmoor.example", "learning-spaces@northmoor.example"


@pytest.fixture
async def bot() -> AsyncIterator[tuple[Post, int]]:
    """Where the bot would take its replies."""
    post = Post()
    async with smtp_server(post) as port:
        yield post, port


@pytest.fixture
async def room(bot: tuple[Post, int]) -> AsyncIterator[tuple[Mailroom, int]]:
    mailroom = Mailroom(lambda: NOW, bot_smtp=f"127.0.0.1:{bot[1]}")
    async with smtp_server(mailroom.post) as port:
        yield mailroom, port


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"Northmoor QA bot <{BOT}>"
    message["To"] = f"Anna Alder <{ANNA}>"
    message["Subject"] = "LS-2026Q3-017 is waiting for you"
    message["Message-ID"] = "<one@northmoor.example>"
    message["References"] = "<nought@northmoor.example>"
    message.set_content("Please answer.\n\n[Ref abc]\n")
    message.add_alternative("<p>Please answer.</p>", subtype="html")
    message.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="meeting.ics")
    return message


async def test_a_letter_is_in_the_mailbox_of_whoever_it_was_sent_to(room: tuple[Mailroom, int]) -> None:
    mailroom, port = room
    changed: list[str] = []
    mailroom.changed = changed.append
    await aiosmtplib.send(letter(), hostname="127.0.0.1", port=port, start_tls=False)
    [one] = mailroom.of(ANNA.upper())
    assert (one["direction"], one["at"], one["subject"]) == ("in", NOW, "LS-2026Q3-017 is waiting for you")
    assert one["text"].startswith("Please answer.")
    assert "<p>Please answer.</p>" in one["html"]
    [attached] = one["attachments"]
    assert (attached["name"], attached["type"]) == ("meeting.ics", "text/calendar")
    assert "BEGIN:VCALENDAR" in attached["text"]
    assert changed == [ANNA]
    assert mailroom.of("nobody@northmoor.example") == []


async def test_an_answer_carries_the_thread_the_quoted_letter_and_the_gateways_word(
    room: tuple[Mailroom, int], bot: tuple[Post, int]
) -> None:
    mailroom, port = room
    await aiosmtplib.send(letter(), hostname="127.0.0.1", port=port, start_tls=False)
    await mailroom.send(ANNA, "Anna Alder", in_reply_to=mailroom.of(ANNA)[0]["id"], subject="", text="2\nGood")
    [taken] = bot[0].to(BOT)
    came = taken.message()
    assert came["Subject"] == "Re: LS-2026Q3-017 is waiting for you"
    assert came["In-Reply-To"] == "<one@northmoor.example>"
    assert came["References"].split() == ["<nought@northmoor.example>", "<one@northmoor.example>"]
    assert came["Authentication-Results"].startswith(f"{GATEWAY}; dmarc=pass")
    lines = came.get_content().splitlines()
    assert lines[:2] == ["2", "Good"]
    assert "> [Ref abc]" in lines
    assert [one["direction"] for one in mailroom.of(ANNA)] == ["in", "out"]


async def test_a_letter_to_nobody_and_from_nobody_is_refused_in_words(room: tuple[Mailroom, int]) -> None:
    mailroom, port = room
    with pytest.raises(BotSays, match="has not written"):
        await mailroom.send(ANNA, "Anna Alder", in_reply_to="", subject="Hello", text="Hello")
    with pytest.raises(BotSays, match="not in the mailbox"):
        await mailroom.send(ANNA, "Anna Alder", in_reply_to="gone", subject="", text="Hello")
    await aiosmtplib.send(letter(), hostname="127.0.0.1", port=port, start_tls=False)
    deaf = Mailroom(lambda: NOW, bot_smtp="127.0.0.1:9")
    deaf.restore(mailroom.as_json())
    with pytest.raises(BotSays, match="did not take the letter"):
        await deaf.send(ANNA, "Anna Alder", in_reply_to=deaf.of(ANNA)[0]["id"], subject="", text="Hello")
    assert len(deaf.of(ANNA)) == 1


async def test_a_letter_nobody_can_read_is_kept_and_breaks_nothing(room: tuple[Mailroom, int]) -> None:
    mailroom, port = room
    raw = b"From: x\r\nContent-Type: text/plain; charset=no-such\r\nSubject: =?utf-8?q?=FF?=\r\n\r\n\xff\xfe words\r\n"
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
    async with client:
        await client.sendmail(BOT, [ANNA], raw)
    assert len(mailroom.of(ANNA)) == 1
