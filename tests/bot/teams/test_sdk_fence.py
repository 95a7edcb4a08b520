"""The archived SDK's network half is loaded with the rest of it, and nothing of it is ever called (docs/adr/0001)."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import requests
from msrest.service_client import ServiceClient

from tests.bot.teams.conftest import AMIRA, Stack


def test_the_network_half_is_there_as_the_record_says() -> None:
    loaded = [name for name in sys.modules if name.split(".")[:2] == ["botframework", "connector"]]
    assert 40 < len(loaded) < 120


async def test_a_signed_turn_calls_none_of_it(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    def called(*_: Any, **__: Any) -> None:
        raise AssertionError("the SDK went to the network")

    def of_the_sdk(name: str, found: Any) -> bool:
        return isinstance(found, type) and found.__module__.startswith("botframework.connector")

    monkeypatch.setattr(ServiceClient, "__init__", called)
    monkeypatch.setattr(requests.Session, "request", called)
    barred = {
        found
        for name, module in list(sys.modules.items())
        if name.startswith("botframework.connector")
        for found in vars(module).values()
        if of_the_sdk(name, found) and any(word in found.__name__ for word in ("Client", "Credentials", "Operations"))
    }
    assert len(barred) > 5
    for found in barred:
        monkeypatch.setattr(found, "__init__", called)
    assert (await stack.person(AMIRA).say("list")).status == 200
    assert stack.parrot.heard == [("p-amira", "text", "list")]
    assert len(stack.teams.posts()) == 1
