"""The sizes the product promises: importing a council, allocating a quarter, starting to ready."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import date
from pathlib import Path

from assurance.allocation.approve_allocation import approve_allocation
from assurance.allocation.propose_allocation import propose_allocation
from assurance.establishment.demo_council import DEMO_QA_LEAD, demo_council
from assurance.establishment.import_establishment import Import, import_establishment
from benchmarks.council import BENCHMARK, NOW
from benchmarks.figures import keep, table
from policy.check.loader import load_framework
from policy.council.actor import Actor
from storage.engine.database import Database

ROUNDS = 3
QA = Actor.person(DEMO_QA_LEAD)
MONTHS = (date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1))
START = NOW.replace(month=10, day=1, hour=9)


def main() -> None:
    """Measure each and keep the figures."""
    rows = []
    with tempfile.TemporaryDirectory(dir=".") as folder:
        imports, allocations, starts = [], [], []
        for turn in range(ROUNDS):
            path = Path(folder) / f"{turn}.db"
            import_took, allocate_took = _import_and_allocate(path)
            imports.append(import_took)
            allocations.append(allocate_took)
            starts.append(_start(path, Path(folder)))
        rows = [
            [
                "import of the demo council (posts, practitioners and 2,000 cases)",
                f"{min(imports):.2f} s",
                f"{max(imports):.2f} s",
                "< 5 s",
            ],
            [
                "propose and approve a quarter, three months of 40",
                f"{min(allocations):.2f} s",
                f"{max(allocations):.2f} s",
                "< 1 s",
            ],
            ["process start to /readyz answering 200", f"{min(starts):.2f} s", f"{max(starts):.2f} s", "< 3 s"],
        ]
    body = table(["", "best of 3", "worst of 3", "promise"], rows)
    keep("size", "Size: import, allocate, start", ".venv/bin/python -m benchmarks size", body)


def _import_and_allocate(path: Path) -> tuple[float, float]:
    framework = load_framework()
    tables = demo_council(framework)
    with Database.open(f"sqlite:///{path}") as database:
        database.migrate()
        started = time.perf_counter()
        database.write_now(import_establishment, framework, Import(tables, fictional=True), actor=BENCHMARK, now=START)
        imported = time.perf_counter() - started
        started = time.perf_counter()
        for month in MONTHS:
            proposal = database.write_now(propose_allocation, framework, month=month, actor=QA, now=START)
            database.write_now(approve_allocation, framework, proposal.run_id, actor=QA, now=START)
        return imported, time.perf_counter() - started


def _start(path: Path, folder: Path) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "BOT_MODE": "local",
        "BOT_PORT": str(port),
        "BOT_DATABASE_URL": f"sqlite:///{path.resolve()}",
    }
    started = time.perf_counter()
    with (folder / "serve.log").open("ab") as log:
        service = subprocess.Popen([sys.executable, "-m", "bot", "serve"], env=environment, stdout=log, stderr=log)
    try:
        while time.perf_counter() - started < 30:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
                    if answer.status == 200:
                        return time.perf_counter() - started
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.01)
        raise TimeoutError("the service was not ready within 30 s")
    finally:
        service.terminate()
        service.wait()


if __name__ == "__main__":
    main()
