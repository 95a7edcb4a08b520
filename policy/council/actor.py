"""Who does a thing: a person or a named part of the system. Nothing is changed by nobody."""

from __future__ import annotations

from dataclasses import dataclass


class AnonymousChange(ValueError):
    """A change must name who makes it: a person or a part of the system."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person ('person:p-0012') or the system ('system:sweep'), as history writes it."""

    kind: str
    name: str

    def __post_init__(self) -> None:
        if self.kind not in ("person", "system") or not self.name:
            raise AnonymousChange(AnonymousChange.__doc__)

    @classmethod
    def person(cls, person_id: str) -> Actor:
        """The actor for a person of the establishment."""
        return cls("person", person_id)

    @classmethod
    def system(cls, part: str) -> Actor:
        """The actor for a part of the bot: 'sweep', 'import', 'command line'."""
        return cls("system", part)

    @property
    def person_id(self) -> str:
        """The person's id, or empty for the system."""
        return self.name if self.kind == "person" else ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"
