"""docs/privacy.md: every promise names the test that holds it, and that test is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRIVACY = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def promises(section: str) -> list[str]:
    """The bullets of a section, or its paragraphs where it has none."""
    body = PRIVACY.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    lines = [line for line in body.splitlines() if line]
    return [line for line in lines if line.startswith("- ")] or lines


@pytest.mark.parametrize("section", ["What it never holds or says", "Email", "Who is believed"])
def test_every_promise_names_a_test_that_is_there(section: str) -> None:
    assert promises(section)
    for promise in promises(section):
        named = NAMED.findall(promise)
        assert named, promise[:80]
        for path, test in named:
            assert (ROOT / path).exists(), path
            assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), (path, test)


def test_nothing_that_is_installed_speaks_to_an_ai_service_or_sends_telemetry() -> None:
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    installed = set(re.findall(r"^([a-z0-9._-]+)==", locked, re.MULTILINE))
    assert installed
    speaks = (
        "openai|anthropic|mistral|cohere|langchain|sentry|applicationinsights|azure-monitor|posthog|datadog|exporter"
    )
    assert not [name for name in installed if re.search(speaks, name)]
