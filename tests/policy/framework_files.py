"""Edited copies of the shipped framework file, for tests of what is refused and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.check.loader import SHIPPED, FrameworkError, load_framework

HERE = "# HERE"
"""Marks the line an error must name."""

Mistake = tuple[str, str, str, str]
"""What the shipped file says, what it is changed to, where the error is and words of its reason."""


def copy_with(folder: Path, old: str, new: str) -> Path:
    """A copy of the shipped file in which the first `old` reads `new`."""
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text, f"the shipped file no longer has {old!r}"
    path = folder / "framework.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def refusal(path: Path) -> FrameworkError:
    """The error loading `path` raises; it must name the line marked HERE, if one is."""
    with pytest.raises(FrameworkError) as caught:
        load_framework(path)
    error = caught.value
    lines = path.read_text(encoding="utf-8").splitlines()
    marked = [number for number, line in enumerate(lines, start=1) if HERE in line]
    if marked:
        assert error.line == marked[0], f"{error} should be on line {marked[0]}"
    assert str(error).startswith(f"framework.toml line {error.line}, ")
    return error


def check(folder: Path, mistake: Mistake) -> None:
    """The mistake is refused where it is, for the right reason."""
    old, new, where, reason = mistake
    error = refusal(copy_with(folder, old, new))
    assert error.where.endswith(where), str(error)
    assert reason in error.reason, str(error)
