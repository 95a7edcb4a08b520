"""delivery: see docs/rooms.md."""
