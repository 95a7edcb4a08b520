"""Who is at this machine, as the machine itself knows it: never what the environment claims."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

AUDIT = Path("/proc/self/loginuid")
"""Linux: the account somebody logged in with. It stays when they become another, by sudo or su, and only the
machine's administrator can set it."""
NOBODY = 2**32 - 1
"""What stands there where nobody logged in: a container, a service."""
LONGEST = 80


def login(audit: Path = AUDIT) -> str:
    """The login of whoever runs this: the account they logged in with, else the one the process runs under."""
    uid = os.getuid()
    try:
        logged_in = int(audit.read_text(encoding="ascii"))
    except (OSError, ValueError):
        logged_in = NOBODY
    return _name(uid if logged_in == NOBODY else logged_in)[:LONGEST]


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a container may run under a number that has no name
        return f"uid-{uid}"
