"""Logs hold events and ids, survive a full disk, and never print what somebody typed."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import set_up_logs


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    as_configured = structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**as_configured)


def test_an_event_is_one_line_of_json_with_its_ids(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json")
    structlog.get_logger("bot.test").info("delivery", subject="LS-2026Q3-014", outcome="sent")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["subject"], line["outcome"]) == ("delivery", "LS-2026Q3-014", "sent")
    assert line["timestamp"].endswith("Z")


def test_a_traceback_says_where_and_what_kind_but_never_what_was_typed(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json")
    typed = "a sentence somebody typed"
    try:
        raise ValueError(f"cannot save {typed!r}")
    except ValueError:
        structlog.get_logger("bot.test").exception("failed")
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert typed not in said


def test_the_service_goes_on_when_its_log_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk:
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

        def flush(self) -> None:
            raise OSError(28, "No space left on device")

        def isatty(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stderr", FullDisk())
    set_up_logs("json")
    structlog.get_logger("bot.test").info("delivery", subject="LS-2026Q3-014")
    logging.getLogger("aiohttp").warning("something else")


def test_the_libraries_chatter_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json")
    logging.getLogger("aiohttp.access").info("GET /healthz")
    assert capsys.readouterr().err == ""
