"""The Microsoft 365 Agents SDK 1.9.0: CloudAdapter and an echo, as its samples write them. Runs in var/bench-venv.

Two things are made easy for it: its signing keys come from this machine, and its outbound token is always there.
"""

from __future__ import annotations

import argparse
from typing import Any

from aiohttp import web
from microsoft_agents.hosting.aiohttp import CloudAdapter, jwt_authorization_middleware
from microsoft_agents.hosting.core import ActivityHandler, MessageFactory, TurnContext
from microsoft_agents.hosting.core.authorization import AccessTokenProviderBase, AgentAuthConfiguration, Connections
from microsoft_agents.hosting.core.authorization import _entra_issuers as issuers


class ReadyToken(AccessTokenProviderBase):
    """A token provider that needs no question to Entra."""

    def __init__(self, configuration: AgentAuthConfiguration) -> None:
        self._configuration = configuration

    @property
    def configuration(self) -> AgentAuthConfiguration:
        return self._configuration

    async def get_access_token(self, resource_url: str, scopes: list[str], force_refresh: bool = False) -> str:
        return "token"

    def get_token_credential(self) -> Any:
        raise NotImplementedError


class OneConnection(Connections):
    """Always the same one."""

    def __init__(self, provider: ReadyToken) -> None:
        self._provider = provider

    def get_connection(self, connection_name: str) -> ReadyToken:
        return self._provider

    def get_default_connection(self) -> ReadyToken:
        return self._provider

    def get_token_provider(self, claims_identity: Any, service_url: str) -> ReadyToken:
        return self._provider

    def get_token_provider_from_activity(self, claims_identity: Any, activity: Any) -> ReadyToken:
        return self._provider

    def get_default_connection_configuration(self) -> AgentAuthConfiguration:
        return self._provider.configuration


class EchoAgent(ActivityHandler):
    """As in the samples."""

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await turn_context.send_activity(MessageFactory.text(f"Echo: {turn_context.activity.text}"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--channel")
    parser.add_argument("--app-id")
    options = parser.parse_args()
    issuers.BOTFRAMEWORK_JWKS_URIS["https://api.botframework.com"] = f"{options.channel}/keys"
    configuration = AgentAuthConfiguration(
        client_id=options.app_id, tenant_id="c0ffee00-0000-4000-8000-00000000000a", client_secret="secret"
    )
    adapter = CloudAdapter(connection_manager=OneConnection(ReadyToken(configuration)))
    agent = EchoAgent()

    async def messages(request: web.Request) -> web.Response | None:
        return await adapter.process(request, agent)

    app = web.Application(middlewares=[jwt_authorization_middleware])
    app["agent_configuration"] = configuration
    app.router.add_post("/api/messages", messages)
    web.run_app(app, host="127.0.0.1", port=options.port, access_log=None, print=None)
