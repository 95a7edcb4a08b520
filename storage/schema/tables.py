"""Every table we keep, by name, and the metadata they belong to; each group has a file of its own."""

from __future__ import annotations

from storage.engine.metadata import metadata
from storage.schema.tables_casework import (
    digests,
    form_drafts,
    holds,
    moderations,
    pauses,
    pressed_releases,
    reflections,
    requests,
)
from storage.schema.tables_conversation import typed_conversations
from storage.schema.tables_establishment import cases, cover, leave, meta, people, posts
from storage.schema.tables_history import heartbeats, history
from storage.schema.tables_kept import corrections, findings
from storage.schema.tables_learning_space import (
    actions,
    allocation_months,
    allocation_runs,
    allocations,
    answers,
    drafts,
    loops,
    red_flags,
)
from storage.schema.tables_letters import invitations, letters, mail_preferences
from storage.schema.tables_messages import (
    cards,
    channel_states,
    inbox,
    late_replies,
    mail_turns,
    notices,
    open_boxes,
)
from storage.schema.tables_replies import read_backs, received_mail

__all__ = [
    "actions",
    "allocation_months",
    "allocation_runs",
    "allocations",
    "answers",
    "cards",
    "cases",
    "channel_states",
    "corrections",
    "cover",
    "digests",
    "drafts",
    "findings",
    "form_drafts",
    "heartbeats",
    "history",
    "holds",
    "inbox",
    "invitations",
    "late_replies",
    "leave",
    "letters",
    "loops",
    "mail_preferences",
    "mail_turns",
    "meta",
    "metadata",
    "moderations",
    "notices",
    "open_boxes",
    "pauses",
    "people",
    "posts",
    "pressed_releases",
    "read_backs",
    "received_mail",
    "red_flags",
    "reflections",
    "requests",
    "typed_conversations",
]
