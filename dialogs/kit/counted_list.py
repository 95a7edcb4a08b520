"""How several pieces of work are counted in one line: the heading of a list, its preview and its letter's subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dialogs.kit.speaking import say_count, say_list, sentence

if TYPE_CHECKING:
    from assurance.common.listed import Listed

OWN_ACTIONS = "E88"
"""The list of somebody's own actions; any other is of other people's work."""


def list_heading(rows: Sequence[Listed], *, own: bool = False) -> str:
    """'14 learning spaces and three actions are late', '5 of your actions are due'. It names nobody and nothing."""
    late = [row.days_left < 0 for row in rows]
    verb = "is" if len(rows) == 1 else "are"
    if own:
        state = "late" if all(late) else "due or late" if any(late) else "due"
        return f"{sentence(say_count(len(rows), 'of your actions', 'of your actions'))} {verb} {state}"
    return f"{sentence(say_list(_kinds(rows)))} {verb} {'late' if all(late) else 'late or not done'}"


def list_subject(rows: Sequence[Listed], *, own: bool = False) -> str:
    """The same with what it is to its reader."""
    if own:
        return list_heading(rows, own=True)
    for_information = all(row.told for row in rows)
    return f"{list_heading(rows)}: {'for your information' if for_information else 'what needs you today'}"


def _kinds(rows: Sequence[Listed]) -> list[str]:
    acts = sum(row.is_action for row in rows)
    counted = ((len(rows) - acts, "learning space"), (acts, "action"))
    return [say_count(count, what) for count, what in counted if count]
