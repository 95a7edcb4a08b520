"""Rules of the file about taking a learning space back: the reasons the QA lead may give."""

from __future__ import annotations

from policy.framework.section import Key, Section


class TakingBackRules(Section):
    """A learning space that should not go on at all, by the QA lead's word (A23)."""

    reasons: dict[Key, str]
    """Why it is taken back: code and title."""
