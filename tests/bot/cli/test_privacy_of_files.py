"""What the command line writes is readable by the account that runs it and by no other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_what_a_command_writes_nobody_else_can_read(tmp_path: Path) -> None:
    environment = {**os.environ, "BOT_MODE": "local", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot", "manifest", "--out", str(tmp_path / "out" / "app.zip")]
    subprocess.run(command, env=environment, cwd=tmp_path, umask=0o022, check=True, capture_output=True, timeout=60)
    assert (tmp_path / "out" / "app.zip").stat().st_mode & 0o077 == 0
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0
