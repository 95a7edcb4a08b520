"""letters: see docs/rooms.md."""
