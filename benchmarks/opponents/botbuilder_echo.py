"""Stock botbuilder 4.17.1: CloudAdapter and an echo, as its samples write them. Runs in var/bench-venv.

Two things are made easy for it: its signing keys come from this machine, and its outbound token is always there
(as released it asks Entra for one at every send, on the event loop).
"""

from __future__ import annotations

import argparse
from typing import Any

from aiohttp import web
from botbuilder.core import ActivityHandler, MessageFactory, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botbuilder.integration.aiohttp.aiohttp_channel_service_exception_middleware import aiohttp_error_middleware
from botframework.connector.auth import AuthenticationConstants, ServiceClientCredentialsFactory
from msrest.authentication import BasicTokenAuthentication


class Config:
    """As in the samples."""

    APP_TYPE = "SingleTenant"


class ReadyToken(ServiceClientCredentialsFactory):
    """Credentials that need no question to Entra."""

    def __init__(self, app_id: str) -> None:
        self._app_id = app_id

    async def is_valid_app_id(self, app_id: str) -> bool:
        return app_id == self._app_id

    async def is_authentication_disabled(self) -> bool:
        return False

    async def create_credentials(self, *_: Any, **__: Any) -> BasicTokenAuthentication:
        return BasicTokenAuthentication({"access_token": "token"})


class EchoBot(ActivityHandler):
    """As in the samples."""

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await turn_context.send_activity(MessageFactory.text(f"Echo: {turn_context.activity.text}"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--channel")
    parser.add_argument("--app-id")
    options = parser.parse_args()
    AuthenticationConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL = f"{options.channel}/metadata"
    adapter = CloudAdapter(
        ConfigurationBotFrameworkAuthentication(Config(), credentials_factory=ReadyToken(options.app_id))
    )
    bot = EchoBot()

    async def messages(request: web.Request) -> web.Response:
        return await adapter.process(request, bot)

    app = web.Application(middlewares=[aiohttp_error_middleware])
    app.router.add_post("/api/messages", messages)
    web.run_app(app, host="127.0.0.1", port=options.port, access_log=None, print=None)
