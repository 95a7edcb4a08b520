"""An import that takes away more than a tenth of the people or posts is, as a rule, the wrong file: somebody must say
the number.
"""

from __future__ import annotations

from dataclasses import dataclass

from assurance.common.refusals import Refused
from policy.council.establishment import Establishment, Person

ONE_IN = 10
"""More than one in this many going is too much for a week's leavers."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Who and what an import takes away. A person whose id comes back with another name and address is gone too."""

    people: tuple[Person, ...]
    people_before: int
    posts: tuple[str, ...]
    posts_before: int

    @classmethod
    def between(cls, before: Establishment, after: Establishment) -> Removal:
        """What the second lacks of the first."""
        return cls(
            tuple(one for one in before.people.values() if _gone(one, after.people.get(one.id))),
            len(before.people),
            tuple(post for post in before.posts if post not in after.posts),
            len(before.posts),
        )

    @property
    def is_suspicious(self) -> bool:
        """Whether it is more than a tenth of either."""
        return len(self.people) * ONE_IN > self.people_before or len(self.posts) * ONE_IN > self.posts_before

    @property
    def everybody(self) -> bool:
        """Whether nobody stays: the wrong file, or the wrong database."""
        return bool(self.people) and len(self.people) == self.people_before

    @property
    def number(self) -> int:
        """What `yes_remove` has to say: how many people go, or how many posts where no person does."""
        return len(self.people) or len(self.posts)

    def is_confirmed_by(self, said: int | None) -> bool:
        """Whether the number said is one of the two this import is refused with."""
        return said is not None and said > 0 and said in (len(self.people), len(self.posts))


class TooMuchRemoved(Refused):
    """More than a tenth of the people or posts would go, so the exact number has to be given."""

    def __init__(self, removal: Removal, said: int | None) -> None:
        """`said` is the number that was given, if one was."""
        self.removal = removal
        self.said = said
        super().__init__("establishment")


def refuse_too_much(removal: Removal, said: int | None) -> None:
    """Raise TooMuchRemoved unless it is little, or the exact number was said."""
    if removal.is_suspicious and not removal.is_confirmed_by(said):
        raise TooMuchRemoved(removal, said)


def _gone(person: Person, now: Person | None) -> bool:
    """Gone from the sheets, or their id stands for somebody else there: neither name, address nor account is theirs."""
    if now is None:
        return True
    account = person.entra_object_id.lower()
    same_account = account and account == now.entra_object_id.lower()
    same_name = person.name.casefold() == now.name.casefold()
    same_address = person.email.casefold() == now.email.casefold()
    return not (same_account or same_name or same_address)
