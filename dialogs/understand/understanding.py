"""What a typed line means: a few commands, said the way people say them, and for the rest a guess at what was meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Literal

from dialogs.kit.speaking import MONTHS
from dialogs.understand.verbs import meant_by
from policy.lifecycle.reference import find_reference

Kind = Literal[
    "greeting",
    "home",
    "help",
    "allocate",
    "open",
    "actions",
    "moderations",
    "thanks",
    "reflect",
    "result",
    "release",
    "reassign",
    "everything",
    "export",
    "set_action",
    "take_back",
    "undo",
    "emails",
    "reopen",
    "moderate",
    "reachability",
    "findings",
    "held",
    "search",
    "more",
    "loops",
    "more_time",
    "type",
    "preview",
    "hold",
    "decide",
    "acknowledge",
    "freeze",
    "unfreeze",
    "unknown",
]
Hint = Literal[
    "",
    "nothing",  # no words: a picture, an emoji, white space
    "which_month",  # allocate, without a month we can read
    "month_alone",  # a month, without allocate
    "half_reference",  # looks like a reference, but is none
    "no_such_quarter",  # a whole reference, but for a quarter that no year has
    "answer",  # a long text: an answer typed outside its form
    "details",  # holds what looks like a person's details
    "choice",  # a number, a yes or a no, with nothing asked
    "command",  # close to a command
    "what_with_it",  # a reference, and a word for it that is none of ours
]

LONGEST_READ = 2_000
"""Characters of a message we look at; nothing we understand is longer."""
_ANSWER_LENGTH = 160
_LONGEST_SEARCH = 80


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in listed.split("|"))


_GREETINGS = _phrases(
    """hi|hello|hey|hiya|hallo|yo|start|greetings|hi there|hello there|morning|afternoon|evening|good morning
    |good afternoon|good evening|good day"""
)
_THANKS = _phrases("thanks|thank you|ta|cheers|many thanks|thank you very much|thanks a lot")
_HOME = _phrases(
    """list|home|menu|tasks|todo|to do|due|show|show list|list all|my list|my tasks|my items|my learning space
    |my learning spaces|learning space|learning spaces|whats due|what is due|whats waiting|what is waiting
    |what have i got|what do i have|what do i have to do|what do i need to do|show my list|show my tasks
    |show me my list|anything for me|open|carry on|continue|resume|next|status"""
)
_ACTIONS = _phrases(
    """actions|action|my actions|my action|action tracker|tracker|show actions|show my actions|list actions
    |what are my actions|actions due"""
)
_MODERATIONS = _phrases(
    """moderations|moderation|my moderations|my moderation|show moderations|list moderations|second looks
    |show my moderations"""
)
_HELP = _phrases(
    """help|help me|info|commands|what can you do|what do you do|who are you|what is this|what are you
    |how does this work|how do i use this|how do i use you|what can i do|what can i ask|instructions"""
)
_LOOPS = _phrases(
    """loops|loop|my loops|outstanding loops|open loops|closing the loop|list loops|show loops
    |show me the loops|what loops are open"""
)
_PREVIEW = _phrases(
    """preview|the preview|show preview|show the preview|what goes out|what goes out today|what goes out tomorrow
    |what will be escalated|escalations"""
)
_HOLD = _phrases("hold|hold back|hold one|hold some|hold an escalation")
_FREEZE = _phrases("freeze|inspection|inspection freeze|stop the clock|freeze the clock")
_UNFREEZE = _phrases("unfreeze|end freeze|end the freeze|start the clock|thaw")
_SPOKEN = (
    ("loops", _LOOPS),
    ("preview", _PREVIEW),
    ("hold", _HOLD),
    ("freeze", _FREEZE),
    ("unfreeze", _UNFREEZE),
    ("greeting", _GREETINGS),
    ("home", _HOME),
    ("actions", _ACTIONS),
    ("moderations", _MODERATIONS),
    ("help", _HELP),
    ("thanks", _THANKS),
)
_COMMANDS = {
    "list": "list",
    "lists": "list",
    "help": "help",
    "allocate": "allocate",
    "open": "open",
    "actions": "actions",
}
_ALLOCATE = re.compile(r"\balloc(?:ate|ation|ations|ating)\b")
_MONTH_WORD = re.compile(
    r"\b(" + "|".join(f"{name[:3].lower()}(?:{name[3:].lower()})?" for name in MONTHS) + r"|sept)\b"
)
_YEAR = re.compile(r"\b(20\d\d)\b")
_ISO_MONTH = re.compile(r"\b(20\d\d)[-/](0?[1-9]|1[0-2])\b|\b(0?[1-9]|1[0-2])[-/](20\d\d)\b")
_MENTION = re.compile(r"<at[^>]*>.*?</at>", re.IGNORECASE | re.DOTALL)
_NOT_WORDS = re.compile(r"[^\w\s/?-]")
_HALF_REFERENCE = re.compile(r"\b(?:ls|cl|ac|mo)[-\s]?\d|\b20\d\d\s?q[1-4]\b")
_NO_QUARTER = re.compile(r"\b(?:ls|cl|ac|mo)[-\s]?\d{4}\s?q(?:[05-9]|\d{2,})[-\s]?\d")
_EXTENSION = re.compile(r"\bexten(?:d|sion|sions)\b|\bmore time\b|\bpostpone\b|\bexclu(?:de|sion)\b")
_DETAILS = re.compile(
    r"@\w+\.\w"  # an email address
    r"|\b\d{3}[ -]?\d{3}[ -]?\d{4}\b"  # an NHS number
    r"|\b0\d{2,4}[ -]?\d{3,4}[ -]?\d{3,4}\b"  # a telephone number
    r"|\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b"  # a postcode
    r"|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\bdob\b"  # a date of birth
)
_PEOPLE = re.compile(r"(reflect|result|release|reassign)\b(?:.*?\bto (.+))?")
"""What can be done with one learning space beside opening it, and for `reassign` to whom."""
_EVERYTHING = re.compile(
    r"(?:please )?(?:reassign |give |move |hand (?:over )?)?(?:everything|all(?: the work)?) (?:of|from) (?P<of>.+?)"
    r"(?: (?:over )?to (?P<to>.+?))?(?: please)?"
)
"""All that one person owes goes to another."""
_EXPORT = re.compile(r"(?:please )?(?:export|download|take out)(?: (?:the |all |all the )?(.+?))?(?: please)?")
_EMAILS = re.compile(r"(?:emails|unclear|unclear emails|show emails|email (\d{1,9}))")
_SET_ACTION = re.compile(r"(?:set |add |new )?(?:an? )?action\b")
_TAKE_BACK = re.compile(r"(?:take back|withdraw)\b")
_UNDO = re.compile(r"(?:please )?(?:undo(?: (?:it|that|this))?|take (?:it|that|this) back|take back)(?: please)?\b")
"""What was pressed last was pressed wrongly."""
_TYPE = re.compile(
    r"type|typing|by typing|(?:let me|can i|i want to|i would like to)?\s?(?:grade|answer|do it|do this)?\s?by typing"
    r"|ask me(?: here)?|one question at a time"
)
"""Being asked one question at a time, with or without a reference beside it."""
_SEARCH = re.compile(r"(?:find|search(?: for)?|look(?:ing)? (?:up|for)|look up|who has|who does|where is)\b ?(.*)")
_MORE = re.compile(r"(?:please )?(?:show )?(?:me )?(?:some )?more(?: please)?\??")
"""The rest of what was found last."""
_AFTERWARDS = re.compile(r"(re-?open|moderate)\b(?:.*?\bbecause (.+))?")
"""What the QA team asks for once a form is in, and why."""
_WHOLE_REFERENCE = re.compile(r"\b[a-z]{2}[-\s]*\d{4}\s*q\d[-\s]*\d+")
_OPENING = _phrases(
    """mine|open|see|show|view|read|look|looking|at|go|goto|get|find|start|begin|carry|on|continue|resume|finish|do
    |done|fill|filling|in|out|complete|answer|status|of|about|for|with|the|a|an|my|this|that|it|its|one|is|are
    |how|what|whats|where|please|thanks|thank|you|hi|hello|hey|me|i|id|we|want|wants|would|like|need|to|can
    |could|let|lets|now|again|and|then|here|form|card|learning|space|spaces|action|actions|loop|loops|moderation
    |second|result|results|moderate|ls|cl|ac|mo|ref|reference|number|no|ok|yes|re|regarding|concerning|check|up|details|bot|take"""
)
"""The words a reference may stand among when it is simply to be opened."""
_REACHABILITY = re.compile(r"(?:who can(?:not|t) be reached|reachability|reach)\??")
_FINDINGS = re.compile(r"(?:(?:show )?findings|self[- ]?check|what is wrong)\??")
_HELD = re.compile(r"(?:show )?held(?: messages)?\??|(send|drop) (all) held|(send|drop) held (\d{1,9})")
_CHOICE = re.compile(r"(?:\d{1,2}|yes|no|y|n|ok|okay|approve|submit|send|back|done)")


@dataclass(frozen=True, slots=True)
class Intent:
    """What someone wants. Holds nothing they typed beyond a reference or a month we recognised."""

    kind: Kind
    reference: str = ""
    month: date | None = None
    """The first day of the month to allocate."""
    person: str = ""
    """Whom to give it to, as typed: a name or an id; with `reopen` and `moderate` the reason; in small letters."""
    wanted: str = ""
    """What to look for, as typed: a post, a team or a name, in small letters; with `everything` whose it
    is, with `export` which rows."""
    hint: Hint = ""
    """For `unknown`: what it looked like, so that the answer can be of use."""
    nearest: str = ""
    """For the hint `command`: the command it is close to."""


def understand(text: str, today: date) -> Intent:
    """Read one typed line. Never raises, whatever is in it; a month without a year is the next one to come."""
    said = unicodedata.normalize("NFKC", without_mentions(text[:LONGEST_READ])).lower()
    line = " ".join(_NOT_WORDS.sub(" ", said.replace("\u2019", "").replace("'", "")).split())
    if not line:
        return Intent("unknown", hint="nothing")
    reference = find_reference(line)
    if reference and len(line) <= _ANSWER_LENGTH and (about_people := _PEOPLE.match(line)):
        return Intent(about_people[1], reference=reference, person=about_people[2] or "")  # type: ignore[arg-type]
    if reference and reference[:3] in ("CL-", "MO-") and _SET_ACTION.match(line[:_ANSWER_LENGTH]):
        return Intent("set_action", reference=reference)
    if reference and len(line) <= _ANSWER_LENGTH and _TAKE_BACK.match(line):
        return Intent("take_back", reference=reference)
    if len(line) <= _ANSWER_LENGTH and (_UNDO.match(line) if reference else _UNDO.fullmatch(line.strip(" ?"))):
        return Intent("undo", reference=reference or "")
    if reference and reference.startswith("LS-") and (asked := _AFTERWARDS.match(line[:_ANSWER_LENGTH])):
        kind = "moderate" if asked[1] == "moderate" else "reopen"
        return Intent(kind, reference=reference, person=asked[2] or "")  # type: ignore[arg-type]
    if len(line) <= _ANSWER_LENGTH and (re.match(r"type\b", line) if reference else _TYPE.fullmatch(line.strip(" ?"))):
        return Intent("type", reference=reference or "")
    if reference and len(line) <= _ANSWER_LENGTH and re.search(r"\bby (?:typing|text)\b|\bin words\b", line):
        return Intent("type", reference=reference)
    if len(line) <= _LONGEST_SEARCH and (sought := _SEARCH.match(line)) and not _DETAILS.search(said):
        return Intent(
            "search",
            reference=reference or "",
            wanted="" if reference else sought[1].removesuffix("please").strip(" ?"),
        )
    if _MORE.fullmatch(line):
        return Intent("more")
    if not reference and len(line) <= _ANSWER_LENGTH and (given := _EVERYTHING.fullmatch(line)):
        return Intent("everything", wanted=given["of"], person=given["to"] or "")
    if not reference and len(line) <= _LONGEST_SEARCH and (export := _EXPORT.fullmatch(line)):
        return Intent("export", wanted=export[1] or "")
    if found := _EMAILS.fullmatch(line):
        return Intent("emails", reference=found[1] or "")
    if _FINDINGS.fullmatch(line):
        return Intent("findings")
    if held := _HELD.fullmatch(line):
        return Intent("held", reference=held[2] or held[4] or "", wanted=held[1] or held[3] or "")
    if _REACHABILITY.fullmatch(line):
        return Intent("reachability")
    if _ALLOCATE.search(line) and not reference:
        month = _month(line, today)
        return Intent("allocate", month=month) if month else Intent("unknown", hint="which_month")
    if _EXTENSION.search(line) and len(line) <= _ANSWER_LENGTH and not _DETAILS.search(said):
        return Intent("more_time", reference=reference or "")
    if reference and len(line) <= _ANSWER_LENGTH:
        beside = " ".join(_WHOLE_REFERENCE.sub(" ", line).strip(" ?").split())
        if meant := meant_by(beside, reference):
            return _with_reference(meant, reference)
        asks = re.findall(r"[^\W\d]+", beside)
        if all(word in _OPENING for word in asks):
            return Intent("open", reference=reference)
        return Intent("unknown", reference=reference, hint="what_with_it")
    words = line.replace("-", " ").strip(" ?")
    words = re.sub(r"\b(?:please|the bot|bot)\b", " ", words)
    words = " ".join(words.split())
    for kind, phrases in _SPOKEN:
        if words in phrases:
            return Intent(kind)  # type: ignore[arg-type]
    if not words:
        return Intent("help")  # a lone question mark
    return _guess(said, line, words, today)


def _with_reference(meant: str, reference: str) -> Intent:
    """A command with a reference behind it, also one that is about no single thing: its answer says what it does."""
    if meant == "allocate":
        return Intent("unknown", hint="which_month")
    if meant in ("emails", "held"):  # their references are numbers
        return Intent(meant)  # type: ignore[arg-type]
    return Intent(meant, reference=reference)  # type: ignore[arg-type]


def without_mentions(text: str) -> str:
    """A line without the names of whom it calls, as Teams writes them in: '<at>Learning space</at> good' is 'good'."""
    return _MENTION.sub(" ", text).strip() if "<at" in text.lower() else text


def reason_said(words: str, reasons: Mapping[str, str]) -> str:
    """The code of the reason somebody typed, by its code or its title in any case; empty when it is none of them."""
    said = " ".join(words.lower().replace("_", " ").split()).rstrip(".")
    return next((key for key, title in reasons.items() if said in (key.replace("_", " "), title.lower())), "")


def _guess(said: str, line: str, words: str, today: date) -> Intent:
    """What an unknown line looked like, most telling sign first."""
    if _DETAILS.search(said):
        return Intent("unknown", hint="details")
    if _NO_QUARTER.search(line):
        return Intent("unknown", hint="no_such_quarter")
    if _HALF_REFERENCE.search(line):
        return Intent("unknown", hint="half_reference")
    if len(line) > _ANSWER_LENGTH:
        return Intent("unknown", hint="answer")
    if _CHOICE.fullmatch(words):
        return Intent("unknown", hint="choice")
    first = words.split()[0]
    near = get_close_matches(first, _COMMANDS, n=1, cutoff=0.7)
    if near and len(words.split()) <= 3:
        return Intent("unknown", hint="command", nearest=_COMMANDS[near[0]])
    if len(words.split()) <= 3 and _month(line, today):
        return Intent("unknown", hint="month_alone")
    return Intent("unknown")


def _month(line: str, today: date) -> date | None:
    this_month = today.replace(day=1)
    if "next month" in line:
        return _first_of(this_month.year, this_month.month + 1)
    if "this month" in line:
        return this_month
    if found := _ISO_MONTH.search(line):
        year, number = (found[1], found[2]) if found[1] else (found[4], found[3])
        return date(int(year), int(number), 1)
    if not (word := _MONTH_WORD.search(line)):
        return None
    number = next(n for n, name in enumerate(MONTHS, 1) if name.lower().startswith(word[1][:3]))
    if year_said := _YEAR.search(line):
        return date(int(year_said[1]), number, 1)
    return date(today.year + (number < today.month), number, 1)


def _first_of(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
