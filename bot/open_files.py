"""How many files this process may have open: raised as far as it may go, because each connection is one."""

from __future__ import annotations

import resource

import structlog

ENOUGH = 65536
"""More helps nobody, and some programs we start walk through all of them."""
FEW = 2048

log = structlog.get_logger("bot.open_files")


def raise_limit() -> int:
    """Raise the soft limit to the hard one; how many files may be open now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError) as error:
            log.warning("open files not raised", error=type(error).__name__)
    found = limit()
    if found < FEW:
        log.warning("few open files", limit=found)
    return found


def limit() -> int:
    """How many files may be open now."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return ENOUGH if soft == resource.RLIM_INFINITY else soft
