"""What somebody said in a reply by email: a command, a decision, a YES, or answers with their labels and numbers.

Pure words in, meaning out. Nothing is guessed: what fits two questions, or none, is handed back so that the bot can
ask. The YES that commits must stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from dialogs.understand.reply_answers import Said, Unclear, correction, pair_answers, pair_quoted
from dialogs.understand.reply_decisions import ReplyHeard, decision
from dialogs.understand.reply_labels import plain, undecorated
from dialogs.understand.understanding import understand
from policy.framework.framework import FormField, Grade
from policy.lifecycle.reference import find_reference

MAX_TEXT = 20_000
"""Characters looked at; mail keeps no more."""

_GREETING = re.compile(
    r"(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening|day)|morning|afternoon|evening|bore da|prynhawn da)"
    r"(?:,? (?:there|all|both|team|bot|qa|colleagues?|sir or madam|everyone|learning space bot|learning space|qa team"
    r"|[^\W\d_]+))?[\s,.!:–-]*",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:(?:many |kind )?thanks(?: (?:again|very much|so much|a lot|in advance))?|thank you(?: (?:again|very much|so"
    r" much))?"
    r"|thx|ta|cheers|(?:kind |best |warm )?(?:regards|wishes)|all the best|diolch(?: yn fawr)?)[\s,.!]*",
    re.IGNORECASE,
)
_YES_FIRST = frozenset(("yes", "confirmed", "confirm"))
_BESIDE_YES = """
    yes please thank thanks you many very much that thats is right correct all it its this i confirm confirmed go ahead
    submit send in the answers are definitely
"""
_YES_BESIDE = frozenset(_BESIDE_YES.split())
"""Words that change nothing of a YES."""
_BUT = re.compile(
    r"^(?:yes|no|nope|not quite)\b[\s,.;:!–—-]*(?:(?:but|except(?: that)?|however|please|and|sorry)\b[\s,]*)*",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?:no|nope|not right|that is not right|thats not right|not correct|no thats wrong|wrong|no thank(?:s| you))"
)
_STOP = re.compile(
    r"(?:please )?(?:stop|unsubscribe|opt out|no more|stop sending(?: me)?|do not send(?: me)?|dont send(?: me)?)"
    r"(?: (?:me|the|these|all|your|any|any more|more|from|of|sending))* ?(?:e ?mails?|mails?|messages?|emailing me"
    r"|mailing me)?"
    r"(?: please| thanks| thank you)?"
)
_SPOKEN = re.compile(
    r"i (?:have|ive|have now) (?:now )?(?:spoken|talked) (?:to|with) (?:them|her|him)|ive spoken to them"
)
_OPEN_IT = ("open", "please open", "open it", "open please", "open this")
"""What a letter answered by it is about. In a chat the same word asks for the list."""
_START = re.compile(
    r"(?:please )?(?:start|resume|restart|send)(?: (?:me|the|sending))* ?e ?mails?(?: again)?(?: please)?"
)


def read_reply(
    text: str,
    fields: Sequence[FormField] = (),
    *,
    today: date,
    grades: Sequence[Grade] = (),
    quoted: Sequence[tuple[str, str]] = (),
) -> ReplyHeard:
    """Read one reply. Never raises.

    `fields` are the questions as they were asked, in order: number 1 is the first. `quoted` are answers typed under
    our own quoted lines, each with the lines above it; their words must be in `text` as well.
    """
    lines = _without_courtesies(text[:MAX_TEXT].splitlines())
    body = "\n".join(lines).strip()
    reference = find_reference(body[:2_000]) or ""
    if not body:
        thanked = any(_CLOSING.fullmatch(line.strip()) for line in text[:MAX_TEXT].splitlines() if line.strip())
        return ReplyHeard("thanks" if thanked else "nothing")
    if quoted and (between := _between(text[:MAX_TEXT], quoted, fields, today, grades)):
        return between
    if command := _command(body, reference, today):
        return command
    if fields and (corrected := _corrected(lines, fields)):
        return corrected
    answers = _answers(body, fields, grades)
    if answers.intent in ("unclear", "no") and not answers.unclear and (decided := decision(body, reference, today)):
        return decided
    if answers.intent == "unclear" and len(fields) == 1 and not answers.unclear:
        return ReplyHeard("answers", (Said(fields[0].key, body),), reference=reference)
    return replace(answers, reference=reference)


def _between(
    text: str, quoted: Sequence[tuple[str, str]], fields: Sequence[FormField], today: date, grades: Sequence[Grade]
) -> ReplyHeard | None:
    """Answers under our own quoted questions, and with them what was written above or below all of it."""
    found = pair_quoted(quoted, fields)
    if not found.said and not found.unclear:
        return None
    beside = text
    for _, words in quoted:
        beside = beside.replace(words, "\n", 1)
    other = read_reply(beside, fields, today=today, grades=grades)
    leftovers = [*found.leftovers, *other.leftovers]
    if other.intent not in ("answers", "unclear", "nothing", "thanks"):
        leftovers.append(beside.strip())  # YES, or agree, beside answers: which of them was meant?
    twice = {one.field for one in found.said} & {one.field for one in other.said}
    said = [one for one in (*found.said, *other.said) if one.field not in twice]
    doubled = [
        Unclear("\n".join(one.text for one in (*found.said, *other.said) if one.field == key), "said_twice", (key,))
        for key in sorted(twice)
    ]
    return ReplyHeard(
        "answers",
        tuple(said),
        other.grade,
        other.summary,
        leftovers=tuple(leftovers),
        unclear=(*found.unclear, *other.unclear, *doubled),
    )


def _without_courtesies(lines: Sequence[str]) -> list[str]:
    """Lines without a greeting on top and a closing at the end."""
    kept = [undecorated(line) if line.strip() else "" for line in lines]
    while kept and (not kept[0] or _GREETING.fullmatch(kept[0])):
        kept.pop(0)
    while kept and (not kept[-1] or _CLOSING.fullmatch(kept[-1])):
        kept.pop()
    return kept


def _command(body: str, reference: str, today: date) -> ReplyHeard | None:
    """YES, NO and the few words that mean something by themselves: the whole reply must be one of them."""
    if len(body) > 160:
        return None
    words = plain(body)
    beside = words.split()
    if beside and beside[0] in _YES_FIRST and set(beside) <= _YES_BESIDE:
        return ReplyHeard("yes")
    if words == "i confirm":
        return ReplyHeard("yes")
    if _NO.fullmatch(words):
        return ReplyHeard("no")
    if _STOP.fullmatch(words):
        return ReplyHeard("stop_emails")
    if _START.fullmatch(words):
        return ReplyHeard("start_emails")
    if _SPOKEN.fullmatch(words):
        return ReplyHeard("spoken")
    if "\n" in body:
        return None
    if words in _OPEN_IT:
        return ReplyHeard("open")
    kind = understand(body, today).kind
    if kind == "home":
        return ReplyHeard("list")
    if kind == "held":
        return ReplyHeard("held")
    if kind in ("help", "thanks"):
        return ReplyHeard("help" if kind == "help" else "thanks")
    if reference and words in (plain(reference), f"open {plain(reference)}", f"action {plain(reference)}"):
        return ReplyHeard("open", reference=reference)
    return None


def _corrected(lines: Sequence[str], fields: Sequence[FormField]) -> ReplyHeard | None:
    """ "No, 3 should be good", "yes but change the grade to good": every line names what changes."""
    said: list[Said] = []
    unclear: list[Unclear] = []
    for index, line in enumerate(line for line in lines if line):
        words = _BUT.sub("", line, count=1) if index == 0 else line
        if not words:
            continue
        found = correction(words, fields)
        if found is None:
            return None
        if isinstance(found, Said):
            said.append(found)
        else:
            unclear.append(found)
    return (
        ReplyHeard("answers" if said else "unclear", tuple(said), unclear=tuple(unclear)) if said or unclear else None
    )


def _answers(body: str, fields: Sequence[FormField], grades: Sequence[Grade]) -> ReplyHeard:
    """A grade by itself with its summary, and everything that carries a label or a number."""
    found = pair_answers(body, fields)
    before = found.before
    began = _BUT.match(before) if found.said else None
    refused = bool(re.match(r"no\b", before, re.IGNORECASE))
    if began and not before[began.end() :].strip():
        before = ""  # "No:" above the corrections
    elif not found.said and (began := _BUT.match(before)) and fields:
        again = pair_answers(before[began.end() :], fields)
        if again.said:
            found, before = again, again.before
    grade, summary, doubt = _grade_first(before, grades)
    if grade or doubt:
        before = ""
    unclear = (*((doubt,) if doubt else ()), *found.unclear)
    leftovers = tuple(words for words in (before, *found.leftovers) if words)
    if grade or found.said:
        return ReplyHeard("answers", tuple(found.said), grade, summary, leftovers=leftovers, unclear=unclear)
    if refused and not unclear:
        rest = _BUT.sub("", before, count=1).strip()
        return ReplyHeard("no", leftovers=(rest,) if rest else ())
    return ReplyHeard("unclear", leftovers=leftovers, unclear=unclear)


def _grade_first(words: str, grades: Sequence[Grade]) -> tuple[str, str, Unclear | None]:
    """A grade at the very beginning, alone or parted from what follows: "GOOD", "Good. Clear plan ...".

    "Good work was seen" names no grade, and "good to outstanding" two of them.
    """
    first, _, below = words.partition("\n")
    names = sorted(((name, grade.key) for grade in grades for name in _names(grade)), key=lambda one: -len(one[0]))
    for name, key in names:
        found = re.match(
            rf"{re.escape(name)}(?P<between>\s*[.:;,!–—(/-]+\s*|\s*$|\s+)(?P<rest>.*)", first, re.IGNORECASE
        )
        if not found:
            continue
        rest = found["rest"].rstrip(")") if "(" in found["between"] else found["rest"]
        others = [other for _, other in names if other != key]
        second = re.match(r"(?:/|or|to|and|but|verging on|bordering on|with)\b", found["rest"], re.IGNORECASE)
        if (second or "/" in found["between"]) and (
            named := [o for n, o in names if o in others and re.search(rf"\b{re.escape(n)}\b", rest, re.I)]
        ):
            return "", "", Unclear(words, "which_grade", (key, *dict.fromkeys(named)))
        shouted = first[: len(name)].isupper() and len(name) > 3
        if found["between"].strip() or not found["rest"] or shouted:
            rest = "" if _CLOSING.fullmatch(rest) else rest
            return key, "\n".join(part.strip() for part in (rest, below) if part.strip()), None
        return "", "", None
    return "", "", None


def _names(grade: Grade) -> tuple[str, ...]:
    """How a grade is said: its title, its key as words, and the title up to "to be"."""
    title = grade.title
    return tuple(dict.fromkeys((title, grade.key.replace("_", " "), re.split(r" to be ", title)[0])))
