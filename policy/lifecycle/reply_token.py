"""The signed word a letter carries and a reply brings back: it says which letter is answered, and proves we wrote it.

It opens nothing by itself: whoever holds it must also be the person the letter was written to.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

_BYTES = 10
"""80 bits: 16 letters and digits, which nobody guesses and a person can copy."""
_LINE = re.compile(r"\[\s*Ref\s+(?:([A-Za-z0-9-]{3,40})\s*/\s*)?([a-z2-7]{16})\s*\]", re.IGNORECASE)


def sign(secret: str, *, person: str, subject: str, message_id: str) -> str:
    """The word for one letter, from this installation's secret."""
    said = "\n".join((person, subject, message_id)).encode("utf-8", "surrogatepass")
    mac = hmac.new(secret.encode(), said, hashlib.sha256).digest()
    return base64.b32encode(mac[:_BYTES]).decode().lower()


def holds(secret: str, token: str, *, person: str, subject: str, message_id: str) -> bool:
    """Whether a word is ours and belongs to that letter."""
    expected = sign(secret, person=person, subject=subject, message_id=message_id)
    return hmac.compare_digest(expected.encode(), token.strip().lower().encode("utf-8", "surrogatepass"))


def token_line(reference: str, token: str) -> str:
    """The word as it stands in a letter: '[Ref LS-2026Q3-014/k7f3abcd2345wxyz]'."""
    return f"[Ref {reference}/{token}]" if reference else f"[Ref {token}]"


def tokens_in(text: str) -> tuple[str, ...]:
    """Every word of that shape in a text, first one first, each once. Whether it is ours is for `holds` to say."""
    return tuple(dict.fromkeys(match.group(2).lower() for match in _LINE.finditer(text)))
