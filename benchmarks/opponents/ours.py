"""The bot itself: the real service in production mode, its database on disk, Microsoft's addresses on this machine."""

from __future__ import annotations

import argparse
import asyncio

from pydantic import SecretStr

from bot.clock import Clock
from bot.edge import Addresses
from bot.logs import set_up_logs
from bot.service import Service, fast_loop, leave_what_stays, warm
from bot.settings import Settings
from policy.check.loader import load_framework
from storage.engine.database import Database


async def serve(settings: Settings, addresses: Addresses, database: Database) -> None:
    """Serve until killed."""
    await Service(settings, load_framework(), Clock.real(), database, addresses=addresses).start()
    leave_what_stays()
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--channel")
    parser.add_argument("--app-id")
    parser.add_argument("--tenant-id")
    parser.add_argument("--database")
    options = parser.parse_args()
    set_up_logs()
    settings = Settings(
        _env_file=None,
        mode="production",
        host="127.0.0.1",
        port=options.port,
        app_id=options.app_id,
        tenant_id=options.tenant_id,
        app_secret=SecretStr("secret"),
        database_url=options.database,
    )
    addresses = Addresses(openid_metadata=f"{options.channel}/metadata", service_url=options.channel, loopback=True)
    with Database.open(options.database, service=True) as database:
        database.read_now(warm)
        with asyncio.Runner(loop_factory=fast_loop()) as runner:
            runner.run(serve(settings, addresses, database))
