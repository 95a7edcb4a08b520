"""The line "if nothing happens": who will be told, and on which day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dialogs.kit.speaking import say_day, say_list
from policy.framework.framework import Framework
from policy.lifecycle.ladder import Rung

NEAR = 3
"""Up to Head of Service people say 'your'; from the Director on there is one for everybody."""
LEVEL_BY_LEVEL = "If nothing happens: your managers are told, one level after the other."
"""For an action whose days would tell its owner more than they may know."""


@dataclass(frozen=True, slots=True)
class Told:
    """On a day, the holders of these roles are told."""

    on: date
    roles: tuple[str, ...]


def told_of(rungs: Iterable[Rung | Mapping[str, Any]], already: Sequence[str] = ()) -> tuple[Told, ...]:
    """Rungs of the policy, or as a notice keeps them. A rung that tells nobody new is left out.

    `already` are the roles told today, who need not read that they will be told.
    """
    told: list[Told] = []
    last = tuple(already)
    for rung in rungs:
        if isinstance(rung, Rung):
            on, roles = rung.on, tuple(rung.roles)
        else:
            on, roles = date.fromisoformat(str(rung["on"])), tuple(rung["roles"])
        if roles and roles != last:
            told.append(Told(on, roles))
            last = roles
    return tuple(told)


def say_role(role: str, framework: Framework) -> str:
    """What people say for a role: 'Head of Service', 'Director'. An unknown key is said as it is written."""
    try:
        found = framework.role(role)
    except KeyError:
        return role.replace("_", " ")
    return found.short or found.title


def say_roles(roles: Sequence[str], framework: Framework) -> str:
    """'your Senior Manager and Head of Service', 'the Director'."""
    near: list[str] = []
    far: list[str] = []
    for role in roles:
        level = framework.levels.get(role)
        (near if level is not None and level <= NEAR else far).append(say_role(role, framework))
    said = [f"{whose} {say_list(words)}" for whose, words in (("your", near), ("the", far)) if words]
    return say_list(said)


def say_rungs(told: Sequence[Told], framework: Framework) -> str:
    """'on Thursday 31 December your Senior Manager and Head of Service are told, on Tuesday 5 January the Director'."""
    said = []
    for number, rung in enumerate(told):
        verb = "" if number else " are told" if len(rung.roles) > 1 else " is told"
        said.append(f"on {say_day(rung.on)} {say_roles(rung.roles, framework)}{verb}")
    return ", ".join(said)


def if_nothing_happens(told: Sequence[Told], framework: Framework) -> str:
    """The whole line, or nothing if there is nobody left to tell."""
    return f"If nothing happens: {say_rungs(told, framework)}." if told else ""
