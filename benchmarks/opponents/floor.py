"""The floor: bare aiohttp that verifies the token, reads the JSON and makes one post. Nothing in Python does less."""

from __future__ import annotations

import argparse
import json
import urllib.request

import jwt
from aiohttp import ClientSession, web


def application(app_id: str, channel: str) -> web.Application:
    """The server; the key is fetched once, as it starts."""
    with urllib.request.urlopen(f"{channel}/keys") as page:
        [listed] = json.load(page)["keys"]
    key = jwt.PyJWK(listed, algorithm="RS256").key
    app = web.Application()

    async def open_session(app: web.Application) -> None:
        app["http"] = ClientSession()

    async def messages(request: web.Request) -> web.Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        jwt.decode(token, key, algorithms=["RS256"], audience=app_id, issuer="https://api.botframework.com")
        activity = json.loads(await request.read())
        reply = {"type": "message", "text": f"Echo: {activity['text']}", "replyToId": activity["id"]}
        url = f"{activity['serviceUrl']}/v3/conversations/{activity['conversation']['id']}/activities"
        headers = {"Authorization": "Bearer token"}
        async with request.app["http"].post(url, json=reply, headers=headers) as response:
            await response.json()
        return web.Response(status=200)

    app.on_startup.append(open_session)
    app.router.add_post("/api/messages", messages)
    return app


if __name__ == "__main__":
    import uvloop

    uvloop.install()
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--channel")
    parser.add_argument("--app-id")
    options = parser.parse_args()
    web.run_app(
        application(options.app_id, options.channel),
        host="127.0.0.1",
        port=options.port,
        access_log=None,
        print=None,
    )
