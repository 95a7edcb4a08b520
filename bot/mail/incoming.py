"""One received message, understood as far as it goes: who sent it, what sort it is, what they newly wrote.

Pure: bytes in, an `Incoming` out, within bounds of time and memory whatever the bytes are. What the words mean is
`dialogs/understand/reply_reading.py`'s business; whom they concern and whether they count is decided by whoever called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.mail.reading.authenticity import Authenticity, authenticity
from bot.mail.reading.between import MAX_ANSWERS, Inline, answers_between
from bot.mail.reading.bodies import Body, read_body
from bot.mail.reading.bounces import Bounce, read_bounce
from bot.mail.reading.furniture import is_banner, is_marking, is_picture, is_rule
from bot.mail.reading.kinds import Kind, kind_by_head, kind_by_words
from bot.mail.reading.lines import Line
from bot.mail.reading.parts import take_apart
from bot.mail.reading.quoted import Run, part
from bot.mail.reading.senders import recipients_of, sender_of
from bot.mail.reading.signatures import without_signature
from policy.lifecycle.reply_token import tokens_in

__all__ = ["Authenticity", "Bounce", "Incoming", "Inline", "Kind", "answers_between", "read_mail"]

MAX_NEW_TEXT = 20_000
"""Characters of new text kept: a whole form answered at length is a tenth of it."""
MAX_QUOTED_TEXT = 60_000


@dataclass(frozen=True, slots=True)
class Incoming:
    """A received message. Text fields hold what people typed: never log them."""

    message_id: str = ""
    """In its angle brackets, as are the two below and everywhere else in the house."""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    sender: str = ""
    """The address in small letters; empty unless there is exactly one. Reply-To never counts."""
    sender_name: str = ""
    to: tuple[str, ...] = ()
    """To and Cc."""
    subject: str = ""
    kind: Kind = "unreadable"
    new_text: str = ""
    """What this person newly wrote: without quotes, signature, banner and disclaimer; lines in their own order."""
    quoted_text: str = ""
    """What they quoted, without '>' marks: where our own token line is looked for."""
    inline: tuple[Inline, ...] = ()
    """Answers that stand between quoted lines, with the lines above each. All of them are in `new_text` too."""
    authenticity: Authenticity = "none"
    bounce: Bounce | None = None
    notes: tuple[str, ...] = ()
    """What a person should know who looks at this message. See `NOTES`."""
    has_attachments: bool = False
    truncated: bool = False
    """Something was too long or too much, and part of it was not looked at."""


NOTES = {
    "no_sender": "The message names no sender we could read.",
    "several_senders": "The message names more than one sender.",
    "address_in_name": "The sender's display name shows another address.",
    "unusual_letters": "The sender's address has letters that can be mistaken for others.",
    "on_behalf": "Somebody else sent it in the sender's name, so it is not the sender's own answer.",
    "reply_to_differs": "Answers are asked to go to another address. It was not used.",
    "other_charset": "The letters were not in the character set the message says.",
    "signature_kept": "Something that may be a signature was kept.",
    "slogan_cut": "One line below the signature was taken for a slogan.",
    "mark_kept": "A line beginning with '>' was taken as the sender's own.",
    "unmarked_quote": "Words of our own letter stand among the new ones, with nothing to mark them as quoted.",
    "forwarded": "The message passes another one on.",
    "nothing_new": "There is nothing newly written, only what was quoted.",
    "empty": "There are no words at all.",
    "pictures_only": "There are pictures and no words.",
    "winmail": "The message came as winmail.dat.",
    "too_much": "The message is longer or has more parts than we look at.",
    "broken": "The message could not be taken apart.",
}
"""Every note, with its meaning for whoever looks at the QA queue."""


def read_mail(raw: bytes, *, our_address: str, trusted_authserv: str, from_exchange: bool = False) -> Incoming:
    """Read one message as it came. Never raises.

    `our_address` is the bot's own mailbox; `trusted_authserv` the name our own mail gateway signs its
    Authentication-Results with (empty: none is believed). `from_exchange` says that the message was fetched from
    Exchange by Graph, so that its X-MS-Exchange-Organization headers are Exchange's own; leave it False for SMTP.
    """
    try:
        return understand_mail(
            raw, our_address=our_address, trusted_authserv=trusted_authserv, from_exchange=from_exchange
        )
    except Exception:  # noqa: BLE001  a stranger's bytes must not stop the post; the raw message is kept for a person
        return Incoming(notes=("broken",))


def understand_mail(raw: bytes, *, our_address: str, trusted_authserv: str, from_exchange: bool = False) -> Incoming:
    """`read_mail` without its safety net; the tests use this one, so that the net never hides a mistake of ours."""
    taken = take_apart(raw)
    headers = taken.top.headers
    sender = sender_of(headers)
    kind = kind_by_head(headers, taken.top, sender=sender.mailbox.address, our_address=our_address)
    body = read_body(taken)
    parted = part(body.lines)
    runs = _cleaned(parted.runs, sender.mailbox.name, sender.mailbox.address)
    new_text, cut_new = _joined([line.text for run, _ in runs for line in _spaced(run.lines)], MAX_NEW_TEXT)
    unmarked = [line.text for run in parted.runs for line in run.lines if tokens_in(line.text)]
    quoted_text, _ = _joined([*(line.text for line in parted.quoted), *unmarked], MAX_QUOTED_TEXT)
    whole_text = "\n".join(line.text for line in body.lines[:2_000])
    if kind == "reply":
        kind = kind_by_words(whole_text, has_attachments=body.attachments > 0)
    if kind == "reply" and _is_unreadable(body, headers.lines):
        kind = "unreadable"
    truncated = body.cut_short or cut_new
    notes = [*sender.doubts, *_notes(body, new_text=new_text, quoted_text=quoted_text, kind=kind)]
    if kind == "reply":
        notes += ["forwarded"] * (parted.forwards or body.forwards_whole)
        notes += ["unmarked_quote"] * bool(unmarked)
        notes += ["mark_kept"] * parted.lone_mark
        notes += [note for _, said in runs for note in said]
    notes += ["too_much"] * truncated
    return Incoming(
        message_id=next(iter(headers.message_ids("message-id")), ""),
        in_reply_to=next(iter(headers.message_ids("in-reply-to")), ""),
        references=headers.message_ids("references"),
        sender=sender.mailbox.address,
        sender_name=sender.mailbox.name,
        to=recipients_of(headers),
        subject=headers.said("subject"),
        kind=kind,
        new_text=new_text,
        quoted_text=quoted_text,
        inline=_inline(runs),
        authenticity=authenticity(headers, sender, trusted_authserv=trusted_authserv, from_exchange=from_exchange),
        bounce=read_bounce(headers, taken.top, whole_text) if kind == "bounce" else None,
        notes=tuple(dict.fromkeys(notes)),
        has_attachments=body.attachments > 0,
        truncated=truncated,
    )


def _cleaned(runs: Sequence[Run], name: str, address: str) -> list[tuple[Run, tuple[str, ...]]]:
    """The runs without banners above and signatures below, and what there is to note about each."""
    cleaned = []
    for index, run in enumerate(runs):
        lines = _without_top(run.lines) if index == 0 else list(run.lines)
        said: tuple[str, ...] = ()
        if index == 0 or index == len(runs) - 1:
            ended = without_signature(lines, name, address)
            lines = list(ended.lines)
            said = ("signature_kept",) * ended.unsure + ("slogan_cut",) * ended.slogan
        lines = [line for line in lines if not is_picture(line.text) and not tokens_in(line.text)]
        if any(line.text for line in lines):
            cleaned.append((Run(tuple(lines), run.under, run.before_quote), said))
    return cleaned


def _without_top(lines: Sequence[Line]) -> list[Line]:
    """Without the warnings and markings a server puts on top."""
    start = at = 0
    while at < len(lines):
        text = lines[at].text
        if is_banner(text) or is_marking(text) or is_picture(text):
            start = at + 1
        elif text and not is_rule(text):
            break
        at += 1
    return list(lines[start:])


def _spaced(lines: Sequence[Line]) -> list[Line]:
    return [*lines, Line("")]


def _joined(texts: Sequence[str], limit: int) -> tuple[str, bool]:
    """Lines as text, one empty line at most between two, none at the ends; and whether some was cut off."""
    kept: list[str] = []
    length = 0
    for text in texts:
        if not text and (not kept or not kept[-1]):
            continue
        if length + len(text) > limit:
            return "\n".join([*kept, text[: limit - length]]).strip("\n"), True
        length += len(text) + 1
        kept.append(text)
    return "\n".join(kept).strip("\n"), False


def _inline(runs: Sequence[tuple[Run, tuple[str, ...]]]) -> tuple[Inline, ...]:
    pairs = [(run.under, _joined([line.text for line in run.lines], MAX_NEW_TEXT)[0]) for run, _ in runs if run.under]
    return tuple(Inline("\n".join(under), said) for under, said in pairs[:MAX_ANSWERS])


def _is_unreadable(body: Body, headers: Sequence[tuple[str, str]]) -> bool:
    """No head at all, or words that cannot be reached: a winmail.dat with nothing simple in it."""
    return not headers or (body.tnef and not any(line.text for line in body.lines))


def _notes(body: Body, *, new_text: str, quoted_text: str, kind: Kind) -> list[str]:
    notes = []
    if kind in ("reply", "unreadable") and not new_text:
        if quoted_text:
            notes.append("nothing_new")
        else:
            notes.append("pictures_only" if body.pictures else "empty")
    if body.other_charset:
        notes.append("other_charset")
    if body.tnef:
        notes.append("winmail")
    return notes
