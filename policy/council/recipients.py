"""Who is told: recipient expressions of the framework, resolved to people on a day.

A post is asked for by its role in somebody's line. A post with a deputy is the deputy's; a vacant post without one is
told to the QA lead with the reason and never to the next level early; the person who is late never hears of their own
lateness as a manager (design section 10, A28, A29).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from policy.council.establishment import Establishment, Post
from policy.framework.framework import Framework
from policy.lifecycle.ladder import next_roles_up

Via = Literal["holder", "deputy", "qa_for_vacancy"]

_LINES = ("auditor", "practitioner", "case", "owner")
_PEOPLE = ("auditor", "practitioner", "owner", "setter", "moderator")
_NAMED = ("practitioner", "setter", "moderator")
_DOES_IT = ("auditor", "owner")
"""Whoever an item waits for, and so who is late with it: an auditor, or the owner of an action."""
_VIA_ORDER: tuple[Via, ...] = ("holder", "deputy", "qa_for_vacancy")


class NotARecipient(ValueError):
    """Recipients are auditor, practitioner, owner, setter, a role, or auditor., practitioner., case. or owner.ROLE."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A recipient expression taken apart. `line` is whose line the role is sought in, empty for every holder of it.

    Without a role it is the person themselves.
    """

    line: str
    role: str

    @classmethod
    def parse(cls, text: str) -> Expression:
        """'auditor.senior_manager' -> line 'auditor', role 'senior_manager'. NotARecipient for an unknown shape."""
        if text in _PEOPLE:
            return cls(text, "")
        line, dot, role = text.partition(".")
        if not dot and text and text != "case":
            return cls("", text)
        if line not in _LINES or not role or "." in role:
            raise NotARecipient(NotARecipient.__doc__)
        return cls(line, role)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an item is about: the auditor's post and person, the practitioner, and the function of the child's case.

    Of an action, the auditor's place is its owner's.
    """

    auditor_post: str
    auditor_person: str
    practitioner: str
    function: str
    setter: str = ""
    """Who set the action, and agrees to another date for it."""
    moderator: str = ""
    """Who looks at the learning space a second time."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person to tell, once, whatever number of rungs they stand on."""

    person: str
    roles: tuple[str, ...]
    via: Via
    reason: str = ""
    """Why the QA team hears in somebody's place; empty for everyone else."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """The people to tell, in the order the step names them, and what could not be done as written."""

    recipients: tuple[Recipient, ...]
    notes: tuple[str, ...]


def resolve(
    expressions: Sequence[str],
    copy_to: Sequence[str],
    subject: Subject,
    establishment: Establishment,
    framework: Framework,
    on: date,
    escalation: bool,
) -> Resolution:
    """The people a step or event tells on a day.

    With `escalation` the subject's auditor is late: rungs at or below the level of their post, or held by themselves,
    are left out, and a step emptied by that goes to the next level up. Empty recipients mean that there is nobody to
    tell at all, not even in the QA team; the notes say why.
    """
    search = _Search(subject, establishment, framework, on, escalation)
    told = search.rungs(expressions)
    if told.left_out_above is not None and not told.anyone and not told.gaps:
        told = search.next_level_up(told)
    if told.absent and not told.anyone and not told.gaps:
        told.gaps += told.absent
    found = [*told.people, *search.qa_team(told.gaps)]
    notes = [*told.gaps, *told.absent]
    if not found:
        return Resolution((), tuple(dict.fromkeys([*notes, "There is nobody to tell, in the QA team either."])))
    copied = search.rungs(copy_to)
    found += [*copied.people, *search.qa_team(copied.gaps)]
    notes += [*copied.gaps, *copied.absent]
    return Resolution(_each_person_once(found), tuple(dict.fromkeys(notes)))


def posts_asked(text: str, subject: Subject, establishment: Establishment, framework: Framework) -> Sequence[Post]:
    """The posts an expression asks for, vacant ones too; none for one that names a person. NotARecipient."""
    expression = Expression.parse(text)
    search = _Search(subject, establishment, framework, date.min, escalation=False)
    return search.posts(expression) if expression.role else ()


@dataclass
class _Found:
    """What a list of expressions came to."""

    people: list[Recipient] = field(default_factory=list)
    anyone: bool = False
    """Whether anyone but the auditor, as the auditor, is told."""
    gaps: list[str] = field(default_factory=list)
    """Posts that exist with nobody in them to tell: the QA team hears why."""
    absent: list[str] = field(default_factory=list)
    """Roles without a post in the line."""
    left_out_above: int | None = None
    """The highest level left out because it is the late person's own or below."""


@dataclass(frozen=True)
class _Search:
    subject: Subject
    establishment: Establishment
    framework: Framework
    on: date
    escalation: bool

    def rungs(self, expressions: Iterable[str]) -> _Found:
        """Resolve expressions one by one."""
        found = _Found()
        for text in expressions:
            expression = Expression.parse(text)
            if expression.role:
                self._rung(expression, found)
            else:
                self._person(expression.line, found)
        return found

    def next_level_up(self, emptied: _Found) -> _Found:
        """A step left empty because it was the late person's own goes to the level above, the same day (A29)."""
        level = emptied.left_out_above
        while level is not None:
            found = _Found(people=list(emptied.people), left_out_above=level)
            roles = next_roles_up(level, self.framework)
            if not roles:
                found.gaps.append("There is no level above the person who is late.")
                return found
            for role in roles:
                self._rung(Expression("auditor", role), found)
            if found.anyone or found.gaps or found.absent or found.left_out_above == level:
                return found
            level = found.left_out_above
        return emptied

    def qa_team(self, reasons: Sequence[str]) -> list[Recipient]:
        """The QA team in the place of posts nobody can be told in; nobody if there is no reason."""
        if not reasons:
            return []
        for role in self.framework.fallback_roles:
            holders = [self._in_post(post) for post in self.establishment.posts_of_role(role)]
            people = [holder for holder in holders if isinstance(holder, Recipient)]
            if people:
                why = " ".join(dict.fromkeys(reasons))
                return [Recipient(each.person, each.roles, "qa_for_vacancy", why) for each in people]
        return []

    # -- one expression -----------------------------------------------------------------------------------------------

    def _person(self, word: str, found: _Found) -> None:
        subject = self.subject
        person = getattr(subject, word) if word in _NAMED else subject.auditor_person
        if not person:
            found.gaps.append(f"There is no {word} to tell.")
            return
        found.people.append(Recipient(person, (word,), "holder"))
        found.anyone = found.anyone or word not in _DOES_IT or not self.escalation

    def _rung(self, expression: Expression, found: _Found) -> None:
        role = expression.role
        level = self._level(role)
        if self._is_own_level_or_below(level):
            self._leave_out(level, found)
            return
        posts = self.posts(expression)
        if not posts:
            found.absent.append(f"There is no {self._title(role)} {_LINE_WORDS[expression.line]}.")
            return
        outcomes = [self._in_post(post) for post in posts]
        people = [outcome for outcome in outcomes if isinstance(outcome, Recipient)]
        if people:
            found.people += people
            found.anyone = True
        elif gaps := [outcome for outcome in outcomes if isinstance(outcome, str)]:
            found.gaps += gaps
        else:
            self._leave_out(level, found)

    def _in_post(self, post: Post) -> Recipient | str | None:
        """The person to tell for a post, or why there is none; None when it is the late person's own post."""
        deputies = self.establishment.deputies_of(post.id, self.on)
        for deputy in deputies:
            if not self._is_late(deputy):
                return Recipient(deputy, (post.role,), "deputy")
        if self._is_late(post.holder):
            return None
        if deputies:
            return f"The deputy for the post of {self._post(post)} is the person who is late."
        if not post.holder:
            return f"The post of {self._post(post)} is vacant and has no deputy."
        return Recipient(post.holder, (post.role,), "holder")

    def posts(self, expression: Expression) -> Sequence[Post]:
        """The posts of a role, in the line the expression names or in the whole establishment."""
        role = expression.role
        if not expression.line:
            return self.establishment.posts_of_role(role)
        start = self.subject.auditor_post if expression.line in _DOES_IT else self._practitioner_post()
        for post in self.establishment.line_of(start):
            if post.role == role:
                return (post,)
        if expression.line == "case":
            # The practitioner's line does not reach that role, but someone answers for the function all the same.
            posts = self.establishment.posts_of_role(role)
            return tuple(post for post in posts if post.function == self.subject.function)
        return ()

    def _practitioner_post(self) -> str:
        """The post the practitioner does this case's work in; someone may hold two."""
        held = self.establishment.posts_held_by(self.subject.practitioner)
        if not held:
            return ""
        return min(held, key=lambda post: (post.function != self.subject.function, self._level(post.role) or 0)).id

    # -- the late person ----------------------------------------------------------------------------------------------

    def _is_late(self, person: str) -> bool:
        return self.escalation and bool(person) and person == self.subject.auditor_person

    def _is_own_level_or_below(self, level: int | None) -> bool:
        post = self.establishment.posts.get(self.subject.auditor_post)
        own = self._level(post.role) if post and self.escalation else None
        return own is not None and level is not None and level <= own

    def _leave_out(self, level: int | None, found: _Found) -> None:
        post = self.establishment.posts.get(self.subject.auditor_post)
        own = self._level(post.role) if post else None
        found.left_out_above = max(each for each in (own, level, found.left_out_above, -1) if each is not None)

    def _level(self, role: str) -> int | None:
        try:
            return self.framework.level(role)
        except KeyError:  # an item keeps the ladder it was promised; the file may have lost the role since
            return None

    def _post(self, post: Post) -> str:
        """Its title and where it is, in the middle of a sentence."""
        words = self.establishment.in_words(post) or self._title(post.role)
        return f"{words}," if ", " in words else words

    def _title(self, role: str) -> str:
        try:
            return self.framework.role(role).title
        except KeyError:
            return role.replace("_", " ")


_LINE_WORDS = {
    "": "in the establishment",
    "auditor": "in the auditor's line",
    "practitioner": "in the practitioner's line",
    "case": "who answers for the case",
    "owner": "in the owner's line",
}


def _each_person_once(found: Iterable[Recipient]) -> tuple[Recipient, ...]:
    people: dict[str, Recipient] = {}
    for each in found:
        known = people.get(each.person)
        if known is None:
            people[each.person] = each
            continue
        people[each.person] = Recipient(
            person=each.person,
            roles=tuple(dict.fromkeys(known.roles + each.roles)),
            via=min(known.via, each.via, key=_VIA_ORDER.index),
            reason=" ".join(dict.fromkeys(part for part in (known.reason, each.reason) if part)),
        )
    return tuple(people.values())
