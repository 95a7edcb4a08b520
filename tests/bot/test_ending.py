"""A process that was told to stop ends in time and in good order, whatever hangs and whatever the machine has left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]

HANGS = """
import asyncio, sys, threading
from bot.ending import end_by

def none_left(*_):
    raise RuntimeError("can't start new thread")

async def stop():
    end_by(0.1, code=3)
    await asyncio.Event().wait()

if sys.argv[1] == "none":
    threading.Thread.start = none_left
if sys.argv[2] == "uvloop":
    import uvloop
    uvloop.run(stop())
else:
    asyncio.run(stop())
"""

GONE = """
import asyncio, sys, threading
from bot.ending import closed_after
from uvloop import new_event_loop

def none_left(*_):
    raise RuntimeError("can't start new thread")

async def work():
    await asyncio.to_thread(len, "")
    threading.Thread.start = none_left

with closed_after(asyncio.Runner(loop_factory=new_event_loop)) as runner:
    runner.run(work())
print("and everything after it")
"""


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
@pytest.mark.parametrize("threads", ["enough", "none"])
def test_a_stop_that_hangs_is_ended_also_where_no_thread_is_to_be_had(loop: str, threads: str) -> None:
    if loop == "uvloop":
        pytest.importorskip("uvloop")
    words = [sys.executable, "-c", HANGS, threads, loop]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (3, ""), done.stderr
    assert "ended before everything was put away" in done.stdout


def test_the_last_thing_to_be_put_away_needs_no_thread() -> None:
    pytest.importorskip("uvloop")
    words = [sys.executable, "-c", GONE]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert "ended without a thread" in done.stdout
    assert done.stdout.endswith("and everything after it\n")
