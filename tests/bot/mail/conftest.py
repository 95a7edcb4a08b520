"""What the mail tests share: the demo council's database, a desk with mailboxes, and a letter to send."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.mail.courier import Envelope
from bot.mail.mime import compose
from desk.mailbox import Post
from desk.serving import own_certificate
from dialogs.kit.message import Message
from dialogs.letters.letters import Letterhead, letter
from storage.engine.database import Database

MAILBOX = "qa-bot@northmoor.example"
MANAGER = "priya.fernhollow@northmoor.example"
AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's certificate, and a client that trusts it."""
    served, trusted = own_certificate(Path(tmp_path_factory.mktemp("mail-tls")), datetime.now(UTC))  # noqa: TID251
    return served, ssl.create_default_context(cafile=str(trusted))


@pytest.fixture
def mail_database(sqlite_url: str) -> Iterator[Database]:
    with Database.open(sqlite_url) as opened:
        yield opened


def envelope(number: int = 1, recipient: str = MANAGER, *, tried_before: bool = False, remote_id: str = "") -> Envelope:
    """A small letter on its way."""
    message_id = f"<letter-{number}@northmoor.example>"
    said = letter(
        Message("A test\n\nNothing to do.", "A test."), subject="A message for you", head=Letterhead("Northmoor")
    )
    raw = compose(said, sender=MAILBOX, sender_name="QA bot", recipient=recipient, message_id=message_id, at=AT)
    return Envelope(raw, recipient, message_id, tried_before, remote_id)
