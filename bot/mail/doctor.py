"""What stands between this installation and its email, in words an administrator can act on."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from assurance.channels.record_bounce import addresses_that_fail
from bot.checks import Check
from bot.mail.courier import Envelope
from bot.mail.courier_smtp import SmtpRoad
from bot.mail.graph import GraphMailbox
from bot.mail.graph_errors import GraphFailed, in_words
from bot.mail.mime import compose
from bot.mail.outgoing import MailOut
from dialogs.kit.message import Message
from dialogs.letters.letters import Letterhead, letter
from storage.council import establishment as establishments

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.engine.session import Session

WARN_DAYS = (60, 30, 7)
"""Before a secret or a certificate ends: good to know, somebody should act, this week."""
ARRIVES_SECONDS = 90.0
"""How long the doctor waits for its own message to come back."""
LOOK_EVERY_SECONDS = 2.0
MOST_NAMED = 6


def settings_of(settings: Settings) -> Iterator[Check]:
    """Which way letters go and come."""
    if settings.mail == "none":
        yield Check("Email", "note", "It is off (BOT_MAIL=none): whoever has no Teams cannot be reached.")
        return
    ways = {"graph": "Microsoft Graph", "smtp": "a relay (SMTP)"}
    yield Check("Email", "ok", f"Letters go through {ways[settings.mail]}, from {settings.mailbox}.")
    if settings.mail == "smtp" and not settings.mail_listen:
        yield Check("Replies", "note", "BOT_MAIL_LISTEN is not set, so nobody can answer by email.")
    if settings.mail_listen and not settings.mail_authserv:
        yield Check(
            "Replies",
            "note",
            "BOT_MAIL_AUTHSERV is not set, so no reply can show where it really comes from. Set it to the name your "
            "own gateway writes into Authentication-Results.",
        )


def addresses(session: Session) -> Iterator[Check]:
    """Who has no address, and whose comes back."""
    people = establishments.current(session).people
    held = {post.holder for post in establishments.current(session).posts.values() if post.holder}
    without = sorted(person for person in held if person in people and "@" not in people[person].email)
    if without:
        yield Check("Addresses", "note", f"{len(without)} post holders have none: {_named(without, people)}.")
    failing = list(addresses_that_fail(session))
    if failing:
        names = _named(failing, people)
        yield Check(
            "Addresses",
            "problem",
            f"Mail to {len(failing)} comes back: {names}. Correct the address in the people file and import it again.",
        )
    if not without and not failing:
        yield Check("Addresses", "ok", "Every post holder has one, and none comes back.")


def ends(what: str, on: datetime, *, now: datetime) -> Check:
    """How long a secret or certificate is still good for."""
    left = on - now
    day = f"{on:%Y-%m-%d}"
    if left < timedelta(0):
        return Check(what, "problem", f"It ended on {day}. Make a new one in Entra and set it here; nothing is sent.")
    if left.days < WARN_DAYS[2]:
        return Check(
            what, "problem", f"It ends on {day}, in {left.days} days. Renew it now; nothing is sent afterwards."
        )
    if left.days < WARN_DAYS[1]:
        return Check(what, "problem", f"It ends on {day}, in {left.days} days. Renew it this month.")
    if left.days < WARN_DAYS[0]:
        return Check(what, "note", f"It ends on {day}, in {left.days} days. Plan to renew it.")
    return Check(what, "ok", f"Good until {day}.")


async def secret_ends(settings: Settings, graph: GraphMailbox | None, *, now: datetime) -> Check | None:
    """When the app's secret ends, from Graph if it lets us look, else from BOT_APP_SECRET_EXPIRES."""
    if not settings.app_secret.get_secret_value():
        return None
    found = None
    if graph is not None:
        try:
            found = _last_end(await graph.application(settings.app_id))
        except GraphFailed:
            found = None  # looking takes a permission of its own, which nobody has to give
    if found is None and settings.app_secret_expires:
        day = settings.app_secret_expires
        found = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if found is None:
        return Check(
            "Secret",
            "note",
            "Nobody can tell when it ends. Set BOT_APP_SECRET_EXPIRES to the day Entra shows, and you are warned.",
        )
    return ends("Secret", found, now=now)


async def way_out(mail: MailOut) -> Check:
    """Whether the relay or the mailbox lets us in. Sends nothing."""
    if isinstance(mail.road, SmtpRoad):
        trouble = await mail.road.check()
        return Check("Relay", "problem", trouble) if trouble else Check("Relay", "ok", "It lets the bot in.")
    assert mail.graph is not None
    try:
        await mail.graph.arrivals(page_size=1)
    except GraphFailed as failed:
        said = in_words(failed.failure, mail.graph.mailbox)
        return Check("Mailbox", "problem", said or f"Graph does not answer ({failed.failure.code}).")
    return Check("Mailbox", "ok", "The bot can read it. Run doctor --mail to see that it can send as well.")


async def there_and_back(mail: MailOut, settings: Settings, *, now: datetime) -> Check:
    """Send one real message to the mailbox itself and read it back; by SMTP, say what could be checked."""
    message_id = f"<doctor-{secrets.token_hex(12)}@{settings.mailbox.rpartition('@')[2]}>"
    said = letter(
        Message("The doctor's test\n\nThis message shows that the bot can send. There is nothing to do.", "A test."),
        subject="A test of the bot's email",
        head=Letterhead("your council"),
        can_reply=False,
    )
    raw = compose(
        said,
        sender=settings.mailbox,
        sender_name="QA bot",
        recipient=settings.mailbox,
        message_id=message_id,
        at=now,
    )
    since = await _inbox_now(mail.graph) if mail.graph else ""
    posted = await mail.road.send(Envelope(raw, settings.mailbox, message_id))
    if posted.outcome != "sent":
        return Check("There and back", "problem", mail.problem() or f"It could not be sent ({posted.reason}).")
    if mail.graph is None:
        return Check(
            "There and back",
            "note",
            f"The relay took a message to {settings.mailbox}. Look whether it arrived: by SMTP the bot cannot look "
            "into a mailbox.",
        )
    began = time.monotonic()
    try:
        while time.monotonic() - began < ARRIVES_SECONDS:
            if await _arrived(mail.graph, since, message_id):
                await _tidy(mail.graph, message_id)
                seconds = time.monotonic() - began
                return Check("There and back", "ok", f"A message to {settings.mailbox} came back in {seconds:.0f} s.")
            await asyncio.sleep(LOOK_EVERY_SECONDS)
    except GraphFailed as failed:
        said_why = in_words(failed.failure, mail.graph.mailbox) or f"Graph does not answer ({failed.failure.code})."
        return Check("There and back", "problem", f"It was sent, and could not be read back. {said_why}")
    return Check(
        "There and back",
        "problem",
        f"It was sent, and did not arrive in {ARRIVES_SECONDS:.0f} s. Does a rule move mail out of the inbox?",
    )


async def _inbox_now(graph: GraphMailbox) -> str:
    """A link from which only what arrives from now on is seen; empty when the inbox cannot be read."""
    link = ""
    try:
        while True:
            page = await graph.arrivals(link, page_size=100)
            if page.delta_link or not page.next_link:
                return page.delta_link
            link = page.next_link
    except GraphFailed:
        return ""


async def _arrived(graph: GraphMailbox, since: str, message_id: str) -> bool:
    link = since
    while True:
        page = await graph.arrivals(link)
        if any(row.get("internetMessageId") == message_id for row in page.messages):
            return True
        if page.delta_link or not page.next_link:
            return False
        link = page.next_link


async def _tidy(graph: GraphMailbox, message_id: str) -> None:
    """The test leaves nothing behind, if it may."""
    try:
        for found in await graph.find(message_id):
            await graph.delete(found.id)
    except GraphFailed:
        return


def _last_end(application: dict[str, Any]) -> datetime | None:
    """The last day any secret of the app is good for."""
    rows = application.get("passwordCredentials")
    found = []
    for row in rows if isinstance(rows, list) else ():
        text = row.get("endDateTime") if isinstance(row, dict) else None
        try:
            end = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
        except ValueError:
            continue
        found.append(end if end.tzinfo else end.replace(tzinfo=UTC))
    return max(found, default=None)


def _named(who: list[str], people: Any) -> str:
    shown = ", ".join(f"{people[person].name} ({person})" for person in who[:MOST_NAMED])
    return f"{shown} and {len(who) - MOST_NAMED} more" if len(who) > MOST_NAMED else shown
