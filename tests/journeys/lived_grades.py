"""The same learning space lived through with one grade or another: everything else is the same to the letter."""

from __future__ import annotations

import json
import uuid
from datetime import date
from functools import cache
from pathlib import Path

from dialogs.kit.message import Message
from storage.casework import actions, loops, moderations
from storage.casework.learning_spaces import LearningSpace
from storage.engine.database import Database
from tests.assurance.forms_filled import ACTION, DOMAINS, fill_in, save, send_in
from tests.databases import SqliteTemplate
from tests.journeys.living_council import LivingCouncil, london, nine

SENT_IN = london("2026-01-29 15:10")
"""A Thursday; the practitioner may see the result on 5 February at the latest."""
NOT_YET = london("2026-01-30 11:00")
NO_BREAK_HYPHEN = "\u2011"
GRADES: dict[str, dict[str, str]] = {
    "good": {"grade": "good"},
    "outstanding": {"grade": "outstanding"},
    "inadequate": {"grade": "inadequate"},
    "marked": {"grade": "good"},
}
"""What may come of it: 'marked' is good, with a part of practice that asks for a second look."""


class Life:
    """One of these lives, and the names its things go by, so that two lives can be compared."""

    def __init__(self, database: Database, which: str, *, assessment: str) -> None:
        """`assessment` is the grade of one part of practice; a weak one asks for a second look, whatever the grade."""
        self.council = council = LivingCouncil(database, now=london("2026-01-05 09:00"))
        council.given_everyone_talks_to_the_bot()
        council.given_a_learning_space("tm-mash-1", allocated_on=date(2026, 1, 5), case="NM-000060")
        self.item: LearningSpace = council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))
        council.when_the_service_looks()
        council.now = SENT_IN
        answers = {
            **dict.fromkeys(DOMAINS, "requires_improvement"),
            "grade_assessment": assessment,
            **GRADES[which],
            "sure_why": "The child is safe now, and the plan is clear.",
            "action_1_owner": "practitioner",
        }
        fill_in(database, council.framework, self.item, now=SENT_IN, **answers)
        more = {**ACTION, "action_1_owner": "practitioner", "action_2_wanted": "yes"}
        save(database, council.framework, self.item, "action_1", more, now=SENT_IN)
        second = {key.replace("_1_", "_2_"): said for key, said in ACTION.items()}
        second["action_2_owner"] = "pdm"
        view = save(database, council.framework, self.item, "action_2", second, now=SENT_IN)
        send_in(database, council.framework, self.item, version=view.version, now=SENT_IN)
        for moment in (SENT_IN, nine(date(2026, 1, 30)), NOT_YET):
            council.when_the_service_looks(moment)
        self.tokens = self._tokens()

    def _tokens(self) -> dict[str, str]:
        """What a card of each thing carries, by its reference."""
        read, about = self.council.database.read_now, self.item.reference
        found = [self.item, read(loops.of_subject, about), read(moderations.of_subject, about)]
        found += read(actions.of_subject, about)
        return {one.reference: one.token for one in found if one is not None}

    @property
    def moderator(self) -> str:
        """Who looks at it a second time."""
        found = self.council.database.read_now(moderations.of_subject, self.item.reference)
        return found.moderator if found else ""

    def token(self, reference: str) -> str:
        """The token of a reference; of one that is not there, one that nothing has."""
        return self.tokens.get(reference, none_such(reference))

    def plain(self, text: str) -> str:
        """Words with the tokens, which chance gives, named by what they are of."""
        for reference, token in self.tokens.items():
            text = text.replace(token, none_such(reference))
        return text

    def shown(self, *messages: Message | None) -> str:
        """All that a person, their screen or their screen reader could tell of an answer."""
        parts = [
            (one.text, one.summary, one.card, one.closes, one.holds_answers, one.covers_answers)
            for one in messages
            if one is not None
        ]
        return self.plain(json.dumps(parts, ensure_ascii=False).replace(NO_BREAK_HYPHEN, "-"))

    def heard_by(self, person: str) -> list[tuple[str, str, str, str]]:
        """Every message that has reached somebody, digests included."""
        return [
            (one.event, one.step, str(one.on), self.shown(one.message))
            for one in (*self.council.said, *self.council.digests)
            if one.person == person
        ]

    def traces_of(self, person: str) -> list[tuple[str, str]]:
        """What history has of somebody."""
        return [(one.verb, one.subject) for one in self.council.history_of("") if one.actor == f"person:{person}"]


@cache
def none_such(reference: str) -> str:
    """A token that looks like any other and belongs to nothing."""
    return uuid.uuid5(uuid.NAMESPACE_URL, reference).hex


def lived(template: SqliteTemplate, folder: Path, which: str, *, assessment: str = "requires_improvement") -> Life:
    """One life, in a database of its own."""
    database = Database.open(template.copy_to(folder / f"{which}-{assessment}.db", peopled=True)).__enter__()
    return Life(database, which, assessment=assessment)
