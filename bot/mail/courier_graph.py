"""The Graph road: a draft with our own Message-ID, then sent; after a lost answer it is looked up before any repeat."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.alarm import STOP_SECONDS
from bot.mail.courier import Envelope, Posted
from bot.mail.graph import Found, GraphMailbox
from bot.mail.graph_errors import GraphFailed, GraphFailure, in_words
from bot.mail.pace import Pace
from bot.mail.road import PacedRoad

QUOTA_SECONDS = 3600.0
_STOPS = ("credential", "permission", "no_mailbox", "mailbox_full", "send_quota")


class GraphRoad(PacedRoad):
    """Sends from one mailbox through Graph, at the pace Exchange allows it."""

    def __init__(
        self, graph: GraphMailbox, *, pace: Pace | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__("graph", pace=pace, monotonic=monotonic)
        self._graph = graph

    def _name(self) -> str:
        return "Microsoft Graph"

    async def _answers(self) -> bool:
        try:
            await self._graph.find("<is-anybody-there@invalid>")
        except GraphFailed as failed:
            return failed.failure.kind != "busy"
        return True

    async def _hand_over(self, envelope: Envelope) -> Posted:
        try:
            return await self._send(envelope)
        except GraphFailed as failed:
            return self._failed(failed.failure)

    async def _send(self, envelope: Envelope) -> Posted:
        draft = None
        if envelope.tried_before:
            there = await self._look_up(envelope)
            if any(not one.draft for one in there):
                return Posted("sent", "found in the mailbox")
            draft = next(iter(there), None)
        if draft is None:
            draft = await self._graph.create_draft(envelope.raw)
        await envelope.begin()
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
            seconds = failure.wait_seconds or (QUOTA_SECONDS if failure.kind == "send_quota" else STOP_SECONDS)
            words = in_words(failure, self._graph.mailbox)
            self._alarm.sound(words, seconds=seconds, code=failure.code, kind=failure.kind)
            return Posted("later", failure.code, wait_seconds=seconds)
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
                return Posted(
                    "later", failure.code, wait_seconds=failure.wait_seconds, no_answer=failure.kind == "busy"
                )
