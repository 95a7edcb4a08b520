"""A light check that an action names something to do: one everyday verb of practice is enough (3.1, SMART)."""

from __future__ import annotations

import re

_WORDS = """
add address adopt agree allocate amend analyse apply appoint approve arrange ask assess attend audit book brief
bring build call challenge change chase check clarify close coach collect complete confirm consider consult contact
convene create decide deliver develop discuss distribute document draft draw embed engage ensure escalate establish
evidence evaluate explain explore facilitate feed file fill finalise find finish follow gather get give go hear
help hold identify implement improve include increase inform introduce invite involve issue keep lead learn let
link listen make map meet monitor move obtain observe offer open organise plan practise prepare present prioritise
produce progress promote provide put raise read recommend reconsider record refer reflect refresh remind repeat
report request research resolve respond review revisit run schedule seek send set share show speak start strengthen
submit summarise supervise support take talk tell test think track train transfer try understand undertake update
upload use view visit work write
"""
_VERBS = frozenset(_WORDS.split())
_ENDINGS = ("", "s", "es", "d", "ed", "ing")
_WORD = re.compile(r"[a-z]+")


def names_something_to_do(text: str) -> bool:
    """Whether any word is a verb we know, in its plain form or with -s, -ed or -ing."""
    return any(_is_verb(word) for word in _WORD.findall(text.lower()))


def _is_verb(word: str) -> bool:
    for ending in _ENDINGS:
        if not word.endswith(ending):
            continue
        stem = word.removesuffix(ending)
        # review(ed), schedul(ing) -> schedule, plan(n)(ing) -> plan
        if stem in _VERBS or f"{stem}e" in _VERBS or (len(stem) > 3 and stem[-1] == stem[-2] and stem[:-1] in _VERBS):
            return True
    return False
