"""`pip install .`: the wheel holds everything that a running bot reads, and the bot runs from it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot import __version__

HOUSE = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `pip install .` would put beside the libraries."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "--no-build-isolation", "-w", folder, HOUSE],
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def _bot(installed: Path, folder: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bot", *words],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_installed_bot_finds_its_framework_file_and_its_migrations(installed: Path, tmp_path: Path) -> None:
    assert "21" in _bot(installed, tmp_path, "timetable")
    assert _bot(installed, tmp_path, "--version").startswith(f"learning-space-bot {__version__} ")


def test_the_wheel_holds_every_file_that_is_read_while_running(installed: Path) -> None:
    read = [
        path
        for room in ("policy", "storage", "assurance", "dialogs", "scheduler", "bot", "desk", "manifest")
        for path in (HOUSE / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert len(read) > 500
    assert [str(path.relative_to(HOUSE)) for path in read if not (installed / path.relative_to(HOUSE)).exists()] == []
