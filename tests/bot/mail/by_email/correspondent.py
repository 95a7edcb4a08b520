"""Somebody with an ordinary mail client: reads the letters that come by real SMTP and answers them by real SMTP."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage
from typing import Any

import aiosmtplib

from desk.flowed import plain_text
from desk.mailbox import Mail, Post
from policy.forms.forms import SOFT_CHECKS
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from storage.engine.database import Database
from storage.outbox import replies
from tests.patience import PATIENCE

MAILBOX = "qa-bot@northmoor.example"
GATEWAY = "gateway.northmoor.example"

WHOLE = """\
Hi,

1. 20 November 2026
2. yes
3. yes
5. 1
6. no
7. 2
8. good
9. 2
10. 2
11. 3
12. 2
13. 2
15. good
16. 2
17. The plan was followed and the visits were made.
18. planning
19. Direct work that changed the plan.
20. supervision

Kind regards,
Leila
"""

LAST = """\
21. Reflective supervision, more often
24. Arrange reflective supervision every month
25. 2
26. 18 December
27. 4
"""


class Correspondent:
    """One person of the council with an ordinary mail client."""

    def __init__(self, post: Post, address: str, port: int) -> None:
        self._post = post
        self.port = port
        self.address = address
        self._read = 0
        self._number = 0

    async def letter(self) -> EmailMessage:
        """The next letter that comes."""
        async with asyncio.timeout(PATIENCE):
            while len(self._post.to(self.address)) <= self._read:
                await asyncio.sleep(0.02)
        self._read += 1
        return self._post.to(self.address)[self._read - 1].message()

    def skip(self, until: Mail | None = None) -> None:
        """What has come so far is read, or what has come before one letter."""
        mine = self._post.to(self.address)
        self._read = mine.index(until) if until else len(mine)

    async def no_letter(self) -> None:
        """Nothing comes that was not there before."""
        await asyncio.sleep(0.3)
        assert len(self._post.to(self.address)) == self._read

    async def reply(self, to: EmailMessage, text: str, **headers: str) -> None:
        """Answer a letter above its quoted text, as Outlook does."""
        quoted = body(to)
        said = f"{text}\n\n________________________________\nFrom: QA bot <{MAILBOX}>\nSent: 20 November 2026 10:00\n"
        said += f"To: Somebody\nSubject: {to['Subject']}\n\n{quoted}"
        await self.send(said, subject=f"RE: {to['Subject']}", in_reply_to=str(to["Message-ID"]), **headers)

    async def send(self, text: str, *, subject: str = "", in_reply_to: str = "", **headers: str) -> None:
        """Send a message; by default the gateway has found it to be really from this person."""
        self._number += 1
        message = EmailMessage()
        message["From"] = headers.pop("sender", self.address)
        message["To"] = MAILBOX
        message["Subject"] = subject
        message["Message-ID"] = f"<{self._number}.{self.address}>"
        domain = self.address.rpartition("@")[2]
        found = headers.pop("found", f"{GATEWAY}; dmarc=pass header.from={domain}")
        if found:
            message["Authentication-Results"] = found
        if in_reply_to:
            message["In-Reply-To"] = message["References"] = in_reply_to
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        await aiosmtplib.send(message, hostname="127.0.0.1", port=self.port, start_tls=False)

    async def ask(self, to: EmailMessage, text: str) -> EmailMessage:
        """Answer, and read the letter that answers."""
        await self.reply(to, text)
        while not str((letter := await self.letter())["Subject"]).startswith("About your email"):
            pass  # a date for the calendar, say
        return letter


def body(letter: EmailMessage) -> str:
    """The plain text of a letter, as a mail program shows it."""
    found = plain_text(letter)
    assert found
    return found


def now(db: Database, item: LearningSpace) -> LearningSpace:
    """A learning space as it stands."""
    found = db.read_now(learning_spaces.by_reference, item.reference)
    assert found is not None
    return found


def answers(db: Database, item: LearningSpace) -> dict[str, Any]:
    """What is saved of the form."""
    draft = db.read_now(learning_spaces.load_draft, item.reference, item.person)
    return {key: value for key, value in draft.answers.items() if key != SOFT_CHECKS} if draft else {}


async def until_read(db: Database) -> None:
    """Until every message that came in has been taken."""
    async with asyncio.timeout(PATIENCE):
        await asyncio.sleep(0.1)
        while await db.read(replies.waiting):
            await asyncio.sleep(0.02)


async def letter_to_somebody(post: Post, subject: str, db: Database, like: Correspondent) -> Correspondent:
    """Whoever is sent a letter with this subject, about to read it."""
    async with asyncio.timeout(PATIENCE):
        while not (found := [mail for mail in post.taken if str(mail.message()["Subject"]).startswith(subject)]):
            await asyncio.sleep(0.02)
    reader = Correspondent(post, found[0].recipient, like.port)
    reader.skip(found[0])
    return reader
