"""The plain text of a letter as a mail program shows it: lines broken on their way are put together (RFC 3676)."""

from __future__ import annotations

from email.message import EmailMessage


def plain_text(letter: EmailMessage) -> str:
    """Its text/plain body; empty where there is none, or none that can be read."""
    part = letter.get_body(("plain",))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError):
        return ""
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    joined: list[str] = []
    going_on = False
    without_space = str(part.get_param("delsp", "")).lower() == "yes"
    for line in text.splitlines():
        words = line.removeprefix(" ")
        soft = words.endswith(" ") and words != "-- "
        kept = words[:-1] if soft and without_space else words
        joined[len(joined) - going_on :] = [f"{joined[-1]}{kept}" if going_on else kept]
        going_on = soft
    return "\n".join(joined) + "\n"
