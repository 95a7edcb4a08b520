"""learning space: see docs/rooms.md."""
