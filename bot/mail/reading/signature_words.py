"""The words signatures are made of: closings, names, titles, places, telephones. And what marks an answer instead."""

from __future__ import annotations

import re

CLOSING = re.compile(
    r"(?:(?:with )?(?:kind|kindest|best|warm|warmest|many|all good)?\s*(?:regards|wishes)|all the best|best|kr|brgds"
    r"|rgds"
    r"|(?:many |kind )?thanks(?: (?:again|very much|so much|in advance|a lot|and regards))?|thank you(?: (?:again|very"
    r" much|so"
    r" much|in advance|both|all))?|thx|ta|cheers|yours(?: (?:sincerely|faithfully|truly|ever))?|sincerely|take care"
    r"|(?:many )?thanks(?:,? and| &)? (?:kind |best )?(?:regards|wishes)|cofion(?: cynnes| gorau)?|diolch(?: yn fawr)?"
    r"|(?:mit )?(?:freundliche[nm]?|viele[nm]?|beste[nm]?|liebe[nm]?|herzliche[nm]?) gr[üu](?:ß|ss)en?|mfg|(?:bien"
    r" )?cordialement|pozdrawiam"
    r"|have a (?:good|great|nice|lovely) (?:day|weekend|evening|week))"
    r"(?P<end>\s*[,.!:\-–—]*\s*)(?P<name>[^\W\d_][\w.'’\-]*(?: [^\W\d_][\w.'’\-]*){0,3})?[.!, ]*x{0,3}",
    re.IGNORECASE,
)
DELIMITER = re.compile(r"--|—")
NAME = re.compile(
    r"(?:(?:dr|mr|mrs|ms|miss|mx|prof|rev|cllr)\.? )?[A-ZÀ-ÞŁŚŻ][\w.'’\-]*(?:,? (?:[A-ZÀ-ÞŁŚŻ][\w.'’\-]*|de|van|von"
    r"|der|al|bin|"
    r"ap|ferch|da|el)){0,4}(?: \([^()]{1,40}\))?(?:,? (?:MA|BA|BSc|MSc|MBA|PhD|DipSW|CQSW|RSW|OBE|MBE|Hons|\(Hons\)))*"
)
INITIALS = re.compile(r"[A-Z]{1,3}\.?|[A-Z][a-z]?")
_TITLE = re.compile(
    r"\b(?:manager|director|officer|head of|lead|social worker|practitioner|coordinator|co-ordinator|administrator"
    r"|assistant"
    r"|consultant|adviser|advisor|chair|reviewing|allocator|supervisor|secretary|apprentice|business support|team"
    r" leader"
    r"|service lead|principal|deputy|interim|acting|trainee|partner|specialist|analyst|psychologist|therapist|nurse)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:council|borough|directorate|department|children'?’?s (?:services|social care)|social care|family"
    r" (?:safeguarding|"
    r"help|support)|safeguarding (?:and|&|unit|service|team)|mash|civic|town hall|county hall|city hall|guildhall|house"
    r"|street|road|avenue|lane|square|floor|suite|building|centre|po box|campus|nhs|trust|district|local authority"
    r"|team|service|services|unit|division)\b",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
_REACHED_AT = re.compile(
    r"(?:https?://|www\.)\S+|<?(?:mailto:)?[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+>?|<[^<>]{1,300}>"
    r"|(?<![\d-])(?!\d{4}-\d\d-\d\d(?!\d))[+(]?\d(?:[ ()+\-.]{0,3}\d){8,14}(?!\d)",
    re.IGNORECASE,
)
_SITES = r"(?:facebook|twitter|linkedin|instagram|youtube|x)"
_TIMES = r"(?:working|work|office|duty) (?:days?|hours?|pattern|times?)"
_STATED = r"(?:\s*[:\-–—]|\s+(?:are|is|mon|tue|wed|thu|fri|\d))"
_ABOUT_ME = re.compile(
    "|".join(
        (
            r"(?:my |preferred )?pronouns\b.*",
            r"\(?(?:she|he|they)\s*/\s*(?:her|him|them)(?:\s*/\s*\w+)?\)?",
            rf"(?:please note,? )?(?:that )?(?:my |i )?(?:normal |usual |core )?{_TIMES}{_STATED}.*",
            r"i (?:currently )?(?:do not|don't|don’t) work (?:on )?\w+days?.*",
            r"i work (?:part|flexibly|compressed|mon|tue|wed|thu|fri|full|from)\b.*",
            r"(?:follow|find|like|connect with|visit) (?:us|me|our)\b.*",
            rf"{_SITES}(?:\s*[|/•·]\s*{_SITES})*",
            r"(?:out of hours|emergency duty(?: team)?)\s*[:\-–—].*",
            r"proud to be\b.*|(?:a )?disability confident\b.*|investors in people\b.*|(?:our|#)\s?values\b.*",
            r".{0,60}working together for .{0,60}",
            r"(?:social work england|swe)(?: registration)?(?: (?:no|number))?\s*[:.]?\s*(?:sw)?\d+",
            r"my emails? (?:may|are|is) .*(?:outside|hours).*|i may (?:send|be sending) .*hours.*",
        )
    ),
    re.IGNORECASE,
)
_ANSWER = re.compile(
    r"(?:yes|no|y|n|agreed?|declined?|decline|done|approved?|list|help|stop|stop e-?mails?|good|outstanding|inadequate"
    r"|requires improvement(?: to be good)?|partly|partial|not applicable|n/a|confirm(?:ed)?|not done|in progress"
    r"|blocked"
    r"|extend|more time)\b[.!,]*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:q(?:uestion)?\s*)?\(?\d{1,2}\s*[.):]\)?\s+\S", re.IGNORECASE)
_LABELLED = re.compile(r"\*{0,2}[^\W\d_][\w '’/&()-]{1,50}:\*{0,2}\s+(?P<rest>\S.*)")
_CONTACT = re.compile(
    r"(?:t|m|e|p|f|w|o|d|tel|telephone|phone|mob|mobile|office|direct(?: dial| line)?|ddi|fax|ext|e-?mail|web(?:site)?"
    r"|teams"
    r"|switchboard|whatsapp|address|twitter|duty|out of hours|team inbox|pronouns)\s*:\s",
    re.IGNORECASE,
)
_JOINING = frozenset(("of", "and", "for", "the", "in", "to", "with", "at", "on", "de", "la", "&", "–", "-", "|"))


def is_detail(text: str) -> bool:
    """A job title, a place, a telephone, an address, working days: short, and no sentence."""
    words = text.split()
    if _ABOUT_ME.fullmatch(text):
        return len(words) <= 30
    rest, reached = _REACHED_AT.subn(" ", text[:600])
    if reached and len(re.findall(r"\w+", rest)) <= 6:
        return True
    if len(words) > 14 or text.endswith((".", "?", "!")) or is_answer(text):
        return False
    if not (_TITLE.search(text) or _PLACE.search(text) or _POSTCODE.search(text)):
        return False
    # "Team Manager, Family Safeguarding East": as good as all words are capitals or small joining words.
    lower = [word for word in words if word[:1].islower() and word not in _JOINING]
    return len(lower) <= len(words) // 4


def is_answer(text: str) -> bool:
    """Whether a line looks like an answer: a number or a label in front, or a word that is one."""
    if found := _LABELLED.fullmatch(text):
        return not (_REACHED_AT.fullmatch(found["rest"].strip()) or _ABOUT_ME.fullmatch(text) or _CONTACT.match(text))
    return bool(_ANSWER.fullmatch(text) or _NUMBERED.match(text))


def is_name(text: str) -> bool:
    return len(text) <= 60 and len(text.split()) <= 6 and bool(NAME.fullmatch(text))
