"""Words that servers and programs put into a message: warnings about outside mail, markings, disclaimers, "Sent from".

Only whole lines are taken for any of these, and only by phrases a person does not write by chance. Text in a council's
own words that matches nothing here is kept.
"""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_DECORATION = re.compile(r"^[\s*_~#!|>\[\](){}=+\-–—•\ufe0f\u26a0\u2757]+|[\s*_~#|\[\](){}=+\-–—\ufe0f]+$")

_BANNER = _any(
    r"(?:caution|warning|attention|notice|be careful|alert)?[\s:!*\-–—]*(?:this|the) (?:e-?mail|message|sender)"
    r"(?: \w+){0,4} (?:originated|originates|was sent|comes|came|has come|is|sent) (?:\w+ ){0,3}?(?:from )?"
    r"(?:\w+ ){0,2}?(?:outside|external|unverified).*",
    r"\[?external(?: e-?mail| sender| message)?\]?[\s:!.\-–—]*",
    r"(?:caution|warning)[\s:!*\-–—]*(?:external|outside)(?: e-?mail| sender| message)?\b.*",
    r"external (?:e-?mail|sender|message)\s*[:!\-–—].*",
    r"(?:please )?(?:do not|don't|don’t|never|think before you|avoid) (?:click|clicking|open|opening|follow)"
    r"(?: on)?(?: any| the)? (?:links?|attachments?)\b.*",
    r"(?:please )?(?:only )?(?:click|open) (?:on )?(?:links?|attachments?) (?:or open attachments? )?(?:unless|if"
    r"|only)\b.*",
    r"unless you (?:recogni[sz]e|trust|know) the (?:sender|source)\b.*",
    r"(?:some people who received this message don't|you don't|you don’t|you do not) often get e-?mail from .*",
    r"learn why this is important\.?",
    r"(?:if in doubt|if you are unsure),? .*(?:it service|service ?desk|phish|report (?:it|this)).*",
    r"this (?:e-?mail|message) (?:has been|was) (?:scanned|checked|swept) (?:for|by) .*",
)
_MARKING = _any(
    r"(?:(?:classification|sensitivity|protective marking|security marking|marking)\s*[:\-–—]\s*)?"
    r"(?:official(?:[\s:\-–—]*sensitive)?|not protectively marked|unclassified|protect|restricted|internal use only)"
    r"(?:[\s:\-–—\[(]*(?:personal|commercial|legal|locsen|recipients? only|private|internal|external)[\])]?)*",
    r"(?:classification|sensitivity|protective marking|security marking)\s*[:\-–—]\s*"
    r"(?:public|general|internal|confidential|personal)",
    r"this (?:e-?mail|message|document) (?:has been|is) (?:classified|marked|protectively marked)(?: as)?\b.{0,60}",
)
# Practice text speaks of confidential talks, messages received and recorded, views expressed and responsibility not
# accepted. So each of these wants what only a disclaimer says beside it.
_DISCLAIMER = _any(
    r".*\bthis (?:e-?mail|message|communication|transmission)s?(?: message)?(?:,? (?:and|or|including) (?:any|its|all"
    r"|the)?"
    r"\s?(?:files?|attachments?|attached|documents?|content|information)[^.]{0,60})?,? (?:is|are|may be|may contain"
    r"|contains?"
    r"|has been|have been|and) [^.]{0,80}(?:confidential|intended|privileged|private|solely|monitored)\b.*",
    r".*\bthe (?:information|contents?)(?: contained)? (?:in|of) this (?:e-?mail|message|communication"
    r"|transmission)\b.*",
    r".*\bif you (?:have |are )?(?:received|receive|are not the (?:intended|named)|not the (?:intended|named))\b.{0,80}"
    r"\b(?:in error|by mistake|recipient|addressee)\b.*",
    r".*\bintended (?:solely |only )?for the (?:use of the )?(?:named |intended )?(?:recipient|addressee|individual"
    r"|person)"
    r"(?:s|\(s\))? .{0,60}\b(?:named|addressed|whom|above|only|confidential|privileged)\b.*",
    r".*\be-?mails?\b[^.]{0,80}\b(?:may|will|can) be (?:\w+ ){0,2}(?:monitored|scanned|disclosed|intercepted|subject"
    r" to)\b.*",
    r".*\b(?:please |do )?(?:consider|think (?:about|of)) the environment before (?:you )?print.*",
    r"(?:confidentiality|legal|privacy|disclaimer)(?: and \w+)?(?: notice| note| statement)?\s*[:\-–—].*",
    r"(?:confidentiality|privacy|legal) (?:notice|statement)|disclaimer|e-?mail disclaimer",
    r".*\b(?:freedom of information act|data protection act|uk gdpr|general data protection regulation)\b.{0,200}"
    r"\b(?:e-?mail|privacy notice|disclosed under|disclosure under)\b.*",
    r".*\b(?:council|authority|sender|company|we)\b[^.]{0,60}\b(?:accepts? no|not accept(?: any)?) (?:liability"
    r"|responsibility)"
    r" for (?:any |the )?(?:loss|damage|error|virus|omission|content|consequence|changes)\w*.*",
    r".*\b(?:use|copying|disclosure|distribution|dissemination)\b.{0,80}\b(?:strictly prohibited|is prohibited"
    r"|unlawful)\b.*",
    r".*\bviews? (?:or opinions? )?expressed (?:in|within) (?:this|the) (?:e-?mail|message)\b.*",
    r".*\bviews? (?:or|and) opinions?\b.{0,80}\bnot necessarily\b.*",
    r".*\b(?:see|read|visit|view|find)\b.{0,40}\bprivacy notice\b.{0,40}(?:https?:|www\.|website|online).*",
    r".*\bhow (?:we|the council) (?:use|process|handle)s? your (?:personal )?(?:data|information)\b.*",
    r".*\bvirus(?:es|-free| free)?\b.{0,100}\b(?:e-?mail|attachments?|anti-?virus)\b.*",
    r".*\b(?:e-?mail|attachments?)\b.{0,100}\bvirus(?:es|-free| free)?\b.*",
    r"(?:mae|gall)(?:'|’)?r? e-?bost hwn\b.*|.*\bos nad chi\b.*\bderbynnydd\b.*",
)
_SENT_FROM = _any(
    r"sent from (?:my )?(?:i(?:phone|pad|pod)|android|samsung|galaxy|huawei|pixel|blackberry|windows phone|mobile|phone"
    r"|smartphone|tablet|work (?:mobile|phone)|device|surface|mac)\b.{0,80}",
    r"sent (?:from|via|using|by) (?:the )?(?:outlook|mail for windows|mail|yahoo mail|gmail|proton ?mail|bt mail|aol|"
    r"microsoft outlook|nine|samsung mobile|blackberry|my mobile)\b.{0,120}",
    r"get outlook for (?:ios|android|mac|windows).{0,120}",
    r"sent (?:on|from) the (?:move|go)\b.{0,80}",
    r"(?:please )?(?:excuse|forgive|apologies for)(?: any)?(?: the)? (?:brevity|typos?|spelling|errors|short)\b.{0,80}",
    r"anfonwyd o(?:'|’)?(?:m|r)? .{0,80}",
    r"gesendet von .{0,40}(?:iphone|ipad|outlook|handy|mobil).{0,40}|envoyé de mon .{0,40}|von meinem .{0,30} gesendet",
)
_PICTURE = re.compile(
    r"(?:\[?(?:cid:|image|a (?:picture|black|close|logo|blue|red|green)|logo|icon|facebook|twitter|linkedin|instagram|"
    r"description automatically generated)[^\]]{0,200}\]|<image\d*\.(?:png|jpe?g|gif)>|\ufffc|\[cid:[^\]]{0,200}\])+"
    r"(?:\s*<(?:https?|mailto)[^>]{0,300}>)?",
    re.IGNORECASE,
)
_RULE = re.compile(r"[\s_\-=*~#•.–—]{3,}")


def _bare(text: str) -> str:
    return _DECORATION.sub("", text[:2_000])


def is_rule(text: str) -> bool:
    """A line drawn with dashes, stars or underscores."""
    return bool(_RULE.fullmatch(text))


def is_banner(text: str) -> bool:
    """A warning put on top by a mail server: "CAUTION: This email originated from outside ..."."""
    return bool(_BANNER.fullmatch(_bare(text)))


def is_marking(text: str) -> bool:
    """A protective marking alone on its line: "OFFICIAL-SENSITIVE", "Classification: OFFICIAL"."""
    return bool(_MARKING.fullmatch(_bare(text)))


def is_disclaimer(text: str) -> bool:
    """A paragraph about confidentiality, monitoring, viruses or printing."""
    return bool(_DISCLAIMER.fullmatch(_bare(text)))


def is_sent_from(text: str) -> bool:
    """What a telephone puts below: "Sent from my iPhone", "Get Outlook for iOS"."""
    return bool(_SENT_FROM.fullmatch(_bare(text)))


def is_picture(text: str) -> bool:
    """What stands in plain text where a picture was."""
    return bool(_PICTURE.fullmatch(text[:600].strip()))
