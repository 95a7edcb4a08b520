"""Beside a real Prometheus: the page is clean, the rules are rules, and a scrape brings the numbers."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.clock import Clock
from bot.metrics import Metrics
from bot.service import Service
from bot.settings import Settings
from policy.framework.framework import Framework
from storage.engine.database import Database
from tests.bot.conftest import FRIDAY
from tests.patience import PATIENCE

RULES = Path(__file__).parents[2] / "docs" / "alerts.yml"
pytestmark = pytest.mark.skipif(
    not (shutil.which("promtool") and shutil.which("prometheus")), reason="Prometheus is not here"
)


def promtool(*words: str, given: bytes = b"") -> str:
    done = subprocess.run(["promtool", *words], input=given, capture_output=True, timeout=PATIENCE, check=False)
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, said
    return said


def test_the_page_has_nothing_promtool_would_complain_of() -> None:
    assert promtool("check", "metrics", given=Metrics().text()) == ""


def test_the_rules_to_be_woken_by_are_rules_and_ask_for_numbers_there_are() -> None:
    assert "14 rules found" in promtool("check", "rules", str(RULES))
    page = Metrics().text().decode() + "bot_credential_ends_timestamp_seconds "  # only where somebody knows when
    named = {
        word
        for line in RULES.read_text().splitlines()
        if "expr:" in line
        for word in line.replace("{", " ").replace("(", " ").replace(")", " ").split()
        if word.startswith(("bot_", "process_"))
    }
    assert len(named) >= 9
    assert [name for name in named if f"{name}{{" not in page and f"{name} " not in page] == []


@contextlib.asynccontextmanager
async def prometheus(folder: Path, scraped: int) -> AsyncIterator[str]:
    """One that looks at the bot five times a second and judges the rules as often."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "prometheus.yml"
    config.write_text(
        f"global: {{scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms}}\n"
        f"rule_files: ['{RULES}']\n"
        f"scrape_configs: [{{job_name: learning-space-bot, static_configs: [{{targets: ['127.0.0.1:{scraped}']}}]}}]\n"
    )
    words = [f"--config.file={config}", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"]
    running = await asyncio.create_subprocess_exec("prometheus", *words, stderr=asyncio.subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}/api/v1"
    finally:
        running.kill()
        await running.wait()


async def test_a_scrape_of_a_running_service_brings_its_numbers_and_sounds_no_alarm(
    db: Database, framework: Framework, tmp_path: Path
) -> None:
    settings = Settings.load(mode="local", port=0)
    service = Service(settings, framework, Clock.starting(FRIDAY), db, dispatching=False)
    await service.start()
    try:
        async with (
            prometheus(tmp_path, service.port) as api,
            aiohttp.ClientSession() as http,
            asyncio.timeout(PATIENCE),
        ):
            while await _value(http, api, 'up{job="learning-space-bot"}') != 1:
                await asyncio.sleep(0.1)
            assert await _value(http, api, "bot_database_up") == 1
            assert await _value(http, api, "bot_open_learning_spaces") == 40
            assert await _value(http, api, "sum(bot_turns_total)") == 0
            assert (await _value(http, api, "process_max_fds") or 0) > 100
            async with http.get(f"{api}/alerts") as answer:
                sounding = (await answer.json())["data"]["alerts"]
    finally:
        await service.stop()
    assert [alert["labels"]["alertname"] for alert in sounding] == []


async def _value(http: aiohttp.ClientSession, api: str, query: str) -> float | None:
    """What Prometheus says of one expression; None while it says nothing."""
    try:
        async with http.get(f"{api}/query", params={"query": query}) as answer:
            found: list[Any] = (await answer.json())["data"]["result"] if answer.status == 200 else []
    except (aiohttp.ClientError, KeyError):
        return None
    return float(found[0]["value"][1]) if found else None
