"""self check: see docs/rooms.md."""
