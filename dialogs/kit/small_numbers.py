"""A number in words where a small one may not be said: the same in every table, list, message and letter."""

from __future__ import annotations

from policy.council.small_numbers import Said

NOT_SAID = "not said"


def say_number(said: Said, hide_below: int) -> str:
    """'7', 'fewer than 5', or of somebody's own and others '2, and fewer than 5 others'."""
    return _said(said, f"fewer than {hide_below}")


def say_in_table(said: Said, hide_below: int) -> str:
    """The same where there is little room: '7', '<5', '2 and <5'."""
    if said.hidden and said.number:
        return f"{said.number} and " + (f"<{hide_below}" if said.hidden == "few" else "others")
    return _said(said, f"<{hide_below}")


def _said(said: Said, few: str) -> str:
    match said.hidden, said.number:
        case "", number:
            return str(number)
        case "few", 0:
            return few
        case "few", number:
            return f"{number}, and {few} others"
        case _, 0:
            return NOT_SAID
        case _, number:
            return f"{number}, and others"


def why_hidden(hide_below: int) -> str:
    """What to say once below numbers of which some are hidden."""
    return f"Of others, a number from 1 to {hide_below - 1} is not shown, so that nobody can be told from it."
