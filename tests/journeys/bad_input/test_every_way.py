"""Bad input, item by item, in every way of answering every form: a kind and specific reply, and the draft is kept."""

from __future__ import annotations

import re

import pytest

from tests.journeys.bad_input.room import Room
from tests.journeys.bad_input.table import BAD, Bad, Sort
from tests.journeys.bad_input.ways import KINDS, Kind, Question, Reply, Way, give

pytestmark = pytest.mark.asyncio(loop_scope="module")

BLAMES = re.compile(r"\b(invalid|error|illegal|wrong|failed|failure|forbidden|incorrect|bad)\b", re.IGNORECASE)
SITTINGS = [
    pytest.param(kind, way, sort, id=f"{kind.name}, {way}, {sort}")
    for kind in KINDS
    for sort in kind.asks
    for way in kind.ways
]
"""Every question of every form in every way it can be answered; each is given its whole part of the table."""


@pytest.mark.parametrize(("kind", "way", "sort"), SITTINGS)
async def test_what_cannot_stand_is_answered_kindly_and_nothing_that_was_kept_is_lost(
    room: Room, kind: Kind, way: Way, sort: Sort
) -> None:
    question = kind.asks[sort]
    before = room.state()
    faults: list[str] = []
    for bad in (one for one in BAD if one.sort == sort and (one.by_email or way != "email")):
        words = bad.boxed if way in ("card", "window") and bad.boxed else bad.words
        reply = await give(room, kind, way, question, words)
        faults += [f"{bad.what}: {fault}" for fault in _faults(room, kind, way, question, bad, words, reply)]
    assert faults == []
    after = room.state()
    assert [name for name, rows in before.items() if after[name] != rows] == []


def _faults(room: Room, kind: Kind, way: Way, question: Question, bad: Bad, words: str, reply: Reply) -> list[str]:
    """What is not as it should be with one reply."""
    boxes = way in ("card", "window")
    wanted = bad.on_card if boxes else bad.in_words
    found = []
    if not any(one in reply.text for one in wanted.split("|")):
        found.append(f"it does not say '{wanted}' but: {reply.text[:400]}")
    if question.label not in reply.text:
        found.append(f"it does not name the question: {reply.text[:400]}")
    if blame := BLAMES.search(reply.text):
        found.append(f"it says '{blame[0]}'")
    if bad.stays and boxes and reply.box != words:
        found.append(f"the box holds {str(reply.box)[:40]!r}")
    if not boxes and len(words) > 12 and words[:12] in reply.text:
        found.append("it says their words again")
    if way == "typed" and room.asked(kind.person) != question.key:
        found.append(f"they are asked '{room.asked(kind.person)}' now")
    item = room.forms.space
    if item.case_ref in reply.summary or (len(words) > 5 and words[:12] in reply.summary) or "Worker" in reply.summary:
        found.append(f"a locked screen would show: {reply.summary}")
    return found
