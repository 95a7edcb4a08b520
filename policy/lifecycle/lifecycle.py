"""The states of everything we keep, as tables: from, event, to, who may. A new state is a new row here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

START = ""
"""The state before the first: what does not exist yet."""


class NotAllowed(Exception):
    """That cannot be done with an item in this state."""

    def __init__(self, state: str, event: str) -> None:
        super().__init__(f"'{event}' is not possible from the state '{state or 'not begun'}'.")
        self.state = state
        self.event = event


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow: in `state`, `event` leads to `to`; `who` (role words or a part of the system) does it.

    `move` holds everybody to the arrows. Who may, is asked elsewhere (`assurance/access`); `who` is for the reader.
    """

    state: str
    event: str
    to: str
    who: str


Table = Sequence[Transition]

# A learning space (R37-R46, R101, A23, A30). Withdrawn is final; submitted and excluded are after their minute.
LEARNING_SPACE: Table = (
    Transition(START, "allocate", "allocated", "qa_lead"),
    Transition("allocated", "open", "opened", "auditor"),
    Transition("opened", "open", "opened", "auditor"),
    Transition("opened", "submit", "submitted", "auditor"),
    Transition("submitted", "take_back", "opened", "auditor, within the minute"),
    Transition("allocated", "reassign", "allocated", "qa_lead"),
    Transition("opened", "reassign", "allocated", "qa_lead"),
    Transition("allocated", "exclude", "excluded", "head_of_service"),
    Transition("opened", "exclude", "excluded", "head_of_service"),
    Transition("excluded", "take_back", "allocated", "head_of_service, within the minute"),
    Transition("excluded", "take_back_opened", "opened", "head_of_service, within the minute"),
    Transition("allocated", "withdraw", "withdrawn", "qa_lead"),
    Transition("opened", "withdraw", "withdrawn", "qa_lead"),
)

# Closing the loop (R88-R95, A18-A21, A32).
LOOP: Table = (
    Transition(START, "grade_inadequate", "open", "auditor"),
    Transition("open", "meet", "met", "senior_manager"),
    Transition("met", "submit", "submitted", "senior_manager"),
    Transition("submitted", "return", "returned_for_change", "head_of_service or director"),
    Transition("returned_for_change", "submit", "submitted", "senior_manager"),
    Transition("submitted", "authorise", "authorised", "head_of_service or director"),
    Transition("authorised", "receive", "with_qa", "the loop itself, at once"),
    Transition("with_qa", "fall_due", "re_audit_due", "sweep"),
    Transition("re_audit_due", "record_result", "closed", "qa_lead"),
    Transition("with_qa", "not_testable", "closed", "qa_lead"),
    Transition("re_audit_due", "not_testable", "closed", "qa_lead"),
    Transition("open", "stand_down", "closed", "qa_lead"),
    Transition("met", "stand_down", "closed", "qa_lead"),
    Transition("submitted", "stand_down", "closed", "qa_lead"),
    Transition("returned_for_change", "stand_down", "closed", "qa_lead"),
    Transition("with_qa", "stand_down", "closed", "qa_lead"),
)

_OPEN_ACTION = ("open", "in_progress", "blocked")

# An action (R96, R102-R105). Done needs its evidence; a new owner begins again; a new date changes no state.
ACTION: Table = (
    Transition(START, "assign", "open", "auditor, moderator or senior_manager"),
    *(Transition(state, "start", "in_progress", "owner") for state in _OPEN_ACTION),
    *(Transition(state, "block", "blocked", "owner") for state in _OPEN_ACTION),
    *(Transition(state, "finish", "done", "owner, or senior_manager in the loop") for state in _OPEN_ACTION),
    *(Transition(state, "drop", "not_needed", "owner, or senior_manager in the loop") for state in _OPEN_ACTION),
    *(Transition(state, "reassign", "open", "qa_lead, or an import that names a new holder") for state in _OPEN_ACTION),
)

# A second look by the QA team (R105-R109, A26, A32, A33). A grade is given before the first one is shown.
MODERATION: Table = (
    Transition(START, "select", "selected", "auditor or sweep or qa_lead"),
    Transition("selected", "grade", "graded", "moderator"),
    Transition("graded", "book", "graded", "moderator"),
    Transition("graded", "discuss", "discussed", "moderator"),
    Transition("discussed", "discuss", "discussed", "moderator"),
    Transition("discussed", "agree", "closed", "moderator"),
    Transition("discussed", "dispute", "disputed", "moderator"),
    Transition("disputed", "decide", "disputed", "qa_lead and head_of_service"),
    Transition("disputed", "settle", "closed", "qa_lead and head_of_service"),
    Transition("disputed", "differ", "closed", "qa_lead and head_of_service"),
    *(
        Transition(state, "look_again", "selected", "moderator")  # the form has changed since
        for state in ("graded", "discussed", "disputed", "closed")
    ),
)

# A notice in the outbox. An answer we never saw is repeated once, marked; after that a person must look.
NOTICE: Table = (
    Transition(START, "write", "pending", "use-case"),
    Transition(START, "record", "recorded", "sweep"),
    Transition("pending", "claim", "leased", "dispatcher"),
    Transition("leased", "sent", "sent", "courier"),
    Transition("leased", "later", "pending", "courier"),
    Transition("leased", "unknown", "pending", "courier"),
    Transition("leased", "unknown_again", "parked", "courier"),
    Transition("leased", "never", "parked", "courier"),
    Transition("leased", "expire", "pending", "dispatcher"),
    Transition("leased", "expire_again", "parked", "dispatcher"),
    Transition("leased", "release", "pending", "dispatcher"),
    Transition("pending", "cancel", "cancelled", "use-case"),
    Transition("leased", "cancel", "cancelled", "use-case"),
    Transition("parked", "retry", "pending", "dispatcher"),  # an hour after the crashes that hid what became of it
    Transition("pending", "hold", "held", "restore"),  # it may have been sent after the backup was made
    Transition("leased", "hold", "held", "restore"),
    Transition("held", "send", "pending", "qa_lead or qa_officer"),
    Transition("held", "drop", "cancelled", "qa_lead or qa_officer"),
    Transition("held", "cancel", "cancelled", "use-case"),
    Transition("recorded", "take_back", "cancelled", "use-case"),  # what it was about was taken back
    Transition("cancelled", "take_back", "pending", "use-case"),  # what cancelled it was taken back
)

_CHANNEL_STATES = ("unknown", "reachable", "blocked", "uninstalled", "disabled")

# Whether a person can be reached on a channel. Any word from them proves they can.
CHANNEL: Table = (
    Transition(START, "meet", "unknown", "import"),
    Transition(START, "hear_from", "reachable", "front desk"),
    *(Transition(state, "hear_from", "reachable", "front desk") for state in _CHANNEL_STATES),
    *(Transition(state, "block", "blocked", "courier") for state in _CHANNEL_STATES),
    *(Transition(state, "uninstall", "uninstalled", "courier or front desk") for state in _CHANNEL_STATES),
    *(Transition(state, "disable", "disabled", "courier") for state in _CHANNEL_STATES),
)

# A request for more time or to be taken off (R101, A23). The first decision stands.
REQUEST: Table = (
    Transition(START, "ask", "asked", "auditor"),
    Transition("asked", "agree", "agreed", "head_of_service or director"),
    Transition("asked", "decline", "declined", "head_of_service or director"),
    Transition("asked", "expire", "expired", "sweep"),
    Transition("agreed", "take_back", "asked", "whoever decided, within the minute"),
    Transition("declined", "take_back", "asked", "whoever decided, within the minute"),
)

# A submitted form that is put right. Until the corrected one is in, the form as it was stands.
CORRECTION: Table = (
    Transition(START, "reopen", "asked", "qa_lead or qa_officer"),
    Transition("asked", "correct", "corrected", "auditor"),
    Transition("asked", "lapse", "lapsed", "sweep"),
)

# A difference between what must exist and what is. What comes back after it was mended is wrong again.
FINDING: Table = (
    Transition(START, "find", "wrong", "verify"),
    Transition("wrong", "mend", "mended", "verify"),
    Transition("wrong", "not_found_again", "gone", "verify"),
    Transition("mended", "find", "wrong", "verify"),
    Transition("gone", "find", "wrong", "verify"),
)

# A month's proposal of learning spaces, or the single one of a re-audit.
ALLOCATION_RUN: Table = (
    Transition(START, "propose", "proposed", "qa_lead"),
    Transition("proposed", "approve", "approved", "qa_lead"),
    Transition("proposed", "withdraw", "withdrawn", "qa_lead"),
    Transition(START, "re_audit", "approved", "sweep"),  # one learning space, which its loop had promised
)

# An email that came in. What nobody could understand waits for a person of the QA team; nothing is guessed.
EMAIL: Table = (
    Transition(START, "receive", "received", "mail edge"),
    Transition("received", "answer", "answered", "mail edge"),
    Transition("received", "ignore", "ignored", "mail edge"),
    Transition("received", "give_up", "unclear", "mail edge"),
    Transition("unclear", "settle", "settled", "qa_lead or qa_officer"),
)

TABLES: dict[str, Table] = {
    "learning space": LEARNING_SPACE,
    "closing the loop": LOOP,
    "moderation": MODERATION,
    "action": ACTION,
    "notice": NOTICE,
    "channel": CHANNEL,
    "allocation run": ALLOCATION_RUN,
    "request": REQUEST,
    "correction": CORRECTION,
    "finding": FINDING,
    "email": EMAIL,
}


def move(table: Table, state: str, event: str) -> str:
    """The state `event` leads to from `state`. NotAllowed if the table has no such arrow."""
    for row in table:
        if (row.state, row.event) == (state, event):
            return row.to
    raise NotAllowed(state, event)


def states(table: Table) -> tuple[str, ...]:
    """Every state of a table, in order of first mention."""
    return tuple(dict.fromkeys(name for row in table for name in (row.state, row.to) if name != START))


def final_states(table: Table) -> tuple[str, ...]:
    """The states nothing leads out of, but taking back within the minute (docs/adr/0032)."""
    left = {row.state for row in table if not row.event.startswith("take_back")}
    return tuple(state for state in states(table) if state not in left)


def mermaid(table: Table) -> str:
    """The table as a Mermaid state diagram, for the README and the docs."""
    arrows = [f"    {row.state or '[*]'} --> {row.to}: {row.event.replace('_', ' ')} ({row.who})" for row in table]
    ends = [f"    {state} --> [*]" for state in final_states(table)]
    return "\n".join(["stateDiagram-v2", *arrows, *ends]) + "\n"
