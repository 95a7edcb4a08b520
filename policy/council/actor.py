"""Who does a thing: a person, whoever works at the server, or a part of the bot. Nothing is changed by nobody."""

from __future__ import annotations

from dataclasses import dataclass


class AnonymousChange(ValueError):
    """A change must name who makes it: a person, an operator or a part of the system."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person ('person:p-0012'), an operator ('operator:anna') or the system ('system:sweep'), as in the history."""

    kind: str
    name: str

    def __post_init__(self) -> None:
        if self.kind not in ("person", "operator", "system") or not self.name:
            raise AnonymousChange(AnonymousChange.__doc__)

    @classmethod
    def person(cls, person_id: str) -> Actor:
        """The actor for a person of the establishment."""
        return cls("person", person_id)

    @classmethod
    def operator(cls, login: str) -> Actor:
        """The actor for whoever runs commands on the server, by their login there."""
        return cls("operator", login)

    @classmethod
    def system(cls, part: str) -> Actor:
        """The actor for a part of the bot: 'sweep', 'verify', 'retention'."""
        return cls("system", part)

    @property
    def is_operator(self) -> bool:
        """Whether this is somebody at the server, who is trusted with what the QA lead may do."""
        return self.kind == "operator"

    @property
    def person_id(self) -> str:
        """The person's id; empty for an operator and for the system."""
        return self.name if self.kind == "person" else ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"
