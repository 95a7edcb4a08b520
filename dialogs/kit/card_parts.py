"""What a finished card asks and offers, read off its JSON: its boxes and its buttons, in reading order."""

from __future__ import annotations

from collections.abc import Iterator

from dialogs.kit.message import Json

SAYS_ONLY = frozenset(("TextBlock", "RichTextBlock", "Table", "FactSet", "Image", "Chart.HorizontalBar.Stacked"))
"""Elements that hold neither a box nor a button; there are many of them, so nobody looks inside."""
HOLDS = ("body", "items", "columns", "actions", "card")
"""Where an element keeps others."""


def asks_and_offers(card: Json | None) -> Iterator[Json]:
    """Every input, action and container of a card, the card itself first."""
    if card is None:
        return
    yield card
    for place in HOLDS:
        held = card.get(place)
        for one in held if isinstance(held, list) else [held] if isinstance(held, dict) else ():
            if one.get("type") not in SAYS_ONLY:
                yield from asks_and_offers(one)
