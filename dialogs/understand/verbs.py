"""What may be typed before a reference: every command, and every button's own words, each with what it then means.

Whatever a person can read on a card or in the help is here; `tests/dialogs/understand/test_verbs.py` reads them all.
"""

from __future__ import annotations

import re

from policy.lifecycle.reference import ACTION, LEARNING_SPACE, LOOP, MODERATION

OPEN = "open"


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in listed.split("|"))


BEFORE_A_REFERENCE: dict[str, frozenset[str]] = {
    "hold": _phrases("hold|hold back|hold on|hold escalation|hold the escalation of|keep back|pause|wait with"),
    "preview": _phrases("preview|show preview|show the preview|what will be escalated|escalations|escalation"),
    "help": _phrases("help|help me|help me with|help with"),
    "freeze": _phrases("freeze|inspection|inspection freeze|stop the clock|freeze the clock"),
    "unfreeze": _phrases("unfreeze|end freeze|end the freeze|start the clock|thaw"),
    "emails": _phrases("emails|email|unclear emails|show emails|show the others|it is dealt with"),
    "findings": _phrases("findings|finding|show findings|self check"),
    "reachability": _phrases("reachability|reach|show who"),
    "held": _phrases(
        """held|held messages|show held|send held|drop held|send these|drop these|send them all|drop them all|show all
        |show them|choose some of them"""
    ),
    "more": _phrases("more|show more"),
    "export": _phrases("export|take them out|take out|download"),
    "allocate": _phrases("allocate|propose|propose it|propose it late|see the proposal|approve"),
    "everything": _phrases("everything of|everything|hand it all over"),
    "acknowledge": _phrases("acknowledge|acknowledged|i have spoken to them|spoken to them|seen"),
    "decide": _phrases(
        "agree|agreed|decline|declined|read their note|read why|look at it|agree to|decide|decide on|request"
    ),
    "more_time": _phrases("ask|ask for it|ask to be taken off|take off|take me off"),
    "release": _phrases("we have talked release|we have talked"),
    "reflect": _phrases("add a reflection|reflection|keep it"),
    "result": _phrases("open the result|the result of|the result|reply|send my reply"),
    "moderate": _phrases("ask for a second look|ask for moderation|ask for a moderation|second look|second looks"),
    "reopen": _phrases("open it again|reopen|re-open"),
    "reassign": _phrases("give it to them|that is who i mean|give to|hand over"),
    "type": _phrases("answer by typing"),
    OPEN: _phrases(
        """authorise|authorize|yes authorise it|send back|send it back|record the result|stand down
        |stand the loop down|not testable|a re-audit of its own|re-audit|book the meeting|change the meeting|call it off
        |book the talk|write down the talk|book|meeting|talk|confirm|close|the first grade|the second grade|settle
        |save and show both|look again|save|save for later|later|back|next|review|change|change it|edit|submit|send
        |send it in|carry on|open in a window|not now|not yet|set an action|take it back|answer|grade|update|progress
        |list|home|menu|my list|show my list|show list|back to the list|tasks|todo|due|loops|loop|show loops|actions
        |my actions|show my actions|moderations|moderation|show moderations|skip|status|again|where|where am i"""
    ),
}
"""By what is meant. Of one reference `open` shows the card that has the button, to whoever may press it."""

_MEANS = {phrase: kind for kind, phrases in BEFORE_A_REFERENCE.items() for phrase in phrases}
_SMALL = re.compile(r"\b(?:please|can you|could you|i want to|i would like to|bot)\b")

ONLY_OF: dict[str, tuple[str, ...]] = {
    "release": (LEARNING_SPACE,),
    "reflect": (LEARNING_SPACE,),
    "result": (LEARNING_SPACE,),
    "moderate": (LEARNING_SPACE,),
    "reopen": (LEARNING_SPACE,),
    "acknowledge": (LEARNING_SPACE,),
    "decide": (LEARNING_SPACE,),
    "more_time": (LEARNING_SPACE,),
    "reassign": (LEARNING_SPACE, ACTION),
    "type": (LEARNING_SPACE, LOOP, MODERATION),
}
"""What there is only for some kinds of reference. Of another kind the same words show it, with the buttons it has."""


def meant_by(words: str, reference: str) -> str:
    """What is meant by the words beside a reference, as a kind of `Intent`; empty where nobody can tell."""
    said = " ".join(_SMALL.sub(" ", words).split())
    kind = _MEANS.get(said) or _MEANS.get(said.removeprefix("the ").removesuffix(" the"), "")
    if said in ("moderation", "moderations") and reference.startswith(f"{LEARNING_SPACE}-"):
        return "moderate"
    if kind in ONLY_OF and not reference.startswith(ONLY_OF[kind]):
        return OPEN
    return kind
