"""Write down a letter before it is sent, and what became of it; a reply or a lost answer is matched by this."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from policy.council.establishment import Person
from policy.lifecycle.reply_token import holds, sign
from storage.council import meta
from storage.engine.session import Session
from storage.outbox import letters
from storage.outbox.letters import COMPOSED, REFUSED, SENT, UNKNOWN, Letter

_SECRET = "mail_secret"  # noqa: S105 - the name of the fact, not the secret
MOST_REFERENCES = 10
"""Message-IDs named in one letter: the first of the thread and the newest; no mail client needs more."""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter ready to be composed."""

    letter: Letter
    references: tuple[str, ...]
    """The thread, oldest first: one thread for each person and subject."""
    tried_before: bool
    """It may have gone out already: look it up before sending it again."""


def write_letter(
    session: Session,
    *,
    person: Person,
    subject: str,
    event: str,
    notice: int | None,
    domain: str,
    may_have_gone: bool = False,
    in_reply_to: str = "",
    references: Sequence[str] = (),
    came_at: datetime | None = None,
    now: datetime,
) -> Written:
    """The letter of a notice, or an answer to a reply (`notice` None); the same one again if it was written before.

    A repeat keeps its Message-ID, so a mailbox that has it already may drop the second. `in_reply_to` and
    `references` are those of the message answered, and `came_at` is when it came: an answer written since is that
    message's own. A notice goes on the thread the person has of the subject.
    """
    answered = tuple(dict.fromkeys(one for one in (*references, in_reply_to) if one))
    if notice is not None:
        known = letters.of_notice(session, notice)
    else:
        known = letters.answer_to(session, person.id, in_reply_to, since=came_at) if in_reply_to and came_at else None
    if known is not None and known.subject != subject and not (may_have_gone or known.state in (UNKNOWN, SENT)):
        letters.drop(session, known.message_id)  # it was never sent, and now it goes with others, or without them
        known = None
    if known is not None:
        thread = _shortened(answered) if in_reply_to else _thread(session, known)
        tried = may_have_gone or known.state in (UNKNOWN, SENT)
        if known.address != person.email and not tried:
            known = replace(known, address=person.email)
            letters.set_address(session, known.message_id, person.email)
        return Written(known, thread, tried)
    message_id = f"<{secrets.token_hex(16)}@{domain}>"
    before = letters.thread(session, person.id, subject)
    letter = Letter(
        message_id=message_id,
        person=person.id,
        address=person.email,
        subject=subject,
        token=sign(secret_of(session), person=person.id, subject=subject, message_id=message_id),
        composed_at=now,
        event=event,
        notice=notice,
        in_reply_to=in_reply_to or (before[-1].message_id if before else ""),
    )
    letters.add(session, letter)
    thread = answered if in_reply_to else tuple(one.message_id for one in before)
    return Written(letter, _shortened(thread), False)


def letter_went(
    session: Session,
    message_id: str,
    outcome: Literal["sent", "later", "never", "unknown"],
    *,
    remote_id: str = "",
    reason: str = "",
    now: datetime,
) -> None:
    """What the courier answered about a letter. 'later' surely did not go, so it is as if newly composed."""
    state = {"sent": SENT, "later": COMPOSED, "never": REFUSED, "unknown": UNKNOWN}[outcome]
    letters.set_state(session, message_id, state, at=now, remote_id=remote_id, reason=reason)


def letter_answered(session: Session, *, message_ids: Sequence[str], tokens: Sequence[str]) -> Letter | None:
    """The letter a message answers: by the Message-IDs it names, then by a signed word in it. None if neither is ours.

    Who may answer it is not decided here: compare the sender with `letter.person`.
    """
    named = letters.by_message_ids(session, message_ids)
    if named:
        return named[0]
    for token in tokens:
        found = letters.by_token(session, token)
        if found and holds(
            secret_of(session), token, person=found.person, subject=found.subject, message_id=found.message_id
        ):
            return found
    return None


def secret_of(session: Session) -> str:
    """This installation's secret, made at first use and kept with the council's data."""
    found = meta.get(session, _SECRET)
    if not found:
        found = secrets.token_hex(32)
        meta.save(session, _SECRET, found)
    return found


def _thread(session: Session, letter: Letter) -> tuple[str, ...]:
    before = [one.message_id for one in letters.thread(session, letter.person, letter.subject)]
    earlier = before[: before.index(letter.message_id)] if letter.message_id in before else before
    return _shortened(tuple(earlier))


def _shortened(thread: tuple[str, ...]) -> tuple[str, ...]:
    return thread if len(thread) <= MOST_REFERENCES else (thread[0], *thread[1 - MOST_REFERENCES :])
