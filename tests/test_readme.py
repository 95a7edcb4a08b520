"""The README stays true: its diagrams, its pictures, its commands and its links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policy.lifecycle.lifecycle import LEARNING_SPACE, TABLES, mermaid

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_diagram_in_the_readme_is_the_table_of_the_code() -> None:
    assert mermaid(LEARNING_SPACE).strip() in README


@pytest.mark.parametrize("name", TABLES)
def test_every_life_is_drawn_from_its_table(name: str) -> None:
    lives = (ROOT / "docs" / "lifecycles.md").read_text(encoding="utf-8")
    assert f"## {name[0].upper()}{name[1:]}\n\n```mermaid\n{mermaid(TABLES[name]).strip()}\n```" in lives


PAGES = sorted(page for folder in (".", "docs", "docs/adr", "benchmarks") for page in (ROOT / folder).glob("*.md"))


def _heading(title: str) -> str:
    """The name a page's heading can be pointed to by."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_page_picture_and_heading_that_a_page_points_to_exists(page: Path) -> None:
    missing = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        file, _, heading = target.partition("#")
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        found = page.parent / file if file else page
        if not found.exists():
            missing.append(target)
        elif heading and found.suffix == ".md":
            titles = re.findall(r"^#+ (.+)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            missing += [target] * (heading not in map(_heading, titles))
    assert missing == []


def test_the_readme_points_to_something() -> None:
    assert "](docs/" in README


def test_every_command_the_readme_names_is_a_command() -> None:
    from typer.main import get_command

    from bot.cli.main import app

    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = {word for line in re.findall(r"python -m bot ([a-z |]+)", README) for word in line.split(" | ")}
    assert {word.split()[0] for word in named if word.strip()} <= known


def test_every_make_target_the_readme_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?make ([a-z]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_promise_about_grades_names_its_one_exception_here_and_in_the_privacy_page() -> None:
    privacy = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    assert "The one exception: whoever answers a form by email is read back their own answers" in README
    assert "no case reference, no practitioner, no child" in privacy
