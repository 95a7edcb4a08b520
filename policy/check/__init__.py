"""check: see docs/rooms.md."""
