"""Rules of the file about keeping things right: a submitted form corrected, and how long what is kept."""

from __future__ import annotations

from pydantic import Field, model_validator

from policy.framework.section import Key, Section


class CorrectionRules(Section):
    """A submitted form that has to be put right: who re-opens it, and for how long (docs/adr/0013)."""

    reopened_by: tuple[Key, ...] = Field(default=("qa_lead", "qa_officer"), min_length=1)
    """Roles that may re-open a submitted form."""
    within_working_days: int = Field(default=5, ge=1, le=60)
    """By then the auditor sends it in again; if not, it stays as it was."""
    reasons: dict[Key, str] = Field(min_length=1)
    """Why it is re-opened: code and title."""


class RetentionRules(Section):
    """How long each thing is kept; once a month what is older is taken away. Nobody's decision is touched (G5)."""

    drafts_days: int = Field(default=90, ge=1, le=3660)
    """Drafts of forms that were never sent in, counted from the last change: of closed work only."""
    inbox_days: int = Field(default=30, ge=7, le=3660)
    """What came in, kept so that the same delivery twice has one effect."""
    digests_days: int = Field(default=120, ge=31, le=3660)
    """What stood in a digest or summary; that it was made is kept."""
    notice_facts_days: int = Field(default=400, ge=120, le=3660)
    """What a message said; that it was sent, to whom and when, is kept."""
    findings_days: int = Field(default=365, ge=7, le=3660)
    """What was found and mended, or had gone."""
    letters_days: int = Field(default=400, ge=120, le=3660)
    """Which letter went to which address; a reply to it is matched by this."""
    leave_days: int = Field(default=400, ge=31, le=3660)
    """Leave and cover that are over, from their last day."""
    leavers_days: int = Field(default=90, ge=1, le=3660)
    """How to reach somebody who is in the establishment no longer, from the last change."""
    forms_years: int = Field(default=6, ge=1, le=75)
    """What was written in a submitted form, a moderation, a loop, an action or a request; grades, dates and counts
    are kept."""
    records_years: int = Field(default=10, ge=1, le=100)
    """Which child and which practitioner a learning space was about, from its allocation. What is left counts, and is
    about nobody in particular. Not shorter than `forms_years`."""

    @model_validator(mode="after")
    def _records_outlive_forms(self) -> RetentionRules:
        if self.records_years < self.forms_years:
            raise ValueError("records_years is shorter than forms_years, so a form would be about nobody.")
        return self
