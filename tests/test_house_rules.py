"""The rules of the house that no other tool holds us to."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
ROOMS = ("policy", "storage", "assurance", "dialogs", "scheduler", "bot", "desk", "manifest")
LONGEST_FILE = 400

# Versions below these have holes that are known (reliability notes 4c, June 2026).
FLOORS = {
    "aiohttp": (3, 14, 5),
    "pyjwt": (2, 13, 0),
    "azure-core": (1, 38, 0),
    "botbuilder-core": (4, 17, 1),
    "botbuilder-schema": (4, 17, 1),
    "apscheduler": (3, 11, 3),
    "sqlalchemy": (2, 1, 0),
    "defusedxml": (0, 7, 1),
}


@cache
def _files() -> tuple[Path, ...]:
    """Every file of the project, those not yet committed too."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE,
        capture_output=True,
        check=True,
    )
    paths = (HOUSE / name for name in listed.stdout.decode().split("\0") if name)
    return tuple(path for path in paths if path.is_file())


@cache
def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def _python(*rooms: str) -> list[Path]:
    return [path for path in _files() if path.suffix == ".py" and path.relative_to(HOUSE).parts[0] in rooms]


def _named(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    # Put together from parts, so that this file does not find itself.
    places = ["/" + place + "/" for place in ("work", "home/[a-z]", "Users", "root", "tmp/[a-z]")] + [r"C:\\\\Users"]
    pattern = re.compile("|".join(rf"(?<![\w.:/-]){place}" for place in places))
    found = [_named(path) for path in _files() if (text := _text(path)) and pattern.search(text)]
    assert found == []


def test_a_lock_file_carries_no_registry_address() -> None:
    for path in _files():
        if path.name.endswith(".lock"):
            assert "://" not in (_text(path) or ""), _named(path)
            assert "--index-url" not in (_text(path) or "").split("\n", 3)[-1], _named(path)
        if path.name == "package-lock.json":
            assert '"resolved"' not in (_text(path) or ""), _named(path)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_hashes(lock: str) -> None:
    text = (HOUSE / lock).read_text()
    pinned = re.findall(r"^([a-z0-9._-]+)==.*(?:\\\n.*)?$", text, re.MULTILINE | re.IGNORECASE)
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE | re.IGNORECASE)[1:]
    assert len(pinned) > 30
    assert [block.split("==")[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_no_package_is_older_than_its_known_holes(package: str, floor: tuple[int, ...]) -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        pinned = re.search(rf"^{re.escape(package)}==([0-9.]+)", (HOUSE / lock).read_text(), re.MULTILINE)
        assert pinned, f"{package} is not in {lock}"
        assert tuple(int(part) for part in pinned[1].split(".")) >= floor, f"{package} {pinned[1]} in {lock}"


def test_decision_records_have_numbers_of_their_own() -> None:
    numbers = Counter(path.name.split("-")[0] for path in (HOUSE / "docs" / "adr").glob("[0-9]*.md"))
    assert numbers, "there are no decision records"
    assert [number for number, times in numbers.items() if times > 1] == []


def test_every_file_says_in_its_first_line_what_lives_there() -> None:
    silent = []
    for path in _python(*ROOMS):
        text = _text(path) or ""
        said = ast.get_docstring(ast.parse(text))
        if not said or len(said.splitlines()[0]) < 15:
            silent.append(_named(path))
    assert silent == []


def test_no_file_grows_past_what_one_can_hold_in_mind() -> None:
    long = {
        _named(path): lines for path in _python(*ROOMS) if (lines := (_text(path) or "").count("\n")) > LONGEST_FILE
    }
    assert long == {}


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in _python("tests")}
    assert [_named(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_the_rooms_import_one_way() -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=HOUSE, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout


def test_only_the_clock_asks_the_time() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--no-cache", "."],
        cwd=HOUSE,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout
    asks = re.compile(r"CURRENT_TIMESTAMP|func\.now\(|func\.current_|server_onupdate", re.IGNORECASE)
    assert [_named(path) for path in _python("storage") if asks.search(_text(path) or "")] == []


def test_every_dependency_says_why_it_is_here() -> None:
    lines = (HOUSE / "pyproject.toml").read_text().splitlines()
    declared = tomllib.loads("\n".join(lines))["project"]["dependencies"]
    for name in declared:
        line = next(line for line in lines if f'"{name}"' in line or name in line)
        assert "#" in line, name


def test_no_word_of_the_framework_stands_in_the_clock_or_the_schedule() -> None:
    """Policy is never a setting (design section 10): no setting may carry a day, a role or a window."""
    from bot.settings import Settings

    policy_words = {"due", "ladder", "escalation", "quota", "grade", "role", "deadline", "holiday", "quarter", "window"}
    assert [name for name in Settings.model_fields if policy_words & set(name.split("_"))] == []
