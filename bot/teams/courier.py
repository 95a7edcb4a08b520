"""The Teams courier: takes one notice to one person, and says sent, later, never or unknown."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from assurance.common.courier import Begin, CourierResult, Delivery, unwatched
from bot.teams.activities import message_activity
from bot.teams.connector import Connector
from bot.teams.errors import Failure, Remedy, SendFailed
from bot.teams.install import Installer
from bot.teams.limits import Limits, TooLong
from dialogs.kit.message import Message

TEAMS_SERVICE_URL = "https://smba.trafficmanager.net/teams/"
"""Where a conversation is opened with someone we have never heard from; Teams names the region afterwards."""

STOP_SECONDS = 300.0
"""After our credentials were refused, how long until one more try shows whether someone has mended them."""
NEVER_INSTALLED = "ForbiddenOperationException"
"""Teams' code for a person who does not have the app; someone who took it out is another matter."""
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 2.0, 600.0

log = structlog.get_logger("bot.teams.courier")


class TeamsCourier:
    """One per process. Any number of deliveries at once; one conversation hears one thing at a time."""

    channel = "teams"

    def __init__(
        self,
        connector: Connector,
        limits: Limits,
        now: Callable[[], datetime],
        *,
        app_id: str,
        tenant_id: str,
        service_url: str = TEAMS_SERVICE_URL,
        installer: Installer | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Without an `installer` someone who lacks the app is `never`, until they install it themselves."""
        self._connector = connector
        self._limits = limits
        self._now = now
        self._app_id = app_id
        self._tenant_id = tenant_id
        self._service_url = service_url
        self._installer = installer
        self._monotonic = monotonic
        self._stopped_until = 0.0
        self._alarm = ""

    def problem(self) -> str:
        """What stops all sending, in words for an administrator; empty when nothing does."""
        return self._alarm

    async def deliver(self, delivery: Delivery, message: Message, begin: Begin = unwatched) -> CourierResult:
        """Try once, and say what came of it. Never raises for a delivery that fails."""
        if self._alarm and self._monotonic() < self._stopped_until:
            return CourierResult("later", self._at(self._stopped_until - self._monotonic()), reason=self._alarm)
        attempt = _Attempt(self, delivery, message, begin)
        try:
            result = await attempt.run()
        except TooLong as wait:
            return CourierResult("later", self._at(wait.seconds), reason="our own pace")
        except SendFailed as failed:
            return self._failed(failed.failure, delivery, attempt)
        if self._alarm:
            log.info("teams_sending_resumed")
            self._alarm = ""
        return result

    def _failed(self, failure: Failure, delivery: Delivery, attempt: _Attempt) -> CourierResult:
        if failure.remedy is Remedy.STOP_ALL:
            self._alarm = f"Teams refuses our credentials or registration ({failure.code}); nothing is being sent"
            self._stopped_until = self._monotonic() + STOP_SECONDS
            log.error("teams_sending_stopped", code=failure.code)
        if failure.wait_seconds and attempt.key:
            self._limits.close(attempt.key, failure.wait_seconds)
        retry_at = None
        if failure.outcome == "later":
            retry_at = self._at(failure.wait_seconds or self._back_off(delivery.notice.attempts))
        return CourierResult(
            failure.outcome,
            retry_at,
            reason=failure.code,
            channel_state=failure.channel_state,
            conversation_id=attempt.conversation_id if failure.outcome != "never" else "",
            service_url=attempt.service_url if failure.outcome != "never" else "",
        )

    def _at(self, seconds: float) -> datetime:
        return self._now() + timedelta(seconds=seconds)

    def _back_off(self, attempts: int) -> float:
        """Twice as long each time, a fifth more or less so that many do not come back at once."""
        wait = min(FIRST_WAIT_SECONDS * 2.0 ** min(max(attempts - 1, 0), 12), LONGEST_WAIT_SECONDS)
        return wait * random.uniform(0.8, 1.2)  # noqa: S311 - a spread, not a secret


class _Attempt:
    """One delivery under way: where it goes, and each remedy that may still be tried, at most once."""

    def __init__(self, courier: TeamsCourier, delivery: Delivery, message: Message, begin: Begin) -> None:
        state = delivery.channel_state
        self._courier = courier
        self._delivery = delivery
        self._message = message
        self._begin = begin
        self._card = delivery.card
        self.conversation_id = state.conversation_id if state else ""
        self.service_url = (state.service_url if state else "") or courier._service_url
        self.key = self.conversation_id or f"person:{delivery.person.id}"
        self._activity = message_activity(message.text, message.summary, message.card)
        self._tried: set[Remedy] = set()
        self._short = False

    async def run(self) -> CourierResult:
        refused = self._refused_already()
        if refused:
            raise SendFailed(refused)
        async with self._courier._limits.turn(self.key):
            while True:
                try:
                    return await self._once()
                except SendFailed as failed:
                    if not await self._remedied(failed.failure):
                        raise
                await self._courier._limits.another(self.key)

    def _refused_already(self) -> Failure | None:
        """Someone who blocked us or took us out, or whose administrator did, is left alone until they come back."""
        state = self._delivery.channel_state
        if state is not None and state.state in ("blocked", "disabled", "uninstalled"):
            never_had_it = state.state == "uninstalled" and state.reason == NEVER_INSTALLED
            if not (never_had_it and self._courier._installer):
                return Failure("never", state.reason or state.state)
        if not self.conversation_id and not self._delivery.person.entra_object_id:
            return Failure("never", "no Entra id and never heard from")
        return None

    async def _once(self) -> CourierResult:
        if not self.conversation_id:
            self.conversation_id = await self._open()
        connector = self._courier._connector
        if self._card is not None and not self._short:
            remote_id = self._card.activity_id
            await connector.update(self.service_url, self._card.conversation_id, remote_id, self._activity)
        else:  # changing a card in place may be repeated, a post may not
            await self._begin()
            remote_id = await connector.post(self.service_url, self.conversation_id, self._activity)
        return CourierResult(
            "sent",
            remote_id=remote_id,
            reason="short version" if self._short else "",
            channel_state="reachable",
            conversation_id=self.conversation_id,
            service_url=self.service_url,
        )

    async def _open(self) -> str:
        courier = self._courier
        parameters: dict[str, Any] = {
            "bot": {"id": f"28:{courier._app_id}"},
            "isGroup": False,
            "members": [{"id": self._delivery.person.entra_object_id}],
            "tenantId": courier._tenant_id,
            "channelData": {"tenant": {"id": courier._tenant_id}},
        }
        try:
            return await courier._connector.create_conversation(self.service_url, parameters)
        except SendFailed as failed:
            if failed.failure.remedy is Remedy.NEW_CONVERSATION:  # there was no conversation to be stale
                raise SendFailed(Failure("never", failed.failure.code)) from None
            raise

    async def _remedied(self, failure: Failure) -> bool:
        """Do what may still help. False when nothing is left to try."""
        remedy = failure.remedy
        if remedy in self._tried:
            return False
        self._tried.add(remedy)
        person = self._delivery.person.entra_object_id
        if remedy is Remedy.INSTALL and self._courier._installer is not None and person:
            await self._courier._installer.install(person)
            self.conversation_id = ""
            return True
        if remedy is Remedy.NEW_CONVERSATION and person:
            self._card, self.conversation_id = None, ""
            return True
        if remedy is Remedy.NEW_MESSAGE and self._card is not None:
            self._card = None
            return True
        if remedy is Remedy.SHORTER:
            self._short = True
            self._activity = message_activity(self._message.summary, self._message.summary)
            return True
        return False
