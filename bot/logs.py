"""Logs: one event a line, with ids and counts, never a word anyone typed."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from typing import Any

import structlog

FRAMES = 8
"""How much of a traceback is kept, innermost last."""


def set_up_logs(fmt: str = "json", *, level: int = logging.INFO, to: Path | None = None) -> None:
    """Send our events, and the libraries' warnings, to standard error or a file, as JSON lines or for a console."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        bare_traceback,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if fmt == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = SafeHandler(to)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))
    for ours in ("bot", "scheduler", "dialogs", "assurance", "storage"):
        logging.getLogger(ours).setLevel(level)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def bare_traceback(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Replace an exception by its kinds and where it was raised. Its words stay out: they may be somebody's own."""
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["error"] = [type(link).__name__ for link in _chain(error)]
        frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
        event["raised_at"] = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _chain(error: BaseException | None) -> list[BaseException]:
    links: list[BaseException] = []
    while error is not None and len(links) < 5:
        links.append(error)
        error = error.__cause__ or error.__context__
    return links


def _short(filename: str) -> str:
    """The last two parts of a path: enough to find the file, nothing of the machine."""
    return "/".join(Path(filename).parts[-2:])


class SafeHandler(logging.StreamHandler[Any]):
    """Writes to standard error or a file; a full disk or a closed pipe loses the line, never the service."""

    def __init__(self, to: Path | None = None) -> None:
        if to is not None:
            to.parent.mkdir(parents=True, exist_ok=True)
        super().__init__(sys.stderr if to is None else to.open("a", encoding="utf-8"))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  the library's own name
        """Swallow a failure to log; there is nowhere left to report it."""
