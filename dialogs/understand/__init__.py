"""understand: see docs/rooms.md."""
