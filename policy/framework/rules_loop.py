"""Windows, recipients and reminders of closing the loop as the framework file gives them (R88-R95, A18-A21)."""

from __future__ import annotations

from policy.framework.section import Section


class ClosingTheLoopRules(Section):
    """What closing the loop is held to. Working days count from the day a thing began, months from authorisation."""

    meet_within_working_days: int
    return_within_days: int
    reaudit_months: int
    """Calendar months from the authorisation to the re-audit (A21)."""
    meets: str = "practitioner.senior_manager"
    """Who meets with the practitioner and their manager and fills in the form (R90)."""
    authoriser: str = "case.head_of_service"
    """Who authorises the form (R93, A20)."""
    authoriser_in_conflict: str = "case.director"
    """Who authorises when the authoriser was the auditor or filled in the form (A20)."""
    remind_meeting_after: tuple[int, ...] = ()
    """Working days after the loop opened on which the meeting is asked for again."""
    remind_authoriser_after: tuple[int, ...] = ()
    """Working days after the form was sent on which the authoriser is asked again."""
    reaudit_notice_days: int = 21
    """How many days before the re-audit the QA team hears that it comes."""
