"""Letters a second: laid out and put into their envelopes, beside what the bare libraries need for the same bytes."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from benchmarks.figures import keep, table
from bot.mail.mime import compose
from dialogs.kit.message import Message
from dialogs.letters import letters
from dialogs.letters.letters import Letter, Letterhead, letter

COUNT = 1500
ROUNDS = 5
AT = datetime(2026, 12, 1, 9, tzinfo=UTC)

TEXT = """A learning space for you: LS-2026Q3-{number:03}

Please meet the practitioner, in person if you can, and look together at one piece of their work: what went well, \
what the child gained, and what could be even better.

Function: Family Safeguarding
Post: Team Manager, Harbour Team
Due: Tuesday 29 December

The form comes in short steps. It saves at every step, so you can stop and come back, on any device.

If nothing happens: on Thursday 31 December your Senior Manager and Head of Service are told, on Tuesday 5 January \
the Director, on Tuesday 12 January the Executive Director.

[Open] or type: open LS-2026Q3-{number:03}
[Ask for more time] or type: extension LS-2026Q3-{number:03}"""


def main() -> None:
    """Measure each way several times over, turn by turn, and keep the best of each."""
    messages = [Message(TEXT.format(number=number), "A learning space is waiting for you.") for number in range(COUNT)]
    ready = [_ours(number, message) for number, message in enumerate(messages)]
    render = _bare_template()
    ways: dict[str, Callable[[], None]] = {
        "our letter": lambda: _each(_ours, messages),
        "our letter in its envelope": lambda: _each(lambda n, message: _sealed(n, _ours(n, message)), messages),
        "our envelope alone": lambda: _each(_sealed, ready),
        "bare Jinja2 render of the same template": lambda: _each(lambda n, one: render(n), ready),
        "bare email.message of the same two bodies": lambda: _each(_bare_envelope, ready),
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            gc.collect()
            began = time.perf_counter()
            way()
            best[name] = min(best[name], time.perf_counter() - began)
    names = list(ways)
    pairs = {names[0]: names[3], names[2]: names[4]}
    rows = []
    for name in names:
        if name == names[1]:
            bare = best[names[3]] + best[names[4]]
            beside = f"{bare / best[name]:.2f} of both bare calls together"
        else:
            beside = f"{best[pairs[name]] / best[name]:.2f} of the bare call" if name in pairs else ""
        rows.append([name, f"{COUNT / best[name]:,.0f}", beside])
    size = len(_sealed(0, ready[0]))
    body = table(["", "a second, one core", "speed beside the bare library"], rows)
    body += f"\n\nBest of {ROUNDS} rounds of {COUNT:,} allocation letters of {size / 1024:.0f} KB each, text and HTML."
    keep("letters", "Letters: laid out and in their envelopes", ".venv/bin/python -m benchmarks letters", body)


def _each(way: Callable[[int, Any], object], rows: list[Any]) -> None:
    for number, row in enumerate(rows):
        way(number, row)


def _ours(number: int, message: Message) -> Letter:
    line = f"[Ref LS-2026Q3-{number:03}/k7f3abcd2345wxyz]"
    subject = f"A learning space for you: LS-2026Q3-{number:03}"
    return letter(message, subject=subject, head=Letterhead("Northmoor"), token_line=line, may_stop=True)


def _sealed(number: int, said: Letter) -> bytes:
    return compose(
        said,
        sender="qa-bot@northmoor.example",
        sender_name="Northmoor QA bot",
        recipient="priya.fernhollow@northmoor.example",
        recipient_name="Priya Fernhollow",
        message_id=f"<{number:032x}@northmoor.example>",
        at=AT,
    )


def _bare_template() -> Callable[[int], str]:
    """The same template with the same blocks, taken apart beforehand."""
    folder = Path(letters.__file__).parent
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True)
    environment.filters["whole"] = lambda text: text
    template = environment.get_template("letter.html.j2")
    parts = letters._parts(Message(TEXT.format(number=14), ""), can_reply=True)
    footer = tuple(letters._footer("Northmoor", "[Ref LS-2026Q3-014/k7f3abcd2345wxyz]", may_stop=True))
    given = {
        "subject": "A learning space for you: LS-2026Q3-014",
        "heading": parts.heading,
        "blocks": parts.blocks,
        "answers": parts.answers,
        "how_heading": letters.HOW_TO_ANSWER,
        "footer": footer,
    }
    return lambda number: template.render(given)


def _bare_envelope(number: int, said: Letter) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = "qa-bot@northmoor.example"
    message["To"] = "priya.fernhollow@northmoor.example"
    message["Subject"] = said.subject
    message["Message-ID"] = f"<{number:032x}@northmoor.example>"
    message.set_content(said.text)
    message.add_alternative(said.html, subtype="html")
    return message.as_bytes()
