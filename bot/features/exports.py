"""The QA team takes rows out of the chat: `export`, which and why on a card, then a file into their own OneDrive."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assurance.common.refusals import NotFound, NotYours, Refused
from assurance.records.export import LONGEST_REASON, ReasonNeeded
from assurance.records.export_by_chat import (
    Offer,
    OfferIsOver,
    may_export,
    offer_export,
    put_aside,
    take_export,
    taken_rows,
)
from bot.pressed import word
from dialogs.kit.message import FileOffer
from dialogs.qa_team import exports
from storage.sheets.spreadsheets import write_workbook

if TYPE_CHECKING:
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.kit.message import Message
    from dialogs.understand.understanding import Intent
    from policy.council.establishment import Person
    from policy.framework.framework import Framework
    from storage.engine.database import Session

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """A file somebody has said yes to, made and recorded."""

    name: str
    content: bytes


def presses(talk: Conversation) -> dict[str, Handler]:
    """The button that asks for the file."""

    async def export_rows(person: Person, data: Data, in_dialog: bool) -> Message:
        what = word(data, exports.WHAT)
        said = data.get(exports.REASON)
        reason = said.strip() if isinstance(said, str) and len(said) <= LONGEST_REASON else ""
        await talk.write(may_export, what, person)
        if what not in exports.TITLES or not reason:
            chosen = what if what in exports.TITLES else ""
            return exports.ask_message(talk.framework, talk.today(), what=chosen, reason=reason, missing=True)
        try:
            offer: Offer = await talk.write(offer_export, what, person, reason=reason)
        except ReasonNeeded:
            return exports.ask_message(talk.framework, talk.today(), what=what, problem=exports.REASON)
        size = len(await _made(talk, person, what))
        name = exports.file_name(what, talk.today())
        file = FileOffer(name, exports.TITLES[what], size, offer.token)
        return exports.offered_message(what, offer.rows, file)

    return {"export_rows": export_rows}


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """'export', or 'export actions'."""
    return _ask(talk, person, intent.wanted) if intent.kind == "export" else None


def refused(talk: Conversation, refused: Refused, person: Person) -> Message | None:
    """What a late or foreign press is told."""
    return exports.over_message() if isinstance(refused, OfferIsOver) else None


async def take(talk: Conversation, person: Person, token: str) -> Taken | Message:
    """They allowed it: recorded first, then made. A message when it cannot be taken, and then nothing is recorded."""
    try:
        what = await talk.write(take_export, token, person)
    except NotYours:
        return exports.for_qa_team_message()
    except (OfferIsOver, NotFound):
        return exports.over_message()
    return Taken(exports.file_name(what, talk.today()), await _made(talk, person, what))


async def decline(talk: Conversation, person: Person, token: str) -> Message:
    """They did not want it."""
    await talk.write(put_aside, token, person)
    return exports.put_aside_message()


async def _ask(talk: Conversation, person: Person, said: str) -> Message:
    try:
        await talk.write(may_export, "", person)
    except NotYours:
        return exports.for_qa_team_message()
    return exports.ask_message(talk.framework, talk.today(), what=exports.which(said))


async def _made(talk: Conversation, person: Person, what: str) -> bytes:
    """The workbook, as it is now. Written to a folder only we can read, and gone from it at once."""
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        file = Path(folder) / "rows.xlsx"
        await talk.db.read(_write, talk.framework, what, person.id, file)
        return await asyncio.to_thread(file.read_bytes)


def _write(session: Session, framework: Framework, what: str, person: str, file: Path) -> None:
    write_workbook(file, taken_rows(session, framework, what, person=person))
