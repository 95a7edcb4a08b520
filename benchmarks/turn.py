"""B1: a grade sent in over HTTP, beside an echo on stock botbuilder, on the Agents SDK and on bare aiohttp.

Ours verifies the token, finds the person, submits the form in one durable transaction (answers, history, actions,
outbox), notes the delivery and answers with a card. The others say a line back with one post. All take turns in one
run, against one channel, under one load; the opponents' packages live in an environment of their own.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import keep, table
from benchmarks.turn_ground import APP_ID, TENANT_ID, fill, lines, new_key, presses, signed
from benchmarks.turn_load import write_requests
from bot.clock import Clock
from policy.check.loader import load_framework

ROOT = Path(__file__).parents[1]
OPPONENTS = ROOT / "var" / "bench-venv"
LOCK = ROOT / "benchmarks" / "requirements.lock"

FORMS = 16_000
"""Forms ready to send at each measurement; more than can be sent in its time."""
LINES = 50_000
ROUNDS, WARM_UP, SECONDS = 3, 1.5, 5.0
CONNECTIONS = (16, 256)
RECEIPT = "Sent in: "
"""Stands on the card of a form that was accepted, and on no other."""


@dataclass(frozen=True)
class Contestant:
    """One server to measure."""

    name: str
    module: str
    python: str
    forms: bool = False


CONTESTANTS = (
    Contestant("grade sent in, the bot", "ours", sys.executable, forms=True),
    Contestant("echo, bare aiohttp", "floor", sys.executable),
    Contestant("echo, Agents SDK 1.9.0", "agents_echo", str(OPPONENTS / "bin" / "python")),
    Contestant("echo, botbuilder 4.17.1", "botbuilder_echo", str(OPPONENTS / "bin" / "python")),
)
GOALS = {"floor": ">= 0.6", "agents_echo": ">= 2", "botbuilder_echo": ">= 12"}


def main() -> None:
    """Measure everyone in turn and keep the figures."""
    set_up_opponents()
    with tempfile.TemporaryDirectory(dir=ROOT) as name:
        found = _measure_all(Path(name))
    keep("B1", "B1 Turn: a grade sent in, beside others' echo", ".venv/bin/python -m benchmarks turn", _tables(found))


def set_up_opponents() -> None:
    """The opponents' own environment, made once for each lock file."""
    stamp = OPPONENTS / "made-from"
    lock = LOCK.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
        return
    print("Setting up the opponents' packages (once, about half a minute)...", flush=True)
    shutil.rmtree(OPPONENTS, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(OPPONENTS)], check=True)
    pip = [str(OPPONENTS / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)
    stamp.write_text(lock, encoding="utf-8")


Found = dict[tuple[str, int], list[dict[str, Any]]]


def _measure_all(folder: Path) -> Found:
    now = Clock.real().now()
    key, page = new_key()
    (folder / "keys.json").write_bytes(page)
    port = free_port()
    channel = f"http://127.0.0.1:{port}"
    token = signed(key, channel, now)
    council = folder / "ready.db"
    print(f"Filling in {FORMS:,} forms...", flush=True)
    ready = fill(council, load_framework(), FORMS, now)
    write_requests(folder / "presses", presses(ready, channel, token))
    write_requests(folder / "lines", lines(LINES, channel, token))
    found: Found = {}
    serving = [sys.executable, "-m", "benchmarks.opponents.channel", "--port", str(port), "--keys", "keys.json"]
    with running(serving, port, folder):
        for turn in range(ROUNDS):
            for connections in CONNECTIONS:
                for contestant in CONTESTANTS:
                    figures = _measure(contestant, connections, channel, folder)
                    found.setdefault((contestant.module, connections), []).append(figures)
                    print(
                        f"{turn + 1}/{ROUNDS} {connections:>3} {contestant.name}: {figures['rate']:.0f}/s", flush=True
                    )
    return found


def _measure(contestant: Contestant, connections: int, channel: str, folder: Path) -> dict[str, Any]:
    port = free_port()
    command = [contestant.python, "-m", f"benchmarks.opponents.{contestant.module}"]
    command += ["--port", str(port), "--channel", channel, "--app-id", APP_ID]
    if contestant.forms:
        for file in folder.glob("council.db*"):
            file.unlink()
        shutil.copy(folder / "ready.db", folder / "council.db")
        command += ["--tenant-id", TENANT_ID, "--database", f"sqlite:///{folder}/council.db"]
    with running(command, port, folder):
        load = [sys.executable, "-m", "benchmarks.turn_load", "--port", str(port), "--connections", str(connections)]
        load += ["--seconds", str(SECONDS), "--warm-up", str(WARM_UP)]
        load += ["--requests", str(folder / ("presses" if contestant.forms else "lines"))]
        load += ["--mark", RECEIPT] if contestant.forms else []
        done = subprocess.run(load, check=True, capture_output=True, text=True, cwd=ROOT, timeout=120)
    figures: dict[str, Any] = json.loads(done.stdout)
    taken = sum(count for status, count in figures["statuses"].items() if status in ("200", "201", "202"))
    if taken != sum(figures["statuses"].values()) or not taken:
        raise SystemExit(f"{contestant.name} answered {figures['statuses']}")
    if contestant.forms:
        _check_kept(folder / "council.db", figures["marked"], taken)
    return figures


def _check_kept(council: Path, receipts: int, answers: int) -> None:
    """Every receipt stands for a grade on disk, or the figure is worth nothing."""
    with contextlib.closing(sqlite3.connect(council)) as connection:
        [(kept,)] = connection.execute("SELECT count(*) FROM answers").fetchall()
    if not kept == receipts == answers:
        raise SystemExit(f"{answers} answers, {receipts} receipts, {kept} grades on disk")


@contextlib.contextmanager
def running(command: list[str], port: int, folder: Path) -> Iterator[None]:
    """A server for as long as a block runs."""
    resolved = [str(folder / part) if part == "keys.json" else part for part in command]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(resolved, cwd=ROOT, stdout=log, stderr=log)
        try:
            _wait_for(port, process, folder)
            yield
        finally:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise SystemExit(f"{process.args!r}\n{(folder / 'server.log').read_text()}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            time.sleep(0.5)  # the signing keys are fetched behind the first call's back
            return
        time.sleep(0.1)
    raise SystemExit(f"{process.args!r} did not start")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _tables(found: Found) -> str:
    """The rates, the ratios and the spans; each figure is the middle one of the rounds."""
    parts = []
    for connections in CONNECTIONS:
        middle = {
            contestant.module: {
                name: statistics.median(figures[name] for figures in found[contestant.module, connections])
                for name in ("rate", "p50", "p99")
            }
            for contestant in CONTESTANTS
        }
        ours = middle["ours"]["rate"]
        rows = [
            [
                contestant.name,
                f"{middle[contestant.module]['rate']:.0f}",
                f"{middle[contestant.module]['p50'] * 1000:.1f} ms",
                f"{middle[contestant.module]['p99'] * 1000:.1f} ms",
                "" if contestant.forms else f"{ours / middle[contestant.module]['rate']:.2f}",
                GOALS.get(contestant.module, ""),
            ]
            for contestant in CONTESTANTS
        ]
        header = [f"{connections} connections", "a second", "p50", "p99", "the bot ÷ this", "goal"]
        parts.append(table(header, rows))
    return "\n\n".join(parts)


if __name__ == "__main__":
    main()
