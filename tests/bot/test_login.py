"""Who is at the server: the account somebody logged in with, never what the environment claims."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from bot.login import NOBODY, login

ROOT = pwd.getpwuid(0).pw_name
OWN = pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.parametrize(
    ("audit", "is_a"),
    [("0", ROOT), (str(NOBODY), OWN), ("no number", OWN), (None, OWN), ("3999999999", "uid-3999999999")],
    ids=["logged in as root", "nobody logged in", "not understood", "not on this machine", "an account without a name"],
)
def test_the_account_somebody_logged_in_with_stays_theirs_whatever_they_become(
    tmp_path: Path, audit: str | None, is_a: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "somebody-else")
    monkeypatch.setenv("USER", "somebody-else")
    file = tmp_path / "loginuid"
    if audit is not None:
        file.write_text(audit, encoding="ascii")
    assert login(file) == is_a
