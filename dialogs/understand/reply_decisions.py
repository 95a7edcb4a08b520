"""Decisions said in words: agree, decline, more time until a day, done with its evidence; and what a reply comes to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from dialogs.understand.reply_answers import Said, Unclear
from dialogs.understand.spoken_dates import read_date

Intent = Literal[
    "nothing",
    "thanks",
    "yes",
    "no",
    "answers",
    "list",
    "held",
    "help",
    "open",
    "stop_emails",
    "start_emails",
    "agree",
    "decline",
    "extend",
    "done",
    "not_done",
    "not_needed",
    "spoken",
    "unclear",
]


@dataclass(frozen=True, slots=True)
class ReplyHeard:
    """What was understood of one reply. Holds what people typed: never log it."""

    intent: Intent
    said: tuple[Said, ...] = ()
    grade: str = ""
    """The key of a grade that stood by itself at the beginning: "GOOD", with or without a summary."""
    summary: str = ""
    """What was written below or behind such a grade."""
    day: date | None = None
    """The day of "extend to ..." or "done, ... 3 March"."""
    detail: str = ""
    """The reason, or where the evidence is."""
    reference: str = ""
    """A reference that was named, like LS-2026Q3-014."""
    leftovers: tuple[str, ...] = ()
    """Words that belong to nothing we know."""
    unclear: tuple[Unclear, ...] = ()


_EXTEND = re.compile(
    r"(?:(?:please|can|could|may|might|i|we|would|like|need|to|have|get|request|requesting|ask|asking|for|want|an?|be"
    r"|given"
    r"|am|id|i'd|i’d|i'm|i’m|this|it|the|some|a bit)\s+)*(?:extend(?:ed)?|extension|more time|extra time"
    r"|longer)\b[\s:,–—-]*"
    r"(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_UNTIL = re.compile(
    r"(?P<to>(?:(?:please|to|until|till|by|up to|the deadline|deadline|it|this|the date|date)\b[\s:,]*)*)"
    r"(?P<day>.+?)(?=\s*(?:[.;\n]|,(?!\s*\d)|\s[-–—]\s|\b(?:because|as|since|due to|owing to|reason|for|please|thanks"
    r"|so that)\b)|$)"
    r"(?P<why>.*)",
    re.IGNORECASE | re.DOTALL,
)
_BECAUSE = re.compile(
    r"^[\s,.;:!–—-]*(?:please|thanks|thank you)?[\s,.;:!–—-]*(?:(?:because(?: of)?|as|since|due to|owing to|the reason"
    r" is|reason|on the"
    r" grounds(?: that)?)\b[\s:,–—-]*)?",
    re.IGNORECASE,
)
_IT_IS = r"(?:this is |it is |it's |it’s |all |action |now )?"
_AGREED = r"(?:yes,? )?(?:i |we )?(?:am happy to |'m happy to )?(?:agree[d]?|approve[d]?|authorise[d]?)"
_DECLINED = (
    r"(?:i |we )?(?:decline[d]?|refuse[d]?|reject(?:ed)?|do not agree|don't agree|don’t agree|disagree|cannot agree"
    r"|can't agree|can’t agree|not agreed)"
)
_THIS = r"(?: (?:to this|with this|this|it|that))?"
_WORDS: dict[Intent, str] = {
    "not_needed": rf"{_IT_IS}(?:no longer|not) (?:needed|required|necessary)",
    "not_done": rf"{_IT_IS}not (?:yet )?(?:done|completed?|finished)(?: yet)?|{_IT_IS}(?:in progress|blocked)",
    "decline": rf"{_DECLINED}{_THIS}",
    "agree": rf"{_AGREED}{_THIS}",
    "done": rf"{_IT_IS}(?:done|completed?|finished)(?: now)?",
}
_DECIDED = {
    intent: re.compile(rf"(?:{words})\b[\s,.;:!–—-]*(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
    for intent, words in _WORDS.items()
}
_LONGEST = 3_000
"""Characters of a decision; its reasons have two hundred in the form."""
_REASON = re.compile(r"(?:because|as|since|due to|owing to|reason)\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:but|except|however|if|unless|only|provided|not|subject to)\b", re.IGNORECASE)
_POLITE = re.compile(
    r"(?:(?:please|thanks|thank you|many thanks|cheers|ta|for (?:this|that)|from me|by me|all done)\b[\s.!,]*)*", re.I
)


def decision(body: str, reference: str, today: date) -> ReplyHeard | None:
    """Agree, decline, extend, done: said first, with a reason, a day or the evidence behind it."""
    if len(body) > _LONGEST:
        return None
    spoken = _without_reference(body)
    if found := _EXTEND.fullmatch(spoken):
        return _extension(found["rest"], reference, today)
    for intent, shape in _DECIDED.items():
        if not (found := shape.fullmatch(spoken)):
            continue
        rest = "" if _POLITE.fullmatch(found["rest"]) else found["rest"].strip()
        if intent == "agree" and _CONDITION.search(rest):
            return ReplyHeard("unclear", reference=reference, unclear=(Unclear(body, "conditions"),))
        if intent == "done":
            detail, day = _with_day(rest, today)
            return ReplyHeard("done", day=day, detail=detail, reference=reference)
        return ReplyHeard(intent, detail=_BECAUSE.sub("", rest).strip(), reference=reference)
    return None


def _without_reference(body: str) -> str:
    """The words without the reference in front of or behind them."""
    shape = r"[A-Z]{2}[-‐-― ]?\d{4}\s?Q[1-4][-‐-― ]\d{1,6}"
    spoken = re.sub(
        rf"^(?:re:?\s*|for\s+)?{shape}[\s:,.–—-]*|[\s,]*\b(?:for|on)?\s*{shape}(?=[\s.,;]|$)", " ", body, flags=re.I
    )
    return re.sub(r"^please\s+", "", spoken.strip(), flags=re.IGNORECASE)


def _extension(rest: str, reference: str, today: date) -> ReplyHeard:
    """ "to 20 March because ...": the day and the reason. A day that is none, or two, is asked for."""
    rest = rest.strip()
    found = None if _REASON.match(rest) else _UNTIL.fullmatch(rest)
    said, why = (found["day"].strip(), found["why"]) if found else ("", rest)
    said = "" if _POLITE.fullmatch(said) else said
    day = read_date(said, today) if said else None
    names_a_day = bool(found and re.search(r"\b(?:to|until|till|by)\b", found["to"], re.IGNORECASE))
    if day is None and not names_a_day and not re.search(r"\d", said):
        said, why = "", rest  # "extension, sickness": no day was named at all
    reason = _BECAUSE.sub("", why).strip()
    unclear = () if day is not None else (Unclear(said, "which_day"),)
    return ReplyHeard("extend", day=day, detail=reason, reference=reference, unclear=unclear)


def _with_day(words: str, today: date) -> tuple[str, date | None]:
    """Words with a date at either end, taken apart: "supervision note 3 March"."""
    parts = words.split()
    for length in range(min(5, len(parts)), 0, -1):
        for head, tail in ((parts[:-length], parts[-length:]), (parts[length:], parts[:length])):
            day = read_date(" ".join(tail).strip(" ,.;"), today)
            if day is not None:
                detail = re.sub(r"\b(?:on|dated|of|from|in)$", "", " ".join(head).strip(" ,.;")).strip(" ,.;")
                return detail, day
    return words.strip(" ,.;"), None
