"""The Graph road: a draft with our own Message-ID, then sent; after a lost answer it is looked up before any repeat."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from bot.mail.courier import Envelope, Posted
from bot.mail.graph import Found, GraphMailbox
from bot.mail.graph_errors import GraphFailed, GraphFailure, in_words
from bot.mail.pace import Pace, TooSoon

STOP_SECONDS = 300.0
"""After something an administrator has to mend, how long until one more try shows whether they have."""
QUOTA_SECONDS = 3600.0
_STOPS = ("credential", "permission", "no_mailbox", "mailbox_full", "send_quota")

log = structlog.get_logger("bot.mail.graph")


class GraphRoad:
    """Sends from one mailbox through Graph, at the pace Exchange allows it."""

    def __init__(
        self, graph: GraphMailbox, *, pace: Pace | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._graph = graph
        self._pace = pace or Pace()
        self._monotonic = monotonic
        self._alarm = ""
        self._stopped_until = 0.0

    def problem(self) -> str:
        """What stops all mail, in words for an administrator; empty when nothing does."""
        return self._alarm

    async def close(self) -> None:
        """The session and the tokens belong to whoever opened them."""

    async def send(self, envelope: Envelope) -> Posted:
        """Send one message. Never raises for one that is not taken."""
        if self._alarm and self._monotonic() < self._stopped_until:
            return Posted("later", "mail is stopped", wait_seconds=self._stopped_until - self._monotonic())
        try:
            async with self._pace.turn():
                posted = await self._send(envelope)
        except TooSoon as wait:
            return Posted("later", "our own pace", wait_seconds=wait.seconds)
        except GraphFailed as failed:
            return self._failed(failed.failure)
        if self._alarm:
            log.info("graph_sending_resumed")
            self._alarm = ""
        return posted

    async def _send(self, envelope: Envelope) -> Posted:
        draft = None
        if envelope.tried_before:
            there = await self._look_up(envelope)
            if any(not one.draft for one in there):
                return Posted("sent", "found in the mailbox")
            draft = next(iter(there), None)
        if draft is None:
            draft = await self._graph.create_draft(envelope.raw)
        await self._graph.send_draft(draft.id)
        given = draft.message_id if draft.message_id not in ("", envelope.message_id) else ""
        return Posted("sent", "202", remote_id=given)

    async def _look_up(self, envelope: Envelope) -> list[Found]:
        found = list(await self._graph.find(envelope.message_id))
        if envelope.remote_id:
            found += await self._graph.find(envelope.remote_id)
        return found

    def _failed(self, failure: GraphFailure) -> Posted:
        if failure.kind in _STOPS:
            self._stop(failure)
            seconds = QUOTA_SECONDS if failure.kind == "send_quota" else STOP_SECONDS
            return Posted("later", failure.code, wait_seconds=failure.wait_seconds or seconds)
        match failure.kind:
            case "throttled":
                self._pace.close(failure.wait_seconds or 0.0)
                return Posted("later", failure.code, wait_seconds=failure.wait_seconds)
            case "recipient":
                return Posted("never", failure.code, address_fails=True)
            case "refused":
                return Posted("never", failure.code)
            case "unknown":
                return Posted("unknown", failure.code)
            case _:
                return Posted("later", failure.code, wait_seconds=failure.wait_seconds)

    def _stop(self, failure: GraphFailure) -> None:
        alarm = in_words(failure, self._graph.mailbox)
        if alarm != self._alarm:
            log.error("graph_sending_stopped", code=failure.code, kind=failure.kind)
        self._alarm = alarm
        seconds = QUOTA_SECONDS if failure.kind == "send_quota" else STOP_SECONDS
        self._stopped_until = self._monotonic() + (failure.wait_seconds or seconds)
