"""What must never be typed: the kinds the identifier guard knows, and what a council does about each (domain 3.0)."""

from __future__ import annotations

from typing import Literal

from policy.framework.section import Section

IdentifierKind = Literal[
    "nhs_number",
    "upn",
    "ni_number",
    "case_reference",
    "postcode",
    "email",
    "phone",
    "web_address",
    "handle",
    "date_of_birth",
    "dob_word",
    "surname_in_capitals",
    "two_capitalised_words",
]
"""What the identifier guard can look for (`policy/forms/identifiers.py`)."""


class IdentifierRules(Section):
    """Patterns that must never be typed (3.0): blocked ones are refused, warned ones are shown back."""

    block: tuple[IdentifierKind, ...]
    warn: tuple[IdentifierKind, ...]
    case_references: tuple[str, ...] = ()
    """How a child's reference is written inside a text, as regular expressions: the council's, and other systems'."""
    ordinary_words: tuple[str, ...] = ()
    """Local words that are written with a capital and name nobody: towns, teams, programmes."""
