"""The corpus: replies as real mail programs write them, each beside what must be understood of it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from bot.mail.incoming import Incoming, understand_mail
from dialogs.understand.reply_reading import ReplyHeard, read_reply
from policy.check.loader import load_framework
from policy.framework.framework import FormField, Framework

FOLDER = Path(__file__).parent / "corpus"
OUR_ADDRESS = "learning.spaces@northmoor.example"
OUR_GATEWAY = "mx.northmoor.example"
TODAY = date(2026, 11, 17)


@dataclass(frozen=True)
class Example:
    """One message and what is expected of it."""

    name: str
    raw: bytes
    expected: dict[str, Any]

    def incoming(self) -> Incoming:
        return understand(self.raw, from_exchange=self.expected["from_exchange"])


def understand(raw: bytes, *, from_exchange: bool = True) -> Incoming:
    """Read without the safety net, so that a mistake of ours is seen."""
    return understand_mail(raw, our_address=OUR_ADDRESS, trusted_authserv=OUR_GATEWAY, from_exchange=from_exchange)


@cache
def examples() -> tuple[Example, ...]:
    return tuple(
        Example(path.stem, path.read_bytes(), tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8")))
        for path in sorted(FOLDER.glob("*.eml"))
    )


@cache
def framework() -> Framework:
    return load_framework()


def questions(keys: list[str]) -> list[FormField]:
    """Fields of the learning space form, in the order they were asked."""
    form = next(form for form in framework().forms if form.key == "learning_space")
    fields = {field.key: field for step in form.steps for field in step.fields}
    return [fields[key] for key in keys]


def heard(incoming: Incoming, asked: list[str]) -> ReplyHeard:
    return read_reply(
        incoming.new_text,
        questions(asked),
        today=TODAY,
        grades=framework().grades,
        quoted=[(one.under, one.said) for one in incoming.inline],
    )
