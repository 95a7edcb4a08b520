"""Replies read a second, over the corpus, beside what Python's own library needs to parse and pick a body."""

from __future__ import annotations

import email
import email.policy
import time
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

from benchmarks.figures import keep, percentile, table
from bot.mail.incoming import Incoming, read_mail
from dialogs.understand.reply_reading import read_reply
from policy.check.loader import load_framework

CORPUS = Path(__file__).parent.parent / "tests" / "bot" / "mail" / "corpus"
OUR_ADDRESS = "learning.spaces@northmoor.example"
ROUNDS = 30
TODAY = date(2026, 11, 17)
ATTACHED = 25 * 1024 * 1024


def main() -> None:
    """Measure the corpus and one message with a large attachment, taking turns, and keep the figures."""
    messages = [path.read_bytes() for path in sorted(CORPUS.glob("*.eml"))]
    mean = sum(map(len, messages)) / len(messages) / 1024
    rows = _compared(messages, ROUNDS)
    heavy = _compared([_with_attachment(messages[0])], 3)
    header = ["", "messages a second", "p99 of one message", "÷ bare library"]
    keep(
        "replies",
        "Replies: received messages read and understood",
        ".venv/bin/python -m benchmarks replies",
        f"{len(messages)} messages of the corpus, {mean:.1f} KB each on average:\n\n{table(header, rows)}\n\n"
        f"One message with an attachment of 25 MB:\n\n{table(header, heavy)}",
    )


def _compared(messages: list[bytes], rounds: int) -> list[list[object]]:
    ways: dict[str, Callable[[bytes], object]] = {
        "bare library: message_from_bytes, get_body, get_content": _bare,
        "read_mail: parts, new words, sender, authenticity, kind": _read,
        "read_mail and read_reply: what was said": _read_and_hear(),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():  # what is compiled on first use is not measured
        for raw in messages:
            way(raw)
    for _ in range(rounds):
        for name, way in ways.items():
            for raw in messages:
                started = time.perf_counter()
                way(raw)
                took[name].append(time.perf_counter() - started)
    rates = {name: len(each) / sum(each) for name, each in took.items()}
    floor = rates[next(iter(ways))]
    return [
        [name, f"{rate:,.0f}", f"{percentile(took[name], 0.99) * 1000:.2f} ms", f"{rate / floor:.2f}"]
        for name, rate in rates.items()
    ]


def _bare(raw: bytes) -> object:
    """What a program does that only wants the words: no quotes parted, nothing judged. It fails on some of these."""
    try:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        body = message.get_body(("plain", "html"))
        return body.get_content() if body else ""
    except (LookupError, ValueError, AttributeError, KeyError, TypeError):
        return ""


def _read(raw: bytes) -> Incoming:
    return read_mail(raw, our_address=OUR_ADDRESS, trusted_authserv="mx.northmoor.example", from_exchange=True)


def _read_and_hear() -> Callable[[bytes], object]:
    framework = load_framework()
    fields = {field.key: field for step in framework.form("learning_space").steps for field in step.fields}
    first = tomllib.loads(next(iter(sorted(CORPUS.glob("*.toml")))).read_text(encoding="utf-8"))
    asked = [fields[key] for key in first["heard"]["asked"]]

    def hear(raw: bytes) -> object:
        incoming = _read(raw)
        quoted = [(one.under, one.said) for one in incoming.inline]
        return read_reply(incoming.new_text, asked, today=TODAY, grades=framework.grades, quoted=quoted)

    return hear


def _with_attachment(raw: bytes) -> bytes:
    head, _, _ = raw.partition(b"MIME-Version: 1.0")
    line = b"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB\r\n"
    return (
        head
        + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="mix"\r\n\r\n--mix\r\n'
        + b"Content-Type: text/plain; charset=utf-8\r\n\r\nGOOD\r\n--mix\r\n"
        + b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment; filename="a.pdf"\r\n'
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + line * (ATTACHED // len(line))
        + b"--mix--\r\n"
    )
