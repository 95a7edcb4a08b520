"""cards: see docs/rooms.md."""
