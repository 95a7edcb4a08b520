"""Microsoft's own renderer takes every card: parsed without a complaint, drawn, and harmless whatever was typed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.dialogs.hostile import hostile_cards
from tests.dialogs.reading import buttons_of, walk
from tests.dialogs.samples import cards

ROOT = Path(__file__).parents[2]
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(
    not os.environ.get("CI") and (NODE is None or not (ROOT / "node_modules" / "adaptivecards").exists()),
    reason="needs Node and `npm ci`",
)


def _render(found: dict[str, dict[str, Any]], folder: Path) -> dict[str, dict[str, Any]]:
    (folder / "cards.json").write_text(json.dumps(found), encoding="utf-8")
    done = subprocess.run(
        [NODE or "node", str(ROOT / "tests" / "dialogs" / "render_cards.mjs"), str(folder / "cards.json")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    seen = {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}
    wrong = {name: row["problems"] for name, row in seen.items() if row["problems"]}
    assert not wrong, wrong
    assert done.returncode == 0, done.stderr
    return seen


def test_microsofts_renderer_draws_every_card_without_a_complaint(tmp_path: Path) -> None:
    every = cards()
    seen = _render(every, tmp_path)
    assert seen.keys() == every.keys()
    for name, card in every.items():
        assert str(card["body"][0]["text"]) in seen[name]["text"]
        links = {one["title"] for one in walk(card) if one["type"] == "Action.OpenUrl"}
        assert set(seen[name]["buttons"]) == set(buttons_of(card)) | links


def test_nothing_typed_becomes_a_link_a_picture_or_a_date(tmp_path: Path) -> None:
    for row in _render(hostile_cards(), tmp_path).values():
        assert "2017" not in row["text"].replace("2017-02-14", "")
