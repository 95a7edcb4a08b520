"""How long each column is kept: the key of the framework file that ends it, or the reason why nothing does.

A test holds this list to the schema, and another one holds the purge to this list. What no key ends identifies staff
at most; what identifies a child ends with `records_years`, what somebody wrote with `forms_years` or sooner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OPAQUE = "a number or a word of our own that says nothing of anybody"
COUNTED = (
    "what is counted and reported: dates, states, codes, grades; about nobody in particular once its links are cut"
)
WHO_DID = "the id of a member of staff who did or owes a thing; it names nobody once they have left the establishment"
SHEETS = "the council's own sheet says so; the next import takes away what it no longer names"
MACHINERY = "how far the bot has come with its work"
PROVES = "that somebody was told, when and how it went: the council has to be able to show it"
CHAINED = "ids, dates and counts, sealed: without it nobody could show what was done (docs/adr/0028)"


@dataclass(frozen=True, slots=True)
class Ends:
    """Taken away once it is older than this key of `[retention]` or `[mail]` says."""

    key: str


@dataclass(frozen=True, slots=True)
class Stays:
    """Nothing takes it away, for this reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Passes:
    """Gone by itself within hours or days, whatever the file says: it is of no use after that."""

    after: str


Rule = Ends | Stays | Passes
FORMS, RECORDS, DRAFTS, LEAVERS = Ends("forms_years"), Ends("records_years"), Ends("drafts_days"), Ends("leavers_days")


def _columns(**rules: tuple[Rule, *tuple[str, ...]]) -> dict[str, Rule]:
    """Column -> rule, from rules that each name their columns in lines."""
    return {column: rule for rule, *lines in rules.values() for line in lines for column in line.split()}


KEPT: Mapping[str, Mapping[str, Rule]] = {
    "people": _columns(a=(Stays(SHEETS), "id name email entra_object_id")),
    "posts": _columns(
        a=(Stays(SHEETS), "id title role function team line_manager_post holder learning_space dip_sample")
    ),
    "cases": _columns(a=(Stays(SHEETS), "ref function team practitioner iro_post")),
    "cover": _columns(a=(Ends("leave_days"), "id post deputy starts ends")),
    "leave": _columns(a=(Ends("leave_days"), "id person starts ends")),
    "meta": _columns(a=(Stays(MACHINERY), "key value")),
    "heartbeats": _columns(a=(Stays(MACHINERY), "name at detail")),
    "history": _columns(
        a=(Stays(CHAINED), "seq at actor verb subject detail previous_hash hash"),
    ),
    "allocation_runs": _columns(
        a=(Stays(OPAQUE), "id seed"),
        b=(Stays(COUNTED), "month state proposed_at decided_at"),
        c=(Stays(WHO_DID), "proposed_by decided_by"),
        d=(RECORDS, "detail"),
    ),
    "allocation_months": _columns(
        a=(Stays(COUNTED), "month begins_on given_out_at"), b=(Stays(MACHINERY), "ladder steps_done next_step_at")
    ),
    "allocations": _columns(
        a=(RECORDS, "case_ref practitioner why"),
        b=(Stays(WHO_DID), "person submitted_by released_by"),
        c=(Stays(OPAQUE), "reference token run parent_loop"),
        d=(
            Stays(COUNTED),
            "activity stream post function case_function month quarter allocated_on due_on deadline_at state",
            "cross_function_reason framework_version opened_at submitted_at grade impact moderation_flag",
            "extended_from paused_on paused_days released_at",
        ),
        e=(Stays(MACHINERY), "ladder steps_done next_step_at"),
    ),
    "answers": _columns(a=(FORMS, "answers"), b=(Stays(OPAQUE), "reference"), c=(Stays(COUNTED), "submitted_at")),
    "drafts": _columns(a=(DRAFTS, "reference person answers step version updated_at final_at")),
    "form_drafts": _columns(a=(DRAFTS, "reference form person answers step version updated_at")),
    "actions": _columns(
        a=(FORMS, "what note"),
        b=(Stays(WHO_DID), "owner set_by"),
        c=(Stays(OPAQUE), "reference subject token"),
        d=(Stays(COUNTED), "kind due_on state evidence_on evidence_kind created_at asked_due_on moved_from closed_at"),
        e=(Stays(MACHINERY), "ladder_key steps_done next_step_at"),
    ),
    "loops": _columns(
        a=(FORMS, "form returned_because closed_because"),
        b=(RECORDS, "practitioner"),
        c=(Stays(WHO_DID), "authorised_by filled_by"),
        d=(Stays(OPAQUE), "reference token subject reaudit_reference"),
        e=(
            Stays(COUNTED),
            "state opened_at meet_by return_by met_on submitted_at authorised_at reaudit_due_on result submissions",
            "own_reaudit closed_at meeting_at meeting_number meeting_heard",
        ),
        f=(Stays(MACHINERY), "steps_done next_step_at"),
    ),
    "red_flags": _columns(
        a=(FORMS, "told"),
        b=(Stays(WHO_DID), "raised_by acknowledged_by"),
        c=(Stays(OPAQUE), "reference"),
        d=(Stays(COUNTED), "raised_at acknowledged_at chases"),
        e=(Stays(MACHINERY), "next_chase_at"),
    ),
    "moderations": _columns(
        a=(FORMS, "form"),
        b=(Stays(WHO_DID), "moderator decided_by"),
        c=(Stays(OPAQUE), "reference token subject draw"),
        d=(
            Stays(COUNTED),
            "why state selected_at original_grade original_impact moderated_grade moderated_impact graded_at booked_on",
            "outcome discussed_on stale closed_at",
        ),
        e=(Stays(MACHINERY), "steps_done next_step_at"),
    ),
    "reflections": _columns(a=(FORMS, "reference person text written_at reply replied_at")),
    "corrections": _columns(
        a=(FORMS, "answers"),
        b=(Stays(WHO_DID), "reopened_by"),
        c=(Stays(OPAQUE), "reference version"),
        d=(Stays(COUNTED), "state reason reopened_at correct_by grade impact submitted_at closed_at"),
    ),
    "requests": _columns(
        a=(FORMS, "note because"),
        b=(Stays(WHO_DID), "asked_by decided_by"),
        c=(Stays(OPAQUE), "token reference"),
        d=(Stays(COUNTED), "kind reason new_due_on asked_at state decided_at"),
    ),
    "holds": _columns(
        a=(Stays(WHO_DID), "held_by"),
        b=(Stays(OPAQUE), "reference"),
        c=(Stays(COUNTED), "step until reason held_at"),
    ),
    "pauses": _columns(a=(Stays(WHO_DID), "set_by"), b=(Stays(COUNTED), "id kind starts ends set_at")),
    "digests": _columns(a=(Ends("digests_days"), "facts"), b=(Stays(PROVES), "person kind period made_at")),
    "findings": _columns(
        a=(Ends("findings_days"), "kind subject about detail part state tries first_seen last_seen closed_at")
    ),
    "notices": _columns(
        a=(Ends("notice_facts_days"), "facts"),
        b=(
            Stays(PROVES),
            "id key event step subject recipient recipient_role channel urgent due_at not_before created_at state",
            "sent_at remote_id reason repeat sendable_at bundle",
        ),
        c=(Stays(MACHINERY), "lease_owner lease_until fence attempts unknown_outcomes held_fence"),
    ),
    "inbox": _columns(a=(Ends("inbox_days"), "channel external_id received_at person outcome")),
    "letters": _columns(
        a=(
            Ends("letters_days"),
            "message_id notice person address event subject token in_reply_to state remote_id composed_at sent_at",
            "reason",
        )
    ),
    "received_mail": _columns(
        a=(Ends("raw_days"), "raw"),
        b=(Stays(WHO_DID), "person settled_by"),
        c=(
            Stays(MACHINERY),
            "id external_id received_at from_exchange size state kind subject reason with_details attempts done_at",
        ),
    ),
    "read_backs": _columns(a=(Ends("yes_within_days"), "person subject what facts made_at")),
    "cards": _columns(
        a=(
            LEAVERS,
            "person subject conversation_id activity_id sent_at event stale_since try_at shows boxes shown_at",
            "shown_seq",
        )
    ),
    "channel_states": _columns(
        a=(
            LEAVERS,
            "person channel state service_url conversation_id channel_user_id bot_id tenant_id reason updated_at",
        )
    ),
    "mail_preferences": _columns(a=(LEAVERS, "person wants said_at")),
    "pressed_releases": _columns(a=(Passes("minutes"), "reference person pressed_at opens_at")),
    "open_boxes": _columns(a=(Passes("a day"), "person card shown_at")),
    "late_replies": _columns(a=(Passes("seven days"), "id person message maybe_sent made_at")),
    "mail_turns": _columns(a=(Passes("minutes"), "id at closed")),
    "invitations": _columns(a=(LEAVERS, "uid person subject kind on_day starts_at sequence state notice updated_at")),
    "typed_conversations": _columns(a=(LEAVERS, "person form subject question back_to version due_on asked_at")),
}
