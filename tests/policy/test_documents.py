"""The framework guide and the glossary keep up with the code: every key, table, state, role and event is in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from policy.check.loader import load_framework
from policy.framework.framework import Framework
from policy.lifecycle import lifecycle
from storage.schema.tables import metadata
from tests.policy.framework_files import copy_with

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "framework.md").read_text(encoding="utf-8")
GLOSSARY = (DOCS / "glossary.md").read_text(encoding="utf-8")


def every_key(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[str]:
    """The keys of a part of the file and of all parts inside it."""
    seen.add(model)
    keys: set[str] = set()
    for name, field in model.model_fields.items():
        keys.add(name)
        for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, BaseModel) and inner not in seen:
                keys |= every_key(inner, seen)
    return keys


@pytest.mark.parametrize("key", sorted(every_key(Framework, set())))
def test_the_guide_explains_every_key_of_the_file(key: str) -> None:
    assert f"`{key}`" in GUIDE or f"[{key}]" in GUIDE or f".{key}]" in GUIDE or f"{key} =" in GUIDE, key


def test_the_glossary_names_every_table() -> None:
    assert [table for table in metadata.tables if f"`{table}`" not in GLOSSARY] == []


def test_the_glossary_names_every_state() -> None:
    named = {state for table in lifecycle.TABLES.values() for state in lifecycle.states(table)}
    assert [state for state in sorted(named) if f"`{state}`" not in GLOSSARY] == []


@pytest.mark.parametrize("part", ["roles", "events"])
def test_the_glossary_names_every_role_and_event(framework: Framework, part: str) -> None:
    assert [entry.key for entry in getattr(framework, part) if f"| `{entry.key}` |" not in GLOSSARY] == []


def test_the_recipes_of_the_guide_work(tmp_path: Path) -> None:
    def tried(old: str, new: str) -> Framework:
        return load_framework(copy_with(tmp_path, old, new))

    fortnight = "\n".join(line.strip() for line in GUIDE.split("Remind a fortnight before")[1].splitlines()[2:6])
    first_step = "[[ladders.steps]]\nafter = -7"
    assert tried("due_days = 28", "due_days = 35").learning_space.due_days == 35
    assert tried("after = 7", "after = 5").ladder("learning_space").steps[5].name == "+5"
    assert tried(first_step, f"{fortnight}\n\n{first_step}").ladder("learning_space").steps[0].name == "-14"
    assert tried("quarters = [0, 1, 0, 0]", "quarters = [0, 0, 1, 0]").quota("practice_week", "team_manager")[2] == 1
